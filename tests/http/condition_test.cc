/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entity tags, and conditions in the order of RFC 9110 13.2.2.
 */

#include "http/condition.h"

#include <gtest/gtest.h>

#include <cstring>

namespace
{

const int64_t MODIFIED_S = 784111777;
const int64_t NOW_S = MODIFIED_S + 1000000;
const char *const MODIFIED = "Sun, 06 Nov 1994 08:49:37 GMT";
const char *const BEFORE = "Sun, 06 Nov 1994 08:49:36 GMT";
const char *const AFTER = "Sun, 06 Nov 1994 08:49:38 GMT";

const WeftHttpRepresentation STRONG = {10, MODIFIED_S *G_USEC_PER_SEC + 5, "\"a\"", nullptr};
const WeftHttpRepresentation WEAK = {10, MODIFIED_S *G_USEC_PER_SEC + 5, "W/\"a\"", nullptr};
const WeftHttpRepresentation PLAIN = {10, -1, nullptr, nullptr};

unsigned
judge(WeftHttpConditions conditions, bool is_get, const WeftHttpRepresentation *representation)
{
    return weft_http_conditions_judge(&conditions, is_get, representation, NOW_S);
}

unsigned
if_match(const char *field, const WeftHttpRepresentation *representation)
{
    return judge({field, nullptr, nullptr, nullptr}, false, representation);
}

unsigned
if_none_match(const char *field, bool is_get, const WeftHttpRepresentation *representation)
{
    return judge({nullptr, nullptr, field, nullptr}, is_get, representation);
}

} // namespace

TEST(Condition, EtagsAreScannedWithTheirQuotes)
{
    WeftHttpEtag etag;

    EXPECT_EQ(weft_http_etag_scan("W/\"a\"x", 6, &etag), 5u);
    EXPECT_TRUE(etag.is_weak);
    EXPECT_EQ(etag.opaque_length, 3u);
    EXPECT_EQ(weft_http_etag_scan("\"\"", 2, &etag), 2u);
    EXPECT_FALSE(etag.is_weak);
    EXPECT_EQ(weft_http_etag_scan("\"a\\\"", 4, &etag), 4u);
    for (const char *text : {"", "a", "\"", "\"a", "W/", "W/a", "w/\"a\"", "\"a b\"", "\"\x01\""})
        EXPECT_EQ(weft_http_etag_scan(text, strlen(text), &etag), 0u) << text;
}

TEST(Condition, IfMatchComparesStrongly)
{
    EXPECT_EQ(if_match("\"a\"", &STRONG), 0u);
    EXPECT_EQ(if_match("\"b\", \"a\"", &STRONG), 0u);
    EXPECT_EQ(if_match("\"b\",,\t\"a\" ", &STRONG), 0u);
    EXPECT_EQ(if_match("\"b\"", &STRONG), 412u);
    EXPECT_EQ(if_match("W/\"a\"", &STRONG), 412u);
    EXPECT_EQ(if_match("W/\"a\"", &WEAK), 412u);
    EXPECT_EQ(if_match("*", &STRONG), 0u);
    EXPECT_EQ(if_match("*", nullptr), 412u);
    EXPECT_EQ(if_match("\"a\"", nullptr), 412u);
    EXPECT_EQ(if_match("\"a\"", &PLAIN), 412u);
    EXPECT_EQ(if_match("a", &STRONG), 412u);
    EXPECT_EQ(if_match("\"a\" \"a\"", &STRONG), 412u);
    EXPECT_EQ(if_match("", &STRONG), 412u);
}

TEST(Condition, IfNoneMatchComparesWeakly)
{
    EXPECT_EQ(if_none_match("\"a\"", true, &STRONG), 304u);
    EXPECT_EQ(if_none_match("W/\"a\"", true, &STRONG), 304u);
    EXPECT_EQ(if_none_match("\"b\", W/\"a\"", true, &WEAK), 304u);
    EXPECT_EQ(if_none_match("\"b\"", true, &STRONG), 0u);
    EXPECT_EQ(if_none_match("\"a\"", false, &STRONG), 412u);
    EXPECT_EQ(if_none_match("*", true, &STRONG), 304u);
    EXPECT_EQ(if_none_match("*", false, &STRONG), 412u);
    EXPECT_EQ(if_none_match("*", false, nullptr), 0u);
    EXPECT_EQ(if_none_match("\"a\"", false, nullptr), 0u);
    EXPECT_EQ(if_none_match("a", true, &STRONG), 0u);
    EXPECT_EQ(if_none_match("a", false, &STRONG), 412u);
}

TEST(Condition, DatesCompareInWholeSeconds)
{
    EXPECT_EQ(judge({nullptr, MODIFIED, nullptr, nullptr}, false, &STRONG), 0u);
    EXPECT_EQ(judge({nullptr, AFTER, nullptr, nullptr}, false, &STRONG), 0u);
    EXPECT_EQ(judge({nullptr, BEFORE, nullptr, nullptr}, false, &STRONG), 412u);
    EXPECT_EQ(judge({nullptr, nullptr, nullptr, MODIFIED}, true, &STRONG), 304u);
    EXPECT_EQ(judge({nullptr, nullptr, nullptr, AFTER}, true, &STRONG), 304u);
    EXPECT_EQ(judge({nullptr, nullptr, nullptr, BEFORE}, true, &STRONG), 0u);
}

TEST(Condition, DatesThatAreNoneAreNoConditions)
{
    EXPECT_EQ(judge({nullptr, "yesterday", nullptr, nullptr}, false, &STRONG), 0u);
    EXPECT_EQ(judge({nullptr, nullptr, nullptr, "yesterday"}, true, &STRONG), 0u);
    EXPECT_EQ(judge({nullptr, BEFORE, nullptr, nullptr}, false, &PLAIN), 0u);
    EXPECT_EQ(judge({nullptr, nullptr, nullptr, AFTER}, true, &PLAIN), 0u);
    EXPECT_EQ(judge({nullptr, BEFORE, nullptr, nullptr}, false, nullptr), 0u);
    EXPECT_EQ(judge({nullptr, nullptr, nullptr, AFTER}, false, &STRONG), 0u);
}

TEST(Condition, TagsGoBeforeDates)
{
    EXPECT_EQ(judge({"\"a\"", BEFORE, nullptr, nullptr}, false, &STRONG), 0u);
    EXPECT_EQ(judge({"\"b\"", AFTER, nullptr, nullptr}, false, &STRONG), 412u);
    EXPECT_EQ(judge({nullptr, nullptr, "\"b\"", AFTER}, true, &STRONG), 0u);
    EXPECT_EQ(judge({nullptr, nullptr, "\"a\"", BEFORE}, true, &STRONG), 304u);
    EXPECT_EQ(judge({"\"b\"", nullptr, "\"a\"", nullptr}, true, &STRONG), 412u);
    EXPECT_EQ(judge({"\"a\"", nullptr, "\"a\"", nullptr}, true, &STRONG), 304u);
    EXPECT_EQ(judge({nullptr, nullptr, nullptr, nullptr}, true, &STRONG), 0u);
}

TEST(Condition, IfRangeNeedsAStrongValidator)
{
    EXPECT_TRUE(weft_http_if_range_holds("\"a\"", &STRONG, NOW_S));
    EXPECT_FALSE(weft_http_if_range_holds("\"b\"", &STRONG, NOW_S));
    EXPECT_FALSE(weft_http_if_range_holds("W/\"a\"", &WEAK, NOW_S));
    EXPECT_FALSE(weft_http_if_range_holds("\"a\"", &PLAIN, NOW_S));
    EXPECT_TRUE(weft_http_if_range_holds(MODIFIED, &STRONG, NOW_S));
    EXPECT_FALSE(weft_http_if_range_holds(MODIFIED, &STRONG, MODIFIED_S));
    EXPECT_FALSE(weft_http_if_range_holds(AFTER, &STRONG, NOW_S));
    EXPECT_FALSE(weft_http_if_range_holds(BEFORE, &STRONG, NOW_S));
    EXPECT_FALSE(weft_http_if_range_holds(MODIFIED, &PLAIN, NOW_S));
    EXPECT_FALSE(weft_http_if_range_holds("yesterday", &STRONG, NOW_S));
    EXPECT_FALSE(weft_http_if_range_holds("", &STRONG, NOW_S));
}
