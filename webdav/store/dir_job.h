/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/store/dir_store.h"

G_BEGIN_DECLS

/**
 * One piece of file work that may block.  Where it runs is decided here and nowhere else: on the
 * fiber's thread if it cannot block there, otherwise on the offload pool.
 *
 * A job's struct begins with this one.  run is begun on the thread under limits (WeftDavOpenLimit)
 * and begun anew without them on the pool if it met one; so it opens its paths, by
 * weft_dav_dir_open() and weft_dav_place_open(), before it changes anything.
 */
typedef struct WeftDavDirJob WeftDavDirJob;
struct WeftDavDirJob {
    WeftDavDirStore *store;
    gboolean (*run)(WeftDavDirJob *job, GError **error);
    /** (nullable): frees what run has made, when nobody waits for it any more */
    void (*discard)(WeftDavDirJob *job);
    const char *path;   /* (nullable) */
    WeftFileKind kind;  /* of what the job works on, as far as known */
    gboolean is_cached; /* once its path is in the kernel's cache, so is all it needs */

    /* Kept by dir_job.c and, met_limit, by those who open. */
    unsigned limits;
    gboolean met_limit;
    gboolean left_mount; /* the limit was the root's own mount: what lies beyond may be slow */
    gboolean has_run_well;
    gboolean was_abandoned; /* a copy of it is left on the pool; discard is called for that one */
    GError *error;
};

/** Run a job that only reads.  It may be left behind on the pool by cancellation or deadline.
 * @size: of the whole struct, which is copied for the pool */
WEFT_PARKS gboolean weft_dav_dir_read(WeftDavDirJob *job, size_t size, GError **error);

/** Run a job that changes something: it is seen through. */
gboolean weft_dav_dir_change(WeftDavDirJob *job, GError **error);

/** Who opens by himself and failed says so here: the job may have met its limit.  */
void weft_dav_dir_job_failed(WeftDavDirJob *job, int error_number);

/** Open a resource that exists, below the root.  Returns: -1 with @error */
int weft_dav_dir_open(WeftDavDirJob *job, const char *path, int flags, GError **error);

/** For opening a file or folder to read: never waits for the other end of a pipe. */
#define WEFT_DAV_OPEN_READ (O_RDONLY | O_NONBLOCK | O_NOCTTY)

G_END_DECLS
