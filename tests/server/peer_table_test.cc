/* SPDX-License-Identifier: Apache-2.0 */

#include <gtest/gtest.h>

extern "C" {
#include "server/peer_table.h"
}

namespace
{

const WeftPeer one = {{1, 2}};
const WeftPeer neighbour = {{1, 3}}; /* shares a cell */
const WeftPeer other = {{4, 5}};

} // namespace

TEST(PeerTable, CountsWhatAPeerHas)
{
    WeftPeerCounts *counts = weft_peer_counts_new();

    EXPECT_EQ(weft_peer_counts_add(counts, one), 1u);
    EXPECT_EQ(weft_peer_counts_add(counts, one), 2u);
    EXPECT_EQ(weft_peer_counts_add(counts, neighbour), 1u);
    EXPECT_EQ(weft_peer_counts_add(counts, other), 1u);
    weft_peer_counts_remove(counts, one);
    EXPECT_EQ(weft_peer_counts_add(counts, one), 2u);
    weft_peer_counts_free(counts);
}

TEST(PeerTable, ARateHasABurstAndComesBack)
{
    WeftPeerRates *rates = weft_peer_rates_new(10, 3);
    int64_t now_us = 1000000;

    for (int i = 0; i < 3; i++)
        EXPECT_TRUE(weft_peer_rates_take(rates, one, now_us));
    EXPECT_FALSE(weft_peer_rates_take(rates, one, now_us));
    EXPECT_TRUE(weft_peer_rates_take(rates, neighbour, now_us));
    EXPECT_TRUE(weft_peer_rates_take(rates, other, now_us));
    now_us += 100000;
    EXPECT_TRUE(weft_peer_rates_take(rates, other, now_us));
    EXPECT_FALSE(weft_peer_rates_take(rates, one, now_us - 1));
    EXPECT_TRUE(weft_peer_rates_take(rates, one, now_us));
    EXPECT_FALSE(weft_peer_rates_take(rates, one, now_us));
    weft_peer_rates_free(rates);
}

TEST(PeerTable, AStreamInMemoryHasNoAddress)
{
    WeftStream *left;
    WeftStream *right;
    WeftPeer peer;

    weft_stream_pair(16, &left, &right);
    EXPECT_FALSE(weft_peer_of(left, &peer));
    weft_stream_free(left);
    weft_stream_free(right);
}
