/* SPDX-License-Identifier: Apache-2.0 */
/* Values of fibers: own, inherited, scoped, and how they end. */

#include "run.h"
#include <gtest/gtest.h>
#include <string>
#include <weft/local.h>

using weft_test::run_fake;
using weft_test::spawn;

namespace
{

std::string freed;

void
note_and_free(gpointer text)
{
    freed += static_cast<char *>(text);
    g_free(text);
}

const WeftLocal user = {"user", note_and_free};
const WeftLocal room = {"room", nullptr};

const char *
own_user()
{
    return static_cast<const char *>(weft_local_get(&user));
}

const char *
seen_user()
{
    return static_cast<const char *>(weft_local_find(&user));
}

void
set_user(const char *name)
{
    weft_local_set(&user, g_strdup(name));
}

} // namespace

class Local : public testing::Test
{
  protected:
    void SetUp() override
    {
        freed.clear();
    }
};

TEST_F(Local, EachFiberHasItsOwn)
{
    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        for (const char *name : {"anna", "ben"})
            spawn(group, "child", [name](GError **error) -> bool {
                EXPECT_EQ(own_user(), nullptr);
                set_user(name);
                if (!weft_fiber_yield(error))
                    return FALSE;
                EXPECT_STREQ(own_user(), name);
                return TRUE;
            });
        EXPECT_TRUE(weft_group_wait(group, nullptr));
        EXPECT_EQ(own_user(), nullptr);
    }));
    EXPECT_EQ(freed, "annaben");
}

TEST_F(Local, SettingAgainFreesTheOlderValueAndUnsetForgets)
{
    EXPECT_TRUE(run_fake([] {
        int number = 7;
        weft_local_set(&room, &number);
        set_user("a");
        set_user("b");
        EXPECT_EQ(freed, "a");
        weft_local_unset(&user);
        weft_local_unset(&user);
        EXPECT_EQ(freed, "ab");
        EXPECT_EQ(own_user(), nullptr);
        EXPECT_EQ(weft_local_get(&room), &number);
        set_user("c");
    }));
    EXPECT_EQ(freed, "abc");
}

TEST_F(Local, ChildrenSeeTheNearestValueAboveThem)
{
    EXPECT_TRUE(run_fake([] {
        set_user("outer");
        g_autoptr(WeftGroup) group = weft_group_new();
        spawn(group, "child", [](GError **error) -> bool {
            EXPECT_EQ(own_user(), nullptr);
            EXPECT_STREQ(seen_user(), "outer");
            g_autoptr(WeftGroup) inner = weft_group_new();
            spawn(inner, "grandchild", [](GError **) -> bool {
                EXPECT_STREQ(seen_user(), "outer");
                set_user("inner");
                EXPECT_STREQ(seen_user(), "inner");
                weft_local_set(&user, nullptr);
                EXPECT_EQ(seen_user(), nullptr);
                return TRUE;
            });
            return weft_group_wait(inner, error);
        });
        EXPECT_TRUE(weft_group_wait(group, nullptr));
        EXPECT_STREQ(own_user(), "outer");
    }));
}

TEST_F(Local, WhenTheParentEndsTheGrandparentsValueIsSeen)
{
    EXPECT_TRUE(run_fake([] {
        set_user("a");
        spawn(weft_root_group(), "parent", [](GError **error) -> bool {
            set_user("b");
            spawn(weft_root_group(), "child", [](GError **failure) -> bool {
                EXPECT_STREQ(seen_user(), "b");
                if (!weft_fiber_sleep_ms(20, failure))
                    return FALSE;
                EXPECT_STREQ(seen_user(), "a");
                return TRUE;
            });
            return weft_fiber_sleep_ms(10, error);
        });
        EXPECT_TRUE(weft_fiber_sleep_ms(30, nullptr));
        EXPECT_EQ(freed, "b");
    }));
}

TEST_F(Local, AScopePutsTheOuterValueBack)
{
    EXPECT_TRUE(run_fake([] {
        {
            g_auto(WeftLocalScope) first = weft_local_scope(&user, g_strdup("a"));
            EXPECT_STREQ(own_user(), "a");
            {
                g_auto(WeftLocalScope) second = weft_local_scope(&user, g_strdup("b"));
                EXPECT_STREQ(own_user(), "b");
                set_user("c");
                EXPECT_EQ(freed, "b");
            }
            EXPECT_EQ(freed, "bc");
            EXPECT_STREQ(own_user(), "a");
        }
        EXPECT_EQ(freed, "bca");
        set_user("below");
        EXPECT_STREQ(own_user(), "below");
    }));
}

TEST_F(Local, AValuesEndMaySetAnother)
{
    static const WeftLocal setter = {"setter", [](gpointer) { set_user("last"); }};

    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        spawn(group, "child", [](GError **) -> bool {
            weft_local_set(&setter, &freed);
            return TRUE;
        });
        EXPECT_TRUE(weft_group_wait(group, nullptr));
    }));
    EXPECT_EQ(freed, "last");
}
