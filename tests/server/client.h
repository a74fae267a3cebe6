/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A client of the plain blocking kind, and a server on a thread of its own.
 */

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>
#include <weft/server.h>

#include <functional>
#include <string>
#include <thread>

extern "C" {
#include "io/address.h"
#include "server/metrics.h"
}

namespace weft_test
{

class Client
{
  public:
    explicit Client(const std::string &address)
    {
        WeftEndpoint endpoint;
        const struct timeval patience = {120, 0};

        EXPECT_TRUE(weft_endpoint_parse(address.c_str(), &endpoint, nullptr));
        fd = socket(endpoint.address.socket.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        EXPECT_EQ(connect(fd, &endpoint.address.socket.any, endpoint.address.size), 0)
            << address << ": " << g_strerror(errno);
    }
    ~Client()
    {
        hang_up();
    }
    Client(const Client &) = delete;

    void say(const std::string &text)
    {
        EXPECT_EQ(send(fd, text.data(), text.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(text.size()));
    }

    /* @size bytes, or fewer at the end of the stream. */
    std::string hear(size_t size)
    {
        std::string heard(size, '\0');
        size_t n = 0;

        while (n < size) {
            ssize_t n_read = recv(fd, &heard[n], size - n, 0);
            if (n_read <= 0)
                break;
            n += static_cast<size_t>(n_read);
        }
        heard.resize(n);
        return heard;
    }

    /* TRUE when the other side has closed, without a word. */
    bool is_closed()
    {
        char byte;
        ssize_t n_read = recv(fd, &byte, 1, 0);

        return n_read == 0 || (n_read < 0 && errno == ECONNRESET);
    }

    void finish()
    {
        shutdown(fd, SHUT_WR);
    }

    /* Close with a reset. */
    void slam()
    {
        const struct linger at_once = {1, 0};

        setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        hang_up();
    }

    void hang_up()
    {
        if (fd >= 0)
            close(fd);
        fd = -1;
    }

  private:
    int fd;
};

using Serve = std::function<WeftServeResult(WeftConnection *)>;

inline WeftServeResult
call_serve(WeftConnection *connection, gpointer data)
{
    return (*static_cast<Serve *>(data))(connection);
}

inline void
free_serve(gpointer data)
{
    delete static_cast<Serve *>(data);
}

inline WeftService *
service_of(Serve serve)
{
    return weft_service_new("test service", call_serve, new Serve(std::move(serve)), free_serve);
}

/* Reads what is there and sends it back; parks between. */
inline WeftServeResult
echo(WeftConnection *connection)
{
    WeftStream *stream = weft_connection_stream(connection);
    WeftBuffer *input = weft_connection_input(connection);
    ssize_t n_read = weft_stream_read(stream, input->data, weft_buffer_room(input), nullptr);

    if (n_read <= 0)
        return WEFT_SERVE_CLOSE;
    if (!weft_stream_write_all(stream, input->data, static_cast<size_t>(n_read), nullptr))
        return WEFT_SERVE_CLOSE;
    return weft_connection_is_draining(connection) ? WEFT_SERVE_CLOSE : WEFT_SERVE_PARK;
}

/* A server with one service, and the thread that runs it. */
class Running
{
  public:
    explicit Running(Serve serve, const char *at = "127.0.0.1:0",
                     const std::function<void(WeftServer *)> &set_up = nullptr)
        : service(service_of(std::move(serve))), server(weft_server_new())
    {
        g_autoptr(GError) error = nullptr;

        EXPECT_TRUE(weft_server_add(server, at, service, &error))
            << (error != nullptr ? error->message : "");
        if (set_up)
            set_up(server);
        g_autofree char *bound = weft_server_bound_address(server, 0);
        address = bound;
        thread = std::thread([this] {
            g_autoptr(GError) failure = nullptr;
            EXPECT_TRUE(weft_server_run(server, &failure))
                << (failure != nullptr ? failure->message : "");
        });
    }
    ~Running()
    {
        stop();
        join();
        weft_server_free(server);
    }

    void stop()
    {
        weft_server_stop(server);
    }
    void join()
    {
        if (thread.joinable())
            thread.join();
    }

    WeftServerMetrics metrics()
    {
        WeftServerMetrics now;

        weft_server_get_metrics(server, &now);
        return now;
    }

    /* Until the server's numbers are as asked; other threads do the work meanwhile. */
    void await(const std::function<bool(const WeftServerMetrics &)> &is_so)
    {
        while (!is_so(metrics()))
            sched_yield();
    }

    WeftService *service;
    WeftServer *server;
    std::string address;

  private:
    std::thread thread;
};

} // namespace weft_test
