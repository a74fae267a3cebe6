/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors on the event loop: edges, deadlines, closing, notices, fairness. */

#include "run.h"
extern "C" {
#include "fiber/descriptor.h"
}
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>
#include <weft/deadline.h>

using weft_test::run;
using weft_test::run_fake;
using weft_test::spawn;

namespace
{

struct Pair {
    WeftDescriptor *mine = nullptr;
    int theirs = -1;
    Pair()
    {
        int fds[2];
        EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
        mine = weft_descriptor_new(fds[0], nullptr);
        EXPECT_NE(mine, nullptr);
        theirs = fds[1];
    }
    ~Pair()
    {
        weft_descriptor_free(mine);
        close(theirs);
    }
    /* Read until EAGAIN, as users do. */
    size_t drain() const
    {
        char buffer[64];
        size_t total = 0;
        ssize_t n;
        while ((n = read(mine->fd, buffer, sizeof buffer)) > 0)
            total += static_cast<size_t>(n);
        mine->is_readable = FALSE;
        return total;
    }
};

} // namespace

TEST(Descriptor, ParksUntilTheEdge)
{
    EXPECT_TRUE(run([] {
        Pair pair;
        g_autoptr(WeftGroup) group = weft_group_new();
        EXPECT_EQ(pair.drain(), 0u);
        size_t total = 0;
        spawn(group, "reader", [&](GError **error) -> bool {
            while (total < 3) {
                if (!weft_descriptor_wait_readable(pair.mine, "read", error))
                    return false;
                total += pair.drain();
            }
            return true;
        });
        for (const char *byte : {"a", "b", "c"}) {
            EXPECT_TRUE(weft_fiber_yield(nullptr));
            EXPECT_EQ(write(pair.theirs, byte, 1), 1);
        }
        EXPECT_TRUE(weft_group_wait(group, nullptr));
        EXPECT_EQ(total, 3u);
    }));
}

TEST(Descriptor, WaitHonoursTheDeadline)
{
    EXPECT_TRUE(run_fake([] {
        Pair pair;
        EXPECT_EQ(pair.drain(), 0u);
        g_auto(WeftDeadlineScope) scope = weft_deadline_scope_ms(30);
        g_autoptr(GError) error = nullptr;
        EXPECT_FALSE(weft_descriptor_wait_readable(pair.mine, "read", &error));
        EXPECT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_TIMED_OUT));
        EXPECT_STREQ(error->message, "timed out in read");
    }));
}

TEST(Descriptor, FreeEndsWaitsWithClosed)
{
    EXPECT_TRUE(run([] {
        auto *pair = new Pair;
        g_autoptr(WeftGroup) group = weft_group_new();
        EXPECT_EQ(pair->drain(), 0u);
        spawn(group, "reader", [&](GError **) -> bool {
            g_autoptr(GError) error = nullptr;
            EXPECT_FALSE(weft_descriptor_wait_readable(pair->mine, "read", &error));
            EXPECT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_CLOSED));
            return true;
        });
        EXPECT_TRUE(weft_fiber_yield(nullptr));
        delete pair;
        EXPECT_TRUE(weft_group_wait(group, nullptr));
    }));
}

TEST(Descriptor, NotifyIsCalledOnceAtTheNextEdge)
{
    EXPECT_TRUE(run_fake([] {
        Pair pair;
        int n_calls = 0;
        EXPECT_EQ(pair.drain(), 0u);
        weft_descriptor_notify_readable(
            pair.mine,
            [](WeftDescriptor *descriptor, gpointer data) {
                EXPECT_TRUE(descriptor->is_readable);
                EXPECT_EQ(weft_fiber_current(), nullptr);
                ++*static_cast<int *>(data);
            },
            &n_calls);
        EXPECT_EQ(write(pair.theirs, "x", 1), 1);
        EXPECT_TRUE(weft_fiber_sleep_ms(1, nullptr));
        EXPECT_EQ(n_calls, 1);
        EXPECT_EQ(write(pair.theirs, "y", 1), 1);
        EXPECT_TRUE(weft_fiber_sleep_ms(1, nullptr));
        EXPECT_EQ(n_calls, 1);
        EXPECT_EQ(pair.drain(), 2u);
    }));
}

TEST(Descriptor, AnAlwaysReadyFiberStillLetsOthersRun)
{
    EXPECT_TRUE(run([] {
        Pair pair;
        g_autoptr(WeftGroup) group = weft_group_new();
        bool has_other_run = false;
        spawn(group, "other", [&](GError **) -> bool {
            has_other_run = true;
            return true;
        });
        for (int i = 0; i < 100; i++)
            EXPECT_TRUE(weft_descriptor_spend(pair.mine, nullptr));
        EXPECT_TRUE(has_other_run);
        EXPECT_TRUE(weft_group_wait(group, nullptr));
    }));
}
