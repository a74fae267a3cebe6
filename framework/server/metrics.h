/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Counters for the hot path: no lock, no atomic read-modify-write.
 */

#include <weft/metrics.h>

/* A counter that its worker's thread alone changes, and any thread reads. */
typedef int64_t WeftCounter;

static inline void
weft_counter_add(WeftCounter *counter, int64_t n)
{
    __atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

static inline int64_t
weft_counter_get(const WeftCounter *counter)
{
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}
