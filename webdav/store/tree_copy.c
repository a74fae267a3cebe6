/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two folders, one of the source and one of the copy, that go down and up together.  What fails on
 * the side of the copy (a full disk) ends it: nothing of it was seen yet.
 */
#include "webdav/store/tree_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "webdav/store/file_copy.h"
#include "webdav/store/system_error.h"
#include "webdav/store/tree_walk.h"

#define STEP_MEMBERS 64
#define MAX_FAILURES 1000 /* an answer of more helps nobody */
#define NEW_FILE_MODE 0600
#define OWNER_MAY_ALL 0700

struct WeftDavTreeCopy {
    WeftDavTreeCopyPlan plan;
    WeftDavTreeWalk *walk;
    int to_fd; /* the folder of the copy; as deep as the walk's */
    WeftDavFileCopy file;
    gboolean is_begun;
};

WeftDavTreeCopy *
weft_dav_tree_copy_new(const WeftDavTreeCopyPlan *plan, int from_fd, int to_fd)
{
    WeftDavTreeCopy *copy = g_new0(WeftDavTreeCopy, 1);

    copy->plan = *plan;
    copy->walk = weft_dav_tree_walk_new(from_fd, WEFT_DAV_TREE_READS);
    copy->to_fd = to_fd;
    copy->file = WEFT_DAV_FILE_COPY_NONE;
    return copy;
}

void
weft_dav_tree_copy_free(WeftDavTreeCopy *copy)
{
    if (copy == NULL)
        return;
    if (copy->file.out_fd >= 0)
        close(copy->file.out_fd);
    weft_dav_file_copy_clear(&copy->file);
    close(copy->to_fd);
    weft_dav_tree_walk_free(copy->walk);
    g_free(copy);
}

/* Errors */

static gboolean
set_target_error(const WeftDavTreeCopy *copy, int error_number, GError **error)
{
    g_autofree char *path =
        g_strconcat(copy->plan.to_path, "/", weft_dav_tree_walk_path(copy->walk), NULL);

    return weft_dav_set_system_error(error, error_number, "copy to", path);
}

/* A member that cannot be read.  RFC 4918 9.8.3: the copy goes on without it, and says so. */
static gboolean
skip_member(WeftDavTreeCopy *copy, int error_number, GError **error)
{
    GArray *failures = copy->plan.failures;
    WeftDavFailure failure = {0};

    if (copy->plan.mode == WEFT_DAV_TREE_COPY_EXACT || failures == NULL)
        return set_target_error(copy, error_number, error);
    if (failures->len >= MAX_FAILURES)
        return TRUE;
    failure.path = g_strconcat(copy->plan.to_path, "/", weft_dav_tree_walk_path(copy->walk), NULL);
    set_target_error(copy, error_number, &failure.error);
    g_array_append_val(failures, failure);
    return TRUE;
}

/* Attributes */

static gboolean
copy_properties(WeftDavDirStore *store, int from_fd, int to_fd, GError **error)
{
    WeftDavPropertyBackend *properties = store->properties;
    g_autoptr(GBytes) bytes = NULL;

    return properties->load(properties, from_fd, &bytes, error) &&
           (bytes == NULL || properties->save(properties, to_fd, bytes, error));
}

static gboolean
copy_times(int from_fd, int to_fd)
{
    struct stat st;

    if (fstat(from_fd, &st) != 0)
        return FALSE;

    const struct timespec times[2] = {st.st_atim, st.st_mtim};

    return futimens(to_fd, times) == 0;
}

gboolean
weft_dav_tree_copy_attributes(WeftDavDirStore *store, int from_fd, int to_fd,
                              WeftDavTreeCopyMode mode, const char *path, GError **error)
{
    struct stat st;

    if (!copy_properties(store, from_fd, to_fd, error))
        return FALSE;
    if (fstat(from_fd, &st) != 0 || fchmod(to_fd, st.st_mode & 0777) != 0 ||
        !(mode == WEFT_DAV_TREE_COPY_EXACT ? copy_times(from_fd, to_fd)
                                           : weft_dav_stamp_modified(to_fd)))
        return weft_dav_set_system_error(error, errno, "copy to", path);
    return TRUE;
}

/* Members */

/* @fd: (transfer full): the source */
static gboolean
begin_file(WeftDavTreeCopy *copy, int fd, GError **error)
{
    const int out_fd = openat(copy->to_fd, weft_dav_tree_walk_name(copy->walk),
                              O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, NEW_FILE_MODE);

    if (out_fd < 0) {
        const int reason = errno;

        close(fd);
        return set_target_error(copy, reason, error);
    }
    copy->file.in_fd = fd;
    copy->file.out_fd = out_fd;
    copy->file.is_begun = FALSE;
    copy->file.is_by_hand = FALSE;
    return TRUE;
}

static gboolean
finish_file(WeftDavTreeCopy *copy, GError **error)
{
    const int out_fd = copy->file.out_fd;
    const gboolean is_like =
        weft_dav_tree_copy_attributes(copy->plan.store, copy->file.in_fd, out_fd, copy->plan.mode,
                                      weft_dav_tree_walk_path(copy->walk), error);

    close(copy->file.in_fd);
    copy->file.in_fd = copy->file.out_fd = -1;
    /* Network file systems tell of a full disk as late as here. */
    if (close(out_fd) != 0 && is_like)
        return set_target_error(copy, errno, error);
    return is_like;
}

static gboolean
copy_file(WeftDavTreeCopy *copy, GError **error)
{
    const int fd =
        openat(weft_dav_tree_walk_dir_fd(copy->walk), weft_dav_tree_walk_name(copy->walk),
               O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    return fd < 0 ? skip_member(copy, errno, error) : begin_file(copy, fd, error);
}

static gboolean
enter_folder(WeftDavTreeCopy *copy, mode_t mode, GError **error)
{
    const char *name = weft_dav_tree_walk_name(copy->walk);

    if (!weft_dav_tree_walk_enter(copy->walk))
        return skip_member(copy, errno, error);
    if (mkdirat(copy->to_fd, name, (mode & 0777) | OWNER_MAY_ALL) != 0)
        return set_target_error(copy, errno, error);

    const int fd = openat(copy->to_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return set_target_error(copy, errno, error);
    close(copy->to_fd);
    copy->to_fd = fd;
    return copy_properties(copy->plan.store, weft_dav_tree_walk_dir_fd(copy->walk), fd, error);
}

static gboolean
leave_folder(WeftDavTreeCopy *copy, GError **error)
{
    const int fd = openat(copy->to_fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return set_target_error(copy, errno, error);
    close(copy->to_fd);
    copy->to_fd = fd;
    return TRUE;
}

static gboolean
copy_link_itself(WeftDavTreeCopy *copy, GError **error)
{
    const char *name = weft_dav_tree_walk_name(copy->walk);
    g_autofree char *target = g_malloc(PATH_MAX);
    const ssize_t n = readlinkat(weft_dav_tree_walk_dir_fd(copy->walk), name, target, PATH_MAX - 1);

    if (n < 0)
        return skip_member(copy, errno, error);
    target[n] = '\0';
    if (symlinkat(target, copy->to_fd, name) != 0)
        return set_target_error(copy, errno, error);
    return TRUE;
}

/* A link to a collection stays a link: followed, it might lead into itself.  One that clients do
 * not see is left out. */
static gboolean
copy_visible_link(WeftDavTreeCopy *copy, GError **error)
{
    g_autofree char *path =
        g_build_path("/", copy->plan.from_path, weft_dav_tree_walk_path(copy->walk), NULL);
    const int fd = weft_dav_beneath_open(&copy->plan.store->root, path + 1,
                                         O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    struct stat st;

    if (fd < 0)
        return TRUE;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        return begin_file(copy, fd, error);
    close(fd);
    return S_ISDIR(st.st_mode) ? copy_link_itself(copy, error) : TRUE;
}

static gboolean
is_left_out(const WeftDavTreeCopy *copy, const char *name)
{
    return weft_dav_is_staging_name(name) ||
           (copy->plan.mode == WEFT_DAV_TREE_COPY_VISIBLE && !g_utf8_validate(name, -1, NULL));
}

static gboolean
copy_member(WeftDavTreeCopy *copy, GError **error)
{
    const char *name = weft_dav_tree_walk_name(copy->walk);
    struct stat st;

    if (is_left_out(copy, name))
        return TRUE;
    if (fstatat(weft_dav_tree_walk_dir_fd(copy->walk), name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT || skip_member(copy, errno, error);
    if (S_ISREG(st.st_mode))
        return copy_file(copy, error);
    if (S_ISDIR(st.st_mode))
        return enter_folder(copy, st.st_mode, error);
    if (copy->plan.mode == WEFT_DAV_TREE_COPY_EXACT)
        return S_ISLNK(st.st_mode) ? copy_link_itself(copy, error)
                                   : set_target_error(copy, EPERM, error);
    return S_ISLNK(st.st_mode) ? copy_visible_link(copy, error) : TRUE;
}

static gboolean
step_file(WeftDavTreeCopy *copy, GError **error)
{
    gboolean is_done;

    if (!weft_dav_file_copy_step(&copy->file, &is_done))
        return set_target_error(copy, errno, error);
    return !is_done || finish_file(copy, error);
}

gboolean
weft_dav_tree_copy_step(WeftDavTreeCopy *copy, gboolean *ret_done, GError **error)
{
    gboolean is_well = TRUE;

    *ret_done = FALSE;
    if (!copy->is_begun) {
        copy->is_begun = TRUE;
        is_well = copy_properties(copy->plan.store, weft_dav_tree_walk_dir_fd(copy->walk),
                                  copy->to_fd, error);
    }
    for (unsigned i = 0; i < STEP_MEMBERS && is_well; i++) {
        if (copy->file.in_fd >= 0) {
            is_well = step_file(copy, error);
            /* A piece of a large file is a step of its own. */
            if (copy->file.in_fd >= 0)
                return is_well;
            continue;
        }
        switch (weft_dav_tree_walk_next(copy->walk)) {
        case WEFT_DAV_TREE_MEMBER:
            is_well = copy_member(copy, error);
            break;
        case WEFT_DAV_TREE_LEFT:
            is_well = leave_folder(copy, error);
            break;
        case WEFT_DAV_TREE_END:
            *ret_done = TRUE;
            return TRUE;
        case WEFT_DAV_TREE_ERROR:
            return set_target_error(copy, errno, error);
        }
    }
    return is_well;
}
