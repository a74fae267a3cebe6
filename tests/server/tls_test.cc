/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/metrics.h>
#include <weft/tls.h>

#include <memory>
#include <vector>

#include "../certificate_files.h"
#include "../in_fiber.h"
#include "client.h"

using namespace weft_test;

namespace
{

const WeftProtocol echo_protocol = {"echo", "speak TLS\n", nullptr};

/* A server that echoes over TLS, and whom its clients trust. */
struct Secure {
    CertificateFiles files;
    WeftTlsContext *context =
        weft_tls_context_new_server(files.certificate.c_str(), files.key.c_str(), nullptr);
    WeftTlsContext *client_context =
        weft_tls_context_new_client(files.certificate.c_str(), nullptr);
    Running running;

    explicit Secure(Serve serve = echo, const std::function<void(WeftServer *)> &set_up = nullptr)
        : running(std::move(serve), "127.0.0.1:0", [&](WeftServer *server) {
              weft_service_set_protocol(running.service, &echo_protocol);
              weft_server_set_tls(server, 0, context);
              if (set_up)
                  set_up(server);
          })
    {
    }
    ~Secure()
    {
        weft_tls_context_unref(client_context);
        weft_tls_context_unref(context);
    }

    /* From a fiber.  (transfer full) */
    WeftStream *connect()
    {
        WeftStream *stream = weft_stream_connect(running.address.c_str(), nullptr);

        return weft_tls_attach_client(client_context, stream, "localhost", nullptr);
    }
};

void
expect_echo(WeftStream *stream, const std::string &text)
{
    g_autoptr(GError) error = nullptr;
    std::string heard(text.size(), '\0');

    EXPECT_TRUE(weft_stream_write_all(stream, text.data(), text.size(), &error)) << error->message;
    g_clear_error(&error);
    EXPECT_TRUE(weft_stream_read_exact(stream, &heard[0], heard.size(), &error)) << error->message;
    EXPECT_EQ(heard, text);
}

bool
one_is_parked(const WeftServerMetrics &metrics)
{
    return metrics.n_parked == 1 && metrics.n_active == 0;
}

} // namespace

TEST(ServerTls, AConnectionThatWaitsHoldsNoFiber)
{
    Secure secure;

    in_fiber([&] {
        g_autoptr(WeftStream) stream = secure.connect();

        EXPECT_TRUE(weft_tls_handshake(stream, nullptr));
        secure.running.await(one_is_parked);
        EXPECT_EQ(secure.running.metrics().n_served, 0);
        for (int i = 1; i <= 3; i++) {
            expect_echo(stream, "again");
            secure.running.await(one_is_parked);
        }
    });
    secure.running.await([](const WeftServerMetrics &now) { return now.n_parked == 0; });
    EXPECT_EQ(secure.running.metrics().n_handshakes, 1);
    EXPECT_EQ(secure.running.metrics().n_failed_handshakes, 0);
}

TEST(ServerTls, WhatLiesDecryptedIsServedBeforeTheConnectionIsParked)
{
    /* Takes three bytes of a record at a time, and would have each rest be forgotten. */
    Secure secure([](WeftConnection *connection) {
        WeftStream *stream = weft_connection_stream(connection);
        char bytes[3];
        ssize_t n_read = weft_stream_read(stream, bytes, sizeof bytes, nullptr);

        EXPECT_TRUE(weft_connection_is_secure(connection));
        if (n_read <= 0 ||
            !weft_stream_write_all(stream, bytes, static_cast<size_t>(n_read), nullptr))
            return WEFT_SERVE_CLOSE;
        return WEFT_SERVE_PARK;
    });

    in_fiber([&] {
        g_autoptr(WeftStream) stream = secure.connect();

        expect_echo(stream, "a record of some bytes");
    });
}

TEST(ServerTls, AllWorkersResumeTheSameSessions)
{
    Secure secure(echo, [](WeftServer *server) { weft_server_set_workers(server, 2); });

    in_fiber([&] {
        for (int i = 0; i < 20; i++) {
            g_autoptr(WeftStream) stream = secure.connect();

            expect_echo(stream, "ping");
            EXPECT_EQ(weft_tls_is_resumed(stream), i > 0);
        }
    });
}

TEST(ServerTls, ManyClientsAtOnceWhileCertificatesAreReloaded)
{
    Secure secure(echo, [](WeftServer *server) { weft_server_set_workers(server, 2); });
    std::thread reloading([&] {
        for (int i = 0; i < 20; i++)
            EXPECT_TRUE(weft_tls_context_reload(secure.context, nullptr));
    });

    in_fiber([&] {
        g_autoptr(WeftGroup) group = weft_group_new();

        for (int i = 0; i < 20; i++)
            spawn(group, [&] {
                g_autoptr(WeftStream) stream = secure.connect();
                expect_echo(stream, std::string(50000, 'x'));
            });
        join(group);
    });
    reloading.join();
}

TEST(ServerTls, WhoSpeaksPlainlyIsTold)
{
    Secure secure;
    Client client(secure.running.address);

    client.say("hello");
    EXPECT_EQ(client.hear(100), "speak TLS\n");
    EXPECT_TRUE(client.is_closed());
    secure.running.await([](const WeftServerMetrics &now) { return now.n_failed_handshakes == 1; });
}

TEST(ServerTls, AHandshakeThatComesTooSlowlyIsCut)
{
    Secure secure(echo,
                  [](WeftServer *server) { weft_server_set_handshake_timeout_ms(server, 20); });
    Client client(secure.running.address);

    client.say("\x16\x03");
    EXPECT_TRUE(client.is_closed());
    secure.running.await([](const WeftServerMetrics &now) { return now.n_failed_handshakes == 1; });
}

TEST(ServerTls, AStopSaysGoodbye)
{
    Secure secure;

    in_fiber([&] {
        g_autoptr(WeftStream) stream = secure.connect();
        char byte;

        expect_echo(stream, "ping");
        secure.running.await(one_is_parked);
        secure.running.stop();
        EXPECT_EQ(weft_stream_read(stream, &byte, 1, nullptr), 0);
    });
}
