/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/condition.h>

#include <vector>

#include "../in_fiber.h"

using namespace weft_test;

namespace
{
class Condition : public FakeClock
{
};
} // namespace

TEST_F(Condition, SignalWakesTheOldestAndBroadcastTheRest)
{
    in_fiber([] {
        g_autoptr(WeftCondition) condition = weft_condition_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        std::vector<int> woken;

        weft_condition_signal(condition);
        for (int i = 0; i < 3; i++) {
            spawn(group, [&, i] {
                EXPECT_TRUE(weft_condition_wait(condition, nullptr, nullptr));
                woken.push_back(i);
            });
        }
        settle();
        EXPECT_TRUE(woken.empty()) << "a signal is not kept for later";
        weft_condition_signal(condition);
        settle();
        EXPECT_EQ(woken, (std::vector<int>{0}));
        weft_condition_broadcast(condition);
        join(group);
        EXPECT_EQ(woken, (std::vector<int>{0, 1, 2}));
    });
}

TEST_F(Condition, WaitGivesTheMutexBackAndHoldsItOnReturn)
{
    in_fiber([] {
        g_autoptr(WeftMutex) mutex = weft_mutex_new();
        g_autoptr(WeftCondition) condition = weft_condition_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        bool is_ready = false;

        spawn(group, [&] {
            ASSERT_TRUE(weft_mutex_lock(mutex, nullptr));
            while (!is_ready)
                ASSERT_TRUE(weft_condition_wait(condition, mutex, nullptr));
            EXPECT_TRUE(weft_mutex_is_mine(mutex));
            weft_mutex_unlock(mutex);
        });
        settle();
        ASSERT_TRUE(weft_mutex_lock(mutex, nullptr));
        is_ready = true;
        weft_condition_signal(condition);
        sleep_ms(5);
        weft_mutex_unlock(mutex);
        join(group);
    });
}

TEST_F(Condition, TheMutexIsHeldAfterCancellationAndDeadlineToo)
{
    in_fiber([] {
        g_autoptr(WeftMutex) mutex = weft_mutex_new();
        g_autoptr(WeftCondition) condition = weft_condition_new();
        g_autoptr(WeftGroup) group = weft_group_new();

        WeftFiber *fiber = spawn(group, [&] {
            g_autoptr(GError) error = nullptr;
            ASSERT_TRUE(weft_mutex_lock(mutex, nullptr));
            {
                g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(10);
                EXPECT_FALSE(weft_condition_wait(condition, mutex, &error));
                EXPECT_TRUE(failed_with(&error, WEFT_ERROR_TIMED_OUT));
                EXPECT_TRUE(weft_mutex_is_mine(mutex));
            }
            EXPECT_FALSE(weft_condition_wait(condition, mutex, &error));
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CANCELLED));
            EXPECT_TRUE(weft_mutex_is_mine(mutex));
            weft_mutex_unlock(mutex);
        });
        sleep_ms(5);
        ASSERT_TRUE(weft_mutex_lock(mutex, nullptr));
        sleep_ms(20);
        weft_mutex_unlock(mutex);
        settle();
        weft_fiber_cancel(fiber, "test");
        join(group);
    });
}
