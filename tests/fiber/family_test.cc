/* SPDX-License-Identifier: Apache-2.0 */
/* The family tree: parents, children, adoption, joining children. */

#include "run.h"
#include <gtest/gtest.h>
#include <string>
#include <weft/deadline.h>
#include <weft/family.h>

using weft_test::run_fake;
using weft_test::spawn;

namespace
{

WeftFiber *
spawn_sleeper(const char *name, int64_t duration_ms)
{
    return spawn(weft_root_group(), name, [duration_ms](GError **error) -> bool {
        return weft_fiber_sleep_ms(duration_ms, error);
    });
}

/* The names of a fiber's children, newest first. */
std::string
children(const WeftFiber *fiber)
{
    std::string names;

    for (const WeftFiber *child = weft_fiber_newest_child(fiber); child != nullptr;
         child = weft_fiber_older_sibling(child))
        names += weft_fiber_name(child);
    return names;
}

} // namespace

TEST(Family, TheParentIsWhoSpawned)
{
    EXPECT_TRUE(run_fake([] {
        WeftFiber *self = weft_fiber_current();
        EXPECT_EQ(weft_fiber_parent(self), nullptr);
        EXPECT_EQ(weft_fiber_level(self), 0u);
        spawn(weft_root_group(), "child", [self](GError **error) -> bool {
            WeftFiber *child = weft_fiber_current();
            EXPECT_EQ(weft_fiber_parent(child), self);
            EXPECT_EQ(weft_fiber_level(child), 1u);
            WeftFiber *grandchild = spawn_sleeper("grandchild", 1);
            EXPECT_EQ(weft_fiber_parent(grandchild), child);
            EXPECT_EQ(weft_fiber_level(grandchild), 2u);
            return weft_fiber_join_children(error);
        });
        EXPECT_TRUE(weft_fiber_join_children(nullptr));
        EXPECT_EQ(weft_fiber_newest_child(self), nullptr);
    }));
}

TEST(Family, ChildrenLeaveInAnyOrder)
{
    EXPECT_TRUE(run_fake([] {
        WeftFiber *self = weft_fiber_current();
        spawn_sleeper("a", 20);
        spawn_sleeper("b", 40);
        spawn_sleeper("c", 10);
        spawn_sleeper("d", 30);
        EXPECT_EQ(children(self), "dcba");
        EXPECT_TRUE(weft_fiber_sleep_ms(15, nullptr));
        EXPECT_EQ(children(self), "dba");
        EXPECT_TRUE(weft_fiber_sleep_ms(10, nullptr));
        EXPECT_EQ(children(self), "db");
        EXPECT_TRUE(weft_fiber_sleep_ms(10, nullptr));
        EXPECT_EQ(children(self), "b");
        EXPECT_TRUE(weft_fiber_join_children(nullptr));
        EXPECT_EQ(children(self), "");
    }));
}

TEST(Family, TheGrandparentAdoptsTheChildrenOfWhoEnds)
{
    EXPECT_TRUE(run_fake([] {
        WeftFiber *self = weft_fiber_current();
        spawn_sleeper("a", 50);
        spawn(weft_root_group(), "parent", [](GError **error) -> bool {
            spawn_sleeper("b", 50);
            spawn_sleeper("c", 50);
            return weft_fiber_sleep_ms(10, error);
        });
        EXPECT_TRUE(weft_fiber_sleep_ms(20, nullptr));
        EXPECT_EQ(children(self).size(), 3u);
        for (const WeftFiber *child = weft_fiber_newest_child(self); child != nullptr;
             child = weft_fiber_older_sibling(child)) {
            EXPECT_EQ(weft_fiber_parent(child), self);
            EXPECT_EQ(weft_fiber_level(child), 1u);
        }
        EXPECT_TRUE(weft_fiber_join_children(nullptr));
    }));
}

TEST(Family, JoiningChildrenWaitsForAdoptedOnesToo)
{
    EXPECT_TRUE(run_fake([] {
        const int64_t before_us = weft_clock_now_us();
        spawn(weft_root_group(), "parent", [](GError **) -> bool {
            spawn_sleeper("child", 1000);
            return TRUE;
        });
        EXPECT_TRUE(weft_fiber_join_children(nullptr));
        EXPECT_GE(weft_clock_now_us() - before_us, 1000 * 1000);
    }));
}

TEST(Family, JoiningChildrenHonoursTheDeadlineAndCanBeRepeated)
{
    EXPECT_TRUE(run_fake([] {
        spawn_sleeper("child", 100);
        {
            g_auto(WeftDeadlineScope) brief = weft_deadline_scope_ms(10);
            g_autoptr(GError) error = nullptr;
            EXPECT_FALSE(weft_fiber_join_children(&error));
            EXPECT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_TIMED_OUT));
        }
        EXPECT_TRUE(weft_fiber_join_children(nullptr));
        EXPECT_TRUE(weft_fiber_join_children(nullptr));
    }));
}

TEST(Family, IsPrintedAsATree)
{
    EXPECT_TRUE(run_fake([] {
        spawn(weft_root_group(), "parent", [](GError **error) -> bool {
            spawn_sleeper("child", 50);
            return weft_fiber_sleep_ms(50, error);
        });
        spawn_sleeper("aunt", 50);
        EXPECT_TRUE(weft_fiber_sleep_ms(1, nullptr));
        g_autofree char *all = weft_fiber_family_to_string(nullptr);
        EXPECT_STREQ(all,
                     "test 1: running\n  aunt 3: sleep\n  parent 2: sleep\n    child 4: sleep\n");
        const WeftFiber *parent =
            weft_fiber_older_sibling(weft_fiber_newest_child(weft_fiber_current()));
        g_autofree char *part = weft_fiber_family_to_string(parent);
        EXPECT_STREQ(part, "parent 2: sleep\n  child 4: sleep\n");
        EXPECT_TRUE(weft_fiber_join_children(nullptr));
    }));
}

/* Each spawns the next one: neither the tree nor adoption goes by recursion. */
static bool
spawn_next(int n_left, GError **error)
{
    if (n_left > 0)
        spawn(weft_root_group(), "link",
              [n_left](GError **failure) -> bool { return spawn_next(n_left - 1, failure); });
    return weft_fiber_sleep_ms(1000 - n_left % 7, error);
}

TEST(Family, MayBeDeep)
{
    EXPECT_TRUE(run_fake([] {
        spawn(weft_root_group(), "first",
              [](GError **error) -> bool { return spawn_next(2000, error); });
        EXPECT_TRUE(weft_fiber_sleep_ms(10, nullptr));
        g_autofree char *tree = weft_fiber_family_to_string(nullptr);
        EXPECT_NE(strstr(tree, "\n    link"), nullptr);
        EXPECT_TRUE(weft_fiber_join_children(nullptr));
    }));
}
