/* SPDX-License-Identifier: Apache-2.0 */

#include <gtest/gtest.h>
#include <weft/buffer.h>

#include <string>

namespace
{

std::string
content(const WeftBuffer *buffer)
{
    return std::string(reinterpret_cast<const char *>(weft_buffer_bytes(buffer)),
                       weft_buffer_length(buffer));
}

} // namespace

TEST(Buffer, AppendsAtTheEndAndIsConsumedFromTheBeginning)
{
    WeftBuffer buffer;

    weft_buffer_init(&buffer, 8);
    weft_buffer_append_string(&buffer, "hello");
    weft_buffer_consume(&buffer, 2);
    weft_buffer_append(&buffer, " wor", 4);
    weft_buffer_append(&buffer, "ld", 2);
    EXPECT_EQ(content(&buffer), "llo world");
    weft_buffer_consume(&buffer, weft_buffer_length(&buffer));
    EXPECT_EQ(buffer.begin, 0u);
    EXPECT_EQ(buffer.end, 0u);
    weft_buffer_clear(&buffer);
    EXPECT_EQ(buffer.capacity, 0u);
}

TEST(Buffer, ReserveMovesBeforeItGrows)
{
    WeftBuffer buffer;

    weft_buffer_init(&buffer, 8);
    weft_buffer_append(&buffer, "abcdefgh", 8);
    weft_buffer_consume(&buffer, 5);
    weft_buffer_reserve(&buffer, 5);
    EXPECT_EQ(buffer.capacity, 8u);
    EXPECT_EQ(content(&buffer), "fgh");
    weft_buffer_reserve(&buffer, 6);
    EXPECT_GE(buffer.capacity, 9u);
    EXPECT_EQ(content(&buffer), "fgh");
    weft_buffer_clear(&buffer);
}

TEST(Buffer, BeginsWithoutMemory)
{
    WeftBuffer buffer;

    weft_buffer_init(&buffer, 0);
    EXPECT_EQ(weft_buffer_room(&buffer), 0u);
    weft_buffer_compact(&buffer);
    weft_buffer_append(&buffer, "", 0);
    weft_buffer_append_string(&buffer, "x");
    EXPECT_EQ(content(&buffer), "x");
    weft_buffer_clear(&buffer);
    weft_buffer_clear(&buffer);
}
