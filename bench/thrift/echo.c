/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ceiling: an epoll loop that sends frames back as they came, without a look inside, except
 * that nobody answers a oneway message.  What it takes is taken by the kernel and by the load
 * generator.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PIECE_BYTES = 256 * 1024, MAX_EVENTS = 256, HEAD_BYTES = 8, ONEWAY = 4 };

typedef struct {
    int fd;
    uint8_t *kept; /* of a frame that came in part, or an answer that left in part */
    size_t n_kept;
    size_t n_due; /* of them: whole frames that wait to be sent */
    bool wants_write;
} Connection;

static uint8_t piece[PIECE_BYTES];
static int epoll_fd;

static void
die(const char *what)
{
    fprintf(stderr, "bench_echo: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void
drop(Connection *connection)
{
    close(connection->fd);
    free(connection->kept);
    free(connection);
}

static void
watch(Connection *connection, int operation, bool for_writing)
{
    struct epoll_event event = {.events = EPOLLIN | (for_writing ? EPOLLOUT : 0),
                                .data.ptr = connection};
    if (epoll_ctl(epoll_fd, operation, connection->fd, &event) != 0)
        die("epoll_ctl");
    connection->wants_write = for_writing;
}

/* Squeeze oneway frames out of @bytes.  Returns: bytes to send back; *@ret_n_used: of whole frames
 */
static size_t
sift(uint8_t *bytes, size_t size, size_t *ret_n_used)
{
    size_t n_used = 0;
    size_t n_due = 0;

    while (size - n_used >= HEAD_BYTES) {
        uint32_t wire_size;
        memcpy(&wire_size, bytes + n_used, 4);
        const size_t n_frame = 4 + (size_t)ntohl(wire_size);
        if (size - n_used < n_frame)
            break;
        if (bytes[n_used + HEAD_BYTES - 1] != ONEWAY) {
            if (n_due != n_used)
                memmove(bytes + n_due, bytes + n_used, n_frame);
            n_due += n_frame;
        }
        n_used += n_frame;
    }
    *ret_n_used = n_used;
    return n_due;
}

/* Keep what was not sent and what is no whole frame yet; all of it may lie in kept already. */
static bool
keep(Connection *connection, const uint8_t *due, size_t n_due, const uint8_t *rest, size_t n_rest)
{
    uint8_t *kept = NULL;

    if (n_due + n_rest > 0) {
        kept = malloc(n_due + n_rest);
        if (kept == NULL)
            return false;
        if (n_due > 0)
            memcpy(kept, due, n_due);
        memcpy(kept + n_due, rest, n_rest);
    }
    free(connection->kept);
    connection->kept = kept;
    connection->n_kept = n_due + n_rest;
    connection->n_due = n_due;
    return true;
}

static bool
answer(Connection *connection, uint8_t *bytes, size_t size)
{
    size_t n_used;
    size_t n_due = sift(bytes, size, &n_used);
    ssize_t n_sent = 0;

    if (n_due > 0)
        n_sent = send(connection->fd, bytes, n_due, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n_sent < 0 && errno != EAGAIN)
        return false;
    if (n_sent < 0)
        n_sent = 0;
    if (!keep(connection, bytes + n_sent, n_due - n_sent, bytes + n_used, size - n_used))
        return false;
    if (connection->wants_write != (connection->n_due > 0))
        watch(connection, EPOLL_CTL_MOD, connection->n_due > 0);
    return true;
}

static bool
receive(Connection *connection)
{
    /* Reading goes on when what is due has left. */
    if (connection->n_due > 0)
        return true;
    if (connection->n_kept > PIECE_BYTES / 2)
        return false;
    if (connection->n_kept > 0)
        memcpy(piece, connection->kept, connection->n_kept);
    const ssize_t n_received = recv(connection->fd, piece + connection->n_kept,
                                    sizeof piece - connection->n_kept, MSG_DONTWAIT);
    if (n_received < 0 && errno == EAGAIN)
        return true;
    return n_received > 0 && answer(connection, piece, connection->n_kept + n_received);
}

static bool
send_kept(Connection *connection)
{
    const ssize_t n_sent =
        send(connection->fd, connection->kept, connection->n_due, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (n_sent < 0)
        return errno == EAGAIN;
    connection->n_kept -= n_sent;
    connection->n_due -= n_sent;
    memmove(connection->kept, connection->kept + n_sent, connection->n_kept);
    if (connection->n_due == 0)
        watch(connection, EPOLL_CTL_MOD, false);
    return true;
}

static void
accept_all(int listener)
{
    for (;;) {
        const int on = 1;
        const int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
            return;
        Connection *connection = calloc(1, sizeof *connection);
        if (connection == NULL)
            die("calloc");
        connection->fd = fd;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(connection, EPOLL_CTL_ADD, false);
    }
}

static int
listen_at(int port)
{
    const int on = 1;
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (listener < 0 || bind(listener, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 4096) != 0)
        die("listen");
    return listener;
}

int
main(int argc, char **argv)
{
    struct rlimit limit;
    const int listener = listen_at(argc > 1 ? atoi(argv[1]) : 0);
    static struct epoll_event events[MAX_EVENTS] = {{.events = EPOLLIN, .data.ptr = NULL}};

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &events[0]) != 0)
        die("epoll");
    for (;;) {
        const int n_events = epoll_wait(epoll_fd, events, MAX_EVENTS, -1);
        for (int i = 0; i < n_events; i++) {
            Connection *connection = events[i].data.ptr;
            if (connection == NULL) {
                accept_all(listener);
                continue;
            }
            const bool goes_on =
                (events[i].events & EPOLLOUT) != 0 ? send_kept(connection) : receive(connection);
            if (!goes_on)
                drop(connection);
        }
    }
}
