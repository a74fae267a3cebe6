/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks: results, errors, joining by many, cancelling at every moment of a life. */

#include "run.h"
#include <gtest/gtest.h>
#include <string>
#include <vector>
#include <weft/deadline.h>
#include <weft/task.h>

using weft_test::run_fake;
using weft_test::spawn;

namespace
{

using TaskBody = std::function<gpointer(GError **)>;

gpointer
call_task(gpointer data, GError **error)
{
    return (*static_cast<TaskBody *>(data))(error);
}

void
free_task(gpointer data)
{
    delete static_cast<TaskBody *>(data);
}

WeftTask *
start(const char *name, TaskBody body)
{
    return weft_spawn(name, call_task, new TaskBody(std::move(body)), free_task);
}

WeftTask *
start_in(WeftGroup *group, const char *name, TaskBody body)
{
    return weft_group_spawn_task(group, name, call_task, new TaskBody(std::move(body)), free_task);
}

gpointer
fail(GError **error, const char *message)
{
    g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_INVALID, message);
    return nullptr;
}

gpointer
sleep_ms(int64_t duration_ms, GError **error)
{
    static int awake;

    return weft_fiber_sleep_ms(duration_ms, error) ? &awake : nullptr;
}

/* Ignores its cancellation until @duration_ms have passed. */
gpointer
sleep_shielded(int64_t duration_ms)
{
    g_auto(WeftShieldScope) shield = weft_shield_scope();
    return sleep_ms(duration_ms, nullptr);
}

bool
timed_out(const GError *error)
{
    return g_error_matches(error, WEFT_ERROR, WEFT_ERROR_TIMED_OUT);
}

} // namespace

TEST(Task, JoinGivesTheResult)
{
    EXPECT_TRUE(run_fake([] {
        int price = 5;
        g_autoptr(WeftTask) task = start("price", [&](GError **error) -> gpointer {
            return weft_fiber_sleep_ms(10, error) ? &price : nullptr;
        });
        EXPECT_STREQ(weft_task_name(task), "price");
        EXPECT_FALSE(weft_task_is_done(task));
        EXPECT_STREQ(weft_fiber_name(weft_task_fiber(task)), "price");
        EXPECT_EQ(weft_task_result(task), nullptr);
        EXPECT_EQ(weft_task_join(task, nullptr), &price);
        EXPECT_TRUE(weft_task_is_done(task));
        EXPECT_EQ(weft_task_fiber(task), nullptr);
    }));
}

TEST(Task, ManyJoinItAnyNumberOfTimes)
{
    int n_joined = 0;

    EXPECT_TRUE(run_fake([&] {
        g_autoptr(WeftGroup) group = weft_group_new();
        g_autoptr(WeftTask) task =
            start("slow", [](GError **error) -> gpointer { return sleep_ms(10, error); });
        for (int i = 0; i < 5; i++)
            spawn(group, "joiner", [&](GError **error) -> bool {
                for (int round = 0; round < 2; round++)
                    n_joined += weft_task_join(task, error) != nullptr;
                return TRUE;
            });
        EXPECT_TRUE(weft_group_wait(group, nullptr));
    }));
    EXPECT_EQ(n_joined, 10);
}

TEST(Task, EachJoinerGetsItsOwnCopyOfTheErrorWithTheTasksName)
{
    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftTask) task =
            start("stock", [](GError **error) -> gpointer { return fail(error, "no shelf 7"); });
        for (int i = 0; i < 2; i++) {
            g_autoptr(GError) error = nullptr;
            EXPECT_EQ(weft_task_join(task, &error), nullptr);
            ASSERT_NE(error, nullptr);
            EXPECT_STREQ(error->message, "task \"stock\": no shelf 7");
            EXPECT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_INVALID));
        }
        EXPECT_STREQ(weft_task_error(task)->message, "no shelf 7");
        EXPECT_EQ(weft_task_join(task, nullptr), nullptr);
    }));
}

TEST(Task, NullIsAResultLikeAnyOther)
{
    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftTask) task = start("null", [](GError **) -> gpointer { return nullptr; });
        g_autoptr(GError) error = nullptr;
        EXPECT_EQ(weft_task_join(task, &error), nullptr);
        EXPECT_EQ(error, nullptr);
        EXPECT_EQ(weft_task_error(task), nullptr);
    }));
}

TEST(Task, TheLastReferenceFreesTheResult)
{
    static int n_freed;

    n_freed = 0;
    WeftTask *task = nullptr;
    EXPECT_TRUE(run_fake([&] {
        task = start("text", [](GError **) -> gpointer { return g_strdup("text"); });
        weft_task_set_result_free(task, [](gpointer text) {
            n_freed++;
            g_free(text);
        });
        EXPECT_STREQ(static_cast<const char *>(weft_task_join(task, nullptr)), "text");
        weft_task_unref(weft_task_ref(task));
        EXPECT_EQ(n_freed, 0);
    }));
    weft_task_unref(task); /* a handle may outlive the scheduler */
    EXPECT_EQ(n_freed, 1);
}

TEST(Task, WithoutAHandleItStillRuns)
{
    bool has_run = false;

    EXPECT_TRUE(run_fake([&] {
        weft_task_unref(start("alone", [&](GError **error) -> gpointer {
            has_run = sleep_ms(10, error) != nullptr;
            return nullptr;
        }));
        EXPECT_TRUE(weft_fiber_sleep_ms(20, nullptr));
    }));
    EXPECT_TRUE(has_run);
}

TEST(Task, JoinHonoursTheJoinersDeadlineAndCanBeRepeated)
{
    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftTask) task =
            start("slow", [](GError **error) -> gpointer { return sleep_ms(100, error); });
        {
            g_auto(WeftDeadlineScope) brief = weft_deadline_scope_ms(10);
            g_autoptr(GError) error = nullptr;
            EXPECT_EQ(weft_task_join(task, &error), nullptr);
            ASSERT_TRUE(timed_out(error));
            EXPECT_STREQ(error->message, "timed out in join of a task");
        }
        EXPECT_NE(weft_task_join(task, nullptr), nullptr);
    }));
}

TEST(Task, TheTasksOwnTimeoutIsToldFromTheJoiners)
{
    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftTask) task = start("hasty", [](GError **error) -> gpointer {
            g_auto(WeftDeadlineScope) brief = weft_deadline_scope_ms(10);
            return sleep_ms(100, error);
        });
        g_autoptr(GError) error = nullptr;
        EXPECT_EQ(weft_task_join(task, &error), nullptr);
        EXPECT_STREQ(error->message, "task \"hasty\": timed out in sleep");
    }));
}

TEST(Task, StartsWithTheDeadlineInForce)
{
    EXPECT_TRUE(run_fake([] {
        WeftTask *task;
        {
            g_auto(WeftDeadlineScope) brief = weft_deadline_scope_ms(10);
            task = start("child", [](GError **error) -> gpointer { return sleep_ms(50, error); });
        }
        EXPECT_EQ(weft_task_join(task, nullptr), nullptr);
        EXPECT_TRUE(timed_out(weft_task_error(task)));
        weft_task_unref(task);
    }));
}

TEST(Task, ACancelledJoinerLeavesAndTheTaskGoesOn)
{
    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        g_autoptr(WeftTask) task =
            start("slow", [](GError **error) -> gpointer { return sleep_ms(10, error); });
        WeftFiber *joiner = spawn(group, "joiner", [&](GError **error) -> bool {
            return weft_task_join(task, error) != nullptr;
        });
        EXPECT_TRUE(weft_fiber_yield(nullptr));
        weft_fiber_cancel(joiner, "not wanted");
        g_autoptr(GError) error = nullptr;
        EXPECT_FALSE(weft_group_wait(group, &error));
        EXPECT_STREQ(error->message, "cancelled: not wanted");
        EXPECT_NE(weft_task_join(task, nullptr), nullptr);
    }));
}

TEST(Task, CancelledBeforeItFirstRanItsBodyIsNotEntered)
{
    bool has_run = false;

    EXPECT_TRUE(run_fake([&] {
        g_autoptr(WeftTask) task = start("never", [&](GError **) -> gpointer {
            has_run = true;
            return nullptr;
        });
        weft_task_cancel(task, "changed our mind");
        weft_task_cancel(task, "another reason");
        g_autoptr(GError) error = nullptr;
        EXPECT_EQ(weft_task_join(task, &error), nullptr);
        EXPECT_STREQ(error->message, "task \"never\": cancelled: changed our mind");
    }));
    EXPECT_FALSE(has_run);
}

TEST(Task, LateBeforeItFirstRanItsBodyIsNotEnteredEither)
{
    EXPECT_TRUE(run_fake([&] {
        g_auto(WeftDeadlineScope) none = weft_deadline_scope_ms(0);
        g_autoptr(WeftTask) task = start("late", [&](GError **) -> gpointer {
            ADD_FAILURE();
            return nullptr;
        });
        {
            g_auto(WeftShieldScope) shield = weft_shield_scope();
            EXPECT_EQ(weft_task_join(task, nullptr), nullptr);
        }
        EXPECT_TRUE(timed_out(weft_task_error(task)));
    }));
}

TEST(Task, CancellingAfterTheEndDoesNothing)
{
    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftTask) task =
            start("quick", [](GError **error) -> gpointer { return sleep_ms(0, error); });
        gpointer result = weft_task_join(task, nullptr);
        weft_task_cancel(task, "too late");
        EXPECT_TRUE(weft_task_kill(task, "too late", nullptr));
        EXPECT_EQ(weft_task_join(task, nullptr), result);
    }));
}

TEST(Task, CancellingOneselfFailsTheNextParkingCall)
{
    EXPECT_TRUE(run_fake([] {
        WeftTask *self = nullptr;
        g_autoptr(WeftTask) task = start("self", [&](GError **error) -> gpointer {
            weft_task_cancel(self, "enough");
            EXPECT_STREQ(weft_fiber_cancel_reason(), "enough");
            return sleep_ms(10, error);
        });
        self = task;
        g_autoptr(GError) error = nullptr;
        EXPECT_EQ(weft_task_join(task, &error), nullptr);
        EXPECT_STREQ(error->message, "task \"self\": cancelled: enough");
    }));
}

TEST(Task, KillingOneselfDoesNotWait)
{
    EXPECT_TRUE(run_fake([] {
        WeftTask *self = nullptr;
        g_autoptr(WeftTask) task = start("self", [&](GError **error) -> gpointer {
            EXPECT_FALSE(weft_task_kill(self, "enough", error));
            return nullptr;
        });
        self = task;
        g_autoptr(GError) error = nullptr;
        EXPECT_EQ(weft_task_join(task, &error), nullptr);
        EXPECT_STREQ(error->message, "task \"self\": cancelled: enough");
    }));
}

TEST(Task, JoiningOneselfIsRefused)
{
    EXPECT_TRUE(run_fake([] {
        WeftTask *self = nullptr;
        g_autoptr(WeftTask) task = start("self", [&](GError **error) -> gpointer {
            EXPECT_FALSE(weft_task_join_all(&self, 1, nullptr));
            return weft_task_join(self, error);
        });
        self = task;
        EXPECT_EQ(weft_task_join(task, nullptr), nullptr);
        EXPECT_STREQ(weft_task_error(task)->message, "task \"self\" waits for itself");
    }));
}

TEST(Task, KillWaitsForTheEnd)
{
    EXPECT_TRUE(run_fake([] {
        bool has_cleaned_up = false;
        g_autoptr(WeftTask) task = start("tidy", [&](GError **error) -> gpointer {
            gpointer result = sleep_ms(1000, error);
            sleep_shielded(50);
            has_cleaned_up = true;
            return result;
        });
        EXPECT_TRUE(weft_fiber_yield(nullptr));
        g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(100);
        EXPECT_TRUE(weft_task_kill(task, "the end", nullptr));
        EXPECT_TRUE(has_cleaned_up);
        EXPECT_STREQ(weft_task_error(task)->message, "cancelled: the end");
    }));
}

TEST(Task, KillNamesTheOneThatIgnoresItAndWhatItWaitsFor)
{
    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftTask) task =
            start("stubborn", [](GError **) -> gpointer { return sleep_shielded(3600 * 1000); });
        EXPECT_TRUE(weft_fiber_yield(nullptr));
        g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(100);
        g_autoptr(GError) error = nullptr;
        EXPECT_FALSE(weft_task_kill(task, "the end", &error));
        ASSERT_TRUE(timed_out(error));
        EXPECT_STREQ(error->message, "task \"stubborn\" does not end (cancelled: the end): it "
                                     "waits in sleep for 0.100 s");
    }));
}

TEST(Task, JoinAllLeavesResultsAndErrorsInTheTasks)
{
    EXPECT_TRUE(run_fake([] {
        WeftTask *tasks[] = {
            start("good", [](GError **error) -> gpointer { return sleep_ms(20, error); }),
            start("bad", [](GError **error) -> gpointer { return fail(error, "bad luck"); }),
            nullptr,
            start("quick", [](GError **error) -> gpointer { return sleep_ms(1, error); }),
        };
        EXPECT_TRUE(weft_task_join_all(tasks, G_N_ELEMENTS(tasks), nullptr));
        EXPECT_NE(weft_task_result(tasks[0]), nullptr);
        EXPECT_STREQ(weft_task_error(tasks[1])->message, "bad luck");
        EXPECT_NE(weft_task_result(tasks[3]), nullptr);
        for (WeftTask *task : tasks)
            weft_task_unref(task);
    }));
}

TEST(Task, JoinAllStopsAtTheDeadlineAndSaysWhoIsMissing)
{
    EXPECT_TRUE(run_fake([] {
        std::vector<WeftTask *> tasks;
        for (int i = 0; i < 4; i++)
            tasks.push_back(start(i == 3 ? "slowest" : "slow", [i](GError **error) -> gpointer {
                return sleep_ms(i * 10, error);
            }));
        {
            g_auto(WeftDeadlineScope) brief = weft_deadline_scope_ms(25);
            g_autoptr(GError) error = nullptr;
            EXPECT_FALSE(weft_task_join_all(tasks.data(), tasks.size(), &error));
            ASSERT_TRUE(timed_out(error));
            EXPECT_STREQ(error->message, "1 of 4 tasks have not ended, one is \"slowest\": timed "
                                         "out in join of tasks");
        }
        EXPECT_TRUE(weft_task_is_done(tasks[2]));
        EXPECT_TRUE(weft_task_join_all(tasks.data(), tasks.size(), nullptr));
        for (WeftTask *task : tasks)
            weft_task_unref(task);
    }));
}

TEST(Task, AFailureInAGroupCancelsItsSiblings)
{
    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        g_autoptr(WeftTask) slow = start_in(
            group, "slow", [](GError **error) -> gpointer { return sleep_ms(1000, error); });
        g_autoptr(WeftTask) bad = start_in(
            group, "bad", [](GError **error) -> gpointer { return fail(error, "bad luck"); });
        g_autoptr(GError) error = nullptr;
        EXPECT_FALSE(weft_group_wait(group, &error));
        EXPECT_STREQ(error->message, "bad luck");
        EXPECT_STREQ(weft_task_error(slow)->message, "cancelled: bad luck");
    }));
}

TEST(Task, AGroupThatKeepsGoingLeavesItsSiblingsAlone)
{
    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        weft_group_set_keeps_going(group, TRUE);
        g_autoptr(WeftTask) slow = start_in(
            group, "slow", [](GError **error) -> gpointer { return sleep_ms(100, error); });
        g_autoptr(WeftTask) bad = start_in(
            group, "bad", [](GError **error) -> gpointer { return fail(error, "bad luck"); });
        EXPECT_TRUE(weft_group_wait(group, nullptr));
        EXPECT_NE(weft_task_result(slow), nullptr);
        EXPECT_STREQ(weft_task_error(bad)->message, "bad luck");
    }));
}

TEST(Task, IsDoneAfterWhatItDeferredAndItsDataAreGone)
{
    static std::string order;

    order.clear();
    EXPECT_TRUE(run_fake([] {
        auto body = [](gpointer, GError **) -> gpointer {
            weft_defer([](gpointer) { order += "deferred "; }, nullptr);
            return nullptr;
        };
        g_autoptr(WeftTask) task =
            weft_spawn("orderly", body, nullptr, [](gpointer) { order += "data "; });
        EXPECT_EQ(weft_task_join(task, nullptr), nullptr);
        order += "joined";
    }));
    EXPECT_EQ(order, "deferred data joined");
}
