/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Wait queues: the one way in which a fiber waits for something.  Its place in a queue is a waiter:
 * one lies in the fiber itself, for a wait in one queue; who waits in several at once brings his
 * own (weft_wait_any()).  Whoever wakes a fiber takes all its waiters out of their queues at that
 * moment and writes the cause; the first cause wins, because a later one no longer finds it there.
 * Nothing here allocates.  One thread only: the scheduler's.
 */

#include <weft/error.h>
#include <weft/fiber.h>

typedef struct WeftWaiter WeftWaiter;

/* First in, first out.  Zeroed is empty. */
typedef struct {
    WeftWaiter *oldest;
    WeftWaiter *newest;
} WeftWaitQueue;

/* A place in a queue. */
struct WeftWaiter {
    WeftWaitQueue *queue; /* NULL from the moment of waking */
    WeftWaiter *older;
    WeftWaiter *newer;
    WeftFiber *set_owner; /* who waits in several queues; NULL: the fiber that this lies in */
    gpointer item;        /* what the queue's owner hands over, either way */
    GError *error; /* the same, for an owner that hands over failures, too; looked at by him only */
};

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

/*
 * The same in several queues at once: those that are named in @waiters, of which the caller has set
 * queue and item; each may be named more than once.  What wakes it in one takes it out of all.
 * @ret_is_closed: (out): the queue of the waiter returned was closed
 * Returns: (nullable): the waiter that was served or closed; NULL with @error if the fiber was
 * cancelled or late
 */
WEFT_PARKS WeftWaiter *weft_wait_any(WeftWaiter *waiters, size_t n_waiters, const char *what,
                                     gboolean *ret_is_closed, GError **error);

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
