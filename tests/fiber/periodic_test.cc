/* SPDX-License-Identifier: Apache-2.0 */
/* Work later and again and again, under a clock that jumps. */

#include "run.h"
#include <gtest/gtest.h>
#include <vector>
#include <weft/log.h>
#include <weft/periodic.h>

using weft_test::call;
using weft_test::free_call;
using weft_test::run_fake;

namespace
{

using Body = std::function<bool(GError **)>;

int64_t
now_ms()
{
    return weft_clock_now_us() / 1000;
}

/* When something ran, in ms after the beginning. */
class Times
{
  public:
    void note()
    {
        times.push_back(now_ms() - start_ms);
    }
    std::vector<int64_t> times;

  private:
    int64_t start_ms = now_ms();
};

WeftTask *
interval(int64_t interval_ms, WeftIntervalStart start, Body body)
{
    return weft_interval_ms(interval_ms, start, "interval", call, new Body(std::move(body)),
                            free_call);
}

WeftTask *
rate(unsigned times_per_second, Body body)
{
    return weft_rate(times_per_second, "rate", call, new Body(std::move(body)), free_call);
}

void
sleep_ms(int64_t duration_ms)
{
    EXPECT_TRUE(weft_fiber_sleep_ms(duration_ms, nullptr));
}

/* It stops, and says so. */
void
stop(WeftTask *task)
{
    EXPECT_TRUE(weft_task_kill(task, "enough", nullptr));
    EXPECT_TRUE(g_error_matches(weft_task_error(task), WEFT_ERROR, WEFT_ERROR_CANCELLED));
    weft_task_unref(task);
}

} // namespace

TEST(Periodic, LaterRunsOnceAndHasAResult)
{
    EXPECT_TRUE(run_fake([] {
        Times times;
        auto body = [](gpointer data, GError **) -> gpointer {
            static_cast<Times *>(data)->note();
            return data;
        };
        g_autoptr(WeftTask) task = weft_later_ms(50, "later", body, &times, nullptr);
        sleep_ms(20);
        EXPECT_EQ(weft_task_join(task, nullptr), &times);
        sleep_ms(200);
        EXPECT_EQ(times.times, (std::vector<int64_t>{50}));
    }));
}

TEST(Periodic, LaterCanBeCancelledBeforeItRuns)
{
    EXPECT_TRUE(run_fake([] {
        bool is_freed = false;
        auto body = [](gpointer, GError **) -> gpointer {
            ADD_FAILURE();
            return nullptr;
        };
        WeftTask *task = weft_later_ms(50, "later", body, &is_freed,
                                       [](gpointer data) { *static_cast<bool *>(data) = true; });
        sleep_ms(20);
        stop(task);
        EXPECT_TRUE(is_freed);
        sleep_ms(100);
    }));
}

TEST(Periodic, AnIntervalRestsBetweenTheEndOfOneRunAndTheNext)
{
    EXPECT_TRUE(run_fake([] {
        Times times;
        WeftTask *task = interval(10, WEFT_INTERVAL_WAITS_FIRST, [&](GError **error) -> bool {
            times.note();
            return weft_fiber_sleep_ms(5, error);
        });
        sleep_ms(45);
        stop(task);
        sleep_ms(100);
        EXPECT_EQ(times.times, (std::vector<int64_t>{10, 25, 40}));
    }));
}

TEST(Periodic, AnIntervalMayBeginAtOnce)
{
    EXPECT_TRUE(run_fake([] {
        Times times;
        WeftTask *task = interval(10, WEFT_INTERVAL_AT_ONCE, [&](GError **) -> bool {
            times.note();
            return TRUE;
        });
        sleep_ms(25);
        stop(task);
        EXPECT_EQ(times.times, (std::vector<int64_t>{0, 10, 20}));
    }));
}

TEST(Periodic, AnErrorEndsAnInterval)
{
    EXPECT_TRUE(run_fake([] {
        int n_runs = 0;
        g_autoptr(WeftTask) task =
            interval(10, WEFT_INTERVAL_WAITS_FIRST, [&](GError **error) -> bool {
                if (++n_runs < 3)
                    return TRUE;
                g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_IO, "no paper");
                return FALSE;
            });
        g_autoptr(GError) error = nullptr;
        EXPECT_EQ(weft_task_join(task, &error), nullptr);
        EXPECT_STREQ(error->message, "task \"interval\": no paper");
        EXPECT_EQ(n_runs, 3);
    }));
}

TEST(Periodic, ARateRunsOncePerPeriodHoweverLongTheRunsTake)
{
    for (unsigned times_per_second : {1u, 3u, 7u, 100u})
        EXPECT_TRUE(run_fake([times_per_second] {
            int n_runs = 0;
            WeftTask *task = rate(times_per_second, [&](GError **error) -> bool {
                n_runs++;
                return weft_fiber_sleep_ms(n_runs % 3 * 500 / times_per_second, error);
            });
            /* Half a period later than the last run that counts. */
            sleep_ms(20 * 1000 + 500 / times_per_second);
            stop(task);
            EXPECT_EQ(n_runs, 20 * static_cast<int>(times_per_second));
        }));
}

TEST(Periodic, ARateMakesUpForASlowRun)
{
    EXPECT_TRUE(run_fake([] {
        Times times;
        WeftTask *task = rate(10, [&](GError **error) -> bool {
            times.note();
            return times.times.size() != 2 || weft_fiber_sleep_ms(350, error);
        });
        sleep_ms(850);
        stop(task);
        EXPECT_EQ(times.times, (std::vector<int64_t>{100, 200, 550, 550, 550, 600, 700, 800}));
    }));
}

TEST(Periodic, ARateThatWasHeldUpLongLeavesRunsOut)
{
    EXPECT_TRUE(run_fake([] {
        Times times;
        WeftTask *task = rate(10, [&](GError **error) -> bool {
            times.note();
            return times.times.size() != 1 || weft_fiber_sleep_ms(3600 * 1000, error);
        });
        sleep_ms(3600 * 1000 + 150);
        /* The one that was due last, and those that it may be behind. */
        EXPECT_EQ(times.times.size(), 1u + 1u + WEFT_RATE_MAX_BEHIND);
        EXPECT_EQ(times.times.back(), 3600 * 1000 + 100);
        sleep_ms(100);
        EXPECT_EQ(times.times.back(), 3600 * 1000 + 200);
        stop(task);
    }));
}

TEST(Periodic, OthersRunBetweenTheRunsThatWereLate)
{
    EXPECT_TRUE(run_fake([] {
        int n_runs = 0;
        int most_in_a_row = 0;
        int in_a_row = 0;
        WeftTask *task = rate(1000, [&](GError **) -> bool {
            n_runs++;
            in_a_row++;
            most_in_a_row = MAX(most_in_a_row, in_a_row);
            return TRUE;
        });
        sleep_ms(1);
        weft_clock_fake_advance_us(5000); /* somebody blocks the thread */
        for (int i = 0; i < 30; i++) {
            in_a_row = 0;
            sleep_ms(0);
        }
        EXPECT_EQ(n_runs, 6);
        /* One turn of the loop wakes both, in either order. */
        EXPECT_LE(most_in_a_row, 2);
        stop(task);
    }));
}

TEST(Periodic, ALoopRestsAfterAnErrorAndGoesOn)
{
    weft_log_set_level(WEFT_LOG_WARNING);
    testing::internal::CaptureStderr();
    EXPECT_TRUE(run_fake([] {
        Times times;
        Body body = [&](GError **error) -> bool {
            times.note();
            if (times.times.size() % 2 == 1)
                return weft_fiber_sleep_ms(10, error);
            g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_IO, "no route");
            return FALSE;
        };
        WeftTask *task = weft_loop(1000, "client", call, &body, nullptr);
        sleep_ms(1500);
        stop(task);
        EXPECT_EQ(times.times, (std::vector<int64_t>{0, 10, 1010, 1020}));
    }));
    const std::string log = testing::internal::GetCapturedStderr();
    EXPECT_NE(log.find("client: no route"), std::string::npos) << log;
    EXPECT_EQ(log.find("cancelled"), std::string::npos) << log;
    weft_log_set_level(WEFT_LOG_INFO);
}

TEST(Periodic, ALoopThatNeverParksLetsOthersRun)
{
    EXPECT_TRUE(run_fake([] {
        int n_runs = 0;
        Body body = [&](GError **) -> bool {
            n_runs++;
            return TRUE;
        };
        WeftTask *task = weft_loop(1000, "busy", call, &body, nullptr);
        for (int i = 0; i < 10; i++)
            EXPECT_TRUE(weft_fiber_yield(nullptr));
        stop(task);
        EXPECT_GE(n_runs, 9);
        EXPECT_LE(n_runs, 11);
    }));
}
