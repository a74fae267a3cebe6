/* SPDX-License-Identifier: Apache-2.0 */

#include "dialogue.h"

#include <thread>
#include <weft/fiber.h>
#include <weft/http_metrics.h>

using namespace weft_test;

namespace
{

size_t
index_of(const std::string &method)
{
    for (size_t i = 0; i < WEFT_HTTP_N_COUNTED_METHODS; i++)
        if (method == weft_http_counted_method(i))
            return i;
    return SIZE_MAX;
}

/* What was counted since @before. */
WeftHttpMetrics
since(const WeftHttpMetrics &before)
{
    WeftHttpMetrics now;

    weft_http_get_metrics(&now);
    int64_t *to = reinterpret_cast<int64_t *>(&now);
    const int64_t *from = reinterpret_cast<const int64_t *>(&before);
    for (size_t i = 0; i < sizeof now / sizeof *to; i++)
        to[i] -= from[i];
    return now;
}

int64_t
n_all(const WeftHttpMetrics &metrics)
{
    int64_t n = 0;

    for (const auto &by_class : metrics.n_requests)
        for (int64_t one : by_class)
            n += one;
    return n;
}

gboolean
slow_echo(WeftHttpRequest *request, WeftHttpResponse *response, GError **error)
{
    return weft_fiber_sleep_ms(30, error) && echo(request, response, error);
}

class HttpMetrics : public FakeClock
{
};

} // namespace

TEST_F(HttpMetrics, CountsMethodStatusBytesAndTime)
{
    WeftHttpMetrics before;

    weft_http_get_metrics(&before);
    in_fiber([] {
        Dialogue dialogue(slow_echo);

        weft_http_service_set_counting(dialogue.service, TRUE);
        dialogue.say("PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
        dialogue.say("BREW /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        dialogue.hear();
    });
    const WeftHttpMetrics counted = since(before);
    EXPECT_EQ(n_all(counted), 2);
    EXPECT_EQ(counted.n_requests[index_of("PUT")][1], 1);
    EXPECT_EQ(counted.n_requests[index_of("other")][1], 1);
    EXPECT_EQ(counted.n_received_bytes, 3);
    EXPECT_EQ(counted.n_sent_bytes, 3);
    EXPECT_EQ(counted.latency_sum_us, 60000);
    for (size_t i = 0; i <= WEFT_HTTP_N_LATENCY_BOUNDS; i++) {
        const bool is_it = i < WEFT_HTTP_N_LATENCY_BOUNDS && i > 0 &&
                           weft_http_latency_bound_us(i - 1) < 30000 &&
                           weft_http_latency_bound_us(i) >= 30000;
        EXPECT_EQ(counted.n_by_latency[i], is_it ? 2 : 0) << i;
    }
}

TEST_F(HttpMetrics, CountsWhatWasRefused)
{
    WeftHttpMetrics before;

    weft_http_get_metrics(&before);
    in_fiber([] {
        Dialogue dialogue(hello);

        weft_http_service_set_counting(dialogue.service, TRUE);
        dialogue.say("not a request at all\r\n\r\n");
        dialogue.hear(16);
    });
    const WeftHttpMetrics counted = since(before);
    EXPECT_EQ(counted.n_requests[index_of("other")][3], 1);
    EXPECT_EQ(counted.n_by_latency[0], 1);
}

TEST_F(HttpMetrics, DoesNotCountUnlessTold)
{
    WeftHttpMetrics before;

    weft_http_get_metrics(&before);
    in_fiber([] {
        Dialogue dialogue(hello);

        dialogue.say("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        dialogue.hear();
    });
    EXPECT_EQ(n_all(since(before)), 0);
}

TEST_F(HttpMetrics, SumsUpOverThreadsThatHaveEnded)
{
    WeftHttpMetrics before;

    weft_http_get_metrics(&before);
    for (int i = 0; i < 2; i++)
        std::thread([] {
            in_fiber([] {
                Dialogue dialogue(hello);

                weft_http_service_set_counting(dialogue.service, TRUE);
                dialogue.say("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
                dialogue.hear();
            });
        }).join();
    EXPECT_EQ(since(before).n_requests[index_of("GET")][1], 2);
}
