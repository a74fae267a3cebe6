/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranges: single, suffix, several, joined, bounded.
 */

#include "http/range.h"

#include <gtest/gtest.h>

#include <string>

namespace
{

/* "first+length ...", "whole" or "416" */
std::string
parse(const std::string &field, int64_t size_bytes)
{
    WeftHttpRange ranges[WEFT_HTTP_MAX_RANGES];
    size_t n_ranges = 0;
    std::string result;

    switch (weft_http_ranges_parse(field.data(), field.size(), size_bytes, ranges, &n_ranges)) {
    case WEFT_HTTP_RANGES_NONE:
        return "whole";
    case WEFT_HTTP_RANGES_UNSATISFIABLE:
        return "416";
    case WEFT_HTTP_RANGES_SOME:
        break;
    }
    for (size_t i = 0; i < n_ranges; i++) {
        EXPECT_GE(ranges[i].first_byte, 0);
        EXPECT_GT(ranges[i].n_bytes, 0);
        EXPECT_LE(ranges[i].first_byte + ranges[i].n_bytes, size_bytes);
        result += (i > 0 ? " " : "") + std::to_string(ranges[i].first_byte) + "+" +
                  std::to_string(ranges[i].n_bytes);
    }
    return result;
}

} // namespace

TEST(Range, SingleRangesAreCutToTheSize)
{
    EXPECT_EQ(parse("bytes=0-0", 10), "0+1");
    EXPECT_EQ(parse("bytes=2-5", 10), "2+4");
    EXPECT_EQ(parse("BYTES=2-5", 10), "2+4");
    EXPECT_EQ(parse("bytes=2-", 10), "2+8");
    EXPECT_EQ(parse("bytes=2-99", 10), "2+8");
    EXPECT_EQ(parse("bytes=9-99999999999999999999999", 10), "9+1");
    EXPECT_EQ(parse("bytes=-3", 10), "7+3");
    EXPECT_EQ(parse("bytes=-99", 10), "0+10");
    EXPECT_EQ(parse("bytes=-99999999999999999999999", 10), "0+10");
    EXPECT_EQ(parse("bytes=9223372036854775806-", INT64_MAX), "9223372036854775806+1");
}

TEST(Range, WhatLiesBehindTheEndIsUnsatisfiable)
{
    EXPECT_EQ(parse("bytes=10-", 10), "416");
    EXPECT_EQ(parse("bytes=10-20, 30-", 10), "416");
    EXPECT_EQ(parse("bytes=-0", 10), "416");
    EXPECT_EQ(parse("bytes=0-", 0), "416");
    EXPECT_EQ(parse("bytes=-5", 0), "416");
    EXPECT_EQ(parse("bytes=99999999999999999999999-", 10), "416");
    EXPECT_EQ(parse("bytes=10-, 0-0", 10), "0+1");
}

TEST(Range, NonsenseAndOtherUnitsAreIgnored)
{
    for (const char *field : {"", "bytes", "bytes=", "bytes=,", "bytes=a-b", "bytes=5-2", "bytes=-",
                              "bytes=5", "bytes=1-2-3", "bytes= 1 - 2", "bytes=1-2;3", "lines=0-1",
                              "bytes 0-1", "bytes=0-1, x", "bytes=--1", "bytes=+1-2"})
        EXPECT_EQ(parse(field, 10), "whole") << field;
}

TEST(Range, SeveralKeepTheirOrder)
{
    EXPECT_EQ(parse("bytes=5000-5009, 0-9", 10000), "5000+10 0+10");
    EXPECT_EQ(parse("bytes=0-0,-1", 10000), "0+1 9999+1");
    EXPECT_EQ(parse("bytes= 0-0 ,, 5000-5000 ", 10000), "0+1 5000+1");
}

TEST(Range, RangesThatMeetAreJoined)
{
    EXPECT_EQ(parse("bytes=0-9,5-14", 10000), "0+15");
    EXPECT_EQ(parse("bytes=0-9,10-19", 10000), "0+20");
    EXPECT_EQ(parse("bytes=0-9,20-29", 10000), "0+30");
    EXPECT_EQ(parse("bytes=0-9,5000-5009,2-3", 10000), "0+10 5000+10");
    EXPECT_EQ(parse("bytes=5000-5009,0-9,200-209,100-109", 10000), "5000+10 0+10 200+10 100+10");
    EXPECT_EQ(parse("bytes=0-9,200-209,10-199", 10000), "0+210");
    EXPECT_EQ(parse("bytes=1000-1009,0-9,0-", 10000), "0+10000");
}

TEST(Range, TooManyGetTheWhole)
{
    std::string field = "bytes=";
    std::string expected;

    for (int i = 0; i < WEFT_HTTP_MAX_RANGES; i++) {
        field += (i > 0 ? "," : "") + std::to_string(i * 1000) + "-" + std::to_string(i * 1000);
        expected += (i > 0 ? " " : "") + std::to_string(i * 1000) + "+1";
    }
    EXPECT_EQ(parse(field, 100000), expected);
    EXPECT_EQ(parse(field + ",0-0", 100000), expected);
    EXPECT_EQ(parse(field + ",90000-90000", 100000), "whole");
}
