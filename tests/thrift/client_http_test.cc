/* SPDX-License-Identifier: Apache-2.0 */

#include <gtest/gtest.h>
#include <weft/thrift_error.h>

#include <string>

extern "C" {
#include "thrift/client_http.h"
}

namespace
{

class Answer
{
  public:
    explicit Answer(const std::string &given) : text(given)
    {
        weft_arena_init(&arena, SIZE_MAX);
        is_fine = weft_thrift_http_answer_parse(&answer, text.data(), text.size(), &arena, &error);
    }
    ~Answer()
    {
        weft_arena_clear(&arena);
        g_clear_error(&error);
    }
    Answer(const Answer &) = delete;

    std::string text;
    WeftArena arena;
    WeftThriftHttpAnswer answer = {};
    GError *error = nullptr;
    bool is_fine;
};

std::string
refusal(const std::string &text)
{
    Answer parsed(text);

    EXPECT_FALSE(parsed.is_fine) << text;
    EXPECT_TRUE(parsed.is_fine ||
                g_error_matches(parsed.error, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_PROTOCOL));
    return parsed.is_fine ? "" : parsed.error->message;
}

} // namespace

TEST(ClientHttp, TakesAHeadApart)
{
    Answer parsed("HTTP/1.1 200 Very OK\r\nContent-Length: 12\r\nX-Trace: a b \r\n\r\n");

    ASSERT_TRUE(parsed.is_fine) << parsed.error->message;
    EXPECT_EQ(parsed.answer.status, 200u);
    EXPECT_EQ(std::string(parsed.answer.reason, parsed.answer.reason_length), "Very OK");
    EXPECT_EQ(parsed.answer.content_length, 12);
    EXPECT_TRUE(parsed.answer.keeps_alive);
    EXPECT_FALSE(parsed.answer.is_chunked);
    ASSERT_EQ(parsed.answer.n_pairs, 2u);
    EXPECT_STREQ(parsed.answer.pairs[1].name.data, "X-Trace");
    EXPECT_STREQ(parsed.answer.pairs[1].value.data, "a b");
}

TEST(ClientHttp, KnowsHowBodiesEnd)
{
    const struct {
        const char *head;
        int64_t length;
        bool is_chunked;
        bool keeps_alive;
    } cases[] = {
        {"HTTP/1.1 200 OK\r\n\r\n", -1, false, true},
        {"HTTP/1.1 200\r\n\r\n", -1, false, true},
        {"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\n", 3, false, false},
        {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\n", 3, false, true},
        {"HTTP/1.1 200 OK\r\nConnection: x, Close\r\n\r\n", -1, false, false},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n", -1, true, true},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n", -1, true,
         true},
        {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\ncontent-length: 4\r\n\r\n", 4, false, true},
        {"HTTP/1.1 204 None\r\nContent-Length: 9\r\n\r\n", 0, false, true},
        {"HTTP/1.1 100 Continue\r\n\r\n", 0, false, true},
    };

    for (const auto &one : cases) {
        Answer parsed(one.head);

        ASSERT_TRUE(parsed.is_fine) << one.head;
        EXPECT_EQ(parsed.answer.content_length, one.length) << one.head;
        EXPECT_EQ(parsed.answer.is_chunked, one.is_chunked) << one.head;
        EXPECT_EQ(parsed.answer.keeps_alive, one.keeps_alive) << one.head;
    }
}

TEST(ClientHttp, RefusesWhatIsNoHead)
{
    const std::string no_status = "answer by HTTP: it does not begin with a status line";
    const std::string bad_line = "answer by HTTP: malformed field line";
    std::string many = "HTTP/1.1 200 OK\r\n";

    for (int i = 0; i <= WEFT_THRIFT_HTTP_MAX_FIELDS; i++)
        many += "a: b\r\n";
    EXPECT_EQ(refusal(""), no_status);
    EXPECT_EQ(refusal("HTTP/2 200 OK\r\n\r\n"), no_status);
    EXPECT_EQ(refusal("HTTP/1.1 20 OK\r\n\r\n"), no_status);
    EXPECT_EQ(refusal("HTTP/1.1 099 OK\r\n\r\n"), no_status);
    EXPECT_EQ(refusal("HTTP/1.1 200 O\x01K\r\n\r\n"), no_status);
    EXPECT_EQ(refusal("HTTP/1.1 200 OK\r\n"), bad_line);
    EXPECT_EQ(refusal("HTTP/1.1 200 OK\r\nno colon\r\n\r\n"), bad_line);
    EXPECT_EQ(refusal("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n"),
              "answer by HTTP: two different lengths");
    EXPECT_EQ(refusal("HTTP/1.1 200 OK\r\nContent-Length: -4\r\n\r\n"),
              "answer by HTTP: bad Content-Length");
    EXPECT_EQ(refusal("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
              "answer by HTTP: unknown Transfer-Encoding");
    EXPECT_EQ(refusal(many + "\r\n"), "answer by HTTP: too many fields");
}
