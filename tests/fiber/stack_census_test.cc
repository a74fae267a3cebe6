/* SPDX-License-Identifier: Apache-2.0 */
/* How deep fibers went, by the place that spawned them. */

#include "run.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <regex>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <weft/stack_census.h>

using testing::HasSubstr;
using weft_test::run_fake;

static gboolean
use_stack(gpointer data, GError **error)
{
    const size_t size = GPOINTER_TO_SIZE(data);
    volatile char *deep = static_cast<volatile char *>(__builtin_alloca(size));

    for (size_t i = 0; i < size; i++)
        deep[i] = 'x';
    return weft_fiber_yield(error);
}

static std::string
dump()
{
    const int fd = memfd_create("dump", MFD_CLOEXEC);
    char text[4096];

    weft_dump_stack_use(fd);
    const ssize_t n = pread(fd, text, sizeof text, 0);
    close(fd);
    return std::string(text, n > 0 ? static_cast<size_t>(n) : 0);
}

/* The number behind @word in the line of @name. */
static long
number_of(const std::string &text, const std::string &name, const std::string &word)
{
    std::smatch match;
    const std::regex line(word + " (\\d+)[^\\n]*\"" + name + "\"");

    return std::regex_search(text, match, line) ? std::stol(match[1]) : -1;
}

TEST(StackCensus, TellsTheDeepestOfEachPlace)
{
    EXPECT_THAT(dump(), HasSubstr("not measured"));
    weft_stack_census_begin();
    EXPECT_TRUE(run_fake([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        /* One after the other on the same stack, the deep one first. */
        for (int i = 0; i < 3; i++) {
            weft_group_spawn(group, "deep", use_stack, GSIZE_TO_POINTER(40000), nullptr);
            EXPECT_TRUE(weft_group_wait(group, nullptr));
            weft_group_spawn(group, "flat", use_stack, GSIZE_TO_POINTER(100), nullptr);
            EXPECT_TRUE(weft_group_wait(group, nullptr));
            weft_group_spawn(group, "middle", use_stack, GSIZE_TO_POINTER(8000), nullptr);
            EXPECT_TRUE(weft_group_wait(group, nullptr));
        }
    }));
    const std::string text = dump();
    EXPECT_GE(number_of(text, "deep", "deepest"), 40000) << text;
    EXPECT_LT(number_of(text, "deep", "deepest"), 46000);
    EXPECT_GE(number_of(text, "middle", "mean"), 8000);
    EXPECT_LT(number_of(text, "middle", "deepest"), 14000);
    EXPECT_LT(number_of(text, "flat", "deepest"), 7000);
    EXPECT_THAT(text, HasSubstr("3 fibers \"flat\" spawned at 0x"));
    EXPECT_LT(text.find("\"deep\""), text.find("\"middle\""));
}
