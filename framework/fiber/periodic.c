/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work later, and again and again: loops that sleep.
 */

#include <weft/periodic.h>

#include "fiber/task.h"
#include <weft/clock.h>
#include <weft/log.h>
#include <weft/scheduler.h>

typedef struct {
    WeftTaskFunc once;
    WeftFiberFunc func;
    gpointer data;
    GDestroyNotify data_free;
    const char *name;
    int64_t start_us;
    int64_t rest_ms;
    unsigned times_per_second;
} Periodic;

static void
periodic_free(gpointer data)
{
    Periodic *periodic = data;

    if (periodic->data_free != NULL)
        periodic->data_free(periodic->data);
    g_free(periodic);
}

static WeftTask *
start(const char *name, WeftTaskFunc body, const Periodic *plan, void *spawned_at)
{
    Periodic *periodic = g_new(Periodic, 1);

    *periodic = *plan;
    periodic->name = name;
    return weft_task_new(weft_root_group(), name, body, periodic, periodic_free, spawned_at);
}

static gpointer
run_later(gpointer data, GError **error)
{
    const Periodic *periodic = data;

    if (!weft_fiber_sleep_until_us(periodic->start_us, error))
        return NULL;
    return periodic->once(periodic->data, error);
}

WeftTask *
weft_later_ms(int64_t delay_ms, const char *name, WeftTaskFunc func, gpointer data,
              GDestroyNotify data_free)
{
    const Periodic plan = {.once = func,
                           .data = data,
                           .data_free = data_free,
                           .start_us = weft_clock_now_us() + MAX(delay_ms, 0) * 1000};

    return start(name, run_later, &plan, __builtin_return_address(0));
}

static gpointer
run_at_intervals(gpointer data, GError **error)
{
    const Periodic *periodic = data;

    if (!weft_fiber_sleep_until_us(periodic->start_us, error))
        return NULL;
    while (periodic->func(periodic->data, error))
        if (!weft_fiber_sleep_ms(periodic->rest_ms, error))
            break;
    return NULL;
}

WeftTask *
weft_interval_ms(int64_t interval_ms, WeftIntervalStart when, const char *name, WeftFiberFunc func,
                 gpointer data, GDestroyNotify data_free)
{
    const int64_t delay_ms = when == WEFT_INTERVAL_AT_ONCE ? 0 : MAX(interval_ms, 0);
    const Periodic plan = {.func = func,
                           .data = data,
                           .data_free = data_free,
                           .start_us = weft_clock_now_us() + delay_ms * 1000,
                           .rest_ms = interval_ms};

    return start(name, run_at_intervals, &plan, __builtin_return_address(0));
}

/* How many runs were due @elapsed_us after the start. */
static int64_t
count_due(int64_t elapsed_us, unsigned times_per_second)
{
    return elapsed_us / G_USEC_PER_SEC * times_per_second +
           elapsed_us % G_USEC_PER_SEC * times_per_second / G_USEC_PER_SEC;
}

/* When the @n-th run is due after the start: rounded up, so that count_due() then counts it. */
static int64_t
due_us(int64_t n, unsigned times_per_second)
{
    const int64_t rest = n % times_per_second;

    return n / times_per_second * G_USEC_PER_SEC +
           (rest * G_USEC_PER_SEC + times_per_second - 1) / times_per_second;
}

static gpointer
run_at_rate(gpointer data, GError **error)
{
    const Periodic *periodic = data;
    const unsigned rate = periodic->times_per_second;

    for (int64_t n = 1;; n++) {
        /* One that is due already still lets others run. */
        if (!weft_fiber_sleep_until_us(periodic->start_us + due_us(n, rate), error))
            break;
        const int64_t n_due = count_due(weft_clock_now_us() - periodic->start_us, rate);
        n = MAX(n, n_due - WEFT_RATE_MAX_BEHIND);
        if (!periodic->func(periodic->data, error))
            break;
    }
    return NULL;
}

WeftTask *
weft_rate(unsigned times_per_second, const char *name, WeftFiberFunc func, gpointer data,
          GDestroyNotify data_free)
{
    const Periodic plan = {.func = func,
                           .data = data,
                           .data_free = data_free,
                           .start_us = weft_clock_now_us(),
                           .times_per_second = times_per_second};

    g_return_val_if_fail(times_per_second >= 1 && times_per_second <= G_USEC_PER_SEC, NULL);
    return start(name, run_at_rate, &plan, __builtin_return_address(0));
}

/* TRUE: go on */
static gboolean
rest_after(const Periodic *periodic, GError *failure, GError **error)
{
    if (weft_fiber_is_cancelled()) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    weft_log(WEFT_LOG_WARNING, "%s: %s", periodic->name, failure->message);
    g_error_free(failure);
    return weft_fiber_sleep_ms(periodic->rest_ms, error);
}

static gpointer
run_loop(gpointer data, GError **error)
{
    const Periodic *periodic = data;

    while (weft_fiber_yield(error)) {
        GError *failure = NULL;

        if (!periodic->func(periodic->data, &failure) && !rest_after(periodic, failure, error))
            break;
    }
    return NULL;
}

WeftTask *
weft_loop(int64_t pause_ms, const char *name, WeftFiberFunc func, gpointer data,
          GDestroyNotify data_free)
{
    const Periodic plan = {.func = func, .data = data, .data_free = data_free, .rest_ms = pause_ms};

    return start(name, run_loop, &plan, __builtin_return_address(0));
}
