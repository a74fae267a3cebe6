/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/fiber.h>

G_BEGIN_DECLS

/**
 * Jobs of one thread that run one after the other, in the order they were submitted, though each
 * may park: what a lock around each would do, without anybody waiting.  One fiber runs them; it is
 * there only while there are jobs.
 */
typedef struct WeftSerialQueue WeftSerialQueue;

/**
 * From a fiber.
 * @name: of its fiber, for logs and dumps; must outlive the queue: a literal
 * @max_jobs: that wait or run; SIZE_MAX: no limit
 */
WeftSerialQueue *weft_serial_queue_new(const char *name, size_t max_jobs);

/**
 * Cancel the job that runs, wait for it, drop the others.  Parks while the job ends, whether or not
 * the caller is cancelled.  NULL is fine.
 */
void weft_serial_queue_free(WeftSerialQueue *queue);

/**
 * Have @func(@data) run after all that were submitted before; never parks.  The job has no deadline
 * but what it sets itself.  If it fails, the next one runs all the same.
 * @data: (transfer full): freed with @data_free when the job has ended, and on failure
 * @data_free: (nullable)
 * WEFT_ERROR_LIMIT: too many jobs wait already; WEFT_ERROR_CLOSED: the queue is being freed
 */
gboolean weft_serial_queue_submit(WeftSerialQueue *queue, WeftFiberFunc func, gpointer data,
                                  GDestroyNotify data_free, GError **error);

/**
 * Park until no job waits or runs.
 * Returns: FALSE with the error of the first job that failed since the last join, or with the
 * waiter's own
 */
WEFT_PARKS gboolean weft_serial_queue_join(WeftSerialQueue *queue, GError **error);

/** Jobs that wait or run. */
size_t weft_serial_queue_n_jobs(const WeftSerialQueue *queue);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftSerialQueue, weft_serial_queue_free)

G_END_DECLS
