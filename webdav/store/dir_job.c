/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On the thread or on the pool.  In memory nothing blocks, but a mount below the root may be of
 * another kind; on a disk what the kernel has cached does not; a network always may.
 */
#include "webdav/store/dir_job.h"

#include <errno.h>
#include <string.h>
#include <weft/offload.h>

#include "webdav/store/dir_place.h"
#include "webdav/store/system_error.h"

static gboolean
finish(WeftDavDirJob *job, GError **error)
{
    if (!job->has_run_well)
        g_propagate_error(error, g_steal_pointer(&job->error));
    return job->has_run_well;
}

/* FALSE: it met a limit, and is to run on the pool. */
static gboolean
run_under(WeftDavDirJob *job, unsigned limits)
{
    job->limits = limits;
    job->met_limit = job->left_mount = FALSE;
    job->has_run_well = job->run(job, &job->error);
    if (job->has_run_well || !job->met_limit)
        return TRUE;
    g_clear_error(&job->error);
    return FALSE;
}

static gboolean
run_on_thread(WeftDavDirJob *job)
{
    switch (job->kind) {
    case WEFT_FILE_MEMORY:
        return run_under(job, WEFT_DAV_OPEN_SAME_MOUNT);
    case WEFT_FILE_LOCAL:
        return job->is_cached && run_under(job, WEFT_DAV_OPEN_SAME_MOUNT | WEFT_DAV_OPEN_CACHED);
    case WEFT_FILE_REMOTE:
        return FALSE;
    }
    return FALSE;
}

static WeftOffloadLane
lane_of(const WeftDavDirJob *job)
{
    return job->left_mount ? WEFT_OFFLOAD_NETWORK : weft_file_lane(job->kind);
}

static void
run_on_pool(gpointer data)
{
    run_under(data, WEFT_DAV_OPEN_MAY_BLOCK);
}

static void
end_copy(WeftDavDirJob *copy)
{
    g_free((char *)copy->path);
    weft_dav_dir_store_unref(copy->store);
    g_free(copy);
}

static void
abandon(gpointer data)
{
    WeftDavDirJob *copy = data;

    if (copy->discard != NULL)
        copy->discard(copy);
    g_clear_error(&copy->error);
    end_copy(copy);
}

gboolean
weft_dav_dir_read(WeftDavDirJob *job, size_t size, GError **error)
{
    if (run_on_thread(job))
        return finish(job, error);

    WeftDavDirJob *copy = g_memdup2(job, size);
    const char *path = job->path;

    copy->store = weft_dav_dir_store_ref(job->store);
    copy->path = g_strdup(path);
    if (!weft_offload(lane_of(job), run_on_pool, copy, abandon, error)) {
        job->was_abandoned = TRUE;
        return FALSE;
    }
    memcpy(job, copy, size);
    job->path = path;
    end_copy(copy);
    return finish(job, error);
}

gboolean
weft_dav_dir_change(WeftDavDirJob *job, GError **error)
{
    if (!run_on_thread(job))
        weft_offload_wait(lane_of(job), run_on_pool, job);
    return finish(job, error);
}

void
weft_dav_dir_job_failed(WeftDavDirJob *job, int error_number)
{
    job->left_mount = job->limits != 0 && error_number == EXDEV;
    job->met_limit = job->left_mount || (job->limits != 0 && error_number == EAGAIN);
}

int
weft_dav_dir_open(WeftDavDirJob *job, const char *path, int flags, GError **error)
{
    int fd;

    if (!weft_dav_path_check(path, WEFT_DAV_ERROR_NOT_FOUND, error))
        return -1;
    fd = weft_dav_beneath_open(&job->store->root, path + 1, flags, job->limits);
    if (fd >= 0)
        return fd;
    weft_dav_dir_job_failed(job, errno);
    weft_dav_set_system_error(error, errno, "open", path);
    return -1;
}
