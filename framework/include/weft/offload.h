/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/** A job for the offload pool: it may block, and must not touch fibers. */
typedef void (*WeftOffloadFunc)(gpointer data);

/**
 * Lanes have queues and threads of their own: what waits for a network does not hold up what waits
 * for a disk.
 */
typedef enum {
    WEFT_OFFLOAD_DISK,    /* milliseconds, as a rule: files on a disk of this machine */
    WEFT_OFFLOAD_NETWORK, /* may take for ever: network file systems, FUSE, name lookup */
} WeftOffloadLane;

/**
 * Run @func(@data) on a thread of the process-wide pool, and park until it is done.  Outside of
 * fibers @func simply runs.
 *
 * TRUE: @func has run, @data is the caller's as before.
 * FALSE: the fiber was cancelled or its deadline passed while the job ran or waited; @data is now
 * the pool's, which frees it with @abandoned_free once @func is through with it (a job that has not
 * begun is dropped).  So @data must not lie on the caller's stack.
 * @abandoned_free: (nullable)
 */
WEFT_PARKS gboolean weft_offload(WeftOffloadLane lane, WeftOffloadFunc func, gpointer data,
                                 GDestroyNotify abandoned_free, GError **error);

/**
 * The same for a job that must be seen through: parks until @func has run, whatever is cancelled or
 * late.  @data may lie on the caller's stack.
 */
void weft_offload_wait(WeftOffloadLane lane, WeftOffloadFunc func, gpointer data);

/** What a lane has to do. */
typedef struct {
    unsigned n_queued;  /* jobs that wait for a thread */
    unsigned n_running; /* threads that have one */
} WeftOffloadLoad;

/** A look from outside, from any thread: old as soon as it is there. */
WeftOffloadLoad weft_offload_load(WeftOffloadLane lane);

/** Threads of each lane at most; default 8. */
void weft_offload_set_max_threads(unsigned n_threads);

G_END_DECLS
