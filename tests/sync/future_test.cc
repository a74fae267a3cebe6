/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/future.h>

#include <thread>

#include "../in_fiber.h"

using namespace weft_test;

namespace
{

class FutureOfAFiber : public FakeClock
{
};

int n_freed;

void
count_free(gpointer data)
{
    n_freed++;
    g_free(data);
}

} // namespace

TEST_F(FutureOfAFiber, AllThatWaitGetTheValue)
{
    n_freed = 0;
    in_fiber([] {
        g_autoptr(WeftFuture) future = weft_future_new(count_free);
        g_autoptr(WeftGroup) group = weft_group_new();
        int n_got = 0;

        for (int i = 0; i < 3; i++) {
            spawn(group, [&] {
                gpointer value = nullptr;
                ASSERT_TRUE(weft_future_wait(future, &value, nullptr));
                EXPECT_STREQ(static_cast<char *>(value), "here");
                n_got++;
            });
        }
        settle();
        EXPECT_FALSE(weft_future_is_set(future));
        EXPECT_TRUE(weft_future_set(future, g_strdup("here")));
        EXPECT_TRUE(weft_future_is_set(future));
        join(group);
        EXPECT_EQ(n_got, 3);
        EXPECT_TRUE(weft_future_wait(future, nullptr, nullptr));
    });
    EXPECT_EQ(n_freed, 1);
}

TEST_F(FutureOfAFiber, TheFirstToSetItWins)
{
    n_freed = 0;
    in_fiber([] {
        g_autoptr(WeftFuture) future = weft_future_new(count_free);
        gpointer value = nullptr;

        EXPECT_TRUE(weft_future_set(future, g_strdup("first")));
        EXPECT_FALSE(weft_future_set(future, g_strdup("second")));
        EXPECT_EQ(n_freed, 1);
        EXPECT_FALSE(
            weft_future_set_error(future, g_error_new_literal(WEFT_ERROR, WEFT_ERROR_IO, "third")));
        ASSERT_TRUE(weft_future_wait(future, &value, nullptr));
        EXPECT_STREQ(static_cast<char *>(value), "first");
    });
    EXPECT_EQ(n_freed, 2);
}

TEST_F(FutureOfAFiber, AnErrorIsForEveryone)
{
    in_fiber([] {
        g_autoptr(WeftFuture) future = weft_future_new(nullptr);

        EXPECT_TRUE(weft_future_set_error(
            future, g_error_new_literal(WEFT_ERROR, WEFT_ERROR_IO, "broken")));
        for (int i = 0; i < 2; i++) {
            g_autoptr(GError) error = nullptr;
            EXPECT_FALSE(weft_future_wait(future, nullptr, &error));
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_IO));
        }
    });
}

TEST_F(FutureOfAFiber, WhoGivesUpLeavesTheOthersWaiting)
{
    in_fiber([] {
        g_autoptr(WeftFuture) future = weft_future_new(nullptr);
        g_autoptr(WeftGroup) group = weft_group_new();
        bool patient_got_it = false;

        spawn(group, [&] {
            g_autoptr(GError) error = nullptr;
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(10);
            EXPECT_FALSE(weft_future_wait(future, nullptr, &error));
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_TIMED_OUT));
        });
        spawn(group, [&] { patient_got_it = weft_future_wait(future, nullptr, nullptr); });
        sleep_ms(20);
        EXPECT_TRUE(weft_future_set(future, nullptr));
        join(group);
        EXPECT_TRUE(patient_got_it);
    });
}

/* By the real clock: a fake one does not wait for threads. */
TEST(FutureOfAThread, AnotherThreadMaySetIt)
{
    in_fiber([] {
        for (int round = 0; round < 200; round++) {
            WeftFuture *future = weft_future_new(g_free);
            std::thread other([their_future = weft_future_ref(future)] {
                EXPECT_TRUE(weft_future_set(their_future, g_strdup("from afar")));
                weft_future_unref(their_future);
            });
            gpointer value = nullptr;
            ASSERT_TRUE(weft_future_wait(future, &value, nullptr));
            EXPECT_STREQ(static_cast<char *>(value), "from afar");
            weft_future_unref(future);
            other.join();
        }
    });
}

TEST(FutureOfAThread, AThreadMaySetItWhileTheWaiterGivesUp)
{
    in_fiber([] {
        for (int round = 0; round < 200; round++) {
            WeftFuture *future = weft_future_new(g_free);
            g_autoptr(WeftGroup) group = weft_group_new();
            WeftFiber *fiber =
                spawn(group, [&] { (void)!weft_future_wait(future, nullptr, nullptr); });
            std::thread other([their_future = weft_future_ref(future)] {
                EXPECT_TRUE(weft_future_set(their_future, g_strdup("too late?")));
                weft_future_unref(their_future);
            });
            if (round % 2 == 0) {
                EXPECT_TRUE(weft_fiber_yield(nullptr));
            }
            if (weft_group_n_fibers(group) > 0) /* else it has ended, and its pointer with it */
                weft_fiber_cancel(fiber, "test");
            (void)!weft_group_wait(group, nullptr);
            weft_future_unref(future);
            other.join();
        }
    });
}
