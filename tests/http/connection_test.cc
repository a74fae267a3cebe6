/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP on a connection, where time and pieces matter: a stream in memory, and a clock that jumps.
 * What is said in which words is in tests/wire.
 */

#include "../sync/in_fiber.h"

#include <weft/http.h>

#include <functional>
#include <string>

using namespace weft_test;

namespace
{

using Handle = std::function<gboolean(WeftHttpRequest *, WeftHttpResponse *, GError **)>;

gboolean
call(WeftHttpRequest *request, WeftHttpResponse *response, gpointer data, GError **error)
{
    return (*static_cast<Handle *>(data))(request, response, error);
}

void
free_handle(gpointer data)
{
    delete static_cast<Handle *>(data);
}

gboolean
hello(WeftHttpRequest *, WeftHttpResponse *response, GError **error)
{
    return weft_http_response_send(response, "hello", 5, error);
}

gboolean
echo(WeftHttpRequest *request, WeftHttpResponse *response, GError **error)
{
    g_autoptr(GBytes) body = weft_http_request_read_all(request, 1 << 20, error);

    return body != nullptr && weft_http_response_send(response, g_bytes_get_data(body, nullptr),
                                                      g_bytes_get_size(body), error);
}

WeftHttpLimits
limits()
{
    WeftHttpLimits limits = weft_http_limits_default();

    limits.head_timeout_ms = 10000;
    limits.min_rate_bytes_per_s = 100;
    limits.rate_window_ms = 10000;
    return limits;
}

/* A client and its connection, which is served in a fiber of its own. */
class Dialogue
{
  public:
    explicit Dialogue(Handle handle, const WeftHttpLimits &some = limits(), size_t capacity = 65536)
        : service(weft_http_service_new(call, new Handle(std::move(handle)), free_handle)),
          group(weft_group_new()), begun_us(weft_clock_now_us())
    {
        WeftStream *theirs;

        weft_http_service_set_limits(service, &some);
        weft_stream_pair(capacity, &stream, &theirs);
        spawn(group, [this, theirs] {
            gboolean served G_GNUC_UNUSED = weft_service_serve_stream(service, theirs, nullptr);
        });
    }
    ~Dialogue()
    {
        weft_stream_free(stream);
        weft_group_free(group);
        weft_service_free(service);
    }
    Dialogue(const Dialogue &) = delete;

    void say(const std::string &text)
    {
        EXPECT_TRUE(weft_stream_write_all(stream, text.data(), text.size(), nullptr));
    }

    /* All that comes until the other side closes, or @size bytes. */
    std::string hear(size_t size = SIZE_MAX)
    {
        char bytes[512];
        ssize_t n_read;

        while (heard.size() < size &&
               (n_read = weft_stream_read(stream, bytes, sizeof bytes, nullptr)) > 0)
            heard.append(bytes, (size_t)n_read);
        return heard;
    }

    /* The status line of what comes until the other side closes. */
    std::string status()
    {
        return hear().substr(0, heard.find("\r\n"));
    }

    int64_t seconds() const
    {
        return (weft_clock_now_us() - begun_us) / G_USEC_PER_SEC;
    }

    WeftStream *stream;
    WeftService *service;
    WeftGroup *group;
    int64_t begun_us;
    std::string heard;
};

const std::string HEAD = "PUT /a HTTP/1.1\r\nHost: a\r\n";

class Connection : public FakeClock
{
};

} // namespace

TEST_F(Connection, ARequestMayComeByteByByte)
{
    in_fiber([] {
        Dialogue dialogue(echo);
        std::string request = HEAD + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
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

TEST_F(Connection, ASlowBodyIs408)
{
    in_fiber([] {
        Dialogue dialogue(echo);

        dialogue.say(HEAD + "Content-Length: 10000\r\n\r\n");
        /* 90 bytes a second, where 100 are due. */
        for (int i = 0; i < 9; i++) {
            dialogue.say(std::string(90, 'x'));
            sleep_ms(1000);
        }
        EXPECT_EQ(dialogue.status(), "HTTP/1.1 408 Request Timeout");
        EXPECT_EQ(dialogue.seconds() / 10, 1);
    });
}

TEST_F(Connection, ABodyAtTheMinimumRateIsWaitedFor)
{
    in_fiber([] {
        Dialogue dialogue(echo);

        dialogue.say(HEAD + "Content-Length: 20000\r\nConnection: close\r\n\r\n");
        for (int i = 0; i < 100; i++) {
            dialogue.say(std::string(200, 'x'));
            sleep_ms(1500);
        }
        EXPECT_EQ(dialogue.status(), "HTTP/1.1 200 OK");
        EXPECT_GE(dialogue.seconds(), 150);
    });
}

TEST_F(Connection, AClientThatTakesNothingIsDropped)
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

TEST_F(Connection, AClientThatTakesItsAnswerAtTheMinimumRateGetsIt)
{
    in_fiber([] {
        std::string large(20000, 'x');
        Dialogue dialogue(
            [&](WeftHttpRequest *, WeftHttpResponse *response, GError **error) {
                return weft_http_response_send(response, large.data(), large.size(), error);
            },
            limits(), 1000);

        dialogue.say("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        for (size_t size = 300; size < 20000; size += 300) {
            dialogue.hear(size);
            sleep_ms(1000);
        }
        dialogue.hear();
        EXPECT_EQ(dialogue.heard.substr(dialogue.heard.find("\r\n\r\n") + 4), large);
        EXPECT_GE(dialogue.seconds(), 30);
    });
}

TEST_F(Connection, ALateHandlerIs503)
{
    in_fiber([] {
        WeftHttpLimits some = limits();
        some.handler_timeout_ms = 3000;
        Dialogue dialogue([](WeftHttpRequest *, WeftHttpResponse *,
                             GError **error) { return weft_fiber_sleep_ms(60000, error); },
                          some);

        dialogue.say("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        EXPECT_EQ(dialogue.status(), "HTTP/1.1 503 Service Unavailable");
        EXPECT_EQ(dialogue.seconds(), 3);
    });
}

TEST_F(Connection, TheHandlersTimeIsNotTheClients)
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

        dialogue.say(HEAD + "Content-Length: 5\r\nConnection: close\r\n\r\n");
        sleep_ms(6000);
        dialogue.say("abcde");
        EXPECT_EQ(dialogue.status(), "HTTP/1.1 200 OK");
        EXPECT_EQ(dialogue.seconds(), 7);
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

TEST_F(Connection, AHandlerMustKeepTheLengthItAnnounced)
{
    in_fiber([] {
        Dialogue dialogue([](WeftHttpRequest *, WeftHttpResponse *response, GError **error) {
            weft_http_response_set_header(response, "Content-Length", "10");
            return weft_http_response_write(response, "short", 5, error);
        });

        dialogue.say("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        EXPECT_EQ(dialogue.status(), "HTTP/1.1 500 Internal Server Error");
    });
}

TEST_F(Connection, SetReplacesAndAddKeepsAField)
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

        dialogue.say("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        std::string answer = dialogue.hear();
        EXPECT_NE(answer.find("\r\nX-AB: 2\r\nX-B: 3\r\nx-b: 4\r\nx-a: 5\r\nContent-Length: 0\r\n"),
                  std::string::npos)
            << answer;
    });
}

TEST_F(Connection, AHeadLargerThanTheBufferIsTaken)
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
        dialogue.say(HEAD + "Connection: close\r\nX-Large: " + value +
                     "\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n");
        std::string answer = dialogue.hear();
        EXPECT_EQ(answer.substr(0, 15), "HTTP/1.1 200 OK");
        EXPECT_EQ(answer.substr(answer.find("\r\n\r\n") + 4), value);
    });
}
