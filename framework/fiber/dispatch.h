/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Who runs next, and how one fiber leaves for another.  Inlined into the few functions that switch:
 * weft_wait(), weft_fiber_sleep_ms(), weft_fiber_yield(), the end of a fiber, and the event loop.
 */

#include "fiber/fiber.h"

/* Put a fiber at the end of the ready queue. */
static inline void
weft_scheduler_push_ready(WeftScheduler *scheduler, WeftFiber *fiber)
{
    fiber->next = NULL;
    *scheduler->ready_end = fiber;
    scheduler->ready_end = &fiber->next;
}

/* The queue is not empty. */
static inline WeftFiber *
weft_scheduler_pop_ready(WeftScheduler *scheduler)
{
    WeftFiber *oldest = scheduler->ready;

    scheduler->ready = oldest->next;
    if (oldest->next == NULL)
        scheduler->ready_end = &scheduler->ready;
    return oldest;
}

/* The queue is empty, or a slice of the batch is used up: the event loop, or the oldest after all.
 */
WeftFiber *weft_scheduler_next_slice(WeftScheduler *scheduler);

/* Who runs next: the oldest ready fiber; the event loop when there is none or its turn has come. */
static inline WeftFiber *
weft_scheduler_take_next(WeftScheduler *scheduler)
{
    if (G_UNLIKELY(scheduler->ready == NULL || --scheduler->slice_left == 0))
        return weft_scheduler_next_slice(scheduler);
    return weft_scheduler_pop_ready(scheduler);
}

static inline void
weft_scheduler_note_switch(WeftScheduler *scheduler, WeftFiber *from, WeftFiber *to)
{
    scheduler->current = to;
    if (WEFT_STACKS_ARE_SANITIZED)
        scheduler->left = from;
}

/* Switch from @self to @next, and come back when somebody switches here. */
__attribute__((always_inline)) static inline void
weft_fiber_leave(WeftScheduler *scheduler, WeftFiber *self, WeftFiber *next)
{
    weft_scheduler_note_switch(scheduler, self, next);
    weft_sanitizer_leave(&self->sanitizer, &next->sanitizer, FALSE);
    weft_context_switch(&self->context, &next->context);
    if (WEFT_STACKS_ARE_SANITIZED)
        weft_sanitizer_arrive(&self->sanitizer, &scheduler->left->sanitizer);
}

/*
 * Stop the running fiber until weft_fiber_ready(); others run.  Keeps errno.
 * @what: a literal for dumps
 * Returns: the cause of waking
 */
__attribute__((always_inline)) static inline WeftWakeCause
weft_fiber_park(WeftScheduler *scheduler, WeftFiber *self, const char *what)
{
    const int saved_errno = *scheduler->errno_here;

    g_assert(self != &scheduler->loop);
    self->waits_for = what;
    self->waiting_since_us = scheduler->now_us;
    if (G_UNLIKELY(self->deadline_us < self->timer_us))
        weft_timer_heap_arm(&scheduler->timers, self, self->deadline_us);

    self->is_parked = TRUE;
    weft_fiber_leave(scheduler, self, weft_scheduler_take_next(scheduler));
    /* Found anew: cheaper than keeping them on the stack across the switch. */
    scheduler = weft_scheduler_here;
    *scheduler->errno_here = saved_errno;
    return scheduler->current->cause;
}

/* Make a parked fiber ready, behind all that are. */
static inline void
weft_fiber_ready(WeftFiber *fiber)
{
    fiber->is_parked = FALSE;
    weft_scheduler_push_ready(fiber->scheduler, fiber);
}

/* Take @waiter from its queue, and make its fiber ready with @cause: weft_waiter_wake(), inlined.
 */
static inline void
weft_waiter_end(WeftWaiter *waiter, WeftWakeCause cause)
{
    WeftWaitQueue *queue = waiter->queue;
    WeftFiber *fiber = waiter->fiber;

    g_assert(queue != NULL);
    if (waiter->newer == waiter) {
        queue->newest = NULL;
    } else {
        waiter->newer->older = waiter->older;
        waiter->older->newer = waiter->newer;
        if (queue->newest == waiter)
            queue->newest = waiter->older;
    }
    waiter->queue = NULL;
    fiber->waiter = NULL;
    fiber->cause = (uint8_t)cause;
    weft_fiber_ready(fiber);
}
