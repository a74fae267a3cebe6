/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Who runs next, and how one fiber leaves for another.  Inlined into the few functions that switch:
 * weft_wait(), weft_fiber_sleep_ms(), weft_fiber_yield(), the end of a fiber, and the event loop.
 */

#include "fiber/fiber.h"

/* So often in a row may a fiber be dispatched before its turn, if others are ready. */
#define WEFT_MAX_JUMPS 16

/* Put a fiber at the end of the ready queue. */
static inline void
weft_scheduler_push_ready(WeftScheduler *scheduler, WeftFiber *fiber)
{
    WeftFiber *newest = scheduler->newest_ready;

    if (newest == NULL) {
        fiber->next = fiber;
    } else {
        fiber->next = newest->next;
        newest->next = fiber;
    }
    scheduler->newest_ready = fiber;
}

/* The queue is empty, or a slice of the batch is used up: the event loop, or the oldest after all.
 */
WeftFiber *weft_scheduler_next_slice(WeftScheduler *scheduler) __attribute__((cold, noinline));

/* Put a system fiber ahead of all normal ones, while it may overtake. */
void weft_scheduler_push_ahead(WeftScheduler *scheduler, WeftFiber *fiber)
    __attribute__((cold, noinline));

/* Put a fiber before all that are ready, behind the running one; at most WEFT_MAX_JUMPS in a row.
 */
void weft_scheduler_push_next(WeftScheduler *scheduler, WeftFiber *fiber);

/* The running fiber goes to the end of the queue.  Returns: who runs next; may be @self */
static inline WeftFiber *
weft_scheduler_pass_turn(WeftScheduler *scheduler, WeftFiber *self)
{
    scheduler->newest_ready = self;
    if (G_UNLIKELY(--scheduler->slice_left == 0))
        return weft_scheduler_next_slice(scheduler);
    return self->next;
}

/* The running fiber leaves the queue.  Returns: who runs next */
static inline WeftFiber *
weft_scheduler_end_turn(WeftScheduler *scheduler, WeftFiber *self)
{
    WeftFiber *next = self->next;

    if (next == self)
        scheduler->newest_ready = NULL;
    else
        scheduler->newest_ready->next = next;
    if (G_UNLIKELY(next == self || --scheduler->slice_left == 0))
        return weft_scheduler_next_slice(scheduler);
    return next;
}

static inline void
weft_scheduler_note_switch(WeftScheduler *scheduler, WeftFiber *from, WeftFiber *to)
{
    scheduler->current = to;
    if (WEFT_STACKS_ARE_SANITIZED)
        scheduler->left = from;
}

/* Switch from @self to @next, and come back when somebody switches here.  Keeps errno.  Returns:
 * @self, which the caller so need not keep on its stack */
__attribute__((always_inline)) static inline WeftFiber *
weft_fiber_leave(WeftScheduler *scheduler, WeftFiber *self, WeftFiber *next)
{
    void *errno_here = scheduler->errno_here;
    const int saved_errno = *(int *)errno_here;

    weft_scheduler_note_switch(scheduler, self, next);
    weft_sanitizer_leave(&self->sanitizer, &next->sanitizer, FALSE);
    self = (WeftFiber *)weft_context_switch(&self->context, &next->context, &errno_here);
    if (WEFT_STACKS_ARE_SANITIZED)
        weft_sanitizer_arrive(&self->sanitizer, &self->scheduler->left->sanitizer);
    *(int *)errno_here = saved_errno;
    return self;
}

/*
 * Stop the running fiber until weft_fiber_ready(); others run.  It was checked before
 * (weft_fiber_check_self()).  Keeps errno.
 * @what: a literal for dumps
 * Returns: the cause of waking
 */
__attribute__((always_inline)) static inline WeftWakeCause
weft_fiber_park(WeftScheduler *scheduler, WeftFiber *self, const char *what)
{
    self->waits_for = what;
    self->waiting_since_us = scheduler->now_us;
    if (G_UNLIKELY(self->deadline_us < self->timer_us))
        weft_timer_heap_arm(&scheduler->timers, self, self->deadline_us);

    self->is_parked = TRUE;
    self = weft_fiber_leave(scheduler, self, weft_scheduler_end_turn(scheduler, self));
    return self->cause;
}

/* Make a parked fiber ready, behind all that are. */
static inline void
weft_fiber_ready(WeftFiber *fiber, WeftWakeCause cause)
{
    fiber->is_parked = FALSE;
    fiber->cause = (uint8_t)cause;
    if (G_UNLIKELY(fiber->priority != WEFT_PRIORITY_NORMAL))
        weft_scheduler_push_ahead(weft_scheduler_here, fiber);
    else
        weft_scheduler_push_ready(weft_scheduler_here, fiber);
}

/* Put @waiter into @queue, as the newest. */
static inline void
weft_waiter_link(WeftWaiter *waiter, WeftWaitQueue *queue)
{
    WeftWaiter *newest = queue->newest;

    waiter->queue = queue;
    waiter->older = newest;
    waiter->newer = NULL;
    queue->newest = waiter;
    if (newest == NULL)
        queue->oldest = waiter;
    else
        newest->newer = waiter;
}

/* Take @waiter out of its queue, wherever it stands there. */
static inline void
weft_waiter_unlink(WeftWaiter *waiter)
{
    WeftWaitQueue *queue = waiter->queue;

    g_assert(queue != NULL);
    if (waiter->older == NULL)
        queue->oldest = waiter->newer;
    else
        waiter->older->newer = waiter->newer;
    if (waiter->newer == NULL)
        queue->newest = waiter->older;
    else
        waiter->newer->older = waiter->older;
    waiter->queue = NULL;
}

/* weft_wait(), inlined. */
__attribute__((always_inline)) static inline gboolean
weft_wait_here(WeftScheduler *scheduler, WeftFiber *self, WeftWaitQueue *queue, const char *what,
               GError **error)
{
    if (!weft_fiber_check_self(scheduler, self, what, error))
        return FALSE;

    weft_waiter_link(&self->waiter, queue);
    const WeftWakeCause cause = weft_fiber_park(scheduler, self, what);
    if (G_LIKELY(cause == WEFT_WAKE_GIVEN))
        return TRUE;
    return weft_fiber_fail(cause, what, error);
}

/* What is still to be done for a fiber that waits in several queues (weft_wait_any()): take it out
 * of the others, and make it ready with @cause.  @served: (nullable): the waiter it is woken for */
void weft_wait_set_end(WeftFiber *fiber, WeftWaiter *served, WeftWakeCause cause)
    __attribute__((cold, noinline)); /* cold: who waits in one queue must not pay for the others */

/* TRUE if its fiber waits in this queue only. */
static inline gboolean
weft_waiter_is_only(const WeftWaiter *waiter)
{
    return G_LIKELY(waiter->set_owner == NULL);
}

/* Computed, where it can be: a pointer read would be on the way of every hand-over. */
static inline WeftFiber *
weft_waiter_only_fiber(WeftWaiter *waiter)
{
    return (WeftFiber *)((char *)waiter - offsetof(WeftFiber, waiter));
}

static inline WeftFiber *
weft_waiter_fiber(WeftWaiter *waiter)
{
    return weft_waiter_is_only(waiter) ? weft_waiter_only_fiber(waiter) : waiter->set_owner;
}

/* Take @oldest, which is that of @queue, out of it. */
static inline void
weft_wait_queue_pop(WeftWaitQueue *queue, WeftWaiter *oldest)
{
    WeftWaiter *next = oldest->newer;

    queue->oldest = next;
    if (next == NULL)
        queue->newest = NULL;
    else
        next->older = NULL;
    oldest->queue = NULL;
}

/* The same, and make its fiber, which waits in this queue only, ready. */
static inline void
weft_wait_queue_serve_only(WeftWaitQueue *queue, WeftWaiter *oldest)
{
    weft_wait_queue_pop(queue, oldest);
    weft_fiber_ready(weft_waiter_only_fiber(oldest), WEFT_WAKE_GIVEN);
}

/* The same for any. */
static inline void
weft_wait_queue_serve(WeftWaitQueue *queue, WeftWaiter *oldest)
{
    weft_wait_queue_pop(queue, oldest);
    if (weft_waiter_is_only(oldest))
        weft_fiber_ready(weft_waiter_only_fiber(oldest), WEFT_WAKE_GIVEN);
    else
        weft_wait_set_end(oldest->set_owner, oldest, WEFT_WAKE_GIVEN);
}

static inline void
weft_wait_queue_serve_all(WeftWaitQueue *queue)
{
    while (queue->oldest != NULL)
        weft_wait_queue_serve(queue, queue->oldest);
}

/* Take @waiter out of its queue, wherever it stands there, and make its fiber ready with @cause. */
static inline void
weft_wait_end(WeftWaiter *waiter, WeftWakeCause cause)
{
    weft_waiter_unlink(waiter);
    if (weft_waiter_is_only(waiter))
        weft_fiber_ready(weft_waiter_only_fiber(waiter), cause);
    else
        weft_wait_set_end(waiter->set_owner, waiter, cause);
}

/* weft_wait_end() with WEFT_WAKE_GIVEN, but its fiber runs next: weft_scheduler_push_next(). */
void weft_wait_end_first(WeftWaiter *waiter);

/* The running fiber goes behind all that are ready, whether it is cancelled or late or not: for who
 * has something by now. */
void weft_fiber_give_way(WeftScheduler *scheduler, WeftFiber *self);
