/* SPDX-License-Identifier: Apache-2.0 */
/* Whole programs: exit codes, signals, quitting. */

#include "run.h"
#include <cerrno>
#include <csignal>
#include <gtest/gtest.h>
#include <weft/dispatch.h>

namespace
{

/* Under a fake clock: what the program returns to the shell. */
int
dispatch(std::function<bool(GError **)> body)
{
    weft_clock_fake_begin(INT64_C(1700000000) * G_USEC_PER_SEC);
    const int code = weft_dispatch(weft_test::call, &body);
    weft_clock_fake_end();
    return code;
}

bool
sleep_for_an_hour(GError **error)
{
    return weft_fiber_sleep_ms(3600 * 1000, error);
}

} // namespace

TEST(Program, ReturnsZeroIfItsFirstFiberSucceeds)
{
    EXPECT_EQ(dispatch([](GError **error) -> bool {
                  EXPECT_STREQ(weft_fiber_name(weft_fiber_current()), "main");
                  return weft_fiber_sleep_ms(10, error);
              }),
              0);
}

TEST(Program, PrintsItsErrorAndReturnsOneIfItFails)
{
    testing::internal::CaptureStderr();
    EXPECT_EQ(dispatch([](GError **error) -> bool {
                  return weft_error_set_errno(error, ENOENT, "open \"menu\"");
              }),
              1);
    EXPECT_EQ(testing::internal::GetCapturedStderr(),
              std::string(program_invocation_short_name) +
                  ": open \"menu\": No such file or directory\n");
}

TEST(Program, ASignalCancelsItWithTheSignalsNameAndShowsInItsCode)
{
    for (int number : {SIGINT, SIGTERM}) {
        const char *name = number == SIGINT ? "cancelled: SIGINT" : "cancelled: SIGTERM";
        testing::internal::CaptureStderr();
        EXPECT_EQ(dispatch([&](GError **error) -> bool {
                      raise(number);
                      const bool slept = sleep_for_an_hour(error);
                      EXPECT_STREQ((*error)->message, name);
                      return slept;
                  }),
                  128 + number);
        EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    }
}

TEST(Program, ASignalReachesEveryFiberOfTheRootGroup)
{
    int n_cancelled = 0;

    dispatch([&](GError **error) -> bool {
        for (int i = 0; i < 3; i++)
            weft_test::spawn(weft_root_group(), "other", [&](GError **failure) -> bool {
                const bool slept = sleep_for_an_hour(failure);
                n_cancelled += slept ? 0 : 1;
                return slept;
            });
        EXPECT_TRUE(weft_fiber_yield(nullptr));
        raise(SIGTERM);
        return sleep_for_an_hour(error);
    });
    EXPECT_EQ(n_cancelled, 3);
}

TEST(Program, WhoEndsWellInSpiteOfASignalReturnsZero)
{
    EXPECT_EQ(dispatch([](GError **) -> bool {
                  raise(SIGTERM);
                  EXPECT_FALSE(sleep_for_an_hour(nullptr));
                  return TRUE;
              }),
              0);
}

TEST(Program, QuitCancelsItAndItsFirstCodeCounts)
{
    EXPECT_EQ(dispatch([](GError **error) -> bool {
                  weft_test::spawn(weft_root_group(), "quitter", [](GError **failure) -> bool {
                      weft_quit(7);
                      weft_quit(8);
                      return weft_fiber_yield(failure);
                  });
                  EXPECT_FALSE(sleep_for_an_hour(error));
                  EXPECT_STREQ((*error)->message, "cancelled: the program quits");
                  return FALSE;
              }),
              7);
}

TEST(Program, AnotherSignalHandlerIsBackWhenItHasEnded)
{
    struct sigaction before = {}, after = {};

    sigaction(SIGTERM, nullptr, &before);
    EXPECT_EQ(dispatch([](GError **) -> bool { return TRUE; }), 0);
    sigaction(SIGTERM, nullptr, &after);
    EXPECT_EQ(before.sa_handler, after.sa_handler);
}

TEST(Program, Usr1WritesAllFibers)
{
    testing::internal::CaptureStderr();
    EXPECT_EQ(dispatch([](GError **error) -> bool {
                  raise(SIGUSR1);
                  return weft_fiber_sleep_ms(100, error);
              }),
              0);
    EXPECT_NE(testing::internal::GetCapturedStderr().find("\"main\""), std::string::npos);
}
