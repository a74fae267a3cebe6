/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What a server counts.
 */

#include <weft/server.h>

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

typedef struct {
    int64_t n_accepted; /* connections, since the start */
    int64_t n_active;   /* a fiber serves them now */
    int64_t n_parked;   /* wait without a fiber */
    int64_t n_served;   /* times that a service was called and returned */
} WeftServerMetrics;

/* The sum over all workers; from any thread, while the server runs and afterwards. */
void weft_server_get_metrics(WeftServer *server, WeftServerMetrics *ret_metrics);
