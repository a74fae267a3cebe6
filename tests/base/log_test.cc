/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log: which lines are written, and that a line stays one.
 */

#include <weft/clock.h>
#include <weft/log.h>

#include <gtest/gtest.h>

namespace
{

class Log : public testing::Test
{
  protected:
    void SetUp() override
    {
        weft_clock_fake_begin(G_GINT64_CONSTANT(1700000000123000));
    }
    void TearDown() override
    {
        weft_log_set_level(WEFT_LOG_INFO);
        weft_clock_fake_end();
    }
};

} // namespace

TEST_F(Log, ALineHasTimeAndLevel)
{
    testing::internal::CaptureStderr();
    weft_log(WEFT_LOG_WARNING, "%d of %s", 3, "four");
    EXPECT_EQ(testing::internal::GetCapturedStderr(),
              "2023-11-14T22:13:20.123Z warning 3 of four\n");
}

TEST_F(Log, WhatIsTooTalkativeIsDropped)
{
    testing::internal::CaptureStderr();
    weft_log(WEFT_LOG_DEBUG, "one");
    weft_log_set_level(WEFT_LOG_ERROR);
    weft_log(WEFT_LOG_WARNING, "two");
    EXPECT_FALSE(weft_log_wants(WEFT_LOG_WARNING));
    EXPECT_TRUE(weft_log_wants(WEFT_LOG_ERROR));
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(Log, NobodyForgesALine)
{
    testing::internal::CaptureStderr();
    weft_log(WEFT_LOG_INFO, "path %s", "a\nb\x1b[2J");
    EXPECT_EQ(testing::internal::GetCapturedStderr(),
              "2023-11-14T22:13:20.123Z info path a?b?[2J\n");
}

TEST_F(Log, LevelsHaveNames)
{
    WeftLogLevel level = WEFT_LOG_INFO;

    EXPECT_TRUE(weft_log_level_parse("debug", &level));
    EXPECT_EQ(level, WEFT_LOG_DEBUG);
    EXPECT_FALSE(weft_log_level_parse("loud", &level));
    EXPECT_EQ(level, WEFT_LOG_DEBUG);
}

TEST_F(Log, TheLevelInForceHasAName)
{
    for (const char *name : {"error", "warning", "info", "debug"}) {
        WeftLogLevel level;

        ASSERT_TRUE(weft_log_level_parse(name, &level));
        weft_log_set_level(level);
        EXPECT_STREQ(weft_log_level_name(weft_log_level()), name);
    }
}
