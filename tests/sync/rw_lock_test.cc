/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/rw_lock.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "../in_fiber.h"

using namespace weft_test;

namespace
{

class RwLock : public FakeClock
{
};

/* Fibers that note when they are in, as "r1" or "w2". */
struct Crowd {
    WeftRwLock *lock;
    WeftGroup *group;
    std::vector<std::string> order;

    void read(const char *name)
    {
        spawn(group, [this, name] {
            ASSERT_TRUE(weft_rw_lock_begin_read(lock, nullptr));
            order.emplace_back(name);
            sleep_ms(10);
            weft_rw_lock_end_read(lock);
        });
    }
    void write(const char *name)
    {
        spawn(group, [this, name] {
            ASSERT_TRUE(weft_rw_lock_begin_write(lock, nullptr));
            EXPECT_EQ(weft_rw_lock_n_readers(lock), 0u);
            order.emplace_back(name);
            sleep_ms(10);
            weft_rw_lock_end_write(lock);
        });
    }
};

} // namespace

TEST_F(RwLock, ReadersAreInTogetherAWriterAlone)
{
    in_fiber([] {
        g_autoptr(WeftRwLock) lock = weft_rw_lock_new();

        EXPECT_TRUE(weft_rw_lock_try_begin_read(lock));
        EXPECT_TRUE(weft_rw_lock_try_begin_read(lock));
        EXPECT_FALSE(weft_rw_lock_try_begin_write(lock));
        EXPECT_EQ(weft_rw_lock_n_readers(lock), 2u);
        weft_rw_lock_end_read(lock);
        weft_rw_lock_end_read(lock);
        EXPECT_TRUE(weft_rw_lock_try_begin_write(lock));
        EXPECT_TRUE(weft_rw_lock_is_mine(lock));
        EXPECT_FALSE(weft_rw_lock_try_begin_read(lock));
        weft_rw_lock_end_write(lock);
        EXPECT_FALSE(weft_rw_lock_is_mine(lock));
    });
}

TEST_F(RwLock, PhasesAlternateSoThatNobodyStarves)
{
    in_fiber([] {
        g_autoptr(WeftRwLock) lock = weft_rw_lock_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        Crowd crowd = {lock, group, {}};

        crowd.read("r1");
        crowd.write("w1");
        crowd.read("r2"); /* behind w1, though r1 reads */
        crowd.write("w2");
        crowd.read("r3"); /* before w2: the end of w1 lets in all readers that wait */
        join(group);
        EXPECT_EQ(crowd.order, (std::vector<std::string>{"r1", "w1", "r2", "r3", "w2"}));
    });
}

TEST_F(RwLock, AWriterThatGivesUpLetsReadersIn)
{
    in_fiber([] {
        g_autoptr(WeftRwLock) lock = weft_rw_lock_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        bool is_in = false;

        ASSERT_TRUE(weft_rw_lock_begin_read(lock, nullptr));
        spawn(group, [&] {
            g_autoptr(GError) error = nullptr;
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(10);
            EXPECT_FALSE(weft_rw_lock_begin_write(lock, &error));
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_TIMED_OUT));
        });
        spawn(group, [&] {
            ASSERT_TRUE(weft_rw_lock_begin_read(lock, nullptr));
            is_in = true;
            weft_rw_lock_end_read(lock);
        });
        settle();
        EXPECT_FALSE(is_in);
        sleep_ms(20);
        EXPECT_TRUE(is_in);
        weft_rw_lock_end_read(lock);
        join(group);
    });
}

TEST_F(RwLock, DowngradeLetsReadersInAndNoWriterBetween)
{
    in_fiber([] {
        g_autoptr(WeftRwLock) lock = weft_rw_lock_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        Crowd crowd = {lock, group, {}};

        ASSERT_TRUE(weft_rw_lock_begin_write(lock, nullptr));
        crowd.write("w");
        crowd.read("r");
        settle();
        weft_rw_lock_downgrade(lock);
        settle();
        EXPECT_EQ(crowd.order, (std::vector<std::string>{"r"}));
        sleep_ms(20);
        EXPECT_EQ(crowd.order, (std::vector<std::string>{"r"}));
        weft_rw_lock_end_read(lock);
        join(group);
        EXPECT_EQ(crowd.order, (std::vector<std::string>{"r", "w"}));
    });
}

TEST_F(RwLock, IsFreeInTheEndWhateverHappens)
{
    for (unsigned seed = 1; seed <= 30; seed++) {
        SCOPED_TRACE(seed);
        in_fiber([seed] {
            std::mt19937 random(seed);
            g_autoptr(WeftRwLock) lock = weft_rw_lock_new();
            g_autoptr(WeftGroup) group = weft_group_new();
            int n_reading = 0;
            int n_writing = 0;

            for (int i = 0; i < 12; i++) {
                spawn(group, [&, i] {
                    for (int turn = 0; turn < 20; turn++) {
                        g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(random() % 9);
                        int *n_inside = i % 3 == 0 ? &n_writing : &n_reading;
                        if (i % 3 == 0 ? !weft_rw_lock_begin_write(lock, nullptr)
                                       : !weft_rw_lock_begin_read(lock, nullptr))
                            continue;
                        (*n_inside)++;
                        EXPECT_TRUE(n_writing == 0 || (n_writing == 1 && n_reading == 0));
                        (void)!weft_fiber_sleep_ms(random() % 3, nullptr);
                        (*n_inside)--;
                        if (i % 3 == 0)
                            weft_rw_lock_end_write(lock);
                        else
                            weft_rw_lock_end_read(lock);
                    }
                });
            }
            sleep_ms(random() % 60);
            weft_group_cancel(group, "chaos");
            join(group);
            EXPECT_TRUE(weft_rw_lock_try_begin_write(lock));
            weft_rw_lock_end_write(lock);
        });
    }
}
