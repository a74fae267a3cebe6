/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where messages end, told byte by byte.
 */

#include "thrift/extent.h"

#include <gtest/gtest.h>

#include <string>

using namespace std::string_literals;

namespace
{

const size_t MAX_BYTES = 1 << 20;

/* Fed one byte after the other, @message must end with its last one. */
void
expect_whole(WeftThriftProtocol protocol, const std::string &message)
{
    WeftThriftExtent extent;

    weft_thrift_extent_init(&extent, protocol, MAX_BYTES);
    for (size_t size = 0; size < message.size(); size++)
        EXPECT_EQ(weft_thrift_extent_scan(&extent, (const uint8_t *)message.data(), size),
                  WEFT_THRIFT_EXTENT_MORE)
            << "at " << size;
    const std::string more = message + "behind";
    EXPECT_EQ(weft_thrift_extent_scan(&extent, (const uint8_t *)more.data(), more.size()),
              WEFT_THRIFT_EXTENT_DONE);
    EXPECT_EQ(extent.at, message.size());
}

WeftThriftExtentState
scan(WeftThriftProtocol protocol, const std::string &message, size_t max_bytes = MAX_BYTES)
{
    WeftThriftExtent extent;

    weft_thrift_extent_init(&extent, protocol, max_bytes);
    return weft_thrift_extent_scan(&extent, (const uint8_t *)message.data(), message.size());
}

const std::string BINARY_HEAD = "\x80\x01\0\x01\0\0\0\x03"s + "add" + "\0\0\0\x07"s;
const std::string COMPACT_HEAD = "\x82\x21\x07\x03"s + "add";

} // namespace

TEST(Extent, OfBinary)
{
    expect_whole(WEFT_THRIFT_PROTOCOL_BINARY, BINARY_HEAD + "\0"s);
    expect_whole(WEFT_THRIFT_PROTOCOL_BINARY, "\0\0\0\x03"s + "add" + "\x01\0\0\0\x07\0"s);
    expect_whole(WEFT_THRIFT_PROTOCOL_BINARY,
                 BINARY_HEAD + "\x02\0\x01\x01"s                           /* bool */
                     + "\x08\0\x02\0\0\0\x05"s                             /* i32 */
                     + "\x0b\0\x03\0\0\0\x02hi"s                           /* string */
                     + "\x0c\0\x04\x06\0\x01\0\x09\0"s                     /* struct */
                     + "\x0f\0\x05\x0a\0\0\0\x01"s + "12345678"            /* list<i64> */
                     + "\x0e\0\x06\x0b\0\0\0\x02\0\0\0\x01x\0\0\0\0"s      /* set<string> */
                     + "\x0d\0\x07\x03\x0f\0\0\0\x01\x09\x03\0\0\0\x02zz"s /* map<i8,list<i8>> */
                     + "\x0d\0\x08\0\0\0\0\0\0"s /* an empty map of anything */
                     + "\x10\0\x09"s + std::string(16, 'u') + "\0"s);
}

TEST(Extent, OfCompact)
{
    expect_whole(WEFT_THRIFT_PROTOCOL_COMPACT, COMPACT_HEAD + "\0"s);
    expect_whole(WEFT_THRIFT_PROTOCOL_COMPACT,
                 COMPACT_HEAD + "\x11"s                        /* bool true */
                     + "\x15\x96\x01"s                         /* i32 */
                     + "\x08\x40\x02hi"s                       /* string with its id apart */
                     + "\x1c\x14\x05\0"s                       /* struct */
                     + "\x19\x26\x01\x80\x01"s                 /* list<i64> of two */
                     + "\x1a\xf1\x0f"s + std::string(15, '\1') /* set<bool> of fifteen */
                     + "\x1b\x01\x89\x01x\x15\x02"s            /* map<string,list<i32>> */
                     + "\x1b\0"s                               /* an empty map */
                     + "\x17"s + std::string(8, 'd') + "\x1d"s + std::string(16, 'u') + "\0"s);
}

TEST(Extent, OfJson)
{
    expect_whole(WEFT_THRIFT_PROTOCOL_JSON,
                 "[1,\"add\",1,7,{\"1\":{\"str\":\"a ] \\\" \\\\\"},\"2\":{\"lst\":[\"i8\",0]}}]");
}

TEST(Extent, WhatCannotBeIsBad)
{
    EXPECT_EQ(scan(WEFT_THRIFT_PROTOCOL_BINARY, "\x80\x02\0\x01"s), WEFT_THRIFT_EXTENT_BAD);
    EXPECT_EQ(scan(WEFT_THRIFT_PROTOCOL_BINARY, "\x80\x01\0\x01\xff\xff\xff\xff"s),
              WEFT_THRIFT_EXTENT_BAD);
    EXPECT_EQ(scan(WEFT_THRIFT_PROTOCOL_BINARY, BINARY_HEAD + "\x7f"s), WEFT_THRIFT_EXTENT_BAD);
    EXPECT_EQ(scan(WEFT_THRIFT_PROTOCOL_BINARY, BINARY_HEAD + "\x0f\0\1\x0c\xff\xff\xff\xff"s),
              WEFT_THRIFT_EXTENT_BAD);
    EXPECT_EQ(scan(WEFT_THRIFT_PROTOCOL_BINARY, BINARY_HEAD + "\x0f\0\1\x0a\x7f\xff\xff\xff"s),
              WEFT_THRIFT_EXTENT_BAD);
    EXPECT_EQ(scan(WEFT_THRIFT_PROTOCOL_COMPACT, COMPACT_HEAD + "\x1e"s), WEFT_THRIFT_EXTENT_BAD);
    EXPECT_EQ(scan(WEFT_THRIFT_PROTOCOL_COMPACT, "\x82\x21"s + std::string(11, '\xff')),
              WEFT_THRIFT_EXTENT_BAD);
    EXPECT_EQ(scan(WEFT_THRIFT_PROTOCOL_JSON, "]"), WEFT_THRIFT_EXTENT_BAD);
}

TEST(Extent, ATooLargeMessageIsBadBeforeItIsThere)
{
    EXPECT_EQ(scan(WEFT_THRIFT_PROTOCOL_BINARY, BINARY_HEAD + "\x0b\0\x01\0\x10\0\0"s, 4096),
              WEFT_THRIFT_EXTENT_BAD);
    EXPECT_EQ(scan(WEFT_THRIFT_PROTOCOL_JSON, "[" + std::string(5000, '1'), 4096),
              WEFT_THRIFT_EXTENT_BAD);
}

TEST(Extent, DepthHasALimitAndTakesNoStack)
{
    std::string deep;

    for (int i = 0; i < WEFT_THRIFT_EXTENT_MAX_DEPTH; i++)
        deep += "\x0c\0\x01"s;
    EXPECT_EQ(scan(WEFT_THRIFT_PROTOCOL_BINARY, BINARY_HEAD + deep), WEFT_THRIFT_EXTENT_BAD);
    EXPECT_EQ(scan(WEFT_THRIFT_PROTOCOL_JSON, std::string(100000, '[')), WEFT_THRIFT_EXTENT_MORE);
}
