/* SPDX-License-Identifier: Apache-2.0 */
/* A scheduler that asks for events for a while before its thread sleeps: nothing is lost or late in
 * either state. */

#include "run.h"
#include <glib-unix.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <weft/deadline.h>
#include <weft/offload.h>

#include <thread>

extern "C" {
#include "fiber/descriptor.h"
}

using weft_test::run;

namespace
{

/* Never sleeps while a test runs; polls, then sleeps; sleeps at once. */
constexpr int64_t DURATIONS_US[] = {60 * G_USEC_PER_SEC, 100, 0};

void
with_each_duration(const std::function<void()> &body)
{
    for (int64_t duration_us : DURATIONS_US)
        EXPECT_TRUE(run([&] {
            weft_scheduler_set_idle_poll_us(duration_us);
            body();
        }));
}

} // namespace

TEST(IdlePoll, TimersFire)
{
    with_each_duration([] {
        EXPECT_TRUE(weft_fiber_sleep_ms(3, nullptr));
        EXPECT_TRUE(weft_fiber_sleep_ms(0, nullptr));
    });
}

TEST(IdlePoll, OtherThreadsAreHeard)
{
    with_each_duration([] {
        for (int i = 0; i < 20; i++) {
            int value = 0;

            weft_offload_wait(
                WEFT_OFFLOAD_DISK,
                [](gpointer data) {
                    usleep(200);
                    *static_cast<int *>(data) = 1;
                },
                &value);
            EXPECT_EQ(value, 1);
        }
    });
}

TEST(IdlePoll, DescriptorsAreHeard)
{
    with_each_duration([] {
        int fds[2];

        ASSERT_TRUE(g_unix_open_pipe(fds, FD_CLOEXEC, nullptr));
        WeftDescriptor *descriptor = weft_descriptor_new(fds[0], nullptr);
        descriptor->is_readable = FALSE;
        std::thread other([&] {
            usleep(2000);
            EXPECT_EQ(write(fds[1], "x", 1), 1);
        });

        EXPECT_TRUE(weft_descriptor_wait_readable(descriptor, "a pipe", nullptr));
        other.join();
        weft_descriptor_free(descriptor);
        close(fds[1]);
    });
}
