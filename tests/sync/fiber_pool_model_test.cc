/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/event.h>
#include <weft/fiber_pool.h>

#include <algorithm>

#include "model.h"

using namespace weft_test;

namespace
{

constexpr unsigned N_SEEDS = 112;
constexpr int N_STEPS = 900;

/* A job: waits until the test says how it ends; the real one and its imitation. */
struct Job {
    int64_t number;

    /* Real. */
    WeftEvent *event = nullptr; /* while it waits */
    bool is_to_fail = false;
    int outcome = UNDER_WAY;
    bool is_freed = false;

    /* Imitated: what a fiber has. */
    OperationPtr model = std::make_shared<Operation>();
    bool model_is_freed = false;
};

using JobPtr = std::shared_ptr<Job>;

struct FiberPoolModel {
    World &world;
    size_t max_fibers;
    size_t n_fibers = 0;
    size_t n_failed = 0;
    bool is_closed = false;
    int failure = SUCCEEDED;
    std::vector<JobPtr> jobs = {}; /* the newest last */
    WaitList spawners = {};
    WaitList joiners = {};

    void finish(const JobPtr &job, int how)
    {
        job->model->end(how);
        job->model_is_freed = true;
        if (how != SUCCEEDED) {
            n_failed++;
            if (failure == SUCCEEDED)
                failure = how;
        }
        jobs.erase(std::find(jobs.begin(), jobs.end(), job));
        leave();
    }

    void let_end(const JobPtr &job, int how)
    {
        job->model->give_up = nullptr;
        world.ready.push_back([this, job, how] { finish(job, how); });
    }

    void start(const JobPtr &job, int64_t deadline_us)
    {
        job->model->deadline_us = deadline_us;
        jobs.push_back(job);
        world.ready.push_back([this, job] {
            if (job->model->is_interrupted(world)) {
                finish(job, job->model->interruption());
                return;
            }
            job->model->has_begun = true;
            job->model->give_up = [this, job](int code) { let_end(job, code); };
        });
        if (deadline_us != WEFT_DEADLINE_NEVER)
            world.timers.emplace(deadline_us,
                                 [job] { job->model->interrupt(WEFT_ERROR_TIMED_OUT); });
    }

    void leave()
    {
        if (serve_first(world, spawners, [this](const OperationPtr &spawner) { go_on(spawner); }))
            return;
        if (--n_fibers > 0)
            return;
        while (serve_first(world, joiners, [this](const OperationPtr &joiner) { tell(joiner); }))
            ;
    }

    /* What each spawner brings. */
    std::map<Operation *, JobPtr> brought = {};

    void go_on(const OperationPtr &spawner)
    {
        JobPtr job = brought[spawner.get()];

        if (is_closed) {
            job->model_is_freed = true;
            spawner->end(WEFT_ERROR_CLOSED);
            leave();
        } else {
            start(job, spawner->deadline_us);
            spawner->end(SUCCEEDED);
        }
    }

    void spawn(const OperationPtr &spawner, const JobPtr &job)
    {
        brought[spawner.get()] = job;
        if (is_closed) {
            job->model_is_freed = true;
            spawner->end(WEFT_ERROR_CLOSED);
        } else if (n_fibers < max_fibers) {
            n_fibers++;
            go_on(spawner);
        } else {
            wait_in(world, spawners, spawner, [job] { job->model_is_freed = true; });
        }
    }

    bool try_spawn(const JobPtr &job)
    {
        if (is_closed || n_fibers == max_fibers) {
            job->model_is_freed = true;
            return false;
        }
        n_fibers++;
        start(job, WEFT_DEADLINE_NEVER);
        return true;
    }

    void tell(const OperationPtr &joiner)
    {
        joiner->end(failure);
        failure = SUCCEEDED;
    }

    void join(const OperationPtr &joiner)
    {
        if (n_fibers == 0)
            tell(joiner);
        else
            wait_in(world, joiners, joiner);
    }

    void close()
    {
        is_closed = true;
        while (!spawners.empty())
            spawners.front()->interrupt(WEFT_ERROR_CLOSED);
    }

    void cancel()
    {
        close();
        for (auto job = jobs.rbegin(); job != jobs.rend(); ++job) {
            (*job)->model->is_cancelled = true;
            (*job)->model->interrupt(WEFT_ERROR_CANCELLED);
        }
    }
};

/* What the fiber of a job is given. */
struct JobData {
    JobPtr job;
};

gboolean
run_job(gpointer data, GError **error)
{
    JobPtr job = static_cast<JobData *>(data)->job;
    g_autoptr(WeftEvent) event = weft_event_new();
    g_autoptr(GError) failure = nullptr;

    job->event = event;
    bool succeeded = weft_event_wait(event, &failure);
    job->event = nullptr;
    if (succeeded && job->is_to_fail) {
        g_set_error_literal(&failure, g_quark_from_static_string("test"), 1, "as it was told");
        succeeded = false;
    }
    job->outcome = outcome_of(succeeded, failure);
    if (!succeeded)
        g_propagate_error(error, static_cast<GError *>(g_steal_pointer(&failure)));
    return succeeded;
}

void
free_job(gpointer data)
{
    auto *job_data = static_cast<JobData *>(data);

    EXPECT_FALSE(job_data->job->is_freed);
    job_data->job->is_freed = true;
    delete job_data;
}

class FiberPoolSchedule : public Schedule
{
  public:
    explicit FiberPoolSchedule(unsigned seed)
        : Schedule(seed), model{world, 1 + roll(4)},
          pool(weft_fiber_pool_new("test", model.max_fibers))
    {
    }
    ~FiberPoolSchedule()
    {
        weft_fiber_pool_free(pool);
    }

    void step()
    {
        switch (roll(12)) {
        case 0:
        case 1:
        case 2:
        case 3:
            begin_spawn();
            break;
        case 4:
            try_spawn();
            break;
        case 5:
        case 6:
        case 7:
        case 8:
            end_some();
            break;
        case 9:
            begin([this](Operation &, GError **error) { return weft_fiber_pool_join(pool, error); },
                  [this](const OperationPtr &operation) { model.join(operation); });
            break;
        case 10:
            cancel_some();
            break;
        case 11:
            sleep_ms(roll(20));
            break;
        }
        switch (roll(4)) {
        case 0:
            break;
        case 1:
            yield_once();
            break;
        default:
            settle_and_compare();
        }
    }

    void close()
    {
        weft_fiber_pool_close(pool);
        model.close();
    }

    void finish()
    {
        weft_fiber_pool_cancel(pool, "the end");
        model.cancel();
        settle_and_compare();
        EXPECT_EQ(weft_fiber_pool_n_fibers(pool), 0u);
        cancel_all();
    }

  private:
    JobPtr new_job()
    {
        auto job = std::make_shared<Job>();

        job->number = (int64_t)jobs.size();
        jobs.push_back(job);
        return job;
    }

    void begin_spawn()
    {
        JobPtr job = new_job();
        auto *data = new JobData{job};

        begin(
            [this, job, data](Operation &, GError **error) {
                job->number = -1; /* it was begun */
                return weft_fiber_pool_spawn(pool, run_job, data, free_job, error);
            },
            [this, job](const OperationPtr &operation) { model.spawn(operation, job); });
        unspawned.push_back({job, data});
    }

    void try_spawn()
    {
        JobPtr job = new_job();

        EXPECT_EQ(weft_fiber_pool_try_spawn(pool, run_job, new JobData{job}, free_job),
                  model.try_spawn(job));
    }

    void end_some()
    {
        std::vector<JobPtr> waiting;

        for (const JobPtr &job : jobs)
            if (job->model->give_up)
                waiting.push_back(job);
        if (waiting.empty())
            return;
        JobPtr job = one_of(waiting);
        job->is_to_fail = roll(4) == 0;
        weft_event_set(job->event);
        model.let_end(job, job->is_to_fail ? (int)FAILED_OTHERWISE : (int)SUCCEEDED);
    }

    void settle_and_compare()
    {
        settle();
        free_unspawned();
        EXPECT_EQ(weft_fiber_pool_n_fibers(pool), model.n_fibers);
        EXPECT_EQ(weft_fiber_pool_n_failed(pool), model.n_failed);
        std::vector<JobPtr> still_there;
        for (const JobPtr &job : jobs) {
            EXPECT_EQ(job->is_freed, job->model_is_freed);
            EXPECT_EQ(job->event != nullptr, job->model->give_up != nullptr);
            if (job->outcome != UNDER_WAY) { /* a job that never ran has none */
                EXPECT_EQ(job->outcome, job->model->model_outcome);
            }
            if (!job->is_freed)
                still_there.push_back(job);
        }
        jobs = std::move(still_there);
    }

    /* What was to be spawned by a fiber that was cancelled before it ran. */
    void free_unspawned()
    {
        for (auto &[job, data] : unspawned) {
            if (job->number == -1)
                continue;
            free_job(data);
            job->model_is_freed = true;
        }
        unspawned.clear();
    }

    FiberPoolModel model;
    WeftFiberPool *pool;
    std::vector<JobPtr> jobs;
    std::vector<std::pair<JobPtr, JobData *>> unspawned;
};

class FiberPoolModelTest : public FakeClock
{
};

} // namespace

TEST_F(FiberPoolModelTest, ShowsTheSameAfterAnySchedule)
{
    for (unsigned seed = 1; seed <= N_SEEDS && !HasFailure(); seed++) {
        SCOPED_TRACE(seed);
        in_fiber([&] {
            FiberPoolSchedule schedule(seed);

            for (int i = 0; i < N_STEPS && !HasFailure(); i++) {
                if (i > N_STEPS - 60 && schedule.roll(8) == 0)
                    schedule.close();
                schedule.step();
            }
            schedule.finish();
        });
    }
}
