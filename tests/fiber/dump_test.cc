/* SPDX-License-Identifier: Apache-2.0 */
/* The dump of all fibers: who, where, waiting for what. */

#include "run.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>
#include <weft/completion.h>
#include <weft/deadline.h>

using testing::HasSubstr;
using weft_test::run;
using weft_test::spawn;

extern "C" {
/* With external linkage, so that the backtrace knows its name. */
gboolean dump_test_waits_here(gpointer data, GError **error);
}

gboolean
dump_test_waits_here(gpointer, GError **error)
{
    g_auto(WeftDeadlineScope) scope = weft_deadline_scope_ms(3600 * 1000);
    const gboolean slept = weft_fiber_sleep_ms(1800 * 1000, error);

    return slept;
}

static std::string
dump(WeftDumpForm form = WEFT_DUMP_GROUPED)
{
    const int fd = memfd_create("dump", MFD_CLOEXEC);
    std::string text;
    char buffer[512];
    ssize_t n;

    weft_dump_fibers_as(form, fd);
    lseek(fd, 0, SEEK_SET);
    while ((n = read(fd, buffer, sizeof buffer)) > 0)
        text.append(buffer, static_cast<size_t>(n));
    close(fd);
    return text;
}

TEST(Dump, TellsNameStateReasonDeadlineStackAndBacktrace)
{
    EXPECT_TRUE(run([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        weft_group_spawn(group, "patient", dump_test_waits_here, nullptr, nullptr);
        EXPECT_TRUE(weft_fiber_yield(nullptr));
        const std::string text = dump();
        EXPECT_THAT(text, HasSubstr("\"test\" running"));
        EXPECT_THAT(text, HasSubstr("\"patient\" parked in sleep for "));
        EXPECT_THAT(text, HasSubstr("deadline in 1"));
        EXPECT_THAT(text, HasSubstr("KiB\n"));
        EXPECT_THAT(text, HasSubstr("dump_test_waits_here+0x"));
    }));
}

TEST(Dump, GroupsFibersThatStandAtTheSamePlace)
{
    EXPECT_TRUE(run([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        for (const char *name : {"a", "b", "c", "d", "e"})
            for (int i = 0; i < 2; i++)
                weft_group_spawn(group, name, dump_test_waits_here, nullptr, nullptr);
        spawn(group, "elsewhere",
              [](GError **error) -> bool { return weft_fiber_sleep_ms(1000, error); });
        EXPECT_TRUE(weft_fiber_yield(nullptr));
        const std::string text = dump();
        EXPECT_THAT(text, HasSubstr("  10 fibers parked in sleep for "));
        EXPECT_THAT(text, HasSubstr(", the first deadline in "));
        EXPECT_THAT(text, HasSubstr("\"c\", \"b\", ... (11, 10, 9, 8, 7, 6, 5, 4, ...)\n"));
        EXPECT_THAT(text, HasSubstr("    spawned at 0x"));
        EXPECT_THAT(text, HasSubstr("\"elsewhere\" parked in sleep for "));
        EXPECT_THAT(text, HasSubstr("\"test\" running"));
        EXPECT_EQ(text.find("dump_test_waits_here+0x"), text.rfind("dump_test_waits_here+0x"));
        EXPECT_LT(text.find("10 fibers"), text.find("elsewhere"));
    }));
}

static gboolean __attribute__((noinline)) sleeps_unexported(gpointer, GError **error)
{
    const gboolean slept = weft_fiber_sleep_ms(1000, error);

    return slept;
}

TEST(Dump, KnowsTheNamesOfStaticFunctions)
{
    EXPECT_TRUE(run([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        weft_group_spawn(group, "patient", sleeps_unexported, nullptr, nullptr);
        EXPECT_TRUE(weft_fiber_yield(nullptr));
        EXPECT_THAT(dump(), HasSubstr("sleeps_unexported"));
    }));
}

TEST(Dump, GivesOneEntryEachWhenAsked)
{
    EXPECT_TRUE(run([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        for (int i = 0; i < 3; i++)
            weft_group_spawn(group, "patient", dump_test_waits_here, nullptr, nullptr);
        EXPECT_TRUE(weft_fiber_yield(nullptr));
        const std::string text = dump(WEFT_DUMP_EACH);
        for (const char *line : {"fiber 2 \"patient\" parked", "fiber 3 \"patient\" parked",
                                 "fiber 4 \"patient\" parked"})
            EXPECT_THAT(text, HasSubstr(line));
    }));
}

TEST(Dump, AsksTheOtherSchedulers)
{
    std::atomic<WeftCompletion *> end{nullptr};
    std::thread other([&] {
        EXPECT_TRUE(run([&] {
            g_autoptr(WeftCompletion) awaited = weft_completion_new();
            weft_fiber_set_name("on the other thread");
            end = weft_completion_ref(awaited);
            EXPECT_TRUE(weft_completion_wait(awaited, "the test", nullptr));
        }));
    });

    while (end == nullptr)
        std::this_thread::yield();
    /* A clock that stands still has the patience to wait for a thread that gets no turn. */
    weft_clock_fake_begin(INT64_C(1700000000) * G_USEC_PER_SEC);
    EXPECT_TRUE(run([] { EXPECT_THAT(dump(), HasSubstr("\"on the other thread\" parked")); }));
    weft_clock_fake_end();
    weft_completion_post(end);
    weft_completion_unref(end);
    other.join();
}

TEST(Dump, CountsTheFibersThatLive)
{
    EXPECT_EQ(weft_count_fibers(), 0u);
    EXPECT_TRUE(run([] {
        const size_t n_before = weft_count_fibers();
        g_autoptr(WeftGroup) group = weft_group_new();
        weft_group_spawn(group, "patient", dump_test_waits_here, nullptr, nullptr);
        EXPECT_EQ(weft_count_fibers(), n_before + 1);
    }));
    EXPECT_EQ(weft_count_fibers(), 0u);
}
