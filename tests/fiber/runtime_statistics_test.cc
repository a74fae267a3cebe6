/* SPDX-License-Identifier: Apache-2.0 */
/* What the runtime says of itself. */

#include "run.h"
#include <gtest/gtest.h>
#include <weft/statistics.h>

using weft_test::run_fake;
using weft_test::spawn;

static int64_t
value(const char *name)
{
    WeftStatistic *statistic = weft_statistics_find(name);

    return statistic != nullptr ? weft_statistic_value(statistic) : -1;
}

TEST(RuntimeStatistics, CountsFibersTurnsAndTimers)
{
    weft_runtime_statistics_begin();
    weft_runtime_statistics_begin();
    EXPECT_EQ(value("runtime.fibers.live"), 0);
    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        for (int i = 0; i < 10; i++)
            spawn(group, "sleeper",
                  [](GError **error) -> bool { return weft_fiber_sleep_ms(10, error); });
        EXPECT_TRUE(weft_fiber_sleep_ms(5, nullptr));
        EXPECT_EQ(value("runtime.schedulers"), 1);
        EXPECT_EQ(value("runtime.fibers.live"), 11);
        EXPECT_EQ(value("runtime.stacks.in_use"), 11);
        EXPECT_GE(value("runtime.timers"), 10);
        EXPECT_TRUE(weft_group_wait(group, nullptr));
    }));
    EXPECT_EQ(value("runtime.fibers.live"), 0);
    EXPECT_EQ(value("runtime.fibers.spawned"), 11);
    EXPECT_GE(value("runtime.turns"), 3);
    EXPECT_GE(value("runtime.dispatches"), 22);
    EXPECT_EQ(value("runtime.offload_jobs{lane=disk,state=queued}"), 0);
    EXPECT_EQ(value("runtime.turn_us"), value("runtime.turns"));
}

TEST(RuntimeStatistics, TheLongestTurnIsRemembered)
{
    weft_runtime_statistics_begin();
    EXPECT_TRUE(run_fake([] { weft_clock_fake_advance_us(1234567); }));
    EXPECT_EQ(value("runtime.longest_turn_us"), 1234567);
}
