/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A load generator for HTTP and WebDAV: one thread, epoll, N keep-alive connections, one request in
 * flight on each.  For what wrk cannot do: bodies, any method, large answers, idle connections.
 * Prints one line of JSON.  See usage().
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
    HEAD_BYTES = 4096,
    TOKEN_BYTES = 128,
    PIECE_BYTES = 256 * 1024,
    MAX_FIELDS_BYTES = 2048,
    MAX_EVENTS = 128
};

/* Where a connection is in its answer. */
typedef enum { IN_HEAD, IN_BODY, IN_CHUNK_SIZE, IN_CHUNK, IN_CHUNK_END, IN_TRAILER } Phase;

typedef struct {
    int fd;
    char request[HEAD_BYTES];
    size_t request_len;
    size_t request_sent;
    uint64_t body_left; /* of the request */
    char head[HEAD_BYTES];
    size_t head_len;
    uint64_t answer_left; /* of the body, or of the chunk */
    Phase phase;
    int status;
    char token[TOKEN_BYTES]; /* of the lock it has: the next request gives it back; "" for none */
    int64_t begun_us;
    bool busy;
    bool wants_write;
    bool closes; /* the server announced that it closes behind this answer */
} Connection;

typedef struct {
    struct sockaddr_in address;
    const char *host;
    const char *method;
    const char *path; /* "%d": the number of the request, "%c": of the connection */
    char fields[MAX_FIELDS_BYTES];
    const char *body; /* the whole body, or NULL: body_bytes of filler */
    uint64_t body_bytes;
    unsigned n_connections;
    uint64_t n_requests; /* 0: until the time is over */
    int64_t duration_us;
    bool unlocks; /* behind each LOCK its UNLOCK */
    bool stay_idle;
} Plan;

typedef struct {
    const Plan *plan;
    int epoll_fd;
    Connection *connections;
    uint64_t n_begun;
    uint64_t n_done;
    uint64_t n_refused; /* answers that are not 2xx or 3xx */
    uint64_t n_broken;  /* connections lost in the middle */
    uint64_t n_bytes;   /* of answers, heads included */
    int64_t begin_us;
    int64_t end_us;
    uint32_t *latencies_us;
    size_t n_latencies;
    size_t latencies_room;
} Run;

static char filler[PIECE_BYTES];
static char piece[PIECE_BYTES];

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
    fprintf(stderr, "davload: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* ---- one connection ---- */

static void
watch(const Run *run, Connection *connection, int operation, bool for_writing)
{
    struct epoll_event event = {.events = EPOLLIN | (for_writing ? EPOLLOUT : 0),
                                .data.ptr = connection};
    if (epoll_ctl(run->epoll_fd, operation, connection->fd, &event) != 0)
        die("epoll_ctl");
    connection->wants_write = for_writing;
}

static void
open_connection(const Run *run, Connection *connection)
{
    const int on = 1;
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0)
        die("socket");
    if (connect(connection->fd, (const struct sockaddr *)&run->plan->address,
                sizeof run->plan->address) != 0)
        die("connect");
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connection->closes = false;
    connection->busy = false;
    watch(run, connection, EPOLL_CTL_ADD, false);
}

static void
reopen_connection(const Run *run, Connection *connection)
{
    close(connection->fd);
    open_connection(run, connection);
}

static bool
all_begun(const Run *run)
{
    if (run->plan->n_requests > 0)
        return run->n_begun >= run->plan->n_requests;
    return now_us() >= run->begin_us + run->plan->duration_us;
}

/* "/new-%d" and 17 make "/new-17". */
static void
expand_path(const Run *run, const Connection *connection, char *path, size_t size)
{
    const char *pattern = run->plan->path;
    const char *mark = strstr(pattern, "%d");
    uint64_t number = run->n_begun;

    if (mark == NULL) {
        mark = strstr(pattern, "%c");
        number = connection - run->connections;
    }
    if (mark == NULL)
        snprintf(path, size, "%s", pattern);
    else
        snprintf(path, size, "%.*s%llu%s", (int)(mark - pattern), pattern,
                 (unsigned long long)number, mark + 2);
}

/* Send what the socket takes; FALSE when the connection is lost. */
static bool
send_request(Run *run, Connection *connection)
{
    const Plan *plan = run->plan;

    while (connection->request_sent < connection->request_len || connection->body_left > 0) {
        const uint64_t body_sent = plan->body_bytes - connection->body_left;
        size_t body_now = connection->body_left < PIECE_BYTES ? connection->body_left : PIECE_BYTES;
        const struct iovec pieces[] = {
            {connection->request + connection->request_sent,
             connection->request_len - connection->request_sent},
            {plan->body != NULL ? (char *)plan->body + body_sent : filler, body_now},
        };
        const struct msghdr message = {.msg_iov = (struct iovec *)pieces, .msg_iovlen = 2};
        ssize_t sent = sendmsg(connection->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (sent < 0 && errno == EAGAIN) {
            if (!connection->wants_write)
                watch(run, connection, EPOLL_CTL_MOD, true);
            return true;
        }
        if (sent < 0)
            return false;
        size_t of_head = connection->request_len - connection->request_sent;
        if ((size_t)sent < of_head)
            of_head = sent;
        connection->request_sent += of_head;
        connection->body_left -= sent - of_head;
    }
    if (connection->wants_write)
        watch(run, connection, EPOLL_CTL_MOD, false);
    return true;
}

static void
write_unlock(const Run *run, Connection *connection, const char *path)
{
    connection->request_len = snprintf(connection->request, sizeof connection->request,
                                       "UNLOCK %s HTTP/1.1\r\nHost: %s\r\nLock-Token: %s\r\n\r\n",
                                       path, run->plan->host, connection->token);
    connection->body_left = 0;
    connection->token[0] = '\0';
}

static void
write_request(const Run *run, Connection *connection, const char *path)
{
    const Plan *plan = run->plan;
    char length[64] = "";

    if (plan->body_bytes > 0)
        snprintf(length, sizeof length, "Content-Length: %llu\r\n",
                 (unsigned long long)plan->body_bytes);
    connection->request_len = snprintf(connection->request, sizeof connection->request,
                                       "%s %s HTTP/1.1\r\nHost: %s\r\n%s%s\r\n", plan->method, path,
                                       plan->host, plan->fields, length);
    connection->body_left = plan->body_bytes;
}

static bool
begin_request(Run *run, Connection *connection)
{
    char path[2048];

    expand_path(run, connection, path, sizeof path);
    if (connection->token[0] != '\0')
        write_unlock(run, connection, path);
    else
        write_request(run, connection, path);
    run->n_begun++;
    connection->request_sent = 0;
    connection->head_len = 0;
    connection->phase = IN_HEAD;
    connection->busy = true;
    connection->begun_us = now_us();
    return send_request(run, connection);
}

static void
note_latency(Run *run, int64_t latency_us)
{
    if (run->n_latencies == run->latencies_room) {
        run->latencies_room = run->latencies_room > 0 ? 2 * run->latencies_room : 4096;
        run->latencies_us =
            realloc(run->latencies_us, run->latencies_room * sizeof *run->latencies_us);
        if (run->latencies_us == NULL)
            die("realloc");
    }
    run->latencies_us[run->n_latencies++] = latency_us < UINT32_MAX ? latency_us : UINT32_MAX;
}

static void
go_on(Run *run, Connection *connection)
{
    /* What is locked is unlocked, or the next run could not begin. */
    if (run->plan->stay_idle || (all_begun(run) && connection->token[0] == '\0'))
        return;
    if (connection->closes)
        reopen_connection(run, connection);
    if (!begin_request(run, connection)) {
        run->n_broken++;
        reopen_connection(run, connection);
    }
}

static void
end_answer(Run *run, Connection *connection)
{
    connection->busy = false;
    run->n_done++;
    if (connection->status < 200 || connection->status >= 400)
        run->n_refused++;
    note_latency(run, now_us() - connection->begun_us);
    go_on(run, connection);
}

/* ---- the answer ---- */

static const char *
find_field(const char *head, const char *name)
{
    const size_t name_len = strlen(name);

    for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, name_len) == 0 && line[name_len] == ':')
            return line + name_len + 1 + strspn(line + name_len + 1, " \t");
    }
    return NULL;
}

static void
remember_token(Connection *connection)
{
    const char *token = find_field(connection->head, "Lock-Token");
    const size_t length = token != NULL ? strcspn(token, "\r\n") : 0;

    if (length > 0 && length < TOKEN_BYTES)
        snprintf(connection->token, sizeof connection->token, "%.*s", (int)length, token);
}

/* The head is whole: learn how the body is framed.  TRUE if there is none. */
static bool
understand_head(const Plan *plan, Connection *connection)
{
    const char *length = find_field(connection->head, "Content-Length");
    const char *coding = find_field(connection->head, "Transfer-Encoding");
    const char *option = find_field(connection->head, "Connection");

    connection->status = atoi(connection->head + 9);
    if (plan->unlocks)
        remember_token(connection);
    connection->closes = option != NULL && strncasecmp(option, "close", 5) == 0;
    if (connection->status == 204 || connection->status == 304 || strcmp(plan->method, "HEAD") == 0)
        return true;
    if (coding != NULL) {
        connection->phase = IN_CHUNK_SIZE;
        connection->answer_left = 0;
        return false;
    }
    connection->phase = IN_BODY;
    connection->answer_left = length != NULL ? strtoull(length, NULL, 10) : 0;
    return connection->answer_left == 0;
}

/* Take bytes of the head; returns how many, and TRUE in @ret_end when the answer has no body. */
static size_t
take_head(const Plan *plan, Connection *connection, const char *bytes, size_t len, bool *ret_end)
{
    for (size_t i = 0; i < len; i++) {
        if (connection->head_len == HEAD_BYTES - 1) {
            fprintf(stderr, "davload: the head of the answer is too long\n");
            exit(1);
        }
        connection->head[connection->head_len++] = bytes[i];
        if (bytes[i] != '\n' || connection->head_len < 4 ||
            memcmp(connection->head + connection->head_len - 4, "\r\n\r\n", 4) != 0)
            continue;
        connection->head[connection->head_len] = '\0';
        connection->head_len = 0;
        if (strncmp(connection->head + 9, "100", 3) != 0)
            *ret_end = understand_head(plan, connection);
        return i + 1;
    }
    return len;
}

/* One byte of a chunk's size line, of the end of its data, or of the trailer.  TRUE at the end. */
static bool
take_chunk_framing(Connection *connection, char byte)
{
    switch (connection->phase) {
    case IN_CHUNK_SIZE:
        connection->head[connection->head_len++ % (HEAD_BYTES - 1)] = byte;
        if (byte != '\n')
            return false;
        connection->answer_left = strtoull(connection->head, NULL, 16);
        connection->head_len = 0;
        connection->phase = connection->answer_left > 0 ? IN_CHUNK : IN_TRAILER;
        return false;
    case IN_CHUNK_END:
        if (byte == '\n')
            connection->phase = IN_CHUNK_SIZE;
        return false;
    case IN_TRAILER:
        /* An empty line ends it; head_len counts the line's bytes. */
        if (byte == '\n' && connection->head_len == 0)
            return true;
        if (byte != '\r')
            connection->head_len = byte == '\n' ? 0 : connection->head_len + 1;
        return false;
    case IN_HEAD:
    case IN_BODY:
    case IN_CHUNK:
        break;
    }
    abort();
}

/* Understand @len bytes of an answer.  TRUE when the answer ends with them. */
static bool
take_answer(const Plan *plan, Connection *connection, const char *bytes, size_t len)
{
    bool end = false;

    for (size_t used = 0; used < len && !end;) {
        if (connection->phase == IN_HEAD) {
            used += take_head(plan, connection, bytes + used, len - used, &end);
        } else if (connection->phase == IN_BODY || connection->phase == IN_CHUNK) {
            const uint64_t rest = len - used;
            const uint64_t taken = connection->answer_left < rest ? connection->answer_left : rest;
            used += taken;
            connection->answer_left -= taken;
            if (connection->answer_left > 0)
                continue;
            end = connection->phase == IN_BODY;
            connection->phase = IN_CHUNK_END;
        } else {
            end = take_chunk_framing(connection, bytes[used++]);
        }
    }
    return end;
}

static void
receive(Run *run, Connection *connection)
{
    ssize_t received = recv(connection->fd, piece, sizeof piece, MSG_DONTWAIT);

    if (received < 0 && errno == EAGAIN)
        return;
    if (received <= 0) {
        if (connection->busy)
            run->n_broken++;
        reopen_connection(run, connection);
        go_on(run, connection);
        return;
    }
    run->n_bytes += received;
    if (connection->busy && take_answer(run->plan, connection, piece, received))
        end_answer(run, connection);
}

/* ---- the run ---- */

static unsigned
count_busy(const Run *run)
{
    unsigned n_busy = 0;
    for (unsigned i = 0; i < run->plan->n_connections; i++)
        n_busy += run->connections[i].busy;
    return n_busy;
}

static void
handle_events(Run *run)
{
    struct epoll_event events[MAX_EVENTS];
    const int n_events = epoll_wait(run->epoll_fd, events, MAX_EVENTS, 1000);

    for (int i = 0; i < n_events; i++) {
        Connection *connection = events[i].data.ptr;
        if ((events[i].events & EPOLLOUT) != 0 && connection->busy &&
            !send_request(run, connection)) {
            run->n_broken++;
            reopen_connection(run, connection);
            go_on(run, connection);
        }
        if ((events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
            receive(run, connection);
    }
}

static void
drive(Run *run)
{
    for (unsigned i = 0; i < run->plan->n_connections; i++)
        open_connection(run, &run->connections[i]);
    run->begin_us = now_us();
    for (unsigned i = 0; i < run->plan->n_connections; i++)
        go_on(run, &run->connections[i]);
    while (!all_begun(run) || count_busy(run) > 0)
        handle_events(run);
    run->end_us = now_us();
}

/* One after another, each with one request: servers whose threads wait for a first request must not
 * see thousands of silent connections. */
static void
drive_idle(Run *run)
{
    run->begin_us = now_us();
    for (unsigned i = 0; i < run->plan->n_connections; i++) {
        Connection *connection = &run->connections[i];
        open_connection(run, connection);
        if (!begin_request(run, connection))
            die("send");
        while (connection->busy && run->n_broken == 0)
            handle_events(run);
    }
    run->end_us = now_us();
}

static int
compare_latencies(const void *left, const void *right)
{
    const uint32_t a = *(const uint32_t *)left;
    const uint32_t b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static void
print_results(Run *run)
{
    uint32_t p50_us = 0;
    uint32_t p99_us = 0;

    if (run->n_latencies > 0) {
        qsort(run->latencies_us, run->n_latencies, sizeof *run->latencies_us, compare_latencies);
        p50_us = run->latencies_us[run->n_latencies / 2];
        p99_us = run->latencies_us[run->n_latencies * 99 / 100];
    }
    printf("{\"requests\": %llu, \"refused\": %llu, \"broken\": %llu, \"bytes\": %llu, "
           "\"seconds\": %.6f, \"p50_us\": %u, \"p99_us\": %u}\n",
           (unsigned long long)run->n_done, (unsigned long long)run->n_refused,
           (unsigned long long)run->n_broken, (unsigned long long)run->n_bytes,
           (run->end_us - run->begin_us) / 1e6, p50_us, p99_us);
    fflush(stdout);
}

static void
usage(void)
{
    fputs("davload [options] IPV4:PORT PATH\n"
          "  -c N       connections (1)\n"
          "  -n N       requests in all; \"%d\" in PATH is the number of the request, \"%c\" that\n"
          "             of the connection\n"
          "  -t SECONDS for so long, instead of -n\n"
          "  -m METHOD  (GET)\n"
          "  -H FIELD   \"Name: value\", repeatable\n"
          "  -b TEXT    the body of each request\n"
          "  -B BYTES   a body of so many bytes\n"
          "  -u         with -m LOCK: behind each, UNLOCK with the token that came\n"
          "  -i         one request on each connection, one after another; then keep them open\n"
          "             until standard input ends\n",
          stderr);
    exit(2);
}

static void
add_field(Plan *plan, const char *field)
{
    const size_t used = strlen(plan->fields);
    if (used + strlen(field) + 3 > sizeof plan->fields)
        usage();
    snprintf(plan->fields + used, sizeof plan->fields - used, "%s\r\n", field);
}

static void
set_address(Plan *plan, const char *address)
{
    char host[64];
    const char *colon = strrchr(address, ':');

    if (colon == NULL || (size_t)(colon - address) >= sizeof host)
        usage();
    snprintf(host, sizeof host, "%.*s", (int)(colon - address), address);
    plan->host = address;
    plan->address.sin_family = AF_INET;
    plan->address.sin_port = htons(atoi(colon + 1));
    if (inet_pton(AF_INET, host, &plan->address.sin_addr) != 1)
        usage();
}

static void
read_options(Plan *plan, int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "c:n:t:m:H:b:B:ui")) != -1) {
        switch (option) {
        case 'c':
            plan->n_connections = atoi(optarg);
            break;
        case 'n':
            plan->n_requests = strtoull(optarg, NULL, 10);
            break;
        case 't':
            plan->duration_us = (int64_t)(atof(optarg) * 1e6);
            break;
        case 'm':
            plan->method = optarg;
            break;
        case 'H':
            add_field(plan, optarg);
            break;
        case 'b':
            plan->body = optarg;
            plan->body_bytes = strlen(optarg);
            break;
        case 'B':
            plan->body_bytes = strtoull(optarg, NULL, 10);
            break;
        case 'u':
            plan->unlocks = true;
            break;
        case 'i':
            plan->stay_idle = true;
            break;
        default:
            usage();
        }
    }
    if (argc - optind != 2 || plan->n_connections == 0)
        usage();
    if (plan->n_requests == 0 && plan->duration_us == 0)
        plan->n_requests = plan->n_connections;
    set_address(plan, argv[optind]);
    plan->path = argv[optind + 1];
}

static void
raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int
main(int argc, char **argv)
{
    Plan plan = {.method = "GET", .n_connections = 1};
    Run run = {.plan = &plan};

    read_options(&plan, argc, argv);
    raise_descriptor_limit();
    memset(filler, 'w', sizeof filler);
    run.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    run.connections = calloc(plan.n_connections, sizeof *run.connections);
    if (run.epoll_fd < 0 || run.connections == NULL)
        die("start");

    if (plan.stay_idle)
        drive_idle(&run);
    else
        drive(&run);
    print_results(&run);
    if (plan.stay_idle) {
        while (getchar() != EOF)
            continue;
    }
    free(run.connections);
    free(run.latencies_us);
    return run.n_broken > 0 ? 1 : 0;
}
