/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of a client.  A call takes a connection, sends one message, receives one, and gives the
 * connection back; what it does when that breaks is decided by how far it had come.
 */

#include <weft/thrift_client.h>

#include "thrift/call.h"
#include "thrift/client.h"
#include "thrift/client_pool.h"
#include "thrift/message.h"

#include <string.h>
#include <weft/clock.h>
#include <weft/deadline.h>
#include <weft/scan.h>

typedef struct {
    WeftThriftClientInterceptor intercept;
    gpointer data;
    GDestroyNotify data_free;
} Interceptor;

struct WeftThriftClient {
    WeftThriftUrl url;
    WeftTlsContext *tls; /* (nullable) */
    WeftThriftPool *pool;
    GArray *interceptors; /* of Interceptor, the outermost first */
    uint64_t n_retries;
};

struct WeftClientCall {
    WeftThriftClient *client;
    const WeftThriftMethod *method;
    const void *arguments;
    void *result;
    WeftArena *arena; /* (nullable): the caller's */
    WeftArena memory; /* metadata; and what came, where the caller gives no arena */
    unsigned n_intercepted;
    WeftThriftHeaderPair *pairs; /* to send */
    uint32_t n_pairs;
    uint32_t n_pairs_room;
    WeftThriftHeader received; /* only its pairs */
};

/* How far a call had come when it failed, which says whether it may be made again. */
typedef enum {
    STAGE_UNSENT, /* the server cannot have had all of it, and so does not begin: any may */
    STAGE_SENT,   /* it may have been done: those may that can be done twice */
    STAGE_OVER,   /* the server has answered, or nobody waits any more: none may */
} Stage;

/* How an attempt ended. */
typedef struct {
    Stage stage; /* if it failed */
    WeftThriftUse use;
} Attempt;

/* ---- making and ending ---- */

static WeftStream *
connect_to_host(const WeftThriftUrlHost *host, G_GNUC_UNUSED gpointer data, GError **error)
{
    return weft_stream_connect(host->address, error);
}

static gboolean
make_tls(WeftThriftClient *client, GError **error)
{
    if (!client->url.is_tls)
        return TRUE;
    client->tls = weft_tls_context_new_client(client->url.ca_path, error);
    if (client->tls == NULL)
        return FALSE;
    if (client->url.is_insecure)
        weft_tls_context_trust_anybody(client->tls);
    return TRUE;
}

static void
clear_interceptor(gpointer data)
{
    Interceptor *interceptor = data;

    if (interceptor->data_free != NULL)
        interceptor->data_free(interceptor->data);
}

WeftThriftClient *
weft_thrift_client_new_with(const char *url, WeftThriftConnect connect, gpointer connect_data,
                            GError **error)
{
    g_autoptr(WeftThriftClient) client = g_new0(WeftThriftClient, 1);

    g_return_val_if_fail(url != NULL, NULL);
    client->interceptors = g_array_new(FALSE, FALSE, sizeof(Interceptor));
    g_array_set_clear_func(client->interceptors, clear_interceptor);
    if (!weft_thrift_url_parse(&client->url, url, strlen(url), error) || !make_tls(client, error))
        return NULL;

    const WeftThriftDialer dialer = {&client->url, client->tls, connect, connect_data};
    client->pool = weft_thrift_pool_new(&dialer);
    return g_steal_pointer(&client);
}

WeftThriftClient *
weft_thrift_client_new(const char *url, GError **error)
{
    return weft_thrift_client_new_with(url, connect_to_host, NULL, error);
}

void
weft_thrift_client_free(WeftThriftClient *client)
{
    if (client == NULL)
        return;
    weft_thrift_pool_free(client->pool);
    weft_tls_context_unref(client->tls);
    g_array_unref(client->interceptors);
    weft_thrift_url_clear(&client->url);
    g_free(client);
}

void
weft_thrift_client_add_interceptor(WeftThriftClient *client,
                                   WeftThriftClientInterceptor interceptor, gpointer data,
                                   GDestroyNotify data_free)
{
    const Interceptor added = {interceptor, data, data_free};

    g_return_if_fail(interceptor != NULL);
    g_array_append_val(client->interceptors, added);
}

void
weft_thrift_client_get_metrics(const WeftThriftClient *client, WeftThriftClientMetrics *ret_metrics)
{
    weft_thrift_pool_get_metrics(client->pool, ret_metrics);
    ret_metrics->n_retries = client->n_retries;
}

/* ---- out ---- */

static WeftString
wire_name(const WeftClientCall *call, WeftArena *arena)
{
    const char *service = call->client->url.service;

    if (service == NULL)
        return weft_string(call->method->name);
    return weft_string_printf(arena, "%s:%s", service, call->method->name);
}

static uint8_t *
write_call(const WeftClientCall *call, WeftThriftConnection *connection, WeftThriftWriter *writer)
{
    const WeftThriftProtocol protocol = call->client->url.protocol;
    const WeftThriftMessage head = {
        .name = wire_name(call, &connection->scratch),
        .sequence_id = (int32_t)connection->sequence_id,
        .kind =
            call->method->result == NULL ? WEFT_THRIFT_MESSAGE_ONEWAY : WEFT_THRIFT_MESSAGE_CALL,
    };
    uint8_t *at = weft_thrift_connection_start_message(connection, writer);

    if (at != NULL)
        at = weft_thrift_write_message(protocol, &head, at, writer);
    if (at != NULL)
        at = weft_thrift_write(call->method->arguments, protocol, call->arguments, at, writer);
    if (at != NULL)
        at = weft_thrift_write_message_end(protocol, at, writer);
    return at;
}

/* The time that is left, for the server, behind the call's own metadata. */
static const WeftThriftHeaderPair *
add_time_left(const WeftClientCall *call, WeftArena *arena, uint32_t *ret_n_pairs)
{
    const int64_t deadline_us = weft_deadline_us();
    WeftThriftHeaderPair *pairs;

    *ret_n_pairs = call->n_pairs;
    if (deadline_us == WEFT_DEADLINE_NEVER ||
        call->client->url.transport < WEFT_THRIFT_TRANSPORT_HEADER)
        return call->pairs;

    pairs = weft_arena_alloc(arena, (call->n_pairs + 1) * sizeof *pairs);
    if (call->n_pairs > 0)
        memcpy(pairs, call->pairs, call->n_pairs * sizeof *pairs);
    const int64_t left_ms =
        CLAMP((deadline_us - weft_clock_now_us()) / 1000, 1, (int64_t)G_MAXINT32);
    pairs[(*ret_n_pairs)++] =
        (WeftThriftHeaderPair){WEFT_STRING(WEFT_THRIFT_METADATA_TIMEOUT),
                               weft_string_printf(arena, "%" G_GINT64_FORMAT, left_ms), false};
    return pairs;
}

/* Write the message into @writer, for weft_thrift_writer_clear() in any case. */
static gboolean
encode(const WeftClientCall *call, WeftThriftConnection *connection, WeftThriftWriter *writer,
       WeftThriftOutgoing *ret_outgoing, GError **error)
{
    WeftThriftOutgoing outgoing = {.writer = writer};

    weft_thrift_writer_init(writer, &connection->scratch,
                            weft_thrift_limits_default.max_frame_bytes, true);
    outgoing.pairs = add_time_left(call, &connection->scratch, &outgoing.n_pairs);
    outgoing.at = write_call(call, connection, writer);
    if (outgoing.at == NULL)
        return weft_thrift_writer_set_error(writer, error);
    *ret_outgoing = outgoing;
    return TRUE;
}

/* ---- in ---- */

static gboolean
refuse_answer(GError **error, WeftThriftError code, const char *what)
{
    g_set_error(error, WEFT_THRIFT_ERROR, (int)code, "the answer %s", what);
    return FALSE;
}

/* Multiplexing servers answer with the method's name; some repeat all of what they were asked. */
static gboolean
is_name_of(const WeftClientCall *call, WeftString name)
{
    const char *service = call->client->url.service;
    const size_t n_service = service != NULL ? strlen(service) : 0;

    if (n_service > 0 && name.length > n_service && name.data[n_service] == ':' &&
        memcmp(name.data, service, n_service) == 0) {
        name.data += n_service + 1;
        name.length -= (uint32_t)n_service + 1;
    }
    return weft_string_equal(name, weft_string(call->method->name));
}

static gboolean
check_head(const WeftClientCall *call, const WeftThriftConnection *connection,
           const WeftThriftMessage *head, GError **error)
{
    if (head->kind != WEFT_THRIFT_MESSAGE_REPLY && head->kind != WEFT_THRIFT_MESSAGE_EXCEPTION)
        return refuse_answer(error, WEFT_THRIFT_ERROR_INVALID_MESSAGE_TYPE, "is no answer");
    /* Who could not read a call may not know whose it was, and says what is wrong all the same. */
    if (head->kind == WEFT_THRIFT_MESSAGE_EXCEPTION)
        return TRUE;
    if (head->sequence_id != (int32_t)connection->sequence_id)
        return refuse_answer(error, WEFT_THRIFT_ERROR_BAD_SEQUENCE_ID, "is that to another call");
    if (!is_name_of(call, head->name))
        return refuse_answer(error, WEFT_THRIFT_ERROR_WRONG_METHOD_NAME,
                             "is that of another method");
    return TRUE;
}

/* @value: as init left it */
static gboolean
read_body(const WeftClientCall *call, const WeftThriftType *type, void *value, const uint8_t *at,
          WeftThriftReader *reader, GError **error)
{
    const WeftThriftProtocol protocol = call->client->url.protocol;

    at = weft_thrift_read(type, protocol, value, at, reader);
    if (at != NULL)
        at = weft_thrift_read_message_end(protocol, at, reader);
    weft_thrift_reader_finish(reader);
    if (at == NULL)
        return weft_thrift_reader_set_error(reader, error);
    if (at != reader->end)
        return refuse_answer(error, WEFT_THRIFT_ERROR_PROTOCOL, "has bytes behind its end");
    return TRUE;
}

static gboolean
take_exception(const WeftClientCall *call, const uint8_t *at, WeftThriftReader *reader,
               GError **error)
{
    WeftThriftApplicationException exception = {0};

    if (read_body(call, &weft_thrift_application_exception_type, &exception, at, reader, error))
        g_set_error(error, WEFT_THRIFT_ERROR, exception.code, "%.*s",
                    (int)MIN(exception.message.length, 1000),
                    exception.message.length > 0 ? exception.message.data : "no reason given");
    return FALSE;
}

/* A declared exception, a result, or the lack of both. */
static gboolean
judge_result(const WeftClientCall *call, GError **error)
{
    const WeftThriftType *type = call->method->result;
    const uint8_t *result = call->result;
    gboolean has_result = TRUE;

    for (unsigned i = 0; i < type->n_fields; i++) {
        const WeftThriftField *field = &type->fields[i];
        const void *value = result + field->offset;
        gboolean is_present = TRUE;

        if (field->is_pointer) {
            memcpy(&value, result + field->offset, sizeof value);
            is_present = value != NULL;
        } else if (field->presence_offset > 0) {
            is_present = *(const bool *)(result + field->presence_offset);
        }
        if (field->id == 0)
            has_result = is_present;
        else if (is_present)
            return weft_thrift_throw(field->type, value, error);
    }
    if (!has_result)
        return refuse_answer(error, WEFT_THRIFT_ERROR_MISSING_RESULT,
                             "has neither a result nor an exception");
    return TRUE;
}

/* ---- one attempt ---- */

/* The memory of what comes, which must outlive the connection's use where anybody looks at it. */
static WeftArena *
answer_arena(WeftClientCall *call, WeftThriftConnection *connection)
{
    if (call->arena != NULL)
        return call->arena;
    return call->client->interceptors->len > 0 ? &call->memory : &connection->scratch;
}

static gboolean
read_answer(WeftClientCall *call, const WeftThriftConnection *connection, gboolean is_last,
            WeftThriftReader *reader, WeftThriftUse *use, GError **error)
{
    WeftThriftMessage head;
    const uint8_t *at =
        weft_thrift_read_message(call->client->url.protocol, reader->begin, reader, &head);

    if (at == NULL)
        return weft_thrift_reader_set_error(reader, error);
    if (!check_head(call, connection, &head, error))
        return FALSE;
    if (head.kind == WEFT_THRIFT_MESSAGE_EXCEPTION) {
        if (head.sequence_id == (int32_t)connection->sequence_id && !is_last)
            *use = WEFT_THRIFT_USE_FINE;
        return take_exception(call, at, reader, error);
    }
    if (!read_body(call, call->method->result, call->result, at, reader, error))
        return FALSE;
    *use = is_last ? WEFT_THRIFT_USE_LAST : WEFT_THRIFT_USE_FINE;
    return judge_result(call, error);
}

static gboolean
take_answer(WeftClientCall *call, WeftThriftConnection *connection,
            const WeftThriftIncoming *incoming, WeftThriftUse *use, GError **error)
{
    WeftThriftReader reader;

    /* Until it is understood: who sends what cannot be read may send anything next. */
    *use = WEFT_THRIFT_USE_BROKEN;
    weft_thrift_reader_init(&reader, incoming->message, incoming->size,
                            answer_arena(call, connection), NULL, true);
    gboolean is_done = read_answer(call, connection, incoming->is_last, &reader, use, error);
    weft_thrift_reader_finish(&reader); /* wherever it ended: the arena has its own limit again */
    return is_done;
}

/* TRUE if the connection failed, and neither the caller's time nor what was said on it. */
static gboolean
is_broken(const GError *failure)
{
    return g_error_matches(failure, WEFT_ERROR, WEFT_ERROR_CLOSED) ||
           g_error_matches(failure, WEFT_ERROR, WEFT_ERROR_IO);
}

/* How the use of a connection ends on which something was said, and which failed with @failure. */
static WeftThriftUse
use_after(const GError *failure)
{
    if (g_error_matches(failure, WEFT_ERROR, WEFT_ERROR_CANCELLED))
        return WEFT_THRIFT_USE_ABANDONED;
    if (g_error_matches(failure, WEFT_ERROR, WEFT_ERROR_TIMED_OUT))
        return WEFT_THRIFT_USE_LATE;
    return WEFT_THRIFT_USE_BROKEN;
}

/* What cannot be sent, and was not begun: metadata that the transport cannot carry. */
static gboolean
is_refused_here(const GError *failure)
{
    return g_error_matches(failure, WEFT_ERROR, WEFT_ERROR_INVALID) ||
           g_error_matches(failure, WEFT_ERROR, WEFT_ERROR_LIMIT);
}

static gboolean
send_call(const WeftClientCall *call, WeftThriftConnection *connection, Attempt *attempt,
          GError **error)
{
    WeftThriftWriter writer;
    WeftThriftOutgoing outgoing;
    GError *failure = NULL;
    gboolean is_sent = encode(call, connection, &writer, &outgoing, error);

    attempt->stage = STAGE_OVER;
    attempt->use = WEFT_THRIFT_USE_FINE;
    if (is_sent && !weft_thrift_connection_send(connection, &outgoing, &failure)) {
        attempt->stage = is_broken(failure) ? STAGE_UNSENT : STAGE_OVER;
        if (!is_refused_here(failure))
            attempt->use = use_after(failure);
        g_propagate_error(error, failure);
        is_sent = FALSE;
    }
    weft_thrift_writer_clear(&writer);
    return is_sent;
}

static gboolean
receive_answer(WeftClientCall *call, WeftThriftConnection *connection, Attempt *attempt,
               GError **error)
{
    WeftThriftIncoming incoming;
    GError *failure = NULL;

    if (!weft_thrift_connection_receive(connection, answer_arena(call, connection), &incoming,
                                        &failure)) {
        attempt->stage = is_broken(failure) ? STAGE_SENT : STAGE_OVER;
        attempt->use = use_after(failure);
        g_propagate_error(error, failure);
        return FALSE;
    }
    call->received = (WeftThriftHeader){.n_pairs = incoming.n_pairs, .pairs = incoming.pairs};
    if (call->method->result != NULL)
        return take_answer(call, connection, &incoming, &attempt->use, error);
    /* HTTP has an answer to everything. */
    if (incoming.is_last)
        attempt->use = WEFT_THRIFT_USE_LAST;
    return TRUE;
}

/* Call on @connection. */
static gboolean
exchange(WeftClientCall *call, WeftThriftConnection *connection, Attempt *attempt, GError **error)
{
    const gboolean is_oneway = call->method->result == NULL;

    if (!send_call(call, connection, attempt, error))
        return FALSE;
    if (is_oneway && call->client->url.transport != WEFT_THRIFT_TRANSPORT_HTTP)
        return TRUE;
    return receive_answer(call, connection, attempt, error);
}

/* ---- the call ---- */

/*
 * A connection that was used before may have been closed by the server at the moment when we wrote:
 * that attempt does not count, if all of it cannot have been received.  All others do.
 */
static gboolean
may_try_again(WeftClientCall *call, Stage stage, gboolean was_used, unsigned *n_left)
{
    if (stage == STAGE_OVER || (stage == STAGE_SENT && !call->method->is_idempotent))
        return FALSE;
    if (stage == STAGE_UNSENT && was_used)
        return TRUE;
    if (*n_left == 0)
        return FALSE;
    (*n_left)--;
    return TRUE;
}

static gboolean
perform(WeftClientCall *call, GError **error)
{
    WeftThriftPool *pool = call->client->pool;
    unsigned n_left = call->client->url.n_retries;
    gboolean must_be_fresh = FALSE;

    for (;;) {
        Attempt attempt;
        GError *failure = NULL;
        WeftThriftConnection *connection = weft_thrift_pool_take(pool, must_be_fresh, error);

        if (connection == NULL)
            return FALSE;
        const gboolean was_used = connection->n_calls > 0;
        weft_thrift_connection_begin(connection);
        gboolean is_done = exchange(call, connection, &attempt, &failure);
        weft_thrift_connection_rest(connection);
        weft_thrift_pool_put(pool, connection, attempt.use);
        if (is_done)
            return TRUE;
        if (!may_try_again(call, attempt.stage, was_used, &n_left)) {
            g_propagate_error(error, failure);
            return FALSE;
        }
        g_error_free(failure);
        call->client->n_retries++;
        /* Where one was closed, its like are: the first fresh one ends the search. */
        must_be_fresh = TRUE;
    }
}

gboolean
weft_client_call_proceed(WeftClientCall *call, GError **error)
{
    const GArray *interceptors = call->client->interceptors;

    if (call->n_intercepted == interceptors->len)
        return perform(call, error);
    const Interceptor *interceptor = &g_array_index(interceptors, Interceptor, call->n_intercepted);
    call->n_intercepted++;
    gboolean is_done = interceptor->intercept(call, interceptor->data, error);
    call->n_intercepted--;
    return is_done;
}

gboolean
weft_thrift_client_call(WeftThriftClient *client, const WeftThriftMethod *method,
                        const void *arguments, WeftArena *arena, void *result, GError **error)
{
    const int64_t timeout_ms = client->url.timeout_ms;
    g_auto(WeftDeadlineScope) budget =
        weft_deadline_scope_ms(timeout_ms > 0 ? timeout_ms : INT64_MAX);
    WeftClientCall call = {
        .client = client,
        .method = method,
        .arguments = arguments,
        .arena = arena,
        .result = result,
    };

    g_return_val_if_fail((result == NULL) == (method->result == NULL), FALSE);
    weft_arena_init(&call.memory, SIZE_MAX);
    gboolean is_done = weft_client_call_proceed(&call, error);
    weft_arena_clear(&call.memory);
    if (!is_done)
        g_prefix_error(error, "%s: ", method->name);
    return is_done;
}

/* ---- what interceptors ask ---- */

const char *
weft_client_call_method_name(const WeftClientCall *call)
{
    return call->method->name;
}

const char *
weft_client_call_metadata(const WeftClientCall *call, const char *name)
{
    return weft_thrift_header_find(&call->received, name);
}

static WeftString
copy_text(WeftArena *arena, const char *text)
{
    const size_t length = strlen(text);

    return (WeftString){weft_arena_strndup(arena, text, length), (uint32_t)length};
}

/* Returns: the pair called @name, or a new one that has no name yet */
static WeftThriftHeaderPair *
find_pair(WeftClientCall *call, const char *name)
{
    for (uint32_t i = 0; i < call->n_pairs; i++) {
        const WeftString known = call->pairs[i].name;

        if (weft_scan_equal_ignoring_case(known.data, known.length, name))
            return &call->pairs[i];
    }
    if (call->n_pairs == call->n_pairs_room) {
        const uint32_t room = MAX(8, 2 * call->n_pairs_room);
        WeftThriftHeaderPair *pairs = weft_arena_alloc0(&call->memory, room * sizeof *pairs);

        if (call->n_pairs > 0)
            memcpy(pairs, call->pairs, call->n_pairs * sizeof *pairs);
        call->pairs = pairs;
        call->n_pairs_room = room;
    }
    return &call->pairs[call->n_pairs++];
}

void
weft_client_call_set_metadata(WeftClientCall *call, const char *name, const char *value)
{
    WeftThriftHeaderPair *pair;

    g_return_if_fail(name != NULL && value != NULL);
    pair = find_pair(call, name);
    pair->name = copy_text(&call->memory, name);
    pair->value = copy_text(&call->memory, value);
}
