/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A state machine on libevent: events PORT.  A connection's event is added once, edge-triggered;
 * calls are tried first; what a read brings is handled in one buffer for all, and only what is left
 * over, either way, is kept with the connection.
 */
#include "keys.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/listener.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { INPUT_BYTES = 16 * 1024, ENDED = -1, TOO_FEW = -2 };

typedef enum { READS_LINE, READS_VALUE } State;

typedef struct {
    struct event event;
    int fd;
    State state;
    bool has_ended;      /* the peer will send no more than what is there */
    KeysCommand command; /* READS_VALUE: whose value it is */
    char *input;         /* what came of a line or value that is not whole; NULL: nothing */
    size_t n_input;
    char *output; /* what the socket did not take; nothing is read meanwhile.  NULL: nothing */
    size_t n_output;
} Connection;

static struct event_base *base;
static char input[INPUT_BYTES];

static void
close_connection(Connection *connection)
{
    event_del(&connection->event);
    close(connection->fd);
    free(connection->input);
    free(connection->output);
    free(connection);
}

/* Put @size bytes that lie elsewhere into a buffer of the connection. */
static bool
keep(char **kept, size_t *n_kept, const char *bytes, size_t size)
{
    char *copy = NULL;

    if (size > 0) {
        copy = malloc(size);
        if (copy == NULL)
            return false;
        memcpy(copy, bytes, size);
    }
    free(*kept);
    *kept = copy;
    *n_kept = size;
    return true;
}

/* Send @bytes, or what goes; the rest is kept.  Returns: false: the connection has ended */
static bool
send_or_keep(Connection *connection, const char *bytes, size_t size)
{
    ssize_t n_sent = send(connection->fd, bytes, size, MSG_NOSIGNAL);

    if (n_sent == (ssize_t)size)
        return connection->output == NULL ||
               keep(&connection->output, &connection->n_output, "", 0);
    if (n_sent < 0) {
        if (errno != EAGAIN)
            return false;
        n_sent = 0;
    }
    return keep(&connection->output, &connection->n_output, bytes + n_sent, size - n_sent);
}

/* A step with @size bytes.  Returns: bytes used, -1: the connection has ended, -2: too few bytes */
static ssize_t
step(Connection *connection, const char *bytes, size_t size)
{
    KeysCommand *command = &connection->command;
    char answer[KEYS_MAX_ANSWER];
    size_t n_used = command->size;

    if (connection->state == READS_LINE) {
        const char *end = memchr(bytes, '\n', size < KEYS_MAX_LINE ? size : KEYS_MAX_LINE);
        if (end == NULL)
            return size < KEYS_MAX_LINE ? TOO_FEW : ENDED;
        n_used = end + 1 - bytes;
        if (!keys_parse(bytes, n_used, command))
            return ENDED;
        if (command->is_put) {
            connection->state = READS_VALUE;
            return n_used;
        }
    }
    if (size < n_used)
        return TOO_FEW;
    connection->state = READS_LINE;
    if (!send_or_keep(connection, answer, keys_answer(command, bytes, answer)))
        return ENDED;
    return n_used;
}

/* Handle the first @size bytes of input[], and keep what cannot be handled yet. */
static bool
handle(Connection *connection, size_t size)
{
    size_t n_done = 0;

    while (connection->output == NULL) {
        const ssize_t n_used = step(connection, input + n_done, size - n_done);
        if (n_used == ENDED)
            return false;
        if (n_used == TOO_FEW)
            break;
        n_done += n_used;
    }
    if (connection->input == NULL && n_done == size)
        return true;
    return keep(&connection->input, &connection->n_input, input + n_done, size - n_done);
}

/* The rest of an answer, and then what has waited behind it. */
static bool
go_on(Connection *connection)
{
    if (!send_or_keep(connection, connection->output, connection->n_output))
        return false;
    if (connection->output != NULL)
        return true;
    if (connection->n_input > 0)
        memcpy(input, connection->input, connection->n_input);
    return handle(connection, connection->n_input);
}

/* Until the socket is dry, or full. */
static bool
serve(Connection *connection)
{
    if (connection->output != NULL && !go_on(connection))
        return false;
    while (connection->output == NULL) {
        const size_t n_kept = connection->n_input;
        const size_t room = sizeof input - n_kept;
        if (n_kept > 0)
            memcpy(input, connection->input, n_kept);
        const ssize_t n_read = recv(connection->fd, input + n_kept, room, 0);
        if (n_read < 0 && errno == EAGAIN)
            return true;
        if (n_read <= 0 || !handle(connection, n_kept + n_read))
            return false;
        /* A short read has taken all there was, but the end. */
        if ((size_t)n_read < room && !connection->has_ended)
            return true;
    }
    return true;
}

static void
edge(evutil_socket_t fd, short what, void *data)
{
    Connection *connection = data;

    (void)fd;
    if ((what & EV_CLOSED) != 0)
        connection->has_ended = true;
    if (!serve(connection))
        close_connection(connection);
}

static void
accepted(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer, int size,
         void *data)
{
    const int on = 1;
    Connection *connection = calloc(1, sizeof *connection);

    (void)listener;
    (void)peer;
    (void)size;
    (void)data;
    if (connection == NULL) {
        close(fd);
        return;
    }
    connection->fd = fd;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    event_assign(&connection->event, base, fd, EV_READ | EV_WRITE | EV_CLOSED | EV_ET | EV_PERSIST,
                 edge, connection);
    if (event_add(&connection->event, NULL) != 0)
        close_connection(connection);
}

int
main(int argc, char **argv)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons(argc > 1 ? atoi(argv[1]) : 7070),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct event_config *config = event_config_new();

    keys_init();
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
    event_config_require_features(config, EV_FEATURE_ET | EV_FEATURE_EARLY_CLOSE);
    base = event_base_new_with_config(config);
    if (base == NULL ||
        evconnlistener_new_bind(base, accepted, NULL, LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE,
                                4096, (const struct sockaddr *)&address, sizeof address) == NULL) {
        perror("events");
        return 1;
    }
    return event_base_dispatch(base) < 0;
}
