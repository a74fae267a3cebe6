/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Wait queues: the one way in which a fiber waits for something.  It waits in one queue at a time,
 * so its place there lies in the fiber itself.  Whoever wakes it takes it out of the queue at that
 * moment and writes the cause; the first cause wins, because a later one no longer finds it there.
 * Nothing here allocates.  One thread only: the scheduler's.
 */

#include <weft/error.h>
#include <weft/fiber.h>

/* First in, first out.  Zeroed is empty. */
typedef struct {
    WeftFiber *oldest;
    WeftFiber *newest;
} WeftWaitQueue;

static inline gboolean
weft_wait_queue_is_empty(const WeftWaitQueue *queue)
{
    return queue->oldest == NULL;
}

/*
 * Park the running fiber as the newest of @queue until it is woken.
 * @what: a literal for dumps: "channel recv"
 * Returns: TRUE if woken by one of the calls below, whatever else happened since; FALSE with @error
 * if the fiber was cancelled or late (then or already before: it did not park), or the queue was
 * closed.
 */
WEFT_PARKS gboolean weft_wait(WeftWaitQueue *queue, const char *what, GError **error);

/* End the wait of the oldest, if any: it gets ready, behind all that are.  Returns: (nullable): it
 */
WeftFiber *weft_wait_queue_wake_oldest(WeftWaitQueue *queue);

/* Wake all. */
void weft_wait_queue_wake_all(WeftWaitQueue *queue);

/* Make all waits fail with WEFT_ERROR_CLOSED; for objects that end while somebody waits on them. */
void weft_wait_queue_close(WeftWaitQueue *queue);

/* FALSE with @error set if the running fiber is cancelled or late: what every parking function asks
 * first, also on its path that does not park. */
gboolean weft_fiber_check(GError **error);
