/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/event.h>

#include "../in_fiber.h"

using namespace weft_test;

namespace
{
class Event : public FakeClock
{
};
} // namespace

TEST_F(Event, SetWakesAllAndStaysSet)
{
    in_fiber([] {
        g_autoptr(WeftEvent) event = weft_event_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        int n_through = 0;

        for (int i = 0; i < 3; i++)
            spawn(group, [&] { n_through += weft_event_wait(event, nullptr); });
        settle();
        EXPECT_EQ(n_through, 0);
        weft_event_set(event);
        EXPECT_TRUE(weft_event_is_set(event));
        join(group);
        EXPECT_EQ(n_through, 3);
        EXPECT_TRUE(weft_event_wait(event, nullptr));
    });
}

TEST_F(Event, ClearStopsWhoComesLaterOnly)
{
    in_fiber([] {
        g_autoptr(WeftEvent) event = weft_event_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        g_autoptr(GError) error = nullptr;
        bool is_through = false;

        spawn(group, [&] { is_through = weft_event_wait(event, nullptr); });
        settle();
        weft_event_set(event);
        weft_event_clear(event);
        join(group);
        EXPECT_TRUE(is_through);
        g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(10);
        EXPECT_FALSE(weft_event_wait(event, &error));
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_TIMED_OUT));
    });
}
