/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wait queues: a circular list through waiters that lie on the stacks of those who wait.
 */

#include "fiber/wait.h"
#include "fiber/dispatch.h"

static inline void
queue_append(WeftWaitQueue *queue, WeftWaiter *waiter)
{
    WeftWaiter *newest = queue->newest;

    if (newest == NULL) {
        waiter->older = waiter->newer = waiter;
    } else {
        waiter->older = newest;
        waiter->newer = newest->newer;
        newest->newer->older = waiter;
        newest->newer = waiter;
    }
    queue->newest = waiter;
    waiter->queue = queue;
}

gboolean
weft_wait(WeftWaitQueue *queue, WeftWaiter *waiter, const char *what, GError **error)
{
    WeftScheduler *scheduler = weft_scheduler_here;
    WeftFiber *self = scheduler->current;

    if (!weft_fiber_check_self(scheduler, self, what, error))
        return FALSE;

    waiter->fiber = self;
    queue_append(queue, waiter);
    self->waiter = waiter;
    const WeftWakeCause cause = weft_fiber_park(scheduler, self, what);
    if (G_LIKELY(cause == WEFT_WAKE_GIVEN))
        return TRUE;
    return weft_fiber_fail(cause, what, error);
}

void
weft_waiter_wake(WeftWaiter *waiter)
{
    weft_waiter_end(waiter, WEFT_WAKE_GIVEN);
}

WeftWaiter *
weft_wait_queue_wake_oldest(WeftWaitQueue *queue)
{
    WeftWaiter *oldest = weft_wait_queue_oldest(queue);

    if (oldest != NULL)
        weft_waiter_end(oldest, WEFT_WAKE_GIVEN);
    return oldest;
}

void
weft_wait_queue_wake_all(WeftWaitQueue *queue)
{
    while (weft_wait_queue_wake_oldest(queue) != NULL)
        ;
}

void
weft_wait_queue_close(WeftWaitQueue *queue)
{
    while (queue->newest != NULL)
        weft_waiter_end(weft_wait_queue_oldest(queue), WEFT_WAKE_CLOSED);
}
