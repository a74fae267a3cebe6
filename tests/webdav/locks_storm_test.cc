/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many workers lock and unlock at once: each UNLOCK of a lock that was given finds it, none stays.
 */
#include "locks_subject.h"

#include <atomic>
#include <thread>

using namespace weft_test;

namespace
{

constexpr int N_THREADS = 20;

/* Each thread is a scheduler of its own, as workers are. */
void
in_threads(std::function<void(int)> body)
{
    std::vector<std::thread> threads;

    for (int i = 0; i < N_THREADS; i++)
        threads.emplace_back([&body, i] { in_fiber([&body, i] { body(i); }); });
    for (std::thread &thread : threads)
        thread.join();
}

int
n_rounds()
{
    const char *wanted = g_getenv("WEFT_LOCK_STORM_ROUNDS");

    return wanted != nullptr ? atoi(wanted) : 100;
}

/* On files of their own, below a folder that all hold shared, and on one that all want. */
void
storm(const Locks &all, int n_rounds)
{
    std::atomic<int> n_inside = 0;
    std::atomic<int> n_entered = 0;

    in_threads([&](int thread) {
        LocksView locks(all.store);
        const std::string own = "/folder/file-" + std::to_string(thread);

        for (int i = 0; i < n_rounds; i++) {
            const std::string token = locks.take({own});

            ASSERT_NE(token, "") << locks.last_code;
            if (i % 16 == 0) {
                const std::string common = locks.take({"/common"});

                if (common != "") {
                    EXPECT_EQ(n_inside.fetch_add(1), 0);
                    n_entered++;
                    n_inside--;
                    EXPECT_EQ(locks.release(common), OK);
                }
            }
            ASSERT_EQ(locks.release(token), OK) << "round " << i;
        }
    });
    EXPECT_GT(n_entered, 0);
    EXPECT_TRUE(all.is_empty());
}

} // namespace

TEST(LockStorm, LosesNoUnlockInMemory)
{
    Locks locks(weft_dav_memory_locks_new());

    storm(locks, n_rounds());
}

TEST(LockStorm, LosesNoUnlockWithAJournal)
{
    Folder folder(testing::TempDir());
    {
        Locks locks(
            weft_dav_stored_locks_new(folder.path.c_str(), WEFT_DAV_DURABILITY_PROCESS, nullptr));

        storm(locks, n_rounds() / 10);
    }
    Locks again(
        weft_dav_stored_locks_new(folder.path.c_str(), WEFT_DAV_DURABILITY_PROCESS, nullptr));
    EXPECT_TRUE(again.is_empty());
}
