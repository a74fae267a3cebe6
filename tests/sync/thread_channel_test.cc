/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/thread_channel.h>

#include <atomic>
#include <thread>
#include <vector>

#include "../in_fiber.h"

using namespace weft_test;

namespace
{

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

std::atomic<size_t> n_freed;

void
count_freed(gpointer)
{
    n_freed++;
}

/* Until a fiber or thread elsewhere waits, or has come that far: what the clock cannot tell. */
template <typename Condition>
void
yield_until(Condition condition)
{
    while (!condition())
        EXPECT_TRUE(weft_fiber_yield(nullptr));
}

} // namespace

TEST(ThreadChannel, WithinOneThreadItIsAChannel)
{
    in_fiber([] {
        g_autoptr(WeftThreadChannel) channel = weft_thread_channel_new(2, nullptr);
        g_autoptr(WeftGroup) group = weft_group_new();

        EXPECT_EQ(weft_thread_channel_try_recv(channel), nullptr);
        EXPECT_TRUE(weft_thread_channel_send(channel, number(1), nullptr));
        EXPECT_TRUE(weft_thread_channel_send(channel, number(2), nullptr));
        EXPECT_FALSE(weft_thread_channel_try_send(channel, number(9)));
        EXPECT_EQ(weft_thread_channel_n_items(channel), 2u);
        spawn(group, [&] { EXPECT_TRUE(weft_thread_channel_send(channel, number(3), nullptr)); });
        settle();
        for (uintptr_t expected = 1; expected <= 3; expected++)
            EXPECT_EQ(value_of(weft_thread_channel_recv(channel, nullptr)), expected);
        join(group);
    });
}

TEST(ThreadChannel, CloseDrainsThenFails)
{
    in_fiber([] {
        g_autoptr(WeftThreadChannel) channel = weft_thread_channel_new(1, count_freed);
        g_autoptr(WeftGroup) group = weft_group_new();
        g_autoptr(GError) failure = nullptr;

        n_freed = 0;
        EXPECT_TRUE(weft_thread_channel_send(channel, number(1), nullptr));
        spawn(group, [&] {
            g_autoptr(GError) error = nullptr;
            EXPECT_FALSE(weft_thread_channel_send(channel, number(2), &error));
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
        });
        settle();
        weft_thread_channel_close(channel);
        EXPECT_TRUE(weft_thread_channel_is_closed(channel));
        join(group);
        EXPECT_EQ(n_freed, 1u);
        EXPECT_EQ(value_of(weft_thread_channel_next(channel, &failure)), 1u);
        EXPECT_EQ(weft_thread_channel_next(channel, &failure), nullptr);
        EXPECT_EQ(failure, nullptr);
        EXPECT_EQ(weft_thread_channel_recv(channel, &failure), nullptr);
        EXPECT_TRUE(failed_with(&failure, WEFT_ERROR_CLOSED));
    });
}

TEST(ThreadChannel, DeadlineAndCancelEndAFibersWait)
{
    in_fiber([] {
        g_autoptr(WeftThreadChannel) channel = weft_thread_channel_new(0, count_freed);
        g_autoptr(WeftGroup) group = weft_group_new();
        g_autoptr(GError) error = nullptr;

        n_freed = 0;
        {
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(1);
            EXPECT_EQ(weft_thread_channel_recv(channel, &error), nullptr);
        }
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_TIMED_OUT));
        WeftFiber *fiber = spawn(group, [&] {
            g_autoptr(GError) own_error = nullptr;
            EXPECT_FALSE(weft_thread_channel_send(channel, number(1), &own_error));
            EXPECT_TRUE(failed_with(&own_error, WEFT_ERROR_CANCELLED));
            EXPECT_EQ(weft_thread_channel_recv(channel, nullptr), nullptr);
        });
        settle();
        weft_fiber_cancel(fiber, "test");
        join(group);
        EXPECT_EQ(n_freed, 1u);
        EXPECT_EQ(weft_thread_channel_try_recv(channel), nullptr);
    });
}

TEST(ThreadChannel, AThreadBlocksWhereAFiberParks)
{
    g_autoptr(WeftThreadChannel) questions = weft_thread_channel_new(0, nullptr);
    g_autoptr(WeftThreadChannel) answers = weft_thread_channel_new(0, nullptr);
    std::thread thread([&] {
        while (gpointer item = weft_thread_channel_next(questions, nullptr))
            EXPECT_TRUE(weft_thread_channel_send(answers, number(value_of(item) + 1), nullptr));
        weft_thread_channel_close(answers);
    });

    in_fiber([&] {
        for (uintptr_t value = 1; value < 200; value++) {
            EXPECT_TRUE(weft_thread_channel_send(questions, number(value), nullptr));
            EXPECT_EQ(value_of(weft_thread_channel_recv(answers, nullptr)), value + 1);
        }
        weft_thread_channel_close(questions);
        EXPECT_EQ(weft_thread_channel_next(answers, nullptr), nullptr);
    });
    thread.join();
}

TEST(ThreadChannel, OtherFibersRunWhileOneWaits)
{
    g_autoptr(WeftThreadChannel) channel = weft_thread_channel_new(0, nullptr);
    std::atomic<bool> may_send{false};
    std::thread thread([&] {
        while (!may_send)
            std::this_thread::yield();
        EXPECT_TRUE(weft_thread_channel_send(channel, number(1), nullptr));
    });

    in_fiber([&] {
        g_autoptr(WeftGroup) group = weft_group_new();
        bool is_received = false;

        spawn(group, [&] {
            EXPECT_EQ(value_of(weft_thread_channel_recv(channel, nullptr)), 1u);
            is_received = true;
        });
        settle();
        may_send = true;
        yield_until([&] { return is_received; });
        join(group);
    });
    thread.join();
}

namespace
{

/* Fibers of several schedulers and plain threads, of which some hurry; every item arrives once or
 * is freed once. */
class Crowd
{
  public:
    static constexpr uintptr_t ITEMS_PER_SENDER = 400;
    static constexpr unsigned SENDERS = 6;

    explicit Crowd(size_t capacity) : channel(weft_thread_channel_new(capacity, count_freed))
    {
        n_freed = 0;
    }
    ~Crowd()
    {
        weft_thread_channel_unref(channel);
    }

    void run()
    {
        std::vector<std::thread> senders;
        std::vector<std::thread> receivers;

        for (unsigned i = 0; i < SENDERS / 3; i++)
            senders.emplace_back([this] { in_fiber([this] { send_from_two_fibers(); }); });
        for (unsigned i = 0; i < SENDERS / 3; i++)
            senders.emplace_back([this] { send_all(); });
        receivers.emplace_back([this] { in_fiber([this] { receive_in_two_fibers(); }); });
        receivers.emplace_back([this] { receive_all(); });
        for (std::thread &thread : senders)
            thread.join();
        weft_thread_channel_close(channel);
        for (std::thread &thread : receivers)
            thread.join();
        EXPECT_EQ(n_received + n_freed, SENDERS * ITEMS_PER_SENDER);
        EXPECT_EQ(n_failed, n_freed);
        EXPECT_GT(n_received, 0u);
    }

  private:
    void send_all()
    {
        for (uintptr_t value = 1; value <= ITEMS_PER_SENDER; value++)
            n_failed += !weft_thread_channel_send(channel, number(value), nullptr);
    }

    /* Its deadlines pass in the middle of waits. */
    void send_in_a_hurry()
    {
        for (uintptr_t value = 1; value <= ITEMS_PER_SENDER; value++) {
            g_auto(WeftDeadlineScope) budget =
                weft_deadline_scope_at_us(weft_clock_now_us() + int64_t(value % 50));
            n_failed += !weft_thread_channel_send(channel, number(value), nullptr);
        }
    }

    void send_from_two_fibers()
    {
        g_autoptr(WeftGroup) group = weft_group_new();

        spawn(group, [this] { send_all(); });
        spawn(group, [this] { send_in_a_hurry(); });
        join(group);
    }

    void receive_all()
    {
        while (weft_thread_channel_next(channel, nullptr) != nullptr)
            n_received++;
    }

    void receive_in_a_hurry()
    {
        while (!weft_thread_channel_is_closed(channel)) {
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_at_us(weft_clock_now_us() + 20);
            n_received += weft_thread_channel_recv(channel, nullptr) != nullptr;
            {
                g_auto(WeftShieldScope) shield = weft_shield_scope();
                EXPECT_TRUE(weft_fiber_yield(nullptr));
            }
        }
    }

    void receive_in_two_fibers()
    {
        g_autoptr(WeftGroup) group = weft_group_new();

        spawn(group, [this] { receive_all(); });
        spawn(group, [this] { receive_in_a_hurry(); });
        join(group);
    }

    WeftThreadChannel *channel;
    std::atomic<size_t> n_received{0};
    std::atomic<size_t> n_failed{0};
};

} // namespace

TEST(ThreadChannel, EveryItemArrivesOnceOrIsFreedOnce)
{
    for (size_t capacity : {0, 1, 7}) {
        SCOPED_TRACE(capacity);
        Crowd(capacity).run();
    }
}
