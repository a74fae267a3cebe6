/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/channel.h>

#include <random>
#include <string>
#include <vector>

#include "../in_fiber.h"

using namespace weft_test;

namespace
{

class Channel : public FakeClock
{
};

gpointer
number(uintptr_t value)
{
    return reinterpret_cast<gpointer>(value);
}

uintptr_t
value_of(gpointer item)
{
    return reinterpret_cast<uintptr_t>(item);
}

/* An item that knows its fate: exactly one of freed and received. */
struct Item {
    uint64_t sequence;
    bool was_freed;
    bool was_received;
};

void
item_free(gpointer data)
{
    Item *item = static_cast<Item *>(data);

    EXPECT_FALSE(item->was_freed);
    EXPECT_FALSE(item->was_received);
    item->was_freed = true;
}

} // namespace

TEST_F(Channel, RendezvousParksTheSenderUntilSomebodyReceives)
{
    in_fiber([] {
        g_autoptr(WeftChannel) channel = weft_channel_new(0, nullptr);
        g_autoptr(WeftGroup) group = weft_group_new();
        bool sent = false;

        spawn(group, [&] {
            EXPECT_TRUE(weft_channel_send(channel, number(7), nullptr));
            sent = true;
        });
        settle();
        EXPECT_FALSE(sent);
        EXPECT_EQ(value_of(weft_channel_recv(channel, nullptr)), 7u);
        join(group);
        EXPECT_TRUE(sent);
    });
}

TEST_F(Channel, SendHandsTheItemToAWaitingReceiverAndGoesOn)
{
    in_fiber([] {
        g_autoptr(WeftChannel) channel = weft_channel_new(0, nullptr);
        g_autoptr(WeftGroup) group = weft_group_new();
        uintptr_t received = 0;

        spawn(group, [&] { received = value_of(weft_channel_recv(channel, nullptr)); });
        settle();
        EXPECT_TRUE(weft_channel_send(channel, number(9), nullptr));
        EXPECT_EQ(received, 0u);
        join(group);
        EXPECT_EQ(received, 9u);
    });
}

TEST_F(Channel, BufferedSendParksOnlyWhenFull)
{
    in_fiber([] {
        g_autoptr(WeftChannel) channel = weft_channel_new(2, nullptr);
        g_autoptr(WeftGroup) group = weft_group_new();

        EXPECT_TRUE(weft_channel_send(channel, number(1), nullptr));
        EXPECT_TRUE(weft_channel_send(channel, number(2), nullptr));
        EXPECT_EQ(weft_channel_n_items(channel), 2u);
        EXPECT_FALSE(weft_channel_try_send(channel, number(99)));
        spawn(group, [&] { EXPECT_TRUE(weft_channel_send(channel, number(3), nullptr)); });
        settle();
        for (uintptr_t expected = 1; expected <= 3; expected++)
            EXPECT_EQ(value_of(weft_channel_recv(channel, nullptr)), expected);
        EXPECT_EQ(weft_channel_try_recv(channel), nullptr);
        join(group);
    });
}

TEST_F(Channel, TryReceiveTakesFromAWaitingSender)
{
    in_fiber([] {
        g_autoptr(WeftChannel) channel = weft_channel_new(0, nullptr);
        g_autoptr(WeftGroup) group = weft_group_new();

        EXPECT_EQ(weft_channel_try_recv(channel), nullptr);
        spawn(group, [&] { EXPECT_TRUE(weft_channel_send(channel, number(5), nullptr)); });
        settle();
        EXPECT_EQ(value_of(weft_channel_try_recv(channel)), 5u);
        join(group);
    });
}

TEST_F(Channel, WaitingReceiversAreServedInTheirOrder)
{
    in_fiber([] {
        g_autoptr(WeftChannel) channel = weft_channel_new(0, nullptr);
        g_autoptr(WeftGroup) group = weft_group_new();
        std::vector<uintptr_t> received(3);

        for (auto &slot : received)
            spawn(group, [&] { slot = value_of(weft_channel_recv(channel, nullptr)); });
        settle();
        for (uintptr_t value = 1; value <= 3; value++)
            EXPECT_TRUE(weft_channel_send(channel, number(value), nullptr));
        join(group);
        EXPECT_EQ(received, (std::vector<uintptr_t>{1, 2, 3}));
    });
}

TEST_F(Channel, RecvAfterCloseDrainsThenFails)
{
    in_fiber([] {
        g_autoptr(WeftChannel) channel = weft_channel_new(4, nullptr);
        g_autoptr(GError) error = nullptr;

        EXPECT_TRUE(weft_channel_send(channel, number(1), nullptr));
        weft_channel_close(channel);
        weft_channel_close(channel);
        EXPECT_TRUE(weft_channel_is_closed(channel));
        EXPECT_EQ(value_of(weft_channel_recv(channel, nullptr)), 1u);
        EXPECT_EQ(weft_channel_recv(channel, &error), nullptr);
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
        EXPECT_FALSE(weft_channel_send(channel, number(2), &error));
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
    });
}

TEST_F(Channel, CloseFailsWaitingSendersAndFreesTheirItems)
{
    in_fiber([] {
        g_autoptr(WeftChannel) channel = weft_channel_new(0, item_free);
        g_autoptr(WeftGroup) group = weft_group_new();
        Item item = {1, false, false};

        spawn(group, [&] {
            g_autoptr(GError) error = nullptr;
            EXPECT_FALSE(weft_channel_send(channel, &item, &error));
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
        });
        settle();
        weft_channel_close(channel);
        join(group);
        EXPECT_TRUE(item.was_freed);
    });
}

TEST_F(Channel, CloseWakesWaitingReceivers)
{
    in_fiber([] {
        g_autoptr(WeftChannel) channel = weft_channel_new(1, nullptr);
        g_autoptr(WeftGroup) group = weft_group_new();

        spawn(group, [&] {
            g_autoptr(GError) error = nullptr;
            EXPECT_EQ(weft_channel_recv(channel, &error), nullptr);
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
        });
        settle();
        weft_channel_close(channel);
        join(group);
    });
}

TEST_F(Channel, TheLastUnrefFreesWhatNobodyReceived)
{
    in_fiber([] {
        WeftChannel *channel = weft_channel_new(2, item_free);
        Item item = {1, false, false};

        EXPECT_TRUE(weft_channel_send(channel, &item, nullptr));
        weft_channel_unref(weft_channel_ref(channel));
        EXPECT_FALSE(item.was_freed);
        weft_channel_unref(channel);
        EXPECT_TRUE(item.was_freed);
    });
}

TEST_F(Channel, RecvHonoursTheDeadline)
{
    in_fiber([] {
        g_autoptr(WeftChannel) channel = weft_channel_new(0, nullptr);
        g_autoptr(GError) error = nullptr;
        int64_t begin_us = weft_clock_now_us();

        {
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(250);
            EXPECT_EQ(weft_channel_recv(channel, &error), nullptr);
        }
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_TIMED_OUT));
        EXPECT_EQ(weft_clock_now_us() - begin_us, 250 * 1000);
    });
}

TEST_F(Channel, ACancelledFiberNeitherSendsNorReceives)
{
    in_fiber([] {
        g_autoptr(WeftChannel) channel = weft_channel_new(4, item_free);
        g_autoptr(WeftGroup) group = weft_group_new();
        Item kept = {1, false, false};
        Item dropped = {2, false, false};

        EXPECT_TRUE(weft_channel_send(channel, &kept, nullptr));
        WeftFiber *fiber = spawn(group, [&] {
            g_autoptr(GError) error = nullptr;
            EXPECT_FALSE(weft_fiber_sleep_ms(1000, nullptr));
            EXPECT_EQ(weft_channel_recv(channel, &error), nullptr);
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CANCELLED));
            EXPECT_FALSE(weft_channel_send(channel, &dropped, &error));
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CANCELLED));
        });
        settle();
        weft_fiber_cancel(fiber, "test");
        join(group);
        EXPECT_TRUE(dropped.was_freed);
        EXPECT_EQ(weft_channel_try_recv(channel), &kept);
    });
}

TEST_F(Channel, WhatWasHandedOverStaysWithTheReceiverThoughItIsCancelled)
{
    in_fiber([] {
        g_autoptr(WeftChannel) channel = weft_channel_new(0, nullptr);
        g_autoptr(WeftGroup) group = weft_group_new();
        uintptr_t received = 0;

        WeftFiber *fiber =
            spawn(group, [&] { received = value_of(weft_channel_recv(channel, nullptr)); });
        settle();
        EXPECT_TRUE(weft_channel_send(channel, number(3), nullptr));
        weft_fiber_cancel(fiber, "test");
        join(group);
        EXPECT_EQ(received, 3u);
    });
}

TEST_F(Channel, PreferenceSaysWhoRunsOnAfterAHandOver)
{
    for (int preference = -1; preference <= 1; preference++) {
        SCOPED_TRACE(preference);
        in_fiber([preference] {
            g_autoptr(WeftChannel) channel = weft_channel_new(0, nullptr);
            g_autoptr(WeftGroup) group = weft_group_new();
            std::string order;

            weft_channel_set_preference(channel, WeftChannelPreference(preference));
            spawn(group, [&] {
                EXPECT_NE(weft_channel_recv(channel, nullptr), nullptr);
                order += "r";
                EXPECT_NE(weft_channel_recv(channel, nullptr), nullptr);
                order += "R";
            });
            settle();
            spawn(group, [&] {
                EXPECT_TRUE(weft_channel_send(channel, number(1), nullptr));
                order += "s";
                EXPECT_TRUE(weft_channel_send(channel, number(2), nullptr));
                order += "S";
            });
            spawn(group, [&] { order += "o"; });
            join(group);
            /* The receiver waits first; with 0 and 1 the second send waits for it. */
            EXPECT_EQ(order, preference < 0 ? "rosRS" : preference > 0 ? "sorSR" : "sorRS");
        });
    }
}

TEST_F(Channel, ThoseThatAreReadyArePassedOverSixteenTimesInARow)
{
    in_fiber([] {
        constexpr int N_LINKS = 40;
        std::vector<WeftChannel *> links;
        g_autoptr(WeftGroup) group = weft_group_new();
        int n_passed = 0;
        int n_passed_at_first = -1;

        for (int i = 0; i <= N_LINKS; i++) {
            links.push_back(weft_channel_new(0, nullptr));
            weft_channel_set_preference(links[i], WEFT_CHANNEL_RECEIVER_FIRST);
        }
        for (int i = 0; i < N_LINKS; i++)
            spawn(group, [&, i] {
                EXPECT_NE(weft_channel_recv(links[i], nullptr), nullptr);
                n_passed++;
                if (i + 1 == N_LINKS)
                    return;
                EXPECT_TRUE(weft_channel_send(links[i + 1], number(1), nullptr));
            });
        settle();
        spawn(group, [&] { EXPECT_TRUE(weft_channel_send(links[0], number(1), nullptr)); });
        spawn(group, [&] { n_passed_at_first = n_passed; });
        join(group);
        EXPECT_EQ(n_passed, N_LINKS);
        EXPECT_EQ(n_passed_at_first, 16);
        for (WeftChannel *link : links)
            weft_channel_unref(link);
    });
}

TEST_F(Channel, AnErrorIsReceivedInItsTurn)
{
    in_fiber([] {
        g_autoptr(WeftChannel) channel = weft_channel_new(3, nullptr);
        g_autoptr(GError) error = nullptr;

        EXPECT_TRUE(weft_channel_send(channel, number(1), nullptr));
        EXPECT_TRUE(weft_channel_send_error(
            channel, g_error_new_literal(WEFT_ERROR, WEFT_ERROR_CLOSED, "the peer is gone"),
            nullptr));
        EXPECT_TRUE(weft_channel_send(channel, number(2), nullptr));
        EXPECT_EQ(value_of(weft_channel_next(channel, &error)), 1u);
        EXPECT_EQ(weft_channel_try_recv(channel), nullptr);
        EXPECT_EQ(weft_channel_next(channel, &error), nullptr);
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED)); /* not the channel's end */
        EXPECT_EQ(value_of(weft_channel_next(channel, &error)), 2u);
    });
}

TEST_F(Channel, ErrorsNobodyReceivesAreFreed)
{
    in_fiber([] {
        g_autoptr(WeftChannel) channel = weft_channel_new(1, nullptr);

        for (int n = 0; n < 2; n++) {
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(5);
            EXPECT_EQ(weft_channel_send_error(
                          channel, g_error_new_literal(WEFT_ERROR, WEFT_ERROR_IO, "x"), nullptr),
                      n == 0);
        }
    });
}

TEST_F(Channel, NextEndsWellWhenTheChannelIsClosedAndDrained)
{
    in_fiber([] {
        g_autoptr(WeftChannel) channel = weft_channel_new(2, nullptr);
        g_autoptr(WeftGroup) group = weft_group_new();
        g_autoptr(GError) failure = nullptr;
        uintptr_t sum = 0;

        spawn(group, [&] {
            gpointer items[] = {number(1), number(2), number(3), number(4), number(5)};
            EXPECT_EQ(weft_channel_send_sequence(channel, items, 5, nullptr), 5u);
            weft_channel_close(channel);
        });
        while (gpointer item = weft_channel_next(channel, &failure))
            sum += value_of(item);
        EXPECT_EQ(failure, nullptr);
        EXPECT_EQ(sum, 15u);
        join(group);
    });
}

TEST_F(Channel, ASequenceThatFailsIsConsumedWhole)
{
    in_fiber([] {
        g_autoptr(WeftChannel) channel = weft_channel_new(1, item_free);
        g_autoptr(GError) error = nullptr;
        Item items[3] = {};
        gpointer all[] = {&items[0], &items[1], &items[2]};

        {
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(5);
            EXPECT_EQ(weft_channel_send_sequence(channel, all, 3, &error), 1u);
        }
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_TIMED_OUT));
        EXPECT_FALSE(items[0].was_freed);
        EXPECT_TRUE(items[1].was_freed && items[2].was_freed);
    });
}

TEST_F(Channel, RecvNWaitsForAllOrSaysHowManyCame)
{
    in_fiber([] {
        g_autoptr(WeftChannel) channel = weft_channel_new(1, nullptr);
        g_autoptr(WeftGroup) group = weft_group_new();
        g_autoptr(GError) error = nullptr;
        gpointer items[4];

        spawn(group, [&] {
            for (uintptr_t value = 1; value <= 6; value++)
                EXPECT_TRUE(weft_channel_send(channel, number(value), nullptr));
            weft_channel_close(channel);
        });
        EXPECT_EQ(weft_channel_recv_n(channel, items, 4, &error), 4u);
        EXPECT_EQ(items[3], number(4));
        EXPECT_EQ(weft_channel_recv_n(channel, items, 4, &error), 2u);
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
        EXPECT_EQ(items[1], number(6));
        join(group);
    });
}

TEST_F(Channel, CloseWhenDrainedServesWhoWaitsAndNobodyElse)
{
    in_fiber([] {
        g_autoptr(WeftChannel) channel = weft_channel_new(1, nullptr);
        g_autoptr(WeftGroup) group = weft_group_new();
        g_autoptr(GError) error = nullptr;

        EXPECT_TRUE(weft_channel_send(channel, number(1), nullptr));
        spawn(group, [&] { EXPECT_TRUE(weft_channel_send(channel, number(2), nullptr)); });
        settle();
        EXPECT_EQ(weft_channel_balance(channel), 2);
        weft_channel_close_when_drained(channel);
        EXPECT_TRUE(weft_channel_is_closed(channel));
        EXPECT_FALSE(weft_channel_send(channel, number(3), &error));
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
        EXPECT_EQ(value_of(weft_channel_recv(channel, nullptr)), 1u);
        EXPECT_FALSE(weft_channel_is_drained(channel));
        EXPECT_EQ(value_of(weft_channel_recv(channel, nullptr)), 2u);
        EXPECT_TRUE(weft_channel_is_drained(channel));
        EXPECT_EQ(weft_channel_recv(channel, &error), nullptr);
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
        join(group);
    });
}

TEST_F(Channel, CloseWhenDrainedLetsWaitingReceiversBeServed)
{
    in_fiber([] {
        g_autoptr(WeftChannel) channel = weft_channel_new(4, nullptr);
        g_autoptr(WeftGroup) group = weft_group_new();

        spawn(group, [&] { EXPECT_EQ(value_of(weft_channel_recv(channel, nullptr)), 1u); });
        settle();
        EXPECT_EQ(weft_channel_balance(channel), -1);
        weft_channel_close_when_drained(channel);
        EXPECT_TRUE(weft_channel_send(channel, number(1), nullptr));
        EXPECT_FALSE(weft_channel_try_send(channel, number(2)));
        join(group);
        EXPECT_TRUE(weft_channel_is_drained(channel));
    });
}

namespace
{

/* Fibers that send, receive, hurry and are cancelled at random; then every item is accounted for.
 */
class Chaos
{
  public:
    explicit Chaos(unsigned seed) : random(seed), items(400)
    {
    }

    void run()
    {
        g_autoptr(WeftGroup) group = weft_group_new();

        channel = weft_channel_new(below(4), item_free);
        for (int i = 0; i < 8; i++) {
            fibers.push_back(spawn(group, [this, i] { send_some(2 * i); }));
            fibers.push_back(spawn(group, [this, i] { receive_some(2 * i + 1); }));
        }
        disturb();
        weft_channel_close(channel);
        join(group);
        weft_channel_unref(channel);
        account();
    }

  private:
    unsigned below(unsigned limit)
    {
        return random() % limit;
    }

    void disturb()
    {
        for (int step = 0; step < 60; step++) {
            sleep_ms(below(4));
            size_t victim = below(4) == 0 ? below(fibers.size()) : 0;
            if (victim != 0 && fibers[victim] != nullptr)
                weft_fiber_cancel(std::exchange(fibers[victim], nullptr), "chaos");
        }
    }

    void send_some(size_t self)
    {
        while (next_item < items.size() && !weft_fiber_is_cancelled()) {
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(below(6));
            Item *item = &items[next_item];
            item->sequence = next_item++;
            bool sent = below(4) == 0 ? weft_channel_try_send(channel, item)
                                      : weft_channel_send(channel, item, nullptr);
            EXPECT_EQ(sent, !item->was_freed);
            nap();
        }
        fibers[self] = nullptr;
    }

    void receive_some(size_t self)
    {
        int64_t last = -1;

        while (!weft_fiber_is_cancelled()) {
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(below(6));
            gpointer received = below(4) == 0 ? weft_channel_try_recv(channel)
                                              : weft_channel_recv(channel, nullptr);
            Item *item = static_cast<Item *>(received);
            if (item == nullptr && weft_channel_is_closed(channel))
                break;
            if (item != nullptr) {
                EXPECT_FALSE(item->was_freed || item->was_received);
                EXPECT_GT(static_cast<int64_t>(item->sequence), last);
                last = item->sequence;
                item->was_received = true;
            }
            nap();
        }
        fibers[self] = nullptr;
    }

    /* Lets others run; whether it was cut short does not matter here. */
    void nap()
    {
        if (below(2) == 0)
            (void)!weft_fiber_sleep_ms(below(3), nullptr);
        else
            (void)!weft_fiber_yield(nullptr);
    }

    void account()
    {
        for (size_t i = 0; i < next_item; i++)
            EXPECT_NE(items[i].was_freed, items[i].was_received) << "item " << i;
    }

    std::mt19937 random;
    std::vector<Item> items;
    std::vector<WeftFiber *> fibers;
    WeftChannel *channel = nullptr;
    size_t next_item = 0;
};

} // namespace

TEST_F(Channel, EveryItemIsReceivedOnceOrFreedOnceWhateverHappens)
{
    for (unsigned seed = 1; seed <= 40; seed++) {
        SCOPED_TRACE(seed);
        in_fiber([seed] { Chaos(seed).run(); });
    }
}
