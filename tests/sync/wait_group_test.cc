/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/wait_group.h>

#include "../in_fiber.h"

using namespace weft_test;

namespace
{
class WaitGroup : public FakeClock
{
};
} // namespace

TEST_F(WaitGroup, WaitReturnsAtOnceWhereNothingIsUnderWay)
{
    in_fiber([] {
        g_autoptr(WeftWaitGroup) wait_group = weft_wait_group_new();

        EXPECT_TRUE(weft_wait_group_wait(wait_group, nullptr));
    });
}

TEST_F(WaitGroup, TheLastOneDoneWakesAll)
{
    in_fiber([] {
        g_autoptr(WeftWaitGroup) wait_group = weft_wait_group_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        int n_woken = 0;

        weft_wait_group_add(wait_group, 2);
        for (int i = 0; i < 3; i++) {
            spawn(group, [&] {
                EXPECT_TRUE(weft_wait_group_wait(wait_group, nullptr));
                n_woken++;
            });
        }
        settle();
        weft_wait_group_done(wait_group);
        settle();
        EXPECT_EQ(n_woken, 0);
        EXPECT_EQ(weft_wait_group_n_things(wait_group), 1u);
        weft_wait_group_done(wait_group);
        join(group);
        EXPECT_EQ(n_woken, 3);
    });
}

TEST_F(WaitGroup, WaitHonoursTheDeadline)
{
    in_fiber([] {
        g_autoptr(WeftWaitGroup) wait_group = weft_wait_group_new();
        g_autoptr(GError) error = nullptr;

        weft_wait_group_add(wait_group, 1);
        {
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(30);
            EXPECT_FALSE(weft_wait_group_wait(wait_group, &error));
        }
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_TIMED_OUT));
        weft_wait_group_done(wait_group);
        EXPECT_TRUE(weft_wait_group_wait(wait_group, nullptr));
    });
}
