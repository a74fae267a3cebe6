/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies in pieces, and behind heads of any size.
 */

#include "dialogue.h"

using namespace weft_test;

namespace
{

class HttpBody : public FakeClock
{
};

} // namespace

TEST_F(HttpBody, ARequestMayComeByteByByte)
{
    in_fiber([] {
        Dialogue dialogue(echo);
        std::string request = PUT_HEAD + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                                         "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n";

        for (char byte : request) {
            dialogue.say(std::string(1, byte));
            settle();
        }
        std::string answer = dialogue.hear();
        EXPECT_EQ(answer.substr(0, 15), "HTTP/1.1 200 OK");
        EXPECT_EQ(answer.substr(answer.size() - 9), "\r\n\r\nabcde");
    });
}

TEST_F(HttpBody, AHeadLargerThanTheBufferIsTaken)
{
    in_fiber([] {
        Dialogue dialogue([](WeftHttpRequest *request, WeftHttpResponse *response, GError **error) {
            g_autoptr(GBytes) body = weft_http_request_read_all(request, 1 << 20, error);
            const char *value = weft_http_request_header(request, "X-Large");
            return body != nullptr && g_bytes_get_size(body) == 30000 &&
                   weft_http_response_send(response, value, strlen(value), error);
        });
        std::string value(30000, 'v');
        std::string chunks;

        for (int i = 0; i < 3000; i++)
            chunks += "a\r\n0123456789\r\n";
        dialogue.say(PUT_HEAD + "Connection: close\r\nX-Large: " + value +
                     "\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n");
        std::string answer = dialogue.hear();
        EXPECT_EQ(answer.substr(0, 15), "HTTP/1.1 200 OK");
        EXPECT_EQ(answer.substr(answer.find("\r\n\r\n") + 4), value);
    });
}

TEST_F(HttpBody, TrailersAreFoundInAnyCase)
{
    in_fiber([] {
        Dialogue dialogue([](WeftHttpRequest *request, WeftHttpResponse *response, GError **error) {
            g_autoptr(GBytes) body = weft_http_request_read_all(request, 10, error);
            const char *sum = weft_http_request_trailer(request, "x-sum");

            EXPECT_NE(body, nullptr);
            EXPECT_EQ(weft_http_request_trailer(request, "X"), nullptr);
            EXPECT_EQ(weft_http_request_content_length(request), -1);
            return weft_http_response_send(response, sum, strlen(sum), error);
        });

        dialogue.say(PUT_HEAD + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "1\r\na\r\n0\r\nX-Other: 1\r\nX-Sum: 42\r\n\r\n");
        std::string answer = dialogue.hear();
        EXPECT_EQ(answer.substr(answer.size() - 6), "\r\n\r\n42");
    });
}

TEST_F(HttpBody, APieceIsNeverLargerThanAskedFor)
{
    in_fiber([] {
        Dialogue dialogue([](WeftHttpRequest *request, WeftHttpResponse *response, GError **error) {
            std::string body;
            char piece[7];
            ssize_t n_read;

            while ((n_read = weft_http_request_read(request, piece, sizeof piece, error)) > 0)
                body.append(piece, (size_t)n_read);
            EXPECT_EQ(weft_http_request_read(request, piece, sizeof piece, error), 0);
            return weft_http_response_send(response, body.data(), body.size(), error);
        });

        dialogue.say(PUT_HEAD + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "a\r\n0123456789\r\nb\r\nabcdefghijk\r\n0\r\n\r\n");
        std::string answer = dialogue.hear();
        EXPECT_EQ(answer.substr(answer.size() - 21), "0123456789abcdefghijk");
    });
}

TEST_F(HttpBody, TinyChunksAreReadTogether)
{
    in_fiber([] {
        Dialogue dialogue([](WeftHttpRequest *request, WeftHttpResponse *response, GError **error) {
            std::string body;
            char piece[4096];
            ssize_t n_read;
            int n_reads = 0;

            for (; (n_read = weft_http_request_read(request, piece, sizeof piece, error)) > 0;
                 n_reads++)
                body.append(piece, (size_t)n_read);
            EXPECT_LT(n_reads, 5);
            return weft_http_response_send(response, body.data(), body.size(), error);
        });
        std::string chunks;

        for (int i = 0; i < 1000; i++)
            chunks += "1\r\nx\r\n";
        dialogue.say(PUT_HEAD + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks +
                     "0\r\n\r\n");
        std::string answer = dialogue.hear();
        EXPECT_EQ(answer.substr(answer.find("\r\n\r\n") + 4), std::string(1000, 'x'));
    });
}

TEST_F(HttpBody, ReadAllIsBounded)
{
    in_fiber([] {
        Dialogue dialogue([](WeftHttpRequest *request, WeftHttpResponse *, GError **error) {
            g_autoptr(GBytes) body = weft_http_request_read_all(request, 9, error);

            EXPECT_EQ(body, nullptr);
            return FALSE;
        });

        dialogue.say(PUT_HEAD + "Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n");
        dialogue.say(PUT_HEAD + "Connection: close\r\nContent-Length: 10\r\n\r\n0123456789");
        std::string answers = dialogue.hear();
        EXPECT_NE(answers.find("413", answers.find("413") + 1), std::string::npos) << answers;
    });
}

TEST_F(HttpBody, ABodyIsHereOnceAllOfItHasComeWithTheHead)
{
    in_fiber([] {
        std::string seen;
        Dialogue dialogue(
            [&seen](WeftHttpRequest *request, WeftHttpResponse *response, GError **error) {
                seen += weft_http_request_body_is_here(request) ? "here " : "to come ";
                return echo(request, response, error);
            });

        dialogue.say(PUT_HEAD + "\r\n" + PUT_HEAD + "Content-Length: 3\r\n\r\nabc" + PUT_HEAD +
                     "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + PUT_HEAD +
                     "Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc");
        settle();
        dialogue.say(PUT_HEAD + "Connection: close\r\nContent-Length: 3\r\n\r\nab");
        settle();
        dialogue.say("c");
        dialogue.hear();
        EXPECT_EQ(seen, "here here to come here to come ");
    });
}
