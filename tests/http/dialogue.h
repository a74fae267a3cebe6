/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A client and its HTTP connection, over a stream in memory and under a clock that jumps.
 */

#include "../in_fiber.h"

#include <weft/http.h>

#include <functional>
#include <string>

namespace weft_test
{

using Handle = std::function<gboolean(WeftHttpRequest *, WeftHttpResponse *, GError **)>;

inline gboolean
call(WeftHttpRequest *request, WeftHttpResponse *response, gpointer data, GError **error)
{
    return (*static_cast<Handle *>(data))(request, response, error);
}

inline void
free_handle(gpointer data)
{
    delete static_cast<Handle *>(data);
}

inline gboolean
hello(WeftHttpRequest *, WeftHttpResponse *response, GError **error)
{
    return weft_http_response_send(response, "hello", 5, error);
}

inline gboolean
echo(WeftHttpRequest *request, WeftHttpResponse *response, GError **error)
{
    g_autoptr(GBytes) body = weft_http_request_read_all(request, 1 << 20, error);

    return body != nullptr && weft_http_response_send(response, g_bytes_get_data(body, nullptr),
                                                      g_bytes_get_size(body), error);
}

inline WeftHttpLimits
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

inline const std::string PUT_HEAD = "PUT /a HTTP/1.1\r\nHost: a\r\n";
inline const std::string GET_AND_CLOSE = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

} // namespace weft_test
