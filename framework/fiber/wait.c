/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wait queues: lists through the waiters of fibers.
 */

#include "fiber/wait.h"
#include "fiber/dispatch.h"

gboolean
weft_wait(WeftWaitQueue *queue, const char *what, GError **error)
{
    WeftScheduler *scheduler = weft_scheduler_here;

    return weft_wait_here(scheduler, scheduler->current, queue, what, error);
}

WeftWaiter *
weft_wait_any(WeftWaiter *waiters, size_t n_waiters, const char *what, gboolean *ret_is_closed,
              GError **error)
{
    WeftScheduler *scheduler = weft_scheduler_here;
    WeftFiber *self = scheduler->current;
    WeftWaitSet set = {waiters, n_waiters, NULL};

    if (!weft_fiber_check_self(scheduler, self, what, error))
        return NULL;

    for (size_t i = 0; i < n_waiters; i++) {
        waiters[i].fiber = self;
        weft_waiter_link(&waiters[i], waiters[i].queue);
    }
    self->wait_set = &set;
    const WeftWakeCause cause = weft_fiber_park(scheduler, self, what);
    if (set.served == NULL) {
        weft_fiber_fail(cause, what, error);
        return NULL;
    }
    *ret_is_closed = cause == WEFT_WAKE_CLOSED;
    return set.served;
}

void
weft_wait_set_end(WeftFiber *fiber, WeftWaiter *served, WeftWakeCause cause)
{
    WeftWaitSet *set = fiber->wait_set;

    for (size_t i = 0; i < set->n_waiters; i++)
        if (set->waiters[i].queue != NULL)
            weft_waiter_unlink(&set->waiters[i]);
    set->served = served;
    fiber->wait_set = NULL;
    weft_fiber_ready(fiber, cause);
}

WeftFiber *
weft_wait_queue_wake_oldest(WeftWaitQueue *queue)
{
    WeftWaiter *oldest = queue->oldest;

    if (oldest == NULL)
        return NULL;
    weft_wait_queue_serve(queue, oldest);
    return oldest->fiber;
}

void
weft_wait_queue_wake_all(WeftWaitQueue *queue)
{
    weft_wait_queue_serve_all(queue);
}

void
weft_wait_queue_close(WeftWaitQueue *queue)
{
    while (queue->oldest != NULL)
        weft_wait_end(queue->oldest, WEFT_WAKE_CLOSED);
}
