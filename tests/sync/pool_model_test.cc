/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/event.h>
#include <weft/pool.h>

#include <algorithm>

#include "model.h"

using namespace weft_test;

namespace
{

constexpr unsigned N_SEEDS = 112;
constexpr int N_STEPS = 900;

struct Settings {
    size_t max_open;
    size_t max_idle;
    int64_t max_idle_us;
    int64_t max_age_us;
    bool asks; /* is_healthy */
    int64_t check_after_us;
};

constexpr int64_t NEVER_US = INT64_C(1) << 60;

/* ---- the model ---- */

struct ModelLease {
    int64_t number;
    int64_t expires_us;
    int64_t idle_since_us;
    uint64_t n_uses;
};

using LeasePtr = std::shared_ptr<ModelLease>;

enum Answer { YES, NO, INTERRUPTED };

/* An open or is_healthy that parks until the test says what it answers. */
struct ModelGate {
    OperationPtr operation;
    std::function<void(Answer)> go_on;
};

struct PoolModel {
    World &world;
    Settings settings;
    WeftPoolStatistics statistics = {};
    bool is_closed = false;
    std::deque<LeasePtr> idle = {}; /* oldest first */
    std::vector<LeasePtr> lent = {};
    std::vector<int64_t> closed = {}; /* numbers, in their order */
    std::vector<std::shared_ptr<ModelGate>> gates = {};
    struct Taker {
        OperationPtr operation;
        std::function<void(LeasePtr)> go_on;
    };
    std::deque<Taker> takers = {};
    int64_t n_made = 0;

    int64_t due_us(const ModelLease &lease) const
    {
        return std::min(lease.expires_us, lease.idle_since_us + settings.max_idle_us);
    }

    void end(const LeasePtr &lease, uint64_t &count)
    {
        count++;
        closed.push_back(lease->number);
    }

    uint64_t &count_of_due(const LeasePtr &lease)
    {
        return lease->expires_us <= world.now_us ? statistics.n_dropped_aged
                                                 : statistics.n_dropped_idle;
    }

    /* @lease: nullptr: the right to open one.  FALSE: nobody waits */
    bool serve(const LeasePtr &lease)
    {
        if (takers.empty())
            return false;
        Taker taker = takers.front();
        takers.pop_front();
        taker.operation->give_up = nullptr;
        world.ready.push_back([taker, lease] { taker.go_on(lease); });
        return true;
    }

    void free_slot()
    {
        if (!serve(nullptr))
            statistics.n_open--;
    }

    void lend(const OperationPtr &operation, const LeasePtr &lease)
    {
        statistics.n_takes++;
        statistics.n_lent++;
        lent.push_back(lease);
        operation->end(SUCCEEDED, lease->number);
    }

    void park_at_gate(const OperationPtr &operation, std::function<void(Answer)> go_on)
    {
        auto gate = std::make_shared<ModelGate>(ModelGate{operation, go_on});

        gates.push_back(gate);
        operation->give_up = [this, gate](int) { pass_gate(gate, INTERRUPTED); };
    }

    void pass_gate(std::shared_ptr<ModelGate> gate, Answer answer)
    {
        gates.erase(std::find(gates.begin(), gates.end(), gate));
        gate->operation->give_up = nullptr;
        world.ready.push_back([gate, answer] { gate->go_on(answer); });
    }

    /* Whether to ask, or what is clear without. */
    bool must_ask(const LeasePtr &lease, bool *ret_serves, uint64_t **ret_count)
    {
        *ret_count = &statistics.n_dropped_unhealthy;
        *ret_serves = true;
        if (due_us(*lease) <= world.now_us) {
            *ret_count = &count_of_due(lease);
            *ret_serves = false;
            return false;
        }
        return settings.asks && lease->idle_since_us + settings.check_after_us <= world.now_us;
    }

    void take(const OperationPtr &operation, bool has_slot)
    {
        bool serves;
        uint64_t *count;

        if (idle.empty()) {
            take_slot(operation, has_slot);
            return;
        }
        LeasePtr lease = idle.back();
        idle.pop_back();
        if (must_ask(lease, &serves, &count))
            park_at_gate(operation, [=](Answer answer) {
                judged(operation, has_slot, lease, answer == YES, *count);
            });
        else
            judged(operation, has_slot, lease, serves, *count);
    }

    void judged(const OperationPtr &operation, bool has_slot, const LeasePtr &lease, bool serves,
                uint64_t &count)
    {
        if (has_slot)
            free_slot();
        if (serves) {
            lend(operation, lease);
            return;
        }
        end(lease, count);
        if (operation->is_interrupted(world))
            use_slot(operation);
        else
            take(operation, true);
    }

    void take_slot(const OperationPtr &operation, bool has_slot)
    {
        if (has_slot) {
            use_slot(operation);
        } else if (is_closed) {
            operation->end(WEFT_ERROR_CLOSED);
        } else if (statistics.n_open < settings.max_open) {
            statistics.n_open++;
            use_slot(operation);
        } else {
            wait(operation);
        }
    }

    void wait(const OperationPtr &operation)
    {
        statistics.n_waits++;
        takers.push_back({operation, [this, operation](const LeasePtr &lease) {
                              if (lease != nullptr)
                                  lend(operation, lease);
                              else
                                  use_slot(operation);
                          }});
        operation->give_up = [this, operation](int code) {
            takers.erase(std::find_if(takers.begin(), takers.end(), [&](const Taker &taker) {
                return taker.operation == operation;
            }));
            world.ready.push_back([operation, code] { operation->end(code); });
        };
    }

    void use_slot(const OperationPtr &operation)
    {
        if (is_closed || operation->is_interrupted(world)) {
            operation->end(is_closed ? (int)WEFT_ERROR_CLOSED : operation->interruption());
            free_slot();
            return;
        }
        const int64_t number = ++n_made;
        park_at_gate(operation, [=](Answer answer) { opened(operation, number, answer); });
    }

    void opened(const OperationPtr &operation, int64_t number, Answer answer)
    {
        if (answer == YES) {
            statistics.n_opened++;
            lend(operation, std::make_shared<ModelLease>(
                                ModelLease{number, world.now_us + settings.max_age_us, 0, 0}));
            return;
        }
        statistics.n_open_failures++;
        operation->end(answer == NO ? (int)FAILED_OTHERWISE : operation->interruption());
        free_slot();
    }

    void put(size_t which, bool is_healthy)
    {
        LeasePtr lease = lent[which];

        lent.erase(lent.begin() + (ptrdiff_t)which);
        statistics.n_lent--;
        lease->idle_since_us = world.now_us;
        if (!is_healthy || is_closed || lease->expires_us <= world.now_us) {
            end(lease, !is_healthy ? statistics.n_dropped_unhealthy
                       : is_closed ? statistics.n_dropped_idle
                                   : statistics.n_dropped_aged);
            free_slot();
            return;
        }
        lease->n_uses++;
        if (!serve(lease))
            keep(lease);
    }

    void keep(const LeasePtr &lease)
    {
        idle.push_back(lease);
        if (idle.size() > settings.max_idle) {
            LeasePtr oldest = idle.front();
            idle.pop_front();
            end(oldest, statistics.n_dropped_idle);
            free_slot();
        } else {
            world.timers.emplace(due_us(*lease), [this] { reap(); });
        }
    }

    void reap()
    {
        for (size_t i = 0; i < idle.size();) {
            LeasePtr lease = idle[i];

            if (due_us(*lease) > world.now_us) {
                i++;
                continue;
            }
            idle.erase(idle.begin() + (ptrdiff_t)i);
            end(lease, count_of_due(lease));
            free_slot();
        }
    }

    void close()
    {
        is_closed = true;
        while (!takers.empty())
            takers.front().operation->interrupt(WEFT_ERROR_CLOSED);
        while (!idle.empty()) {
            LeasePtr oldest = idle.front();
            idle.pop_front();
            end(oldest, statistics.n_dropped_idle);
            free_slot();
        }
    }
};

/* ---- the pool itself ---- */

/* As ModelGate. */
struct Gate {
    WeftEvent *event;
    Answer answer;
};

class PoolSchedule : public Schedule
{
  public:
    explicit PoolSchedule(unsigned seed)
        : Schedule(seed), model{world, choose_settings()}, pool(new_pool(model.settings))
    {
    }
    ~PoolSchedule()
    {
        weft_pool_free(pool);
    }

    void step()
    {
        switch (roll(12)) {
        case 0:
        case 1:
        case 2:
        case 3:
            begin_take();
            break;
        case 4:
        case 5:
        case 6:
            put_some();
            break;
        case 7:
        case 8:
        case 9:
            answer_some();
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
        weft_pool_close(pool);
        model.close();
    }

    void finish()
    {
        close();
        cancel_all();
        while (!lent.empty())
            put(lent.size() - 1, true);
        settle_and_compare();
        EXPECT_EQ(model.statistics.n_open, 0u);
    }

  private:
    Settings choose_settings()
    {
        return {1 + roll(4),
                roll(2) != 0 ? SIZE_MAX : 1 + roll(3),
                roll(2) != 0 ? NEVER_US : (int64_t)(5 + roll(30)) * 1000,
                roll(2) != 0 ? NEVER_US : (int64_t)(20 + roll(80)) * 1000,
                roll(2) != 0,
                roll(2) * (int64_t)5000};
    }

    WeftPool *new_pool(const Settings &settings)
    {
        WeftPoolOptions options = {};

        options.name = "test";
        options.open = open;
        options.close = close_resource;
        options.is_healthy = settings.asks ? is_healthy : nullptr;
        options.data = this;
        options.max_open = settings.max_open;
        options.max_idle = settings.max_idle == SIZE_MAX ? 0 : settings.max_idle;
        options.max_idle_ms = settings.max_idle_us == NEVER_US ? 0 : settings.max_idle_us / 1000;
        options.max_age_ms = settings.max_age_us == NEVER_US ? 0 : settings.max_age_us / 1000;
        options.check_after_ms = settings.check_after_us / 1000;
        return weft_pool_new(&options);
    }

    /* What a resource is here. */
    struct Resource {
        PoolSchedule *schedule;
        int64_t number;
    };

    Answer wait_at_gate(GError **error)
    {
        g_autoptr(WeftEvent) event = weft_event_new();
        auto gate = std::make_shared<Gate>(Gate{event, INTERRUPTED});

        gates.push_back(gate);
        const bool is_answered = weft_event_wait(event, error);
        gates.erase(std::find(gates.begin(), gates.end(), gate));
        return is_answered ? gate->answer : INTERRUPTED;
    }

    static gpointer open(gpointer data, GError **error)
    {
        auto *self = static_cast<PoolSchedule *>(data);
        const int64_t number = ++self->n_made;

        switch (self->wait_at_gate(error)) {
        case YES:
            return new Resource{self, number};
        case NO:
            g_set_error_literal(error, g_quark_from_static_string("test"), 1, "refused");
            return nullptr;
        case INTERRUPTED:
            break;
        }
        return nullptr;
    }

    static gboolean is_healthy(gpointer, gpointer data)
    {
        return static_cast<PoolSchedule *>(data)->wait_at_gate(nullptr) == YES;
    }

    static void close_resource(gpointer data)
    {
        auto *resource = static_cast<Resource *>(data);

        resource->schedule->closed.push_back(resource->number);
        delete resource;
    }

    static int64_t number_of(const WeftLease *lease)
    {
        return static_cast<const Resource *>(weft_lease_resource(lease))->number;
    }

    void begin_take()
    {
        begin(
            [this](Operation &operation, GError **error) {
                WeftLease *lease = weft_pool_take(pool, error);
                if (lease == nullptr)
                    return false;
                operation.result = number_of(lease);
                lent.push_back(lease);
                return true;
            },
            [this](const OperationPtr &operation) { model.take(operation, false); });
    }

    void put(size_t which, bool is_healthy)
    {
        WeftLease *lease = lent[which];

        lent.erase(lent.begin() + (ptrdiff_t)which);
        if (is_healthy)
            weft_lease_set_healthy(lease);
        weft_pool_put(lease);
        model.put(which, is_healthy);
    }

    void put_some()
    {
        ASSERT_EQ(lent.size(), model.lent.size());
        if (!lent.empty())
            put(roll(lent.size()), roll(4) != 0);
    }

    /* What waits at gates is the same on both sides once all stands still. */
    void answer_some()
    {
        settle_and_compare();
        if (gates.empty() || gates.size() != model.gates.size())
            return;
        const size_t which = roll(gates.size());
        const Answer answer = roll(4) != 0 ? YES : NO;
        gates[which]->answer = answer;
        weft_event_set(gates[which]->event);
        model.pass_gate(model.gates[which], answer);
    }

    void settle_and_compare()
    {
        settle();
        compare_statistics();
        EXPECT_EQ(closed, model.closed);
        EXPECT_EQ(gates.size(), model.gates.size());
        ASSERT_EQ(lent.size(), model.lent.size());
        for (size_t i = 0; i < lent.size(); i++) {
            EXPECT_EQ(number_of(lent[i]), model.lent[i]->number);
            EXPECT_EQ(weft_lease_n_uses(lent[i]), model.lent[i]->n_uses);
        }
    }

    void compare_statistics()
    {
        WeftPoolStatistics real;
        const WeftPoolStatistics &expected = model.statistics;

        weft_pool_get_statistics(pool, &real);
        EXPECT_EQ(real.n_open, expected.n_open);
        EXPECT_EQ(real.n_idle, model.idle.size());
        EXPECT_EQ(real.n_lent, expected.n_lent);
        EXPECT_EQ(real.n_waiting, model.takers.size());
        EXPECT_EQ(real.n_takes, expected.n_takes);
        EXPECT_EQ(real.n_waits, expected.n_waits);
        EXPECT_EQ(real.n_opened, expected.n_opened);
        EXPECT_EQ(real.n_open_failures, expected.n_open_failures);
        EXPECT_EQ(real.n_dropped_unhealthy, expected.n_dropped_unhealthy);
        EXPECT_EQ(real.n_dropped_aged, expected.n_dropped_aged);
        EXPECT_EQ(real.n_dropped_idle, expected.n_dropped_idle);
    }

    PoolModel model;
    WeftPool *pool;
    std::vector<std::shared_ptr<Gate>> gates;
    std::vector<WeftLease *> lent;
    std::vector<int64_t> closed;
    int64_t n_made = 0;
};

class PoolModelTest : public FakeClock
{
};

} // namespace

TEST_F(PoolModelTest, ShowsTheSameAfterAnySchedule)
{
    for (unsigned seed = 1; seed <= N_SEEDS && !HasFailure(); seed++) {
        SCOPED_TRACE(seed);
        in_fiber([&] {
            PoolSchedule schedule(seed);

            for (int i = 0; i < N_STEPS && !HasFailure(); i++) {
                if (i > N_STEPS - 60 && schedule.roll(8) == 0)
                    schedule.close();
                schedule.step();
            }
            schedule.finish();
        });
    }
}
