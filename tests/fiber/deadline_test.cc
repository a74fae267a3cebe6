/* SPDX-License-Identifier: Apache-2.0 */
/* Deadlines: nesting, the earliest wins, lazy timers. */

#include "run.h"
#include <gtest/gtest.h>
#include <weft/deadline.h>

using weft_test::run_fake;
using weft_test::spawn;

TEST(Deadline, ScopesNestAndTheEarliestWins)
{
    EXPECT_TRUE(run_fake([] {
        EXPECT_EQ(weft_deadline_us(), WEFT_DEADLINE_NEVER);
        g_auto(WeftDeadlineScope) outer = weft_deadline_scope_ms(100);
        const int64_t outer_us = weft_deadline_us();
        {
            g_auto(WeftDeadlineScope) longer = weft_deadline_scope_ms(1000);
            EXPECT_EQ(weft_deadline_us(), outer_us);
            g_auto(WeftDeadlineScope) shorter = weft_deadline_scope_ms(10);
            EXPECT_LT(weft_deadline_us(), outer_us);
            g_autoptr(GError) error = nullptr;
            EXPECT_FALSE(weft_fiber_sleep_ms(50, &error));
            EXPECT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_TIMED_OUT));
            EXPECT_TRUE(weft_deadline_passed());
        }
        EXPECT_FALSE(weft_deadline_passed());
        EXPECT_EQ(weft_deadline_us(), outer_us);
        EXPECT_TRUE(weft_fiber_sleep_ms(50, nullptr));
    }));
}

TEST(Deadline, OnceLateEveryParkingCallFails)
{
    EXPECT_TRUE(run_fake([] {
        g_auto(WeftDeadlineScope) scope = weft_deadline_scope_ms(0);
        EXPECT_FALSE(weft_fiber_yield(nullptr));
        EXPECT_FALSE(weft_fiber_sleep_ms(0, nullptr));
        EXPECT_FALSE(weft_fiber_yield(nullptr));
    }));
}

TEST(Deadline, ATimerLeftOverFromAnEarlierScopeDisturbsNobody)
{
    EXPECT_TRUE(run_fake([] {
        {
            g_auto(WeftDeadlineScope) scope = weft_deadline_scope_ms(50);
            EXPECT_TRUE(weft_fiber_sleep_ms(1, nullptr));
        }
        const int64_t before_us = weft_clock_now_us();
        EXPECT_TRUE(weft_fiber_sleep_ms(1000, nullptr));
        EXPECT_EQ(weft_clock_now_us() - before_us, 1000 * 1000);
    }));
}

TEST(Deadline, FiveThousandTimersFireInOrder)
{
    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        int64_t last_us = 0;
        unsigned seed = 4711;
        for (int i = 0; i < 5000; i++) {
            seed = seed * 1103515245 + 12345;
            const int64_t ms = 1 + seed / 65536 % 5000;
            spawn(group, "timer", [&last_us, ms](GError **error) -> bool {
                const gboolean slept = weft_fiber_sleep_ms(ms, error);
                EXPECT_GE(weft_clock_now_us(), last_us);
                last_us = weft_clock_now_us();
                return slept;
            });
        }
        EXPECT_TRUE(weft_group_wait(group, nullptr));
    }));
}
