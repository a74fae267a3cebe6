/* SPDX-License-Identifier: Apache-2.0 */
/* Fibers: order of running, results, cancellation, shields, errno. */

#include "run.h"
#include <cerrno>
#include <gtest/gtest.h>
#include <string>
#include <vector>
#include <weft/deadline.h>

using weft_test::run;
using weft_test::run_fake;
using weft_test::spawn;

TEST(Fiber, RunsInTheOrderOfSpawning)
{
    std::string order;

    EXPECT_TRUE(run([&] {
        g_autoptr(WeftGroup) group = weft_group_new();
        for (char name : {'a', 'b', 'c'})
            spawn(group, "letter", [&order, name](GError **error) -> bool {
                order += name;
                if (!weft_fiber_yield(error))
                    return FALSE;
                order += name;
                return TRUE;
            });
        EXPECT_EQ(order, "");
        EXPECT_TRUE(weft_group_wait(group, nullptr));
    }));
    EXPECT_EQ(order, "abcabc");
}

TEST(Fiber, RunReturnsTheErrorOfTheFirstFiber)
{
    g_autoptr(GError) error = nullptr;
    std::function<bool(GError **)> fail = [](GError **failure) -> bool {
        g_set_error(failure, WEFT_ERROR, WEFT_ERROR_INVALID, "no such thing");
        return FALSE;
    };

    EXPECT_FALSE(weft_run("main", weft_test::call, &fail, &error));
    ASSERT_NE(error, nullptr);
    EXPECT_STREQ(error->message, "no such thing");
}

TEST(Fiber, SchedulersFollowEachOtherOnOneThread)
{
    for (int i = 0; i < 3; i++)
        EXPECT_TRUE(run([] { EXPECT_TRUE(weft_fiber_yield(nullptr)); }));
}

TEST(Fiber, CurrentIsNullOutsideOfFibers)
{
    EXPECT_EQ(weft_fiber_current(), nullptr);
    EXPECT_TRUE(run([] {
        ASSERT_NE(weft_fiber_current(), nullptr);
        EXPECT_STREQ(weft_fiber_name(weft_fiber_current()), "test");
        weft_fiber_set_name("renamed");
        EXPECT_STREQ(weft_fiber_name(weft_fiber_current()), "renamed");
    }));
    EXPECT_EQ(weft_fiber_current(), nullptr);
}

TEST(Fiber, ManyYieldsOfManyFibersKeepTheirLocals)
{
    int n_done = 0;

    EXPECT_TRUE(run([&] {
        g_autoptr(WeftGroup) group = weft_group_new();
        for (int i = 0; i < 1000; i++)
            spawn(group, "counter", [&n_done, i](GError **error) -> bool {
                double real = i;
                for (int round = 0; round < 20; round++) {
                    real += 0.5;
                    if (!weft_fiber_yield(error))
                        return FALSE;
                }
                EXPECT_EQ(real, i + 10.0);
                n_done++;
                return TRUE;
            });
        EXPECT_TRUE(weft_group_wait(group, nullptr));
    }));
    EXPECT_EQ(n_done, 1000);
}

TEST(Fiber, WhoIsAloneMayYield)
{
    EXPECT_TRUE(run([] {
        double real = 0;
        for (int i = 0; i < 10000; i++) {
            errno = i;
            ASSERT_TRUE(weft_fiber_yield(nullptr));
            ASSERT_EQ(errno, i);
            real += 0.5;
        }
        EXPECT_EQ(real, 5000);
    }));
}

TEST(Fiber, ErrnoIsKeptAcrossParks)
{
    EXPECT_TRUE(run([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        spawn(group, "spoiler", [](GError **error) -> bool {
            errno = EPIPE;
            return weft_fiber_yield(error);
        });
        errno = ENOENT;
        EXPECT_TRUE(weft_fiber_yield(nullptr));
        EXPECT_EQ(errno, ENOENT);
        errno = ENOTDIR;
        EXPECT_TRUE(weft_group_wait(group, nullptr));
        EXPECT_EQ(errno, ENOTDIR);
    }));
}

TEST(Fiber, SleepersWakeInTheOrderOfTheirTime)
{
    std::vector<int> order;

    EXPECT_TRUE(run_fake([&] {
        g_autoptr(WeftGroup) group = weft_group_new();
        const int64_t start_us = weft_clock_now_us();
        for (int ms : {300, 100, 200, 0, 100})
            spawn(group, "sleeper", [&order, ms, start_us](GError **error) -> bool {
                const gboolean slept = weft_fiber_sleep_ms(ms, error);
                EXPECT_GE(weft_clock_now_us() - start_us, ms * 1000);
                order.push_back(ms);
                return slept;
            });
        EXPECT_TRUE(weft_group_wait(group, nullptr));
    }));
    EXPECT_EQ(order, (std::vector<int>{0, 100, 100, 200, 300}));
}

TEST(Fiber, CancelledBeforeItFirstRanDoesNotRun)
{
    bool has_run = false;
    bool is_freed = false;

    EXPECT_TRUE(run([&] {
        g_autoptr(WeftGroup) group = weft_group_new();
        struct Freed {
            bool *flag;
            ~Freed()
            {
                if (flag != nullptr)
                    *flag = true;
            }
            explicit Freed(bool *f) : flag(f)
            {
            }
            Freed(const Freed &other) : flag(other.flag)
            {
                const_cast<Freed &>(other).flag = nullptr;
            }
        };
        Freed freed(&is_freed);
        WeftFiber *fiber = spawn(group, "never", [&has_run, freed](GError **) -> bool {
            has_run = true;
            return TRUE;
        });
        weft_fiber_cancel(fiber, "changed my mind");
        g_autoptr(GError) error = nullptr;
        EXPECT_FALSE(weft_group_wait(group, &error));
        EXPECT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_CANCELLED));
        EXPECT_STREQ(error->message, "cancelled: changed my mind");
    }));
    EXPECT_FALSE(has_run);
    EXPECT_TRUE(is_freed);
}

TEST(Fiber, CancellationIsSticky)
{
    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        int n_failures = 0;
        WeftFiber *fiber = spawn(group, "stubborn", [&](GError **) -> bool {
            g_autoptr(GError) first = nullptr;
            g_autoptr(GError) second = nullptr;
            EXPECT_FALSE(weft_fiber_sleep_ms(1000, &first));
            EXPECT_TRUE(g_error_matches(first, WEFT_ERROR, WEFT_ERROR_CANCELLED));
            EXPECT_FALSE(weft_fiber_yield(&second));
            EXPECT_TRUE(g_error_matches(second, WEFT_ERROR, WEFT_ERROR_CANCELLED));
            EXPECT_TRUE(weft_fiber_is_cancelled());
            n_failures = 2;
            return TRUE;
        });
        EXPECT_TRUE(weft_fiber_yield(nullptr));
        weft_fiber_cancel(fiber, "test");
        weft_fiber_cancel(fiber, "once more");
        EXPECT_TRUE(weft_group_wait(group, nullptr));
        EXPECT_EQ(n_failures, 2);
    }));
}

TEST(Fiber, ShieldHoldsCancellationAndDeadlineOffUntilItEnds)
{
    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        WeftFiber *fiber = spawn(group, "shielded", [](GError **) -> bool {
            g_auto(WeftDeadlineScope) outer = weft_deadline_scope_ms(5);
            {
                g_auto(WeftShieldScope) shield = weft_shield_scope();
                EXPECT_TRUE(weft_fiber_sleep_ms(100, nullptr));
                g_auto(WeftDeadlineScope) inner = weft_deadline_scope_ms(10);
                g_autoptr(GError) late = nullptr;
                EXPECT_FALSE(weft_fiber_sleep_ms(100, &late));
                EXPECT_TRUE(g_error_matches(late, WEFT_ERROR, WEFT_ERROR_TIMED_OUT));
            }
            g_autoptr(GError) error = nullptr;
            EXPECT_FALSE(weft_fiber_yield(&error));
            EXPECT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_CANCELLED));
            return TRUE;
        });
        EXPECT_TRUE(weft_fiber_yield(nullptr));
        weft_fiber_cancel(fiber, "test");
        EXPECT_TRUE(weft_group_wait(group, nullptr));
    }));
}

TEST(Fiber, StackLeftShrinksWithDepth)
{
    EXPECT_TRUE(run([] {
        const size_t here = weft_fiber_stack_left();
        EXPECT_GT(here, 32u * 1024);
        volatile char deeper[512];
        deeper[0] = 1;
        EXPECT_LE(weft_fiber_stack_left(), here + sizeof deeper);
    }));
}
