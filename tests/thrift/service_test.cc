/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Thrift behind a server: sockets, TLS, clients that leave, the stop, the log; and over HTTP.
 */

#include "../certificate_files.h"
#include "../server/client.h"
#include "calculator.h"

#include <weft/metrics.h>
#include <weft/thrift_http.h>
#include <weft/tls.h>

#include <atomic>
#include <glib/gstdio.h>
#include <memory>
#include <thread>

using namespace weft_test;
using namespace std::string_literals;

namespace
{

/* A server of @service on a thread of its own. */
class Served
{
  public:
    using SetUp = std::function<void(WeftServer *)>;

    explicit Served(WeftService *service, const char *where = "127.0.0.1:0",
                    const SetUp &set_up = nullptr)
        : server(weft_server_new())
    {
        EXPECT_TRUE(weft_server_add(server, where, service, nullptr));
        if (set_up)
            set_up(server);
        char *bound = weft_server_bound_address(server, 0);
        address = bound;
        g_free(bound);
        thread = std::thread([this] { EXPECT_TRUE(weft_server_run(server, nullptr)); });
    }
    ~Served()
    {
        stop();
        weft_server_free(server);
    }
    Served(const Served &) = delete;

    void stop()
    {
        if (!thread.joinable())
            return;
        weft_server_stop(server);
        thread.join();
    }

    WeftServer *server;
    std::string address;
    std::thread thread;
};

void
expect_answer(Client &client, const std::string &question, const std::string &answer)
{
    client.say(frame(question));
    EXPECT_EQ(client.hear(frame(answer).size()), frame(answer));
}

} // namespace

TEST(ThriftService, TcpAndUnixSocketsAreServed)
{
    g_autofree char *folder = g_dir_make_tmp("weft-thrift-XXXXXX", nullptr);
    const std::string path = "unix:"s + folder + "/socket";

    for (const std::string &where : {"127.0.0.1:0"s, "[::1]:0"s, path}) {
        Calculator calculator;
        Served served(weft_thrift_service_new(make_processor(&calculator)), where.c_str());
        Client client(served.address);

        for (int i = 0; i < 3; i++)
            expect_answer(client, call_add(i, 40, 2), sum_of(i, 42));
    }
    g_rmdir(folder);
}

TEST(ThriftService, TlsIsServed)
{
    CertificateFiles files;
    WeftTlsContext *context =
        weft_tls_context_new_server(files.certificate.c_str(), files.key.c_str(), nullptr);
    WeftTlsContext *client_context =
        weft_tls_context_new_client(files.certificate.c_str(), nullptr);
    Calculator calculator;
    {
        Served served(weft_thrift_service_new(make_processor(&calculator)), "127.0.0.1:0",
                      [&](WeftServer *server) { weft_server_set_tls(server, 0, context); });
        in_fiber([&] {
            WeftStream *socket = weft_stream_connect(served.address.c_str(), nullptr);
            WeftStream *stream =
                weft_tls_attach_client(client_context, socket, "localhost", nullptr);

            for (const std::string &text : {"small"s, std::string(300000, 'x')}) {
                const std::string question = frame(call_echo(1, text));
                std::string answer(frame(echoed(1, text)).size(), '\0');
                EXPECT_TRUE(
                    weft_stream_write_all(stream, question.data(), question.size(), nullptr));
                EXPECT_TRUE(weft_stream_read_exact(stream, answer.data(), answer.size(), nullptr));
                EXPECT_TRUE(answer == frame(echoed(1, text)));
            }
            weft_stream_free(stream);
        });
    }
    weft_tls_context_unref(client_context);
    weft_tls_context_unref(context);
}

TEST(ThriftService, AClientThatLeavesEndsItsCall)
{
    Calculator calculator;
    std::atomic<bool> has_begun = false;
    std::atomic<bool> was_cancelled = false;

    calculator.before_add = [&](WeftCall *, GError **error) -> gboolean {
        has_begun = true;
        const gboolean slept = weft_fiber_sleep_ms(120000, error);
        was_cancelled = !slept && g_error_matches(*error, WEFT_ERROR, WEFT_ERROR_CANCELLED);
        return slept;
    };
    Served served(weft_thrift_service_new(make_processor(&calculator)));
    auto client = std::make_unique<Client>(served.address);
    client->say(frame(call_add(1, 1, 2)));
    while (!has_begun)
        sched_yield();
    /* More calls are no reason to end this one. */
    client->say(frame(call_add(2, 1, 2)));
    client.reset();
    while (!was_cancelled)
        sched_yield();
}

TEST(ThriftService, AStopLetsCallsFinish)
{
    Calculator calculator;
    std::atomic<bool> has_begun = false;
    std::atomic<bool> may_end = false;

    calculator.before_add = [&](WeftCall *, GError **error) -> gboolean {
        has_begun = true;
        while (!may_end) {
            if (!weft_fiber_sleep_ms(1, error))
                return FALSE;
        }
        return TRUE;
    };
    Served served(weft_thrift_service_new(make_processor(&calculator)));
    Client client(served.address);
    Client idle(served.address);
    client.say(frame(call_add(1, 1, 2)));
    while (!has_begun)
        sched_yield();
    weft_server_stop(served.server);
    EXPECT_TRUE(idle.is_closed());
    may_end = true;
    EXPECT_EQ(client.hear(1000), frame(sum_of(1, 3)));
}

TEST(ThriftService, ACallThatDoesNotEndIsToldOfTheStop)
{
    Calculator calculator;
    std::atomic<bool> has_begun = false;

    calculator.before_add = [&](WeftCall *, GError **error) -> gboolean {
        has_begun = true;
        return weft_fiber_sleep_ms(120000, error);
    };
    Served served(weft_thrift_service_new(make_processor(&calculator)), "127.0.0.1:0",
                  [](WeftServer *server) { weft_server_set_grace_ms(server, 10); });
    Client client(served.address);
    client.say(frame(call_add(1, 1, 2)));
    while (!has_begun)
        sched_yield();
    weft_server_stop(served.server);
    EXPECT_EQ(client.hear(1000),
              frame(failed("add", 1, WEFT_THRIFT_ERROR_INTERNAL, "the call was cancelled")));
}

TEST(ThriftService, EveryCallHasALineInTheLog)
{
    char path[] = "/tmp/weft-thrift-log-XXXXXX";
    const int fd = g_mkstemp(path);
    Calculator calculator;
    {
        WeftService *service = weft_thrift_service_new(make_processor(&calculator));
        weft_thrift_service_set_access_log(service, fd);
        Served served(service);
        Client client(served.address);

        expect_answer(client, call_add(1, 40, 2), sum_of(1, 42));
        client.say(frame(call_add(2, INT32_MAX, 1)) + frame(call_add(3, 1, 1, "no such")));
        client.finish();
        client.hear(1000);
        served.stop();
    }
    g_autofree char *content = nullptr;
    ASSERT_TRUE(g_file_get_contents(path, &content, nullptr, nullptr));
    for (const char *pattern : {"*Z 127.0.0.1:* Calculator.add ok *us 34 27\n*",
                                "*\n*Calculator.add Overflow *", "*\n*no\\x20such error-1 *"})
        EXPECT_TRUE(g_pattern_match_simple(pattern, content)) << pattern << " in " << content;
    close(fd);
    g_unlink(path);
}

/* ---- without a connection of its own ---- */

TEST(ThriftService, AMessageCanBeProcessedAlone)
{
    Calculator calculator;
    g_autoptr(WeftThriftProcessor) processor = make_processor(&calculator);

    in_fiber([&] {
        std::string question = call_add(7, 40, 2);
        g_autoptr(GBytes) answer = nullptr;
        g_autoptr(GError) error = nullptr;

        ASSERT_TRUE(weft_thrift_processor_process(processor, WEFT_THRIFT_PROTOCOL_BINARY,
                                                  (uint8_t *)question.data(), question.size(),
                                                  &answer, &error));
        EXPECT_EQ(
            std::string((const char *)g_bytes_get_data(answer, nullptr), g_bytes_get_size(answer)),
            sum_of(7, 42));

        std::string oneway = note("alone");
        g_autoptr(GBytes) nothing = nullptr;
        ASSERT_TRUE(weft_thrift_processor_process(processor, WEFT_THRIFT_PROTOCOL_BINARY,
                                                  (uint8_t *)oneway.data(), oneway.size(), &nothing,
                                                  &error));
        EXPECT_EQ(nothing, nullptr);
        EXPECT_EQ(calculator.notes.size(), 1u);

        std::string nonsense = "nonsense";
        EXPECT_FALSE(weft_thrift_processor_process(processor, WEFT_THRIFT_PROTOCOL_BINARY,
                                                   (uint8_t *)nonsense.data(), nonsense.size(),
                                                   &nothing, &error));
        EXPECT_NE(error, nullptr);
    });
}

namespace
{

std::string
post(const std::string &body, const std::string &fields = "")
{
    return "POST /rpc HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + fields +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/* What the client hears of an HTTP server whose /rpc is the calculator. */
std::string
ask_by_http(Calculator *calculator, const std::string &request)
{
    WeftThriftProcessor *processor = make_processor(calculator);
    WeftHttpRouter *router = weft_http_router_new();
    std::string answer;

    weft_http_router_add(router, nullptr, "/rpc", weft_thrift_http_handle, processor);
    {
        Served served(weft_http_service_new(weft_http_router_handle, router,
                                            (GDestroyNotify)weft_http_router_free));
        Client client(served.address);

        client.say(request);
        answer = client.hear(100000);
    }
    weft_thrift_processor_free(processor);
    return answer;
}

bool
ends_with(const std::string &whole, const std::string &end)
{
    return whole.size() >= end.size() && whole.substr(whole.size() - end.size()) == end;
}

} // namespace

TEST(ThriftHttp, APostIsACall)
{
    Calculator calculator;
    const std::string answer = ask_by_http(&calculator, post(call_add(7, 40, 2)));

    EXPECT_EQ(answer.substr(0, 15), "HTTP/1.1 200 OK");
    EXPECT_NE(answer.find("\r\nContent-Type: application/x-thrift\r\n"), std::string::npos);
    EXPECT_TRUE(ends_with(answer, "\r\n\r\n" + sum_of(7, 42))) << answer;
    EXPECT_TRUE(ends_with(ask_by_http(&calculator, post("[1,\"add\",1,7,{\"1\":{\"i32\":1}}]")),
                          "[1,\"add\",2,7,{\"0\":{\"i32\":1}}]"));
}

TEST(ThriftHttp, FieldsAreMetadata)
{
    Calculator calculator;

    calculator.before_add = [](WeftCall *call, GError **) -> gboolean {
        weft_call_set_metadata(call, "Greeting", weft_call_metadata(call, "user"));
        return TRUE;
    };
    const std::string answer = ask_by_http(&calculator, post(call_add(7, 40, 2), "User: ann\r\n"));
    EXPECT_NE(answer.find("\r\nGreeting: ann\r\n"), std::string::npos) << answer;
}

TEST(ThriftHttp, AOnewayCallHasAnEmptyAnswer)
{
    Calculator calculator;
    const std::string answer = ask_by_http(&calculator, post(note("by HTTP")));

    EXPECT_EQ(answer.substr(0, 15), "HTTP/1.1 200 OK");
    EXPECT_TRUE(ends_with(answer, "\r\n\r\n"));
    EXPECT_EQ(calculator.notes, std::vector<std::string>{"by HTTP"});
}

TEST(ThriftHttp, WhatIsNoCallIsRefused)
{
    Calculator calculator;

    EXPECT_EQ(ask_by_http(&calculator, post("nonsense")).substr(0, 12), "HTTP/1.1 400");
    EXPECT_EQ(ask_by_http(&calculator, post("")).substr(0, 12), "HTTP/1.1 400");
    EXPECT_EQ(ask_by_http(&calculator, "GET /rpc HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                  .substr(0, 12),
              "HTTP/1.1 405");
}
