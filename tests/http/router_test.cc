/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routing: which handler, over a stream in memory.  405 and OPTIONS are in tests/wire.
 */

#include "../in_fiber.h"

#include <weft/http.h>

#include <cstring>
#include <string>

using namespace weft_test;

namespace
{

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
