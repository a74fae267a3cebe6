/* SPDX-License-Identifier: Apache-2.0 */
/* Priorities: who overtakes whom, and how often at most. */

#include "run.h"
#include <gtest/gtest.h>
#include <string>

extern "C" {
#include "fiber/wait.h"
}

using weft_test::run_fake;
using weft_test::spawn;

namespace
{

/* A fiber that writes its letter each time it is woken. */
struct Writer {
    WeftWaitQueue queue = {};
    std::string *order;
    char letter;

    void start(WeftGroup *group, WeftPriority priority)
    {
        WeftFiber *fiber = spawn(group, "writer", [this](GError **error) -> bool {
            while (weft_wait(&queue, "its turn", error))
                *order += letter;
            return FALSE;
        });
        weft_fiber_set_priority(fiber, priority);
    }
};

void
yield()
{
    EXPECT_TRUE(weft_fiber_yield(nullptr));
}

} // namespace

TEST(Priority, SystemFibersRunBeforeNormalOnesAndInTheirOrder)
{
    EXPECT_TRUE(run_fake([] {
        std::string order;
        Writer writers[4];
        g_autoptr(WeftGroup) group = weft_group_new();
        for (int i = 0; i < 4; i++) {
            writers[i].order = &order;
            writers[i].letter = "abST"[i];
            writers[i].start(group, i < 2 ? WEFT_PRIORITY_NORMAL : WEFT_PRIORITY_SYSTEM);
        }
        yield();
        for (int i : {0, 2, 1, 3})
            weft_wait_queue_wake_oldest(&writers[i].queue);
        yield();
        EXPECT_EQ(order, "STab");
        /* Alone in the queue with the running one. */
        for (int i : {2, 3})
            weft_wait_queue_wake_oldest(&writers[i].queue);
        yield();
        EXPECT_EQ(order, "STabST");
    }));
}

TEST(Priority, TheEventLoopPutsThemAheadToo)
{
    EXPECT_TRUE(run_fake([] {
        std::string order;
        g_autoptr(WeftGroup) group = weft_group_new();
        for (char letter : {'a', 'b', 'S', 'T'}) {
            WeftFiber *fiber = spawn(group, "sleeper", [&order, letter](GError **error) -> bool {
                if (!weft_fiber_sleep_ms(10, error))
                    return FALSE;
                order += letter;
                return TRUE;
            });
            if (g_ascii_isupper(letter))
                weft_fiber_set_priority(fiber, WEFT_PRIORITY_SYSTEM);
        }
        EXPECT_TRUE(weft_group_wait(group, nullptr));
        /* Timers that fire together do so in no particular order. */
        EXPECT_TRUE(order.substr(0, 2) == "ST" || order.substr(0, 2) == "TS") << order;
    }));
}

TEST(Priority, OneThatYieldsLetsNormalOnesRun)
{
    EXPECT_TRUE(run_fake([] {
        std::string order;
        g_autoptr(WeftGroup) group = weft_group_new();
        for (char letter : {'S', 'a'}) {
            WeftFiber *fiber = spawn(group, "yields", [&order, letter](GError **error) -> bool {
                for (int i = 0; i < 3; i++) {
                    order += letter;
                    if (!weft_fiber_yield(error))
                        return FALSE;
                }
                return TRUE;
            });
            weft_fiber_set_priority(fiber,
                                    letter == 'S' ? WEFT_PRIORITY_SYSTEM : WEFT_PRIORITY_NORMAL);
        }
        EXPECT_TRUE(weft_group_wait(group, nullptr));
        EXPECT_EQ(order, "SaSaSa");
    }));
}

TEST(Priority, TwoThatAlwaysWakeEachOtherDoNotStarveNormalOnes)
{
    EXPECT_TRUE(run_fake([] {
        WeftWaitQueue queues[2] = {};
        int n_system = 0;
        int n_normal = 0;
        g_autoptr(WeftGroup) group = weft_group_new();
        for (int i = 0; i < 2; i++)
            weft_fiber_set_priority(spawn(group, "ball",
                                          [&, i](GError **error) -> bool {
                                              for (;;) {
                                                  n_system++;
                                                  weft_wait_queue_wake_oldest(&queues[1 - i]);
                                                  if (!weft_wait(&queues[i], "the ball", error))
                                                      return FALSE;
                                              }
                                          }),
                                    WEFT_PRIORITY_SYSTEM);
        for (int i = 0; i < 10; i++)
            spawn(group, "normal", [&](GError **error) -> bool {
                while (weft_fiber_yield(error))
                    n_normal++;
                return FALSE;
            });
        for (int i = 0; i < 1000; i++)
            yield();
        EXPECT_GT(n_system, 1000);
        EXPECT_GT(n_normal, 9000);
        /* Of 128 dispatches at most 64 overtake, so normal ones have at least the others; among
         * those, system fibers have turns like everybody. */
        EXPECT_LT(n_system, 2 * (n_normal + 1000));
    }));
}

TEST(Priority, IsNotInheritedByTheNextFiberOnTheStack)
{
    EXPECT_TRUE(run_fake([] {
        std::string order;
        g_autoptr(WeftGroup) group = weft_group_new();
        weft_fiber_set_priority(spawn(group, "system", [](GError **) -> bool { return TRUE; }),
                                WEFT_PRIORITY_SYSTEM);
        EXPECT_TRUE(weft_group_wait(group, nullptr));
        Writer writers[2];
        for (int i : {0, 1}) {
            writers[i].order = &order;
            writers[i].letter = "ab"[i];
            writers[i].start(group, WEFT_PRIORITY_NORMAL);
        }
        yield();
        for (int i : {1, 0})
            weft_wait_queue_wake_oldest(&writers[i].queue);
        yield();
        EXPECT_EQ(order, "ba");
    }));
}
