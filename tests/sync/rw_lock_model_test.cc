/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/event.h>
#include <weft/rw_lock.h>

#include <algorithm>

#include "model.h"

using namespace weft_test;

namespace
{

constexpr unsigned N_SEEDS = 20;
constexpr int N_STEPS = 900;

struct RwLockModel {
    World &world;
    bool is_written = false;
    size_t n_readers = 0;
    WaitList readers = {};
    WaitList writers = {};
    WaitList holders = {}; /* until the test lets them go */

    /* @operation has the lock, and keeps it until it is let go or interrupted. */
    void hold(const OperationPtr &operation, bool writes)
    {
        if (operation->is_interrupted(world)) {
            release(operation, writes);
            return;
        }
        holders.push_back(operation);
        operation->item = writes;
        operation->give_up = [this, operation](int) { let_go(operation); };
    }

    void let_go(OperationPtr operation)
    {
        take_out(holders, operation);
        operation->give_up = nullptr;
        world.ready.push_back([this, operation] { release(operation, operation->item != 0); });
    }

    void release(const OperationPtr &operation, bool writes)
    {
        operation->end(SUCCEEDED);
        if (writes) {
            is_written = false;
            let_readers_in();
        } else {
            n_readers--;
        }
        if (n_readers == 0)
            is_written = serve_first(world, writers,
                                     [this](const OperationPtr &writer) { hold(writer, true); });
    }

    void let_readers_in()
    {
        while (serve_first(world, readers,
                           [this](const OperationPtr &reader) { hold(reader, false); }))
            n_readers++;
    }

    void read(const OperationPtr &operation)
    {
        if (is_written || !writers.empty()) {
            wait_in(world, readers, operation);
            return;
        }
        n_readers++;
        hold(operation, false);
    }

    void write(const OperationPtr &operation)
    {
        if (is_written || n_readers > 0) {
            wait_in(world, writers, operation, [this] {
                if (!is_written && writers.empty())
                    let_readers_in();
            });
            return;
        }
        is_written = true;
        hold(operation, true);
    }
};

class RwLockSchedule : public Schedule
{
  public:
    explicit RwLockSchedule(unsigned seed) : Schedule(seed), model{world}
    {
    }
    ~RwLockSchedule()
    {
        weft_rw_lock_free(lock);
    }

    void step()
    {
        switch (roll(10)) {
        case 0:
        case 1:
        case 2:
            begin_one(false);
            break;
        case 3:
        case 4:
            begin_one(true);
            break;
        case 5:
        case 6:
        case 7:
            let_some_go();
            break;
        case 8:
            cancel_some();
            break;
        case 9:
            sleep_ms(roll(20));
            break;
        }
        if (roll(3) == 0)
            yield_once();
        else
            settle_and_compare();
    }

    void finish()
    {
        cancel_all();
        settle_and_compare();
        EXPECT_TRUE(weft_rw_lock_try_begin_write(lock));
        weft_rw_lock_end_write(lock);
    }

  private:
    bool hold(bool writes, GError **error)
    {
        if (writes ? !weft_rw_lock_begin_write(lock, error) : !weft_rw_lock_begin_read(lock, error))
            return false;
        EXPECT_EQ(weft_rw_lock_is_mine(lock), writes);
        g_autoptr(WeftEvent) event = weft_event_new();
        holders.push_back(event);
        (void)!weft_event_wait(event, nullptr);
        holders.erase(std::find(holders.begin(), holders.end(), event));
        if (writes)
            weft_rw_lock_end_write(lock);
        else
            weft_rw_lock_end_read(lock);
        return true;
    }

    void begin_one(bool writes)
    {
        begin([this, writes](Operation &, GError **error) { return hold(writes, error); },
              [this, writes](const OperationPtr &operation) {
                  if (writes)
                      model.write(operation);
                  else
                      model.read(operation);
              });
    }

    /* Who holds it is the same on both sides once all stands still. */
    void let_some_go()
    {
        settle_and_compare();
        if (holders.empty() || holders.size() != model.holders.size())
            return;
        const size_t which = roll(holders.size());
        weft_event_set(holders[which]);
        model.let_go(model.holders[which]);
    }

    void settle_and_compare()
    {
        settle();
        EXPECT_EQ(holders.size(), model.holders.size());
        EXPECT_EQ(weft_rw_lock_n_readers(lock), model.n_readers);
    }

    RwLockModel model;
    WeftRwLock *lock = weft_rw_lock_new();
    std::vector<WeftEvent *> holders;
};

class RwLockModelTest : public FakeClock
{
};

} // namespace

TEST_F(RwLockModelTest, ShowsTheSameAfterAnySchedule)
{
    for (unsigned seed = 1; seed <= N_SEEDS && !HasFailure(); seed++) {
        SCOPED_TRACE(seed);
        in_fiber([&] {
            RwLockSchedule schedule(seed);

            for (int i = 0; i < N_STEPS && !HasFailure(); i++)
                schedule.step();
            schedule.finish();
        });
    }
}
