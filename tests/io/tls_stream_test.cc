/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/tls.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <weft/file.h>

#include <random>
#include <string>

#include "../certificate_files.h"
#include "../in_fiber.h"

extern "C" {
#include "fiber/stack.h"
#include "io/listener.h"
#include "io/socket.h"
#include "io/tls_context.h"
#include "io/tls_stream.h"
}

using namespace weft_test;

namespace
{

constexpr int WOULD_PARK = -2;
constexpr size_t PIPE_BYTES = 64 * 1024;

/* A certificate and its key in files, as a server has them, and contexts for both sides. */
class Tls : public FakeClock
{
  protected:
    void SetUp() override
    {
        FakeClock::SetUp();
        server = make_server();
        client = make_client();
    }
    void TearDown() override
    {
        weft_tls_context_unref(client);
        weft_tls_context_unref(server);
        FakeClock::TearDown();
    }

    WeftTlsContext *make_server()
    {
        g_autoptr(GError) error = nullptr;
        WeftTlsContext *made =
            weft_tls_context_new_server(files.certificate.c_str(), files.key.c_str(), &error);

        EXPECT_NE(made, nullptr) << error->message;
        return made;
    }
    WeftTlsContext *make_client()
    {
        g_autoptr(GError) error = nullptr;
        WeftTlsContext *made = weft_tls_context_new_client(files.certificate.c_str(), &error);

        EXPECT_NE(made, nullptr) << error->message;
        return made;
    }

    CertificateFiles files;
    WeftTlsContext *server;
    WeftTlsContext *client;
};

/* The two ends of a connection, and the pipe below them. */
struct Ends {
    WeftStream *server = nullptr;
    WeftStream *client = nullptr;

    Ends(WeftTlsContext *server_context, WeftTlsContext *client_context,
         size_t capacity_bytes = PIPE_BYTES, const char *host = "localhost")
    {
        WeftStream *left;
        WeftStream *right;

        weft_stream_pair(capacity_bytes, &left, &right);
        server = weft_tls_attach_server(server_context, left, "http/1.1");
        client = weft_tls_attach_client(client_context, right, host, "http/1.1");
    }
    ~Ends()
    {
        weft_stream_free(client);
        weft_stream_free(server);
    }
    Ends(const Ends &) = delete;

    /* The handshake on both sides. */
    void meet()
    {
        g_autoptr(WeftGroup) group = weft_group_new();

        spawn(group, [this] { shake(server); });
        shake(client);
        join(group);
    }

    static void shake(WeftStream *stream)
    {
        g_autoptr(GError) error = nullptr;

        EXPECT_TRUE(weft_tls_handshake(stream, &error)) << error->message;
    }
};

/* Two connected streams over TCP. */
struct TcpPair {
    WeftStream *client = nullptr;
    WeftStream *server = nullptr;

    TcpPair()
    {
        WeftEndpoint endpoint;
        WeftAddress bound;

        EXPECT_TRUE(weft_endpoint_parse("127.0.0.1:0", &endpoint, nullptr));
        int fd = weft_listen(&endpoint.address, WEFT_LISTEN_ALONE, nullptr);
        EXPECT_TRUE(weft_bound_address(fd, &bound, nullptr));
        g_autofree char *address = weft_address_format(&bound);
        WeftListener *listener = weft_listener_new(fd, nullptr);
        client = weft_stream_connect(address, nullptr);
        server = weft_listener_accept(listener, nullptr);
        weft_listener_free(listener);
    }
    ~TcpPair()
    {
        weft_stream_free(client);
        weft_stream_free(server);
    }
    TcpPair(const TcpPair &) = delete;
};

std::string
noise(size_t size)
{
    std::mt19937 random(7);
    std::string bytes;

    while (bytes.size() < size)
        bytes.push_back(static_cast<char>(random()));
    return bytes;
}

void
say(WeftStream *stream, const std::string &text)
{
    g_autoptr(GError) error = nullptr;

    EXPECT_TRUE(weft_stream_write_all(stream, text.data(), text.size(), &error)) << error->message;
}

std::string
hear(WeftStream *stream, size_t size)
{
    g_autoptr(GError) error = nullptr;
    std::string bytes(size, '\0');

    EXPECT_TRUE(weft_stream_read_exact(stream, &bytes[0], size, &error)) << error->message;
    return bytes;
}

/* The message of a handshake that fails. */
std::string
failure_of_handshake(WeftStream *stream)
{
    g_autoptr(GError) error = nullptr;

    EXPECT_FALSE(weft_tls_handshake(stream, &error));
    return error != nullptr ? error->message : "";
}

bool
contains(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_F(Tls, CarriesBytesBothWays)
{
    in_fiber([&] {
        Ends ends(server, client);

        ends.meet();
        say(ends.client, "ping");
        EXPECT_EQ(hear(ends.server, 4), "ping");
        say(ends.server, "pong!");
        EXPECT_EQ(hear(ends.client, 5), "pong!");
        EXPECT_EQ(weft_stream_n_written(ends.server), 5u);
        EXPECT_EQ(weft_stream_n_read(ends.server), 4u);
        EXPECT_STREQ(weft_tls_version(ends.server), "TLSv1.3");
        EXPECT_STREQ(weft_tls_protocol(ends.server), "http/1.1");
        EXPECT_STREQ(weft_tls_protocol(ends.client), "http/1.1");
        EXPECT_STREQ(weft_tls_server_name(ends.server), "localhost");
        EXPECT_FALSE(weft_tls_is_resumed(ends.client));
        EXPECT_STREQ(weft_stream_peer(ends.server), "memory");
        EXPECT_TRUE(weft_stream_is_tls(ends.server));
        EXPECT_FALSE(weft_stream_is_tls(weft_tls_stream_below(ends.server)));
    });
}

TEST_F(Tls, TheFirstReadAndWriteShakeHands)
{
    in_fiber([&] {
        Ends ends(server, client);
        g_autoptr(WeftGroup) group = weft_group_new();

        spawn(group, [&] { EXPECT_EQ(hear(ends.server, 4), "ping"); });
        say(ends.client, "ping");
        join(group);
    });
}

TEST_F(Tls, TheFilesOfLargeAndOddTransfersArriveWhole)
{
    const std::string sent = noise(1000003);

    in_fiber([&] {
        Ends ends(server, client, 7777);
        g_autoptr(WeftGroup) group = weft_group_new();

        ends.meet();
        spawn(group, [&] {
            g_autoptr(GBytes) bytes = g_bytes_new_static(sent.data(), sent.size());
            g_autoptr(WeftFile) file = weft_file_new_for_bytes(bytes);
            char *data = const_cast<char *>(sent.data());
            struct iovec pieces[] = {{data, 1},
                                     {nullptr, 0},
                                     {data + 1, 16384},
                                     {data + 16385, 20000},
                                     {data + 36385, 400000}};

            EXPECT_TRUE(weft_stream_writev_all(ends.server, pieces, 5, nullptr));
            EXPECT_TRUE(weft_stream_write_more(ends.server, data + 436385, 15, nullptr));
            EXPECT_TRUE(weft_stream_send_file(ends.server, file, 436400,
                                              static_cast<int64_t>(sent.size()) - 436400, nullptr));
            EXPECT_EQ(weft_stream_n_written(ends.server), sent.size());
        });
        EXPECT_EQ(hear(ends.client, sent.size()), sent);
        join(group);
    });
}

TEST_F(Tls, BothSidesMayWriteAtOnce)
{
    const std::string sent = noise(300000);

    in_fiber([&] {
        Ends ends(server, client, 5000);
        g_autoptr(WeftGroup) group = weft_group_new();

        ends.meet();
        spawn(group, [&] { say(ends.server, sent); });
        spawn(group, [&] { say(ends.client, sent); });
        spawn(group, [&] { EXPECT_EQ(hear(ends.server, sent.size()), sent); });
        EXPECT_EQ(hear(ends.client, sent.size()), sent);
        join(group);
    });
}

TEST_F(Tls, TryReadAndWaitReadableSpeakOfBytesNotOfRecords)
{
    in_fiber([&] {
        Ends ends(server, client);
        char bytes[8];

        ends.meet();
        EXPECT_FALSE(weft_tls_stream_has_input(ends.server));
        EXPECT_EQ(weft_stream_try_read(ends.server, bytes, 8, nullptr), WOULD_PARK);
        say(ends.client, "abcdef");
        EXPECT_TRUE(weft_stream_wait_readable(ends.server, nullptr));
        EXPECT_EQ(weft_stream_try_read(ends.server, bytes, 4, nullptr), 4);
        /* The rest is no longer in the stream below: a connection must not be parked now. */
        EXPECT_TRUE(weft_tls_stream_has_input(ends.server));
        EXPECT_EQ(weft_stream_try_read(ends.server, bytes, 4, nullptr), 2);
        EXPECT_FALSE(weft_tls_stream_has_input(ends.server));
    });
}

TEST_F(Tls, HalfARecordIsNoInput)
{
    in_fiber([&] {
        Ends ends(server, client);
        uint8_t record[64];

        /* What the client writes is taken from its pipe, and given to the server in two halves. */
        ends.meet();
        say(ends.client, "abc");
        WeftStream *pipe = weft_tls_stream_below(ends.server);
        ssize_t length = weft_stream_try_read(pipe, record, sizeof record, nullptr);
        ASSERT_GT(length, 10);
        WeftStream *client_pipe = weft_tls_stream_below(ends.client);
        EXPECT_TRUE(weft_stream_write_all(client_pipe, record, 10, nullptr));
        EXPECT_FALSE(weft_tls_stream_has_input(ends.server));
        EXPECT_TRUE(weft_stream_write_all(client_pipe, record + 10,
                                          static_cast<size_t>(length) - 10, nullptr));
        EXPECT_TRUE(weft_tls_stream_has_input(ends.server));
        EXPECT_EQ(hear(ends.server, 3), "abc");
    });
}

TEST_F(Tls, ASessionIsResumedAlsoBehindAReload)
{
    in_fiber([&] {
        for (int round = 0; round < 3; round++) {
            Ends ends(server, client);

            ends.meet();
            say(ends.server, "x"); /* the ticket comes before it */
            EXPECT_EQ(hear(ends.client, 1), "x");
            EXPECT_EQ(weft_tls_is_resumed(ends.client), round > 0);
            EXPECT_EQ(weft_tls_is_resumed(ends.server), round > 0);
            EXPECT_TRUE(weft_tls_context_reload(server, nullptr));
        }
    });
}

TEST_F(Tls, ASessionIsForItsHostAlone)
{
    in_fiber([&] {
        for (const char *host : {"localhost", "other"}) {
            Ends ends(server, client, PIPE_BYTES, host);
            g_autoptr(WeftGroup) group = weft_group_new();

            spawn(group, [&] { (void)!weft_tls_handshake(ends.server, nullptr); });
            EXPECT_EQ(weft_tls_handshake(ends.client, nullptr), std::string(host) == "localhost");
            join(group);
        }
    });
}

TEST_F(Tls, AReloadIsForNewConnections)
{
    in_fiber([&] {
        Ends ends(server, client);

        ends.meet();
        g_autofree char *before = weft_tls_context_fingerprint(server);
        files.make("localhost");
        EXPECT_TRUE(weft_tls_context_reload(server, nullptr));
        g_autofree char *after = weft_tls_context_fingerprint(server);
        EXPECT_STRNE(before, after);
        EXPECT_EQ(strlen(after), 32u * 3 - 1);

        say(ends.client, "ping");
        EXPECT_EQ(hear(ends.server, 4), "ping");
        Ends fresh(server, client); /* trusts the old one only */
        g_autoptr(WeftGroup) group = weft_group_new();
        spawn(group, [&] { (void)!weft_tls_handshake(fresh.server, nullptr); });
        EXPECT_TRUE(contains(failure_of_handshake(fresh.client), "certificate verify failed"));
        join(group);
    });
}

TEST_F(Tls, AReloadThatFailsLeavesAllAsItWas)
{
    g_autoptr(GError) error = nullptr;

    EXPECT_TRUE(g_file_set_contents(files.key.c_str(), "no key", -1, nullptr));
    EXPECT_FALSE(weft_tls_context_reload(server, &error));
    EXPECT_TRUE(contains(error->message, files.key)) << error->message;
    in_fiber([&] {
        Ends ends(server, client);
        ends.meet();
    });
}

TEST_F(Tls, FilesThatCannotBeUsedAreNamed)
{
    const std::string missing = std::string(files.folder) + "/missing";
    g_autoptr(GError) error = nullptr;

    EXPECT_EQ(weft_tls_context_new_server(missing.c_str(), files.key.c_str(), &error), nullptr);
    EXPECT_EQ(std::string(error->message),
              "cannot read the certificate " + missing + ": No such file or directory");
    g_clear_error(&error);

    EXPECT_EQ(weft_tls_context_new_server(files.key.c_str(), files.key.c_str(), &error), nullptr);
    EXPECT_TRUE(contains(error->message, files.key + " holds no PEM certificate"))
        << error->message;
    g_clear_error(&error);

    g_autofree char *certificate = nullptr;
    EXPECT_TRUE(g_file_get_contents(files.certificate.c_str(), &certificate, nullptr, nullptr));
    files.make("localhost");
    EXPECT_TRUE(g_file_set_contents(files.certificate.c_str(), certificate, -1, nullptr));
    EXPECT_EQ(weft_tls_context_new_server(files.certificate.c_str(), files.key.c_str(), &error),
              nullptr);
    EXPECT_EQ(std::string(error->message),
              "the key " + files.key + " does not belong to the certificate " + files.certificate);
}

TEST_F(Tls, AServerOfAnotherNameIsRefusedAndHearsWhy)
{
    in_fiber([&] {
        Ends ends(server, client, PIPE_BYTES, "elsewhere");
        g_autoptr(WeftGroup) group = weft_group_new();

        spawn(group,
              [&] { EXPECT_TRUE(contains(failure_of_handshake(ends.server), "bad certificate")); });
        EXPECT_TRUE(contains(failure_of_handshake(ends.client), "ostname mismatch"));
        char byte;
        EXPECT_EQ(weft_stream_read(ends.client, &byte, 1, nullptr), -1);
        join(group);
    });
}

TEST_F(Tls, AnAddressCanBeTheName)
{
    const char *const names[] = {"127.0.0.1", "::1", nullptr};
    g_autoptr(WeftTlsContext) by_address = weft_tls_context_new_self_signed(names, nullptr);

    in_fiber([&] {
        Ends ends(by_address, client, PIPE_BYTES, "127.0.0.1");
        g_autoptr(WeftGroup) group = weft_group_new();

        spawn(group, [&] { (void)!weft_tls_handshake(ends.server, nullptr); });
        /* The right name, but nobody whom the client trusts. */
        EXPECT_TRUE(contains(failure_of_handshake(ends.client), "self-signed"));
        join(group);
    });
}

TEST_F(Tls, OtherProtocolsAreRefusedAndNoneIsFine)
{
    in_fiber([&] {
        for (const char *offered : {"h2", static_cast<const char *>(nullptr)}) {
            WeftStream *left;
            WeftStream *right;
            weft_stream_pair(PIPE_BYTES, &left, &right);
            g_autoptr(WeftStream) to_client = weft_tls_attach_server(server, left, "http/1.1");
            g_autoptr(WeftStream) to_server =
                weft_tls_attach_client(client, right, "localhost", offered);
            g_autoptr(WeftGroup) group = weft_group_new();

            spawn(group,
                  [&] { EXPECT_EQ(weft_tls_handshake(to_client, nullptr), offered == nullptr); });
            EXPECT_EQ(weft_tls_handshake(to_server, nullptr), offered == nullptr);
            EXPECT_EQ(weft_tls_protocol(to_client), nullptr);
            join(group);
        }
    });
}

TEST_F(Tls, AnEndWithAGoodbyeIsAnEnd)
{
    in_fiber([&] {
        Ends ends(server, client);
        char byte;

        ends.meet();
        say(ends.server, "bye");
        EXPECT_TRUE(weft_stream_finish(ends.server, nullptr));
        EXPECT_EQ(hear(ends.client, 3), "bye");
        EXPECT_EQ(weft_stream_read(ends.client, &byte, 1, nullptr), 0);
        /* The other direction is still open. */
        say(ends.client, "bye");
        EXPECT_EQ(hear(ends.server, 3), "bye");
        g_clear_pointer(&ends.client, weft_stream_free);
        EXPECT_EQ(weft_stream_read(ends.server, &byte, 1, nullptr), 0);
    });
}

TEST_F(Tls, AnEndWithoutAGoodbyeIsAnError)
{
    in_fiber([&] {
        Ends ends(server, client);
        g_autoptr(GError) error = nullptr;
        char bytes[4];

        ends.meet();
        say(ends.client, "abc");
        EXPECT_TRUE(weft_stream_finish(weft_tls_stream_below(ends.client), nullptr));
        EXPECT_EQ(hear(ends.server, 3), "abc");
        EXPECT_TRUE(weft_tls_stream_has_input(ends.server));
        EXPECT_EQ(weft_stream_read(ends.server, bytes, 4, &error), -1);
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
        EXPECT_FALSE(weft_stream_write_all(ends.server, "x", 1, &error));
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
    });
}

TEST_F(Tls, WhatIsNoTlsIsRefused)
{
    in_fiber([&] {
        WeftStream *left;
        WeftStream *right;
        weft_stream_pair(PIPE_BYTES, &left, &right);
        g_autoptr(WeftStream) stream = weft_tls_attach_server(server, left, nullptr);
        g_autoptr(WeftStream) plain = right;

        say(plain, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        EXPECT_TRUE(contains(failure_of_handshake(stream), "http request"));
    });
}

TEST_F(Tls, AHandshakeHonoursDeadlineAndCancel)
{
    in_fiber([&] {
        Ends ends(server, client);
        g_autoptr(GError) error = nullptr;
        g_autoptr(WeftGroup) group = weft_group_new();
        {
            g_auto(WeftDeadlineScope) time = weft_deadline_scope_ms(500);
            EXPECT_FALSE(weft_tls_handshake(ends.server, &error));
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_TIMED_OUT));
        }
        spawn(group, [&] {
            g_autoptr(GError) failure = nullptr;
            EXPECT_FALSE(weft_tls_handshake(ends.server, &failure));
            EXPECT_TRUE(failed_with(&failure, WEFT_ERROR_CANCELLED));
        });
        settle();
        weft_group_cancel(group, "enough");
        join(group);
        /* Neither was the peer's fault, and nothing is lost. */
        ends.meet();
    });
}

TEST_F(Tls, AWriteThatRanOutOfTimeGoesOnWhereItWas)
{
    const std::string sent = noise(400000);

    in_fiber([&] {
        Ends ends(server, client, 3000);
        g_autoptr(WeftGroup) group = weft_group_new();
        int n_attempts = 0;

        ends.meet();
        spawn(group, [&] {
            size_t n_done = 0;
            while (n_done < sent.size()) {
                g_auto(WeftDeadlineScope) window = weft_deadline_scope_ms(1000);
                uint64_t n_before = weft_stream_n_written(ends.server);
                gboolean succeeded = weft_stream_write_all(ends.server, sent.data() + n_done,
                                                           sent.size() - n_done, nullptr);
                uint64_t n_now = weft_stream_n_written(ends.server) - n_before;

                EXPECT_GT(n_now, 0u); /* what rates are measured by */
                n_done += n_now;
                n_attempts++;
                EXPECT_EQ(succeeded, n_done == sent.size());
            }
        });
        std::string received;
        while (received.size() < sent.size()) {
            char bytes[3000];
            ssize_t n_read = weft_stream_read(ends.client, bytes, sizeof bytes, nullptr);
            ASSERT_GT(n_read, 0);
            received.append(bytes, static_cast<size_t>(n_read));
            sleep_ms(100);
        }
        EXPECT_TRUE(received == sent);
        EXPECT_GT(n_attempts, 5);
        join(group);
    });
}

TEST_F(Tls, OverSocketsWithAndWithoutOpenSslWritingItself)
{
    const std::string sent = noise(3000000);

    for (WeftTlsWriting writing : {WEFT_TLS_GATHER, WEFT_TLS_DIRECT}) {
        weft_tls_context_set_writing(server, writing);
        in_fiber([&] {
            int fds[2];
            ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
            g_autoptr(WeftStream) to_client = weft_tls_attach_server(
                server, weft_socket_stream_new(fds[0], nullptr, nullptr), nullptr);
            g_autoptr(WeftStream) to_server = weft_tls_attach_client(
                client, weft_socket_stream_new(fds[1], nullptr, nullptr), "localhost", nullptr);
            g_autoptr(WeftGroup) group = weft_group_new();

            spawn(group, [&] {
                say(to_client, sent);
                EXPECT_FALSE(weft_tls_is_in_kernel(to_client)); /* no TCP */
                EXPECT_EQ(weft_stream_n_written(to_client), sent.size());
                EXPECT_EQ(hear(to_client, 4), "fine");
                EXPECT_FALSE(weft_tls_stream_has_input(to_client));
                say(to_client, "!");
            });
            EXPECT_TRUE(hear(to_server, sent.size()) == sent);
            say(to_server, "fine");
            EXPECT_EQ(hear(to_server, 1), "!");
            join(group);
        });
    }
}

/* ---- several certificates ---- */

class TlsNames : public Tls
{
  protected:
    void SetUp() override
    {
        Tls::SetUp();
        other.make("other.example");
        wild.make("*.wild.example");
        for (CertificateFiles *one : {&other, &wild})
            ASSERT_TRUE(weft_tls_context_add_certificate(server, one->certificate.c_str(),
                                                         one->key.c_str(), nullptr));
    }

    /* Of the certificate that a client is shown that calls the server @name. */
    std::string shown(const char *name)
    {
        g_autoptr(WeftTlsContext) trusting =
            weft_tls_context_new_client(files.certificate.c_str(), nullptr);
        std::string fingerprint;

        weft_tls_context_trust_anybody(trusting);
        in_fiber([&] {
            Ends ends(server, trusting, PIPE_BYTES, name);
            ends.meet();
            g_autofree char *text = weft_tls_peer_fingerprint(ends.client);
            EXPECT_STREQ(weft_tls_protocol(ends.server), "http/1.1");
            fingerprint = text;
        });
        return fingerprint;
    }

    static std::string fingerprint_of(const CertificateFiles &one)
    {
        g_autoptr(WeftTlsContext) context =
            weft_tls_context_new_server(one.certificate.c_str(), one.key.c_str(), nullptr);
        g_autofree char *text = weft_tls_context_fingerprint(context);

        return text;
    }

    CertificateFiles other;
    CertificateFiles wild;
};

TEST_F(TlsNames, TheClientsWordChoosesAmongThem)
{
    EXPECT_EQ(shown("other.example"), fingerprint_of(other));
    EXPECT_EQ(shown("OTHER.example"), fingerprint_of(other));
    EXPECT_EQ(shown("a.wild.example"), fingerprint_of(wild));
    EXPECT_EQ(shown("localhost"), fingerprint_of(files));
    EXPECT_EQ(shown("nobody.example"), fingerprint_of(files));
    EXPECT_EQ(shown("127.0.0.1"), fingerprint_of(files)) << "an address is no name (RFC 6066 3)";
}

TEST_F(TlsNames, AllAreReadAgain)
{
    const std::string before = fingerprint_of(other);

    other.make("new.example");
    EXPECT_EQ(shown("other.example"), before);
    EXPECT_TRUE(weft_tls_context_reload(server, nullptr));
    EXPECT_EQ(shown("other.example"), fingerprint_of(files));
    EXPECT_EQ(shown("new.example"), fingerprint_of(other));
}

TEST_F(TlsNames, OneThatCannotBeReadLeavesTheOthers)
{
    g_autoptr(GError) error = nullptr;

    EXPECT_FALSE(weft_tls_context_add_certificate(server, "/none", "/none", &error));
    EXPECT_TRUE(weft_tls_context_reload(server, nullptr));
    EXPECT_EQ(shown("other.example"), fingerprint_of(other));
}

TEST_F(TlsNames, OthersMayTakeTheirPlace)
{
    CertificateFiles fresh;

    fresh.make("fresh.example");
    weft_tls_context_adopt(
        server, weft_tls_context_new_server(fresh.certificate.c_str(), fresh.key.c_str(), nullptr));
    EXPECT_EQ(shown("other.example"), fingerprint_of(fresh));
    fresh.make("again.example");
    EXPECT_TRUE(weft_tls_context_reload(server, nullptr));
    EXPECT_EQ(shown("fresh.example"), fingerprint_of(fresh));
}

/* Where the kernel has TLS it sends the file; elsewhere we do: what arrives is the same. */
TEST_F(Tls, SendsFilesOverTcp)
{
    const std::string sent = noise(2500000);
    g_autofree char *path = g_build_filename(files.folder, "file", nullptr);

    ASSERT_TRUE(g_file_set_contents(path, sent.data(), static_cast<gssize>(sent.size()), nullptr));
    in_fiber([&] {
        TcpPair pair;
        g_autoptr(WeftStream) to_client =
            weft_tls_attach_server(server, g_steal_pointer(&pair.server), nullptr);
        g_autoptr(WeftStream) to_server =
            weft_tls_attach_client(client, g_steal_pointer(&pair.client), "localhost", nullptr);
        g_autoptr(WeftGroup) group = weft_group_new();

        spawn(group, [&] {
            g_autoptr(WeftFile) file =
                weft_file_new(open(path, O_RDONLY | O_CLOEXEC), WEFT_FILE_LOCAL);

            Ends::shake(to_client);
            EXPECT_TRUE(weft_stream_write_more(to_client, "head", 4, nullptr));
            EXPECT_TRUE(weft_stream_send_file(to_client, file, 0, static_cast<int64_t>(sent.size()),
                                              nullptr));
            EXPECT_EQ(weft_stream_n_written(to_client), sent.size() + 4);
            RecordProperty("in_kernel", weft_tls_is_in_kernel(to_client));
        });
        EXPECT_EQ(hear(to_server, 4), "head");
        EXPECT_TRUE(hear(to_server, sent.size()) == sent);
        join(group);
    });
    g_unlink(path);
}

TEST_F(Tls, AHandshakeFitsIntoAFibersStack)
{
    in_fiber([&] {
        Ends ends(server, client);
        size_t used = 0;
        g_autoptr(WeftGroup) group = weft_group_new();

        spawn(group, [&] {
            Ends::shake(ends.server);
            say(ends.server, noise(100000));
            used = weft_stack_used_bytes(weft_fiber_current());
        });
        Ends::shake(ends.client);
        hear(ends.client, 100000);
        join(group);
        EXPECT_LE(used, WEFT_STACK_BYTES / 2);
        RecordProperty("stack_bytes", static_cast<int>(used));
    });
}
