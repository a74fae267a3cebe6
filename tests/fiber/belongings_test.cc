/* SPDX-License-Identifier: Apache-2.0 */
/* What belongs to a fiber and ends with it: deferred calls, its arena. */

#include "run.h"
#include <gtest/gtest.h>
#include <string>

using weft_test::run_fake;
using weft_test::spawn;

namespace
{

std::string order;

void
note(gpointer text)
{
    order += static_cast<const char *>(text);
}

void
defer_letter(const char *letter)
{
    weft_defer(note, const_cast<char *>(letter));
}

} // namespace

class Belongings : public testing::Test
{
  protected:
    void SetUp() override
    {
        order.clear();
    }
};

TEST_F(Belongings, WhatWasDeferredLastIsCalledFirst)
{
    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        spawn(group, "child", [](GError **error) -> bool {
            defer_letter("a");
            defer_letter("b");
            if (!weft_fiber_yield(error))
                return FALSE;
            defer_letter("c");
            order += "body ";
            return TRUE;
        });
        EXPECT_TRUE(weft_group_wait(group, nullptr));
    }));
    EXPECT_EQ(order, "body cba");
}

TEST_F(Belongings, DeferredCallsAreMadeOnFailureAndOnCancellation)
{
    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        spawn(group, "cancelled", [](GError **error) -> bool {
            defer_letter("b");
            return weft_fiber_sleep_ms(1000, error);
        });
        spawn(group, "failing", [](GError **error) -> bool {
            defer_letter("a");
            g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_INVALID, "no");
            return FALSE;
        });
        EXPECT_FALSE(weft_group_wait(group, nullptr));
    }));
    EXPECT_EQ(order, "ab");
}

TEST_F(Belongings, ADeferredCallMayParkAndDefer)
{
    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        WeftFiber *child = spawn(group, "child", [](GError **error) -> bool {
            weft_defer(
                [](gpointer) {
                    EXPECT_FALSE(weft_fiber_sleep_ms(10, nullptr));
                    g_auto(WeftShieldScope) shield = weft_shield_scope();
                    EXPECT_TRUE(weft_fiber_sleep_ms(10, nullptr));
                    defer_letter("b");
                    order += "a";
                },
                nullptr);
            return weft_fiber_sleep_ms(1000, error);
        });
        EXPECT_TRUE(weft_fiber_yield(nullptr));
        weft_fiber_cancel(child, "test");
        EXPECT_FALSE(weft_group_wait(group, nullptr));
    }));
    EXPECT_EQ(order, "ab");
}

TEST_F(Belongings, TheDataIsFreedAfterWhatWasDeferred)
{
    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        weft_group_spawn(
            group, "child",
            [](gpointer, GError **) -> gboolean {
                defer_letter("deferred ");
                return TRUE;
            },
            const_cast<char *>("data"),
            [](gpointer text) {
                note(text);
                defer_letter(" late"); /* what is deferred now is not lost */
            });
        EXPECT_TRUE(weft_group_wait(group, nullptr));
    }));
    EXPECT_EQ(order, "deferred data late");
}

TEST_F(Belongings, TheArenaLivesUntilAfterWhatWasDeferred)
{
    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        for (int i = 0; i < 3; i++)
            spawn(group, "child", [i](GError **error) -> bool {
                char *text = weft_arena_printf(weft_fiber_arena(), "%d", i);
                weft_defer(note, text);
                if (!weft_fiber_yield(error))
                    return FALSE;
                weft_arena_alloc(weft_fiber_arena(), 100000);
                return TRUE;
            });
        EXPECT_TRUE(weft_group_wait(group, nullptr));
    }));
    EXPECT_EQ(order, "012");
}

TEST_F(Belongings, TheNextFiberOnTheSameStackHasNone)
{
    EXPECT_TRUE(run_fake([] {
        for (int i = 0; i < 3; i++) {
            g_autoptr(WeftGroup) group = weft_group_new();
            spawn(group, "child", [i](GError **) -> bool {
                if (i != 1)
                    defer_letter("x");
                return TRUE;
            });
            EXPECT_TRUE(weft_group_wait(group, nullptr));
            order += ".";
        }
    }));
    EXPECT_EQ(order, "x..x.");
}
