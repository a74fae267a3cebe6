/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The access log: one line a request, which no request can forge.
 */

#include "../in_fiber.h"

#include <weft/http.h>

#include <sys/mman.h>
#include <unistd.h>

#include <string>

using namespace weft_test;

namespace
{

gboolean
hello(WeftHttpRequest *request, WeftHttpResponse *response, gpointer, GError **error)
{
    weft_http_request_set_user(request, weft_http_request_header(request, "X-User"));
    return weft_http_response_send(response, "hello", 5, error);
}

class AccessLog : public FakeClock
{
};

/* What is logged while @requests come. */
std::string
log_of(WeftHttpLogFormat format, const std::string &requests)
{
    int fd = memfd_create("access log", MFD_CLOEXEC);
    std::string log;

    in_fiber([&] {
        g_autoptr(WeftService) service = weft_http_service_new(hello, nullptr, nullptr);
        g_autoptr(WeftStream) ours = nullptr;
        g_autoptr(WeftGroup) group = weft_group_new();
        WeftStream *theirs;
        char bytes[4096];

        weft_http_service_set_access_log(service, format, fd);
        weft_stream_pair(65536, &ours, &theirs);
        spawn(group, [&] {
            gboolean served G_GNUC_UNUSED = weft_service_serve_stream(service, theirs, nullptr);
        });
        EXPECT_TRUE(weft_stream_write_all(ours, requests.data(), requests.size(), nullptr));
        EXPECT_TRUE(weft_stream_finish(ours, nullptr));
        while (weft_stream_read(ours, bytes, sizeof bytes, nullptr) > 0)
            ;
        join(group);
    });
    log.resize((size_t)lseek(fd, 0, SEEK_END));
    EXPECT_EQ(pread(fd, &log[0], log.size(), 0), (ssize_t)log.size());
    close(fd);
    return log;
}

} // namespace

TEST_F(AccessLog, IsCombined)
{
    EXPECT_EQ(log_of(WEFT_HTTP_LOG_COMBINED, "GET /a%20b?c HTTP/1.1\r\nHost: a\r\nReferer: r\r\n"
                                             "User-Agent: u \"x\"\r\n\r\n"
                                             "HEAD / HTTP/1.0\r\n\r\n"),
              "memory - - [14/Nov/2023:22:13:20 +0000] \"GET /a%20b?c HTTP/1.1\" 200 5 \"r\" "
              "\"u \\x22x\\x22\"\n"
              "memory - - [14/Nov/2023:22:13:20 +0000] \"HEAD / HTTP/1.0\" 200 0 \"-\" \"-\"\n");
}

TEST_F(AccessLog, IsJson)
{
    EXPECT_EQ(
        log_of(WEFT_HTTP_LOG_JSON, "GET /a HTTP/1.1\r\nHost: a\r\nUser-Agent: \"\\\xe4\r\n\r\n"),
        "{\"time\":\"2023-11-14T22:13:20.000Z\",\"peer\":\"memory\",\"user\":\"\",\"method\":"
        "\"GET\","
        "\"target\":\"/a\",\"status\":200,\"bytes\":5,\"duration_us\":0,\"referer\":\"\","
        "\"user_agent\":\"\\u0022\\u005c\\u00e4\"}\n");
}

TEST_F(AccessLog, HasWhatWasNoRequest)
{
    EXPECT_EQ(log_of(WEFT_HTTP_LOG_COMBINED, "\x16\x03\x01"),
              "memory - - [14/Nov/2023:22:13:20 +0000] \"-\" 400 23 \"-\" \"-\"\n");
}

TEST_F(AccessLog, IsSilentWhereNobodyAsked)
{
    EXPECT_EQ(log_of(WEFT_HTTP_LOG_NONE, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "");
}

TEST_F(AccessLog, NamesTheUserAsOneWord)
{
    EXPECT_EQ(log_of(WEFT_HTTP_LOG_COMBINED,
                     "GET /a HTTP/1.1\r\nHost: a\r\nX-User: ann\r\n\r\n"
                     "GET /b HTTP/1.1\r\nHost: a\r\n\r\n"
                     "GET /c HTTP/1.1\r\nHost: a\r\nX-User: a [b\"\r\n\r\n"),
              "memory - ann [14/Nov/2023:22:13:20 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"-\"\n"
              "memory - - [14/Nov/2023:22:13:20 +0000] \"GET /b HTTP/1.1\" 200 5 \"-\" \"-\"\n"
              "memory - a\\x20[b\\x22 [14/Nov/2023:22:13:20 +0000] \"GET /c HTTP/1.1\" 200 5 \"-\" "
              "\"-\"\n");
}

TEST_F(AccessLog, KeepsUtf8InJson)
{
    EXPECT_NE(log_of(WEFT_HTTP_LOG_JSON, "GET /a HTTP/1.1\r\nHost: a\r\nX-User: \xc3\xa4nn\r\n\r\n")
                  .find("\"user\":\"\xc3\xa4nn\""),
              std::string::npos);
}
