/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Who looks at a scheduler after each of its batches: what measures, what looks for faults.  A
 * scheduler without observers pays for one question a turn of its loop, and nothing in a switch.
 */

#include "fiber/scheduler.h"
#include <stdatomic.h>

/* On the scheduler's thread, outside of fibers: must not park. */
typedef void (*WeftObserver)(WeftScheduler *scheduler);

extern atomic_uint weft_n_observers;

/* From now on, for all schedulers; twice is once.  From any thread. */
void weft_observer_add(WeftObserver observer);

/* Call them all. */
void weft_observers_call(WeftScheduler *scheduler) __attribute__((cold, noinline));

static inline void
weft_observe(WeftScheduler *scheduler)
{
    if (G_UNLIKELY(atomic_load_explicit(&weft_n_observers, memory_order_relaxed) > 0))
        weft_observers_call(scheduler);
}
