/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/mutex.h>

#include <random>
#include <vector>

#include "../in_fiber.h"

using namespace weft_test;

namespace
{
class Mutex : public FakeClock
{
};
} // namespace

TEST_F(Mutex, KeepsOthersOutAcrossAPark)
{
    in_fiber([] {
        g_autoptr(WeftMutex) mutex = weft_mutex_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        int n_inside = 0;

        for (int i = 0; i < 5; i++) {
            spawn(group, [&] {
                ASSERT_TRUE(weft_mutex_lock(mutex, nullptr));
                EXPECT_EQ(++n_inside, 1);
                sleep_ms(3);
                EXPECT_TRUE(weft_mutex_is_mine(mutex));
                n_inside--;
                weft_mutex_unlock(mutex);
            });
        }
        join(group);
    });
}

TEST_F(Mutex, GoesToWhoWaitsLongest)
{
    in_fiber([] {
        g_autoptr(WeftMutex) mutex = weft_mutex_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        std::vector<int> order;

        ASSERT_TRUE(weft_mutex_lock(mutex, nullptr));
        for (int i = 0; i < 4; i++) {
            spawn(group, [&, i] {
                ASSERT_TRUE(weft_mutex_lock(mutex, nullptr));
                order.push_back(i);
                weft_mutex_unlock(mutex);
            });
        }
        settle();
        weft_mutex_unlock(mutex);
        EXPECT_FALSE(weft_mutex_try_lock(mutex)) << "it was handed over already";
        join(group);
        EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3}));
        EXPECT_TRUE(weft_mutex_try_lock(mutex));
        weft_mutex_unlock(mutex);
    });
}

TEST_F(Mutex, LockGivesUpAtTheDeadlineAndTheNextInLineStillGetsIt)
{
    in_fiber([] {
        g_autoptr(WeftMutex) mutex = weft_mutex_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        bool patient_got_it = false;

        ASSERT_TRUE(weft_mutex_lock(mutex, nullptr));
        spawn(group, [&] {
            g_autoptr(GError) error = nullptr;
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(10);
            EXPECT_FALSE(weft_mutex_lock(mutex, &error));
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_TIMED_OUT));
            EXPECT_FALSE(weft_mutex_is_mine(mutex));
        });
        spawn(group, [&] {
            ASSERT_TRUE(weft_mutex_lock(mutex, nullptr));
            patient_got_it = true;
            weft_mutex_unlock(mutex);
        });
        sleep_ms(20);
        weft_mutex_unlock(mutex);
        join(group);
        EXPECT_TRUE(patient_got_it);
    });
}

TEST_F(Mutex, AHandedLockIsKeptThoughTheFiberIsCancelled)
{
    in_fiber([] {
        g_autoptr(WeftMutex) mutex = weft_mutex_new();
        g_autoptr(WeftGroup) group = weft_group_new();

        ASSERT_TRUE(weft_mutex_lock(mutex, nullptr));
        WeftFiber *fiber = spawn(group, [&] {
            ASSERT_TRUE(weft_mutex_lock(mutex, nullptr));
            weft_mutex_unlock(mutex);
        });
        settle();
        weft_mutex_unlock(mutex);
        weft_fiber_cancel(fiber, "test");
        join(group);
        EXPECT_TRUE(weft_mutex_try_lock(mutex));
        weft_mutex_unlock(mutex);
    });
}

TEST_F(Mutex, IsFreeInTheEndWhateverHappens)
{
    for (unsigned seed = 1; seed <= 20; seed++) {
        SCOPED_TRACE(seed);
        in_fiber([seed] {
            std::mt19937 random(seed);
            g_autoptr(WeftMutex) mutex = weft_mutex_new();
            g_autoptr(WeftGroup) group = weft_group_new();
            int n_inside = 0;

            for (int i = 0; i < 12; i++) {
                spawn(group, [&] {
                    for (int turn = 0; turn < 20; turn++) {
                        g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(random() % 9);
                        if (!weft_mutex_lock(mutex, nullptr))
                            continue;
                        EXPECT_EQ(++n_inside, 1);
                        (void)!weft_fiber_sleep_ms(random() % 3, nullptr);
                        n_inside--;
                        weft_mutex_unlock(mutex);
                    }
                });
            }
            sleep_ms(random() % 60);
            weft_group_cancel(group, "chaos");
            join(group);
            EXPECT_TRUE(weft_mutex_try_lock(mutex));
            weft_mutex_unlock(mutex);
        });
    }
}
