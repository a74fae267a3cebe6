/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/queue.h>

#include <algorithm>

#include "model.h"

using namespace weft_test;

namespace
{

constexpr unsigned N_SEEDS = 16;
constexpr int N_STEPS = 1000;

enum Order { FIFO, LIFO, PRIORITY };

/* An item is a number that says its rank and who it is; freed ones are counted. */
int64_t n_dropped;

gpointer
item_of(int64_t number)
{
    return GSIZE_TO_POINTER((gsize)number);
}

int64_t
number_of(gconstpointer item)
{
    return (int64_t)GPOINTER_TO_SIZE(item);
}

int64_t
rank_of(int64_t number)
{
    return number % 5;
}

gint
compare_ranks(gconstpointer a, gconstpointer b)
{
    return (gint)(rank_of(number_of(a)) - rank_of(number_of(b)));
}

void
drop_item(gpointer)
{
    n_dropped++;
}

struct QueueModel {
    World &world;
    Order order;
    size_t max_items;
    std::deque<int64_t> items = {};
    size_t n_unfinished = 0;
    bool is_closed = false;
    int64_t n_dropped = 0;
    WaitList pushers = {};
    WaitList poppers = {};
    WaitList joiners = {};

    int64_t take()
    {
        auto first = items.begin();

        if (order == LIFO)
            first = items.end() - 1;
        else if (order == PRIORITY)
            first = std::min_element(items.begin(), items.end(),
                                     [](int64_t a, int64_t b) { return rank_of(a) < rank_of(b); });
        const int64_t item = *first;
        items.erase(first);
        if (!pushers.empty()) {
            items.push_back(pushers.front()->item);
            n_unfinished++;
            serve_first(world, pushers, [](const OperationPtr &pusher) { pusher->end(SUCCEEDED); });
        }
        return item;
    }

    void put(int64_t item)
    {
        n_unfinished++;
        if (!serve_first(world, poppers,
                         [item](const OperationPtr &popper) { popper->end(SUCCEEDED, item); }))
            items.push_back(item);
    }

    bool try_push(int64_t item)
    {
        if (is_closed || items.size() >= max_items) {
            n_dropped++;
            return false;
        }
        put(item);
        return true;
    }

    void push(const OperationPtr &operation, int64_t item)
    {
        if (is_closed) {
            n_dropped++;
            operation->end(WEFT_ERROR_CLOSED);
        } else if (items.size() < max_items) {
            put(item);
            operation->end(SUCCEEDED);
        } else {
            operation->item = item;
            wait_in(world, pushers, operation, [this] { n_dropped++; });
        }
    }

    void pop(const OperationPtr &operation)
    {
        if (!items.empty())
            operation->end(SUCCEEDED, take());
        else if (is_closed)
            operation->end(WEFT_ERROR_CLOSED);
        else
            wait_in(world, poppers, operation);
    }

    void join(const OperationPtr &operation)
    {
        if (n_unfinished == 0)
            operation->end(SUCCEEDED);
        else
            wait_in(world, joiners, operation);
    }

    void task_done()
    {
        if (--n_unfinished > 0)
            return;
        while (
            serve_first(world, joiners, [](const OperationPtr &joiner) { joiner->end(SUCCEEDED); }))
            ;
    }

    void close()
    {
        is_closed = true;
        while (!pushers.empty())
            pushers.front()->interrupt(WEFT_ERROR_CLOSED);
        while (!poppers.empty())
            poppers.front()->interrupt(WEFT_ERROR_CLOSED);
    }
};

class QueueSchedule : public Schedule
{
  public:
    QueueSchedule(unsigned seed, Order order) : Schedule(seed), model{world, order, 1 + roll(4)}
    {
        n_dropped = 0;
        if (order == FIFO)
            queue = weft_queue_new(model.max_items, drop_item);
        else if (order == LIFO)
            queue = weft_queue_new_lifo(model.max_items, drop_item);
        else
            queue = weft_queue_new_priority(model.max_items, compare_ranks, drop_item);
    }
    ~QueueSchedule()
    {
        weft_queue_free(queue);
    }

    void step()
    {
        const int64_t item = ++n_items_made;

        switch (roll(12)) {
        case 0:
        case 1:
            begin(
                [this, item](Operation &, GError **error) {
                    return weft_queue_push(queue, item_of(item), error);
                },
                [this, item](const OperationPtr &operation) { model.push(operation, item); });
            break;
        case 2:
        case 3:
        case 4:
            begin(
                [this](Operation &operation, GError **error) {
                    operation.result = number_of(weft_queue_pop(queue, error));
                    return operation.result != 0;
                },
                [this](const OperationPtr &operation) { model.pop(operation); });
            break;
        case 5:
        case 6:
            EXPECT_EQ(weft_queue_try_push(queue, item_of(item)), model.try_push(item));
            break;
        case 7:
            EXPECT_EQ(number_of(weft_queue_try_pop(queue)), model.items.empty() ? 0 : model.take());
            break;
        case 8:
            begin([this](Operation &, GError **error) { return weft_queue_join(queue, error); },
                  [this](const OperationPtr &operation) { model.join(operation); });
            break;
        case 9:
            if (model.n_unfinished > model.items.size()) {
                weft_queue_task_done(queue);
                model.task_done();
            }
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

    void settle_and_compare()
    {
        settle();
        EXPECT_EQ(weft_queue_n_items(queue), model.items.size());
        EXPECT_EQ(weft_queue_n_unfinished(queue), model.n_unfinished);
        EXPECT_EQ(n_dropped, model.n_dropped);
    }

    void close()
    {
        weft_queue_close(queue);
        model.close();
    }

    void finish()
    {
        close();
        settle_and_compare();
        cancel_all();
    }

  private:
    QueueModel model;
    WeftQueue *queue;
    int64_t n_items_made = 0;
};

class QueueModelTest : public FakeClock, public testing::WithParamInterface<Order>
{
};

} // namespace

TEST_P(QueueModelTest, ShowsTheSameAfterAnySchedule)
{
    for (unsigned seed = 1; seed <= N_SEEDS; seed++) {
        SCOPED_TRACE(seed);
        in_fiber([&] {
            QueueSchedule schedule(seed, GetParam());

            for (int i = 0; i < N_STEPS && !HasFailure(); i++) {
                if (i > N_STEPS - 60 && schedule.roll(8) == 0)
                    schedule.close();
                schedule.step();
            }
            schedule.finish();
        });
        if (HasFailure())
            break;
    }
}

INSTANTIATE_TEST_SUITE_P(Orders, QueueModelTest, testing::Values(FIFO, LIFO, PRIORITY));
