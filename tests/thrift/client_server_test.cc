/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client against the server of this house: every transport with every protocol, in memory; and
 * over sockets of all kinds.
 */

#include "calculator.h"

#include <weft/server.h>
#include <weft/thrift_http.h>

#include <glib/gstdio.h>
#include <memory>
#include <sched.h>
#include <thread>

#include "../certificate_files.h"

extern "C" {
#include "thrift/client.h"
}

using namespace weft_test;

namespace
{

class ClientServer : public FakeClock
{
};

const WeftThriftMethod &
method(const char *name)
{
    return *weft_thrift_interface_find(&calculator_interface, name, strlen(name));
}

const WeftThriftMethod missing_method = {"sub", &add_arguments, &add_result, nullptr, 0, false};

bool
call_add(WeftThriftClient *client, int32_t a, int32_t b, int32_t *ret_sum, GError **error)
{
    const AddArguments arguments = {a, b};
    AddResult result = {};

    if (!weft_thrift_client_call(client, &method("add"), &arguments, nullptr, &result, error))
        return false;
    *ret_sum = result.success;
    return true;
}

bool
nap(WeftThriftClient *client, int32_t duration_ms, GError **error)
{
    const NapArguments arguments = {duration_ms};
    NapResult result = {};

    return weft_thrift_client_call(client, &method("nap"), &arguments, nullptr, &result, error);
}

std::string
echo(WeftThriftClient *client, const std::string &text)
{
    const TextArguments arguments = {{text.data(), static_cast<uint32_t>(text.size())}};
    TextResult result = {};
    g_auto(WeftArena) arena;
    g_autoptr(GError) error = nullptr;

    weft_arena_init(&arena, SIZE_MAX);
    EXPECT_TRUE(
        weft_thrift_client_call(client, &method("echo"), &arguments, &arena, &result, &error))
        << error->message;
    return error != nullptr ? "" : std::string(result.success.data, result.success.length);
}

int32_t
sum(WeftThriftClient *client, int32_t a, int32_t b)
{
    g_autoptr(GError) error = nullptr;
    int32_t value = -1;

    EXPECT_TRUE(call_add(client, a, b, &value, &error)) << error->message;
    return value;
}

/* A client, and what serves each of its connections. */
class House
{
  public:
    explicit House(const std::string &url)
        : is_http(url.compare(0, 4, "http") == 0), processor(make_processor(&calculator)),
          group(weft_group_new())
    {
        g_autoptr(GError) error = nullptr;

        service = is_http ? weft_http_service_new(weft_thrift_http_handle, processor, nullptr)
                          : weft_thrift_service_new(processor);
        client = weft_thrift_client_new_with(url.c_str(), connect, this, &error);
        EXPECT_NE(client, nullptr) << error->message;
    }
    ~House()
    {
        weft_thrift_client_free(client);
        weft_group_free(group);
        weft_service_free(service);
        if (is_http)
            weft_thrift_processor_free(processor);
    }
    House(const House &) = delete;

    WeftThriftClientMetrics metrics() const
    {
        WeftThriftClientMetrics metrics;

        weft_thrift_client_get_metrics(client, &metrics);
        return metrics;
    }

    bool is_http;
    Calculator calculator;
    WeftThriftProcessor *processor;
    WeftGroup *group;
    WeftService *service;
    WeftThriftClient *client;

  private:
    static WeftStream *connect(const WeftThriftUrlHost *, gpointer data, GError **)
    {
        auto *house = static_cast<House *>(data);
        WeftStream *ours;
        WeftStream *theirs;

        weft_stream_pair(1 << 20, &ours, &theirs);
        spawn(house->group, [house, theirs] {
            WeftDeadlineScope callers = {WEFT_DEADLINE_NEVER};

            weft_deadline_scope_end(&callers);
            gboolean served G_GNUC_UNUSED =
                weft_service_serve_stream(house->service, theirs, nullptr);
        });
        return ours;
    }
};

const char *const urls[] = {
    "thrift://a:1?protocol=binary",
    "thrift://a:1?protocol=compact",
    "thrift://a:1?protocol=json",
    "thrift://a:1?protocol=binary&transport=buffered",
    "thrift://a:1?protocol=compact&transport=buffered",
    "thrift://a:1?protocol=json&transport=buffered",
    "thrift://a:1?protocol=binary&transport=header",
    "thrift://a:1?protocol=compact&transport=header",
    "thrift://a:1?protocol=compact&service=Calculator",
    "thrift://a:1?protocol=json&service=Calculator&transport=buffered",
    "http://a/rpc?protocol=binary",
    "http://a/rpc?protocol=compact",
    "http://a/rpc?protocol=json&service=Calculator",
};

/* Those that carry metadata. */
const char *const urls_with_metadata[] = {
    "thrift://a:1?transport=header",
    "http://a/rpc",
};

void
for_each_url(const std::function<void(House &)> &test)
{
    for (const char *url : urls) {
        SCOPED_TRACE(url);
        in_fiber([&] {
            House house(url);
            test(house);
        });
    }
}

} // namespace

TEST_F(ClientServer, ResultsComeBack)
{
    for_each_url([](House &house) {
        EXPECT_EQ(sum(house.client, 40, 2), 42);
        EXPECT_EQ(sum(house.client, -40, 2), -38);
        EXPECT_EQ(echo(house.client, "gr\xc3\xbc\xc3\x9f \"dich\"\n"),
                  "gr\xc3\xbc\xc3\x9f \"dich\"\n");
        EXPECT_EQ(echo(house.client, ""), "");
        EXPECT_EQ(house.metrics().n_connected, 1u);
    });
}

TEST_F(ClientServer, LargeTextsComeBackWhole)
{
    for_each_url([](House &house) {
        for (size_t size : {4000, 16380, 200000, 3000000}) {
            const std::string text(size, 'x');
            EXPECT_TRUE(echo(house.client, text) == text) << size;
        }
        EXPECT_EQ(house.metrics().n_connected, 1u);
    });
}

TEST_F(ClientServer, ExceptionsComeBackTyped)
{
    for_each_url([](House &house) {
        g_autoptr(GError) error = nullptr;
        int32_t value;

        EXPECT_FALSE(call_add(house.client, INT32_MAX, 1, &value, &error));
        const auto *overflow =
            static_cast<const Overflow *>(weft_thrift_caught(&overflow_type, error));
        ASSERT_NE(overflow, nullptr) << error->message;
        EXPECT_STREQ(overflow->why.data, "2147483647 and 1");
        EXPECT_EQ(sum(house.client, 1, 2), 3);
        EXPECT_EQ(house.metrics().n_connected, 1u);
    });
}

TEST_F(ClientServer, WhatIsUnknownIsRefused)
{
    for_each_url([](House &house) {
        g_autoptr(GError) error = nullptr;
        const AddArguments arguments = {1, 2};
        AddResult result = {};

        EXPECT_FALSE(weft_thrift_client_call(house.client, &missing_method, &arguments, nullptr,
                                             &result, &error));
        EXPECT_TRUE(g_error_matches(error, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_UNKNOWN_METHOD))
            << error->message;
        EXPECT_EQ(sum(house.client, 1, 2), 3);
    });
}

TEST_F(ClientServer, OnewayCallsArrive)
{
    for_each_url([](House &house) {
        for (const char *text : {"one", "two"}) {
            const TextArguments arguments = {weft_string(text)};
            EXPECT_TRUE(weft_thrift_client_call(house.client, &method("note"), &arguments, nullptr,
                                                nullptr, nullptr));
        }
        EXPECT_EQ(sum(house.client, 1, 2), 3);
        EXPECT_EQ(house.calculator.notes, (std::vector<std::string>{"one", "two"}));
        EXPECT_EQ(house.metrics().n_connected, 1u);
    });
}

TEST_F(ClientServer, ACallThatTakesTooLongEnds)
{
    for_each_url([](House &house) {
        g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(100);
        g_autoptr(GError) error = nullptr;

        EXPECT_FALSE(nap(house.client, 5000, &error));
        EXPECT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_TIMED_OUT) ||
                    error->domain == WEFT_THRIFT_ERROR)
            << error->message;
    });
}

TEST_F(ClientServer, TheServerHearsHowLongTheCallerWaits)
{
    for (const char *url : urls_with_metadata) {
        SCOPED_TRACE(url);
        in_fiber([&] {
            House house(url);
            int64_t left_ms = 0;

            house.calculator.before_add = [&](WeftCall *, GError **) {
                left_ms = (weft_deadline_us() - weft_clock_now_us()) / 1000;
                return TRUE;
            };
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(700);
            EXPECT_EQ(sum(house.client, 1, 2), 3);
            EXPECT_GT(left_ms, 600);
            EXPECT_LE(left_ms, 700);
        });
    }
}

TEST_F(ClientServer, MetadataGoesBothWays)
{
    for (const char *url : urls_with_metadata) {
        SCOPED_TRACE(url);
        in_fiber([&] {
            House house(url);
            std::string answered;

            house.calculator.before_add = [&](WeftCall *call, GError **) {
                weft_call_set_metadata(call, "x-answer", weft_call_metadata(call, "X-Question"));
                return TRUE;
            };
            weft_thrift_client_add_interceptor(
                house.client,
                [](WeftClientCall *call, gpointer data, GError **error) -> gboolean {
                    weft_client_call_set_metadata(call, "x-question", "why");
                    if (!weft_client_call_proceed(call, error))
                        return FALSE;
                    const char *answer = weft_client_call_metadata(call, "X-Answer");
                    static_cast<std::string *>(data)->assign(answer != nullptr ? answer : "none");
                    return TRUE;
                },
                &answered, nullptr);
            EXPECT_EQ(sum(house.client, 1, 2), 3);
            EXPECT_EQ(answered, "why");
        });
    }
}

TEST_F(ClientServer, ManyFibersShareFewConnections)
{
    in_fiber([] {
        House house("thrift://a:1?connections=3");
        g_autoptr(WeftGroup) group = weft_group_new();
        int n_done = 0;

        for (int i = 0; i < 30; i++) {
            spawn(group, [&, i] {
                EXPECT_TRUE(nap(house.client, 10, nullptr));
                EXPECT_EQ(sum(house.client, i, 1), i + 1);
                n_done++;
            });
        }
        join(group);
        EXPECT_EQ(n_done, 30);
        EXPECT_EQ(house.metrics().n_connected, 3u);
    });
}

/* ---- sockets ---- */

namespace
{

/* A server with the calculator, and the thread that runs it. */
class Server
{
  public:
    explicit Server(const std::string &at, WeftTlsContext *tls = nullptr, bool is_http = false)
        : processor(make_processor(&calculator)), server(weft_server_new())
    {
        g_autoptr(GError) error = nullptr;

        WeftService *service =
            is_http ? weft_http_service_new(weft_thrift_http_handle, processor, free_processor)
                    : weft_thrift_service_new(processor);
        is_up = weft_server_add(server, at.c_str(), service, &error);
        if (!is_up)
            return;
        if (tls != nullptr)
            weft_server_set_tls(server, 0, tls);
        g_autofree char *bound = weft_server_bound_address(server, 0);
        address = bound;
        thread = std::thread([this] { EXPECT_TRUE(weft_server_run(server, nullptr)); });
    }
    ~Server()
    {
        weft_server_stop(server);
        if (thread.joinable())
            thread.join();
        weft_server_free(server);
    }
    Server(const Server &) = delete;

    static void free_processor(gpointer data)
    {
        weft_thrift_processor_free(static_cast<WeftThriftProcessor *>(data));
    }

    Calculator calculator;
    WeftThriftProcessor *processor;
    WeftServer *server;
    std::string address;
    bool is_up;

  private:
    std::thread thread;
};

/* Slow machines and valgrind are no failures. */
WeftThriftClient *
patient_client(const std::string &url, GError **error)
{
    const std::string patient =
        url + (url.find('?') == std::string::npos ? "?" : "&") + "timeout=2m&connect_timeout=2m";

    return weft_thrift_client_new(patient.c_str(), error);
}

void
expect_service(const std::string &url)
{
    SCOPED_TRACE(url);
    in_fiber([&] {
        g_autoptr(GError) error = nullptr;
        g_autoptr(WeftThriftClient) client = patient_client(url, &error);

        ASSERT_NE(client, nullptr) << error->message;
        const std::string large(200000, 'x');
        EXPECT_EQ(sum(client, 40, 2), 42);
        EXPECT_TRUE(echo(client, large) == large);
        EXPECT_EQ(sum(client, 1, 2), 3);
    });
}

std::string
failure(const std::string &url)
{
    std::string message;

    in_fiber([&] {
        g_autoptr(GError) error = nullptr;
        g_autoptr(WeftThriftClient) client = patient_client(url, &error);
        int32_t value;

        ASSERT_NE(client, nullptr) << error->message;
        EXPECT_FALSE(call_add(client, 1, 2, &value, &error));
        message = error != nullptr ? error->message : "";
    });
    return message;
}

std::string
port_of(const std::string &address)
{
    return address.substr(address.rfind(':') + 1);
}

} // namespace

TEST(ClientSocket, CallsOverTcp)
{
    Server server("127.0.0.1:0");

    expect_service("thrift://" + server.address);
    expect_service("thrift://localhost:" + port_of(server.address) + "?protocol=compact");
    expect_service("thrift://" + server.address + "?transport=header");
    expect_service("thrift://" + server.address + "?transport=buffered&protocol=json");
}

TEST(ClientSocket, CallsOverIpv6)
{
    Server server("[::1]:0");

    if (!server.is_up)
        GTEST_SKIP() << "no IPv6 here";
    expect_service("thrift://" + server.address);
}

TEST(ClientSocket, CallsOverAUnixSocket)
{
    g_autofree char *folder = g_dir_make_tmp("weft-thrift-XXXXXX", nullptr);
    const std::string path = std::string(folder) + "/a b";

    {
        Server server("unix:" + path);

        expect_service("thrift+unix:" + std::string(folder) + "/a%20b");
    }
    g_unlink(path.c_str());
    g_rmdir(folder);
}

TEST(ClientSocket, CallsByHttp)
{
    Server server("127.0.0.1:0", nullptr, true);

    expect_service("http://" + server.address + "/any");
    expect_service("http://" + server.address + "?protocol=json");
}

TEST(ClientSocket, CallsOverTls)
{
    CertificateFiles files;
    WeftTlsContext *tls =
        weft_tls_context_new_server(files.certificate.c_str(), files.key.c_str(), nullptr);

    {
        Server server("127.0.0.1:0", tls);
        Server web("127.0.0.1:0", tls, true);
        const std::string port = port_of(server.address);

        expect_service("thrift+tls://localhost:" + port + "?ca=" + files.certificate);
        expect_service("thrift+tls://127.0.0.1:" + port + "?insecure=1");
        expect_service("https://localhost:" + port_of(web.address) + "/a?ca=" + files.certificate);

        EXPECT_NE(failure("thrift+tls://127.0.0.1:" + port + "?ca=" + files.certificate)
                      .find("certificate verify failed"),
                  std::string::npos);
        EXPECT_NE(failure("thrift+tls://localhost:" + port).find("certificate verify failed"),
                  std::string::npos);
        EXPECT_NE(failure("thrift://localhost:" + port + "?retries=0"), "");
    }
    weft_tls_context_unref(tls);
}

TEST(ClientSocket, AnotherHostStepsIn)
{
    Server first("127.0.0.1:0");
    std::string gone;

    {
        Server second("127.0.0.1:0");
        gone = second.address;
    }
    expect_service("thrift://" + gone + "," + first.address);
    EXPECT_NE(failure("thrift://" + gone).find("Connection refused"), std::string::npos);
}

TEST(ClientSocket, AServerThatWasStartedAnewFailsNoCall)
{
    auto server = std::make_unique<Server>("127.0.0.1:0");
    const std::string address = server->address;

    in_fiber([&] {
        g_autoptr(WeftThriftClient) client = patient_client("thrift://" + address, nullptr);

        EXPECT_EQ(sum(client, 1, 2), 3);
        server.reset();
        server = std::make_unique<Server>(address);
        ASSERT_TRUE(server->is_up);
        /* Longer than between two calls in a row, and without a look at the event loop. */
        const int64_t until_us = weft_clock_now_us() + 2000;
        while (weft_clock_now_us() < until_us)
            sched_yield();
        EXPECT_EQ(echo(client, "still there"), "still there");
    });
}
