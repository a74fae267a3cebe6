/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a fiber: made, dispatched, parked, woken, ended.  This file has the two places where
 * stacks are switched: leave(), which comes back, and the end of weft_context_main(), which does
 * not.
 */

#include "fiber/belongings.h"
#include "fiber/dispatch.h"
#include "fiber/family.h"
#include <weft/clock.h>

/* A batch: at most so many slices, and no further one after so much time.  Fibers that do next to
 * nothing between switches would otherwise pay more for the clock and the event loop than for
 * themselves. */
#define SLICE_DISPATCHES 128
#define BATCH_SLICES 32
#define BATCH_US 200

G_STATIC_ASSERT(WEFT_PRIORITY_MAX_OVERTAKES <= SLICE_DISPATCHES / 2);

static void
begin_slice(WeftScheduler *scheduler)
{
    scheduler->slice_left = SLICE_DISPATCHES;
    scheduler->overtakes_left = WEFT_PRIORITY_MAX_OVERTAKES;
}

WeftFiber *
weft_scheduler_next_slice(WeftScheduler *scheduler)
{
    if (scheduler->newest_ready == NULL || --scheduler->slices_left == 0 ||
        weft_clock_now_us() > scheduler->batch_end_us)
        return &scheduler->loop;

    begin_slice(scheduler);
    return scheduler->newest_ready->next;
}

void
weft_scheduler_run_batch(WeftScheduler *scheduler)
{
    begin_slice(scheduler);
    scheduler->slices_left = BATCH_SLICES;
    scheduler->batch_end_us = scheduler->now_us + BATCH_US;

    if (scheduler->newest_ready != NULL)
        weft_fiber_leave(scheduler, &scheduler->loop, scheduler->newest_ready->next);
    if (G_UNLIKELY(scheduler->is_forked))
        g_error("the fork of a program with fibers went on; it may only exec or _exit");
}

/* Behind the one that runs, which stays the oldest in the circle, and behind system fibers that
 * stand there already. */
void
weft_scheduler_push_ahead(WeftScheduler *scheduler, WeftFiber *fiber)
{
    WeftFiber *newest = scheduler->newest_ready;

    if (newest == NULL || scheduler->overtakes_left == 0) {
        weft_scheduler_push_ready(scheduler, fiber);
        return;
    }
    scheduler->overtakes_left--;

    const gboolean is_anyone_on = scheduler->current != &scheduler->loop;
    WeftFiber *ahead = newest;
    if (is_anyone_on || newest->next->priority == WEFT_PRIORITY_SYSTEM) {
        ahead = newest->next;
        while (ahead != newest && ahead->next->priority == WEFT_PRIORITY_SYSTEM)
            ahead = ahead->next;
        if (ahead == newest)
            scheduler->newest_ready = fiber;
    }
    fiber->next = ahead->next;
    ahead->next = fiber;
}

size_t
weft_scheduler_n_dispatched(const WeftScheduler *scheduler)
{
    const size_t n_slices = BATCH_SLICES - scheduler->slices_left;

    return n_slices * SLICE_DISPATCHES + SLICE_DISPATCHES - scheduler->slice_left +
           (scheduler->newest_ready == NULL ? 1 : 0);
}

gboolean
weft_fiber_yield(GError **error)
{
    WeftScheduler *scheduler = weft_scheduler_here;
    WeftFiber *self = scheduler->current;

    if (!weft_fiber_check_self(scheduler, self, "yield", error))
        return FALSE;

    /* Who is alone switches to itself: that is rare, works, and not worth a question each time. */
    weft_fiber_leave(scheduler, self, weft_scheduler_pass_turn(scheduler, self));
    return TRUE;
}

/* No atomic addition: only this thread changes it. */
static void
count_live(WeftScheduler *scheduler, int change)
{
    __atomic_store_n(&scheduler->n_live, scheduler->n_live + (size_t)change, __ATOMIC_RELAXED);
}

/* The part of a fiber's end that still runs on its stack.  Its data goes before its group hears of
 * the end: who waited for the group may free what the data refers to.  Returns: who runs next */
static WeftFiber *
finish(WeftFiber *self, gboolean succeeded, GError *error)
{
    g_assert(succeeded == (error == NULL));
    g_assert(self->n_shields == 0);
    if (G_UNLIKELY(self->belongings != NULL))
        weft_belongings_end(self);
    if (self->data_free != NULL)
        self->data_free(self->data);
    if (G_UNLIKELY(self->belongings != NULL))
        weft_belongings_end(self); /* what that has made */
    if (G_UNLIKELY(self->cancel_reason != NULL))
        g_clear_pointer(&self->cancel_reason, g_free);
    weft_family_leave(self);
    weft_group_leave(self->group, self, error);

    self->id = 0;
    count_live(self->scheduler, -1);
    WeftFiber *next = weft_scheduler_end_turn(self->scheduler, self);
    weft_stack_pool_put(&self->scheduler->stacks, self);
    return next;
}

void
weft_context_main(WeftContext *context)
{
    WeftFiber *self = (WeftFiber *)context;
    WeftScheduler *scheduler = self->scheduler;
    GError *error = NULL;

    weft_sanitizer_arrive(&self->sanitizer, &scheduler->left->sanitizer);
    /* Cancelled or late before it first ran: the body is not entered. */
    const gboolean succeeded = weft_fiber_check_self(scheduler, self, "its first turn", &error) &&
                               self->func(self->data, &error);
    WeftFiber *next = finish(self, succeeded, error);

    weft_scheduler_note_switch(scheduler, self, next);
    weft_sanitizer_leave(&self->sanitizer, &next->sanitizer, TRUE);
    void *errno_here = scheduler->errno_here;
    weft_context_switch(&self->context, &next->context, &errno_here);
    g_assert_not_reached();
}

WeftFiber *
weft_fiber_new(WeftGroup *group, const char *name, WeftFiberFunc func, gpointer data,
               GDestroyNotify data_free)
{
    WeftScheduler *scheduler = group->scheduler;
    WeftFiber *fiber = weft_stack_pool_take(&scheduler->stacks);

    weft_sanitizer_stack_reuse(&fiber->sanitizer);
    weft_context_init(&fiber->context, weft_stack_bottom(fiber), fiber);
    fiber->scheduler = scheduler;
    fiber->is_parked = FALSE;
    fiber->is_cancelled = FALSE;
    fiber->n_shields = 0;
    fiber->priority = WEFT_PRIORITY_NORMAL;
    fiber->deadline_us = WEFT_DEADLINE_NEVER;
    fiber->waiter.queue = NULL;
    fiber->waiter.set_owner = NULL;
    fiber->wait_set = NULL;
    fiber->waits_for = "its first turn";
    fiber->waiting_since_us = scheduler->now_us;
    fiber->func = func;
    fiber->data = data;
    fiber->data_free = data_free;
    fiber->name = name;
    fiber->id = ++scheduler->n_spawned;
    count_live(scheduler, 1);
    weft_family_join(fiber, scheduler->current);

    fiber->group = group;
    fiber->newer = NULL;
    fiber->older = group->newest;
    if (group->newest != NULL)
        group->newest->newer = fiber;
    group->newest = fiber;
    group->n_fibers++;

    if (G_UNLIKELY(group->cancel_reason != NULL))
        weft_fiber_cancel(fiber, group->cancel_reason);
    weft_scheduler_push_ready(scheduler, fiber);
    return fiber;
}

void
weft_fiber_interrupt(WeftFiber *fiber, WeftWakeCause cause)
{
    if (!fiber->is_parked)
        return;
    if (fiber->waiter.queue != NULL)
        weft_wait_end(&fiber->waiter, cause);
    else if (fiber->wait_set != NULL)
        weft_wait_set_end(fiber, NULL, cause);
    else
        weft_fiber_ready(fiber, cause);
}

void
weft_fiber_cancel(WeftFiber *fiber, const char *reason)
{
    if (fiber->is_cancelled)
        return;
    fiber->is_cancelled = TRUE;
    fiber->cancel_reason = g_strdup(reason);
    if (fiber->n_shields == 0)
        weft_fiber_interrupt(fiber, WEFT_WAKE_CANCELLED);
}

gboolean
weft_fiber_fail(WeftWakeCause cause, const char *what, GError **error)
{
    const WeftScheduler *scheduler = weft_scheduler_here;
    const WeftFiber *self = scheduler->current;

    g_assert(self != &scheduler->loop); /* the event loop must not park */
    switch (cause) {
    case WEFT_WAKE_CANCELLED:
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_CANCELLED, "cancelled: %s", self->cancel_reason);
        break;
    case WEFT_WAKE_TIMED_OUT:
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_TIMED_OUT, "timed out in %s", what);
        break;
    case WEFT_WAKE_CLOSED:
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_CLOSED, "%s: closed", what);
        break;
    case WEFT_WAKE_GIVEN:
        g_assert_not_reached();
    }
    return FALSE;
}

gboolean
weft_fiber_check(GError **error)
{
    const WeftScheduler *scheduler = weft_scheduler_here;

    return weft_fiber_check_self(scheduler, scheduler->current, "a parking call", error);
}

gboolean
weft_fiber_sleep_until_us(int64_t until_us, GError **error)
{
    WeftScheduler *scheduler = weft_scheduler_here;
    WeftFiber *self = scheduler->current;
    const int64_t outer_us = self->deadline_us;

    if (!weft_fiber_check_self(scheduler, self, "sleep", error))
        return FALSE;

    self->deadline_us = MIN(outer_us, until_us);
    const WeftWakeCause cause = weft_fiber_park(scheduler, self, "sleep");
    self->deadline_us = outer_us;
    if (cause == WEFT_WAKE_TIMED_OUT && until_us < outer_us)
        return TRUE;
    return weft_fiber_fail(cause, "sleep", error);
}

gboolean
weft_fiber_sleep_ms(int64_t duration_ms, GError **error)
{
    return weft_fiber_sleep_until_us(weft_clock_now_us() + MAX(duration_ms, 0) * 1000, error);
}

WeftFiber *
weft_fiber_current(void)
{
    const WeftScheduler *scheduler = weft_scheduler_here;

    if (scheduler == NULL || scheduler->current == &scheduler->loop)
        return NULL;
    return scheduler->current;
}

const char *
weft_fiber_name(const WeftFiber *fiber)
{
    return fiber->name;
}

void
weft_fiber_set_name(const char *name)
{
    weft_scheduler_here->current->name = name;
}

gboolean
weft_fiber_is_cancelled(void)
{
    return weft_scheduler_here->current->is_cancelled;
}

const char *
weft_fiber_cancel_reason(void)
{
    return weft_scheduler_here->current->cancel_reason;
}

void
weft_fiber_set_priority(WeftFiber *fiber, WeftPriority priority)
{
    fiber->priority = (uint8_t)priority;
}

size_t
weft_fiber_stack_left(void)
{
    const char *here = __builtin_frame_address(0);

    return (size_t)(here - (const char *)weft_stack_bottom(weft_scheduler_here->current));
}

WeftShieldScope
weft_shield_scope(void)
{
    WeftFiber *self = weft_scheduler_here->current;
    const WeftShieldScope scope = {self->deadline_us};

    g_assert(self->n_shields < UINT8_MAX);
    self->n_shields++;
    self->deadline_us = WEFT_DEADLINE_NEVER;
    return scope;
}

void
weft_shield_scope_end(WeftShieldScope *scope)
{
    WeftFiber *self = weft_scheduler_here->current;

    self->n_shields--;
    self->deadline_us = scope->outer_deadline_us;
}
