/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/fiber.h>

G_BEGIN_DECLS

/**
 * So many fibers at once, and no more: who spawns waits until there is room.  For a loop that hands
 * out work faster than it is done.  A fiber costs next to nothing to make, so each job gets a new
 * one.
 *
 * Unlike in a group, a job that fails does not end the others; join tells of it.
 */
typedef struct WeftFiberPool WeftFiberPool;

/**
 * From a fiber.
 * @name: of its fibers, for logs and dumps, and in errors; must outlive the pool: a literal
 * @max_fibers: not 0
 */
WeftFiberPool *weft_fiber_pool_new(const char *name, size_t max_fibers);

/**
 * Cancel what still runs, wait for it, free.  Parks while jobs end, whether or not the caller is
 * cancelled.  Nobody may wait in spawn.  NULL is fine.
 */
void weft_fiber_pool_free(WeftFiberPool *pool);

/**
 * Run @func in a fiber of the pool; parks while the pool is full, first come, first served.  The
 * job has the deadline in force here.
 * @data: (transfer full): freed with @data_free when the job has ended, and on failure
 * @data_free: (nullable)
 * WEFT_ERROR_CLOSED: the pool was closed or cancelled
 */
WEFT_PARKS gboolean weft_fiber_pool_spawn(WeftFiberPool *pool, WeftFiberFunc func, gpointer data,
                                          GDestroyNotify data_free, GError **error);

/** Like spawn, but frees @data and returns FALSE where spawn would park or fail. */
gboolean weft_fiber_pool_try_spawn(WeftFiberPool *pool, WeftFiberFunc func, gpointer data,
                                   GDestroyNotify data_free);

/**
 * Park until no job runs.  The pool can be used on afterwards.
 * Returns: FALSE with the error of the first job that failed since the last join, or with the
 * waiter's own
 */
WEFT_PARKS gboolean weft_fiber_pool_join(WeftFiberPool *pool, GError **error);

/** Refuse further jobs; who waits in spawn fails.  What runs may end.  Twice is harmless. */
void weft_fiber_pool_close(WeftFiberPool *pool);

/** Close, and cancel what runs; returns at once. */
void weft_fiber_pool_cancel(WeftFiberPool *pool, const char *reason);

/** Jobs that run. */
size_t weft_fiber_pool_n_fibers(const WeftFiberPool *pool);

/** Jobs that have failed since the pool was made. */
size_t weft_fiber_pool_n_failed(const WeftFiberPool *pool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftFiberPool, weft_fiber_pool_free)

G_END_DECLS
