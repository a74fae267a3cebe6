/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers: their fields, and what a handler promises with them.
 */

#include "dialogue.h"

using namespace weft_test;

namespace
{

class Response : public FakeClock
{
};

} // namespace

TEST_F(Response, AHandlerMustKeepTheLengthItAnnounced)
{
    in_fiber([] {
        Dialogue dialogue([](WeftHttpRequest *, WeftHttpResponse *response, GError **error) {
            weft_http_response_set_header(response, "Content-Length", "10");
            return weft_http_response_write(response, "short", 5, error);
        });

        dialogue.say(GET_AND_CLOSE);
        EXPECT_EQ(dialogue.status(), "HTTP/1.1 500 Internal Server Error");
    });
}

TEST_F(Response, SetReplacesAndAddKeepsAField)
{
    in_fiber([] {
        Dialogue dialogue([](WeftHttpRequest *, WeftHttpResponse *response, GError **error) {
            weft_http_response_set_header(response, "X-A", "1");
            weft_http_response_set_header(response, "X-AB", "2");
            weft_http_response_add_header(response, "X-B", "3");
            weft_http_response_add_header(response, "x-b", "4");
            weft_http_response_set_header(response, "x-a", "5");
            return weft_http_response_send(response, nullptr, 0, error);
        });

        dialogue.say(GET_AND_CLOSE);
        std::string answer = dialogue.hear();
        EXPECT_NE(answer.find("\r\nX-AB: 2\r\nX-B: 3\r\nx-b: 4\r\nx-a: 5\r\nContent-Length: 0\r\n"),
                  std::string::npos)
            << answer;
    });
}
