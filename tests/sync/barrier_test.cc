/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/barrier.h>

#include <algorithm>
#include <vector>

#include "../in_fiber.h"

using namespace weft_test;

namespace
{
class Barrier : public FakeClock
{
};
} // namespace

TEST_F(Barrier, AllPassTogetherRoundAfterRound)
{
    in_fiber([] {
        g_autoptr(WeftBarrier) barrier = weft_barrier_new(4);
        g_autoptr(WeftGroup) group = weft_group_new();
        std::vector<int> rounds(4);
        int n_last = 0;

        for (int i = 0; i < 4; i++) {
            spawn(group, [&, i] {
                for (int round = 0; round < 5; round++) {
                    gboolean is_last = FALSE;
                    sleep_ms(1 + (i * 7 + round * 3) % 5);
                    rounds[(size_t)i]++;
                    ASSERT_TRUE(weft_barrier_wait(barrier, &is_last, nullptr));
                    n_last += is_last;
                    EXPECT_EQ(*std::min_element(rounds.begin(), rounds.end()), round + 1);
                }
            });
        }
        join(group);
        EXPECT_EQ(n_last, 5);
        EXPECT_EQ(weft_barrier_n_waiting(barrier), 0u);
    });
}

TEST_F(Barrier, WhoIsCancelledNoLongerCounts)
{
    in_fiber([] {
        g_autoptr(WeftBarrier) barrier = weft_barrier_new(2);
        g_autoptr(WeftGroup) group = weft_group_new();
        int n_passed = 0;

        WeftFiber *first = spawn(
            group, [&] { n_passed += weft_barrier_wait(barrier, nullptr, nullptr) ? 100 : 0; });
        settle();
        EXPECT_EQ(weft_barrier_n_waiting(barrier), 1u);
        weft_fiber_cancel(first, "test");
        EXPECT_EQ(weft_barrier_n_waiting(barrier), 0u);
        spawn(group, [&] { n_passed += weft_barrier_wait(barrier, nullptr, nullptr); });
        settle();
        EXPECT_EQ(n_passed, 0);
        EXPECT_TRUE(weft_barrier_wait(barrier, nullptr, nullptr));
        join(group);
        EXPECT_EQ(n_passed, 1);
    });
}

TEST_F(Barrier, OfOneNeverParks)
{
    in_fiber([] {
        g_autoptr(WeftBarrier) barrier = weft_barrier_new(1);
        gboolean is_last = FALSE;

        EXPECT_TRUE(weft_barrier_wait(barrier, &is_last, nullptr));
        EXPECT_TRUE(is_last);
    });
}
