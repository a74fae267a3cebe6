/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop of one thread: posts from other threads, timers, a batch of fibers, events; and again
 * until the last fiber has ended.
 */

#include "fiber/scheduler.h"
#include "fiber/fiber.h"
#include "fiber/fork.h"
#include "fiber/observer.h"
#include "fiber/overflow.h"
#include "fiber/reactor.h"
#include <errno.h>
#include <pthread.h>
#include <unistd.h>
#include <weft/clock.h>

#define TRIM_INTERVAL_US G_USEC_PER_SEC

__thread WeftScheduler *weft_scheduler_here __attribute__((tls_model("initial-exec")));

WeftScheduler *weft_schedulers;
const int weft_debug_layout = WEFT_DEBUG_LAYOUT;
static pthread_mutex_t schedulers_mutex = PTHREAD_MUTEX_INITIALIZER;

void
weft_schedulers_lock(void)
{
    pthread_mutex_lock(&schedulers_mutex);
}

void
weft_schedulers_unlock(void)
{
    pthread_mutex_unlock(&schedulers_mutex);
}

static void
list_add(WeftScheduler *scheduler)
{
    weft_schedulers_lock();
    scheduler->next = weft_schedulers;
    weft_schedulers = scheduler;
    weft_schedulers_unlock();
}

static void
list_remove(WeftScheduler *scheduler)
{
    WeftScheduler **link = &weft_schedulers;

    weft_schedulers_lock();
    while (*link != scheduler)
        link = &(*link)->next;
    *link = scheduler->next;
    weft_schedulers_unlock();
}

static WeftScheduler *
scheduler_new(GError **error)
{
    WeftReactor *reactor = weft_reactor_new(error);
    if (reactor == NULL)
        return NULL;

    WeftScheduler *scheduler = g_new0(WeftScheduler, 1);
    scheduler->reactor = reactor;
    scheduler->errno_here = &errno;
    scheduler->thread = pthread_self();
    scheduler->thread_id = gettid();
    scheduler->now_us = weft_clock_now_us();
    scheduler->trim_at_us = scheduler->now_us + TRIM_INTERVAL_US;
    atomic_init(&scheduler->n_refs, 1);
    weft_stack_pool_init(&scheduler->stacks);

    scheduler->loop.name = "event loop";
    scheduler->loop.scheduler = scheduler;
    scheduler->loop.is_cancelled = TRUE; /* what would park comes to weft_fiber_fail() */
    scheduler->loop.deadline_us = scheduler->loop.timer_us = WEFT_DEADLINE_NEVER;
    weft_sanitizer_thread_init(&scheduler->loop.sanitizer);
    scheduler->current = scheduler->left = &scheduler->loop;

    weft_group_init(&scheduler->root, scheduler);
    scheduler->root.keeps_going = TRUE;
    return scheduler;
}

WeftScheduler *
weft_scheduler_ref(WeftScheduler *scheduler)
{
    atomic_fetch_add(&scheduler->n_refs, 1);
    return scheduler;
}

/* What other threads may still touch after the loop has ended: the inbox and the reactor's waker.
 */
void
weft_scheduler_unref(WeftScheduler *scheduler)
{
    if (atomic_fetch_sub(&scheduler->n_refs, 1) > 1)
        return;
    weft_reactor_free(scheduler->reactor);
    g_free(scheduler);
}

WeftScheduler *
weft_scheduler_current(void)
{
    return weft_scheduler_here;
}

int64_t
weft_scheduler_now_us(void)
{
    return weft_scheduler_here->now_us;
}

WeftGroup *
weft_root_group(void)
{
    return &weft_scheduler_here->root;
}

void
weft_scheduler_post(WeftScheduler *scheduler, WeftPost *post)
{
    post->next = atomic_load_explicit(&scheduler->inbox, memory_order_relaxed);
    while (!atomic_compare_exchange_weak(&scheduler->inbox, &post->next, post))
        ;
    if (atomic_load(&scheduler->is_asleep) && atomic_exchange(&scheduler->is_asleep, FALSE))
        weft_reactor_wake(scheduler->reactor);
}

static void
run_posts(WeftScheduler *scheduler)
{
    WeftPost *newest = NULL;
    WeftPost *oldest = NULL;

    if (atomic_load_explicit(&scheduler->inbox, memory_order_relaxed) != NULL)
        newest = atomic_exchange(&scheduler->inbox, NULL);
    while (newest != NULL) {
        WeftPost *next = newest->next;

        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    while (oldest != NULL) {
        WeftPost *next = oldest->next; /* run() may free the post */

        oldest->run(oldest);
        oldest = next;
    }
}

static void
fire_timers(WeftScheduler *scheduler)
{
    WeftFiber *fiber;

    while ((fiber = weft_timer_heap_pop_due(&scheduler->timers, scheduler->now_us)) != NULL) {
        if (!fiber->is_parked)
            continue; /* its next wait arms anew */
        if (fiber->deadline_us <= scheduler->now_us)
            weft_fiber_interrupt(fiber, WEFT_WAKE_TIMED_OUT);
        else if (fiber->deadline_us != WEFT_DEADLINE_NEVER)
            weft_timer_heap_arm(&scheduler->timers, fiber, fiber->deadline_us);
    }
}

/* Give stacks back that a burst has left; now and then, when there is nothing else to do.
 * Returns: until when the event loop may sleep */
static int64_t
trim_stacks(WeftScheduler *scheduler, int64_t until_us)
{
    if (!weft_stack_pool_has_surplus(&scheduler->stacks))
        return until_us;
    if (scheduler->now_us >= scheduler->trim_at_us) {
        if (weft_stack_pool_trim(&scheduler->stacks))
            return scheduler->now_us;
        weft_stack_pool_next_interval(&scheduler->stacks);
        scheduler->trim_at_us = scheduler->now_us + TRIM_INTERVAL_US;
    }
    return MIN(until_us, scheduler->trim_at_us);
}

/* Under a fake clock nobody waits: time jumps to the next deadline, unless another thread still
 * works for us. */
static void
poll_with_fake_clock(WeftScheduler *scheduler, int64_t until_us)
{
    weft_reactor_poll(scheduler->reactor, 0, 0);
    if (scheduler->newest_ready != NULL || atomic_load(&scheduler->inbox) != NULL)
        return;
    if (scheduler->n_completions_awaited > 0 || until_us == WEFT_DEADLINE_NEVER)
        weft_reactor_poll(scheduler->reactor, 0, WEFT_DEADLINE_NEVER);
    else
        weft_clock_fake_advance_us(MAX(until_us - weft_clock_now_us(), 0));
}

void
weft_scheduler_set_before_poll(WeftBeforePollFunc func, gpointer data)
{
    WeftScheduler *scheduler = weft_scheduler_here;

    g_assert(func == NULL || scheduler->before_poll == NULL);
    scheduler->before_poll = func;
    scheduler->before_poll_data = data;
}

void
weft_scheduler_set_idle_poll_us(int64_t duration_us)
{
    weft_scheduler_here->idle_poll_us = duration_us;
}

/* TRUE if something came while it was asked for; FALSE: sleep now. */
static gboolean
poll_before_sleep(WeftScheduler *scheduler, int64_t until_us)
{
    const int64_t end_us = MIN(until_us, weft_clock_now_us() + scheduler->idle_poll_us);

    if (weft_clock_is_fake())
        return FALSE;
    do {
        weft_reactor_poll(scheduler->reactor, 0, 0);
        if (scheduler->newest_ready != NULL || atomic_load(&scheduler->inbox) != NULL)
            return TRUE;
    } while (weft_clock_now_us() < end_us);
    return FALSE;
}

static void
poll_events(WeftScheduler *scheduler)
{
    int64_t inner_us = WEFT_DEADLINE_NEVER;
    int64_t until_us = scheduler->now_us;

    if (scheduler->before_poll != NULL)
        inner_us = scheduler->before_poll(scheduler->before_poll_data);
    if (scheduler->newest_ready == NULL)
        until_us = MIN(inner_us, weft_timer_heap_next_us(&scheduler->timers));
    if (until_us > scheduler->now_us)
        until_us = trim_stacks(scheduler, until_us);
    if (until_us <= scheduler->now_us) {
        weft_reactor_poll(scheduler->reactor, scheduler->now_us, until_us);
        return;
    }

    if (scheduler->idle_poll_us > 0 && poll_before_sleep(scheduler, until_us))
        return;

    /* First say that we sleep, then look once more: a post sees the one, or we see the other. */
    atomic_store(&scheduler->is_asleep, TRUE);
    if (atomic_load(&scheduler->inbox) == NULL) {
        if (weft_clock_is_fake())
            poll_with_fake_clock(scheduler, until_us);
        else
            weft_reactor_poll(scheduler->reactor, scheduler->now_us, until_us);
    }
    atomic_store(&scheduler->is_asleep, FALSE);
}

static void
run_until_empty(WeftScheduler *scheduler)
{
    while (scheduler->n_live > 0) {
        run_posts(scheduler);
        scheduler->now_us = weft_clock_now_us();
        fire_timers(scheduler);

        scheduler->n_turns++;
        weft_scheduler_run_batch(scheduler);
        weft_observe(scheduler);
        if (scheduler->n_live > 0)
            poll_events(scheduler);
    }
}

typedef struct {
    WeftFiberFunc func;
    gpointer data;
    gboolean succeeded;
    GError *error;
} MainCall;

static gboolean
run_main(gpointer data, G_GNUC_UNUSED GError **error)
{
    MainCall *call = data;

    call->succeeded = call->func(call->data, &call->error);
    weft_group_cancel(weft_root_group(), "the scheduler ends");
    return TRUE;
}

gboolean
weft_run(const char *name, WeftFiberFunc func, gpointer data, GError **error)
{
    MainCall call = {.func = func, .data = data};

    g_return_val_if_fail(weft_scheduler_here == NULL, FALSE);
    WeftScheduler *scheduler = scheduler_new(error);
    if (scheduler == NULL)
        return FALSE;

    weft_scheduler_here = scheduler;
    list_add(scheduler);
    weft_overflow_watch_thread();
    weft_fiber_new(&scheduler->root, name, run_main, &call, NULL);
    run_until_empty(scheduler);
    run_posts(scheduler);

    weft_overflow_unwatch_thread();
    list_remove(scheduler);
    weft_group_clear(&scheduler->root);
    weft_stack_pool_clear(&scheduler->stacks);
    weft_timer_heap_clear(&scheduler->timers);
    weft_scheduler_here = NULL;
    weft_scheduler_unref(scheduler);
    weft_fork_watch();
    if (call.error != NULL)
        g_propagate_error(error, call.error);
    return call.succeeded;
}
