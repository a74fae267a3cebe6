/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tasks, joins and cancellations at random, against a model that knows only states and clocks: what
 * each task must have come to, and when each joiner must have heard what.  100 000 steps, one seed.
 */

#include "run.h"
#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <string>
#include <vector>
#include <weft/deadline.h>
#include <weft/task.h>

namespace
{

constexpr int N_STEPS = 100000;
constexpr size_t MAX_TASKS = 40;
constexpr size_t MAX_JOINERS = 60;
constexpr int64_t NEVER = INT64_MAX;

enum class End { RUNS, RESULT, FAILURE, CANCELLED };

/* A task as it must be. */
struct Model {
    int number;
    int64_t work_ms;   /* it sleeps so long */
    int64_t shield_ms; /* then so long under a shield */
    bool fails;

    int64_t begun_ms = NEVER; /* when its body was entered */
    int64_t end_ms = NEVER;   /* when it must end, as far as is known */
    End end = End::RUNS;
    std::string reason; /* of the first cancellation */

    WeftTask *task = nullptr;
    bool has_ended = false; /* what the fiber itself says */

    ~Model()
    {
        weft_task_unref(task);
    }
    std::string failure() const
    {
        return "failure of " + std::to_string(number);
    }
};

int64_t
now_ms()
{
    return weft_clock_now_us() / 1000;
}

/* The body of a task. */
gpointer
work(gpointer data, GError **error)
{
    Model *model = static_cast<std::shared_ptr<Model> *>(data)->get();

    EXPECT_EQ(model->begun_ms, now_ms()) << "begins when the model says";
    if (!weft_fiber_sleep_ms(model->work_ms, error)) {
        g_auto(WeftShieldScope) shield = weft_shield_scope();
        EXPECT_TRUE(weft_fiber_sleep_ms(model->shield_ms, nullptr));
        return nullptr;
    }
    if (!model->fails)
        return model;
    g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_INVALID, model->failure().c_str());
    return nullptr;
}

void
end_of_data(gpointer data)
{
    auto *model = static_cast<std::shared_ptr<Model> *>(data);

    EXPECT_FALSE((*model)->has_ended);
    (*model)->has_ended = true;
    delete model;
}

/* What the outside sees of a task that must have ended. */
void
expect_end(const Model &model)
{
    ASSERT_TRUE(weft_task_is_done(model.task)) << model.number;
    EXPECT_TRUE(model.has_ended);
    EXPECT_EQ(weft_task_fiber(model.task), nullptr);
    const GError *error = weft_task_error(model.task);
    switch (model.end) {
    case End::RUNS:
        ADD_FAILURE() << model.number << " must still run";
        break;
    case End::RESULT:
        EXPECT_EQ(error, nullptr);
        EXPECT_EQ(weft_task_result(model.task), &model);
        break;
    case End::FAILURE:
        EXPECT_EQ(error->message, model.failure());
        break;
    case End::CANCELLED:
        EXPECT_EQ(error->message, "cancelled: " + model.reason);
        break;
    }
}

class World
{
  public:
    World()
    {
        weft_group_set_keeps_going(working, TRUE);
    }
    ~World()
    {
        weft_group_free(joiners);
        weft_group_free(working);
    }

    void step()
    {
        switch (chance(10)) {
        case 0:
        case 1:
        case 2:
            if (tasks.size() < MAX_TASKS)
                spawn();
            break;
        case 3:
        case 4:
            if (n_joiners < MAX_JOINERS && !tasks.empty())
                join();
            break;
        case 5:
            if (!tasks.empty())
                cancel();
            break;
        case 6:
            if (!tasks.empty())
                kill();
            settle();
            break;
        case 7:
            if (!tasks.empty())
                join_all();
            settle();
            break;
        default:
            advance(chance(4));
        }
        check();
    }

    void finish()
    {
        advance(1000);
        check();
        EXPECT_EQ(n_joiners, 0u);
        EXPECT_TRUE(weft_group_wait(joiners, nullptr));
    }

    size_t n_joined = 0;
    size_t n_spawned = 0;
    size_t n_kills_in_vain = 0;

  private:
    using Task = std::shared_ptr<Model>;

    int chance(int bound)
    {
        return static_cast<int>(random() % static_cast<unsigned>(bound));
    }

    Task any()
    {
        return tasks[random() % tasks.size()];
    }

    void spawn()
    {
        auto model = std::make_shared<Model>();
        model->number = static_cast<int>(++n_spawned);
        model->work_ms = chance(12);
        model->shield_ms = chance(3);
        model->fails = chance(4) == 0;
        /* It may get its turn while this one waits next; until then it is only ready. */
        model->task = weft_group_spawn_task(working, "worker", work, new Task(model), end_of_data);
        tasks.push_back(model);
        fresh.push_back(model);
    }

    /* Whoever was spawned begins now: the caller is about to park. */
    void begin_fresh()
    {
        for (const Task &model : fresh) {
            if (model->end == End::CANCELLED) {
                model->end_ms = now_ms();
                continue;
            }
            model->begun_ms = now_ms();
            model->end_ms = now_ms() + model->work_ms;
            model->end = model->fails ? End::FAILURE : End::RESULT;
        }
        fresh.clear();
    }

    /* What weft_task_cancel() must do. */
    void model_cancel(Model &model, const std::string &reason)
    {
        const bool is_over = model.begun_ms != NEVER && model.end_ms <= now_ms();

        if (is_over || !model.reason.empty())
            return;
        model.reason = reason;
        model.end = End::CANCELLED;
        if (model.begun_ms != NEVER)
            model.end_ms = now_ms() + model.shield_ms;
    }

    std::string next_reason()
    {
        return "reason " + std::to_string(++n_reasons);
    }

    void cancel()
    {
        const Task model = any();
        const std::string reason = next_reason();

        model_cancel(*model, reason);
        weft_task_cancel(model->task, reason.c_str());
    }

    void kill()
    {
        const Task model = any();
        const std::string reason = next_reason();
        const int64_t budget_ms = chance(3);

        model_cancel(*model, reason);
        begin_fresh();
        const int64_t limit_ms = now_ms() + budget_ms;
        const bool was_done = weft_task_is_done(model->task);
        g_autoptr(GError) error = nullptr;
        g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(budget_ms);
        const bool killed = weft_task_kill(model->task, reason.c_str(), &error);
        if (killed) {
            EXPECT_LE(model->end_ms, limit_ms);
            expect_end(*model);
        } else {
            n_kills_in_vain++;
            EXPECT_FALSE(was_done);
            EXPECT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_TIMED_OUT));
            EXPECT_GE(model->end_ms, limit_ms);
            EXPECT_NE(strstr(error->message, "\"worker\""), nullptr);
        }
    }

    /* One more fiber that waits for a task, with a deadline of its own or without. */
    void join()
    {
        const Task model = any();
        const int64_t limit_ms = chance(2) == 0 ? NEVER : now_ms() + 1 + chance(8);

        n_joiners++;
        weft_test::spawn(joiners, "joiner", [this, model, limit_ms](GError **) -> bool {
            g_autoptr(GError) error = nullptr;
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_at_us(
                limit_ms == NEVER ? WEFT_DEADLINE_NEVER : limit_ms * 1000);
            const int64_t start_ms = now_ms();
            gpointer result = weft_task_join(model->task, &error);
            if (weft_task_is_done(model->task) && (result != nullptr || is_of_task(error))) {
                EXPECT_EQ(now_ms(), MAX(start_ms, model->end_ms));
                expect_end(*model);
                EXPECT_EQ(result, model->end == End::RESULT ? model.get() : nullptr);
            } else {
                EXPECT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_TIMED_OUT));
                EXPECT_EQ(now_ms(), limit_ms);
                EXPECT_GE(model->end_ms, limit_ms);
            }
            n_joiners--;
            n_joined++;
            return TRUE;
        });
    }

    static bool is_of_task(const GError *error)
    {
        return error != nullptr && g_str_has_prefix(error->message, "task \"worker\": ");
    }

    void join_all()
    {
        std::vector<WeftTask *> some;
        std::vector<Task> models;
        int64_t last_ms = 0;
        const int n_tasks = 1 + chance(4);

        begin_fresh();
        for (int i = 0; i < n_tasks; i++) {
            models.push_back(any());
            some.push_back(models.back()->task);
            last_ms = MAX(last_ms, models.back()->end_ms);
        }
        const int64_t limit_ms = now_ms() + chance(6);
        const int64_t start_ms = now_ms();
        g_auto(WeftDeadlineScope) budget = weft_deadline_scope_at_us(limit_ms * 1000);
        if (weft_task_join_all(some.data(), some.size(), nullptr)) {
            EXPECT_EQ(now_ms(), MAX(start_ms, last_ms));
            for (const Task &model : models)
                expect_end(*model);
        } else {
            EXPECT_EQ(now_ms(), limit_ms);
            EXPECT_GE(MAX(last_ms, start_ms), limit_ms); /* who is late already hears that */
        }
    }

    void advance(int64_t duration_ms)
    {
        begin_fresh();
        EXPECT_TRUE(weft_fiber_sleep_ms(duration_ms, nullptr));
        settle();
    }

    /* Whatever is due now happens now: turns of the loop in which no time passes. */
    void settle()
    {
        for (int i = 0; i < 4; i++)
            EXPECT_TRUE(weft_fiber_sleep_ms(0, nullptr));
    }

    /* Everybody is where the model has them; who has ended may be forgotten. */
    void check()
    {
        for (size_t i = 0; i < tasks.size(); i++) {
            const Task model = tasks[i];
            const bool must_run = model->end_ms == NEVER || model->end_ms > now_ms();
            if (must_run)
                EXPECT_FALSE(weft_task_is_done(model->task)) << model->number;
            else if (model->end_ms < now_ms())
                expect_end(*model);
            if (model->end_ms < now_ms() && chance(8) == 0) {
                tasks[i] = tasks.back();
                tasks.pop_back();
                i--;
            }
        }
    }

    std::mt19937 random{20240611};
    WeftGroup *joiners = weft_group_new();
    WeftGroup *working = weft_group_new();
    std::vector<Task> tasks;
    std::vector<Task> fresh; /* spawned, and not yet begun */
    size_t n_joiners = 0;
    int n_reasons = 0;
};

} // namespace

TEST(TaskModel, RandomLivesEndAsTheModelSays)
{
    EXPECT_TRUE(weft_test::run_fake([] {
        World world;
        for (int i = 0; i < N_STEPS && !testing::Test::HasFailure(); i++)
            world.step();
        world.finish();
        EXPECT_GT(world.n_joined, 1000u);
        EXPECT_GT(world.n_spawned, 1000u);
        EXPECT_GT(world.n_kills_in_vain, 100u);
    }));
}
