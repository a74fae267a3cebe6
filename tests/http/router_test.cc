/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routing: which handler, over a stream in memory.  405 and OPTIONS are in tests/wire.
 */

#include "../in_fiber.h"

#include <weft/http.h>

#include <cstring>
#include <string>
#include <utility>

using namespace weft_test;

namespace
{

std::string way; /* of the last request through filters */

gboolean
say_name(WeftHttpRequest *, WeftHttpResponse *response, gpointer data, GError **error)
{
    const char *name = static_cast<const char *>(data);

    return weft_http_response_send(response, name, strlen(name), error);
}

/* The body that @method on @path gets from @router. */
std::string
ask(WeftHttpRouter *router, const std::string &method, const std::string &path)
{
    std::string answer;

    in_fiber([&] {
        g_autoptr(WeftService) service =
            weft_http_service_new(weft_http_router_handle, router, nullptr);
        g_autoptr(WeftStream) ours = nullptr;
        g_autoptr(WeftGroup) group = weft_group_new();
        std::string request =
            method + " " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        WeftStream *theirs;
        char bytes[512];
        ssize_t n_read;

        weft_stream_pair(4096, &ours, &theirs);
        spawn(group, [&] { EXPECT_TRUE(weft_service_serve_stream(service, theirs, nullptr)); });
        EXPECT_TRUE(weft_stream_write_all(ours, request.data(), request.size(), nullptr));
        while ((n_read = weft_stream_read(ours, bytes, sizeof bytes, nullptr)) > 0)
            answer.append(bytes, (size_t)n_read);
        join(group);
    });
    return answer.substr(answer.find("\r\n\r\n") + 4);
}

/* "a=1 b=2" of the parameters a and b, as far as there are some. */
gboolean
say_parameters(WeftHttpRequest *request, WeftHttpResponse *response, gpointer, GError **error)
{
    std::string text;

    for (const char *name : {"a", "b"}) {
        const char *value = weft_http_request_parameter(request, name);
        if (value != nullptr)
            text += std::string(text.empty() ? "" : " ") + name + "=" + value;
    }
    return weft_http_response_send(response, text.data(), text.size(), error);
}

/* Notes its name on the way in and on the way out. */
gboolean
note_way(WeftHttpRequest *request, WeftHttpResponse *response, gpointer name, GError **error)
{
    way += std::string("<") + static_cast<const char *>(name);
    gboolean succeeded = weft_http_request_proceed(request, response, error);
    way += std::string(static_cast<const char *>(name)) + ">";
    return succeeded;
}

gboolean
refuse(WeftHttpRequest *, WeftHttpResponse *, gpointer, GError **error)
{
    g_set_error_literal(error, WEFT_HTTP_ERROR, 403, "not for you");
    return FALSE;
}

/* Answers for what fails. */
gboolean
tell_failure(WeftHttpRequest *request, WeftHttpResponse *response, gpointer, GError **error)
{
    g_autoptr(GError) failure = nullptr;

    if (weft_http_request_proceed(request, response, &failure))
        return TRUE;
    std::string text = "failed: " + std::to_string(weft_http_status_of(failure));
    return weft_http_response_send(response, text.data(), text.size(), error);
}

void
add(WeftHttpRouter *router, const char *method, const char *pattern, const char *name)
{
    weft_http_router_add(router, method, pattern, say_name, const_cast<char *>(name));
}

} // namespace

TEST(Router, TheLongestPatternWins)
{
    g_autoptr(WeftHttpRouter) router = weft_http_router_new();

    add(router, nullptr, "/", "root");
    add(router, nullptr, "/a/", "below a");
    add(router, nullptr, "/a/b", "b itself");
    add(router, nullptr, "/a/b/", "below b");
    EXPECT_EQ(ask(router, "GET", "/"), "root");
    EXPECT_EQ(ask(router, "GET", "/x"), "root");
    EXPECT_EQ(ask(router, "GET", "/a"), "root");
    EXPECT_EQ(ask(router, "GET", "/a/"), "below a");
    EXPECT_EQ(ask(router, "GET", "/a/bc"), "below a");
    EXPECT_EQ(ask(router, "GET", "/a/b"), "b itself");
    EXPECT_EQ(ask(router, "GET", "/a/b/c/d"), "below b");
    EXPECT_EQ(ask(router, "GET", "/a//b/./c"), "below b");
    EXPECT_EQ(ask(router, "GET", "/x/../a/b"), "b itself");
}

TEST(Router, ThenTheMethod)
{
    g_autoptr(WeftHttpRouter) router = weft_http_router_new();

    add(router, nullptr, "/a/", "all methods");
    add(router, "GET", "/a/b", "get");
    add(router, "PUT", "/a/b", "put");
    add(router, "DELETE", "/a/c", "delete");
    add(router, nullptr, "/a/c", "all others");
    EXPECT_EQ(ask(router, "GET", "/a/b"), "get");
    EXPECT_EQ(ask(router, "PUT", "/a/b"), "put");
    EXPECT_EQ(ask(router, "HEAD", "/a/b"), "");
    EXPECT_EQ(ask(router, "POST", "/a/b"), "Method Not Allowed\n");
    EXPECT_EQ(ask(router, "DELETE", "/a/c"), "delete");
    EXPECT_EQ(ask(router, "POST", "/a/c"), "all others");
    EXPECT_EQ(ask(router, "POST", "/a/d"), "all methods");
    EXPECT_EQ(ask(router, "GET", "/b"), "Not Found\n");
}

TEST(Router, AParameterIsOnePartOfThePath)
{
    g_autoptr(WeftHttpRouter) router = weft_http_router_new();

    for (const char *pattern : {"/users/{a}", "/users/{a}/notes/{b}", "/files/{a}/", "/{a}/x/{b}"})
        weft_http_router_add(router, "GET", pattern, say_parameters, nullptr);
    EXPECT_EQ(ask(router, "GET", "/users/7"), "a=7");
    EXPECT_EQ(ask(router, "GET", "/users/a%20b"), "a=a b");
    EXPECT_EQ(ask(router, "GET", "/users/7/notes/x.y"), "a=7 b=x.y");
    EXPECT_EQ(ask(router, "GET", "/files/7/"), "a=7");
    EXPECT_EQ(ask(router, "GET", "/files/7/8/9"), "a=7");
    EXPECT_EQ(ask(router, "GET", "/1/x/2"), "a=1 b=2");
    for (const char *path :
         {"/users", "/users/", "/users/7/", "/users/7/notes", "/files/7", "/1/y/2", "/1/x/2/3"})
        EXPECT_EQ(ask(router, "GET", path), "Not Found\n") << path;
    EXPECT_EQ(ask(router, "PUT", "/users/7"), "Method Not Allowed\n");
}

TEST(Router, APartItselfGoesBeforeAParameter)
{
    g_autoptr(WeftHttpRouter) router = weft_http_router_new();

    add(router, nullptr, "/{a}/{b}", "both");
    add(router, nullptr, "/{a}/list", "second");
    add(router, nullptr, "/notes/{b}", "first");
    add(router, nullptr, "/notes/new", "none");
    add(router, nullptr, "/notes/", "below");
    EXPECT_EQ(ask(router, "GET", "/notes/new"), "none");
    EXPECT_EQ(ask(router, "GET", "/notes/list"), "first");
    EXPECT_EQ(ask(router, "GET", "/notes/7"), "first");
    EXPECT_EQ(ask(router, "GET", "/other/list"), "second");
    EXPECT_EQ(ask(router, "GET", "/other/7"), "both");
    EXPECT_EQ(ask(router, "GET", "/notes/7/8"), "below");
    EXPECT_EQ(ask(router, "GET", "/notes/"), "below");
}

TEST(Router, APatternMaySayThatThePathEnds)
{
    g_autoptr(WeftHttpRouter) router = weft_http_router_new();

    add(router, nullptr, "/{$}", "root");
    add(router, nullptr, "/a/", "below a");
    add(router, nullptr, "/a/{$}", "a itself");
    EXPECT_EQ(ask(router, "GET", "/"), "root");
    EXPECT_EQ(ask(router, "GET", "/b"), "Not Found\n");
    EXPECT_EQ(ask(router, "GET", "/a"), "Not Found\n");
    EXPECT_EQ(ask(router, "GET", "/a/"), "a itself");
    EXPECT_EQ(ask(router, "GET", "/a/b"), "below a");
    EXPECT_EQ(ask(router, "GET", "/a/b/"), "below a");
}

TEST(Router, FiltersStandAroundHandlersTheFirstOutermost)
{
    g_autoptr(WeftHttpRouter) router = weft_http_router_new();

    add(router, nullptr, "/a/b", "a and b");
    add(router, nullptr, "/c", "c");
    for (const char *name : {"1", "2"})
        weft_http_router_add_filter(router, "/", note_way, const_cast<char *>(name));
    weft_http_router_add_filter(router, "/a/", note_way, const_cast<char *>("a"));
    EXPECT_EQ(ask(router, "GET", "/a/b"), "a and b");
    EXPECT_EQ(std::exchange(way, ""), "<1<2<aa>2>1>");
    EXPECT_EQ(ask(router, "GET", "/c"), "c");
    EXPECT_EQ(std::exchange(way, ""), "<1<22>1>");
    EXPECT_EQ(ask(router, "GET", "/nothing"), "Not Found\n");
    EXPECT_EQ(std::exchange(way, ""), "<1<22>1>");
}

TEST(Router, AFilterMayRefuseAndMayAnswerForWhatFailed)
{
    g_autoptr(WeftHttpRouter) router = weft_http_router_new();

    add(router, nullptr, "/inside/a", "secret");
    add(router, nullptr, "/api/inside/a", "secret");
    weft_http_router_add_filter(router, "/api/", tell_failure, nullptr);
    weft_http_router_add_filter(router, "/inside/", refuse, nullptr);
    weft_http_router_add_filter(router, "/api/inside/", refuse, nullptr);
    EXPECT_EQ(ask(router, "GET", "/inside/a"), "not for you\n");
    EXPECT_EQ(ask(router, "GET", "/api/inside/a"), "failed: 403");
    EXPECT_EQ(ask(router, "GET", "/api/nothing"), "failed: 404");
}
