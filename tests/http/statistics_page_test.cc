/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of statistics over HTTP. */

#include "dialogue.h"

#include <gmock/gmock.h>
#include <string>
#include <weft/http_statistics.h>

using namespace weft_test;
using testing::HasSubstr;
using testing::Not;

static std::string
ask(const std::string &target)
{
    std::string answer;

    in_fiber([&] {
        Dialogue dialogue([](WeftHttpRequest *request, WeftHttpResponse *response, GError **error) {
            static char prefix[] = "chat";
            return weft_http_statistics_handle(request, response, prefix, error);
        });
        dialogue.say("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        answer = dialogue.hear();
    });
    return answer;
}

class StatisticsPage : public FakeClock
{
  protected:
    void SetUp() override
    {
        FakeClock::SetUp();
        weft_statistic_add(weft_statistic_counter("rooms.messages{room=a b}", "Messages."), 3);
        weft_statistic_set(weft_statistic_gauge("users", "Users."), 2);
    }
    void TearDown() override
    {
        weft_statistics_remove("rooms");
        weft_statistics_remove("users");
        FakeClock::TearDown();
    }
};

TEST_F(StatisticsPage, IsPrometheusTextByDefault)
{
    const std::string answer = ask("/metrics");

    EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    EXPECT_THAT(answer, HasSubstr("chat_rooms_messages_total{room=\"a b\"} 3\n"));
    EXPECT_THAT(answer, HasSubstr("chat_users 2\n"));
}

TEST_F(StatisticsPage, IsJsonWhenAsked)
{
    const std::string answer = ask("/metrics?format=json");

    EXPECT_THAT(answer, HasSubstr("Content-Type: application/json\r\n"));
    EXPECT_THAT(answer, HasSubstr("{\"rooms\": {\"messages{room=a b}\": {\"count\": 3, "));
    EXPECT_THAT(answer, HasSubstr("\"users\": 2"));
}

TEST_F(StatisticsPage, ShowsAPart)
{
    EXPECT_THAT(ask("/metrics?path=rooms"), Not(HasSubstr("chat_users")));
    EXPECT_THAT(ask("/metrics?path=rooms&format=json"), Not(HasSubstr("users")));
    EXPECT_THAT(ask("/metrics?path=nothing&format=json"), HasSubstr("{}\n"));
    EXPECT_THAT(ask("/metrics?path=%zz"), HasSubstr("chat_users 2\n"));
}
