/* SPDX-License-Identifier: Apache-2.0 */
#include <weft/thrift_binary.h>

#include <gtest/gtest.h>
#include <string>
#include <vector>
#include <weft/thrift_error.h>

#include "document_by_hand.h"

namespace
{

std::string
joined(WeftThriftWriter *writer, uint8_t *at, uint32_t *ret_n_pieces)
{
    size_t size = 0;
    std::string text;

    const iovec *pieces = weft_thrift_writer_pieces(writer, at, ret_n_pieces, &size);
    for (uint32_t i = 0; i < *ret_n_pieces; i++)
        text.append(static_cast<const char *>(pieces[i].iov_base), pieces[i].iov_len);
    EXPECT_EQ(text.size(), size);
    return text;
}

/* Items with short and long strings, so that blocks and pieces alternate. */
std::vector<HandItem>
mixed_items(const std::string &large)
{
    std::vector<HandItem> items(200);

    for (size_t i = 0; i < items.size(); i++) {
        items[i].id = static_cast<int64_t>(i);
        items[i].title = i % 7 == 3 ? WeftString{large.data(), static_cast<uint32_t>(large.size())}
                                    : WEFT_STRING("short");
    }
    return items;
}

TEST(Writer, AllWaysGiveTheSameBytes)
{
    const std::string large(10000, 'L');
    std::vector<HandItem> items = mixed_items(large);
    const HandDocument document = {1, WEFT_STRING("d"), {items.data(), 200}};
    g_autoptr(GBytes) expected =
        weft_thrift_encode(&hand_document_type, WEFT_THRIFT_PROTOCOL_BINARY, &document, nullptr);
    size_t size = 0;
    const auto *data = static_cast<const char *>(g_bytes_get_data(expected, &size));

    for (bool gathers : {false, true}) {
        for (bool has_arena : {false, true}) {
            g_auto(WeftArena) arena;
            weft_arena_init(&arena, SIZE_MAX);
            WeftThriftWriter writer;
            uint32_t n_pieces = 0;
            weft_thrift_writer_init(&writer, has_arena ? &arena : nullptr, SIZE_MAX, gathers);
            uint8_t *at = weft_thrift_write(&hand_document_type, WEFT_THRIFT_PROTOCOL_BINARY,
                                            &document, writer.begin, &writer);
            ASSERT_NE(at, nullptr);
            ASSERT_EQ(joined(&writer, at, &n_pieces), std::string(data, size));
            EXPECT_EQ(n_pieces > 57, gathers) << "what is large is not copied";
            EXPECT_EQ(n_pieces == 1, !gathers);
            weft_thrift_writer_clear(&writer);
        }
    }
}

TEST(Writer, AskingForPiecesTwiceIsTheSame)
{
    WeftThriftWriter writer;
    uint32_t n_pieces = 0;

    weft_thrift_writer_init(&writer, nullptr, SIZE_MAX, true);
    uint8_t *at = weft_thrift_writer_reserve(&writer, writer.begin, 8);
    at = weft_thrift_binary_put_i64(at, 1);
    EXPECT_EQ(joined(&writer, at, &n_pieces).size(), 8U);
    EXPECT_EQ(joined(&writer, at, &n_pieces).size(), 8U);
    EXPECT_EQ(n_pieces, 1U);
    weft_thrift_writer_clear(&writer);
}

TEST(Writer, TheLimitIsAFailure)
{
    const std::string large(10000, 'L');
    std::vector<HandItem> items = mixed_items(large);
    const HandDocument document = {1, WEFT_STRING("d"), {items.data(), 200}};

    for (bool gathers : {false, true}) {
        for (size_t max_bytes : {10U, 1000U, 5000U, 15000U, 200000U}) {
            WeftThriftWriter writer;
            g_autoptr(GError) error = nullptr;
            weft_thrift_writer_init(&writer, nullptr, max_bytes, gathers);
            EXPECT_EQ(weft_thrift_write(&hand_document_type, WEFT_THRIFT_PROTOCOL_BINARY, &document,
                                        writer.begin, &writer),
                      nullptr);
            EXPECT_FALSE(weft_thrift_writer_set_error(&writer, &error));
            EXPECT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_LIMIT));
            weft_thrift_writer_clear(&writer);
        }
    }
}

TEST(Writer, ItGrowsInPlaceAtTheEndOfAnArena)
{
    g_auto(WeftArena) arena;
    weft_arena_init(&arena, SIZE_MAX);
    weft_arena_alloc(&arena, 60000);
    weft_arena_reset(&arena);
    WeftThriftWriter writer;

    weft_thrift_writer_init(&writer, &arena, SIZE_MAX, false);
    uint8_t *at = weft_thrift_writer_reserve(&writer, writer.begin, 8);
    uint8_t *begin = at;
    for (unsigned i = 0; i < 5000; i++) {
        at = weft_thrift_writer_reserve(&writer, at, 8);
        at = weft_thrift_binary_put_i64(at, i);
    }
    EXPECT_EQ(writer.begin, begin);
    EXPECT_EQ(at, begin + 40000);
    weft_thrift_writer_clear(&writer);
}

} // namespace
