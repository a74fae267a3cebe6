/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames of the header transport, byte by byte, there and back.
 */

#include "thrift/header.h"

#include <gtest/gtest.h>
#include <weft/thrift_error.h>

#include <string>

using namespace std::string_literals;

namespace
{

const size_t MAX_BYTES = 1 << 20;

class Header : public testing::Test
{
  protected:
    void TearDown() override
    {
        g_clear_error(&error);
        weft_arena_free(arena);
    }

    gboolean read(const std::string &content, size_t max_bytes = MAX_BYTES)
    {
        frame = content;
        struct iovec payload_piece = {nullptr, 0};
        const gboolean succeeded = weft_thrift_header_read(
            &header, {frame.data(), frame.size()}, max_bytes, arena, &payload_piece, &error);
        if (succeeded)
            payload.assign((const char *)payload_piece.iov_base, payload_piece.iov_len);
        return succeeded;
    }

    std::string write(const WeftThriftHeader &some, const std::string &content)
    {
        const size_t half = content.size() / 2;
        const struct iovec pieces[] = {
            {(void *)content.data(), half},
            {(void *)(content.data() + half), content.size() - half},
        };
        uint32_t n_pieces;
        const struct iovec *written =
            weft_thrift_header_write(&some, pieces, 2, arena, &n_pieces, &error);
        std::string whole;

        for (uint32_t i = 0; written != nullptr && i < n_pieces; i++)
            whole.append((const char *)written[i].iov_base, written[i].iov_len);
        return whole;
    }

    WeftArena *arena = weft_arena_new();
    GError *error = nullptr;
    std::string frame;
    std::string payload;
    WeftThriftHeader header{};
};

const WeftThriftHeaderPair some_pairs[] = {
    {WEFT_STRING("timeout-ms"), WEFT_STRING("200"), false},
    {WEFT_STRING("user"), WEFT_STRING("ann"), true},
    {WEFT_STRING("empty"), WEFT_STRING(""), false},
};

} // namespace

TEST_F(Header, OfOneFrameByteByByte)
{
    /* magic, flags, sequence id, size in words, compact, no transforms, one pair, padding */
    ASSERT_TRUE(read("\x0f\xff\0\0\0\0\0\x09\0\x02\x02\0\x01\x01\x01k\x01v"s + "payload"));
    EXPECT_EQ(header.protocol, WEFT_THRIFT_PROTOCOL_COMPACT);
    EXPECT_EQ(header.sequence_id, 9u);
    EXPECT_FALSE(header.is_compressed);
    ASSERT_EQ(header.n_pairs, 1u);
    EXPECT_STREQ(weft_thrift_header_find(&header, "K"), "v");
    EXPECT_EQ(weft_thrift_header_find(&header, "x"), nullptr);
    EXPECT_EQ(payload, "payload");
}

TEST_F(Header, WrittenByteByByte)
{
    const WeftThriftHeader some = {WEFT_THRIFT_PROTOCOL_BINARY, 0, 7, false, 0, nullptr};

    EXPECT_EQ(write(some, "ab"), "\0\0\0\x10\x0f\xff\0\0\0\0\0\x07\0\x01\0\0\0\0"s + "ab");
}

TEST_F(Header, ThereAndBack)
{
    const std::string content(100000, 'x');

    for (int compressed = 0; compressed < 2; compressed++) {
        const WeftThriftHeader some = {WEFT_THRIFT_PROTOCOL_JSON, 0, 0xfedcba98,
                                       compressed == 1,           3, some_pairs};
        const std::string whole = write(some, content);

        ASSERT_GT(whole.size(), 4u);
        EXPECT_EQ(whole.size() < content.size(), compressed == 1);
        ASSERT_TRUE(read(whole.substr(4)));
        EXPECT_EQ(payload, content);
        EXPECT_EQ(header.protocol, WEFT_THRIFT_PROTOCOL_JSON);
        EXPECT_EQ(header.sequence_id, 0xfedcba98);
        ASSERT_EQ(header.n_pairs, 3u);
        EXPECT_STREQ(weft_thrift_header_find(&header, "Timeout-MS"), "200");
        EXPECT_STREQ(weft_thrift_header_find(&header, "user"), "ann");
        EXPECT_STREQ(weft_thrift_header_find(&header, "empty"), "");
        EXPECT_TRUE(header.pairs[2].is_persistent);
    }
}

TEST_F(Header, EveryTruncationIsRefused)
{
    const WeftThriftHeader some = {WEFT_THRIFT_PROTOCOL_BINARY, 0, 7, true, 3, some_pairs};
    const std::string whole = write(some, "some payload").substr(4);

    for (size_t size = 0; size < whole.size(); size++) {
        EXPECT_FALSE(read(whole.substr(0, size))) << size;
        g_clear_error(&error);
    }
}

TEST_F(Header, ABombIsRefused)
{
    const WeftThriftHeader some = {WEFT_THRIFT_PROTOCOL_BINARY, 0, 7, true, 0, nullptr};
    const std::string whole = write(some, std::string(1 << 20, '\0')).substr(4);

    EXPECT_TRUE(read(whole, 1 << 20));
    EXPECT_FALSE(read(whole, (1 << 20) - 1));
    EXPECT_TRUE(g_error_matches(error, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_INVALID_TRANSFORM));
}

TEST_F(Header, WhatIsUnknownIsNamed)
{
    EXPECT_FALSE(read("\x0f\xff\0\0\0\0\0\x09\0\x01\x09\0\0\0"s));
    EXPECT_STREQ(error->message, "protocol 9 of the header transport is unknown");
    g_clear_error(&error);
    EXPECT_FALSE(read("\x0f\xff\0\0\0\0\0\x09\0\x01\0\x01\x07\0"s));
    EXPECT_STREQ(error->message, "transform 7 of the header transport is unknown");
    g_clear_error(&error);
    EXPECT_FALSE(read("\x0f\xff\0\0\0\0\0\x09\0\x01\0\0\x01\x7f"s));
}

TEST_F(Header, MetadataThatDoesNotFitIsRefused)
{
    const std::string large(300000, 'x');
    const WeftThriftHeaderPair pair = {
        WEFT_STRING("large"), {large.data(), (uint32_t)large.size()}, false};
    const WeftThriftHeader some = {WEFT_THRIFT_PROTOCOL_BINARY, 0, 7, false, 1, &pair};

    EXPECT_EQ(write(some, "x"), "");
    EXPECT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_LIMIT));
}
