/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Wait queues: the one way in which a fiber waits for something.  A waiter lies on the waiting
 * fiber's stack.  Whoever wakes it takes it out of its queue at that moment and writes the cause;
 * the first cause wins, because a later one no longer finds the waiter.  Nothing here allocates.
 * One thread only: the scheduler's.
 */

#include <weft/error.h>
#include <weft/fiber.h>

typedef struct WeftWaiter WeftWaiter;

/* First in, first out.  Zeroed is empty.  Circular: newest->newer is the oldest. */
typedef struct {
    WeftWaiter *newest;
} WeftWaitQueue;

struct WeftWaiter {
    WeftWaiter *older;
    WeftWaiter *newer;
    WeftWaitQueue *queue; /* NULL before the wait and from the moment of waking */
    WeftFiber *fiber;
    gpointer item; /* what is handed over, either way; belongs to the queue's owner */
};

static inline gboolean
weft_wait_queue_is_empty(const WeftWaitQueue *queue)
{
    return queue->newest == NULL;
}

/* Returns: (nullable): the one that has waited longest; it goes on waiting */
static inline WeftWaiter *
weft_wait_queue_oldest(const WeftWaitQueue *queue)
{
    return queue->newest == NULL ? NULL : queue->newest->newer;
}

/*
 * Park the running fiber as the newest of @queue until weft_waiter_wake().  The caller sets
 * waiter->item before, and reads it afterwards; all else is set here.
 * @what: a literal for dumps: "channel recv"
 * Returns: TRUE if woken by weft_waiter_wake(), whatever else happened since; FALSE with @error if
 * the fiber was cancelled or late (then or already before: it did not park), or the queue was
 * closed.
 */
WEFT_PARKS gboolean weft_wait(WeftWaitQueue *queue, WeftWaiter *waiter, const char *what,
                              GError **error);

/* End the wait: take @waiter from its queue and make its fiber ready (behind all that are). */
void weft_waiter_wake(WeftWaiter *waiter);

/* Wake the oldest, if any.  Returns: (nullable): it; valid until the caller parks */
WeftWaiter *weft_wait_queue_wake_oldest(WeftWaitQueue *queue);

/* Wake all. */
void weft_wait_queue_wake_all(WeftWaitQueue *queue);

/* Make all waits fail with WEFT_ERROR_CLOSED; for objects that end while somebody waits on them. */
void weft_wait_queue_close(WeftWaitQueue *queue);

/* FALSE with @error set if the running fiber is cancelled or late: what every parking function asks
 * first, also on its path that does not park. */
gboolean weft_fiber_check(GError **error);
