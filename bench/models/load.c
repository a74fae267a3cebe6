/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The load for the models: one thread, epoll, N connections, one command outstanding on each, every
 * byte of every answer checked.
 *
 *     modelload -c CONNECTIONS -t SECONDS PORT
 *
 * It puts all keys, opens the connections, lets each get once, says "ready" and waits for a line on
 * its standard input; sends for SECONDS; prints a line of JSON; and keeps the connections open
 * until its standard input ends.
 */
#include "keys.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { N_KEYS = 1000, VALUE_BYTES = 100, GETS_PER_PUT = 9, MAX_EVENTS = 256, TEXT_BYTES = 256 };

/* A command and its answer, as they travel. */
typedef struct {
    char command[TEXT_BYTES];
    size_t n_command;
    char answer[TEXT_BYTES];
    size_t n_answer;
} Exchange;

typedef struct {
    int fd;
    uint32_t n_sent;
    uint32_t n_got; /* bytes of the answer under way */
    const Exchange *exchange;
} Connection;

static Exchange gets[N_KEYS];
static Exchange puts_[N_KEYS];
static Connection *connections;
static unsigned n_connections = 1;
static double duration_s = 1;
static bool puts_keys;
static struct sockaddr_in address;
static int epoll_fd;

static int64_t
now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
die(const char *what)
{
    fprintf(stderr, "modelload: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void
make_exchanges(void)
{
    for (unsigned i = 0; i < N_KEYS; i++) {
        char value[VALUE_BYTES];
        memset(value, (int)('a' + i % 26), sizeof value);
        Exchange *put = &puts_[i];
        Exchange *get = &gets[i];
        put->n_command = (size_t)snprintf(put->command, TEXT_BYTES, "put key-%u %d\n%.*s", i,
                                          VALUE_BYTES, VALUE_BYTES, value);
        put->n_answer = (size_t)snprintf(put->answer, TEXT_BYTES, "OK\n");
        get->n_command = (size_t)snprintf(get->command, TEXT_BYTES, "get key-%u\n", i);
        get->n_answer = (size_t)snprintf(get->answer, TEXT_BYTES, "VALUE %d\n%.*s", VALUE_BYTES,
                                         VALUE_BYTES, value);
    }
}

static void
send_command(Connection *connection, const Exchange *exchange)
{
    connection->exchange = exchange;
    connection->n_got = 0;
    connection->n_sent++;
    if (send(connection->fd, exchange->command, exchange->n_command, MSG_NOSIGNAL) !=
        (ssize_t)exchange->n_command)
        die("send");
}

/* Each connection goes through the keys in an order of its own. */
static void
send_next(Connection *connection)
{
    const unsigned which = (unsigned)(connection - connections) * 7 + connection->n_sent * 13;

    send_command(connection, connection->n_sent % (GETS_PER_PUT + 1) == GETS_PER_PUT
                                 ? &puts_[which % N_KEYS]
                                 : &gets[which % N_KEYS]);
}

/* Returns: true: the answer is whole */
static bool
receive(Connection *connection)
{
    const Exchange *exchange = connection->exchange;
    char bytes[TEXT_BYTES];
    const ssize_t n_read = recv(connection->fd, bytes, sizeof bytes, 0);

    if (n_read <= 0)
        die("recv");
    if (connection->n_got + (size_t)n_read > exchange->n_answer ||
        memcmp(bytes, exchange->answer + connection->n_got, (size_t)n_read) != 0) {
        fprintf(stderr, "modelload: a wrong answer to \"%.*s\"\n", (int)exchange->n_command,
                exchange->command);
        exit(1);
    }
    connection->n_got += (uint32_t)n_read;
    return connection->n_got == exchange->n_answer;
}

static void
open_connection(Connection *connection)
{
    const int on = 1;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};

    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0 ||
        connect(connection->fd, (const struct sockaddr *)&address, sizeof address) != 0)
        die("connect");
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, connection->fd, &event) != 0)
        die("epoll_ctl");
}

static void
exchange_now(Connection *connection, const Exchange *exchange)
{
    send_command(connection, exchange);
    while (!receive(connection))
        ;
}

static void
open_connections(void)
{
    for (unsigned i = 0; i < n_connections; i++) {
        open_connection(&connections[i]);
        for (unsigned k = 0; puts_keys && i == 0 && k < N_KEYS; k++)
            exchange_now(&connections[i], &puts_[k]);
        exchange_now(&connections[i], &gets[i % N_KEYS]);
    }
}

/* Returns: answers */
static uint64_t
run(int64_t until_us)
{
    static struct epoll_event events[MAX_EVENTS];
    unsigned n_outstanding = n_connections;
    uint64_t n_answers = 0;

    for (unsigned i = 0; i < n_connections; i++)
        send_next(&connections[i]);
    while (n_outstanding > 0) {
        const int n_events = epoll_wait(epoll_fd, events, MAX_EVENTS, -1);
        const bool goes_on = now_us() < until_us;
        for (int i = 0; i < n_events; i++) {
            Connection *connection = events[i].data.ptr;
            if (!receive(connection))
                continue;
            n_answers++;
            if (goes_on)
                send_next(connection);
            else
                n_outstanding--;
        }
    }
    return n_answers;
}

static void
parse_options(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "c:t:k")) != -1) {
        if (option == 'c')
            n_connections = (unsigned)atoi(optarg);
        else if (option == 't')
            duration_s = atof(optarg);
        else if (option == 'k')
            puts_keys = true;
        else
            exit(2);
    }
    if (optind + 1 != argc || n_connections == 0) {
        fprintf(stderr, "modelload -c CONNECTIONS -t SECONDS [-k] PORT\n");
        exit(2);
    }
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)atoi(argv[optind]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
}

int
main(int argc, char **argv)
{
    struct rlimit limit;

    parse_options(argc, argv);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    make_exchanges();
    connections = calloc(n_connections, sizeof *connections);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (connections == NULL || epoll_fd < 0)
        die("start");
    open_connections();
    printf("ready\n");
    fflush(stdout);
    if (getchar() == EOF)
        return 1;

    const int64_t begin_us = now_us();
    const uint64_t n_answers = run(begin_us + (int64_t)(duration_s * 1e6));
    printf("{\"answers\": %llu, \"seconds\": %.6f}\n", (unsigned long long)n_answers,
           (double)(now_us() - begin_us) / 1e6);
    fflush(stdout);
    while (getchar() != EOF)
        ;
    return 0;
}
