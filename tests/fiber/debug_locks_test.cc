/* SPDX-License-Identifier: Apache-2.0 */
/* A lock of threads that is held while its fiber parks is reported. */

#include "run.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <string>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>
#include <weft/debug_locks.h>

using testing::HasSubstr;
using weft_test::run_fake;
using weft_test::spawn;

extern "C" {
/* With external linkage, so that backtraces know their names. */
void debug_locks_test_parks(void);
void debug_locks_test_takes(pthread_mutex_t *mutex);
}

namespace
{

class DebugLocks : public testing::Test
{
  protected:
    void SetUp() override
    {
        fd = memfd_create("report", MFD_CLOEXEC);
        weft_debug_locks_set_fd(fd);
        n_before = weft_debug_locks_n_found();
    }
    void TearDown() override
    {
        weft_debug_locks_set_fd(STDERR_FILENO);
        close(fd);
    }
    std::string text() const
    {
        char buffer[8192];
        const ssize_t n = pread(fd, buffer, sizeof buffer, 0);

        return std::string(buffer, n > 0 ? static_cast<size_t>(n) : 0);
    }
    unsigned n_found() const
    {
        return weft_debug_locks_n_found() - n_before;
    }

    int fd;
    unsigned n_before;
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
};

} // namespace

void __attribute__((noinline)) debug_locks_test_parks(void)
{
    EXPECT_TRUE(weft_fiber_sleep_ms(1, nullptr));
}

void __attribute__((noinline)) debug_locks_test_takes(pthread_mutex_t *mutex)
{
    pthread_mutex_lock(mutex);
    __asm__ volatile("");
}

TEST_F(DebugLocks, AMutexHeldAcrossAParkIsReportedWithBothPlaces)
{
    EXPECT_TRUE(run_fake([&] {
        weft_fiber_set_name("careless");
        debug_locks_test_takes(&mutex);
        debug_locks_test_parks();
        pthread_mutex_unlock(&mutex);
    }));
    EXPECT_THAT(text(), HasSubstr("\"careless\" is parked in sleep with lock "));
    EXPECT_THAT(text(), HasSubstr("debug_locks_test_takes+0x"));
    EXPECT_THAT(text(), HasSubstr("debug_locks_test_parks+0x"));
    EXPECT_EQ(n_found(), 1u);
}

TEST_F(DebugLocks, APlaceIsReportedOnce)
{
    EXPECT_TRUE(run_fake([&] {
        for (int i = 0; i < 3; i++) {
            pthread_mutex_lock(&mutex);
            debug_locks_test_parks();
            pthread_mutex_unlock(&mutex);
        }
    }));
    EXPECT_EQ(n_found(), 1u);
}

TEST_F(DebugLocks, AParkBetweenTwoTurnsOfTheLoopIsSeenAtTheRelease)
{
    EXPECT_TRUE(run_fake([&] {
        g_autoptr(WeftGroup) group = weft_group_new();
        spawn(group, "other", [&](GError **error) -> bool { return weft_fiber_yield(error); });
        pthread_mutex_lock(&mutex);
        EXPECT_TRUE(weft_fiber_yield(nullptr));
        pthread_mutex_unlock(&mutex);
    }));
    EXPECT_THAT(text(), HasSubstr("\"test\" was parked"));
    EXPECT_EQ(n_found(), 1u);
}

TEST_F(DebugLocks, GLibsMutexAndReadWriteLocksAreSeen)
{
    static GMutex gmutex;
    pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;

    EXPECT_TRUE(run_fake([&] {
        g_mutex_lock(&gmutex);
        debug_locks_test_parks();
        g_mutex_unlock(&gmutex);
        pthread_rwlock_rdlock(&rwlock);
        debug_locks_test_parks();
        pthread_rwlock_unlock(&rwlock);
    }));
    EXPECT_EQ(n_found(), 2u);
}

TEST_F(DebugLocks, WhatIsReleasedInTimeIsNotReported)
{
    EXPECT_TRUE(run_fake([&] {
        for (int i = 0; i < 1000; i++) {
            pthread_mutex_lock(&mutex);
            pthread_mutex_unlock(&mutex);
            EXPECT_EQ(pthread_mutex_trylock(&mutex), 0);
            pthread_mutex_unlock(&mutex);
            debug_locks_test_parks();
        }
    }));
    EXPECT_EQ(n_found(), 0u) << text();
}

TEST_F(DebugLocks, ThreadsWithoutFibersAreLeftAlone)
{
    pthread_mutex_lock(&mutex);
    std::thread other([&] {
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
    });
    usleep(1000);
    pthread_mutex_unlock(&mutex);
    other.join();
    EXPECT_EQ(n_found(), 0u);
}

TEST_F(DebugLocks, WhoWantsALockOfAParkedFiberIsTold)
{
    /* A timed lock gives up, so that the test goes on. */
    EXPECT_TRUE(run_fake([&] {
        g_autoptr(WeftGroup) group = weft_group_new();
        spawn(group, "holder", [&](GError **) -> bool {
            pthread_mutex_lock(&mutex);
            debug_locks_test_parks();
            pthread_mutex_unlock(&mutex);
            return TRUE;
        });
        spawn(group, "victim", [&](GError **) -> bool {
            const struct timespec past = {0, 0};
            EXPECT_EQ(pthread_mutex_timedlock(&mutex, &past), ETIMEDOUT);
            return TRUE;
        });
        EXPECT_TRUE(weft_group_wait(group, nullptr));
    }));
    EXPECT_THAT(text(), HasSubstr("\"holder\" is parked in sleep"));
    EXPECT_THAT(text(), HasSubstr("\"victim\" wants lock "));
    EXPECT_THAT(text(), HasSubstr("the thread stops here"));
}
