/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/select.h>

#include <vector>

#include "../in_fiber.h"

using namespace weft_test;

namespace
{

class Select : public FakeClock
{
};

gpointer
number(uintptr_t value)
{
    return reinterpret_cast<gpointer>(value);
}

WeftSelectCase
recv_from(WeftChannel *channel)
{
    return {channel, WEFT_SELECT_RECV, nullptr, FALSE};
}

WeftSelectCase
send_to(WeftChannel *channel, uintptr_t value)
{
    return {channel, WEFT_SELECT_SEND, number(value), FALSE};
}

} // namespace

TEST_F(Select, ReceivesFromTheOneThatHasSomething)
{
    in_fiber([] {
        g_autoptr(WeftChannel) empty = weft_channel_new(1, nullptr);
        g_autoptr(WeftChannel) full = weft_channel_new(1, nullptr);
        WeftSelectCase cases[] = {recv_from(empty), recv_from(full)};

        EXPECT_TRUE(weft_channel_try_send(full, number(7)));
        EXPECT_EQ(weft_select(cases, 2, WEFT_SELECT_FAIR, nullptr), 1);
        EXPECT_EQ(cases[1].item, number(7));
        EXPECT_EQ(weft_select(cases, 2, WEFT_SELECT_NO_WAIT, nullptr), -1);
    });
}

TEST_F(Select, WhatIsSentIsGoneAndTheRestStaysTheCallers)
{
    in_fiber([] {
        g_autoptr(WeftChannel) full = weft_channel_new(1, nullptr);
        g_autoptr(WeftChannel) free = weft_channel_new(1, nullptr);
        WeftSelectCase cases[] = {send_to(full, 1), send_to(free, 2)};

        EXPECT_TRUE(weft_channel_try_send(full, number(9)));
        EXPECT_EQ(weft_select(cases, 2, WEFT_SELECT_FAIR, nullptr), 1);
        EXPECT_EQ(cases[0].item, number(1));
        EXPECT_EQ(cases[1].item, nullptr);
        EXPECT_EQ(weft_channel_try_recv(free), number(2));
    });
}

TEST_F(Select, WaitsInAllAndIsOutOfAllOnceServed)
{
    in_fiber([] {
        g_autoptr(WeftChannel) first = weft_channel_new(0, nullptr);
        g_autoptr(WeftChannel) second = weft_channel_new(0, nullptr);
        g_autoptr(WeftGroup) group = weft_group_new();

        spawn(group, [&] {
            WeftSelectCase cases[] = {recv_from(first), recv_from(second), recv_from(first)};
            EXPECT_EQ(weft_select(cases, 3, WEFT_SELECT_FAIR, nullptr), 1);
            EXPECT_EQ(cases[1].item, number(5));
        });
        settle();
        EXPECT_EQ(weft_channel_balance(first), -2);
        EXPECT_TRUE(weft_channel_try_send(second, number(5)));
        EXPECT_EQ(weft_channel_balance(first), 0);
        EXPECT_FALSE(weft_channel_try_send(first, number(6)));
        join(group);
    });
}

TEST_F(Select, NeverMeetsItselfButItsTwin)
{
    in_fiber([] {
        g_autoptr(WeftChannel) channel = weft_channel_new(0, nullptr);
        g_autoptr(WeftGroup) group = weft_group_new();
        std::vector<int> done;

        for (uintptr_t value = 1; value <= 2; value++) {
            spawn(group, [&, value] {
                WeftSelectCase cases[] = {send_to(channel, value), recv_from(channel)};
                done.push_back(weft_select(cases, 2, WEFT_SELECT_IN_ORDER, nullptr));
            });
            EXPECT_TRUE(weft_fiber_yield(nullptr));
            EXPECT_EQ(done.size(), value == 1 ? 0u : 1u);
        }
        join(group);
        EXPECT_EQ(done, (std::vector<int>{0, 1}));
    });
}

TEST_F(Select, HonoursTheDeadlineAndLeavesAllQueues)
{
    in_fiber([] {
        g_autoptr(WeftChannel) first = weft_channel_new(0, nullptr);
        g_autoptr(WeftChannel) second = weft_channel_new(0, nullptr);
        g_autoptr(GError) error = nullptr;
        WeftSelectCase cases[] = {send_to(first, 1), recv_from(second)};
        const int64_t begin_us = weft_clock_now_us();

        {
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(20);
            EXPECT_EQ(weft_select(cases, 2, WEFT_SELECT_FAIR, &error), -1);
        }
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_TIMED_OUT));
        EXPECT_EQ(weft_clock_now_us() - begin_us, 20 * 1000);
        EXPECT_EQ(cases[0].item, number(1));
        EXPECT_FALSE(weft_channel_has_sender(first));
        EXPECT_FALSE(weft_channel_has_receiver(second));
    });
}

TEST_F(Select, ACancelledFiberLeavesAllQueues)
{
    in_fiber([] {
        g_autoptr(WeftChannel) channel = weft_channel_new(0, nullptr);
        g_autoptr(WeftGroup) group = weft_group_new();

        WeftFiber *fiber = spawn(group, [&] {
            g_autoptr(GError) error = nullptr;
            WeftSelectCase cases[] = {recv_from(channel), send_to(channel, 1)};
            EXPECT_EQ(weft_select(cases, 2, WEFT_SELECT_FAIR, &error), -1);
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CANCELLED));
        });
        settle();
        weft_fiber_cancel(fiber, "test");
        EXPECT_EQ(weft_channel_balance(channel), 0);
        EXPECT_FALSE(weft_channel_has_sender(channel));
        join(group);
    });
}

TEST_F(Select, AClosedChannelMakesItsCaseReady)
{
    in_fiber([] {
        g_autoptr(WeftChannel) open = weft_channel_new(0, nullptr);
        g_autoptr(WeftChannel) closed = weft_channel_new(1, nullptr);
        WeftSelectCase cases[] = {recv_from(open), recv_from(closed), send_to(closed, 4)};

        EXPECT_TRUE(weft_channel_try_send(closed, number(3)));
        weft_channel_close(closed);
        EXPECT_EQ(weft_select(cases, 2, WEFT_SELECT_FAIR, nullptr), 1);
        EXPECT_FALSE(cases[1].is_closed);
        EXPECT_EQ(cases[1].item, number(3));
        EXPECT_EQ(weft_select(cases, 2, WEFT_SELECT_FAIR, nullptr), 1);
        EXPECT_TRUE(cases[1].is_closed);
        cases[1].channel = nullptr;
        EXPECT_EQ(weft_select(cases, 3, WEFT_SELECT_FAIR, nullptr), 2);
        EXPECT_TRUE(cases[2].is_closed);
        EXPECT_EQ(cases[2].item, number(4));
    });
}

TEST_F(Select, ACloseWakesWhoWaits)
{
    in_fiber([] {
        g_autoptr(WeftChannel) first = weft_channel_new(0, nullptr);
        g_autoptr(WeftChannel) second = weft_channel_new(0, nullptr);
        g_autoptr(WeftGroup) group = weft_group_new();

        spawn(group, [&] {
            WeftSelectCase cases[] = {recv_from(first), send_to(second, 8)};
            EXPECT_EQ(weft_select(cases, 2, WEFT_SELECT_FAIR, nullptr), 1);
            EXPECT_TRUE(cases[1].is_closed);
            EXPECT_EQ(cases[1].item, number(8));
        });
        settle();
        weft_channel_close(second);
        EXPECT_FALSE(weft_channel_has_receiver(first));
        join(group);
    });
}

TEST_F(Select, AnErrorThatWasSentFailsIt)
{
    in_fiber([] {
        g_autoptr(WeftChannel) channel = weft_channel_new(1, nullptr);
        g_autoptr(GError) error = nullptr;
        WeftSelectCase cases[] = {recv_from(channel)};

        EXPECT_TRUE(weft_channel_send_error(
            channel, g_error_new_literal(WEFT_ERROR, WEFT_ERROR_INVALID, "no"), nullptr));
        EXPECT_EQ(weft_select(cases, 1, WEFT_SELECT_FAIR, &error), -1);
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_INVALID));
    });
}

TEST_F(Select, OfSeveralThatAreReadyEachHasItsChance)
{
    in_fiber([] {
        constexpr int N_CHANNELS = 3;
        WeftChannel *channels[N_CHANNELS];
        std::vector<WeftSelectCase> cases;
        int n_done[N_CHANNELS] = {0};

        for (WeftChannel *&channel : channels) {
            channel = weft_channel_new(3000, nullptr);
            for (uintptr_t value = 1; value <= 3000; value++)
                EXPECT_TRUE(weft_channel_try_send(channel, number(value)));
            cases.push_back(recv_from(channel));
        }
        for (int n = 0; n < 3000; n++)
            n_done[weft_select(cases.data(), N_CHANNELS, WEFT_SELECT_FAIR, nullptr)]++;
        /* 1000 each, with a deviation of 26. */
        for (int n : n_done)
            EXPECT_NEAR(n, 1000, 150);
        EXPECT_EQ(weft_select(cases.data(), N_CHANNELS, WEFT_SELECT_IN_ORDER, nullptr), 0);
        for (WeftChannel *channel : channels)
            weft_channel_unref(channel);
    });
}
