/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a slow client may take, and what of it is the handler's time.
 */

#include "dialogue.h"

using namespace weft_test;

namespace
{

class Transfer : public FakeClock
{
};

} // namespace

TEST_F(Transfer, ASlowBodyIs408)
{
    in_fiber([] {
        Dialogue dialogue(echo);

        dialogue.say(PUT_HEAD + "Content-Length: 10000\r\n\r\n");
        /* 90 bytes a second, where 100 are due. */
        for (int i = 0; i < 9; i++) {
            dialogue.say(std::string(90, 'x'));
            sleep_ms(1000);
        }
        EXPECT_EQ(dialogue.status(), "HTTP/1.1 408 Request Timeout");
        EXPECT_EQ(dialogue.seconds() / 10, 1);
    });
}

TEST_F(Transfer, ABodyAtTheMinimumRateIsWaitedFor)
{
    in_fiber([] {
        Dialogue dialogue(echo);

        dialogue.say(PUT_HEAD + "Content-Length: 20000\r\nConnection: close\r\n\r\n");
        for (int i = 0; i < 100; i++) {
            dialogue.say(std::string(200, 'x'));
            sleep_ms(1500);
        }
        EXPECT_EQ(dialogue.status(), "HTTP/1.1 200 OK");
        EXPECT_GE(dialogue.seconds(), 150);
    });
}

TEST_F(Transfer, AClientThatTakesNothingIsDropped)
{
    in_fiber([] {
        GError *failure = nullptr;
        std::string large(100000, 'x');
        Dialogue dialogue(
            [&](WeftHttpRequest *, WeftHttpResponse *response, GError **error) {
                gboolean sent =
                    weft_http_response_send(response, large.data(), large.size(), error);
                if (error != nullptr && *error != nullptr)
                    failure = g_error_copy(*error);
                return sent;
            },
            limits(), 500);

        dialogue.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        EXPECT_TRUE(weft_group_wait(dialogue.group, nullptr));
        EXPECT_TRUE(failed_with(&failure, WEFT_ERROR_CLOSED));
        EXPECT_EQ(dialogue.seconds(), 10);
    });
}

TEST_F(Transfer, AClientThatTakesItsAnswerAtTheMinimumRateGetsIt)
{
    in_fiber([] {
        std::string large(20000, 'x');
        Dialogue dialogue(
            [&](WeftHttpRequest *, WeftHttpResponse *response, GError **error) {
                return weft_http_response_send(response, large.data(), large.size(), error);
            },
            limits(), 1000);

        dialogue.say(GET_AND_CLOSE);
        for (size_t size = 300; size < 20000; size += 300) {
            dialogue.hear(size);
            sleep_ms(1000);
        }
        dialogue.hear();
        EXPECT_EQ(dialogue.heard.substr(dialogue.heard.find("\r\n\r\n") + 4), large);
        EXPECT_GE(dialogue.seconds(), 30);
    });
}

TEST_F(Transfer, ALateHandlerIs503)
{
    in_fiber([] {
        WeftHttpLimits some = limits();
        some.handler_timeout_ms = 3000;
        Dialogue dialogue([](WeftHttpRequest *, WeftHttpResponse *,
                             GError **error) { return weft_fiber_sleep_ms(60000, error); },
                          some);

        dialogue.say(GET_AND_CLOSE);
        EXPECT_EQ(dialogue.status(), "HTTP/1.1 503 Service Unavailable");
        EXPECT_EQ(dialogue.seconds(), 3);
    });
}

TEST_F(Transfer, TheHandlersTimeIsNotTheClients)
{
    in_fiber([] {
        WeftHttpLimits some = limits();
        some.handler_timeout_ms = 3000;
        Dialogue dialogue(
            [](WeftHttpRequest *request, WeftHttpResponse *response, GError **error) {
                char bytes[100];

                /* Two seconds of its own, and five of the client's. */
                return weft_fiber_sleep_ms(1000, error) &&
                       weft_http_request_read(request, bytes, sizeof bytes, error) == 5 &&
                       weft_fiber_sleep_ms(1000, error) && hello(request, response, error);
            },
            some);

        dialogue.say(PUT_HEAD + "Content-Length: 5\r\nConnection: close\r\n\r\n");
        sleep_ms(6000);
        dialogue.say("abcde");
        EXPECT_EQ(dialogue.status(), "HTTP/1.1 200 OK");
        EXPECT_EQ(dialogue.seconds(), 7);
    });
}
