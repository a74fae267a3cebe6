/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DELETE, COPY and MOVE.  A copy is built in the staging folder and put in its place at once; what
 * it replaces is removed when it is out of sight.  Long work goes in steps: between them it can be
 * cancelled, and others get the pool.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include <weft/fiber.h>

#include "webdav/store/dir_job.h"
#include "webdav/store/dir_place.h"
#include "webdav/store/file_copy.h"
#include "webdav/store/staged.h"
#include "webdav/store/system_error.h"
#include "webdav/store/tree_copy.h"
#include "webdav/store/tree_removal.h"

#define QUICK_BYTES ((uint64_t)256 << 10) /* copied in memory without leaving the thread */

typedef gboolean (*Stage)(WeftDavDirJob *job, GError **error);

typedef struct {
    WeftDavDirJob base;
    const char *from;
    const char *to;
    gboolean depth_infinity;
    gboolean may_replace;
    GArray *failures;
    WeftDavTreeCopyMode mode;
    WeftDavPlace from_place; /* none for the root */
    WeftDavPlace to_place;
    WeftDavSight from_sight;
    WeftDavSight to_sight;
    int from_fd;          /* for copying; -1 otherwise */
    WeftDavStaged staged; /* the copy; once it is in place, what it has replaced */
    WeftDavFileCopy file;
    WeftDavTreeCopy *tree;
    WeftDavTreeRemoval *removal;
    gboolean crosses_mounts; /* a MOVE that rename() cannot do */
    gboolean is_done;        /* of what goes in steps */
} Transfer;

static Transfer *
transfer_new(WeftDavStore *base, const char *from, const char *to, GArray *failures)
{
    WeftDavDirStore *store = (WeftDavDirStore *)base;
    Transfer *transfer = g_new0(Transfer, 1);

    transfer->base.store = store;
    transfer->base.kind = store->kind;
    transfer->from = from;
    transfer->to = to;
    transfer->failures = failures;
    transfer->from_place = WEFT_DAV_PLACE_NONE;
    transfer->to_place = WEFT_DAV_PLACE_NONE;
    transfer->from_fd = -1;
    transfer->staged = WEFT_DAV_STAGED_NONE;
    transfer->file = WEFT_DAV_FILE_COPY_NONE;
    return transfer;
}

/* Give up what is open; also before a stage that looks things up begins anew. */
static void
transfer_reset(Transfer *transfer)
{
    g_clear_pointer(&transfer->tree, weft_dav_tree_copy_free);
    g_clear_pointer(&transfer->removal, weft_dav_tree_removal_free);
    weft_dav_file_copy_clear(&transfer->file);
    weft_dav_staged_clear(&transfer->staged);
    if (transfer->from_fd >= 0)
        close(transfer->from_fd);
    transfer->from_fd = -1;
    weft_dav_place_clear(&transfer->from_place);
    weft_dav_place_clear(&transfer->to_place);
}

static gboolean
run_stage(Transfer *transfer, Stage stage, GError **error)
{
    transfer->base.run = stage;
    return weft_dav_dir_change(&transfer->base, error);
}

/* Again and again until is_done.  Between two steps the fiber hears of cancellation. */
static WEFT_PARKS gboolean
run_steps(Transfer *transfer, Stage step, GError **error)
{
    transfer->is_done = FALSE;
    for (;;) {
        if (!run_stage(transfer, step, error))
            return FALSE;
        if (transfer->is_done)
            return TRUE;
        if (!weft_fiber_yield(error))
            return FALSE;
    }
}

/* Removal */

static gboolean
step_removal(WeftDavDirJob *base, GError **error)
{
    Transfer *transfer = (Transfer *)base;

    return weft_dav_tree_removal_step(transfer->removal, &transfer->is_done, error);
}

static WEFT_PARKS gboolean
remove_tree(Transfer *transfer, int dir_fd, const char *name, GArray *failures, GError **error)
{
    gboolean is_removed;

    /* A mount somewhere below may be slow, whatever the root is. */
    transfer->base.kind = WEFT_FILE_REMOTE;
    transfer->removal = weft_dav_tree_removal_new(dir_fd, name, transfer->from, failures,
                                                  transfer->base.store->properties);
    is_removed = run_steps(transfer, step_removal, error);
    g_clear_pointer(&transfer->removal, weft_dav_tree_removal_free);
    return is_removed;
}

static gboolean
clear_all(WeftDavDirJob *base, G_GNUC_UNUSED GError **error)
{
    transfer_reset((Transfer *)base);
    return TRUE;
}

static gboolean
has_staged(const Transfer *transfer)
{
    return transfer->staged.is_named || transfer->staged.fd >= 0;
}

/* End, whether it went well or not: nothing that was staged stays, cancelled or not. */
static void
transfer_finish(Transfer *transfer)
{
    g_auto(WeftShieldScope) shield = weft_shield_scope();

    if (transfer->staged.is_named &&
        remove_tree(transfer, transfer->staged.name.dir_fd, transfer->staged.name.name, NULL, NULL))
        transfer->staged.is_named = FALSE;
    if (has_staged(transfer))
        run_stage(transfer, clear_all, NULL);
    else
        transfer_reset(transfer);
    g_free(transfer);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Transfer, transfer_finish)

static gboolean
sync_place(const Transfer *transfer, const WeftDavPlace *place, GError **error)
{
    return weft_dav_dir_store_sync_folder(transfer->base.store, place->dir_fd) ||
           weft_dav_set_system_error(error, errno, "sync the collection of", place->name);
}

static gboolean
begin_removal(WeftDavDirJob *base, GError **error)
{
    Transfer *transfer = (Transfer *)base;

    transfer_reset(transfer);
    return weft_dav_place_open(base, transfer->from, WEFT_DAV_PLACE_SOURCE, &transfer->from_place,
                               error) &&
           weft_dav_place_see(base, &transfer->from_place, transfer->from, &transfer->from_sight,
                              error);
}

static gboolean
sync_removal(WeftDavDirJob *base, GError **error)
{
    const Transfer *transfer = (Transfer *)base;

    return sync_place(transfer, &transfer->from_place, error);
}

/* A file goes in one job with its look-up; a collection goes in steps. */
static gboolean
remove_file(WeftDavDirJob *base, GError **error)
{
    Transfer *transfer = (Transfer *)base;

    if (!begin_removal(base, error))
        return FALSE;
    transfer->is_done =
        transfer->from_sight.kind == WEFT_DAV_SIGHT_FILE || transfer->from_sight.is_link;
    if (!transfer->is_done)
        return TRUE;
    if (weft_dav_property_unlink(base->store->properties, transfer->from_place.dir_fd,
                                 transfer->from_place.name, 0) != 0)
        return weft_dav_set_system_error(error, errno, "remove", transfer->from);
    return sync_removal(base, error);
}

gboolean
weft_dav_dir_remove(WeftDavStore *store, const char *path, GArray *failures, GError **error)
{
    g_autoptr(Transfer) transfer = transfer_new(store, path, NULL, failures);

    if (!run_stage(transfer, remove_file, error))
        return FALSE;
    return transfer->is_done || (remove_tree(transfer, transfer->from_place.dir_fd,
                                             transfer->from_place.name, failures, error) &&
                                 run_stage(transfer, sync_removal, error));
}

/* What COPY and MOVE refuse */

static gboolean
refuse_one_within_other(const Transfer *transfer, GError **error)
{
    g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_FORBIDDEN,
                "\"%s\" and \"%s\" are one, or one holds the other", transfer->from, transfer->to);
    return FALSE;
}

/* By device and inode: names do not tell, where there are links and mounts. */
static gboolean
check_apart(const Transfer *transfer, GError **error)
{
    const WeftDavDirStore *store = transfer->base.store;
    const WeftDavSight *from = &transfer->from_sight;
    const WeftDavSight *to = &transfer->to_sight;
    gboolean is_within = FALSE;

    if (to->kind != WEFT_DAV_SIGHT_NOTHING && weft_dav_statx_is_same(&from->st, &to->st))
        return refuse_one_within_other(transfer, error);
    if (from->kind == WEFT_DAV_SIGHT_COLLECTION &&
        !weft_dav_is_within(store, transfer->to_place.dir_fd, &from->st, &is_within))
        return weft_dav_set_system_error(error, errno, "look above", transfer->to);
    if (is_within)
        return refuse_one_within_other(transfer, error);
    if (to->kind == WEFT_DAV_SIGHT_COLLECTION && transfer->from_place.dir_fd >= 0 &&
        !weft_dav_is_within(store, transfer->from_place.dir_fd, &to->st, &is_within))
        return weft_dav_set_system_error(error, errno, "look above", transfer->from);
    return is_within ? refuse_one_within_other(transfer, error) : TRUE;
}

static gboolean
check_target(const Transfer *transfer, GError **error)
{
    if (transfer->to_sight.kind == WEFT_DAV_SIGHT_HIDDEN) {
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_FORBIDDEN,
                    "what has the name \"%s\" is no resource", transfer->to);
        return FALSE;
    }
    if (transfer->to_sight.kind != WEFT_DAV_SIGHT_NOTHING && !transfer->may_replace) {
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_EXISTS, "\"%s\" exists", transfer->to);
        return FALSE;
    }
    return TRUE;
}

static gboolean
look_at_target(Transfer *transfer, GError **error)
{
    return weft_dav_place_open(&transfer->base, transfer->to, WEFT_DAV_PLACE_TARGET,
                               &transfer->to_place, error) &&
           weft_dav_place_look(&transfer->base, &transfer->to_place, transfer->to,
                               &transfer->to_sight, error) &&
           check_apart(transfer, error) && check_target(transfer, error);
}

/* Copying, for COPY, and for MOVE to another mount */

static gboolean
stage_copy(Transfer *transfer, GError **error)
{
    WeftDavDirStore *store = transfer->base.store;
    const mode_t mode = (transfer->from_sight.st.stx_mode & 0777) | S_IRWXU;

    if (transfer->from_sight.kind == WEFT_DAV_SIGHT_COLLECTION)
        return weft_dav_staged_make_folder(&transfer->staged, store, transfer->to_place.dir_fd,
                                           transfer->to, mode, error);
    if (transfer->to_sight.kind == WEFT_DAV_SIGHT_NOTHING)
        return weft_dav_staged_open(&transfer->staged, store, transfer->to_place.dir_fd,
                                    transfer->to, error);
    return weft_dav_staged_open_named(&transfer->staged, store, transfer->to_place.dir_fd,
                                      transfer->to, error);
}

static gboolean
begin_tree(Transfer *transfer, GError **error)
{
    const WeftDavTreeCopyPlan plan = {
        .store = transfer->base.store,
        .from_path = transfer->from,
        .to_path = transfer->to,
        .mode = transfer->mode,
        .failures = transfer->failures,
    };
    const WeftDavStagedName *name = &transfer->staged.name;
    const int to_fd =
        openat(name->dir_fd, name->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (to_fd < 0)
        return weft_dav_set_system_error(error, errno, "copy to", transfer->to);
    transfer->tree = weft_dav_tree_copy_new(&plan, transfer->from_fd, to_fd);
    transfer->from_fd = -1;
    return TRUE;
}

static gboolean
step_tree(WeftDavDirJob *base, GError **error)
{
    Transfer *transfer = (Transfer *)base;

    if (transfer->tree == NULL && !begin_tree(transfer, error))
        return FALSE;
    return weft_dav_tree_copy_step(transfer->tree, &transfer->is_done, error);
}

/* RFC 4918 9.8.3: Depth 0 copies the collection and its properties, not its members. */
static gboolean
copy_folder_alone(WeftDavDirJob *base, GError **error)
{
    Transfer *transfer = (Transfer *)base;
    WeftDavPropertyBackend *properties = base->store->properties;
    const WeftDavStagedName *name = &transfer->staged.name;
    g_autoptr(GBytes) bytes = NULL;

    transfer->is_done = TRUE;
    if (!properties->load(properties, transfer->from_fd, &bytes, error))
        return FALSE;
    if (bytes == NULL)
        return TRUE;

    const int fd = openat(name->dir_fd, name->name, WEFT_DAV_OPEN_READ | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return weft_dav_set_system_error(error, errno, "copy to", transfer->to);

    const gboolean is_saved = properties->save(properties, fd, bytes, error);

    close(fd);
    return is_saved;
}

static gboolean
step_file(WeftDavDirJob *base, GError **error)
{
    Transfer *transfer = (Transfer *)base;

    if (transfer->file.in_fd < 0) {
        transfer->file.in_fd = transfer->from_fd;
        transfer->file.out_fd = transfer->staged.fd;
        transfer->from_fd = -1;
    }
    if (!weft_dav_file_copy_step(&transfer->file, &transfer->is_done))
        return weft_dav_set_system_error(error, errno, "copy to", transfer->to);
    if (!transfer->is_done)
        return TRUE;
    if (!weft_dav_tree_copy_attributes(base->store, transfer->file.in_fd, transfer->staged.fd,
                                       transfer->mode, transfer->to, error))
        return FALSE;
    return weft_dav_dir_store_sync_file(base->store, transfer->staged.fd) ||
           weft_dav_set_system_error(error, errno, "sync", transfer->to);
}

static Stage
copy_step(const Transfer *transfer)
{
    if (transfer->from_sight.kind == WEFT_DAV_SIGHT_FILE)
        return step_file;
    return transfer->depth_infinity ? step_tree : copy_folder_alone;
}

static gboolean
put_copy(WeftDavDirJob *base, GError **error)
{
    Transfer *transfer = (Transfer *)base;

    if (transfer->tree != NULL &&
        !weft_dav_dir_store_sync_tree(base->store, transfer->staged.name.dir_fd))
        return weft_dav_set_system_error(error, errno, "sync", transfer->to);
    if (!weft_dav_staged_put(&transfer->staged, base->store, &transfer->to_place,
                             &transfer->to_sight, transfer->to, error))
        return FALSE;
    if (!transfer->staged.is_named)
        weft_dav_staged_clear(&transfer->staged);
    return sync_place(transfer, &transfer->to_place, error);
}

static WEFT_PARKS gboolean
copy_and_put(Transfer *transfer, GError **error)
{
    const gboolean is_quick = transfer->from_sight.kind == WEFT_DAV_SIGHT_FILE &&
                              transfer->from_sight.st.stx_size <= QUICK_BYTES &&
                              !transfer->crosses_mounts;

    if (!is_quick)
        transfer->base.kind = WEFT_FILE_REMOTE;
    return run_steps(transfer, copy_step(transfer), error) && run_stage(transfer, put_copy, error);
}

static gboolean
begin_copy(WeftDavDirJob *base, GError **error)
{
    Transfer *transfer = (Transfer *)base;
    WeftDavSight *from = &transfer->from_sight;

    transfer_reset(transfer);
    transfer->from_fd = weft_dav_dir_open(base, transfer->from, WEFT_DAV_OPEN_READ, error);
    if (transfer->from_fd < 0)
        return FALSE;
    if (statx(transfer->from_fd, "", AT_EMPTY_PATH, WEFT_DAV_STATX_MASK, &from->st) != 0 ||
        !weft_dav_statx_is_resource(&from->st))
        return weft_dav_set_system_error(error, ENOENT, "copy", transfer->from);
    from->kind = S_ISDIR(from->st.stx_mode) ? WEFT_DAV_SIGHT_COLLECTION : WEFT_DAV_SIGHT_FILE;
    if (!weft_dav_path_is_root(transfer->from) &&
        !weft_dav_place_open(base, transfer->from, WEFT_DAV_PLACE_SOURCE, &transfer->from_place,
                             error))
        return FALSE;
    return look_at_target(transfer, error) && stage_copy(transfer, error);
}

gboolean
weft_dav_dir_copy(WeftDavStore *store, const char *from, const char *to, gboolean depth_infinity,
                  gboolean may_replace, GArray *failures, GError **error)
{
    g_autoptr(Transfer) transfer = transfer_new(store, from, to, failures);

    transfer->depth_infinity = depth_infinity;
    transfer->may_replace = may_replace;
    transfer->mode = WEFT_DAV_TREE_COPY_VISIBLE;
    return run_stage(transfer, begin_copy, error) && copy_and_put(transfer, error);
}

/* Moving */

static int
rename_place(const WeftDavPlace *from, const WeftDavPlace *to, unsigned flags)
{
    const int result = renameat2(from->dir_fd, from->name, to->dir_fd, to->name, flags);

    /* File systems without the flag: the service's path lock keeps others from an empty place. */
    if (result != 0 && flags == RENAME_NOREPLACE && errno == EINVAL)
        return renameat(from->dir_fd, from->name, to->dir_fd, to->name);
    return result;
}

/* For file systems that cannot exchange: the old one aside, the new one in. */
static gboolean
replace_by_hand(const Transfer *transfer, const WeftDavPlace *aside)
{
    const WeftDavPlace *to = &transfer->to_place;

    if (rename_place(to, aside, 0) != 0)
        return FALSE;
    if (rename_place(&transfer->from_place, to, 0) != 0) {
        const int reason = errno;

        if (rename_place(aside, to, 0) != 0)
            g_warning("\"%s\" could not be replaced, and is left in the staging folder",
                      transfer->to);
        errno = reason;
        return FALSE;
    }
    return TRUE;
}

/* What is replaced is never away before the other stands: they change places, and then it goes from
 * the place it has come to.  For that moment it can be seen under the name of the source. */
static gboolean
replace_other_kind(Transfer *transfer)
{
    const WeftDavPlace *from = &transfer->from_place;
    const WeftDavPlace *to = &transfer->to_place;
    WeftDavStagedName *name = &transfer->staged.name;

    if (!weft_dav_staging_take(transfer->base.store->staging, to->dir_fd, name))
        return FALSE;

    const WeftDavPlace aside = {.dir_fd = name->dir_fd, .name = name->name};

    if (rename_place(from, to, RENAME_EXCHANGE) == 0) {
        if (rename_place(from, &aside, 0) != 0) {
            const int reason = errno;

            if (rename_place(from, to, RENAME_EXCHANGE) != 0)
                g_warning("\"%s\" and \"%s\" have changed places", transfer->from, transfer->to);
            errno = reason;
            return FALSE;
        }
    } else if ((errno != EINVAL && errno != ENOSYS) || !replace_by_hand(transfer, &aside)) {
        return FALSE;
    }
    transfer->staged.is_named = TRUE;
    return TRUE;
}

static gboolean
is_file_or_link(const WeftDavSight *sight)
{
    return sight->kind == WEFT_DAV_SIGHT_FILE || sight->is_link;
}

static gboolean
rename_all(Transfer *transfer)
{
    if (transfer->to_sight.kind == WEFT_DAV_SIGHT_NOTHING)
        return rename_place(&transfer->from_place, &transfer->to_place, RENAME_NOREPLACE) == 0;
    if (is_file_or_link(&transfer->from_sight) && is_file_or_link(&transfer->to_sight))
        return weft_dav_property_rename_over(transfer->base.store->properties,
                                             transfer->from_place.dir_fd, transfer->from_place.name,
                                             transfer->to_place.dir_fd,
                                             transfer->to_place.name) == 0;
    return replace_other_kind(transfer);
}

static gboolean
sync_move(const Transfer *transfer, GError **error)
{
    return sync_place(transfer, &transfer->to_place, error) &&
           sync_place(transfer, &transfer->from_place, error);
}

static gboolean
move_by_name(WeftDavDirJob *base, GError **error)
{
    Transfer *transfer = (Transfer *)base;

    if (!begin_removal(base, error) || !look_at_target(transfer, error))
        return FALSE;
    if (rename_all(transfer))
        return sync_move(transfer, error);
    transfer->crosses_mounts = errno == EXDEV;
    return transfer->crosses_mounts ||
           weft_dav_set_system_error(error, errno, "move", transfer->from);
}

static gboolean
begin_crossing(WeftDavDirJob *base, GError **error)
{
    Transfer *transfer = (Transfer *)base;

    if (transfer->from_sight.is_link)
        return weft_dav_set_system_error(error, EPERM, "move to another file system",
                                         transfer->from);
    transfer->from_fd = openat(transfer->from_place.dir_fd, transfer->from_place.name,
                               WEFT_DAV_OPEN_READ | O_NOFOLLOW | O_CLOEXEC);
    if (transfer->from_fd < 0)
        return weft_dav_set_system_error(error, errno, "move", transfer->from);
    return stage_copy(transfer, error);
}

/* Copy, put in place, and remove: what cannot be copied whole is not moved at all. */
static WEFT_PARKS gboolean
move_by_copy(Transfer *transfer, GError **error)
{
    transfer->mode = WEFT_DAV_TREE_COPY_EXACT;
    transfer->depth_infinity = TRUE;
    transfer->base.kind = WEFT_FILE_REMOTE;
    return run_stage(transfer, begin_crossing, error) && copy_and_put(transfer, error) &&
           remove_tree(transfer, transfer->from_place.dir_fd, transfer->from_place.name,
                       transfer->failures, error) &&
           run_stage(transfer, sync_removal, error);
}

gboolean
weft_dav_dir_move(WeftDavStore *store, const char *from, const char *to, gboolean may_replace,
                  GArray *failures, GError **error)
{
    g_autoptr(Transfer) transfer = transfer_new(store, from, to, failures);

    transfer->may_replace = may_replace;
    if (!run_stage(transfer, move_by_name, error))
        return FALSE;
    return !transfer->crosses_mounts || move_by_copy(transfer, error);
}
