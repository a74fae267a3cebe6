/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dates: those of HTTP written, and read in three forms; those of RFC 3339 written.
 */

#include <weft/date.h>

#include <gtest/gtest.h>

#include <ctime>
#include <string>

namespace
{

const int64_t NOW_S = 1795380000; /* in 2026 */

std::string
format(int64_t unix_s)
{
    char out[WEFT_DATE_HTTP_BYTES];

    weft_date_format_http(unix_s, out);
    return std::string(out, sizeof out);
}

int64_t
parse(const std::string &text)
{
    int64_t unix_s = -1;
    std::string exact(text.data(), text.size());

    return weft_date_parse_http(exact.data(), exact.size(), NOW_S, &unix_s) ? unix_s : -1;
}

} // namespace

TEST(Date, IsWrittenAsImfFixdate)
{
    EXPECT_EQ(format(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(format(0), "Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_EQ(format(-1), "Wed, 31 Dec 1969 23:59:59 GMT");
    EXPECT_EQ(format(951782400), "Tue, 29 Feb 2000 00:00:00 GMT");
    EXPECT_EQ(format(INT64_MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
    EXPECT_EQ(format(INT64_MIN), "Sat, 01 Jan 0000 00:00:00 GMT");
}

TEST(Date, IsWrittenAsRfc3339)
{
    auto iso = [](int64_t wall_us) {
        char out[WEFT_DATE_ISO_BYTES];

        weft_date_format_iso(weft_date_second_of_us(wall_us), out);
        return std::string(out, sizeof out);
    };

    EXPECT_EQ(iso(INT64_C(951782400) * G_USEC_PER_SEC), "2000-02-29T00:00:00Z");
    EXPECT_EQ(iso(-1), "1969-12-31T23:59:59Z");
    EXPECT_EQ(iso(G_USEC_PER_SEC - 1), "1970-01-01T00:00:00Z");
    EXPECT_EQ(iso(INT64_C(784111777) * G_USEC_PER_SEC), "1994-11-06T08:49:37Z");
}

TEST(Date, AgreesWithTheLibraryOverFourCenturies)
{
    for (int64_t unix_s = -3000000000; unix_s < 9500000000; unix_s += 86399 * 7) {
        char expected[64];
        time_t time = (time_t)unix_s;
        struct tm utc;

        gmtime_r(&time, &utc);
        strftime(expected, sizeof expected, "%a, %d %b %Y %H:%M:%S GMT", &utc);
        ASSERT_EQ(format(unix_s), expected);
        int64_t again = 0;
        ASSERT_TRUE(weft_date_parse_http(expected, strlen(expected), NOW_S, &again));
        ASSERT_EQ(again, unix_s);
    }
}

TEST(Date, IsReadInThreeForms)
{
    EXPECT_EQ(parse("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
    EXPECT_EQ(parse("Sunday, 06-Nov-94 08:49:37 GMT"), 784111777);
    EXPECT_EQ(parse("Sun Nov  6 08:49:37 1994"), 784111777);
    EXPECT_EQ(parse("Sun Nov 16 08:49:37 1994"), 784111777 + 10 * 86400);
}

TEST(Date, TwoDigitYearsAreNotMoreThanFiftyYearsAhead)
{
    EXPECT_EQ(format(parse("Sunday, 06-Nov-76 08:49:37 GMT")), "Fri, 06 Nov 2076 08:49:37 GMT");
    EXPECT_EQ(format(parse("Sunday, 06-Nov-77 08:49:37 GMT")), "Sun, 06 Nov 1977 08:49:37 GMT");
    EXPECT_EQ(format(parse("Sunday, 06-Nov-26 08:49:37 GMT")), "Fri, 06 Nov 2026 08:49:37 GMT");
}

TEST(Date, WhatIsNoDateIsRefused)
{
    for (const char *text : {"",
                             "0",
                             "Sun",
                             "Sun, 06 Nov 1994 08:49:37",
                             "Sun, 06 Nov 1994 08:49:37 UTC",
                             "Sun, 6 Nov 1994 08:49:37 GMT",
                             "Sun, 06 nov 1994 08:49:37 GMT",
                             "Sun, 31 Nov 1994 08:49:37 GMT",
                             "Sun, 29 Feb 1900 08:49:37 GMT",
                             "Sun, 00 Nov 1994 08:49:37 GMT",
                             "Sun, 06 Nov 1994 24:00:00 GMT",
                             "Sun, 06 Nov 1994 08:60:37 GMT",
                             "Sun, 06 Nov 1994 08:49:61 GMT",
                             "Sun, 06 Nov 1994 08:49:3x GMT",
                             "Xun, 06 Nov 1994 08:49:37 GMT",
                             "Sun, 06 Xov 1994 08:49:37 GMT",
                             "Sun  06 Nov 1994 08:49:37 GMT",
                             "Sunday, 06-Nov-1994 08:49:37 GMT",
                             "Sonntag, 06-Nov-94 08:49:37 GMT",
                             "Sun Nov 6 08:49:37 1994",
                             "Sun Nov  6 08:49:37 199x"})
        EXPECT_EQ(parse(text), -1) << text;
}
