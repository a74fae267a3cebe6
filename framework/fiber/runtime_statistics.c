/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runtime's own numbers.  What there is now is read where it lies, by whoever asks; what has
 * happened is added up after each batch of a scheduler: the switch itself counts nothing.
 */

#include "fiber/dispatch.h"
#include "fiber/observer.h"
#include <weft/clock.h>
#include <weft/offload.h>
#include <weft/statistics.h>

static struct {
    WeftStatistic *turns;
    WeftStatistic *dispatches;
    WeftStatistic *spawned;
    WeftStatistic *turn;
    WeftStatistic *longest_turn;
} runtime;

/* What was counted of the calling thread's scheduler. */
static __thread struct {
    const WeftScheduler *scheduler; /* only compared */
    uint64_t n_turns;
    uint64_t n_spawned;
} counted;

static int64_t longest_turn_us; /* atomic */

static void
note_longest(int64_t turn_us)
{
    if (turn_us <= __atomic_load_n(&longest_turn_us, __ATOMIC_RELAXED))
        return;
    __atomic_store_n(&longest_turn_us, turn_us, __ATOMIC_RELAXED);
    weft_statistic_set(runtime.longest_turn, turn_us);
}

static void
count_batch(WeftScheduler *scheduler)
{
    const int64_t turn_us = weft_clock_now_us() - scheduler->now_us;

    if (counted.scheduler != scheduler || scheduler->n_turns < counted.n_turns) {
        counted.scheduler = scheduler;
        counted.n_turns = counted.n_spawned = 0;
    }
    weft_statistic_add(runtime.turns, (int64_t)(scheduler->n_turns - counted.n_turns));
    weft_statistic_add(runtime.spawned, (int64_t)(scheduler->n_spawned - counted.n_spawned));
    counted.n_turns = scheduler->n_turns;
    counted.n_spawned = scheduler->n_spawned;
    weft_statistic_add(runtime.dispatches, (int64_t)weft_scheduler_n_dispatched(scheduler));
    weft_statistic_record(runtime.turn, turn_us);
    note_longest(turn_us);
}

/* ---- what is so now ---- */

typedef size_t (*NumberOfScheduler)(const WeftScheduler *scheduler);

/* Their threads write these as they go: one that is read while it changes is one of its values. */
__attribute__((no_sanitize("thread"))) static size_t
stacks_in_use(const WeftScheduler *scheduler)
{
    return __atomic_load_n(&scheduler->stacks.n_lent, __ATOMIC_RELAXED);
}

__attribute__((no_sanitize("thread"))) static size_t
stacks_warm(const WeftScheduler *scheduler)
{
    return __atomic_load_n(&scheduler->stacks.n_warm, __ATOMIC_RELAXED);
}

__attribute__((no_sanitize("thread"))) static size_t
stacks_unguarded(const WeftScheduler *scheduler)
{
    return __atomic_load_n(&scheduler->stacks.n_unguarded, __ATOMIC_RELAXED);
}

__attribute__((no_sanitize("thread"))) static size_t
timers_armed(const WeftScheduler *scheduler)
{
    return __atomic_load_n(&scheduler->timers.n_timers, __ATOMIC_RELAXED);
}

static size_t
fibers_live(const WeftScheduler *scheduler)
{
    return __atomic_load_n(&scheduler->n_live, __ATOMIC_RELAXED);
}

static size_t
one(G_GNUC_UNUSED const WeftScheduler *scheduler)
{
    return 1;
}

static const struct {
    const char *name;
    const char *help;
    NumberOfScheduler number;
} gauges[] = {
    {"runtime.schedulers", "Threads that run fibers.", one},
    {"runtime.fibers.live", "Fibers that live.", fibers_live},
    {"runtime.stacks.in_use", "Stacks that fibers have.", stacks_in_use},
    {"runtime.stacks.warm", "Stacks that wait for the next fiber, in memory.", stacks_warm},
    {"runtime.stacks.unguarded", "Stacks that could not get a guard page.", stacks_unguarded},
    {"runtime.timers", "Fibers with a deadline that is looked after.", timers_armed},
};

static int64_t
sum_over_schedulers(gpointer data)
{
    const size_t index = GPOINTER_TO_SIZE(data);
    size_t sum = 0;

    weft_schedulers_lock();
    for (const WeftScheduler *scheduler = weft_schedulers; scheduler != NULL;
         scheduler = scheduler->next)
        sum += gauges[index].number(scheduler);
    weft_schedulers_unlock();
    return (int64_t)sum;
}

static int64_t
jobs_queued(gpointer data)
{
    return weft_offload_load((WeftOffloadLane)GPOINTER_TO_INT(data)).n_queued;
}

static int64_t
jobs_running(gpointer data)
{
    return weft_offload_load((WeftOffloadLane)GPOINTER_TO_INT(data)).n_running;
}

static void
add_offload(WeftOffloadLane lane, const char *name)
{
    const char *help = "Jobs on the pool of threads that may block.";
    g_autofree char *queued = g_strdup_printf("runtime.offload_jobs{lane=%s,state=queued}", name);
    g_autofree char *running = g_strdup_printf("runtime.offload_jobs{lane=%s,state=running}", name);

    weft_statistic_function(queued, help, WEFT_STATISTIC_GAUGE, jobs_queued, GINT_TO_POINTER(lane));
    weft_statistic_function(running, help, WEFT_STATISTIC_GAUGE, jobs_running,
                            GINT_TO_POINTER(lane));
}

void
weft_runtime_statistics_begin(void)
{
    runtime.turns = weft_statistic_counter("runtime.turns", "Turns of event loops.");
    runtime.dispatches = weft_statistic_counter("runtime.dispatches", "Times that a fiber ran.");
    runtime.spawned = weft_statistic_counter("runtime.fibers.spawned", "Fibers begun.");
    runtime.turn = weft_statistic_histogram(
        "runtime.turn_us", "From the beginning of a turn until all that was ready has run.");
    runtime.longest_turn = weft_statistic_gauge("runtime.longest_turn_us", "The longest turn.");
    for (size_t i = 0; i < G_N_ELEMENTS(gauges); i++)
        weft_statistic_function(gauges[i].name, gauges[i].help, WEFT_STATISTIC_GAUGE,
                                sum_over_schedulers, GSIZE_TO_POINTER(i));
    add_offload(WEFT_OFFLOAD_DISK, "disk");
    add_offload(WEFT_OFFLOAD_NETWORK, "network");
    weft_observer_add(count_batch);
}
