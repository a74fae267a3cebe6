/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A server of the simplest kind in a thread of its own: reads up to a terminator, lets 100 ms pass,
 * and answers the same every time; as often as it is asked.
 */

#include <gtest/gtest.h>
#include <string>
#include <thread>
#include <weft/completion.h>
#include <weft/group.h>
#include <weft/scheduler.h>
#include <weft/tls.h>

extern "C" {
#include "io/listener.h"
}

namespace weft_test
{

constexpr int64_t ANSWER_MS = 100;

class DelayingServer
{
  public:
    /* @context: (transfer full) (nullable): then it speaks TLS */
    DelayingServer(std::string request_end, std::string answer, WeftTlsContext *context = nullptr)
        : terminator(std::move(request_end)), answer_text(std::move(answer)), tls(context)
    {
        WeftEndpoint endpoint;
        WeftAddress bound;

        EXPECT_TRUE(weft_endpoint_parse("127.0.0.1:0", &endpoint, nullptr));
        fd = weft_listen(&endpoint.address, WEFT_LISTEN_ALONE, nullptr);
        EXPECT_TRUE(weft_bound_address(fd, &bound, nullptr));
        listening_port = ntohs(bound.socket.v4.sin_port);
        thread = std::thread([this] { EXPECT_TRUE(weft_run("server", serve, this, nullptr)); });
    }
    ~DelayingServer()
    {
        while (end.load() == nullptr)
            std::this_thread::yield();
        weft_completion_post(end);
        thread.join();
        weft_completion_unref(end);
        g_clear_pointer(&tls, weft_tls_context_unref);
    }
    DelayingServer(const DelayingServer &) = delete;
    DelayingServer &operator=(const DelayingServer &) = delete;

    int port() const
    {
        return listening_port;
    }

  private:
    struct Connection {
        DelayingServer *server;
        WeftStream *stream;
    };

    static gboolean answer(gpointer data, GError **)
    {
        auto *connection = static_cast<Connection *>(data);
        const DelayingServer *server = connection->server;
        std::string request;
        char piece[1024];

        for (;;) {
            const ssize_t n = weft_stream_read(connection->stream, piece, sizeof piece, nullptr);
            if (n <= 0)
                return TRUE;
            request.append(piece, static_cast<size_t>(n));
            if (request.find(server->terminator) == std::string::npos)
                continue;
            request.clear();
            if (!weft_fiber_sleep_ms(ANSWER_MS, nullptr) ||
                !weft_stream_write_all(connection->stream, server->answer_text.data(),
                                       server->answer_text.size(), nullptr))
                return TRUE;
        }
    }

    static void free_connection(gpointer data)
    {
        auto *connection = static_cast<Connection *>(data);

        weft_stream_free(connection->stream);
        delete connection;
    }

    static gboolean accept_all(gpointer data, GError **)
    {
        auto *server = static_cast<DelayingServer *>(data);
        g_autoptr(WeftListener) listener = weft_listener_new(server->fd, nullptr);

        for (;;) {
            WeftStream *stream = weft_listener_accept(listener, nullptr);
            if (stream == nullptr)
                return TRUE;
            if (server->tls != nullptr)
                stream = weft_tls_attach_server(server->tls, stream, nullptr);
            weft_group_spawn(weft_root_group(), "answer", answer, new Connection{server, stream},
                             free_connection);
        }
    }

    static gboolean serve(gpointer data, GError **error)
    {
        auto *server = static_cast<DelayingServer *>(data);
        WeftCompletion *completion = weft_completion_new();

        weft_group_spawn(weft_root_group(), "accept", accept_all, server, nullptr);
        server->end = weft_completion_ref(completion);
        const gboolean is_over = weft_completion_wait(completion, "the end", error);
        weft_completion_unref(completion);
        return is_over;
    }

    std::string terminator;
    std::string answer_text;
    WeftTlsContext *tls;
    int fd;
    int listening_port = 0;
    std::atomic<WeftCompletion *> end = nullptr;
    std::thread thread;
};

} // namespace weft_test
