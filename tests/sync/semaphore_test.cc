/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/semaphore.h>

#include <algorithm>
#include <random>
#include <vector>

#include "../in_fiber.h"

using namespace weft_test;

namespace
{
class Semaphore : public FakeClock
{
};
} // namespace

TEST_F(Semaphore, LetsInAsManyAsThereArePermits)
{
    in_fiber([] {
        g_autoptr(WeftSemaphore) semaphore = weft_semaphore_new(3);
        g_autoptr(WeftGroup) group = weft_group_new();
        int n_inside = 0;
        int most_inside = 0;

        for (int i = 0; i < 10; i++) {
            spawn(group, [&] {
                ASSERT_TRUE(weft_semaphore_take(semaphore, nullptr));
                most_inside = std::max(most_inside, ++n_inside);
                sleep_ms(5);
                n_inside--;
                weft_semaphore_put(semaphore);
            });
        }
        join(group);
        EXPECT_EQ(most_inside, 3);
        EXPECT_EQ(weft_semaphore_n_permits(semaphore), 3u);
    });
}

TEST_F(Semaphore, TryTakeDoesNotOvertake)
{
    in_fiber([] {
        g_autoptr(WeftSemaphore) semaphore = weft_semaphore_new(0);
        g_autoptr(WeftGroup) group = weft_group_new();
        bool taken = false;

        spawn(group, [&] { taken = weft_semaphore_take(semaphore, nullptr); });
        settle();
        weft_semaphore_put(semaphore);
        EXPECT_FALSE(weft_semaphore_try_take(semaphore));
        join(group);
        EXPECT_TRUE(taken);
    });
}

TEST_F(Semaphore, WhoWantsManyIsNotOvertakenByWhoWantsFew)
{
    in_fiber([] {
        g_autoptr(WeftSemaphore) semaphore = weft_semaphore_new(2);
        g_autoptr(WeftGroup) group = weft_group_new();
        std::vector<int> order;

        for (size_t n_wanted : {3u, 1u}) {
            spawn(group, [&, n_wanted] {
                ASSERT_TRUE(weft_semaphore_take_n(semaphore, n_wanted, nullptr));
                order.push_back((int)n_wanted);
            });
        }
        settle();
        EXPECT_FALSE(weft_semaphore_try_take(semaphore));
        EXPECT_EQ(weft_semaphore_n_permits(semaphore), 2u);
        weft_semaphore_put(semaphore);
        settle();
        EXPECT_EQ(order, (std::vector<int>{3}));
        weft_semaphore_put_n(semaphore, 3);
        join(group);
        EXPECT_EQ(order, (std::vector<int>{3, 1}));
        EXPECT_EQ(weft_semaphore_n_permits(semaphore), 2u);
    });
}

TEST_F(Semaphore, WhoGivesUpLetsThoseBehindIn)
{
    in_fiber([] {
        g_autoptr(WeftSemaphore) semaphore = weft_semaphore_new(2);
        g_autoptr(WeftGroup) group = weft_group_new();
        bool taken = false;

        spawn(group, [&] {
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(10);
            EXPECT_FALSE(weft_semaphore_take_n(semaphore, 3, nullptr));
        });
        spawn(group, [&] { taken = weft_semaphore_take_n(semaphore, 2, nullptr); });
        settle();
        EXPECT_FALSE(taken);
        join(group);
        EXPECT_TRUE(taken);
    });
}

TEST_F(Semaphore, PermitsAreConservedWhateverHappens)
{
    for (unsigned seed = 1; seed <= 20; seed++) {
        SCOPED_TRACE(seed);
        in_fiber([seed] {
            std::mt19937 random(seed);
            size_t n_permits = 1 + random() % 4;
            g_autoptr(WeftSemaphore) semaphore = weft_semaphore_new(n_permits);
            g_autoptr(WeftGroup) group = weft_group_new();
            size_t n_inside = 0;

            for (int i = 0; i < 12; i++) {
                spawn(group, [&] {
                    for (int turn = 0; turn < 20; turn++) {
                        g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(random() % 9);
                        if (!weft_semaphore_take(semaphore, nullptr))
                            continue;
                        EXPECT_LE(++n_inside, n_permits);
                        (void)!weft_fiber_sleep_ms(random() % 3, nullptr);
                        n_inside--;
                        weft_semaphore_put(semaphore);
                    }
                });
            }
            sleep_ms(random() % 60);
            weft_group_cancel(group, "chaos");
            join(group);
            EXPECT_EQ(weft_semaphore_n_permits(semaphore), n_permits);
        });
    }
}
