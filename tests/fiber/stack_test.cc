/* SPDX-License-Identifier: Apache-2.0 */
/* Stacks: guards, reuse, memory after a burst, and what an overflow says. */

#include "run.h"
#include <cstdio>
#include <gtest/gtest.h>
#include <unistd.h>

using weft_test::run;
using weft_test::run_fake;
using weft_test::spawn;

static gboolean
overflow(unsigned depth)
{
    volatile char frame[1024];

    frame[depth % sizeof frame] = 1;
    if (depth > 1000000)
        return TRUE;
    return overflow(depth + 1) + frame[depth % sizeof frame] > 0;
}

TEST(StackDeathTest, OverflowNamesTheFiber)
{
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    EXPECT_DEATH(run([] {
                     g_autoptr(WeftGroup) group = weft_group_new();
                     spawn(group, "greedy", [](GError **) -> bool { return overflow(0); });
                     EXPECT_TRUE(weft_group_wait(group, nullptr));
                 }),
                 "stack overflow in fiber 2 \"greedy\"");
}

TEST(Stack, AFiberThatWentDeepLeavesItsMemoryToTheSystem)
{
    EXPECT_TRUE(run([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        for (int i = 0; i < 100; i++)
            spawn(group, "deep", [](GError **error) -> bool {
                volatile char deep[40 * 1024];
                for (size_t j = 0; j < sizeof deep; j++)
                    deep[j] = 1;
                return weft_fiber_yield(error) && deep[5] == 1;
            });
        EXPECT_TRUE(weft_group_wait(group, nullptr));
        /* The same stacks serve again, and hold what they are given. */
        for (int i = 0; i < 100; i++)
            spawn(group, "again", [](GError **error) -> bool {
                volatile char deep[40 * 1024];
                for (size_t j = 0; j < sizeof deep; j++)
                    deep[j] = 2;
                return weft_fiber_yield(error) && deep[7] == 2;
            });
        EXPECT_TRUE(weft_group_wait(group, nullptr));
    }));
}

static size_t
resident_bytes()
{
    size_t total = 0;
    size_t resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    if (file == nullptr || fscanf(file, "%zu %zu", &total, &resident) != 2)
        resident = 0;
    if (file != nullptr)
        fclose(file);
    return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

TEST(Stack, MemoryComesBackAfterABurst)
{
    constexpr size_t n_fibers = 4000;

    EXPECT_TRUE(run_fake([] {
        const size_t before = resident_bytes();
        g_autoptr(WeftGroup) group = weft_group_new();
        for (size_t i = 0; i < n_fibers; i++)
            spawn(group, "burst", [](GError **error) -> bool { return weft_fiber_yield(error); });
        EXPECT_TRUE(weft_fiber_yield(nullptr));
        const size_t burst = resident_bytes();
        EXPECT_GE(burst - before, n_fibers * 4096);
        EXPECT_TRUE(weft_group_wait(group, nullptr));

        /* The scheduler trims when it has nothing else to do, and looks once a second. */
        EXPECT_TRUE(weft_fiber_sleep_ms(5000, nullptr));
        EXPECT_LE(resident_bytes(), before + (burst - before) / 4);
        spawn(group, "after", [](GError **error) -> bool { return weft_fiber_yield(error); });
        EXPECT_TRUE(weft_group_wait(group, nullptr));
    }));
}
