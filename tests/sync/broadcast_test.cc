/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/broadcast.h>
#include <weft/select.h>

#include <string>
#include <vector>

#include "../in_fiber.h"

using namespace weft_test;

namespace
{

class Broadcast : public FakeClock
{
};

gpointer
copy(gpointer text)
{
    return g_strdup(static_cast<const char *>(text));
}

WeftBroadcast *
new_broadcast()
{
    return weft_broadcast_new(copy, g_free);
}

gboolean
say(WeftBroadcast *broadcast, const char *text, GError **error = nullptr)
{
    return weft_broadcast_send(broadcast, g_strdup(text), error);
}

/* Everything in the buffer, in one word. */
std::string
heard(WeftSubscription *subscription)
{
    std::string all;

    while (char *text = static_cast<char *>(
               weft_channel_try_recv(weft_subscription_channel(subscription)))) {
        all += text;
        g_free(text);
    }
    return all;
}

} // namespace

TEST_F(Broadcast, EachSubscriberGetsItsOwnOfEverythingSinceItCame)
{
    in_fiber([] {
        g_autoptr(WeftBroadcast) broadcast = new_broadcast();
        g_autoptr(WeftSubscription) early =
            weft_broadcast_subscribe(broadcast, 4, WEFT_SLOW_DELAYS);

        EXPECT_TRUE(say(broadcast, "a"));
        g_autoptr(WeftSubscription) late = weft_broadcast_subscribe(broadcast, 4, WEFT_SLOW_LOSES);
        EXPECT_TRUE(say(broadcast, "b"));
        EXPECT_EQ(weft_broadcast_n_subscribers(broadcast), 2u);
        EXPECT_EQ(heard(early), "ab");
        EXPECT_EQ(heard(late), "b");
    });
}

TEST_F(Broadcast, WithoutSubscribersItemsAreFreed)
{
    in_fiber([] {
        g_autoptr(WeftBroadcast) broadcast = new_broadcast();

        EXPECT_TRUE(say(broadcast, "into the void"));
    });
}

TEST_F(Broadcast, ASlowSubscriberLosesItsOldest)
{
    in_fiber([] {
        g_autoptr(WeftBroadcast) broadcast = new_broadcast();
        g_autoptr(WeftSubscription) slow = weft_broadcast_subscribe(broadcast, 2, WEFT_SLOW_LOSES);

        for (const char *text : {"a", "b", "c", "d", "e"})
            EXPECT_TRUE(say(broadcast, text));
        EXPECT_EQ(heard(slow), "de");
        EXPECT_EQ(weft_subscription_n_lost(slow), 3u);
    });
}

TEST_F(Broadcast, ASlowSubscriberLeavesAndMayDrain)
{
    in_fiber([] {
        g_autoptr(WeftBroadcast) broadcast = new_broadcast();
        g_autoptr(WeftSubscription) slow = weft_broadcast_subscribe(broadcast, 1, WEFT_SLOW_LEAVES);
        g_autoptr(GError) error = nullptr;

        EXPECT_TRUE(say(broadcast, "a"));
        EXPECT_TRUE(say(broadcast, "b"));
        EXPECT_EQ(heard(slow), "a");
        EXPECT_EQ(weft_subscription_recv(slow, &error), nullptr);
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
        EXPECT_EQ(weft_subscription_n_lost(slow), 1u);
    });
}

TEST_F(Broadcast, ASlowSubscriberDelaysTheSendersAndAllSeeOneOrder)
{
    in_fiber([] {
        g_autoptr(WeftBroadcast) broadcast = new_broadcast();
        g_autoptr(WeftSubscription) slow = weft_broadcast_subscribe(broadcast, 1, WEFT_SLOW_DELAYS);
        g_autoptr(WeftSubscription) quick = weft_broadcast_subscribe(broadcast, 9, WEFT_SLOW_LOSES);
        g_autoptr(WeftGroup) group = weft_group_new();

        EXPECT_TRUE(say(broadcast, "a"));
        EXPECT_FALSE(weft_broadcast_try_send(broadcast, g_strdup("x")));
        for (const char *text : {"b", "c"})
            spawn(group, [&broadcast, text] { EXPECT_TRUE(say(broadcast, text)); });
        settle();
        EXPECT_EQ(heard(quick), "a");
        std::string slowly;
        for (int n = 0; n < 3; n++) {
            g_autofree char *text = static_cast<char *>(weft_subscription_recv(slow, nullptr));
            slowly += text;
            settle();
        }
        join(group);
        EXPECT_EQ(slowly, "abc");
        EXPECT_EQ(heard(quick), "bc");
    });
}

TEST_F(Broadcast, ASendThatGivesUpHasReachedNobody)
{
    in_fiber([] {
        g_autoptr(WeftBroadcast) broadcast = new_broadcast();
        g_autoptr(WeftSubscription) quick = weft_broadcast_subscribe(broadcast, 9, WEFT_SLOW_LOSES);
        g_autoptr(WeftSubscription) slow = weft_broadcast_subscribe(broadcast, 1, WEFT_SLOW_DELAYS);
        g_autoptr(GError) error = nullptr;

        EXPECT_TRUE(say(broadcast, "a"));
        {
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(10);
            EXPECT_FALSE(say(broadcast, "b", &error));
        }
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_TIMED_OUT));
        EXPECT_EQ(heard(quick), "a");
        EXPECT_EQ(heard(slow), "a");
        EXPECT_TRUE(say(broadcast, "c"));
    });
}

TEST_F(Broadcast, WhoStopsListeningDelaysNobody)
{
    in_fiber([] {
        g_autoptr(WeftBroadcast) broadcast = new_broadcast();
        g_autoptr(WeftGroup) group = weft_group_new();
        WeftSubscription *slow = weft_broadcast_subscribe(broadcast, 1, WEFT_SLOW_DELAYS);

        EXPECT_TRUE(say(broadcast, "a"));
        spawn(group, [&] { EXPECT_TRUE(say(broadcast, "b")); });
        settle();
        weft_subscription_free(slow);
        join(group);
    });
}

TEST_F(Broadcast, CloseFailsWhoSendsAndEndsWhoListens)
{
    in_fiber([] {
        g_autoptr(WeftBroadcast) broadcast = new_broadcast();
        g_autoptr(WeftSubscription) slow = weft_broadcast_subscribe(broadcast, 1, WEFT_SLOW_DELAYS);
        g_autoptr(WeftGroup) group = weft_group_new();
        g_autoptr(GError) failure = nullptr;

        EXPECT_TRUE(say(broadcast, "a"));
        spawn(group, [&] {
            g_autoptr(GError) error = nullptr;
            EXPECT_FALSE(say(broadcast, "b", &error));
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
        });
        settle();
        weft_broadcast_close(broadcast);
        join(group);
        EXPECT_EQ(heard(slow), "a");
        EXPECT_EQ(weft_subscription_next(slow, &failure), nullptr);
        EXPECT_EQ(failure, nullptr);
        g_autoptr(WeftSubscription) late = weft_broadcast_subscribe(broadcast, 1, WEFT_SLOW_LOSES);
        EXPECT_EQ(weft_subscription_next(late, &failure), nullptr);
        EXPECT_EQ(failure, nullptr);
    });
}

TEST_F(Broadcast, ASubscriptionCanBeSelected)
{
    in_fiber([] {
        g_autoptr(WeftBroadcast) broadcast = new_broadcast();
        g_autoptr(WeftSubscription) one = weft_broadcast_subscribe(broadcast, 1, WEFT_SLOW_DELAYS);
        g_autoptr(WeftGroup) group = weft_group_new();
        std::string all;

        spawn(group, [&] {
            for (const char *text : {"a", "b", "c"})
                EXPECT_TRUE(say(broadcast, text));
            weft_broadcast_close(broadcast);
        });
        for (;;) {
            WeftSelectCase cases[] = {
                {weft_subscription_channel(one), WEFT_SELECT_RECV, nullptr, FALSE}};
            EXPECT_EQ(weft_select(cases, 1, WEFT_SELECT_FAIR, nullptr), 0);
            if (cases[0].is_closed)
                break;
            all += static_cast<char *>(cases[0].item);
            g_free(cases[0].item);
        }
        EXPECT_EQ(all, "abc");
        join(group);
    });
}
