/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP on a connection, where time and pieces matter.  What is said in which words is in
 * tests/wire.
 */

#include "dialogue.h"

using namespace weft_test;

namespace
{

class Connection : public FakeClock
{
};

} // namespace

TEST_F(Connection, RequestsMayComeAllAtOnce)
{
    in_fiber([] {
        Dialogue dialogue(hello);
        const int n_requests = 300;
        std::string requests;

        for (int i = 0; i < n_requests; i++)
            requests +=
                "GET / HTTP/1.1\r\nHost: a\r\nX-Filler: " + std::string(i % 50, 'x') + "\r\n\r\n";
        dialogue.say(requests);
        EXPECT_TRUE(weft_stream_finish(dialogue.stream, nullptr));
        std::string answers = dialogue.hear();
        int n_answers = 0;
        for (size_t at = 0; (at = answers.find("HTTP/1.1 200 OK", at)) != std::string::npos; at++)
            n_answers++;
        EXPECT_EQ(n_answers, n_requests);
    });
}

TEST_F(Connection, ASilentClientIsClosedWithoutAWord)
{
    in_fiber([] {
        WeftHttpLimits some = limits();
        some.idle_timeout_ms = 30000;
        Dialogue dialogue(hello, some);

        EXPECT_EQ(dialogue.hear(), "");
        EXPECT_EQ(dialogue.seconds(), 30);
    });
}

TEST_F(Connection, ASlowHeadIs408FromItsFirstByteOn)
{
    in_fiber([] {
        Dialogue dialogue(hello);

        sleep_ms(5000);
        for (int i = 0; i < 10; i++) {
            dialogue.say("G");
            sleep_ms(900);
        }
        dialogue.hear(1);
        EXPECT_EQ(dialogue.seconds(), 15);
        EXPECT_EQ(dialogue.status(), "HTTP/1.1 408 Request Timeout");
    });
}

TEST_F(Connection, ACancelledHandlerIsStillAnswered)
{
    in_fiber([] {
        Dialogue dialogue([](WeftHttpRequest *, WeftHttpResponse *, GError **error) {
            return weft_fiber_sleep_ms(60000, error);
        });

        dialogue.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        settle();
        weft_group_cancel(dialogue.group, "the server stops");
        EXPECT_EQ(dialogue.status(), "HTTP/1.1 503 Service Unavailable");
        EXPECT_EQ(dialogue.seconds(), 0);
    });
}
