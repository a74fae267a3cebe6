/* SPDX-License-Identifier: Apache-2.0 */

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <weft/stream_fd.h>

#include <string>
#include <vector>

#include "../in_fiber.h"

using namespace weft_test;

namespace
{

/* Two connected streams over a unix socket. */
struct Local {
    WeftStream *left = nullptr;
    WeftStream *right = nullptr;

    Local()
    {
        int fds[2];

        EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
        left = weft_stream_new_for_fd(fds[0], nullptr);
        right = weft_stream_new_for_fd(fds[1], nullptr);
    }
    ~Local()
    {
        weft_stream_free(left);
        weft_stream_free(right);
    }
};

int
temporary(const char *content)
{
    int fd = open(g_get_tmp_dir(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    EXPECT_GE(fd, 0);
    EXPECT_EQ(pwrite(fd, content, strlen(content), 0), static_cast<ssize_t>(strlen(content)));
    return fd;
}

std::string
content_of(int fd)
{
    char text[64];
    ssize_t n_read = pread(fd, text, sizeof text, 0);

    EXPECT_GE(n_read, 0);
    return {text, static_cast<size_t>(n_read)};
}

size_t
n_open_fds()
{
    GDir *folder = g_dir_open("/proc/self/fd", 0, nullptr);
    size_t n_fds = 0;

    while (g_dir_read_name(folder) != nullptr)
        n_fds++;
    g_dir_close(folder);
    return n_fds;
}

} // namespace

TEST(SocketFd, DescriptorsArriveWithTheirBytes)
{
    in_fiber([] {
        Local pair;
        const int files[] = {temporary("one"), temporary("two")};
        char bytes[16];
        int came[4];
        size_t n_fds = G_N_ELEMENTS(came);

        EXPECT_TRUE(weft_stream_write_fds(pair.left, "ab", 2, files, 2, nullptr));
        close(files[0]);
        close(files[1]);
        EXPECT_EQ(weft_stream_read_fds(pair.right, bytes, sizeof bytes, came, &n_fds, nullptr), 2);
        ASSERT_EQ(n_fds, 2U);
        EXPECT_EQ(content_of(came[0]), "one");
        EXPECT_EQ(content_of(came[1]), "two");
        EXPECT_NE(fcntl(came[0], F_GETFD) & FD_CLOEXEC, 0);
        close(came[0]);
        close(came[1]);
    });
}

TEST(SocketFd, LoadsAreNeverMixed)
{
    in_fiber([] {
        Local pair;
        const int files[] = {temporary("one"), temporary("two")};
        char bytes[16];
        std::vector<std::string> heard;

        EXPECT_TRUE(weft_stream_write_fds(pair.left, "a", 1, &files[0], 1, nullptr));
        EXPECT_TRUE(weft_stream_write_all(pair.left, "b", 1, nullptr));
        EXPECT_TRUE(weft_stream_write_fds(pair.left, "c", 1, &files[1], 1, nullptr));
        EXPECT_TRUE(weft_stream_finish(pair.left, nullptr));
        for (;;) {
            int came[1];
            size_t n_fds = 1;
            ssize_t n_read =
                weft_stream_read_fds(pair.right, bytes, sizeof bytes, came, &n_fds, nullptr);

            if (n_read <= 0) {
                EXPECT_EQ(n_read, 0);
                break;
            }
            heard.push_back(std::string(bytes, static_cast<size_t>(n_read)) + " " +
                            (n_fds == 1 ? content_of(came[0]) : "-"));
            if (n_fds == 1)
                close(came[0]);
        }
        close(files[0]);
        close(files[1]);
        /* The system may put bytes without a load before those of a later one. */
        std::string all;
        for (const auto &one : heard)
            all += one + ";";
        EXPECT_TRUE(all == "a one;b -;c two;" || all == "a one;bc two;") << all;
    });
}

TEST(SocketFd, ALiveConnectionMovesToAnotherOwner)
{
    in_fiber([] {
        Local to_worker;
        Local client_and_server;
        char bytes[16];
        const int fd = weft_stream_get_fd(client_and_server.right);
        int came[1];
        size_t n_fds = 1;

        EXPECT_TRUE(weft_stream_write_all(client_and_server.left, "hello", 5, nullptr));
        EXPECT_TRUE(weft_stream_write_fds(to_worker.left, "c", 1, &fd, 1, nullptr));
        g_clear_pointer(&client_and_server.right, weft_stream_free);
        EXPECT_EQ(weft_stream_read_fds(to_worker.right, bytes, 1, came, &n_fds, nullptr), 1);
        ASSERT_EQ(n_fds, 1U);

        g_autoptr(WeftStream) moved = weft_stream_new_for_fd(came[0], nullptr);
        EXPECT_EQ(weft_stream_read(moved, bytes, sizeof bytes, nullptr), 5);
        EXPECT_TRUE(weft_stream_write_all(moved, "here", 4, nullptr));
        EXPECT_EQ(weft_stream_read(client_and_server.left, bytes, sizeof bytes, nullptr), 4);
    });
}

TEST(SocketFd, AReaderParksUntilTheyCome)
{
    in_fiber([] {
        Local pair;
        g_autoptr(WeftGroup) group = weft_group_new();
        int came[1] = {-1};

        spawn(group, [&] {
            char byte;
            size_t n_fds = 1;

            EXPECT_EQ(weft_stream_read_fds(pair.right, &byte, 1, came, &n_fds, nullptr), 1);
            EXPECT_EQ(n_fds, 1U);
        });
        settle();
        const int file = temporary("late");
        EXPECT_TRUE(weft_stream_write_fds(pair.left, "x", 1, &file, 1, nullptr));
        join(group);
        EXPECT_EQ(content_of(came[0]), "late");
        close(file);
        close(came[0]);
    });
}

TEST(SocketFd, AWriterParksWhileThePeerTakesNothing)
{
    in_fiber([] {
        Local pair;
        g_autoptr(WeftGroup) group = weft_group_new();
        const int file = temporary("much");
        const std::string much(1024 * 1024, 'm');
        size_t n_got = 0;

        spawn(group, [&] {
            EXPECT_TRUE(
                weft_stream_write_fds(pair.left, much.data(), much.size(), &file, 1, nullptr));
            EXPECT_TRUE(weft_stream_finish(pair.left, nullptr));
        });
        for (;;) {
            std::string piece(4096, '\0');
            int came[1];
            size_t n_fds = 1;
            ssize_t n_read =
                weft_stream_read_fds(pair.right, &piece[0], piece.size(), came, &n_fds, nullptr);
            if (n_read <= 0)
                break;
            EXPECT_EQ(n_fds, n_got == 0 ? 1U : 0U);
            if (n_fds == 1)
                close(came[0]);
            n_got += static_cast<size_t>(n_read);
        }
        EXPECT_EQ(n_got, much.size());
        join(group);
        close(file);
    });
}

TEST(SocketFd, MoreThanThereIsRoomForAreClosedAndAnError)
{
    in_fiber([] {
        Local pair;
        const int file = temporary("x");
        const size_t before = n_open_fds();
        const int twice[] = {file, file};
        char byte;
        int came[1];
        size_t n_fds = 1;
        GError *error = nullptr;

        EXPECT_TRUE(weft_stream_write_fds(pair.left, "x", 1, twice, 2, nullptr));
        EXPECT_EQ(weft_stream_read_fds(pair.right, &byte, 1, came, &n_fds, &error), -1);
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_LIMIT));
        EXPECT_EQ(n_open_fds(), before);
        close(file);
    });
}

TEST(SocketFd, OnlyUnixSocketsCarryDescriptors)
{
    in_fiber([] {
        WeftStream *left = nullptr;
        WeftStream *right = nullptr;
        GError *error = nullptr;
        const int fd = STDIN_FILENO;

        weft_stream_pair(1024, &left, &right);
        EXPECT_FALSE(weft_stream_write_fds(left, "x", 1, &fd, 1, &error));
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_INVALID));
        EXPECT_EQ(weft_stream_get_fd(left), -1);
        weft_stream_free(left);
        weft_stream_free(right);
    });
}

TEST(SocketFd, WhatIsNoConnectedSocketIsRefused)
{
    in_fiber([] {
        const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const int datagram = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        for (int fd : {temporary("x"), listener, datagram, -1}) {
            GError *error = nullptr;

            EXPECT_EQ(weft_stream_new_for_fd(fd, &error), nullptr);
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_INVALID));
            EXPECT_EQ(fcntl(fd, F_GETFD), -1) << "not closed";
        }
    });
}

TEST(SocketFd, APeerThatIsGoneIsClosed)
{
    in_fiber([] {
        Local pair;
        const int file = temporary("x");
        GError *error = nullptr;

        g_clear_pointer(&pair.right, weft_stream_free);
        EXPECT_FALSE(weft_stream_write_fds(pair.left, "x", 1, &file, 1, &error));
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
        close(file);
    });
}
