/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A load generator for Thrift: framed binary, one thread, epoll, N connections, one or more calls
 * outstanding on each; every answer is checked.  Prints one line of JSON.  See usage().
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
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
    HEAD_BYTES = 64, /* frame size, message head */
    PIECE_BYTES = 256 * 1024,
    MAX_EVENTS = 128,
    MAX_OUTSTANDING = 64,
    N_ONEWAY = 9, /* in front of each call of mode oneway */
    N_ITEMS = 100,
    N_COUNTERS = 4
};

enum { CALL = 1, REPLY = 2, ONEWAY = 4 };
enum { T_DOUBLE = 4, T_I32 = 8, T_I64 = 10, T_STRING = 11, T_STRUCT = 12, T_MAP = 13, T_LIST = 15 };

typedef struct {
    uint8_t *bytes;
    size_t size;
    size_t room;
} Bytes;

/* What is sent again and again, and what must come back. */
typedef struct {
    Bytes before;       /* messages in front of the call that nobody answers */
    Bytes request;      /* frame size, head, arguments */
    Bytes answer;       /* the same of the answer */
    size_t sequence_at; /* of the four bytes that differ from call to call, in both */
    bool may_vary;      /* a peer may write maps in another order, with the same bytes in sum */
} Message;

typedef struct {
    struct sockaddr_in address;
    const char *mode;
    size_t echo_bytes;
    unsigned n_connections;
    unsigned n_outstanding;
    int64_t duration_us;
    uint64_t n_calls;      /* 0: until the time is over */
    bool expects_requests; /* the peer is bench_echo */
    bool stay_idle;
} Plan;

typedef struct {
    int fd;
    uint32_t n_sent; /* calls, the last perhaps in part: numbers them */
    uint32_t n_answered;
    size_t out_at;  /* bytes of the call under way that have left */
    size_t in_at;   /* bytes of the answer under way that have come */
    int64_t excess; /* the sum of their bytes, less that of those expected */
    unsigned n_due; /* calls to send, the one under way included */
    bool wants_write;
    int64_t begun_us[MAX_OUTSTANDING];
} Connection;

typedef struct {
    const Plan *plan;
    Message message;
    int epoll_fd;
    Connection *connections;
    uint64_t n_begun;
    uint64_t n_done;
    uint64_t n_wrong;
    uint64_t n_broken;
    int64_t begin_us;
    int64_t end_us;
    uint32_t *latencies_us;
    size_t n_latencies;
    size_t latencies_room;
} Run;

static uint8_t piece[PIECE_BYTES];

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
    fprintf(stderr, "thriftload: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* ---- messages ---- */

static uint8_t *
append(Bytes *bytes, size_t size)
{
    if (bytes->size + size > bytes->room) {
        bytes->room = 2 * (bytes->size + size);
        bytes->bytes = realloc(bytes->bytes, bytes->room);
        if (bytes->bytes == NULL)
            die("realloc");
    }
    bytes->size += size;
    return bytes->bytes + bytes->size - size;
}

static void
put_number(Bytes *bytes, uint64_t value, size_t size)
{
    uint8_t *at = append(bytes, size);

    for (size_t i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> 8 * (size - 1 - i));
}

static void
put_bytes(Bytes *bytes, const void *data, size_t size)
{
    put_number(bytes, size, 4);
    memcpy(append(bytes, size), data, size);
}

static void
put_text(Bytes *bytes, const char *text)
{
    put_bytes(bytes, text, strlen(text));
}

static void
put_field(Bytes *bytes, int type, int id)
{
    put_number(bytes, type, 1);
    put_number(bytes, id, 2);
}

/* Frame size, head; end_message() sets the size.  Returns: where the message begins */
static size_t
begin_message(Bytes *bytes, const char *name, int type)
{
    const size_t begin = bytes->size;

    put_number(bytes, 0, 4);
    put_number(bytes, 0x80010000U | type, 4);
    put_text(bytes, name);
    put_number(bytes, 0, 4);
    return begin;
}

static void
end_message(Bytes *bytes, size_t begin)
{
    const size_t size = bytes->size - begin - 4;

    for (int i = 0; i < 4; i++)
        bytes->bytes[begin + i] = (uint8_t)(size >> 8 * (3 - i));
}

/* std::map and sorted tables keep this order; keys of one length, so that no other order has
 * another size. */
static void
put_counters(Bytes *bytes, int item)
{
    char key[32];

    put_field(bytes, T_MAP, 4);
    put_number(bytes, T_STRING, 1);
    put_number(bytes, T_I64, 1);
    put_number(bytes, N_COUNTERS, 4);
    for (int i = 0; i < N_COUNTERS; i++) {
        snprintf(key, sizeof key, "counter-%d", i);
        put_text(bytes, key);
        put_number(bytes, (uint64_t)item * 1000 + i, 8);
    }
}

static void
put_document(Bytes *bytes)
{
    char text[32];

    put_field(bytes, T_I64, 1);
    put_number(bytes, 4711, 8);
    put_field(bytes, T_STRING, 2);
    put_text(bytes, "a document of one hundred items");
    put_field(bytes, T_LIST, 3);
    put_number(bytes, T_STRUCT, 1);
    put_number(bytes, N_ITEMS, 4);
    for (int i = 0; i < N_ITEMS; i++) {
        put_field(bytes, T_I64, 1);
        put_number(bytes, i, 8);
        put_field(bytes, T_STRING, 2);
        snprintf(text, sizeof text, "item number %d", i);
        put_text(bytes, text);
        put_field(bytes, T_DOUBLE, 3);
        put_number(bytes, 0x3ff0000000000000U + i, 8);
        put_counters(bytes, i);
        put_number(bytes, 0, 1);
    }
    put_number(bytes, 0, 1);
}

static void
put_add(Bytes *bytes, int type)
{
    if (type == REPLY) {
        put_field(bytes, T_I32, 0);
        put_number(bytes, 42, 4);
    } else {
        put_field(bytes, T_I32, 1);
        put_number(bytes, 40, 4);
        put_field(bytes, T_I32, 2);
        put_number(bytes, 2, 4);
    }
}

/* Arguments or result of what the mode calls; both begin with the value for echo and process. */
static void
put_struct(const Plan *plan, Bytes *bytes, int type)
{
    const int id = type == REPLY ? 0 : 1;

    if (strcmp(plan->mode, "echo") == 0) {
        uint8_t *data = malloc(plan->echo_bytes);
        if (data == NULL)
            die("malloc");
        for (size_t i = 0; i < plan->echo_bytes; i++)
            data[i] = (uint8_t)('a' + i % 23);
        put_field(bytes, T_STRING, id);
        put_bytes(bytes, data, plan->echo_bytes);
        free(data);
    } else if (strcmp(plan->mode, "document") == 0) {
        put_field(bytes, T_STRUCT, id);
        put_document(bytes);
    } else {
        put_add(bytes, type);
    }
    put_number(bytes, 0, 1);
}

static void
put_oneway(Bytes *bytes)
{
    const size_t begin = begin_message(bytes, "notify", ONEWAY);

    put_field(bytes, T_I64, 1);
    put_number(bytes, 7, 8);
    put_field(bytes, T_STRING, 2);
    put_text(bytes, "nobody answers this");
    put_number(bytes, 0, 1);
    end_message(bytes, begin);
}

/* The bytes' sum: the same for every order of the same pieces.  Eight at a time, in lanes of 16
 * bits that are emptied before they overflow. */
static uint64_t
sum_of(const uint8_t *bytes, size_t size)
{
    const uint64_t even = 0x00ff00ff00ff00ffU;
    uint64_t sum = 0;
    size_t i = 0;

    while (i + 8 <= size) {
        uint64_t lanes = 0;
        for (int n = 0; n < 128 && i + 8 <= size; n++, i += 8) {
            uint64_t word;
            memcpy(&word, bytes + i, 8);
            lanes += (word & even) + (word >> 8 & even);
        }
        for (int lane = 0; lane < 4; lane++)
            sum += lanes >> 16 * lane & 0xffff;
    }
    for (; i < size; i++)
        sum += bytes[i];
    return sum;
}

static void
make_message(const Plan *plan, Message *message)
{
    const char *name = strcmp(plan->mode, "echo") == 0       ? "echo"
                       : strcmp(plan->mode, "document") == 0 ? "process"
                                                             : "add";
    size_t begin = begin_message(&message->request, name, CALL);

    message->sequence_at = message->request.size - 4;
    put_struct(plan, &message->request, CALL);
    end_message(&message->request, begin);
    begin = begin_message(&message->answer, name, plan->expects_requests ? CALL : REPLY);
    put_struct(plan, &message->answer, plan->expects_requests ? CALL : REPLY);
    end_message(&message->answer, begin);
    if (strcmp(plan->mode, "oneway") == 0) {
        for (int i = 0; i < N_ONEWAY; i++)
            put_oneway(&message->before);
    }
    message->may_vary = strcmp(plan->mode, "document") == 0;
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

    memset(connection, 0, sizeof *connection);
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0)
        die("socket");
    if (connect(connection->fd, (const struct sockaddr *)&run->plan->address,
                sizeof run->plan->address) != 0)
        die("connect");
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(run, connection, EPOLL_CTL_ADD, false);
}

static bool
all_begun(const Run *run)
{
    if (run->plan->n_calls > 0)
        return run->n_begun >= run->plan->n_calls;
    return now_us() >= run->begin_us + run->plan->duration_us;
}

/* What of @piece lies behind the first @at bytes of the whole, of which it is @from and following.
 */
static struct iovec
rest_of(const uint8_t *bytes, size_t size, size_t from, size_t at)
{
    const size_t gone = at > from ? (at - from < size ? at - from : size) : 0;
    return (struct iovec){(uint8_t *)bytes + gone, size - gone};
}

/* Send the call under way as far as the socket takes it.  FALSE: the connection is lost */
static bool
send_one(const Run *run, Connection *connection, bool *ret_is_full)
{
    const Message *message = &run->message;
    const size_t n_before = message->before.size;
    const size_t n_total = n_before + message->request.size;
    uint8_t head[HEAD_BYTES];
    const size_t n_head = message->sequence_at + 4;
    const uint32_t number = htonl(connection->n_sent);

    memcpy(head, message->request.bytes, n_head);
    memcpy(head + message->sequence_at, &number, 4);
    while (connection->out_at < n_total) {
        struct iovec pieces[] = {
            rest_of(message->before.bytes, n_before, 0, connection->out_at),
            rest_of(head, n_head, n_before, connection->out_at),
            rest_of(message->request.bytes + n_head, message->request.size - n_head,
                    n_before + n_head, connection->out_at),
        };
        const struct msghdr wanted = {.msg_iov = pieces, .msg_iovlen = 3};
        const ssize_t n_sent = sendmsg(connection->fd, &wanted, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n_sent < 0 && errno == EAGAIN) {
            *ret_is_full = true;
            return true;
        }
        if (n_sent < 0)
            return false;
        connection->out_at += n_sent;
    }
    return true;
}

static bool
send_calls(Run *run, Connection *connection)
{
    bool is_full = false;

    while (connection->n_due > 0) {
        if (connection->out_at == 0)
            connection->begun_us[connection->n_sent % MAX_OUTSTANDING] = now_us();
        if (!send_one(run, connection, &is_full))
            return false;
        if (is_full)
            break;
        connection->out_at = 0;
        connection->n_sent++;
        connection->n_due--;
    }
    if (is_full != connection->wants_write)
        watch(run, connection, EPOLL_CTL_MOD, is_full);
    return true;
}

static void
begin_call(Run *run, Connection *connection)
{
    run->n_begun++;
    connection->n_due++;
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
end_call(Run *run, Connection *connection)
{
    note_latency(run, now_us() - connection->begun_us[connection->n_answered % MAX_OUTSTANDING]);
    run->n_done++;
    connection->n_answered++;
    connection->in_at = 0;
    connection->excess = 0;
    if (!run->plan->stay_idle && !all_begun(run))
        begin_call(run, connection);
}

/* Whether @size bytes are those of the answer at connection->in_at. */
static bool
check_bytes(const Message *message, Connection *connection, const uint8_t *bytes, size_t size)
{
    const size_t n_head = message->sequence_at + 4;
    const size_t at = connection->in_at;
    const uint32_t number = htonl(connection->n_answered);
    uint8_t head[HEAD_BYTES];
    size_t i = 0;

    memcpy(head, message->answer.bytes, n_head);
    memcpy(head + message->sequence_at, &number, 4);
    if (at < n_head) {
        i = size < n_head - at ? size : n_head - at;
        if (memcmp(bytes, head + at, i) != 0)
            return false;
    }
    const uint8_t *expected = message->answer.bytes + at + i;
    if (memcmp(bytes + i, expected, size - i) == 0)
        return true;
    connection->excess += (int64_t)sum_of(bytes + i, size - i);
    connection->excess -= (int64_t)sum_of(expected, size - i);
    return message->may_vary;
}

/* Check what came, answer after answer.  FALSE: something else came */
static bool
take_answers(Run *run, Connection *connection, const uint8_t *bytes, size_t size)
{
    const Message *message = &run->message;

    while (size > 0) {
        const size_t left = message->answer.size - connection->in_at;
        const size_t taken = size < left ? size : left;
        if (connection->n_answered == connection->n_sent ||
            !check_bytes(message, connection, bytes, taken))
            return false;
        connection->in_at += taken;
        bytes += taken;
        size -= taken;
        if (connection->in_at < message->answer.size)
            break;
        if (connection->excess != 0)
            return false;
        end_call(run, connection);
    }
    return true;
}

static void
lose_connection(Run *run, Connection *connection, uint64_t *count)
{
    (*count)++;
    close(connection->fd);
    connection->fd = -1;
    connection->n_answered = connection->n_sent;
    connection->n_due = 0;
    if (run->n_wrong + run->n_broken >= 2 * (uint64_t)run->plan->n_connections) {
        fprintf(stderr, "thriftload: %llu wrong answers, %llu lost connections\n",
                (unsigned long long)run->n_wrong, (unsigned long long)run->n_broken);
        exit(1);
    }
    open_connection(run, connection);
    if (!run->plan->stay_idle && !all_begun(run))
        begin_call(run, connection);
    if (!send_calls(run, connection))
        (*count)++;
}

static void
receive(Run *run, Connection *connection)
{
    const ssize_t n_received = recv(connection->fd, piece, sizeof piece, MSG_DONTWAIT);

    if (n_received < 0 && errno == EAGAIN)
        return;
    if (n_received <= 0)
        lose_connection(run, connection, &run->n_broken);
    else if (!take_answers(run, connection, piece, n_received))
        lose_connection(run, connection, &run->n_wrong);
    else if (connection->n_due > 0 && !send_calls(run, connection))
        lose_connection(run, connection, &run->n_broken);
}

/* ---- the run ---- */

static bool
is_busy(const Connection *connection)
{
    return connection->n_due > 0 || connection->n_answered != connection->n_sent;
}

static bool
any_busy(const Run *run)
{
    for (unsigned i = 0; i < run->plan->n_connections; i++) {
        if (is_busy(&run->connections[i]))
            return true;
    }
    return false;
}

static void
handle_events(Run *run)
{
    struct epoll_event events[MAX_EVENTS];
    const int n_events = epoll_wait(run->epoll_fd, events, MAX_EVENTS, 10000);

    if (n_events == 0) {
        fprintf(stderr, "thriftload: no answer for 10 s\n");
        exit(1);
    }
    for (int i = 0; i < n_events; i++) {
        Connection *connection = events[i].data.ptr;
        if ((events[i].events & EPOLLOUT) != 0 && !send_calls(run, connection))
            lose_connection(run, connection, &run->n_broken);
        else if ((events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
            receive(run, connection);
    }
}

static void
drive(Run *run)
{
    for (unsigned i = 0; i < run->plan->n_connections; i++)
        open_connection(run, &run->connections[i]);
    run->begin_us = now_us();
    for (unsigned i = 0; i < run->plan->n_connections; i++) {
        for (unsigned n = 0; n < run->plan->n_outstanding && !all_begun(run); n++)
            begin_call(run, &run->connections[i]);
        if (!send_calls(run, &run->connections[i]))
            die("send");
    }
    while (!all_begun(run) || any_busy(run))
        handle_events(run);
    run->end_us = now_us();
}

/* One after another, each with one call: servers whose threads wait for a first call must not see
 * thousands of silent connections. */
static void
drive_idle(Run *run)
{
    run->begin_us = now_us();
    for (unsigned i = 0; i < run->plan->n_connections; i++) {
        Connection *connection = &run->connections[i];
        open_connection(run, connection);
        begin_call(run, connection);
        if (!send_calls(run, connection))
            die("send");
        while (is_busy(connection))
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
    const unsigned n_messages = strcmp(run->plan->mode, "oneway") == 0 ? 1 + N_ONEWAY : 1;
    uint32_t p50_us = 0;
    uint32_t p99_us = 0;

    if (run->n_latencies > 0) {
        qsort(run->latencies_us, run->n_latencies, sizeof *run->latencies_us, compare_latencies);
        p50_us = run->latencies_us[run->n_latencies / 2];
        p99_us = run->latencies_us[run->n_latencies * 99 / 100];
    }
    printf("{\"messages\": %llu, \"wrong\": %llu, \"broken\": %llu, \"seconds\": %.6f, "
           "\"p50_us\": %u, \"p99_us\": %u}\n",
           (unsigned long long)run->n_done * n_messages, (unsigned long long)run->n_wrong,
           (unsigned long long)run->n_broken, (run->end_us - run->begin_us) / 1e6, p50_us, p99_us);
    fflush(stdout);
}

static void
usage(void)
{
    fputs("thriftload [options] IPV4:PORT\n"
          "  -m MODE    add (the default), echo, document, or oneway: 9 oneway calls and an add\n"
          "  -B BYTES   that echo sends (100)\n"
          "  -c N       connections (1)\n"
          "  -o N       calls outstanding on each (1)\n"
          "  -t SECONDS for so long (1)\n"
          "  -n N       calls in all, instead of -t\n"
          "  -e         the requests come back: the peer is bench_echo\n"
          "  -i         one call on each connection, one after another; then keep them open\n"
          "             until standard input ends\n",
          stderr);
    exit(2);
}

static void
set_address(Plan *plan, const char *address)
{
    char host[64];
    const char *colon = strrchr(address, ':');

    if (colon == NULL || (size_t)(colon - address) >= sizeof host)
        usage();
    snprintf(host, sizeof host, "%.*s", (int)(colon - address), address);
    plan->address.sin_family = AF_INET;
    plan->address.sin_port = htons(atoi(colon + 1));
    if (inet_pton(AF_INET, host, &plan->address.sin_addr) != 1)
        usage();
}

static void
read_options(Plan *plan, int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "m:B:c:o:t:n:ei")) != -1) {
        switch (option) {
        case 'm':
            plan->mode = optarg;
            break;
        case 'B':
            plan->echo_bytes = strtoull(optarg, NULL, 10);
            break;
        case 'c':
            plan->n_connections = atoi(optarg);
            break;
        case 'o':
            plan->n_outstanding = atoi(optarg);
            break;
        case 't':
            plan->duration_us = (int64_t)(atof(optarg) * 1e6);
            break;
        case 'n':
            plan->n_calls = strtoull(optarg, NULL, 10);
            break;
        case 'e':
            plan->expects_requests = true;
            break;
        case 'i':
            plan->stay_idle = true;
            break;
        default:
            usage();
        }
    }
    if (argc - optind != 1 || plan->n_connections == 0 || plan->n_outstanding == 0 ||
        plan->n_outstanding > MAX_OUTSTANDING)
        usage();
    set_address(plan, argv[optind]);
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
    Plan plan = {.mode = "add",
                 .echo_bytes = 100,
                 .n_connections = 1,
                 .n_outstanding = 1,
                 .duration_us = 1000000};
    Run run = {.plan = &plan};

    read_options(&plan, argc, argv);
    raise_descriptor_limit();
    make_message(&plan, &run.message);
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
    free(run.message.before.bytes);
    free(run.message.request.bytes);
    free(run.message.answer.bytes);
    return run.n_wrong + run.n_broken > 0;
}
