/* SPDX-License-Identifier: Apache-2.0 */
#include <weft/thrift_binary.h>

#include <gtest/gtest.h>

#include "codec_input.h"

namespace
{

TEST(Binary, NumbersAreBigEndian)
{
    uint8_t bytes[64];
    uint8_t *at = bytes + 1; /* not aligned */

    at = weft_thrift_binary_put_bool(at, true);
    at = weft_thrift_binary_put_i8(at, -2);
    at = weft_thrift_binary_put_i16(at, 0x1234);
    at = weft_thrift_binary_put_i32(at, -2);
    at = weft_thrift_binary_put_i64(at, 0x0102030405060708);
    at = weft_thrift_binary_put_double(at, 1.0);
    EXPECT_EQ(Bytes(bytes + 1, at),
              (Bytes{1, 0xfe, 0x12, 0x34, 0xff, 0xff, 0xff, 0xfe, 1, 2, 3, 4,
                     5, 6,    7,    8,    0x3f, 0xf0, 0,    0,    0, 0, 0, 0}));

    Input input(Bytes(bytes + 1, at));
    bool truth = false;
    int8_t tiny = 0;
    int16_t small = 0;
    int32_t medium = 0;
    int64_t large = 0;
    double real = 0;
    input.at = weft_thrift_binary_get_bool(input.at, &input.reader, &truth);
    input.at = weft_thrift_binary_get_i8(input.at, &input.reader, &tiny);
    input.at = weft_thrift_binary_get_i16(input.at, &input.reader, &small);
    input.at = weft_thrift_binary_get_i32(input.at, &input.reader, &medium);
    input.at = weft_thrift_binary_get_i64(input.at, &input.reader, &large);
    input.at = weft_thrift_binary_get_double(input.at, &input.reader, &real);
    EXPECT_EQ(input.at, input.reader.end);
    EXPECT_TRUE(truth);
    EXPECT_EQ(tiny, -2);
    EXPECT_EQ(small, 0x1234);
    EXPECT_EQ(medium, -2);
    EXPECT_EQ(large, 0x0102030405060708);
    EXPECT_EQ(real, 1.0);
}

TEST(Binary, HeadsHaveKindsAndCounts)
{
    uint8_t bytes[32];
    uint8_t *at = bytes;

    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_LIST, -2);
    at = weft_thrift_binary_put_list(at, WEFT_THRIFT_I16, 3);
    at = weft_thrift_binary_put_map(at, WEFT_THRIFT_STRING, WEFT_THRIFT_STRUCT, 5);
    at = weft_thrift_binary_put_stop(at);
    EXPECT_EQ(Bytes(bytes, at), (Bytes{15, 0xff, 0xfe, 6, 0, 0, 0, 3, 11, 12, 0, 0, 0, 5, 0}));
}

TEST(Binary, AStopAtTheVeryEndIsRead)
{
    for (const Bytes &bytes : {Bytes{0}, Bytes{0, 1}, Bytes{0, 1, 2}, Bytes{0, 1, 2, 3}}) {
        Input input(bytes);
        uint32_t key = 77;
        EXPECT_EQ(weft_thrift_binary_get_field(input.at, &input.reader, &key), input.at + 1);
        EXPECT_TRUE(weft_thrift_key_is_stop(key));
    }
}

TEST(Binary, AFieldHasKindAndIdInItsKey)
{
    Input input({WEFT_THRIFT_I32, 0xff, 0xff, 0});
    uint32_t key = 0;

    EXPECT_EQ(weft_thrift_binary_get_field(input.at, &input.reader, &key), input.at + 3);
    EXPECT_EQ(key, WEFT_THRIFT_KEY(WEFT_THRIFT_I32, -1));
    EXPECT_EQ(weft_thrift_key_kind(key), WEFT_THRIFT_I32);
    EXPECT_EQ(weft_thrift_key_id(key), -1);
}

TEST(Binary, StringsAreBorrowedWithANulBehind)
{
    Input input({0, 0, 0, 2, 'a', 'b', 0, 0, 0, 1, 'c', 9}, true);
    WeftString first;
    WeftString second;

    input.at = weft_thrift_binary_get_string(input.at, &input.reader, &first);
    input.at = weft_thrift_binary_get_string(input.at, &input.reader, &second);
    ASSERT_NE(input.at, nullptr);
    EXPECT_EQ(*input.at, 9) << "what follows is not read yet";
    weft_thrift_reader_finish(&input.reader);
    EXPECT_STREQ(first.data, "ab");
    EXPECT_STREQ(second.data, "c");
    EXPECT_EQ(reinterpret_cast<const uint8_t *>(first.data), input.bytes.data() + 4);
}

TEST(Binary, AFailedReaderWritesNoNul)
{
    Input input({0, 0, 0, 1, 'a'}, true);
    WeftString text;

    input.at = weft_thrift_binary_get_string(input.at, &input.reader, &text);
    ASSERT_EQ(input.at, input.reader.end);
    EXPECT_EQ(weft_thrift_binary_get_string(input.at, &input.reader, &text), nullptr);
    weft_thrift_reader_finish(&input.reader);
}

TEST(Binary, WhatIsTooLongOrNegativeIsRefused)
{
    WeftString text;

    Input negative({0xff, 0xff, 0xff, 0xff, 'a'});
    EXPECT_EQ(weft_thrift_binary_get_string(negative.at, &negative.reader, &text), nullptr);
    EXPECT_EQ(negative.message(), "a string of negative length: cannot be, at byte 4");

    Input large({0x7f, 0xff, 0xff, 0xff, 'a'});
    EXPECT_EQ(weft_thrift_binary_get_string(large.at, &large.reader, &text), nullptr);
    EXPECT_EQ(large.message(), "a string: larger than the limit, at byte 4");

    Input longer({0, 0, 0, 2, 'a'});
    EXPECT_EQ(weft_thrift_binary_get_string(longer.at, &longer.reader, &text), nullptr);
    EXPECT_EQ(longer.message(), "a string: the message ends inside, at byte 4");
}

TEST(Binary, CountsAreHeldAgainstWhatIsLeft)
{
    WeftThriftContainer list = {};

    Input more({WEFT_THRIFT_I64, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8});
    EXPECT_EQ(weft_thrift_binary_get_list(more.at, &more.reader, WEFT_THRIFT_I64, 8, 8, &list),
              nullptr);
    EXPECT_EQ(more.message(), "a container: the message ends inside, at byte 5");
    EXPECT_EQ(more.arena.n_bytes, 0U);

    Input other({WEFT_THRIFT_I32, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0});
    EXPECT_EQ(weft_thrift_binary_get_list(other.at, &other.reader, WEFT_THRIFT_I64, 8, 8, &list),
              nullptr);
    EXPECT_EQ(other.message(), "items of another type: cannot be, at byte 0");

    Input empty({0, 0, 0, 0, 0});
    EXPECT_NE(weft_thrift_binary_get_list(empty.at, &empty.reader, WEFT_THRIFT_I64, 8, 8, &list),
              nullptr);
    EXPECT_EQ(list.n_items, 0U);
}

/* A struct that has a field of every kind, nested. */
Bytes
every_kind()
{
    return {2,  0, 1, 1,                                        /* bool */
            3,  0, 2, 7,                                        /* i8 */
            4,  0, 3, 0,  0, 0, 0, 0,   0, 0, 0,                /* double */
            6,  0, 4, 1,  2,                                    /* i16 */
            8,  0, 5, 1,  2, 3, 4,                              /* i32 */
            10, 0, 6, 1,  2, 3, 4, 5,   6, 7, 8,                /* i64 */
            11, 0, 7, 0,  0, 0, 1, 'x',                         /* string */
            12, 0, 8, 2,  0, 1, 0, 0,                           /* struct */
            13, 0, 9, 11, 3, 0, 0, 0,   1, 0, 0, 0, 1,  'k', 5, /* map */
            14, 0, 1, 6,  0, 0, 0, 2,   1, 2, 3, 4,             /* set */
            15, 0, 1, 12, 0, 0, 0, 2,   0, 0,                   /* list */
            15, 0, 1, 15, 0, 0, 0, 1,   3, 0, 0, 0, 1,  9,      /* list of list */
            16, 0, 1, 1,  2, 3, 4, 5,   6, 7, 8, 9, 10, 11,  12, 13, 14, 15, 16, 0};
}

TEST(Binary, SkipPassesOverEveryKindAndFailsAtEveryCut)
{
    const Bytes all = every_kind();

    Input whole(all);
    EXPECT_EQ(weft_thrift_binary_skip(whole.at, &whole.reader, WEFT_THRIFT_STRUCT),
              whole.reader.end);
    for (size_t size = 0; size < all.size(); size++) {
        Input cut(Bytes(all.begin(), all.begin() + static_cast<ptrdiff_t>(size)));
        ASSERT_EQ(weft_thrift_binary_skip(cut.at, &cut.reader, WEFT_THRIFT_STRUCT), nullptr)
            << size;
        ASSERT_EQ(cut.reader.failure, WEFT_THRIFT_TRUNCATED) << size;
    }
}

TEST(Binary, SkipGoesNoDeeperThanTheLimit)
{
    Bytes structs;
    Bytes lists;
    for (unsigned i = 0; i < 100000; i++) {
        structs.insert(structs.end(), {12, 0, 1});
        lists.insert(lists.end(), {15, 0, 0, 0, 1});
    }
    Input nested(structs);
    EXPECT_EQ(weft_thrift_binary_skip(nested.at, &nested.reader, WEFT_THRIFT_STRUCT), nullptr);
    EXPECT_EQ(nested.reader.failure, WEFT_THRIFT_TOO_DEEP);
    Input items(lists);
    EXPECT_EQ(weft_thrift_binary_skip(items.at, &items.reader, WEFT_THRIFT_LIST), nullptr);
    EXPECT_EQ(items.message(), "nested deeper than the limit, at byte 320");
}

TEST(Binary, SkipRefusesUnknownKinds)
{
    for (unsigned kind : {1U, 5U, 7U, 9U, 17U, 255U}) {
        Input field({static_cast<uint8_t>(kind), 0, 1, 0, 0});
        EXPECT_EQ(weft_thrift_binary_skip(field.at, &field.reader, WEFT_THRIFT_STRUCT), nullptr);
        EXPECT_EQ(field.reader.failure, WEFT_THRIFT_MALFORMED);
        Input list({static_cast<uint8_t>(kind), 0, 0, 0, 1, 0});
        EXPECT_EQ(weft_thrift_binary_skip(list.at, &list.reader, WEFT_THRIFT_LIST), nullptr);
        EXPECT_EQ(list.reader.failure, WEFT_THRIFT_MALFORMED);
    }
}

} // namespace
