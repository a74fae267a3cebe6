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
        waiters[i].set_owner = self;
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

static void
leave_all(WeftFiber *fiber, WeftWaiter *served)
{
    WeftWaitSet *set = fiber->wait_set;

    for (size_t i = 0; i < set->n_waiters; i++)
        if (set->waiters[i].queue != NULL)
            weft_waiter_unlink(&set->waiters[i]);
    set->served = served;
    fiber->wait_set = NULL;
}

void
weft_wait_set_end(WeftFiber *fiber, WeftWaiter *served, WeftWakeCause cause)
{
    leave_all(fiber, served);
    weft_fiber_ready(fiber, cause);
}

void
weft_scheduler_push_next(WeftScheduler *scheduler, WeftFiber *fiber)
{
    /* Every dispatch counts slice_left down; a new slice begins above the last jump. */
    const gboolean in_a_row = scheduler->jumped_at - scheduler->slice_left <= 1;

    scheduler->n_jumps = in_a_row ? scheduler->n_jumps + 1 : 1;
    scheduler->jumped_at = scheduler->slice_left;
    if (scheduler->n_jumps > WEFT_MAX_JUMPS || scheduler->current == &scheduler->loop) {
        scheduler->n_jumps = 0;
        weft_scheduler_push_ready(scheduler, fiber);
        return;
    }

    WeftFiber *self = scheduler->current; /* the oldest of the circle */
    fiber->next = self->next;
    self->next = fiber;
    if (scheduler->newest_ready == self)
        scheduler->newest_ready = fiber;
}

void
weft_wait_end_first(WeftWaiter *waiter)
{
    WeftFiber *fiber = weft_waiter_fiber(waiter);

    if (weft_waiter_is_only(waiter))
        weft_waiter_unlink(waiter);
    else
        leave_all(fiber, waiter);
    fiber->is_parked = FALSE;
    fiber->cause = WEFT_WAKE_GIVEN;
    weft_scheduler_push_next(weft_scheduler_here, fiber);
}

void
weft_fiber_give_way(WeftScheduler *scheduler, WeftFiber *self)
{
    weft_fiber_leave(scheduler, self, weft_scheduler_pass_turn(scheduler, self));
}

WeftFiber *
weft_wait_queue_wake_oldest(WeftWaitQueue *queue)
{
    WeftWaiter *oldest = queue->oldest;

    if (oldest == NULL)
        return NULL;
    weft_wait_queue_serve(queue, oldest);
    return weft_waiter_fiber(oldest);
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
