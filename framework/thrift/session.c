/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an arrival to its answer on the wire.
 */

#include "thrift/session.h"

#include "io/block.h"

#include <string.h>
#include <weft/deadline.h>
#include <weft/log.h>

#define LENGTH_BYTES ((size_t)4)

/* Less room than this in the block is left unused. */
#define MIN_ROOM_BYTES ((size_t)512)

/* Metadata that a client may leave with us for its connection. */
#define MAX_PERSISTENT_PAIRS 32
#define MAX_PERSISTENT_BYTES 1024

/* What an answer may take whose fiber is cancelled already. */
#define LAST_WORDS_MS 1000

/* ---- who calls ---- */

static WeftThriftTurn *
turn_of(gpointer transport)
{
    return transport;
}

static const char *
callers_peer(gpointer transport)
{
    return weft_stream_peer(turn_of(transport)->session->stream);
}

/* Metadata that holds for all frames: by name, in lower case.  A copy, because the next frame may
 * change it while this call goes on. */
static const char *
find_persistent(WeftThriftTurn *turn, const char *name)
{
    GHashTable *pairs = weft_connection_data(turn->session->connection);

    if (pairs == NULL)
        return NULL;
    g_autofree char *lower = g_ascii_strdown(name, -1);
    const char *value = g_hash_table_lookup(pairs, lower);
    return value != NULL ? weft_arena_strndup(&turn->call.arena, value, strlen(value)) : NULL;
}

static const char *
callers_metadata(gpointer transport, const char *name)
{
    WeftThriftTurn *turn = turn_of(transport);
    const char *value = weft_thrift_header_find(&turn->header, name);

    return value != NULL ? value : find_persistent(turn, name);
}

static gboolean
caller_is_drained(gpointer transport)
{
    return weft_connection_is_draining(turn_of(transport)->session->connection);
}

static WeftStream *
callers_stream(gpointer transport)
{
    return turn_of(transport)->session->stream;
}

static const WeftThriftCallerMethods methods = {
    .stream = callers_stream,
    .peer = callers_peer,
    .metadata = callers_metadata,
    .is_draining = caller_is_drained,
};

void
weft_thrift_turn_init(WeftThriftTurn *turn, WeftThriftSession *session)
{
    WeftThriftServiceData *service = session->worker->service;

    weft_thrift_call_init(&turn->call, service->processor, &service->limits);
    turn->call.caller = &methods;
    turn->call.transport = turn;
    turn->session = session;
}

/* ---- in ---- */

static gboolean
keep_pair(WeftConnection *connection, const WeftThriftHeaderPair *pair, GError **error)
{
    GHashTable *pairs = weft_connection_data(connection);

    if (pairs == NULL) {
        pairs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        weft_connection_set_data(connection, pairs, (GDestroyNotify)g_hash_table_unref);
    }
    if (g_hash_table_size(pairs) >= MAX_PERSISTENT_PAIRS ||
        pair->name.length + pair->value.length > MAX_PERSISTENT_BYTES) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_LIMIT,
                    "more than %d items of metadata that persist, or one of more than %d bytes",
                    MAX_PERSISTENT_PAIRS, MAX_PERSISTENT_BYTES);
        return FALSE;
    }
    g_hash_table_replace(pairs, g_ascii_strdown(pair->name.data, -1), g_strdup(pair->value.data));
    return TRUE;
}

static gboolean
read_header(WeftThriftTurn *turn, struct iovec *message, GError **error)
{
    const WeftThriftServiceLimits *limits = turn->call.limits;
    const WeftThriftHeader *header = &turn->header;

    if (!weft_thrift_header_read(&turn->header, *message, limits->message.max_frame_bytes,
                                 &turn->call.arena, message, error))
        return FALSE;
    for (uint32_t i = 0; i < header->n_pairs; i++) {
        if (header->pairs[i].is_persistent &&
            !keep_pair(turn->session->connection, &header->pairs[i], error))
            return FALSE;
    }
    return TRUE;
}

gboolean
weft_thrift_turn_read(WeftThriftTurn *turn, const WeftThriftArrival *arrival)
{
    struct iovec message = {arrival->bytes, arrival->size};
    WeftThriftProtocol protocol = arrival->protocol;
    g_autoptr(GError) failure = NULL;
    gboolean succeeded = TRUE;

    turn->spoken = arrival->spoken;
    turn->account = (WeftThriftAccount){.n_received_bytes = arrival->n_input_bytes};
    turn->header.n_pairs = 0;
    if (arrival->spoken == WEFT_THRIFT_SPOKEN_HEADER) {
        succeeded = read_header(turn, &message, &failure);
        protocol = turn->header.protocol;
    }
    if (succeeded &&
        weft_thrift_call_read(&turn->call, protocol, message.iov_base, message.iov_len, &failure))
        return TRUE;
    weft_log(WEFT_LOG_WARNING, "thrift: %s: %s", weft_stream_peer(turn->session->stream),
             failure->message);
    return FALSE;
}

ssize_t
weft_thrift_session_read(WeftThriftSession *session)
{
    g_autoptr(GError) failure = NULL;
    const ssize_t n_read = weft_thrift_intake_read(&session->intake, &failure);

    if (failure != NULL)
        weft_log(WEFT_LOG_DEBUG, "thrift: %s: %s", weft_stream_peer(session->stream),
                 failure->message);
    return n_read;
}

void
weft_thrift_session_refuse(WeftThriftSession *session)
{
    weft_log(WEFT_LOG_WARNING, "thrift: %s: %s", weft_stream_peer(session->stream),
             session->intake.refusal);
}

/* ---- out ---- */

static void
send_failed(WeftThriftSession *session, const GError *failure)
{
    session->has_failed = TRUE;
    weft_log(WEFT_LOG_DEBUG, "thrift: %s: %s", weft_stream_peer(session->stream), failure->message);
}

/* One at a time: while it sends, the block must not change. */
static gboolean
send_pieces(WeftThriftSession *session, const struct iovec *pieces, size_t n_pieces)
{
    const int64_t timeout_ms = session->worker->service->limits.message_timeout_ms;
    g_auto(WeftDeadlineScope) time = weft_deadline_scope_ms(timeout_ms);
    g_autoptr(GError) failure = NULL;

    g_assert(!session->is_sending);
    session->is_sending = TRUE;
    if (!weft_stream_writev_all(session->stream, pieces, n_pieces, &failure))
        send_failed(session, failure);
    session->is_sending = FALSE;
    session->n_out_bytes = 0;
    weft_wait_queue_wake_all(&session->sent);
    return !session->has_failed;
}

static void
wait_for_block(WeftThriftSession *session)
{
    g_autoptr(GError) failure = NULL;

    while (session->is_sending && !session->has_failed) {
        if (!weft_wait(&session->sent, "thrift answers", &failure))
            send_failed(session, failure);
    }
}

gboolean
weft_thrift_session_send(WeftThriftSession *session)
{
    wait_for_block(session);
    if (session->has_failed)
        return FALSE;
    if (session->n_out_bytes == 0)
        return TRUE;
    return send_pieces(session, &(struct iovec){session->out, session->n_out_bytes}, 1);
}

static gboolean
send_later(gpointer data, G_GNUC_UNUSED GError **error)
{
    WeftThriftSession *session = data;

    session->is_send_due = FALSE;
    weft_thrift_session_send(session);
    return TRUE;
}

void
weft_thrift_session_send_soon(WeftThriftSession *session)
{
    if (session->n_out_bytes == 0 || session->is_send_due)
        return;
    if (session->group == NULL)
        session->group = weft_group_new();
    session->is_send_due = TRUE;
    weft_group_spawn(session->group, "thrift answers", send_later, session, NULL);
}

/* An answer that is not in the block leaves at once, with what is there: it refers to the message,
 * or to the call's memory. */
static void
send_apart(WeftThriftTurn *turn, const struct iovec *pieces, uint32_t n_pieces)
{
    WeftThriftSession *session = turn->session;
    struct iovec *all = weft_arena_alloc(&turn->call.arena, ((size_t)n_pieces + 1) * sizeof *all);

    all[0] = (struct iovec){session->out, session->n_out_bytes};
    memcpy(all + 1, pieces, n_pieces * sizeof *pieces);
    send_pieces(session, all, (size_t)n_pieces + 1);
}

static void
put_length(uint8_t *at, size_t length)
{
    const uint32_t wire = GUINT32_TO_BE((uint32_t)length);

    memcpy(at, &wire, sizeof wire);
}

static void
put_header(WeftThriftTurn *turn, const struct iovec *payload, uint32_t n_payload)
{
    WeftThriftSession *session = turn->session;
    g_autoptr(GError) failure = NULL;
    uint32_t n_pieces;

    if (weft_connection_is_draining(session->connection))
        weft_call_set_metadata(&turn->call, "connection", "close");
    const WeftThriftHeader header = {
        .protocol = turn->header.protocol,
        .sequence_id = turn->header.sequence_id,
        .is_compressed = turn->header.is_compressed,
        .n_pairs = turn->call.n_pairs,
        .pairs = turn->call.pairs,
    };
    const struct iovec *pieces = weft_thrift_header_write(&header, payload, n_payload,
                                                          &turn->call.arena, &n_pieces, &failure);
    if (pieces == NULL) {
        send_failed(session, failure);
        return;
    }
    turn->account.n_sent_bytes = weft_thrift_pieces_size(pieces, n_pieces);
    send_apart(turn, pieces, n_pieces);
}

/* Where an answer begins: in the block, if there is room. */
static uint8_t *
begin_answer(WeftThriftTurn *turn, WeftThriftWriter *writer)
{
    const WeftThriftSession *session = turn->session;
    const size_t room = WEFT_BLOCK_SMALL_BYTES - session->n_out_bytes;

    weft_thrift_writer_init(writer, &turn->call.arena, turn->call.limits->message.max_frame_bytes,
                            true);
    if (room < MIN_ROOM_BYTES || turn->spoken == WEFT_THRIFT_SPOKEN_HEADER)
        return NULL;
    writer->block = writer->begin = session->out + session->n_out_bytes;
    writer->limit = session->out + WEFT_BLOCK_SMALL_BYTES;
    return writer->begin;
}

static void
finish_answer(WeftThriftTurn *turn, uint8_t *length_at, uint8_t *at, WeftThriftWriter *writer)
{
    WeftThriftSession *session = turn->session;
    uint32_t n_pieces;
    size_t size;

    if (writer->n_pieces == 0 && writer->limit == session->out + WEFT_BLOCK_SMALL_BYTES) {
        size = (size_t)(at - writer->begin);
        if (length_at != NULL)
            put_length(length_at, size - LENGTH_BYTES);
        session->n_out_bytes += size;
        turn->account.n_sent_bytes = size;
        return;
    }
    const struct iovec *pieces = weft_thrift_writer_pieces(writer, at, &n_pieces, &size);
    if (turn->spoken == WEFT_THRIFT_SPOKEN_HEADER) {
        put_header(turn, pieces, n_pieces);
        return;
    }
    if (length_at != NULL)
        put_length(length_at, size - LENGTH_BYTES);
    turn->account.n_sent_bytes = size;
    send_apart(turn, pieces, n_pieces);
}

/* FALSE: what was to be written could not be; the call has a failure to tell instead. */
static gboolean
write_answer(WeftThriftTurn *turn)
{
    WeftThriftWriter writer;
    uint8_t *at = begin_answer(turn, &writer);
    uint8_t *length_at = NULL;

    if (turn->spoken == WEFT_THRIFT_SPOKEN_FRAMED) {
        at = weft_thrift_writer_reserve(&writer, at, LENGTH_BYTES);
        if (at == NULL)
            return FALSE;
        length_at = at;
        at += LENGTH_BYTES;
    }
    at = weft_thrift_call_write(&turn->call, at, &writer);
    if (at == NULL)
        return FALSE;
    finish_answer(turn, length_at, at, &writer);
    return TRUE;
}

static void
answer(WeftThriftTurn *turn)
{
    WeftThriftSession *session = turn->session;

    wait_for_block(session);
    if (session->has_failed)
        return;
    if (!write_answer(turn) && !write_answer(turn))
        session->has_failed = TRUE;
}

void
weft_thrift_turn_answer(WeftThriftTurn *turn)
{
    WeftThriftSession *session = turn->session;

    if (weft_thrift_call_is_answered(&turn->call) && !session->has_left) {
        if (weft_fiber_is_cancelled()) {
            /* The server stops: this is said nevertheless. */
            g_auto(WeftShieldScope) shield = weft_shield_scope();
            g_auto(WeftDeadlineScope) time = weft_deadline_scope_ms(LAST_WORDS_MS);

            answer(turn);
            weft_thrift_session_send(session);
        } else {
            answer(turn);
        }
    }
    weft_thrift_worker_note(session->worker, &turn->call, &turn->account);
}
