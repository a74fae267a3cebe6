/* SPDX-License-Identifier: Apache-2.0 */
#include <weft/thrift_wire.h>

#include <gtest/gtest.h>
#include <string>
#include <vector>
#include <weft/thrift_error.h>

#include "document_by_hand.h"
#include "kinds.h"

namespace
{

constexpr WeftThriftProtocol protocols[] = {
    WEFT_THRIFT_PROTOCOL_BINARY, WEFT_THRIFT_PROTOCOL_COMPACT, WEFT_THRIFT_PROTOCOL_JSON};

class Codec : public testing::TestWithParam<WeftThriftProtocol>
{
  protected:
    Codec()
    {
        weft_arena_init(&arena, SIZE_MAX);
    }
    ~Codec() override
    {
        weft_arena_clear(&arena);
    }

    std::string encode(const WeftThriftType *type, const void *value)
    {
        g_autoptr(GError) error = nullptr;
        g_autoptr(GBytes) bytes = weft_thrift_encode(type, GetParam(), value, &error);
        EXPECT_EQ(error, nullptr) << error->message;
        if (bytes == nullptr)
            return "";
        size_t size = 0;
        const auto *data = static_cast<const char *>(g_bytes_get_data(bytes, &size));
        return std::string(data, size);
    }

    /* "" or what was wrong; @bytes in a block of exactly its size. */
    std::string decode(const WeftThriftType *type, void *value, const std::string &bytes)
    {
        g_autoptr(GError) error = nullptr;
        std::vector<char> exact(bytes.begin(), bytes.end());
        exact.shrink_to_fit();
        weft_thrift_init(type, value);
        if (weft_thrift_decode(type, GetParam(), value, exact.data(), exact.size(), &arena, &error))
            return "";
        return error->message;
    }

    WeftArena arena;
};

INSTANTIATE_TEST_SUITE_P(EveryProtocol, Codec, testing::ValuesIn(protocols));

TEST_P(Codec, WhatWasWrittenIsReadAgain)
{
    for (uint32_t seed = 0; seed < 200; seed++) {
        Kinds kinds;
        Kinds again;
        kinds_fill(&kinds, &arena, seed);
        const std::string bytes = encode(&kinds_type, &kinds);
        ASSERT_EQ(decode(&kinds_type, &again, bytes), "") << seed << ": " << bytes;
        ASSERT_TRUE(weft_thrift_equal(&kinds_type, &kinds, &again)) << seed;
        ASSERT_EQ(weft_thrift_hash(&kinds_type, &kinds), weft_thrift_hash(&kinds_type, &again));
        ASSERT_EQ(encode(&kinds_type, &again), bytes) << seed;
        ASSERT_EQ(weft_thrift_size(&kinds_type, GetParam(), &kinds), bytes.size());
        weft_arena_reset(&arena);
    }
}

TEST_P(Codec, BorrowedStringsHaveTheirNuls)
{
    Kinds kinds;
    Kinds again;
    kinds_fill(&kinds, &arena, 11);
    kinds.text = WEFT_STRING("with \" and \\ and \n in it");
    std::string bytes = encode(&kinds_type, &kinds);
    WeftThriftReader reader;

    weft_thrift_init(&kinds_type, &again);
    weft_thrift_reader_init(&reader, bytes.data(), bytes.size(), &arena, nullptr, true);
    const uint8_t *end = weft_thrift_read(&kinds_type, GetParam(), &again, reader.begin, &reader);
    weft_thrift_reader_finish(&reader);
    ASSERT_EQ(end, reader.end);
    EXPECT_TRUE(weft_thrift_equal(&kinds_type, &kinds, &again));
    EXPECT_GE(again.text.data, bytes.data());
    EXPECT_LT(again.text.data, bytes.data() + bytes.size());
    EXPECT_EQ(again.text.data[again.text.length], '\0');
    for (uint32_t i = 0; i < again.words.n_items; i++)
        EXPECT_EQ(again.words.items[i].data[again.words.items[i].length], '\0');
}

TEST_P(Codec, EveryTruncationFailsWithAMessage)
{
    Kinds kinds;
    kinds_fill(&kinds, &arena, 5);
    const std::string bytes = encode(&kinds_type, &kinds);

    for (size_t size = 0; size < bytes.size(); size++) {
        Kinds again;
        const std::string message = decode(&kinds_type, &again, bytes.substr(0, size));
        ASSERT_NE(message.find(", at byte "), std::string::npos) << size << message;
    }
    Kinds again;
    EXPECT_NE(decode(&kinds_type, &again, bytes + "x").find("bytes behind the value"),
              std::string::npos);
}

TEST_P(Codec, ChangedBytesAreReadOrRefused)
{
    Kinds kinds;
    kinds_fill(&kinds, &arena, 6);
    const std::string bytes = encode(&kinds_type, &kinds);
    GRand *random = g_rand_new_with_seed(1);

    for (unsigned i = 0; i < 3000; i++) {
        std::string changed = bytes;
        Kinds again;
        for (int n = g_rand_int_range(random, 1, 4); n > 0; n--)
            changed[static_cast<size_t>(g_rand_int_range(random, 0, (int)changed.size()))] =
                static_cast<char>(g_rand_int(random));
        WeftArena own;
        weft_arena_init(&own, SIZE_MAX);
        std::swap(own, arena);
        if (decode(&kinds_type, &again, changed).empty())
            encode(&kinds_type, &again);
        std::swap(own, arena);
        weft_arena_clear(&own);
    }
    g_rand_free(random);
}

TEST_P(Codec, GeneratedCodeAndTablesSayTheSame)
{
    WeftThriftType table_item = hand_item_type;
    WeftThriftType table_document = hand_document_type;
    HandPair pairs[] = {{WEFT_STRING("a"), 1}, {WEFT_STRING("long key"), INT64_MIN}};
    HandItem items[] = {{7, WEFT_STRING("title"), 1.5, true, {pairs, 2}}, {}};
    const HandDocument document = {-1, WEFT_STRING("name"), {items, 2}};
    HandDocument again;

    table_item.binary = table_item.compact = {};
    table_document.binary = table_document.compact = {};
    const std::string bytes = encode(&hand_document_type, &document);
    EXPECT_EQ(encode(&table_document, &document), bytes);
    EXPECT_EQ(weft_thrift_size(&hand_document_type, GetParam(), &document), bytes.size());
    EXPECT_EQ(decode(&hand_document_type, &again, bytes), "");
    EXPECT_TRUE(weft_thrift_equal(&hand_document_type, &document, &again));
    EXPECT_EQ(decode(&table_document, &again, bytes), "");
    EXPECT_TRUE(weft_thrift_equal(&hand_document_type, &document, &again));
    for (size_t size = 0; size < bytes.size(); size++)
        ASSERT_NE(decode(&hand_document_type, &again, bytes.substr(0, size)), "") << size;
}

TEST_P(Codec, UnknownFieldsArePassedOver)
{
    const WeftThriftField large = {"large", &weft_thrift_i64, 5, WEFT_THRIFT_REQUIRED, false, 0, 0};
    const WeftThriftType narrow = kinds_struct_type("Narrow", &large, 1, sizeof(int64_t));
    Kinds kinds;
    int64_t value = 0;

    kinds_fill(&kinds, &arena, 8);
    ASSERT_EQ(decode(&narrow, &value, encode(&kinds_type, &kinds)), "");
    EXPECT_EQ(value, kinds.large);
}

TEST_P(Codec, ALackingRequiredFieldIsNamed)
{
    const WeftThriftType nothing = kinds_struct_type("Nothing", nullptr, 0, 1);
    Kinds kinds;
    char none = 0;

    const std::string message = decode(&kinds_type, &kinds, encode(&nothing, &none));
    EXPECT_EQ(message.find("Kinds.large: required, and not there, at byte "), 0U) << message;
}

TEST_P(Codec, AUnionHasOneOfItsFields)
{
    const WeftThriftField both[] = {
        {"number", &weft_thrift_i64, 1, WEFT_THRIFT_DEFAULT, false, 0, 0},
        {"text", &weft_thrift_string, 2, WEFT_THRIFT_DEFAULT, false, 8, 0}};
    struct {
        int64_t number;
        WeftString text;
    } value = {1, WEFT_STRING("x")};
    KindsChoice choice = {};
    g_autoptr(GError) error = nullptr;

    for (uint16_t n_fields : {uint16_t{0}, uint16_t{2}}) {
        const WeftThriftType two = kinds_struct_type("Two", both, n_fields, sizeof value);
        const std::string message = decode(&kinds_choice_type, &choice, encode(&two, &value));
        EXPECT_NE(message.find("a union has exactly one of its fields"), std::string::npos);
    }
    choice.which = 0;
    EXPECT_EQ(weft_thrift_encode(&kinds_choice_type, GetParam(), &choice, &error), nullptr);
    EXPECT_STREQ(error->message, "Choice: a union has exactly one of its fields");
}

TEST_P(Codec, NestingIsLimited)
{
    Kinds kinds[100];
    Kinds again;
    for (unsigned i = 0; i < 100; i++) {
        weft_thrift_init(&kinds_type, &kinds[i]);
        kinds[i].next = i + 1 < 100 ? &kinds[i + 1] : nullptr;
    }

    const std::string message = decode(&kinds_type, &again, encode(&kinds_type, &kinds[0]));
    EXPECT_EQ(message.find("Kinds.next: nested deeper than the limit, at byte "), 0U) << message;
    EXPECT_EQ(decode(&kinds_type, &again, encode(&kinds_type, &kinds[36])), "");
}

TEST_P(Codec, MemoryIsLimited)
{
    Kinds kinds;
    Kinds again;
    std::vector<KindsChoice> choices(20000, KindsChoice{1, {0}});
    WeftThriftReader reader;
    g_autoptr(GError) error = nullptr;

    weft_thrift_init(&kinds_type, &kinds);
    kinds.choices = {choices.data(), static_cast<uint32_t>(choices.size())};
    const std::string bytes = encode(&kinds_type, &kinds);
    WeftThriftLimits limits = weft_thrift_limits_default;
    limits.max_memory_bytes = 400000;
    weft_thrift_reader_init(&reader, bytes.data(), bytes.size(), &arena, &limits, false);
    EXPECT_EQ(weft_thrift_read(&kinds_type, GetParam(), &again, reader.begin, &reader), nullptr);
    weft_thrift_reader_finish(&reader);
    EXPECT_FALSE(weft_thrift_reader_set_error(&reader, &error));
    EXPECT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_LIMIT));
    EXPECT_LE(arena.n_bytes, 400000U);
    EXPECT_EQ(arena.max_bytes, SIZE_MAX) << "what the arena allows otherwise comes back";
    EXPECT_EQ(decode(&kinds_type, &again, bytes), "");
}

TEST_P(Codec, StringsAndContainersAreLimited)
{
    Kinds kinds;
    Kinds again;
    int64_t numbers[12] = {};
    WeftThriftReader reader;

    weft_thrift_init(&kinds_type, &kinds);
    kinds.text = WEFT_STRING("eleven here");
    const std::string text = encode(&kinds_type, &kinds);
    kinds.text = WEFT_STRING("");
    kinds.numbers = {numbers, 12};
    const std::string list = encode(&kinds_type, &kinds);
    WeftThriftLimits limits = weft_thrift_limits_default;
    limits.max_string_bytes = 10;
    limits.max_items = 11;
    for (const std::string &bytes : {text, list}) {
        weft_thrift_reader_init(&reader, bytes.data(), bytes.size(), &arena, &limits, false);
        weft_thrift_init(&kinds_type, &again);
        EXPECT_EQ(weft_thrift_read(&kinds_type, GetParam(), &again, reader.begin, &reader),
                  nullptr);
        EXPECT_EQ(reader.failure, WEFT_THRIFT_TOO_LARGE);
        weft_thrift_reader_finish(&reader);
    }
}

} // namespace
