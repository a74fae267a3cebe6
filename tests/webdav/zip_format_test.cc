/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ZIP records where numbers no longer fit; the rest is read by real programs in
 * tests/system/zip_test.py.
 */
#include <gtest/gtest.h>
#include <string>

#include "webdav/zip_format.h"

namespace
{

class Zip : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        weft_buffer_init(&out_, 64);
    }

    void TearDown() override
    {
        weft_buffer_clear(&out_);
    }

    /* What was written since the last call. */
    std::string Take()
    {
        const size_t size = weft_buffer_length(&out_);
        const std::string all(reinterpret_cast<char *>(weft_buffer_bytes(&out_)), size);

        weft_buffer_consume(&out_, size);
        return all;
    }

    static uint64_t Number(const std::string &bytes, size_t at, size_t size)
    {
        uint64_t value = 0;

        for (size_t i = size; i > 0; i--)
            value = value << 8 | static_cast<uint8_t>(bytes.at(at + i - 1));
        return value;
    }

    static WeftDavZipMember File(uint64_t size_bytes, uint64_t offset_bytes)
    {
        return {"name", 4, FALSE, FALSE, 0, size_bytes, 0x12345678, offset_bytes};
    }

    WeftBuffer out_;
};

constexpr uint64_t GIB_4 = uint64_t{1} << 32;

} // namespace

TEST_F(Zip, SmallFilesHaveShortRecords)
{
    const WeftDavZipMember file = File(70000, 1000);

    weft_dav_zip_append_descriptor(&out_, &file);
    const std::string descriptor = Take();
    EXPECT_EQ(descriptor.size(), 16u);
    EXPECT_EQ(Number(descriptor, 4, 4), 0x12345678u);
    EXPECT_EQ(Number(descriptor, 8, 4), 70010u); /* two blocks */
    EXPECT_EQ(Number(descriptor, 12, 4), 70000u);

    weft_dav_zip_append_row(&out_, &file);
    const std::string row = Take();
    EXPECT_EQ(row.size(), 46u + 4 + 9);
    EXPECT_EQ(Number(row, 42, 4), 1000u);
}

TEST_F(Zip, LargeFilesHaveLongRecords)
{
    const WeftDavZipMember file = File(GIB_4, GIB_4 + 7);

    weft_dav_zip_append_header(&out_, &file);
    EXPECT_EQ(Take().size(), 30u + 4 + 20 + 9);
    weft_dav_zip_append_descriptor(&out_, &file);
    const std::string descriptor = Take();
    EXPECT_EQ(descriptor.size(), 24u);
    EXPECT_EQ(Number(descriptor, 16, 8), GIB_4);

    weft_dav_zip_append_row(&out_, &file);
    const std::string row = Take();
    EXPECT_EQ(row.size(), 46u + 4 + 28 + 9);
    EXPECT_EQ(Number(row, 20, 4), UINT32_MAX);
    EXPECT_EQ(Number(row, 24, 4), UINT32_MAX);
    EXPECT_EQ(Number(row, 42, 4), UINT32_MAX);
    EXPECT_EQ(Number(row, 46 + 4 + 4, 8), GIB_4);
    EXPECT_EQ(Number(row, 46 + 4 + 4 + 16, 8), GIB_4 + 7);
}

TEST_F(Zip, WhatIsLargeOnlyWhenPackedIsLarge)
{
    /* The blocks' heads make it so: header, descriptor and row agree. */
    const WeftDavZipMember file = File(UINT32_MAX - 10, 0);

    weft_dav_zip_append_header(&out_, &file);
    EXPECT_EQ(Take().size(), 30u + 4 + 20 + 9);
    weft_dav_zip_append_descriptor(&out_, &file);
    EXPECT_EQ(Take().size(), 24u);
    weft_dav_zip_append_row(&out_, &file);
    EXPECT_EQ(Take().size(), 46u + 4 + 12 + 9);
}

TEST_F(Zip, TheEndIsLongWhereANumberNeedsIt)
{
    const struct {
        uint64_t n_members, offset_bytes, size_bytes;
        bool is_long;
    } ends[] = {
        {65534, GIB_4 - 2, GIB_4 - 2, false},
        {65535, 0, 0, true},
        {0, GIB_4 - 1, 0, true},
        {0, 0, GIB_4 - 1, true},
    };

    for (const auto &end : ends) {
        weft_dav_zip_append_end(&out_, end.n_members, end.offset_bytes, end.size_bytes);
        const std::string bytes = Take();

        ASSERT_EQ(bytes.size(), end.is_long ? 56u + 20 + 22 : 22u);
        if (end.is_long) {
            EXPECT_EQ(Number(bytes, 32, 8), end.n_members);
            EXPECT_EQ(Number(bytes, 40, 8), end.size_bytes);
            EXPECT_EQ(Number(bytes, 48, 8), end.offset_bytes);
            EXPECT_EQ(Number(bytes, 56 + 8, 8), end.offset_bytes + end.size_bytes);
        }
    }
}

TEST_F(Zip, TimesOutsideOfWhatFitsAreTheNearest)
{
    WeftDavZipMember file = File(0, 0);

    for (int64_t modified_s : {INT64_C(-1), INT64_C(0), INT64_C(99999999999), INT64_MAX}) {
        file.modified_s = modified_s;
        weft_dav_zip_append_header(&out_, &file);
        const uint64_t date = Number(Take(), 12, 2);

        EXPECT_EQ(date, modified_s <= 0 ? (1 << 5 | 1) : date);
    }
}
