/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Count-min sketches of two rows: of numbers, and of points in time (the generic cell rate
 * algorithm of ITU-T I.371: a cell holds when the next thing would be due at the allowed rate).
 */

#include "server/peer_table.h"

#include "io/socket.h"
#include "io/tls_stream.h"

#include <stdatomic.h>
#include <string.h>
#include <weft/random.h>

#define N_CELLS 8192 /* a power of two: 64 KiB of numbers, 128 KiB of times */

struct WeftPeerCounts {
    atomic_uint cells[2][N_CELLS];
};

struct WeftPeerRates {
    int64_t interval_us;  /* between two things at the allowed rate */
    int64_t tolerance_us; /* how far a cell may lie ahead of the clock */
    _Atomic int64_t cells[2][N_CELLS];
};

/* ---- peers ---- */

typedef struct {
    uint64_t words[3];
} Key;

/* Of this process. */
static const Key *
hash_key(void)
{
    static Key key;
    static gsize done;

    if (g_once_init_enter(&done)) {
        weft_random_fill(&key, sizeof key);
        g_once_init_leave(&done, 1);
    }
    return &key;
}

static uint64_t
mix(uint64_t a, uint64_t b)
{
    const unsigned __int128 product = (unsigned __int128)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

gboolean
weft_peer_of(WeftStream *stream, WeftPeer *ret_peer)
{
    const Key *key = hash_key();
    uint64_t network;

    if (weft_stream_is_tls(stream))
        stream = weft_tls_stream_below(stream);
    if (!weft_stream_is_socket(stream) || !weft_socket_stream_peer_network(stream, &network))
        return FALSE;

    const uint64_t hash =
        mix(mix(network ^ key->words[0], key->words[1] | 1) ^ key->words[2], key->words[0] | 1);
    ret_peer->cells[0] = (uint32_t)hash % N_CELLS;
    ret_peer->cells[1] = (uint32_t)(hash >> 32) % N_CELLS;
    return TRUE;
}

/* ---- numbers ---- */

WeftPeerCounts *
weft_peer_counts_new(void)
{
    return g_new0(WeftPeerCounts, 1);
}

void
weft_peer_counts_free(WeftPeerCounts *counts)
{
    g_free(counts);
}

unsigned
weft_peer_counts_add(WeftPeerCounts *counts, WeftPeer peer)
{
    const unsigned first = atomic_fetch_add(&counts->cells[0][peer.cells[0]], 1) + 1;
    const unsigned second = atomic_fetch_add(&counts->cells[1][peer.cells[1]], 1) + 1;

    return MIN(first, second);
}

void
weft_peer_counts_remove(WeftPeerCounts *counts, WeftPeer peer)
{
    atomic_fetch_sub(&counts->cells[0][peer.cells[0]], 1);
    atomic_fetch_sub(&counts->cells[1][peer.cells[1]], 1);
}

/* ---- rates ---- */

WeftPeerRates *
weft_peer_rates_new(unsigned per_s, unsigned burst)
{
    WeftPeerRates *rates = g_new0(WeftPeerRates, 1);

    g_assert(per_s > 0 && burst > 0);
    rates->interval_us = MAX(G_USEC_PER_SEC / (int64_t)per_s, 1);
    rates->tolerance_us = rates->interval_us * ((int64_t)burst - 1);
    return rates;
}

void
weft_peer_rates_free(WeftPeerRates *rates)
{
    g_free(rates);
}

static void
move_on(_Atomic int64_t *cell, int64_t now_us, int64_t interval_us)
{
    int64_t due_us = atomic_load_explicit(cell, memory_order_relaxed);

    while (!atomic_compare_exchange_weak(cell, &due_us, MAX(due_us, now_us) + interval_us))
        ;
}

gboolean
weft_peer_rates_take(WeftPeerRates *rates, WeftPeer peer, int64_t now_us)
{
    _Atomic int64_t *first = &rates->cells[0][peer.cells[0]];
    _Atomic int64_t *second = &rates->cells[1][peer.cells[1]];
    const int64_t due_us = MIN(atomic_load_explicit(first, memory_order_relaxed),
                               atomic_load_explicit(second, memory_order_relaxed));

    if (due_us > now_us + rates->tolerance_us)
        return FALSE;
    move_on(first, now_us, rates->interval_us);
    move_on(second, now_us, rates->interval_us);
    return TRUE;
}
