/* SPDX-License-Identifier: Apache-2.0 */

#include "dialogue.h"

using namespace weft_test;

namespace
{

class Gate : public FakeClock
{
  protected:
    /* The answer's status line and, if it has one, its Location. */
    std::string answer(const std::string &head)
    {
        std::string said;

        in_fiber([&] {
            Dialogue dialogue(hello);
            weft_http_service_set_redirect_to_tls(dialogue.service, port);
            dialogue.say(head + "Connection: close\r\n\r\n");
            said = dialogue.status();
            size_t at = dialogue.heard.find("Location: ");
            if (at != std::string::npos)
                said += " " + dialogue.heard.substr(at, dialogue.heard.find("\r\n", at) - at);
        });
        return said;
    }

    unsigned port = 8443;
};

} // namespace

TEST_F(Gate, SendsWhoComesWithoutTlsToTls)
{
    EXPECT_EQ(answer("GET /a%20b//?x=1 HTTP/1.1\r\nHost: example.org:8080\r\n"),
              "HTTP/1.1 301 Moved Permanently Location: https://example.org:8443/a%20b//?x=1");
    EXPECT_EQ(answer("PROPFIND / HTTP/1.1\r\nHost: [::1]:80\r\n"),
              "HTTP/1.1 308 Permanent Redirect Location: https://[::1]:8443/");
    EXPECT_EQ(answer("PUT http://other/a HTTP/1.1\r\nHost: example.org\r\nContent-Length: 0\r\n"),
              "HTTP/1.1 308 Permanent Redirect Location: https://other:8443/a");
    EXPECT_EQ(answer("OPTIONS /a HTTP/1.1\r\nHost: a\r\n"),
              "HTTP/1.1 308 Permanent Redirect Location: https://a:8443/a");
    port = 443;
    EXPECT_EQ(answer("GET /a HTTP/1.1\r\nHost: a:80\r\n"),
              "HTTP/1.1 301 Moved Permanently Location: https://a/a");
}

TEST_F(Gate, NeverSendsOptionsOfTheRootAway)
{
    EXPECT_EQ(answer("OPTIONS / HTTP/1.1\r\nHost: a\r\n"), "HTTP/1.1 200 OK");
    EXPECT_EQ(answer("OPTIONS * HTTP/1.1\r\nHost: a\r\n"), "HTTP/1.1 200 OK");
}

TEST_F(Gate, HoldsBackAllTogether)
{
    in_fiber([] {
        const std::string request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        Dialogue dialogue(hello);
        std::string statuses;

        weft_http_service_set_max_total_rate(dialogue.service, 1, 2);
        dialogue.say(request + request + request);
        sleep_ms(1000);
        dialogue.say(GET_AND_CLOSE);
        dialogue.hear();
        for (size_t at = 0; (at = dialogue.heard.find("HTTP/1.1 ", at)) != std::string::npos; at++)
            statuses += dialogue.heard.substr(at + 9, 4);
        EXPECT_EQ(statuses, "200 200 503 200 ");
    });
}

TEST_F(Gate, DoesNotGuessWhereAClientWithoutHostIs)
{
    EXPECT_EQ(answer("GET /a HTTP/1.0\r\n"), "HTTP/1.1 400 Bad Request");
}
