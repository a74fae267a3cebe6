/* SPDX-License-Identifier: Apache-2.0 */
/* Groups: waiting, failure of one, cancellation, scope. */

#include "run.h"
#include <gtest/gtest.h>
#include <weft/deadline.h>

using weft_test::run;
using weft_test::run_fake;
using weft_test::spawn;

static gboolean
fail(GError **error, const char *message)
{
    g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_INVALID, message);
    return FALSE;
}

TEST(Group, FirstFailureCancelsTheOthersAndIsTheResult)
{
    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        bool is_cancelled = false;
        spawn(group, "patient", [&](GError **error) -> bool {
            const gboolean slept = weft_fiber_sleep_ms(1000000, error);
            is_cancelled = !slept;
            return slept;
        });
        spawn(group, "failing", [](GError **error) -> bool { return fail(error, "the first"); });
        spawn(group, "late", [](GError **error) -> bool {
            if (weft_fiber_yield(nullptr))
                return fail(error, "the second");
            return fail(error, "cancelled");
        });
        g_autoptr(GError) error = nullptr;
        const int64_t before_us = weft_clock_now_us();
        EXPECT_FALSE(weft_group_wait(group, &error));
        EXPECT_STREQ(error->message, "the first");
        EXPECT_TRUE(is_cancelled);
        EXPECT_EQ(weft_clock_now_us(), before_us);
        EXPECT_EQ(weft_group_n_fibers(group), 0u);
    }));
}

TEST(Group, EndsBeforeTheScopeThatMadeIt)
{
    bool has_ended = false;

    EXPECT_TRUE(run_fake([&] {
        {
            g_autoptr(WeftGroup) group = weft_group_new();
            spawn(group, "child", [&](GError **error) -> bool {
                const gboolean slept = weft_fiber_sleep_ms(3600 * 1000, error);
                has_ended = true;
                return slept;
            });
            EXPECT_TRUE(weft_fiber_yield(nullptr));
        }
        EXPECT_TRUE(has_ended);
    }));
}

TEST(Group, ACancelledParentStillWaitsForItsChildren)
{
    int n_ended = 0;

    EXPECT_TRUE(run_fake([&] {
        g_autoptr(WeftGroup) outer = weft_group_new();
        WeftFiber *parent = spawn(outer, "parent", [&](GError **error) -> bool {
            g_autoptr(WeftGroup) inner = weft_group_new();
            spawn(inner, "child", [&](GError **child_error) -> bool {
                const gboolean slept = weft_fiber_sleep_ms(1000, child_error);
                n_ended++;
                return slept;
            });
            return weft_group_wait(inner, error);
        });
        EXPECT_TRUE(weft_fiber_yield(nullptr));
        EXPECT_TRUE(weft_fiber_yield(nullptr));
        weft_fiber_cancel(parent, "test");
        EXPECT_FALSE(weft_group_wait(outer, nullptr));
    }));
    EXPECT_EQ(n_ended, 1);
}

TEST(Group, WaitHonoursTheDeadlineAndCanBeRepeated)
{
    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        spawn(group, "slow",
              [](GError **error) -> bool { return weft_fiber_sleep_ms(100, error); });
        {
            g_auto(WeftDeadlineScope) brief = weft_deadline_scope_ms(10);
            g_autoptr(GError) error = nullptr;
            EXPECT_FALSE(weft_group_wait(group, &error));
            EXPECT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_TIMED_OUT));
        }
        EXPECT_TRUE(weft_group_wait(group, nullptr));
    }));
}

TEST(Group, SpawnInheritsTheDeadlineInForce)
{
    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        {
            g_auto(WeftDeadlineScope) brief = weft_deadline_scope_ms(10);
            spawn(group, "child",
                  [](GError **error) -> bool { return weft_fiber_sleep_ms(100, error); });
        }
        g_autoptr(GError) error = nullptr;
        EXPECT_FALSE(weft_group_wait(group, &error));
        EXPECT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_TIMED_OUT));
    }));
}

TEST(Group, ACancelledGroupCancelsWhatIsSpawnedLater)
{
    bool has_run = false;

    EXPECT_TRUE(run([&] {
        g_autoptr(WeftGroup) group = weft_group_new();
        weft_group_cancel(group, "closed for today");
        spawn(group, "late", [&](GError **) -> bool {
            has_run = true;
            return TRUE;
        });
        g_autoptr(GError) error = nullptr;
        EXPECT_FALSE(weft_group_wait(group, &error));
        EXPECT_STREQ(error->message, "cancelled: closed for today");
    }));
    EXPECT_FALSE(has_run);
}

TEST(Group, AFailureInTheRootGroupLeavesTheOthersAlone)
{
    bool has_survived = false;

    EXPECT_TRUE(run_fake([&] {
        spawn(weft_root_group(), "failing",
              [](GError **error) -> bool { return fail(error, "oh"); });
        g_autoptr(WeftGroup) group = weft_group_new();
        spawn(weft_root_group(), "other", [&](GError **error) -> bool {
            has_survived = weft_fiber_sleep_ms(10, error);
            return has_survived ? TRUE : FALSE;
        });
        EXPECT_TRUE(weft_fiber_sleep_ms(20, nullptr));
    }));
    EXPECT_TRUE(has_survived);
}

TEST(Group, TheRootGroupIsCancelledWhenTheFirstFiberReturns)
{
    bool is_cancelled = false;

    EXPECT_TRUE(run([&] {
        spawn(weft_root_group(), "daemon", [&](GError **error) -> bool {
            const gboolean slept = weft_fiber_sleep_ms(3600 * 1000, error);
            is_cancelled = !slept;
            return slept;
        });
        EXPECT_TRUE(weft_fiber_yield(nullptr));
    }));
    EXPECT_TRUE(is_cancelled);
}
