/* SPDX-License-Identifier: Apache-2.0 */
#include <weft/thrift_compact.h>

#include <gtest/gtest.h>

#include "codec_input.h"

namespace
{

/* As the specification says it, a byte after the other. */
Bytes
plain_varint(uint64_t value)
{
    Bytes bytes;

    while (value >= 0x80) {
        bytes.push_back(static_cast<uint8_t>(value | 0x80));
        value >>= 7;
    }
    bytes.push_back(static_cast<uint8_t>(value));
    return bytes;
}

Bytes
put_varint(uint64_t value)
{
    uint8_t bytes[10];

    return Bytes(bytes, weft_thrift_compact_put_varint(bytes, value));
}

TEST(Compact, VarintsOfEveryLengthAreWrittenAsSpecified)
{
    EXPECT_EQ(put_varint(0), (Bytes{0}));
    EXPECT_EQ(put_varint(300), (Bytes{0xac, 0x02}));
    for (unsigned shift = 0; shift < 64; shift++) {
        for (uint64_t base : {UINT64_C(1) << shift, (UINT64_C(1) << shift) - 1, UINT64_MAX >> shift,
                              UINT64_C(0xa5c396781e2d4bf0) >> shift}) {
            ASSERT_EQ(put_varint(base), plain_varint(base)) << base;
            ASSERT_EQ(weft_thrift_compact_varint_size(base), plain_varint(base).size()) << base;
        }
    }
}

TEST(Compact, VarintsAreReadWhereverTheInputEnds)
{
    for (unsigned shift = 0; shift < 64; shift++) {
        for (uint64_t value : {UINT64_MAX >> shift, UINT64_C(0xa5c396781e2d4bf0) >> shift}) {
            for (size_t n_behind : {0U, 1U, 7U, 20U}) {
                Bytes bytes = plain_varint(value);
                const size_t size = bytes.size();
                bytes.resize(size + n_behind, 0xff);
                Input input(bytes);
                uint64_t read = 0;
                ASSERT_EQ(weft_thrift_compact_get_varint(input.at, &input.reader, &read),
                          input.at + size);
                ASSERT_EQ(read, value);
            }
        }
    }
}

TEST(Compact, VarintsThatDoNotEndAreRefused)
{
    uint64_t value = 0;

    Input endless(Bytes(20, 0x80));
    EXPECT_EQ(weft_thrift_compact_get_varint(endless.at, &endless.reader, &value), nullptr);
    EXPECT_EQ(endless.reader.failure, WEFT_THRIFT_MALFORMED);
    Input cut(Bytes(9, 0xff));
    EXPECT_EQ(weft_thrift_compact_get_varint(cut.at, &cut.reader, &value), nullptr);
    EXPECT_EQ(cut.reader.failure, WEFT_THRIFT_TRUNCATED);
    Input wide({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02});
    EXPECT_EQ(weft_thrift_compact_get_varint(wide.at, &wide.reader, &value), nullptr);
    EXPECT_EQ(wide.reader.failure, WEFT_THRIFT_MALFORMED);
    int32_t number = 0;
    Input long_i32({0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 0, 0});
    EXPECT_EQ(weft_thrift_compact_get_i32(long_i32.at, &long_i32.reader, &number), nullptr);
    EXPECT_EQ(long_i32.reader.failure, WEFT_THRIFT_MALFORMED);
    int16_t small = 0;
    Input long_i16({0x80, 0x80, 0x04, 0, 0, 0, 0, 0});
    EXPECT_EQ(weft_thrift_compact_get_i16(long_i16.at, &long_i16.reader, &small), nullptr);
    EXPECT_EQ(long_i16.reader.failure, WEFT_THRIFT_MALFORMED);
}

TEST(Compact, ZigzagPutsTheSignLast)
{
    EXPECT_EQ(weft_thrift_compact_zigzag(0), 0U);
    EXPECT_EQ(weft_thrift_compact_zigzag(-1), 1U);
    EXPECT_EQ(weft_thrift_compact_zigzag(1), 2U);
    EXPECT_EQ(weft_thrift_compact_zigzag(INT64_MIN), UINT64_MAX);
    for (int64_t value : {INT64_MIN, INT64_MAX, INT64_C(-2), INT64_C(0), INT64_C(77)})
        EXPECT_EQ(weft_thrift_compact_unzigzag(weft_thrift_compact_zigzag(value)), value);
}

TEST(Compact, FieldsHaveTheDistanceOfIdsInTheirHead)
{
    uint8_t bytes[64];
    uint8_t *at = bytes;
    int16_t last_id = 0;

    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_I32, 1, &last_id);
    at = weft_thrift_compact_put_i32(at, -3);
    at = weft_thrift_compact_put_bool_field(at, true, 16, &last_id);
    at = weft_thrift_compact_put_bool_field(at, false, 32, &last_id);
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_I8, -1, &last_id);
    at = weft_thrift_compact_put_i8(at, 9);
    at = weft_thrift_compact_put_stop(at);
    EXPECT_EQ(Bytes(bytes, at), (Bytes{0x15, 5, 0xf1, 0x02, 64, 0x03, 1, 9, 0}));

    Input input(Bytes(bytes, at));
    uint32_t key = 0;
    int32_t number = 0;
    int8_t tiny = 0;
    bool truth = false;
    input.at = weft_thrift_compact_get_field(input.at, &input.reader, &key);
    EXPECT_EQ(key, WEFT_THRIFT_KEY(WEFT_THRIFT_I32, 1));
    input.at = weft_thrift_compact_get_i32(input.at, &input.reader, &number);
    EXPECT_EQ(number, -3);
    input.at = weft_thrift_compact_get_field(input.at, &input.reader, &key);
    EXPECT_EQ(key, WEFT_THRIFT_KEY(WEFT_THRIFT_BOOL, 16));
    weft_thrift_compact_get_bool_field(input.at, &input.reader, &truth);
    EXPECT_TRUE(truth);
    input.at = weft_thrift_compact_get_field(input.at, &input.reader, &key);
    EXPECT_EQ(key, WEFT_THRIFT_KEY(WEFT_THRIFT_BOOL, 32));
    weft_thrift_compact_get_bool_field(input.at, &input.reader, &truth);
    EXPECT_FALSE(truth);
    input.at = weft_thrift_compact_get_field(input.at, &input.reader, &key);
    EXPECT_EQ(key, WEFT_THRIFT_KEY(WEFT_THRIFT_I8, -1));
    input.at = weft_thrift_compact_get_i8(input.at, &input.reader, &tiny);
    EXPECT_EQ(tiny, 9);
    input.at = weft_thrift_compact_get_field(input.at, &input.reader, &key);
    EXPECT_TRUE(weft_thrift_key_is_stop(key));
    EXPECT_EQ(input.at, input.reader.end);
}

TEST(Compact, ContainersHaveShortHeads)
{
    uint8_t bytes[32];

    uint8_t *at = weft_thrift_compact_put_list(bytes, WEFT_THRIFT_I64, 14);
    EXPECT_EQ(Bytes(bytes, at), (Bytes{0xe6}));
    at = weft_thrift_compact_put_list(bytes, WEFT_THRIFT_STRING, 300);
    EXPECT_EQ(Bytes(bytes, at), (Bytes{0xf8, 0xac, 0x02}));
    at = weft_thrift_compact_put_map(bytes, WEFT_THRIFT_STRING, WEFT_THRIFT_I64, 0);
    EXPECT_EQ(Bytes(bytes, at), (Bytes{0}));
    at = weft_thrift_compact_put_map(bytes, WEFT_THRIFT_STRING, WEFT_THRIFT_BOOL, 3);
    EXPECT_EQ(Bytes(bytes, at), (Bytes{3, 0x81}));
}

TEST(Compact, CountsAreHeldAgainstWhatIsLeft)
{
    WeftThriftContainer list = {};

    Input many({0xf6, 0xff, 0xff, 0xff, 0xff, 0x07, 0, 0, 0});
    EXPECT_EQ(weft_thrift_compact_get_list(many.at, &many.reader, WEFT_THRIFT_I64, 1, 8, &list),
              nullptr);
    EXPECT_EQ(many.reader.failure, WEFT_THRIFT_TOO_LARGE);
    Input negative({0xf6, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0});
    EXPECT_EQ(
        weft_thrift_compact_get_list(negative.at, &negative.reader, WEFT_THRIFT_I64, 1, 8, &list),
        nullptr);
    EXPECT_EQ(negative.reader.failure, WEFT_THRIFT_MALFORMED);
    Input more({0x36, 0, 0});
    EXPECT_EQ(weft_thrift_compact_get_list(more.at, &more.reader, WEFT_THRIFT_I64, 1, 8, &list),
              nullptr);
    EXPECT_EQ(more.reader.failure, WEFT_THRIFT_TRUNCATED);
    Input pairs({2, 0x86, 1, 'a', 0});
    EXPECT_EQ(weft_thrift_compact_get_map(pairs.at, &pairs.reader,
                                          WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, WEFT_THRIFT_I64), 2,
                                          24, &list),
              nullptr);
    EXPECT_EQ(pairs.reader.failure, WEFT_THRIFT_TRUNCATED);
}

TEST(Compact, SkipPassesOverEveryKindAndFailsAtEveryCut)
{
    const Bytes all = {0x11, 0x12, 0x13, 7,  0x14, 4,  0x15, 6, 0x16, 0x80, 1, /* scalars */
                       0x17, 0,    0,    0,  0,    0,  0,    0, 0,             /* double */
                       0x18, 1,    'x',                                        /* string */
                       0x19, 0x21, 1,    2,                                    /* list<bool> */
                       0x1a, 0x15, 9,                                          /* set<i32> */
                       0x1b, 1,    0x81, 1,  'k',  1,                          /* map */
                       0x1b, 0,                                                /* empty map */
                       0x1c, 0x11, 0,                                          /* struct */
                       0x1d, 1,    2,    3,  4,    5,  6,    7, 8,    9,    10,
                       11,   12,   13,   14, 15,   16, 0};

    Input whole(all);
    EXPECT_EQ(weft_thrift_compact_skip(whole.at, &whole.reader, WEFT_THRIFT_STRUCT),
              whole.reader.end);
    for (size_t size = 0; size < all.size(); size++) {
        Input cut(Bytes(all.begin(), all.begin() + static_cast<ptrdiff_t>(size)));
        ASSERT_EQ(weft_thrift_compact_skip(cut.at, &cut.reader, WEFT_THRIFT_STRUCT), nullptr);
        ASSERT_EQ(cut.reader.failure, WEFT_THRIFT_TRUNCATED) << size;
    }
}

TEST(Compact, SkipGoesNoDeeperThanTheLimit)
{
    for (uint8_t head : {0x1c, 0x19}) {
        Input nested(Bytes(100000, head));
        EXPECT_EQ(weft_thrift_compact_skip(nested.at, &nested.reader, WEFT_THRIFT_STRUCT), nullptr);
        EXPECT_EQ(nested.reader.failure, WEFT_THRIFT_TOO_DEEP);
    }
    Input unknown({0x1e, 0, 0});
    EXPECT_EQ(weft_thrift_compact_skip(unknown.at, &unknown.reader, WEFT_THRIFT_STRUCT), nullptr);
    EXPECT_EQ(unknown.reader.failure, WEFT_THRIFT_MALFORMED);
}

} // namespace
