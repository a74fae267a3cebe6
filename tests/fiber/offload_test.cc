/* SPDX-License-Identifier: Apache-2.0 */
/* The offload pool and completions: other threads and fibers. */

#include "run.h"
#include <atomic>
#include <gtest/gtest.h>
#include <mutex>
#include <thread>
#include <vector>
#include <weft/completion.h>
#include <weft/offload.h>

using weft_test::run;
using weft_test::spawn;

namespace
{

struct Job {
    std::thread::id thread;
    int value = 0;
};

void
do_job(gpointer data)
{
    auto *job = static_cast<Job *>(data);

    job->thread = std::this_thread::get_id();
    job->value++;
}

/* A job that another thread holds up. */
struct Gate {
    std::mutex mutex;
    std::atomic<bool> is_reached{false};
    std::atomic<bool> is_freed{false};
};

void
pass_gate(gpointer data)
{
    static_cast<Gate *>(data)->is_reached = true;
    static_cast<Gate *>(data)->mutex.lock();
    static_cast<Gate *>(data)->mutex.unlock();
}

void
free_gate(gpointer data)
{
    static_cast<Gate *>(data)->is_freed = true;
}

} // namespace

TEST(Offload, RunsOnAnotherThreadWhileOthersRun)
{
    EXPECT_TRUE(run([] {
        Job job;
        bool has_other_run = false;
        g_autoptr(WeftGroup) group = weft_group_new();
        spawn(group, "other", [&](GError **) -> bool {
            has_other_run = true;
            return true;
        });
        EXPECT_TRUE(weft_offload(WEFT_OFFLOAD_DISK, do_job, &job, nullptr, nullptr));
        EXPECT_EQ(job.value, 1);
        EXPECT_NE(job.thread, std::this_thread::get_id());
        EXPECT_TRUE(has_other_run);
        EXPECT_TRUE(weft_group_wait(group, nullptr));
    }));
}

TEST(Offload, OutsideOfFibersItSimplyRuns)
{
    Job job;

    EXPECT_TRUE(weft_offload(WEFT_OFFLOAD_DISK, do_job, &job, nullptr, nullptr));
    weft_offload_wait(WEFT_OFFLOAD_DISK, do_job, &job);
    EXPECT_EQ(job.value, 2);
    EXPECT_EQ(job.thread, std::this_thread::get_id());
}

TEST(Offload, AFiberThatLeavesEarlyDoesNotJoinAStuckJob)
{
    Gate gate;

    gate.mutex.lock();
    EXPECT_TRUE(run([&] {
        g_autoptr(WeftGroup) group = weft_group_new();
        WeftFiber *fiber = spawn(group, "leaves", [&](GError **) -> bool {
            g_autoptr(GError) error = nullptr;
            EXPECT_FALSE(weft_offload(WEFT_OFFLOAD_DISK, pass_gate, &gate, free_gate, &error));
            EXPECT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_CANCELLED));
            return true;
        });
        while (!gate.is_reached)
            EXPECT_TRUE(weft_fiber_yield(nullptr));
        weft_fiber_cancel(fiber, "test");
        EXPECT_TRUE(weft_group_wait(group, nullptr));
        EXPECT_FALSE(gate.is_freed);
    }));
    /* The scheduler is gone, the job still runs. */
    gate.mutex.unlock();
    while (!gate.is_freed)
        std::this_thread::yield();
}

TEST(Offload, AStuckLaneDoesNotHoldTheOtherUp)
{
    Gate gate;

    EXPECT_TRUE(run([&] {
        /* Locked where it is unlocked: for ThreadSanitizer a fiber is a thread. */
        gate.mutex.lock();
        g_autoptr(WeftGroup) group = weft_group_new();
        for (int i = 0; i < 20; i++)
            spawn(group, "stuck", [&](GError **error) -> bool {
                return weft_offload(WEFT_OFFLOAD_NETWORK, pass_gate, &gate, nullptr, error);
            });
        EXPECT_TRUE(weft_fiber_yield(nullptr));
        Job job;
        EXPECT_TRUE(weft_offload(WEFT_OFFLOAD_DISK, do_job, &job, nullptr, nullptr));
        EXPECT_EQ(job.value, 1);
        gate.mutex.unlock();
        EXPECT_TRUE(weft_group_wait(group, nullptr));
    }));
}

TEST(Offload, WaitSeesItThroughWhateverIsCancelled)
{
    EXPECT_TRUE(run([] {
        Job job;
        g_autoptr(WeftGroup) group = weft_group_new();
        WeftFiber *fiber = spawn(group, "committed", [&](GError **) -> bool {
            weft_offload_wait(WEFT_OFFLOAD_DISK, do_job, &job);
            EXPECT_EQ(job.value, 1);
            return true;
        });
        EXPECT_TRUE(weft_fiber_yield(nullptr));
        weft_fiber_cancel(fiber, "test");
        EXPECT_TRUE(weft_group_wait(group, nullptr));
    }));
}

TEST(Offload, ManyJobsOfManyFibersAllComeBack)
{
    EXPECT_TRUE(run([] {
        std::vector<Job> jobs(500);
        g_autoptr(WeftGroup) group = weft_group_new();
        for (auto &job : jobs)
            spawn(group, "job", [&job](GError **error) -> bool {
                for (int i = 0; i < 5; i++)
                    if (!weft_offload(WEFT_OFFLOAD_DISK, do_job, &job, nullptr, error))
                        return false;
                return true;
            });
        EXPECT_TRUE(weft_group_wait(group, nullptr));
        for (const auto &job : jobs)
            EXPECT_EQ(job.value, 5);
    }));
}

TEST(Completion, WakesTheFiberFromAnotherThread)
{
    EXPECT_TRUE(run([] {
        for (int i = 0; i < 200; i++) {
            g_autoptr(WeftCompletion) completion = weft_completion_new();
            WeftCompletion *theirs = weft_completion_ref(completion);
            std::thread poster([theirs] {
                weft_completion_post(theirs);
                weft_completion_unref(theirs);
            });
            EXPECT_TRUE(weft_completion_wait(completion, "the poster", nullptr));
            EXPECT_TRUE(weft_completion_is_posted(completion));
            poster.join();
        }
    }));
}

TEST(Completion, PostAndCancellationRaceToOneOutcome)
{
    EXPECT_TRUE(run([] {
        for (int i = 0; i < 200; i++) {
            g_autoptr(WeftGroup) group = weft_group_new();
            std::thread poster;
            WeftFiber *fiber = spawn(group, "waits", [&](GError **) -> bool {
                g_autoptr(WeftCompletion) completion = weft_completion_new();
                WeftCompletion *theirs = weft_completion_ref(completion);
                poster = std::thread([theirs] {
                    weft_completion_post(theirs);
                    weft_completion_unref(theirs);
                });
                g_autoptr(GError) error = nullptr;
                const bool is_done = weft_completion_wait(completion, "the poster", &error);
                EXPECT_EQ(is_done, error == nullptr);
                EXPECT_TRUE(!is_done || weft_completion_is_posted(completion));
                return true;
            });
            EXPECT_TRUE(weft_fiber_yield(nullptr));
            weft_fiber_cancel(fiber, "race");
            EXPECT_TRUE(weft_group_wait(group, nullptr));
            poster.join();
        }
    }));
}

TEST(Completion, SchedulersOnTwoThreadsWakeEachOther)
{
    std::atomic<int> n_done{0};
    auto body = [&] {
        for (int i = 0; i < 300; i++) {
            Job job;
            weft_offload_wait(WEFT_OFFLOAD_DISK, do_job, &job);
            n_done += job.value;
        }
    };

    std::thread other([&] { EXPECT_TRUE(run(body)); });
    EXPECT_TRUE(run(body));
    other.join();
    EXPECT_EQ(n_done, 600);
}
