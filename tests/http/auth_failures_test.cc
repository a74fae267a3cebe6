/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wrong passwords take time, and nobody gets around that by many connections.
 */

#include "../in_fiber.h"

extern "C" {
#include "http/auth_failures.h"
}

using namespace weft_test;

namespace
{

class AuthFailures : public FakeClock
{
  protected:
    void SetUp() override
    {
        FakeClock::SetUp();
        failures = weft_http_auth_failures_new();
    }
    void TearDown() override
    {
        weft_http_auth_failures_free(failures);
        FakeClock::TearDown();
    }

    int64_t turn_ms(const char *address)
    {
        const int64_t wait_us = weft_http_auth_failures_take_turn(failures, address);

        return wait_us < 0 ? -1 : wait_us / 1000;
    }

    void fail(const char *address, int n)
    {
        while (n-- > 0)
            weft_http_auth_failures_add(failures, address);
    }

    WeftHttpAuthFailures *failures;
};

} // namespace

TEST_F(AuthFailures, CostNothingAtFirst)
{
    EXPECT_EQ(turn_ms("192.0.2.1"), 0);
    fail("192.0.2.1", WEFT_HTTP_FREE_FAILURES - 1);
    EXPECT_EQ(turn_ms("192.0.2.1"), 0);
    EXPECT_EQ(turn_ms("192.0.2.1"), 0);
}

TEST_F(AuthFailures, MakeTriesWaitForEachOther)
{
    fail("192.0.2.1", WEFT_HTTP_FREE_FAILURES);
    EXPECT_EQ(turn_ms("192.0.2.1"), 500);
    EXPECT_EQ(turn_ms("192.0.2.1"), 1000);
    EXPECT_EQ(turn_ms("192.0.2.1"), 1500);
    EXPECT_EQ(turn_ms("192.0.2.2"), 0) << "others do not wait";
}

TEST_F(AuthFailures, WaitLongerEachTime)
{
    fail("192.0.2.1", WEFT_HTTP_FREE_FAILURES + 2);
    EXPECT_EQ(turn_ms("192.0.2.1"), 2000);
    fail("192.0.2.1", 10);
    weft_clock_fake_advance_us(60 * G_USEC_PER_SEC);
    EXPECT_EQ(turn_ms("192.0.2.1"), 0);
    EXPECT_EQ(turn_ms("192.0.2.1"), WEFT_HTTP_MAX_DELAY_MS);
}

TEST_F(AuthFailures, RefuseATryThatWouldWaitTooLong)
{
    fail("192.0.2.1", WEFT_HTTP_FREE_FAILURES + 9);
    EXPECT_EQ(turn_ms("192.0.2.1"), 8000);
    EXPECT_EQ(turn_ms("192.0.2.1"), -1);
    weft_clock_fake_advance_us(8 * G_USEC_PER_SEC);
    EXPECT_EQ(turn_ms("192.0.2.1"), 8000);
}

TEST_F(AuthFailures, AreForgotten)
{
    fail("192.0.2.1", WEFT_HTTP_FREE_FAILURES + 9);
    weft_clock_fake_advance_us(WEFT_HTTP_FAILURES_LIFE_S * G_USEC_PER_SEC);
    EXPECT_EQ(turn_ms("192.0.2.1"), 0);
    EXPECT_EQ(turn_ms("192.0.2.1"), 0);
}

TEST_F(AuthFailures, CountForAWholeIpv6Network)
{
    fail("2001:db8::1", WEFT_HTTP_FREE_FAILURES);
    EXPECT_EQ(turn_ms("2001:db8::ffff:1"), 500);
    EXPECT_EQ(turn_ms("2001:db8:0:1::1"), 0);
    fail("::ffff:192.0.2.1", WEFT_HTTP_FREE_FAILURES);
    EXPECT_EQ(turn_ms("192.0.2.1"), 500);
    EXPECT_EQ(turn_ms("192.0.2.9"), 0);
}
