/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What each address is allowed, in tables that do not grow: an address has two cells of a table,
 * which it may share with others, and is judged by the one that says less.  The cells are chosen
 * with a key, so that nobody can choose with whom he shares.  For all threads.
 */

#include <weft/stream.h>

/* Where to look for a peer; all of an IPv6 network (/64) are one. */
typedef struct {
    uint32_t cells[2];
} WeftPeer;

/* @stream: a socket, or TLS on one.  FALSE: it has no address of the network. */
gboolean weft_peer_of(WeftStream *stream, WeftPeer *ret_peer);

/* ---- things that a peer has at a time ---- */

typedef struct WeftPeerCounts WeftPeerCounts;

WeftPeerCounts *weft_peer_counts_new(void);
void weft_peer_counts_free(WeftPeerCounts *counts);

/* One more.  Returns: how many there are now, at most */
unsigned weft_peer_counts_add(WeftPeerCounts *counts, WeftPeer peer);

/* One less. */
void weft_peer_counts_remove(WeftPeerCounts *counts, WeftPeer peer);

/* ---- things that a peer does in a second ---- */

typedef struct WeftPeerRates WeftPeerRates;

/*
 * @per_s: as a rule
 * @burst: at once, after a while without any
 */
WeftPeerRates *weft_peer_rates_new(unsigned per_s, unsigned burst);
void weft_peer_rates_free(WeftPeerRates *rates);

/* TRUE if @peer may do one more at @now_us; it is counted then. */
gboolean weft_peer_rates_take(WeftPeerRates *rates, WeftPeer peer, int64_t now_us);
