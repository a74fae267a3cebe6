/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/serial_queue.h>

#include <functional>
#include <vector>

#include "../in_fiber.h"

using namespace weft_test;

namespace
{

class SerialQueue : public FakeClock
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
submit(WeftSerialQueue *queue, Job job, GError **error = nullptr)
{
    return weft_serial_queue_submit(queue, run_job, new Job(std::move(job)), free_job, error);
}

} // namespace

TEST_F(SerialQueue, JobsRunOneAfterTheOtherInTheirOrder)
{
    in_fiber([] {
        g_autoptr(WeftSerialQueue) queue = weft_serial_queue_new("test", SIZE_MAX);
        std::vector<int> order;
        int n_inside = 0;

        for (int i = 0; i < 5; i++) {
            EXPECT_TRUE(submit(queue, [&, i](GError **) {
                EXPECT_EQ(++n_inside, 1);
                sleep_ms(10 - i);
                order.push_back(i);
                n_inside--;
                return true;
            }));
        }
        EXPECT_EQ(weft_serial_queue_n_jobs(queue), 5u);
        EXPECT_TRUE(weft_serial_queue_join(queue, nullptr));
        EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
        EXPECT_EQ(weft_serial_queue_n_jobs(queue), 0u);
    });
}

TEST_F(SerialQueue, ThePumpIsThereOnlyWhileThereAreJobs)
{
    in_fiber([] {
        g_autoptr(WeftSerialQueue) queue = weft_serial_queue_new("test", SIZE_MAX);
        const size_t n_fibers = weft_count_fibers();

        for (int round = 0; round < 3; round++) {
            EXPECT_TRUE(submit(queue, [](GError **) { return true; }));
            EXPECT_EQ(weft_count_fibers(), n_fibers + 1);
            settle();
            EXPECT_EQ(weft_count_fibers(), n_fibers);
        }
    });
}

TEST_F(SerialQueue, AFailureConcernsTheOthersNotAndIsToldOnce)
{
    in_fiber([] {
        g_autoptr(WeftSerialQueue) queue = weft_serial_queue_new("test", SIZE_MAX);
        g_autoptr(GError) error = nullptr;
        bool second_ran = false;

        EXPECT_TRUE(submit(queue, [](GError **failure) {
            g_set_error_literal(failure, WEFT_ERROR, WEFT_ERROR_IO, "broken");
            return false;
        }));
        EXPECT_TRUE(submit(queue, [&](GError **) { return second_ran = true; }));
        EXPECT_FALSE(weft_serial_queue_join(queue, &error));
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_IO));
        EXPECT_TRUE(second_ran);
        EXPECT_TRUE(weft_serial_queue_join(queue, nullptr));
    });
}

TEST_F(SerialQueue, AJobMaySubmitAnother)
{
    in_fiber([] {
        g_autoptr(WeftSerialQueue) queue = weft_serial_queue_new("test", SIZE_MAX);
        int n_run = 0;
        Job job = [&](GError **) {
            if (++n_run < 3) {
                EXPECT_TRUE(submit(queue, job));
            }
            return true;
        };

        EXPECT_TRUE(submit(queue, job));
        EXPECT_TRUE(weft_serial_queue_join(queue, nullptr));
        EXPECT_EQ(n_run, 3);
    });
}

TEST_F(SerialQueue, RefusesMoreThanItsLimit)
{
    in_fiber([] {
        g_autoptr(WeftSerialQueue) queue = weft_serial_queue_new("test", 2);
        g_autoptr(GError) error = nullptr;

        EXPECT_TRUE(submit(queue, [](GError **) { return true; }));
        EXPECT_TRUE(submit(queue, [](GError **) { return true; }));
        EXPECT_FALSE(submit(
            queue, [](GError **) { return true; }, &error));
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_LIMIT));
    });
}

TEST_F(SerialQueue, FreeEndsTheJobThatRunsAndDropsTheRest)
{
    in_fiber([] {
        WeftSerialQueue *queue = weft_serial_queue_new("test", SIZE_MAX);
        bool was_cancelled = false;
        bool second_ran = false;

        {
            /* The job has not the deadline of who submitted it. */
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(10);
            EXPECT_TRUE(submit(queue, [&](GError **error) {
                was_cancelled = !weft_fiber_sleep_ms(1000, error);
                return !was_cancelled;
            }));
        }
        EXPECT_TRUE(submit(queue, [&](GError **) { return second_ran = true; }));
        sleep_ms(100);
        EXPECT_FALSE(was_cancelled);
        weft_serial_queue_free(queue);
        EXPECT_TRUE(was_cancelled);
        EXPECT_FALSE(second_ran);
    });
}
