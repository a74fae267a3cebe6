/* SPDX-License-Identifier: Apache-2.0 */

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <weft/stream.h>

#include <random>
#include <string>

#include "../in_fiber.h"

extern "C" {
#include "io/listener.h"
#include "io/socket.h"
}

using namespace weft_test;

namespace
{

constexpr int WOULD_PARK = -2;

/* A listener on a free port, or on a socket file of its own. */
struct Listening {
    WeftListener *listener = nullptr;
    std::string address;

    explicit Listening(const char *text)
    {
        WeftEndpoint endpoint;
        WeftAddress bound;
        g_autoptr(GError) error = nullptr;

        EXPECT_TRUE(weft_endpoint_parse(text, &endpoint, nullptr));
        int fd = weft_listen(&endpoint.address, WEFT_LISTEN_ALONE, &error);
        EXPECT_GE(fd, 0) << (error != nullptr ? error->message : "");
        EXPECT_TRUE(weft_bound_address(fd, &bound, nullptr));
        g_autofree char *formatted = weft_address_format(&bound);
        address = formatted;
        listener = weft_listener_new(fd, nullptr);
    }
    ~Listening()
    {
        weft_listener_free(listener);
    }
};

/* Two connected streams over TCP. */
struct Connected {
    WeftStream *client = nullptr;
    WeftStream *server = nullptr;

    explicit Connected(const char *text = "127.0.0.1:0")
    {
        Listening listening(text);
        g_autoptr(GError) error = nullptr;

        client = weft_stream_connect(listening.address.c_str(), &error);
        EXPECT_NE(client, nullptr) << (error != nullptr ? error->message : "");
        server = weft_listener_accept(listening.listener, &error);
        EXPECT_NE(server, nullptr) << (error != nullptr ? error->message : "");
    }
    ~Connected()
    {
        weft_stream_free(client);
        weft_stream_free(server);
    }
};

std::string
noise(size_t size)
{
    std::mt19937 random(7);
    std::string bytes(size, '\0');

    for (auto &byte : bytes)
        byte = static_cast<char>(random());
    return bytes;
}

std::string
read_to_end(WeftStream *stream)
{
    std::string all;
    std::string piece(64 * 1024, '\0');

    for (;;) {
        ssize_t n_read = weft_stream_read(stream, &piece[0], piece.size(), nullptr);
        EXPECT_GE(n_read, 0);
        if (n_read <= 0)
            return all;
        all.append(piece, 0, static_cast<size_t>(n_read));
    }
}

int
temporary(const std::string &content)
{
    int fd = open(g_get_tmp_dir(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    EXPECT_GE(fd, 0);
    EXPECT_EQ(write(fd, content.data(), content.size()), static_cast<ssize_t>(content.size()));
    return fd;
}

} // namespace

TEST(Socket, ConnectsOverEachFamilyAndNamesThePeer)
{
    in_fiber([] {
        g_autofree char *folder = g_dir_make_tmp("weft-socket-XXXXXX", nullptr);
        std::string path = std::string("unix:") + folder + "/s";
        {
            Connected v4("127.0.0.1:0");
            Connected local(path.c_str());

            EXPECT_EQ(std::string(weft_stream_peer(v4.server)).substr(0, 10), "127.0.0.1:");
            EXPECT_STREQ(weft_stream_peer(local.server), "unix");
            EXPECT_TRUE(weft_stream_write_all(local.client, "x", 1, nullptr));
            char byte;
            EXPECT_EQ(weft_stream_read(local.server, &byte, 1, nullptr), 1);
        }
        {
            Connected v6("[::1]:0");
            EXPECT_EQ(std::string(weft_stream_peer(v6.server)).substr(0, 6), "[::1]:");
        }
        unlink(path.c_str() + 5);
        rmdir(folder);
    });
}

TEST(Socket, ConnectsByName)
{
    in_fiber([] {
        Listening listening("127.0.0.1:0");
        std::string port = listening.address.substr(listening.address.rfind(':'));
        g_autoptr(GError) error = nullptr;
        g_autoptr(WeftStream) stream = weft_stream_connect(("localhost" + port).c_str(), &error);

        EXPECT_NE(stream, nullptr) << (error != nullptr ? error->message : "");
    });
}

TEST(Socket, ARefusedConnectionSaysWhere)
{
    in_fiber([] {
        std::string address;
        g_autoptr(GError) error = nullptr;
        {
            Listening listening("127.0.0.1:0");
            address = listening.address;
        }
        EXPECT_EQ(weft_stream_connect(address.c_str(), &error), nullptr);
        ASSERT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_IO));
        EXPECT_NE(std::string(error->message).find(address), std::string::npos);
    });
}

TEST(Socket, LargeWritesParkUntilThePeerReads)
{
    in_fiber([] {
        Connected pair;
        g_autoptr(WeftGroup) group = weft_group_new();
        std::string sent = noise(8 * 1024 * 1024);

        spawn(group, [&] {
            struct iovec pieces[40];
            size_t n_each = sent.size() / G_N_ELEMENTS(pieces);
            for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++)
                pieces[i] = {&sent[i * n_each], n_each};
            pieces[39].iov_len = sent.size() - 39 * n_each;
            EXPECT_TRUE(weft_stream_writev_all(pair.client, pieces, 40, nullptr));
            EXPECT_TRUE(weft_stream_finish(pair.client, nullptr));
        });
        EXPECT_TRUE(read_to_end(pair.server) == sent);
        join(group);
        EXPECT_EQ(weft_stream_n_written(pair.client), sent.size());
        EXPECT_EQ(weft_stream_n_read(pair.server), sent.size());
    });
}

TEST(Socket, AnEndRightBehindTheLastBytesIsSeen)
{
    in_fiber([] {
        Connected pair;
        char bytes[64];

        EXPECT_EQ(weft_stream_try_read(pair.server, bytes, sizeof bytes, nullptr), WOULD_PARK);
        EXPECT_TRUE(weft_stream_write_all(pair.client, "last", 4, nullptr));
        EXPECT_TRUE(weft_stream_finish(pair.client, nullptr));
        EXPECT_TRUE(weft_stream_wait_readable(pair.server, nullptr));
        EXPECT_EQ(weft_stream_read(pair.server, bytes, sizeof bytes, nullptr), 4);
        EXPECT_EQ(weft_stream_read(pair.server, bytes, sizeof bytes, nullptr), 0);
        EXPECT_EQ(weft_stream_read(pair.server, bytes, sizeof bytes, nullptr), 0);
        EXPECT_TRUE(weft_stream_write_all(pair.server, "answer", 6, nullptr));
        EXPECT_TRUE(weft_stream_read_exact(pair.client, bytes, 6, nullptr));
    });
}

/* The system tells of both at once, and of the reset by a word that does not say "end". */
TEST(Socket, AResetRightBehindTheLastBytesIsSeen)
{
    in_fiber([] {
        Connected both;
        g_autoptr(WeftGroup) group = weft_group_new();
        g_auto(WeftDeadlineScope) patience = weft_deadline_scope_ms(10000);
        const struct linger at_once = {1, 0};
        char bytes[64];

        spawn(group, [&] {
            g_autoptr(GError) error = nullptr;

            EXPECT_EQ(weft_stream_read(both.server, bytes, sizeof bytes, nullptr), 4);
            EXPECT_EQ(weft_stream_read(both.server, bytes, sizeof bytes, &error), -1);
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
        });
        settle();
        EXPECT_TRUE(weft_stream_write_all(both.client, "last", 4, nullptr));
        setsockopt(weft_socket_stream_descriptor(both.client)->fd, SOL_SOCKET, SO_LINGER, &at_once,
                   sizeof at_once);
        weft_stream_free(g_steal_pointer(&both.client));
        join(group);
    });
}

TEST(Socket, HasInputTellsOfAReset)
{
    in_fiber([] {
        Connected both;
        const struct linger at_once = {1, 0};
        char bytes[64];

        settle();
        EXPECT_FALSE(weft_socket_stream_has_input(both.server));
        EXPECT_TRUE(weft_stream_write_all(both.client, "last", 4, nullptr));
        setsockopt(weft_socket_stream_descriptor(both.client)->fd, SOL_SOCKET, SO_LINGER, &at_once,
                   sizeof at_once);
        weft_stream_free(g_steal_pointer(&both.client));
        settle();
        EXPECT_EQ(weft_stream_read(both.server, bytes, sizeof bytes, nullptr), 4);
        EXPECT_TRUE(weft_socket_stream_has_input(both.server));
    });
}

TEST(Socket, TryWriteTakesWhatTheSystemTakes)
{
    in_fiber([] {
        Connected pair;
        const std::string sent = noise(100000);
        ssize_t n_taken;
        size_t n_sent = 0;

        while ((n_taken = weft_stream_try_write(pair.client, sent.data(), sent.size(), nullptr)) >
               0)
            n_sent += static_cast<size_t>(n_taken);
        EXPECT_EQ(n_taken, WOULD_PARK);
        EXPECT_GT(n_sent, 0u);
        EXPECT_EQ(weft_stream_n_written(pair.client), n_sent);
    });
}

TEST(Socket, HasInputOnlyWhileThereIsSome)
{
    in_fiber([] {
        Connected pair;
        char bytes[4];

        EXPECT_FALSE(weft_socket_stream_has_input(pair.server));
        EXPECT_TRUE(weft_stream_write_all(pair.client, "abcd", 4, nullptr));
        EXPECT_TRUE(weft_stream_wait_readable(pair.server, nullptr));
        EXPECT_TRUE(weft_socket_stream_has_input(pair.server));
        EXPECT_EQ(weft_stream_read(pair.server, bytes, 4, nullptr), 4);
        EXPECT_FALSE(weft_socket_stream_has_input(pair.server));
        EXPECT_TRUE(weft_stream_finish(pair.client, nullptr));
        EXPECT_TRUE(weft_stream_wait_readable(pair.server, nullptr));
        EXPECT_TRUE(weft_socket_stream_has_input(pair.server));
    });
}

TEST(Socket, AFiberThatIsAlwaysServedStillLetsOthersRun)
{
    in_fiber([] {
        Connected pair;
        g_autoptr(WeftGroup) group = weft_group_new();
        bool others_ran = false;
        std::string bytes(100, 'x');
        char byte;

        EXPECT_TRUE(weft_stream_write_all(pair.client, bytes.data(), bytes.size(), nullptr));
        EXPECT_TRUE(weft_stream_wait_readable(pair.server, nullptr));
        spawn(group, [&] { others_ran = true; });
        for (int i = 0; i < 40; i++)
            EXPECT_EQ(weft_stream_read(pair.server, &byte, 1, nullptr), 1);
        EXPECT_TRUE(others_ran);
    });
}

TEST(Socket, WritingToAPeerThatIsGoneIsClosed)
{
    in_fiber([] {
        Connected pair;
        g_autoptr(GError) error = nullptr;
        g_autoptr(WeftFile) file = weft_file_new(temporary(noise(1000)), WEFT_FILE_MEMORY);

        g_clear_pointer(&pair.client, weft_stream_free);
        while (weft_stream_write_all(pair.server, "x", 1, &error))
            ;
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
        EXPECT_FALSE(weft_stream_send_file(pair.server, file, 0, 1000, &error));
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
    });
}

TEST(Socket, SendsFilesOfEveryKind)
{
    std::string content = noise(3 * 1024 * 1024 + 17);

    for (WeftFileKind kind : {WEFT_FILE_MEMORY, WEFT_FILE_LOCAL, WEFT_FILE_REMOTE}) {
        SCOPED_TRACE(kind);
        in_fiber([&content, kind] {
            Connected pair;
            g_autoptr(WeftGroup) group = weft_group_new();
            int64_t n_bytes = static_cast<int64_t>(content.size()) - 5;

            spawn(group, [&] {
                g_autoptr(WeftFile) file = weft_file_new(temporary(content), kind);
                g_autoptr(GError) error = nullptr;
                EXPECT_TRUE(weft_stream_write_more(pair.client, "head", 4, nullptr));
                EXPECT_TRUE(weft_stream_send_file(pair.client, file, 5, n_bytes, &error))
                    << (error != nullptr ? error->message : "");
                EXPECT_TRUE(weft_stream_finish(pair.client, nullptr));
            });
            EXPECT_TRUE(read_to_end(pair.server) == "head" + content.substr(5));
            join(group);
            EXPECT_EQ(weft_stream_n_written(pair.client), content.size() - 5 + 4);
        });
    }
}

TEST(Socket, AFileThatEndsEarlyIsAnError)
{
    in_fiber([] {
        for (WeftFileKind kind : {WEFT_FILE_MEMORY, WEFT_FILE_LOCAL, WEFT_FILE_REMOTE}) {
            Connected pair;
            g_autoptr(WeftFile) file = weft_file_new(temporary("short"), kind);
            g_autoptr(GError) error = nullptr;

            EXPECT_FALSE(weft_stream_send_file(pair.client, file, 0, 10, &error));
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_IO));
        }
    });
}

TEST(Socket, FreeingAStreamEndsTheWaitOnIt)
{
    in_fiber([] {
        Connected pair;
        g_autoptr(WeftGroup) group = weft_group_new();

        spawn(group, [&] {
            g_autoptr(GError) error = nullptr;
            EXPECT_FALSE(weft_stream_wait_readable(pair.server, &error));
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
        });
        settle();
        g_clear_pointer(&pair.server, weft_stream_free);
        join(group);
    });
}
