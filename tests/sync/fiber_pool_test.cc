/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/fiber_pool.h>

#include <algorithm>
#include <functional>
#include <string>

#include "../in_fiber.h"

using namespace weft_test;

namespace
{

class FiberPool : public FakeClock
{
};

using Job = std::function<bool(GError **)>;

gboolean
run_job(gpointer data, GError **error)
{
    return (*static_cast<Job *>(data))(error);
}

void
free_job(gpointer data)
{
    delete static_cast<Job *>(data);
}

bool
spawn_in(WeftFiberPool *pool, Job job, GError **error = nullptr)
{
    return weft_fiber_pool_spawn(pool, run_job, new Job(std::move(job)), free_job, error);
}

} // namespace

TEST_F(FiberPool, TheSpawnerWaitsWhileItIsFull)
{
    in_fiber([] {
        g_autoptr(WeftFiberPool) pool = weft_fiber_pool_new("test", 3);
        int n_inside = 0;
        int most_inside = 0;
        int n_done = 0;
        const int64_t start_us = weft_clock_now_us();

        for (int i = 0; i < 10; i++) {
            ASSERT_TRUE(spawn_in(pool, [&](GError **) {
                most_inside = std::max(most_inside, ++n_inside);
                sleep_ms(10);
                n_inside--;
                n_done++;
                return true;
            }));
        }
        EXPECT_EQ((weft_clock_now_us() - start_us) / 1000, 30) << "three had to end three times";
        EXPECT_TRUE(weft_fiber_pool_join(pool, nullptr));
        EXPECT_EQ(most_inside, 3);
        EXPECT_EQ(n_done, 10);
        EXPECT_EQ(weft_fiber_pool_n_fibers(pool), 0u);
    });
}

TEST_F(FiberPool, TrySpawnDoesNotWait)
{
    in_fiber([] {
        g_autoptr(WeftFiberPool) pool = weft_fiber_pool_new("test", 1);
        Job sleeps = [](GError **) {
            sleep_ms(10);
            return true;
        };

        EXPECT_TRUE(weft_fiber_pool_try_spawn(pool, run_job, new Job(sleeps), free_job));
        EXPECT_FALSE(weft_fiber_pool_try_spawn(pool, run_job, new Job(sleeps), free_job));
        EXPECT_TRUE(weft_fiber_pool_join(pool, nullptr));
        EXPECT_TRUE(weft_fiber_pool_try_spawn(pool, run_job, new Job(sleeps), free_job));
        EXPECT_TRUE(weft_fiber_pool_join(pool, nullptr));
    });
}

TEST_F(FiberPool, AFailureEndsNobodyElseAndIsToldOnce)
{
    in_fiber([] {
        g_autoptr(WeftFiberPool) pool = weft_fiber_pool_new("test", 2);
        g_autoptr(GError) error = nullptr;
        int n_done = 0;

        for (int i = 0; i < 6; i++) {
            ASSERT_TRUE(spawn_in(pool, [&, i](GError **failure) {
                sleep_ms(5);
                if (i % 2 != 0)
                    g_set_error(failure, WEFT_ERROR, WEFT_ERROR_IO, "job %d", i);
                else
                    n_done++;
                return i % 2 == 0;
            }));
        }
        EXPECT_FALSE(weft_fiber_pool_join(pool, &error));
        EXPECT_STREQ(error->message, "job 1");
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_IO));
        EXPECT_EQ(n_done, 3);
        EXPECT_EQ(weft_fiber_pool_n_failed(pool), 3u);
        EXPECT_TRUE(weft_fiber_pool_join(pool, nullptr));
    });
}

TEST_F(FiberPool, AJobHasTheDeadlineOfWhoSpawnedIt)
{
    in_fiber([] {
        g_autoptr(WeftFiberPool) pool = weft_fiber_pool_new("test", 2);
        g_autoptr(GError) error = nullptr;
        bool other_is_done = false;

        {
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(10);
            ASSERT_TRUE(spawn_in(
                pool, [](GError **failure) { return weft_fiber_sleep_ms(1000, failure) != 0; }));
        }
        ASSERT_TRUE(spawn_in(pool, [&](GError **failure) {
            return other_is_done = weft_fiber_sleep_ms(1000, failure) != 0;
        }));
        EXPECT_FALSE(weft_fiber_pool_join(pool, &error));
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_TIMED_OUT));
        EXPECT_TRUE(other_is_done);
    });
}

TEST_F(FiberPool, AJobThatIsLateBeforeItBeginsFailsAlone)
{
    in_fiber([] {
        g_autoptr(WeftFiberPool) pool = weft_fiber_pool_new("test", 2);
        g_autoptr(GError) error = nullptr;
        bool has_run = false;

        {
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(0);
            EXPECT_TRUE(weft_fiber_pool_try_spawn(
                pool, run_job, new Job([&](GError **) { return has_run = true; }), free_job));
        }
        EXPECT_FALSE(weft_fiber_pool_join(pool, &error));
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_TIMED_OUT));
        EXPECT_FALSE(has_run);
        EXPECT_TRUE(spawn_in(pool, [&](GError **) { return has_run = true; }));
        EXPECT_TRUE(weft_fiber_pool_join(pool, nullptr));
        EXPECT_TRUE(has_run);
    });
}

TEST_F(FiberPool, CloseFailsWhoWaitsAndLetsWhatRunsEnd)
{
    in_fiber([] {
        g_autoptr(WeftFiberPool) pool = weft_fiber_pool_new("test", 1);
        g_autoptr(WeftGroup) group = weft_group_new();
        bool is_done = false;

        ASSERT_TRUE(spawn_in(pool, [&](GError **) {
            sleep_ms(10);
            return is_done = true;
        }));
        spawn(group, [&] {
            g_autoptr(GError) error = nullptr;
            EXPECT_FALSE(spawn_in(
                pool, [](GError **) { return true; }, &error));
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
        });
        settle();
        weft_fiber_pool_close(pool);
        join(group);
        EXPECT_TRUE(weft_fiber_pool_join(pool, nullptr));
        EXPECT_TRUE(is_done);
    });
}

TEST_F(FiberPool, CancelEndsWhatRunsAndWhatHasNotBegun)
{
    in_fiber([] {
        g_autoptr(WeftFiberPool) pool = weft_fiber_pool_new("test", 2);
        g_autoptr(GError) error = nullptr;
        bool second_ran = false;

        ASSERT_TRUE(spawn_in(
            pool, [](GError **failure) { return weft_fiber_sleep_ms(1000, failure) != 0; }));
        settle();
        ASSERT_TRUE(spawn_in(pool, [&](GError **) { return second_ran = true; }));
        weft_fiber_pool_cancel(pool, "test");
        EXPECT_FALSE(weft_fiber_pool_join(pool, &error));
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CANCELLED));
        EXPECT_FALSE(second_ran);
        EXPECT_EQ(weft_fiber_pool_n_failed(pool), 2u);
        EXPECT_FALSE(spawn_in(
            pool, [](GError **) { return true; }, &error));
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
    });
}
