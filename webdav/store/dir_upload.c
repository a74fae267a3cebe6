/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uploads.  What is small is gathered here and becomes a file in one job at the commit; what is
 * large is written as it comes.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <weft/fiber.h>

#include "webdav/store/dir_job.h"
#include "webdav/store/dir_place.h"
#include "webdav/store/file_copy.h"
#include "webdav/store/staged.h"
#include "webdav/store/system_error.h"

#define GATHER_BYTES ((size_t)64 << 10)
#define MAX_TRIES                                                                                  \
    16 /* of a commit into a folder where somebody else makes and removes the name                 \
        */

typedef struct {
    WeftDavUpload base;
    char *path;
    WeftDavStaged staged; /* nothing before the first write of gathered bytes */
    WeftDavStaged whole;  /* while merging: what becomes the staged file */
    WeftDavFileCopy copy; /* into whole */
    WeftFileKind kind;    /* of the staged file, of the root before */
    uint8_t *gathered;
    size_t n_gathered;
    size_t capacity;
} DirUpload;

static WeftDavDirStore *
store_of(const DirUpload *upload)
{
    return (WeftDavDirStore *)upload->base.store;
}

/* Beginning */

typedef struct {
    WeftDavDirJob base;
    int64_t size_bytes; /* -1: not known */
} TargetJob;

/* What surely has no room is refused before the client sends it. */
static gboolean
check_room(const TargetJob *job, int dir_fd, GError **error)
{
    struct statvfs st;

    if (job->size_bytes < 0 || fstatvfs(dir_fd, &st) != 0 ||
        (uint64_t)job->size_bytes / st.f_frsize < st.f_bfree)
        return TRUE;
    return weft_dav_set_system_error(error, ENOSPC, "make room for", job->base.path);
}

static gboolean
check_target(WeftDavDirJob *base, GError **error)
{
    g_auto(WeftDavPlace) place = WEFT_DAV_PLACE_NONE;

    return weft_dav_place_open(base, base->path, WEFT_DAV_PLACE_TARGET, &place, error) &&
           check_room((TargetJob *)base, place.dir_fd, error);
}

WeftDavUpload *
weft_dav_dir_upload_new(WeftDavStore *base, const char *path, int64_t size_bytes, GError **error)
{
    WeftDavDirStore *store = (WeftDavDirStore *)base;
    TargetJob job = {
        .base = {.store = store,
                 .run = check_target,
                 .path = path,
                 .kind = store->kind,
                 .is_cached = TRUE},
        .size_bytes = size_bytes,
    };

    if (weft_dav_path_is_root(path)) {
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_IS_COLLECTION, "\"%s\" is a collection",
                    path);
        return NULL;
    }
    /* What is small is taken first and judged at its commit, with one look-up instead of two. */
    const gboolean is_small = size_bytes >= 0 && size_bytes <= (int64_t)GATHER_BYTES;
    if (is_small ? !weft_dav_path_check(path, WEFT_DAV_ERROR_FORBIDDEN, error)
                 : !weft_dav_dir_read(&job.base, sizeof job, error))
        return NULL;

    DirUpload *upload = g_new0(DirUpload, 1);

    upload->base.store = &weft_dav_dir_store_ref(store)->base;
    upload->path = g_strdup(path);
    upload->staged = upload->whole = WEFT_DAV_STAGED_NONE;
    upload->copy = WEFT_DAV_FILE_COPY_NONE;
    upload->kind = store->kind;
    upload->capacity = is_small ? (size_t)size_bytes : GATHER_BYTES;
    return &upload->base;
}

/* Writing */

static gboolean
write_fully(const DirUpload *upload, const uint8_t *data, size_t size, GError **error)
{
    while (size > 0) {
        const ssize_t n = write(upload->staged.fd, data, size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return weft_dav_set_system_error(error, errno, "write", upload->path);
        data += n;
        size -= (size_t)n;
    }
    return TRUE;
}

typedef struct {
    WeftDavDirJob base;
    DirUpload *upload;
    const uint8_t *data; /* what follows the gathered bytes */
    size_t size;
} WriteJob;

static gboolean
write_out(WeftDavDirJob *base, GError **error)
{
    const WriteJob *job = (WriteJob *)base;
    DirUpload *upload = job->upload;

    if (upload->staged.fd < 0) {
        g_auto(WeftDavPlace) place = WEFT_DAV_PLACE_NONE;

        if (!weft_dav_place_open(base, upload->path, WEFT_DAV_PLACE_TARGET, &place, error) ||
            !weft_dav_staged_open(&upload->staged, store_of(upload), place.dir_fd, upload->path,
                                  error))
            return FALSE;
        upload->kind = weft_file_kind_of(upload->staged.fd);
    }
    if (!write_fully(upload, upload->gathered, upload->n_gathered, error))
        return FALSE;
    upload->n_gathered = 0;
    return write_fully(upload, job->data, job->size, error);
}

static void
gather(DirUpload *upload, const void *data, size_t size)
{
    if (size == 0)
        return;
    if (upload->gathered == NULL)
        upload->gathered = g_malloc(upload->capacity);
    memcpy(upload->gathered + upload->n_gathered, data, size);
    upload->n_gathered += size;
}

gboolean
weft_dav_dir_upload_write(WeftDavUpload *base, const void *data, size_t size, GError **error)
{
    DirUpload *upload = (DirUpload *)base;

    if (size <= upload->capacity - upload->n_gathered) {
        gather(upload, data, size);
        return TRUE;
    }
    /* More than was announced: gather as usual from now on. */
    if (upload->capacity < GATHER_BYTES && upload->n_gathered + size <= GATHER_BYTES) {
        upload->gathered = g_realloc(upload->gathered, GATHER_BYTES);
        upload->capacity = GATHER_BYTES;
        gather(upload, data, size);
        return TRUE;
    }

    WriteJob job = {
        .base = {.store = store_of(upload), .run = write_out, .kind = upload->kind},
        .upload = upload,
        .data = data,
        .size = size,
    };

    return weft_dav_dir_change(&job.base, error);
}

/* Merging */

typedef struct {
    WeftDavDirJob base;
    DirUpload *upload;
    int64_t offset_bytes;
    gboolean is_done;
} MergeJob;

static gboolean
check_offset(const MergeJob *job, GError **error)
{
    struct stat st;

    if (fstat(job->upload->copy.in_fd, &st) != 0)
        return weft_dav_set_system_error(error, errno, "look at", job->upload->path);
    if (!S_ISREG(st.st_mode))
        return weft_dav_set_system_error(error, ENOENT, "find", job->upload->path);
    if (job->offset_bytes >= 0 && job->offset_bytes <= st.st_size)
        return TRUE;
    g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_TOO_LARGE, "behind the end of \"%s\"",
                job->upload->path);
    return FALSE;
}

static gboolean
begin_merge(WeftDavDirJob *base, GError **error)
{
    const MergeJob *job = (MergeJob *)base;
    DirUpload *upload = job->upload;
    g_auto(WeftDavPlace) place = WEFT_DAV_PLACE_NONE;

    if (!weft_dav_place_open(base, upload->path, WEFT_DAV_PLACE_TARGET, &place, error))
        return FALSE;
    upload->copy.in_fd = weft_dav_dir_open(base, upload->path, WEFT_DAV_OPEN_READ, error);
    if (upload->copy.in_fd < 0 || !check_offset(job, error) ||
        !weft_dav_staged_open_named(&upload->whole, store_of(upload), place.dir_fd, upload->path,
                                    error))
        return FALSE;
    upload->copy.out_fd = upload->whole.fd;
    upload->kind = weft_file_kind_of(upload->whole.fd);
    return TRUE;
}

static gboolean
step_copy(WeftDavDirJob *base, GError **error)
{
    MergeJob *job = (MergeJob *)base;

    return weft_dav_file_copy_step(&job->upload->copy, &job->is_done) ||
           weft_dav_set_system_error(error, errno, "copy", job->upload->path);
}

/* The old content stands; now to what was written, wherever it is. */
static gboolean
turn_to_written(WeftDavDirJob *base, GError **error)
{
    const MergeJob *job = (MergeJob *)base;
    DirUpload *upload = job->upload;
    WeftDavFileCopy *copy = &upload->copy;

    weft_dav_file_copy_clear(copy);
    if (lseek(upload->whole.fd, job->offset_bytes, SEEK_SET) < 0)
        return weft_dav_set_system_error(error, errno, "seek in", upload->path);
    if (upload->staged.fd < 0) {
        /* Not a byte has left the memory: no need of a file for it. */
        upload->staged = upload->whole;
        upload->whole = WEFT_DAV_STAGED_NONE;
        return TRUE;
    }
    if (!write_fully(upload, upload->gathered, upload->n_gathered, error))
        return FALSE;
    upload->n_gathered = 0;
    if (lseek(upload->staged.fd, 0, SEEK_SET) < 0)
        return weft_dav_set_system_error(error, errno, "seek in", upload->path);
    copy->in_fd = dup(upload->staged.fd);
    copy->out_fd = upload->whole.fd;
    copy->is_begun = TRUE; /* to share blocks is for whole files */
    return copy->in_fd >= 0 || weft_dav_set_system_error(error, errno, "copy", upload->path);
}

static gboolean
end_merge(WeftDavDirJob *base, G_GNUC_UNUSED GError **error)
{
    DirUpload *upload = ((MergeJob *)base)->upload;

    weft_dav_file_copy_clear(&upload->copy);
    weft_dav_staged_clear(&upload->staged);
    upload->staged = upload->whole;
    upload->whole = WEFT_DAV_STAGED_NONE;
    return TRUE;
}

static gboolean
run_merge_step(MergeJob *job, gboolean (*run)(WeftDavDirJob *, GError **), GError **error)
{
    job->base.run = run;
    job->base.kind = job->upload->kind;
    return weft_dav_dir_change(&job->base, error);
}

/* In pieces, between which it is the others' turn: the file may be large. */
static gboolean
run_copy(MergeJob *job, GError **error)
{
    job->is_done = FALSE;
    while (!job->is_done)
        if (!run_merge_step(job, step_copy, error) || !weft_fiber_yield(error))
            return FALSE;
    return TRUE;
}

gboolean
weft_dav_dir_upload_merge(WeftDavUpload *base, int64_t offset_bytes, GError **error)
{
    DirUpload *upload = (DirUpload *)base;
    MergeJob job = {
        .base = {.store = store_of(upload)},
        .upload = upload,
        .offset_bytes = offset_bytes,
    };

    if (!run_merge_step(&job, begin_merge, error) || !run_copy(&job, error) ||
        !run_merge_step(&job, turn_to_written, error))
        return FALSE;
    if (upload->copy.in_fd < 0)
        return TRUE;
    return run_copy(&job, error) && run_merge_step(&job, end_merge, error);
}

/* Committing */

typedef struct {
    WeftDavDirJob base;
    DirUpload *upload;
    gboolean may_replace;
    WeftDavInfo info;
} CommitJob;

static gboolean
may_stand_here(const WeftDavSight *sight, const CommitJob *job, GError **error)
{
    const char *path = job->upload->path;

    switch (sight->kind) {
    case WEFT_DAV_SIGHT_NOTHING:
        return TRUE;
    case WEFT_DAV_SIGHT_FILE:
        if (job->may_replace)
            return TRUE;
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_EXISTS, "\"%s\" exists", path);
        return FALSE;
    case WEFT_DAV_SIGHT_COLLECTION:
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_IS_COLLECTION, "\"%s\" is a collection",
                    path);
        return FALSE;
    case WEFT_DAV_SIGHT_HIDDEN:
        break;
    }
    g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_FORBIDDEN,
                "what has the name \"%s\" is no resource", path);
    return FALSE;
}

/* Owner and permissions of the file that is replaced, as far as we may.  A group that cannot be
 * kept gets no more than anybody. */
static gboolean
adopt_permissions(int fd, const struct statx *old)
{
    mode_t mode = old->stx_mode & 0777;
    struct stat st;

    if (fstat(fd, &st) != 0)
        return FALSE;
    if (st.st_uid != old->stx_uid && fchown(fd, old->stx_uid, (gid_t)-1) != 0 && errno != EPERM)
        return FALSE;
    if (st.st_gid != old->stx_gid && fchown(fd, (uid_t)-1, old->stx_gid) != 0) {
        if (errno != EPERM)
            return FALSE;
        mode = (mode & 0707) | ((mode & 07) << 3);
    }
    return (st.st_mode & 0777) == mode || fchmod(fd, mode) == 0;
}

static gboolean
adopt(const DirUpload *upload, const WeftDavPlace *place, const WeftDavSight *sight, GError **error)
{
    WeftDavPropertyBackend *properties = store_of(upload)->properties;
    g_autoptr(GBytes) bytes = NULL;

    if (!properties->load_member(properties, place->dir_fd, place->name, &bytes, error))
        return FALSE;
    if (bytes != NULL && !properties->save(properties, upload->staged.fd, bytes, error))
        return FALSE;
    return adopt_permissions(upload->staged.fd, &sight->st) ||
           weft_dav_set_system_error(error, errno, "keep the permissions of", upload->path);
}

static gboolean
stage(DirUpload *upload, const WeftDavPlace *place, const WeftDavSight *sight, GError **error)
{
    if (sight->kind == WEFT_DAV_SIGHT_NOTHING)
        return weft_dav_staged_open(&upload->staged, store_of(upload), place->dir_fd, upload->path,
                                    error);
    return weft_dav_staged_open_named(&upload->staged, store_of(upload), place->dir_fd,
                                      upload->path, error);
}

static gboolean
stamp(const DirUpload *upload)
{
    WeftDavAttributes attributes = WEFT_DAV_ATTRIBUTES_KEEP;

    if (!upload->base.has_modified)
        return weft_dav_stamp_modified(upload->staged.fd);
    attributes.modified_s = upload->base.modified_s;
    return weft_dav_stamp_times(upload->staged.fd, &attributes);
}

static gboolean
complete_content(CommitJob *job, const WeftDavPlace *place, const WeftDavSight *sight,
                 GError **error)
{
    DirUpload *upload = job->upload;

    if (upload->staged.fd < 0 && !stage(upload, place, sight, error))
        return FALSE;
    if (!write_fully(upload, upload->gathered, upload->n_gathered, error))
        return FALSE;
    upload->n_gathered = 0;
    if (!stamp(upload))
        return weft_dav_set_system_error(error, errno, "stamp", upload->path);
    return TRUE;
}

static gboolean
try_put(CommitJob *job, const WeftDavPlace *place, const WeftDavSight *sight, GError **error)
{
    DirUpload *upload = job->upload;

    if (sight->kind == WEFT_DAV_SIGHT_FILE && !adopt(upload, place, sight, error))
        return FALSE;
    /* A sync that failed is final: the pages it lost are clean by now. */
    if (!weft_dav_dir_store_sync_file(store_of(upload), upload->staged.fd))
        return weft_dav_set_system_error(error, errno, "sync", upload->path);
    return weft_dav_staged_put(&upload->staged, store_of(upload), place, sight, upload->path,
                               error);
}

static gboolean
put_in_place(CommitJob *job, const WeftDavPlace *place, GError **error)
{
    DirUpload *upload = job->upload;

    for (unsigned i = 0;; i++) {
        g_autoptr(GError) reason = NULL;
        WeftDavSight sight;

        if (!weft_dav_place_look(&job->base, place, upload->path, &sight, error) ||
            !may_stand_here(&sight, job, error))
            return FALSE;
        if (i == 0 && !complete_content(job, place, &sight, error))
            return FALSE;
        if (try_put(job, place, &sight, &reason)) {
            upload->base.has_replaced = sight.kind == WEFT_DAV_SIGHT_FILE;
            return TRUE;
        }
        /* Somebody beside us made or removed the name between the look and the step. */
        if (i == MAX_TRIES ||
            !(g_error_matches(reason, WEFT_DAV_ERROR, WEFT_DAV_ERROR_EXISTS) ||
              g_error_matches(reason, WEFT_DAV_ERROR, WEFT_DAV_ERROR_NOT_FOUND))) {
            g_propagate_error(error, g_steal_pointer(&reason));
            return FALSE;
        }
    }
}

static gboolean
commit(WeftDavDirJob *base, GError **error)
{
    CommitJob *job = (CommitJob *)base;
    DirUpload *upload = job->upload;
    g_auto(WeftDavPlace) place = WEFT_DAV_PLACE_NONE;
    struct statx st;

    if (!weft_dav_place_open(base, upload->path, WEFT_DAV_PLACE_TARGET, &place, error) ||
        !put_in_place(job, &place, error))
        return FALSE;
    if (!weft_dav_dir_store_sync_folder(base->store, place.dir_fd))
        return weft_dav_set_system_error(error, errno, "sync the collection of", upload->path);
    if (statx(upload->staged.fd, "", AT_EMPTY_PATH, WEFT_DAV_STATX_MASK, &st) != 0)
        return weft_dav_set_system_error(error, errno, "look at", upload->path);
    weft_dav_info_of_statx(&st, &job->info);
    weft_dav_staged_clear(&upload->staged);
    return TRUE;
}

gboolean
weft_dav_dir_upload_commit(WeftDavUpload *base, gboolean may_replace, WeftDavInfo *ret_info,
                           GError **error)
{
    DirUpload *upload = (DirUpload *)base;
    CommitJob job = {
        .base = {.store = store_of(upload), .run = commit, .kind = upload->kind},
        .upload = upload,
        .may_replace = may_replace,
    };

    if (!weft_dav_dir_change(&job.base, error))
        return FALSE;
    *ret_info = job.info;
    return TRUE;
}

static gboolean
clear_staged(WeftDavDirJob *base, G_GNUC_UNUSED GError **error)
{
    DirUpload *upload = ((WriteJob *)base)->upload;

    weft_dav_file_copy_clear(&upload->copy);
    weft_dav_staged_clear(&upload->whole);
    weft_dav_staged_clear(&upload->staged);
    return TRUE;
}

void
weft_dav_dir_upload_free(WeftDavUpload *base)
{
    DirUpload *upload = (DirUpload *)base;

    if (upload == NULL)
        return;
    if (upload->staged.fd >= 0 || upload->whole.fd >= 0 || upload->copy.in_fd >= 0) {
        WriteJob job = {
            .base = {.store = store_of(upload), .run = clear_staged, .kind = upload->kind},
            .upload = upload,
        };

        weft_dav_dir_change(&job.base, NULL);
    }
    weft_dav_dir_store_unref(store_of(upload));
    g_free(upload->gathered);
    g_free(upload->path);
    g_free(upload);
}
