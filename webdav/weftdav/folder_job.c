/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The job owns its path: it may still run when nobody waits for it any more.
 */
#include "webdav/weftdav/folder_job.h"

typedef struct {
    WeftDavFolderFunc func;
    char *path;
    int failure;
} FolderJob;

static void
run_job(gpointer data)
{
    FolderJob *job = data;

    job->failure = job->func(job->path);
}

static void
job_free(gpointer data)
{
    FolderJob *job = data;

    g_free(job->path);
    g_free(job);
}

gboolean
weft_dav_folder_do(WeftOffloadLane lane, WeftDavFolderFunc func, char *path, int *ret_failure,
                   GError **error)
{
    FolderJob *job = g_new0(FolderJob, 1);

    job->func = func;
    job->path = path;
    if (!weft_offload(lane, run_job, job, job_free, error))
        return FALSE;
    *ret_failure = job->failure;
    job_free(job);
    return TRUE;
}
