/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libc's waiting calls in fibers, on blocking descriptors, under a fake clock.
 */

#include "../in_fiber.h"
#include "sockets.h"
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <poll.h>
#include <string>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <vector>
#include <weft/cooperative.h>
#include <weft/group.h>

using namespace weft_test;

namespace
{

constexpr int64_t A_MOMENT_MS = 10;
constexpr int64_t A_SECOND_US = G_USEC_PER_SEC;

/* A test's fiber with a group beside it, for what goes on meanwhile. */
class Libc : public FakeClock
{
  protected:
    void run(Body body)
    {
        in_fiber([&] {
            g_autoptr(WeftGroup) made = weft_group_new();
            group = made;
            began_us = weft_clock_now_us();
            body();
            join(group);
        });
    }

    /* The other end acts when the test's fiber waits. */
    void later(Body body)
    {
        spawn(group, [body] {
            sleep_ms(A_MOMENT_MS);
            body();
        });
    }
    void later_send(int fd, std::string text)
    {
        later(
            [fd, text] { EXPECT_EQ(send(fd, text.data(), text.size(), 0), (ssize_t)text.size()); });
    }

    int64_t passed_ms() const
    {
        return (weft_clock_now_us() - began_us) / 1000;
    }

    WeftGroup *group = nullptr;
    int64_t began_us = 0;
};

/* ---- waiting for several descriptors ---- */

TEST_F(Libc, PollParksUntilReadable)
{
    run([&] {
        Pair pair;
        pollfd fds[] = {{pair[0], POLLIN, 0}, {-1, POLLIN, 0}};

        later_send(pair[1], "x");
        EXPECT_EQ(poll(fds, 2, -1), 1);
        EXPECT_EQ(fds[0].revents, POLLIN);
        EXPECT_EQ(passed_ms(), A_MOMENT_MS);
    });
}

TEST_F(Libc, PollEndsAtItsTimeout)
{
    run([&] {
        Pair pair;
        pollfd fd = {pair[0], POLLIN, 0};

        EXPECT_EQ(poll(&fd, 1, 70), 0);
        EXPECT_EQ(passed_ms(), 70);
        EXPECT_EQ(poll(nullptr, 0, 30), 0);
        EXPECT_EQ(passed_ms(), 100);
        const timespec third = {0, 50 * 1000 * 1000};
        EXPECT_EQ(ppoll(&fd, 1, &third, nullptr), 0);
        EXPECT_EQ(passed_ms(), 150);
    });
}

TEST_F(Libc, PollOfZeroNeverParks)
{
    run([&] {
        Pair pair;
        pollfd fd = {pair[0], POLLIN, 0};
        const uint64_t n_parks = weft_cooperative_counts().n_parks;

        EXPECT_EQ(poll(&fd, 1, 0), 0);
        EXPECT_EQ(weft_cooperative_counts().n_parks, n_parks);
    });
}

TEST_F(Libc, PollOfManyDescriptors)
{
    run([&] {
        std::vector<std::unique_ptr<Pair>> pairs;
        std::vector<pollfd> fds;

        for (int i = 0; i < 50; i++) {
            pairs.push_back(std::make_unique<Pair>());
            fds.push_back({(*pairs.back())[0], POLLIN, 0});
        }
        later_send((*pairs[37])[1], "x");
        EXPECT_EQ(poll(fds.data(), fds.size(), -1), 1);
        EXPECT_EQ(fds[37].revents, POLLIN);
    });
}

TEST_F(Libc, SeveralFibersWaitForOneDescriptor)
{
    run([&] {
        Pair pair;
        int n_woken = 0;

        for (int i = 0; i < 5; i++)
            spawn(group, [&] {
                pollfd fd = {pair[0], POLLIN, 0};
                EXPECT_EQ(poll(&fd, 1, 1000), 1);
                n_woken++;
            });
        spawn(group, [&] {
            pollfd fd = {pair[0], POLLPRI, 0};
            EXPECT_EQ(poll(&fd, 1, 500), 0);
        });
        later_send(pair[1], "x");
        join(group);
        EXPECT_EQ(n_woken, 5);
        EXPECT_EQ(passed_ms(), 500);
    });
}

TEST_F(Libc, SelectParksAndTellsWhatIsLeft)
{
    run([&] {
        Pair pair;
        Pair full;
        fd_set reads;
        fd_set writes;
        timeval timeout = {1, 0};

        FD_ZERO(&reads);
        FD_ZERO(&writes);
        FD_SET(pair[0], &reads);
        while (send(full[0], "full", 4, MSG_DONTWAIT) > 0)
            ;
        FD_SET(full[0], &writes);
        later_send(pair[1], "x");
        EXPECT_EQ(select(FD_SETSIZE, &reads, &writes, nullptr, &timeout), 1);
        EXPECT_TRUE(FD_ISSET(pair[0], &reads));
        EXPECT_FALSE(FD_ISSET(full[0], &writes));
        EXPECT_EQ(timeout.tv_sec * A_SECOND_US + timeout.tv_usec, A_SECOND_US - A_MOMENT_MS * 1000);
        EXPECT_EQ(select(0, nullptr, nullptr, nullptr, &timeout), 0);
        EXPECT_EQ(timeout.tv_sec + timeout.tv_usec, 0);
        EXPECT_EQ(passed_ms(), 1000);
    });
}

TEST_F(Libc, SelectOfHighDescriptors)
{
    run([&] {
        constexpr int HIGH = 3000;
        Pair pair;
        rlimit limit;
        std::vector<unsigned long> words(HIGH / 64 + 1);
        auto *reads = reinterpret_cast<fd_set *>(words.data());

        getrlimit(RLIMIT_NOFILE, &limit);
        limit.rlim_cur = MAX(limit.rlim_cur, HIGH + 1);
        EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
        ASSERT_EQ(dup2(pair[0], HIGH), HIGH) << strerror(errno);
        words[HIGH / 64] |= 1UL << (HIGH % 64);
        later_send(pair[1], "x");
        EXPECT_EQ(select(HIGH + 1, reads, nullptr, nullptr, nullptr), 1);
        EXPECT_EQ(words[HIGH / 64], 1UL << (HIGH % 64));
        close(HIGH);
        EXPECT_EQ(select(HIGH + 1, reads, nullptr, nullptr, nullptr), -1);
        EXPECT_EQ(errno, EBADF);
    });
}

TEST_F(Libc, EpollParks)
{
    run([&] {
        Pair pair;
        epoll_event event = {EPOLLIN, {.fd = pair[0]}};
        const int fd = epoll_create1(EPOLL_CLOEXEC);

        epoll_ctl(fd, EPOLL_CTL_ADD, pair[0], &event);
        EXPECT_EQ(epoll_wait(fd, &event, 1, 20), 0);
        EXPECT_EQ(passed_ms(), 20);
        later_send(pair[1], "x");
        EXPECT_EQ(epoll_wait(fd, &event, 1, -1), 1);
        EXPECT_EQ(event.data.fd, pair[0]);
        close(fd);
    });
}

/* ---- sockets ---- */

TEST_F(Libc, RecvParksOnABlockingSocket)
{
    run([&] {
        Pair pair;
        char text[8] = "";

        later_send(pair[1], "one");
        EXPECT_EQ(recv(pair[0], text, sizeof text, 0), 3);
        EXPECT_STREQ(text, "one");
        later_send(pair[1], "two");
        EXPECT_EQ(read(pair[0], text, sizeof text), 3);
        EXPECT_STREQ(text, "two");
        EXPECT_EQ(fcntl(pair[0], F_GETFL) & O_NONBLOCK, 0);
    });
}

TEST_F(Libc, EndOfStreamIsNoWait)
{
    run([&] {
        Pair pair;
        char text[8];

        later([&] { pair.close_end(1); });
        EXPECT_EQ(recv(pair[0], text, sizeof text, 0), 0);
        EXPECT_EQ(read(pair[0], text, sizeof text), 0);
    });
}

TEST_F(Libc, RecvWaitsForAllIfAsked)
{
    run([&] {
        Pair pair;
        char text[16] = "";

        later_send(pair[1], "abc");
        later([&] {
            sleep_ms(A_MOMENT_MS);
            EXPECT_EQ(send(pair[1], "def", 3, 0), 3);
        });
        EXPECT_EQ(recv(pair[0], text, 6, MSG_WAITALL), 6);
        EXPECT_STREQ(text, "abcdef");
    });
}

TEST_F(Libc, MessagesAndDatagrams)
{
    run([&] {
        Pair pair(SOCK_DGRAM);
        char text[8] = "";
        iovec piece = {text, sizeof text};
        msghdr message = {};
        mmsghdr messages[2] = {};

        later_send(pair[1], "one");
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        EXPECT_EQ(recvmsg(pair[0], &message, 0), 3);
        later_send(pair[1], "four");
        messages[0].msg_hdr = message;
        messages[1].msg_hdr = message;
        EXPECT_EQ(recvmmsg(pair[0], messages, 2, 0, nullptr), 1);
        EXPECT_EQ(messages[0].msg_len, 4U);
        later_send(pair[1], "three");
        EXPECT_EQ(readv(pair[0], &piece, 1), 5);
    });
}

/* Send @size bytes by @send_all to a slow reader: all must come, and the sender must have parked.
 */
void
check_sends_all(int from, int to, size_t size, std::function<ssize_t(const char *)> send_all)
{
    g_autoptr(WeftGroup) reading = weft_group_new();
    std::string data(size, 'x');
    size_t n_read = 0;

    spawn(reading, [&] {
        char buffer[1000];
        while (n_read < size) {
            sleep_ms(1);
            const ssize_t n = read(to, buffer, sizeof buffer);
            ASSERT_GT(n, 0);
            n_read += (size_t)n;
        }
    });
    EXPECT_EQ(fcntl(from, F_GETFL) & O_NONBLOCK, 0);
    EXPECT_EQ(send_all(data.data()), (ssize_t)size);
    join(reading);
    EXPECT_EQ(n_read, size);
}

TEST_F(Libc, ABlockingSocketTakesAll)
{
    constexpr size_t SIZE = 1000 * 1000;

    run([&] {
        Pair pair;
        check_sends_all(pair[1], pair[0], SIZE,
                        [&](const char *data) { return send(pair[1], data, SIZE, 0); });
        check_sends_all(pair[1], pair[0], SIZE,
                        [&](const char *data) { return write(pair[1], data, SIZE); });
        check_sends_all(pair[1], pair[0], SIZE, [&](const char *data) {
            iovec pieces[20];
            for (int i = 0; i < 20; i++)
                pieces[i] = {(void *)(data + i * SIZE / 20), SIZE / 20};
            return writev(pair[1], pieces, 20);
        });
    });
}

TEST_F(Libc, ABlockingPipeTakesAll)
{
    constexpr size_t SIZE = 300 * 1000;

    run([&] {
        Pair pair(0);
        check_sends_all(pair[1], pair[0], SIZE,
                        [&](const char *data) { return write(pair[1], data, SIZE); });
        check_sends_all(pair[1], pair[0], SIZE, [&](const char *data) {
            const iovec pieces[] = {{(void *)data, 10}, {(void *)data, SIZE - 10}};
            return writev(pair[1], pieces, 2);
        });
    });
}

TEST_F(Libc, NonBlockingDescriptorsAnswerAtOnce)
{
    run([&] {
        Pair pair;
        Pair pipe(0);
        char byte;

        for (int fd : {pair[0], pipe[0]}) {
            fcntl(fd, F_SETFL, O_NONBLOCK);
            EXPECT_EQ(read(fd, &byte, 1), -1);
            EXPECT_EQ(errno, EAGAIN);
        }
        EXPECT_EQ(recv(pair[0], &byte, 1, 0), -1);
        EXPECT_EQ(errno, EAGAIN);
        EXPECT_EQ(recv(pair[1], &byte, 1, MSG_DONTWAIT), -1);
        EXPECT_EQ(errno, EAGAIN);
        EXPECT_EQ(passed_ms(), 0);
    });
}

TEST_F(Libc, TimeoutsOfSocketsAreKept)
{
    run([&] {
        Pair pair;
        const timeval timeout = {0, 40 * 1000}; /* the kernel rounds to its ticks */
        char byte;

        setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
        setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
        EXPECT_EQ(recv(pair[0], &byte, 1, 0), -1);
        EXPECT_EQ(errno, EAGAIN);
        EXPECT_EQ(passed_ms(), 40);
        while (send(pair[0], "full", 4, MSG_DONTWAIT) > 0)
            ;
        EXPECT_EQ(send(pair[0], "x", 1, 0), -1);
        EXPECT_EQ(errno, EAGAIN);
        EXPECT_EQ(passed_ms(), 80);
    });
}

TEST_F(Libc, ConnectAndAcceptPark)
{
    run([&] {
        Listener listener;
        sockaddr_in peer = {};
        socklen_t size = sizeof peer;
        const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        later([&] {
            EXPECT_EQ(connect(client, listener.any(), sizeof listener.address), 0)
                << strerror(errno);
            EXPECT_EQ(fcntl(client, F_GETFL) & O_NONBLOCK, 0);
            EXPECT_EQ(write(client, "hello", 5), 5);
        });
        const int server = accept(listener.fd, reinterpret_cast<sockaddr *>(&peer), &size);
        ASSERT_GE(server, 0) << strerror(errno);
        EXPECT_EQ(peer.sin_family, AF_INET);
        char text[8] = "";
        EXPECT_EQ(recv(server, text, 5, MSG_WAITALL), 5);
        EXPECT_STREQ(text, "hello");
        close(server);
        close(client);
    });
}

TEST_F(Libc, ConnectSaysThatNobodyListens)
{
    run([&] {
        sockaddr_in address;
        {
            Listener gone;
            address = gone.address;
        }
        const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        EXPECT_EQ(connect(client, reinterpret_cast<sockaddr *>(&address), sizeof address), -1);
        EXPECT_EQ(errno, ECONNREFUSED);
        close(client);
    });
}

TEST_F(Libc, ConnectWaitsForAFullUnixQueue)
{
    run([&] {
        sockaddr_un address = {AF_UNIX, ""};
        const auto *any = reinterpret_cast<sockaddr *>(&address);
        const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        socklen_t size = sizeof address;
        int clients[3];

        ASSERT_EQ(bind(listener, any, sizeof(sa_family_t)), 0); /* a name of the system's choice */
        ASSERT_EQ(getsockname(listener, reinterpret_cast<sockaddr *>(&address), &size), 0);
        ASSERT_EQ(listen(listener, 0), 0);
        later([&] {
            for (int i = 0; i < 3; i++) {
                const int server = accept(listener, nullptr, nullptr);
                EXPECT_GE(server, 0);
                close(server);
            }
        });
        for (int &client : clients) {
            client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
            EXPECT_EQ(connect(client, any, size), 0) << strerror(errno);
        }
        EXPECT_GE(passed_ms(), A_MOMENT_MS);
        join(group);
        for (int client : clients)
            close(client);
        close(listener);
    });
}

/* ---- other descriptors ---- */

TEST_F(Libc, PipesParkAndFilesDoNot)
{
    run([&] {
        Pair pipe(0);
        char text[8] = "";
        const int file = open("/proc/self/comm", O_RDONLY | O_CLOEXEC);
        const uint64_t n_parks = weft_cooperative_counts().n_parks;

        EXPECT_GT(read(file, text, sizeof text), 0);
        EXPECT_EQ(weft_cooperative_counts().n_parks, n_parks);
        later([&] { EXPECT_EQ(write(pipe[1], "pipe", 4), 4); });
        EXPECT_EQ(read(pipe[0], text, 4), 4);
        EXPECT_STREQ(std::string(text, 4).c_str(), "pipe");
        EXPECT_GT(weft_cooperative_counts().n_parks, n_parks);
        close(file);
    });
}

/* ---- sleeping ---- */

TEST_F(Libc, SleepsParkTheFiberOnly)
{
    run([&] {
        const timespec tenth = {0, 100 * 1000 * 1000};
        int n_others = 0;

        later([&] { n_others++; });
        EXPECT_EQ(sleep(2), 0U);
        EXPECT_EQ(n_others, 1);
        EXPECT_EQ(passed_ms(), 2000);
        EXPECT_EQ(usleep(1500), 0);
        EXPECT_EQ(usleep(1500), 0);
        EXPECT_EQ(passed_ms(), 2003);
        EXPECT_EQ(nanosleep(&tenth, nullptr), 0);
        EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &tenth, nullptr), 0);
        EXPECT_EQ(passed_ms(), 2203);
        const timespec wrong = {0, -1};
        EXPECT_EQ(nanosleep(&wrong, nullptr), -1);
        EXPECT_EQ(errno, EINVAL);
    });
}

TEST_F(Libc, AHundredSleepAtOnce)
{
    run([&] {
        for (int i = 0; i < 100; i++)
            spawn(group, [] { EXPECT_EQ(usleep(100 * 1000), 0); });
        join(group);
        EXPECT_EQ(passed_ms(), 100);
    });
}

/* ---- deadlines, cancellation, ends ---- */

TEST_F(Libc, ADeadlineEndsEveryCall)
{
    run([&] {
        Pair pair;
        Listener listener;
        pollfd fd = {pair[0], POLLIN, 0};
        fd_set reads;
        timespec left = {1, 0};
        char byte;

        g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(20);
        EXPECT_EQ(poll(&fd, 1, 1000), -1);
        EXPECT_EQ(errno, ETIMEDOUT);
        EXPECT_EQ(passed_ms(), 20);
        FD_ZERO(&reads);
        FD_SET(pair[0], &reads);
        errno = 0;
        EXPECT_EQ(select(FD_SETSIZE, &reads, nullptr, nullptr, nullptr), -1);
        EXPECT_EQ(errno, ETIMEDOUT);
        errno = 0;
        EXPECT_EQ(recv(pair[0], &byte, 1, 0), -1);
        EXPECT_EQ(errno, ETIMEDOUT);
        errno = 0;
        EXPECT_EQ(accept(listener.fd, nullptr, nullptr), -1);
        EXPECT_EQ(errno, ETIMEDOUT);
        errno = 0;
        EXPECT_EQ(nanosleep(&left, &left), -1);
        EXPECT_EQ(errno, ETIMEDOUT);
        EXPECT_EQ(left.tv_sec, 1);
        EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &left, nullptr), ETIMEDOUT);
        EXPECT_EQ(sleep(5), 5U);
        EXPECT_EQ(passed_ms(), 20);
    });
}

TEST_F(Libc, WhatIsReadyIsNotHandledAfterTheDeadline)
{
    run([&] {
        Pair pair;
        pollfd fd = {pair[0], POLLIN, 0};
        char byte;

        EXPECT_EQ(send(pair[1], "x", 1, 0), 1);
        g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(0);
        EXPECT_EQ(send(pair[1], "x", 1, 0), -1);
        EXPECT_EQ(errno, ETIMEDOUT);
        errno = 0;
        EXPECT_EQ(read(pair[0], &byte, 1), -1);
        EXPECT_EQ(errno, ETIMEDOUT);
        EXPECT_EQ(poll(&fd, 1, -1), -1);
        EXPECT_EQ(poll(&fd, 1, 0), 1);

        /* Not so where nobody waits, nor where the fiber is shielded. */
        fcntl(pair[0], F_SETFL, O_NONBLOCK);
        EXPECT_EQ(recv(pair[0], &byte, 1, 0), 1);
        Pair pipe(0);
        EXPECT_EQ(write(pipe[1], "x", 1), 1);
        EXPECT_EQ(read(pipe[0], &byte, 1), 1);
        g_auto(WeftShieldScope) shield = weft_shield_scope();
        EXPECT_EQ(send(pair[1], "x", 1, 0), 1);
    });
}

TEST_F(Libc, AForkedProcessHasItsLibcBack)
{
    run([&] {
        Pair pair;

        later_send(pair[1], "x");
        spawn(group, [&] {
            char byte;
            EXPECT_EQ(recv(pair[0], &byte, 1, 0),
                      1); /* whose registration the child must not end */
        });
        EXPECT_TRUE(weft_fiber_yield(nullptr));
        const pid_t child = fork();
        if (child == 0) {
            const uint64_t n_parks = weft_cooperative_counts().n_parks;
            close(pair[0]);
            usleep(1);
            _exit(weft_cooperative_counts().n_parks == n_parks ? 0 : 1);
        }
        int status = -1;
        EXPECT_EQ(waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
        join(group);
    });
}

TEST_F(Libc, CancellationEndsTheCall)
{
    run([&] {
        Pair pair;
        WeftFiber *fiber = spawn(group, [&] {
            char byte;
            EXPECT_EQ(recv(pair[0], &byte, 1, 0), -1);
            EXPECT_EQ(errno, ECANCELED);
            EXPECT_EQ(usleep(1), -1);
            EXPECT_EQ(errno, ECANCELED);
        });

        sleep_ms(1);
        weft_fiber_cancel(fiber, "enough");
        join(group);
        EXPECT_EQ(passed_ms(), 1);
    });
}

TEST_F(Libc, ClosingEndsTheWaits)
{
    run([&] {
        Pair pair;
        const int duplicate = dup(pair[0]);

        spawn(group, [&] {
            char byte;
            EXPECT_EQ(recv(pair[0], &byte, 1, 0), -1);
            EXPECT_EQ(errno, EBADF);
        });
        spawn(group, [&] {
            pollfd fd = {pair[0], POLLIN, 0};
            EXPECT_EQ(poll(&fd, 1, -1), -1);
            EXPECT_EQ(errno, EBADF);
        });
        sleep_ms(1);
        pair.close_end(0);
        join(group);

        /* The duplicate is another descriptor, and the number may be used again. */
        char byte;
        later_send(pair[1], "x");
        EXPECT_EQ(recv(duplicate, &byte, 1, 0), 1);
        close(duplicate);
    });
}

TEST_F(Libc, ANumberIsUsedAgainForAnotherFile)
{
    run([&] {
        for (int turn = 0; turn < 3; turn++) {
            Pair pair;
            char byte;

            later_send(pair[1], "x");
            EXPECT_EQ(recv(pair[0], &byte, 1, 0), 1);
            later_send(pair[1], "y");
            EXPECT_EQ(recv(pair[0], &byte, 1, 0), 1);
        }
    });
}

/* ---- the gate ---- */

TEST_F(Libc, OffScopesAreOfOneFiber)
{
    run([&] {
        WeftCooperativeCounts before;
        {
            g_auto(WeftCooperativeOffScope) off = weft_cooperative_off_scope();
            g_auto(WeftCooperativeOffScope) again = weft_cooperative_off_scope();

            before = weft_cooperative_counts();
            EXPECT_EQ(usleep(1), 0);
            EXPECT_EQ(weft_cooperative_counts().n_passed, before.n_passed + 1);
            EXPECT_EQ(passed_ms(), 0); /* the fake clock stood still: the thread has slept */
            spawn(group, [] { EXPECT_EQ(usleep(2000), 0); });
            join(group);
            EXPECT_EQ(weft_cooperative_counts().n_parks, before.n_parks + 1);
            EXPECT_EQ(passed_ms(), 2);
        }
        EXPECT_EQ(usleep(1000), 0);
        EXPECT_EQ(weft_cooperative_counts().n_parks, before.n_parks + 2);
        EXPECT_EQ(passed_ms(), 3);
    });
}

TEST(LibcOutsideFibers, NothingIsCounted)
{
    const WeftCooperativeCounts before = weft_cooperative_counts();
    Pair pair;
    pollfd fd = {pair[0], POLLIN, 0};
    char byte;
    const timeval timeout = {0, 1000};

    EXPECT_EQ(poll(&fd, 1, 1), 0);
    setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    EXPECT_EQ(recv(pair[0], &byte, 1, 0), -1);
    EXPECT_EQ(errno, EAGAIN);
    EXPECT_EQ(usleep(1), 0);
    {
        g_auto(WeftCooperativeOffScope) off = weft_cooperative_off_scope();
    }
    EXPECT_EQ(weft_cooperative_counts().n_calls, before.n_calls);
}

} // namespace
