/* SPDX-License-Identifier: Apache-2.0 */
#include <weft/reader.h>

#include "../in_fiber.h"

#include <string>

namespace
{

using weft_test::in_fiber;
using weft_test::spawn;

/* A stream that ends behind @text, and a buffer for what is read of it. */
class Reader
{
  public:
    explicit Reader(const std::string &text)
    {
        weft_stream_pair(64, &left_, &right_);
        weft_buffer_init(&input, 0);
        group_ = weft_group_new();
        spawn(group_, [this, text] {
            EXPECT_TRUE(weft_stream_write_all(left_, text.data(), text.size(), nullptr));
            EXPECT_TRUE(weft_stream_finish(left_, nullptr));
        });
    }

    ~Reader()
    {
        weft_group_free(group_);
        weft_buffer_clear(&input);
        weft_stream_free(left_);
        weft_stream_free(right_);
    }

    Reader(const Reader &) = delete;
    Reader &operator=(const Reader &) = delete;

    /* The next line, and away with it; what ends the stream: "end", or the error's message. */
    std::string line(size_t max_bytes = 100)
    {
        g_autoptr(GError) error = nullptr;
        const ssize_t size = weft_stream_read_line(right_, &input, max_bytes, &error);

        EXPECT_EQ(size < 0, error != nullptr);
        return size > 0 ? take(static_cast<size_t>(size)) : size == 0 ? "end" : error->message;
    }

    std::string bytes(size_t size)
    {
        g_autoptr(GError) error = nullptr;

        if (!weft_stream_read_until(right_, &input, size, &error))
            return error->message;
        return take(size);
    }

    WeftBuffer input;

  private:
    std::string take(size_t size)
    {
        std::string taken(reinterpret_cast<char *>(weft_buffer_bytes(&input)), size);
        weft_buffer_consume(&input, size);
        return taken;
    }

    WeftStream *left_;
    WeftStream *right_;
    WeftGroup *group_;
};

TEST(Reader, LinesComeOneByOneThenTheEnd)
{
    in_fiber([] {
        Reader reader("one\ntwo\r\n\nfour\n");

        EXPECT_EQ(reader.line(), "one\n");
        EXPECT_EQ(reader.line(), "two\r\n");
        EXPECT_EQ(reader.line(), "\n");
        EXPECT_EQ(reader.line(), "four\n");
        EXPECT_EQ(reader.line(), "end");
        EXPECT_EQ(reader.line(), "end");
    });
}

TEST(Reader, ALineThatComesInPiecesIsWhole)
{
    in_fiber([] {
        const std::string text = std::string(5000, 'x') + "\n";
        Reader reader(text + "next\n");

        EXPECT_EQ(reader.line(text.size()), text);
        EXPECT_EQ(reader.line(), "next\n");
    });
}

TEST(Reader, ALineMayHaveItsLimitAndNotMore)
{
    in_fiber([] {
        Reader reader("1234\n12345\n");

        EXPECT_EQ(reader.line(5), "1234\n");
        EXPECT_EQ(reader.line(5), "a line is longer than 5 bytes");
    });
}

TEST(Reader, AnEndWithinALineIsSaid)
{
    in_fiber([] {
        Reader reader("half");

        EXPECT_EQ(reader.line(), "the stream of memory ended within a line");
    });
}

TEST(Reader, BytesAreCountedBehindALine)
{
    in_fiber([] {
        Reader reader("put 5\nhello\nput 3000\n" + std::string(3000, 'y') + "rest");

        EXPECT_EQ(reader.line(), "put 5\n");
        EXPECT_EQ(reader.bytes(5), "hello");
        EXPECT_EQ(reader.bytes(0), "");
        EXPECT_EQ(reader.line(), "\n");
        EXPECT_EQ(reader.line(), "put 3000\n");
        EXPECT_EQ(reader.bytes(3000), std::string(3000, 'y'));
        EXPECT_EQ(reader.bytes(5), "the stream of memory ended within what was announced");
        EXPECT_EQ(reader.bytes(4), "rest");
    });
}

} // namespace
