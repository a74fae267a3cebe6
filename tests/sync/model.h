/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Tests by a model: the same random schedule goes to the real thing and to a simple imitation of
 * it, written from what its header says; whenever all fibers stand still, both must show the same.
 *
 * An operation that may park runs in a fiber of its own (Operation), with a deadline or without,
 * and is cancelled or not, at any moment: before it first ran, while it waits, and between the
 * moment it was served and the moment it runs again.  The model has the scheduler's order: what
 * gets ready runs behind all that are ready (World::ready), and time passes only when nothing is.
 */

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "../in_fiber.h"

namespace weft_test
{

/* How an operation ended, in the model and in the real thing: like a code of WEFT_ERROR. */
enum Outcome {
    UNDER_WAY = -3,
    FAILED_OTHERWISE = -2, /* an error of the test's own */
    SUCCEEDED = -1,
};

inline int
outcome_of(bool succeeded, GError *error)
{
    if (succeeded)
        return SUCCEEDED;
    return error != nullptr && error->domain == WEFT_ERROR ? error->code : FAILED_OTHERWISE;
}

/* The imitation of a scheduler. */
struct World {
    int64_t now_us = 0;
    std::deque<std::function<void()>> ready;
    std::multimap<int64_t, std::function<void()>> timers;

    void run_ready()
    {
        while (!ready.empty())
            run_round();
    }

    void run_round()
    {
        for (size_t n_ready = ready.size(); n_ready > 0; n_ready--) {
            std::function<void()> next = std::move(ready.front());
            ready.pop_front();
            next();
        }
    }

    /* All that becomes due up to then, in its order. */
    void sleep_until(int64_t until_us)
    {
        run_ready();
        while (!timers.empty() && timers.begin()->first <= until_us) {
            auto first = timers.begin();
            std::function<void()> due = std::move(first->second);
            now_us = first->first;
            timers.erase(first);
            due();
            run_ready();
        }
        now_us = until_us;
    }
};

/* One operation, real and imitated.  Lives until the end of the schedule. */
struct Operation {
    int64_t deadline_us = WEFT_DEADLINE_NEVER;
    int64_t item = 0; /* what it brings */

    /* Real. */
    WeftFiber *fiber = nullptr; /* valid while it is under way */
    int outcome = UNDER_WAY;
    int64_t result = 0; /* what it got */

    /* Imitated. */
    bool has_begun = false;
    bool is_cancelled = false;
    std::function<void(int code)> give_up; /* ends its wait; empty while it does not wait */
    int model_outcome = UNDER_WAY;
    int64_t model_result = 0;

    bool is_interrupted(const World &world) const
    {
        return is_cancelled || deadline_us <= world.now_us;
    }
    int interruption() const
    {
        return is_cancelled ? WEFT_ERROR_CANCELLED : WEFT_ERROR_TIMED_OUT;
    }
    void interrupt(int code)
    {
        std::function<void(int)> how = std::move(give_up);

        give_up = nullptr;
        if (how)
            how(code);
    }
    void end(int how, int64_t what = 0)
    {
        model_outcome = how;
        model_result = what;
    }
};

using OperationPtr = std::shared_ptr<Operation>;

/* A line of waiting operations, imitated. */
using WaitList = std::deque<OperationPtr>;

inline void
take_out(WaitList &line, const OperationPtr &operation)
{
    for (auto i = line.begin(); i != line.end(); ++i) {
        if (*i == operation) {
            line.erase(i);
            return;
        }
    }
    ADD_FAILURE() << "it does not wait there";
}

/* @operation waits in @line until served; @given_up runs in its turn after an interruption. */
inline void
wait_in(
    World &world, WaitList &line, const OperationPtr &operation,
    std::function<void()> given_up = [] {})
{
    line.push_back(operation);
    operation->give_up = [&world, &line, operation, given_up](int code) {
        take_out(line, operation);
        world.ready.push_back([operation, given_up, code] {
            operation->end(code);
            given_up();
        });
    };
}

/* The wait of the first in @line ends; @served runs in its turn.  FALSE: nobody waits */
inline bool
serve_first(World &world, WaitList &line, std::function<void(const OperationPtr &)> served)
{
    if (line.empty())
        return false;
    OperationPtr operation = line.front();
    line.pop_front();
    operation->give_up = nullptr;
    world.ready.push_back([operation, served] { served(operation); });
    return true;
}

/* A schedule under way: dice, fibers, and the world that imitates them. */
class Schedule
{
  public:
    explicit Schedule(unsigned seed) : dice(seed)
    {
        world.now_us = weft_clock_now_us();
    }
    Schedule(const Schedule &) = delete;
    Schedule &operator=(const Schedule &) = delete;

    World world;

    unsigned roll(unsigned n_sides)
    {
        return dice() % n_sides;
    }
    template <typename T> T &one_of(std::vector<T> &things)
    {
        return things[roll(things.size())];
    }

    /* Begin @real in a fiber, and @imitated where the model has it begin.  Both may come never, if
     * it is cancelled before. */
    OperationPtr begin(std::function<bool(Operation &, GError **)> real,
                       std::function<void(const OperationPtr &)> imitated)
    {
        auto operation = std::make_shared<Operation>();

        if (roll(3) == 0)
            operation->deadline_us = unique_deadline_us();
        begin_real(operation, std::move(real));
        world.ready.push_back([this, operation, imitated] {
            operation->has_begun = true;
            if (operation->is_interrupted(world))
                operation->end(operation->interruption());
            else
                imitated(operation);
        });
        if (operation->deadline_us != WEFT_DEADLINE_NEVER)
            world.timers.emplace(operation->deadline_us,
                                 [operation] { operation->interrupt(WEFT_ERROR_TIMED_OUT); });
        operations.push_back(operation);
        return operation;
    }

    void cancel_some()
    {
        std::vector<OperationPtr> under_way;

        for (const OperationPtr &operation : operations)
            if (operation->outcome == UNDER_WAY)
                under_way.push_back(operation);
        if (under_way.empty())
            return;
        OperationPtr operation = one_of(under_way);
        if (operation->is_cancelled)
            return;
        weft_fiber_cancel(operation->fiber, "chance");
        operation->is_cancelled = true;
        operation->interrupt(WEFT_ERROR_CANCELLED);
    }

    /* Until everything stands still, on both sides. */
    void settle()
    {
        weft_test::settle();
        world.run_ready();
        compare();
    }

    void sleep_ms(int64_t duration_ms)
    {
        settle();
        const int64_t until_us = weft_clock_now_us() + duration_ms * 1000;
        weft_test::sleep_ms(duration_ms);
        world.sleep_until(until_us);
        settle();
    }

    /* What is ready runs once; what gets ready by that does not yet. */
    void yield_once()
    {
        EXPECT_TRUE(weft_fiber_yield(nullptr));
        world.run_round();
    }

    /* Before the thing under test is freed: nobody may wait for it. */
    void cancel_all()
    {
        for (const OperationPtr &operation : operations) {
            if (operation->outcome != UNDER_WAY || operation->is_cancelled)
                continue;
            weft_fiber_cancel(operation->fiber, "the end");
            operation->is_cancelled = true;
            operation->interrupt(WEFT_ERROR_CANCELLED);
        }
        settle();
        EXPECT_TRUE(operations.empty());
    }

  private:
    void begin_real(const OperationPtr &operation, std::function<bool(Operation &, GError **)> real)
    {
        operation->outcome = UNDER_WAY;
        /* The data goes when the fiber ends, whether or not it ever ran. */
        auto at_end = std::shared_ptr<void>(nullptr, [operation](void *) {
            if (operation->outcome == UNDER_WAY)
                operation->outcome = WEFT_ERROR_CANCELLED;
        });
        /* In the root group, because there the end of one does not concern the others. */
        operation->fiber = spawn(weft_root_group(), [operation, real, at_end] {
            g_autoptr(GError) error = nullptr;
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_at_us(operation->deadline_us);
            const bool succeeded = real(*operation, &error);
            EXPECT_EQ(succeeded, error == nullptr);
            operation->outcome = outcome_of(succeeded, error);
        });
    }

    /* No two at the same time, and none when the schedule itself wakes: which of them comes first
     * would be a matter of chance. */
    int64_t unique_deadline_us()
    {
        const int64_t whole_ms = world.now_us - world.now_us % 1000;

        n_deadlines = n_deadlines % 998 + 1;
        return whole_ms + (int64_t)(1 + roll(40)) * 1000 + (int64_t)n_deadlines;
    }

    void compare()
    {
        std::vector<OperationPtr> still_under_way;

        for (size_t i = 0; i < operations.size(); i++) {
            const Operation &operation = *operations[i];

            EXPECT_EQ(operation.outcome, operation.model_outcome) << "operation " << i;
            EXPECT_EQ(operation.result, operation.model_result) << "operation " << i;
            if (operation.outcome == UNDER_WAY)
                still_under_way.push_back(operations[i]);
        }
        operations = std::move(still_under_way);
    }

    std::mt19937 dice;
    std::vector<OperationPtr> operations;
    unsigned n_deadlines = 0;
};

} // namespace weft_test
