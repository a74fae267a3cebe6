/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who waits for whom, in which order, and who does not.
 */
#include "webdav/path_lock.h"

#include <atomic>
#include <weft/deadline.h>
#include <weft/fiber.h>

#include "store_subject.h"

using namespace weft_test;

namespace
{

constexpr WeftDavPathLockScope RESOURCE = WEFT_DAV_PATH_LOCK_RESOURCE;
constexpr WeftDavPathLockScope SUBTREE = WEFT_DAV_PATH_LOCK_SUBTREE;

/* Whether a lock on @other has to wait while @path is locked. */
bool
collide(const char *path, WeftDavPathLockScope scope, const char *other,
        WeftDavPathLockScope other_scope)
{
    g_autoptr(WeftDavPathLockTable) table = weft_dav_path_lock_table_new();
    g_autoptr(WeftGroup) group = weft_group_new();
    bool is_taken = false;
    WeftDavPathLock *lock = weft_dav_path_lock_take(table, path, scope, nullptr);

    spawn(group, [&] {
        g_autoptr(WeftDavPathLock) second =
            weft_dav_path_lock_take(table, other, other_scope, nullptr);

        EXPECT_NE(second, nullptr);
        is_taken = true;
    });
    settle();
    const bool waited = !is_taken;
    weft_dav_path_lock_put(lock);
    EXPECT_TRUE(weft_group_wait(group, nullptr));
    EXPECT_TRUE(is_taken);
    return waited;
}

} // namespace

TEST(PathLock, OverlapsWhereOneCoversTheOther)
{
    in_fiber([] {
        EXPECT_TRUE(collide("/a", RESOURCE, "/a", RESOURCE));
        EXPECT_TRUE(collide("/a", SUBTREE, "/a", RESOURCE));
        EXPECT_TRUE(collide("/a", SUBTREE, "/a/b", RESOURCE));
        EXPECT_TRUE(collide("/a/b/c", RESOURCE, "/a", SUBTREE));
        EXPECT_TRUE(collide("/a/b", SUBTREE, "/a", SUBTREE));
        EXPECT_TRUE(collide("/", SUBTREE, "/a", RESOURCE));
        EXPECT_TRUE(collide("/", RESOURCE, "/", RESOURCE));
    });
}

TEST(PathLock, LeavesOthersAlone)
{
    in_fiber([] {
        EXPECT_FALSE(collide("/a", RESOURCE, "/b", RESOURCE));
        EXPECT_FALSE(collide("/a", RESOURCE, "/a/b", RESOURCE));
        EXPECT_FALSE(collide("/a/b", RESOURCE, "/a", RESOURCE));
        EXPECT_FALSE(collide("/a", RESOURCE, "/a/b", SUBTREE));
        EXPECT_FALSE(collide("/a", SUBTREE, "/ab", SUBTREE));
        EXPECT_FALSE(collide("/a/b", SUBTREE, "/a/c", SUBTREE));
        EXPECT_FALSE(collide("/", RESOURCE, "/a", SUBTREE));
    });
}

TEST(PathLock, IsGivenInTheOrderOfAsking)
{
    in_fiber([] {
        g_autoptr(WeftDavPathLockTable) table = weft_dav_path_lock_table_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        std::string order;
        WeftDavPathLock *lock = weft_dav_path_lock_take(table, "/a/x", RESOURCE, nullptr);
        const auto take = [&](const char *path, WeftDavPathLockScope scope, char mark) {
            spawn(group, [&, path, scope, mark] {
                g_autoptr(WeftDavPathLock) taken =
                    weft_dav_path_lock_take(table, path, scope, nullptr);

                order += mark;
                EXPECT_TRUE(weft_fiber_yield(nullptr));
            });
        };

        take("/a/x", RESOURCE, '1');
        take("/a", SUBTREE, '2');
        take("/a/y", RESOURCE, '3'); /* free by itself, but not before the subtree's turn */
        take("/b", RESOURCE, '0');   /* nobody's business */
        settle();
        EXPECT_EQ(order, "0");
        weft_dav_path_lock_put(lock);
        EXPECT_TRUE(weft_group_wait(group, nullptr));
        EXPECT_EQ(order, "0123");
    });
}

TEST(PathLock, TakesTwoWithoutDeadlock)
{
    in_fiber([] {
        g_autoptr(WeftDavPathLockTable) table = weft_dav_path_lock_table_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        int n_done = 0;

        for (int i = 0; i < 40; i++) {
            spawn(group, [&, i] {
                const char *from = i % 2 == 0 ? "/a" : "/b";
                const char *to = i % 2 == 0 ? "/b" : "/a";
                g_autoptr(WeftDavPathLock) lock = weft_dav_path_lock_take_two(
                    table, from, SUBTREE, to, i % 3 == 0 ? RESOURCE : SUBTREE, nullptr);

                EXPECT_NE(lock, nullptr);
                EXPECT_TRUE(weft_fiber_yield(nullptr));
                n_done++;
            });
        }
        EXPECT_TRUE(weft_group_wait(group, nullptr));
        EXPECT_EQ(n_done, 40);
        /* Both ends in one another are one lock's own business. */
        g_autoptr(WeftDavPathLock) lock =
            weft_dav_path_lock_take_two(table, "/a", SUBTREE, "/a/b", RESOURCE, nullptr);
        EXPECT_NE(lock, nullptr);
        weft_dav_path_lock_put(g_steal_pointer(&lock));
    });
}

TEST(PathLock, WaitEndsWithTheDeadline)
{
    in_fiber([] {
        g_autoptr(WeftDavPathLockTable) table = weft_dav_path_lock_table_new();
        g_autoptr(GError) error = nullptr;
        WeftDavPathLock *lock = weft_dav_path_lock_take(table, "/a", RESOURCE, nullptr);

        {
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(1);

            EXPECT_EQ(weft_dav_path_lock_take(table, "/a", RESOURCE, &error), nullptr);
        }
        EXPECT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_TIMED_OUT));
        weft_dav_path_lock_put(lock);
        weft_dav_path_lock_put(weft_dav_path_lock_take(table, "/a", RESOURCE, nullptr));
    });
}

TEST(PathLock, WhoGivesUpStandsInNobodysWay)
{
    in_fiber([] {
        g_autoptr(WeftDavPathLockTable) table = weft_dav_path_lock_table_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        bool is_taken = false;
        WeftDavPathLock *lock = weft_dav_path_lock_take(table, "/a/x", RESOURCE, nullptr);
        WeftFiber *waiter = spawn(group, [&] {
            g_autoptr(GError) error = nullptr;

            EXPECT_EQ(weft_dav_path_lock_take(table, "/a", SUBTREE, &error), nullptr);
            EXPECT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_CANCELLED));
        });

        spawn(group, [&] {
            g_autoptr(WeftDavPathLock) second =
                weft_dav_path_lock_take(table, "/a/y", RESOURCE, nullptr);

            is_taken = second != nullptr;
        });
        settle();
        EXPECT_FALSE(is_taken);
        weft_fiber_cancel(waiter, "for the test");
        for (int i = 0; i < 100000 && !is_taken; i++)
            EXPECT_TRUE(weft_fiber_yield(nullptr));
        EXPECT_TRUE(is_taken);
        weft_dav_path_lock_put(lock);
        EXPECT_TRUE(weft_group_wait(group, nullptr));
    });
}

TEST(PathLock, HoldsOffFibersOfOtherThreads)
{
    constexpr int N_THREADS = 4;
    constexpr int N_FIBERS = 8;
    constexpr int N_ROUNDS = 50;
    static WeftDavPathLockTable *table;
    static int n_inside[2];
    static std::atomic<int> n_rounds;

    table = weft_dav_path_lock_table_new();
    n_rounds = 0;

    const auto work = [](gpointer) -> gpointer {
        in_fiber([] {
            g_autoptr(WeftGroup) group = weft_group_new();

            for (int i = 0; i < N_FIBERS; i++) {
                spawn(group, [i] {
                    static const char *const paths[] = {"/a/b", "/c"};

                    for (int j = 0; j < N_ROUNDS; j++) {
                        g_autoptr(WeftDavPathLock) lock =
                            i == 0
                                ? weft_dav_path_lock_take_two(table, "/a", SUBTREE, "/c", RESOURCE,
                                                              nullptr)
                                : weft_dav_path_lock_take(table, paths[i % 2], RESOURCE, nullptr);

                        ASSERT_NE(lock, nullptr);
                        EXPECT_EQ(n_inside[i % 2]++, 0);
                        EXPECT_TRUE(weft_fiber_yield(nullptr));
                        EXPECT_EQ(--n_inside[i % 2], 0);
                        n_rounds++;
                    }
                });
            }
            EXPECT_TRUE(weft_group_wait(group, nullptr));
        });
        return nullptr;
    };
    std::vector<GThread *> threads;

    for (int i = 0; i < N_THREADS; i++)
        threads.push_back(g_thread_new("worker", work, nullptr));
    for (GThread *thread : threads)
        g_thread_join(thread);
    EXPECT_EQ(n_rounds, N_THREADS * N_FIBERS * N_ROUNDS);
    weft_dav_path_lock_table_free(table);
}
