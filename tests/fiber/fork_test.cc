/* SPDX-License-Identifier: Apache-2.0 */
/* What a fork of a program with fibers may do, and what it may not. */

#include "run.h"
#include <csignal>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using weft_test::run;
using weft_test::run_fake;
using weft_test::spawn;

namespace
{

constexpr int CHILD_IS_FINE = 42;

int
wait_for(pid_t child)
{
    int status = 0;

    EXPECT_EQ(waitpid(child, &status, 0), child);
    return status;
}

bool
exited_fine(pid_t child)
{
    const int status = wait_for(child);

    return WIFEXITED(status) && WEXITSTATUS(status) == CHILD_IS_FINE;
}

} // namespace

TEST(Fork, NothingParksInTheChildAndTheParentGoesOn)
{
    EXPECT_TRUE(run_fake([] {
        bool has_run = false;
        spawn(weft_root_group(), "other", [&](GError **) -> bool {
            has_run = true;
            return TRUE;
        });
        const pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            g_autoptr(GError) error = nullptr;
            const bool slept = weft_fiber_sleep_ms(1, &error);
            const bool yielded = weft_fiber_yield(nullptr);
            _exit(!slept && !yielded && !has_run &&
                          g_error_matches(error, WEFT_ERROR, WEFT_ERROR_CANCELLED)
                      ? CHILD_IS_FINE
                      : 1);
        }
        EXPECT_TRUE(exited_fine(child));
        EXPECT_TRUE(weft_fiber_sleep_ms(1, nullptr));
        EXPECT_TRUE(has_run);
    }));
}

TEST(Fork, TheChildMayExec)
{
    EXPECT_TRUE(run_fake([] {
        const pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            execl("/bin/sh", "sh", "-c", "exit 42", nullptr);
            _exit(1);
        }
        EXPECT_TRUE(exited_fine(child));
    }));
}

TEST(Fork, AChildThatReturnsToItsSchedulerIsStopped)
{
    const pid_t child = fork(); /* so that the message does not disturb this one */

    ASSERT_GE(child, 0);
    if (child == 0) {
        const struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        fclose(stderr);
        run_fake([] {
            const pid_t grandchild = fork();
            if (grandchild == 0)
                return; /* the body ends, and with it the last fiber */
            const int status = wait_for(grandchild);
            _exit(WIFSIGNALED(status) ? CHILD_IS_FINE : 1);
        });
        _exit(2);
    }
    EXPECT_TRUE(exited_fine(child));
}

TEST(Fork, BeforeTheSchedulerEachProcessHasItsOwn)
{
    const pid_t child = fork();

    ASSERT_GE(child, 0);
    if (child == 0) {
        bool slept = false;
        const bool ran = run([&] { slept = weft_fiber_sleep_ms(1, nullptr); });
        _exit(ran && slept ? CHILD_IS_FINE : 1);
    }
    EXPECT_TRUE(exited_fine(child));
}
