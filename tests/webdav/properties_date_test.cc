/* SPDX-License-Identifier: Apache-2.0 */
#include "webdav/properties/date.h"

#include <ctime>
#include <gtest/gtest.h>
#include <string>

namespace
{

std::string
ByLibc(int64_t second, const char *format)
{
    time_t time = second;
    struct tm calendar;
    char text[64];

    gmtime_r(&time, &calendar);
    strftime(text, sizeof text, format, &calendar);
    return text;
}

} // namespace

TEST(PropertiesDate, AgreesWithTheCLibrary)
{
    WeftDavDate http = WEFT_DAV_DATE_INIT;
    WeftDavDate iso = WEFT_DAV_DATE_INIT;

    /* A stride that meets every hour and weekday, over the years 1000 to 9999. */
    for (int64_t second = -30610224000; second < 253402300799; second += 7 * 86400 + 39727) {
        ASSERT_EQ(weft_dav_date_http(&http, second * G_USEC_PER_SEC),
                  ByLibc(second, "%a, %d %b %Y %H:%M:%S GMT"));
        ASSERT_EQ(weft_dav_date_iso(&iso, second * G_USEC_PER_SEC),
                  ByLibc(second, "%Y-%m-%dT%H:%M:%SZ"));
    }
}

TEST(PropertiesDate, KnowsLeapDaysAndFractions)
{
    WeftDavDate date = WEFT_DAV_DATE_INIT;

    EXPECT_STREQ(weft_dav_date_iso(&date, 951782400LL * G_USEC_PER_SEC), "2000-02-29T00:00:00Z");
    EXPECT_STREQ(weft_dav_date_iso(&date, -1), "1969-12-31T23:59:59Z");
    EXPECT_STREQ(weft_dav_date_iso(&date, G_USEC_PER_SEC - 1), "1970-01-01T00:00:00Z");
    EXPECT_STREQ(weft_dav_date_iso(&date, INT64_MAX), "9999-12-31T23:59:59Z");
    EXPECT_STREQ(weft_dav_date_iso(&date, INT64_MIN), "0000-03-01T00:00:00Z");
}
