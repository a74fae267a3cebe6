/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP transcripts of this folder, against a server with a handler for each kind of answer.
 */

#include "transcript.h"

#include <gtest/gtest.h>

#include <weft/http.h>
#include <weft/server.h>

#include <cstring>
#include <thread>
#include <vector>

namespace
{

const int64_t MODIFIED_US = INT64_C(784111777) * G_USEC_PER_SEC; /* Sun, 06 Nov 1994 08:49:37 GMT */

gboolean
hello(WeftHttpRequest *, WeftHttpResponse *response, gpointer, GError **error)
{
    weft_http_response_set_header(response, "Content-Type", "text/plain");
    return weft_http_response_send(response, "hello\n", 6, error);
}

/* What the framework made of the request line. */
gboolean
target(WeftHttpRequest *request, WeftHttpResponse *response, gpointer, GError **error)
{
    const char *query = weft_http_request_query(request);
    const char *field = weft_http_request_header(request, "X-Field");
    g_autofree char *text =
        g_strdup_printf("%s|%s|%s|%s|%s\n", weft_http_request_method(request),
                        weft_http_request_path(request), query != nullptr ? query : "-",
                        weft_http_request_authority(request), field != nullptr ? field : "-");

    return weft_http_response_send(response, text, strlen(text), error);
}

gboolean
echo(WeftHttpRequest *request, WeftHttpResponse *response, gpointer, GError **error)
{
    g_autoptr(GBytes) body = weft_http_request_read_all(request, 65536, error);
    if (body == nullptr)
        return FALSE;

    const char *trailer = weft_http_request_trailer(request, "X-Sum");
    if (trailer != nullptr)
        weft_http_response_set_header(response, "X-Sum", trailer);
    return weft_http_response_send(response, g_bytes_get_data(body, nullptr),
                                   g_bytes_get_size(body), error);
}

/* Answers without a look at the body. */
gboolean
ignore(WeftHttpRequest *, WeftHttpResponse *response, gpointer, GError **error)
{
    weft_http_response_set_status(response, 403);
    return weft_http_response_send(response, "no\n", 3, error);
}

gboolean
no_content(WeftHttpRequest *, WeftHttpResponse *response, gpointer, GError **)
{
    weft_http_response_set_status(response, 204);
    return TRUE;
}

/* Two small pieces, which are gathered. */
gboolean
pieces(WeftHttpRequest *, WeftHttpResponse *response, gpointer, GError **error)
{
    return weft_http_response_write(response, "one\n", 4, error) &&
           weft_http_response_write(response, "two\n", 4, error);
}

/* More than is gathered. */
gboolean
stream(WeftHttpRequest *, WeftHttpResponse *response, gpointer, GError **error)
{
    const std::string large(16384, 'x');

    return weft_http_response_write(response, large.data(), large.size(), error) &&
           weft_http_response_write(response, "end\n", 4, error);
}

gboolean
trailer(WeftHttpRequest *, WeftHttpResponse *response, gpointer, GError **error)
{
    weft_http_response_set_trailer(response, "X-Sum", "42");
    return weft_http_response_write(response, "body\n", 5, error);
}

gboolean
announced(WeftHttpRequest *, WeftHttpResponse *response, gpointer, GError **error)
{
    weft_http_response_set_header(response, "Content-Length", "16388");
    return stream(nullptr, response, nullptr, error);
}

gboolean
fail(WeftHttpRequest *, WeftHttpResponse *, gpointer, GError **error)
{
    g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_IO, "secret of the house");
    return FALSE;
}

gboolean
fail_late(WeftHttpRequest *request, WeftHttpResponse *response, gpointer, GError **error)
{
    return stream(request, response, nullptr, error) && fail(request, response, nullptr, error);
}

gboolean
teapot(WeftHttpRequest *, WeftHttpResponse *, gpointer, GError **error)
{
    g_set_error_literal(error, WEFT_HTTP_ERROR, 418, "short and stout");
    return FALSE;
}

/* data: the content */
gboolean
file(WeftHttpRequest *, WeftHttpResponse *response, gpointer data, GError **error)
{
    const std::string *content = static_cast<std::string *>(data);
    g_autoptr(GBytes) bytes = g_bytes_new_static(content->data(), content->size());
    g_autoptr(WeftFile) opened = weft_file_new_for_bytes(bytes);
    WeftHttpRepresentation representation = {(int64_t)content->size(), MODIFIED_US, "\"tag\"",
                                             "text/x-digits"};

    return weft_http_response_send_file(response, opened, &representation, error);
}

/* A middleware is a function around a handler. */
gboolean
stamped(WeftHttpRequest *request, WeftHttpResponse *response, gpointer data, GError **error)
{
    weft_http_response_set_header(response, "X-Stamp", "stamped");
    return hello(request, response, data, error);
}

/* 1000 times ten digits; and so few that they leave together with the head; and none. */
std::string large_content;
std::string small_content = "0123456789";
std::string empty_content;

WeftHttpRouter *
routes()
{
    WeftHttpRouter *router = weft_http_router_new();

    for (int i = 0; i < 10000; i++)
        large_content += small_content;
    weft_http_router_add(router, "GET", "/hello", hello, nullptr);
    weft_http_router_add(router, nullptr, "/target/", target, nullptr);
    weft_http_router_add(router, "PUT", "/echo", echo, nullptr);
    weft_http_router_add(router, "POST", "/echo", echo, nullptr);
    weft_http_router_add(router, nullptr, "/ignore", ignore, nullptr);
    weft_http_router_add(router, nullptr, "/no-content", no_content, nullptr);
    weft_http_router_add(router, "GET", "/pieces", pieces, nullptr);
    weft_http_router_add(router, "GET", "/stream", stream, nullptr);
    weft_http_router_add(router, "GET", "/trailer", trailer, nullptr);
    weft_http_router_add(router, "GET", "/announced", announced, nullptr);
    weft_http_router_add(router, nullptr, "/fail", fail, nullptr);
    weft_http_router_add(router, nullptr, "/fail-late", fail_late, nullptr);
    weft_http_router_add(router, nullptr, "/teapot", teapot, nullptr);
    weft_http_router_add(router, "GET", "/large", file, &large_content);
    weft_http_router_add(router, "GET", "/small", file, &small_content);
    weft_http_router_add(router, "GET", "/empty", file, &empty_content);
    weft_http_router_add(router, "GET", "/stamped", stamped, nullptr);
    return router;
}

WeftService *
service()
{
    WeftService *service =
        weft_http_service_new(weft_http_router_handle, routes(), [](gpointer data) {
            weft_http_router_free(static_cast<WeftHttpRouter *>(data));
        });
    WeftHttpLimits limits = weft_http_limits_default();

    limits.max_request_line_bytes = 1000;
    limits.max_head_bytes = 4000;
    limits.max_fields = 20;
    limits.max_body_bytes = 500000;
    weft_http_service_set_limits(service, &limits);
    return service;
}

std::vector<std::string>
transcripts()
{
    std::vector<std::string> names;
    GDir *folder = g_dir_open(WEFT_WIRE_FOLDER, 0, nullptr);
    const char *name;

    while (folder != nullptr && (name = g_dir_read_name(folder)) != nullptr) {
        if (g_str_has_prefix(name, "http_") && g_str_has_suffix(name, ".wire"))
            names.emplace_back(name);
    }
    g_clear_pointer(&folder, g_dir_close);
    return names;
}

} // namespace

class HttpWire : public testing::TestWithParam<std::string>
{
  protected:
    static void SetUpTestSuite()
    {
        g_autoptr(GError) error = nullptr;

        server = weft_server_new();
        ASSERT_TRUE(weft_server_add(server, "127.0.0.1:0", service(), &error)) << error->message;
        g_autofree char *bound = weft_server_bound_address(server, 0);
        address = bound;
        thread = std::thread([] { EXPECT_TRUE(weft_server_run(server, nullptr)); });
    }
    static void TearDownTestSuite()
    {
        weft_server_stop(server);
        thread.join();
        weft_server_free(server);
    }

    static WeftServer *server;
    static std::string address;
    static std::thread thread;
};

WeftServer *HttpWire::server;
std::string HttpWire::address;
std::thread HttpWire::thread;

TEST_P(HttpWire, Plays)
{
    weft_test::play_transcript(std::string(WEFT_WIRE_FOLDER "/") + GetParam(), address);
}

INSTANTIATE_TEST_SUITE_P(Transcripts, HttpWire, testing::ValuesIn(transcripts()),
                         [](const testing::TestParamInfo<std::string> &transcript) {
                             return transcript.param.substr(0, transcript.param.find('.'));
                         });
