/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/stream.h>

#include <random>
#include <string>

#include "../in_fiber.h"

using namespace weft_test;

namespace
{

constexpr int WOULD_PARK = -2;

class MemoryStream : public FakeClock
{
};

void
write_string(WeftStream *stream, const std::string &text)
{
    g_autoptr(GError) error = nullptr;

    EXPECT_TRUE(weft_stream_write_all(stream, text.data(), text.size(), &error))
        << (error != nullptr ? error->message : "");
}

std::string
read_to_end(WeftStream *stream)
{
    std::string all;
    char piece[7];

    for (;;) {
        ssize_t n_read = weft_stream_read(stream, piece, sizeof piece, nullptr);
        EXPECT_GE(n_read, 0);
        if (n_read <= 0)
            return all;
        all.append(piece, static_cast<size_t>(n_read));
    }
}

} // namespace

TEST_F(MemoryStream, CarriesBytesBothWaysInOrder)
{
    in_fiber([] {
        g_autoptr(WeftStream) left = nullptr;
        g_autoptr(WeftStream) right = nullptr;
        char bytes[8] = "";

        weft_stream_pair(16, &left, &right);
        write_string(left, "ping");
        write_string(right, "pong!");
        EXPECT_TRUE(weft_stream_read_exact(right, bytes, 4, nullptr));
        EXPECT_STREQ(bytes, "ping");
        EXPECT_TRUE(weft_stream_read_exact(left, bytes, 5, nullptr));
        EXPECT_STREQ(bytes, "pong!");
        EXPECT_EQ(weft_stream_n_written(left), 4u);
        EXPECT_EQ(weft_stream_n_read(left), 5u);
        EXPECT_STREQ(weft_stream_peer(left), "memory");
    });
}

TEST_F(MemoryStream, AWriterParksWhenThePipeIsFull)
{
    in_fiber([] {
        g_autoptr(WeftStream) left = nullptr;
        g_autoptr(WeftStream) right = nullptr;
        g_autoptr(WeftGroup) group = weft_group_new();
        std::string sent;
        std::mt19937 random(5);

        for (int i = 0; i < 5000; i++)
            sent.push_back(static_cast<char>(random()));
        weft_stream_pair(13, &left, &right);
        spawn(group, [&] {
            struct iovec pieces[] = {
                {&sent[0], 1000}, {nullptr, 0}, {&sent[1000], 2999}, {&sent[3999], 1001}};
            EXPECT_TRUE(weft_stream_writev_all(left, pieces, 4, nullptr));
            EXPECT_TRUE(weft_stream_finish(left, nullptr));
        });
        EXPECT_EQ(read_to_end(right), sent);
        join(group);
    });
}

TEST_F(MemoryStream, TryReadSaysWhereItWouldPark)
{
    in_fiber([] {
        g_autoptr(WeftStream) left = nullptr;
        g_autoptr(WeftStream) right = nullptr;
        char byte;

        weft_stream_pair(4, &left, &right);
        EXPECT_EQ(weft_stream_try_read(right, &byte, 1, nullptr), WOULD_PARK);
        write_string(left, "a");
        EXPECT_TRUE(weft_stream_wait_readable(right, nullptr));
        EXPECT_EQ(weft_stream_try_read(right, &byte, 1, nullptr), 1);
        EXPECT_TRUE(weft_stream_finish(left, nullptr));
        EXPECT_EQ(weft_stream_try_read(right, &byte, 1, nullptr), 0);
        EXPECT_EQ(weft_stream_read(right, &byte, 1, nullptr), 0);
    });
}

TEST_F(MemoryStream, TryWriteTakesWhatThereIsRoomFor)
{
    in_fiber([] {
        g_autoptr(WeftStream) left = nullptr;
        g_autoptr(WeftStream) right = nullptr;
        g_autoptr(GError) error = nullptr;

        weft_stream_pair(4, &left, &right);
        EXPECT_EQ(weft_stream_try_write(left, "abcdef", 6, nullptr), 4);
        EXPECT_EQ(weft_stream_try_write(left, "ef", 2, nullptr), WOULD_PARK);
        EXPECT_EQ(weft_stream_n_written(left), 4u);
        g_clear_pointer(&right, weft_stream_free);
        EXPECT_EQ(weft_stream_try_write(left, "ef", 2, &error), -1);
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
    });
}

TEST_F(MemoryStream, AnEndThatComesTooEarlyIsClosed)
{
    in_fiber([] {
        g_autoptr(WeftStream) left = nullptr;
        g_autoptr(WeftStream) right = nullptr;
        g_autoptr(GError) error = nullptr;
        char bytes[8];

        weft_stream_pair(16, &left, &right);
        write_string(left, "abc");
        g_clear_pointer(&left, weft_stream_free);
        EXPECT_FALSE(weft_stream_read_exact(right, bytes, 8, &error));
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
        EXPECT_FALSE(weft_stream_write_all(right, "x", 1, &error));
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
    });
}

TEST_F(MemoryStream, ReadsAndWritesHonourTheDeadline)
{
    in_fiber([] {
        g_autoptr(WeftStream) left = nullptr;
        g_autoptr(WeftStream) right = nullptr;
        g_autoptr(GError) error = nullptr;
        char byte;

        weft_stream_pair(4, &left, &right);
        {
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(100);
            EXPECT_EQ(weft_stream_read(right, &byte, 1, &error), -1);
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_TIMED_OUT));
        }
        {
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(100);
            EXPECT_FALSE(weft_stream_write_all(left, "12345", 5, &error));
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_TIMED_OUT));
        }
        EXPECT_EQ(weft_stream_n_written(left), 4u);
    });
}

TEST_F(MemoryStream, SendsAFileThroughACopy)
{
    in_fiber([] {
        g_autoptr(WeftStream) left = nullptr;
        g_autoptr(WeftStream) right = nullptr;
        g_autoptr(GBytes) bytes = g_bytes_new_static("0123456789", 10);
        g_autoptr(WeftFile) file = weft_file_new_for_bytes(bytes);
        g_autoptr(GError) error = nullptr;

        weft_stream_pair(32, &left, &right);
        EXPECT_TRUE(weft_stream_send_file(left, file, 3, 4, nullptr));
        EXPECT_FALSE(weft_stream_send_file(left, file, 3, 8, &error));
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_IO));
        g_clear_pointer(&left, weft_stream_free);
        EXPECT_EQ(read_to_end(right), "3456");
    });
}
