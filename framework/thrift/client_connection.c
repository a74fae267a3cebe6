/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection of a client.  An answer is read once: the first read brings the beginning, and as
 * a rule all of it; what is still due of a long one is read straight to where it stays.
 */

#include "thrift/client_connection.h"

#include "http/chunked.h"
#include "io/block.h"
#include "io/socket.h"
#include "io/tls_stream.h"
#include "thrift/client_http.h"
#include "thrift/extent.h"

#include <string.h>
#include <weft/clock.h>
#include <weft/deadline.h>
#include <weft/scan.h>
#include <weft/thrift_error.h>

/* "-2" of weft_stream_try_read() */
#define WOULD_PARK (-2)

/* How long nobody asks whether an idle connection is still one. */
#define TRUSTED_IDLE_US 1000

/* What an idle connection may keep of the memory for messages. */
#define MAX_KEPT_BYTES ((size_t)32 * 1024)

/* Before each message of the framed transport. */
#define FRAME_LENGTH_BYTES 4

static gboolean
set_protocol_error(const WeftThriftConnection *connection, const char *what, GError **error)
{
    g_set_error(error, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_PROTOCOL, "answer of %s: %s",
                connection->url->hosts[connection->host].address, what);
    return FALSE;
}

/* ---- opening and closing ---- */

static gboolean
attach_tls(WeftThriftConnection *connection, const WeftThriftDialer *dialer, GError **error)
{
    const WeftThriftUrl *url = dialer->url;
    const char *alpn = url->transport == WEFT_THRIFT_TRANSPORT_HTTP ? "http/1.1" : NULL;

    if (!url->is_tls)
        return TRUE;
    connection->stream = weft_tls_attach_client(dialer->tls, connection->stream,
                                                url->hosts[connection->host].name, alpn);
    return weft_tls_handshake(connection->stream, error);
}

WeftThriftConnection *
weft_thrift_connection_open(const WeftThriftDialer *dialer, unsigned host, GError **error)
{
    g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(dialer->url->connect_timeout_ms);
    WeftStream *stream = dialer->connect(&dialer->url->hosts[host], dialer->connect_data, error);

    if (stream == NULL)
        return NULL;
    g_autoptr(WeftThriftConnection) connection = g_new0(WeftThriftConnection, 1);
    connection->url = dialer->url;
    connection->host = host;
    connection->stream = stream;
    weft_arena_init(&connection->scratch, SIZE_MAX);
    if (!attach_tls(connection, dialer, error))
        return NULL;
    return g_steal_pointer(&connection);
}

void
weft_thrift_connection_free(WeftThriftConnection *connection)
{
    if (connection == NULL)
        return;
    weft_stream_free(connection->stream);
    g_free(connection->input.data);
    weft_arena_clear(&connection->scratch);
    g_free(connection);
}

/*
 * A socket knows of its peer's end by the event loop, which does not run while a fiber computes:
 * who has been idle for longer than between two calls in a row is asked itself.
 */
static void
look_again(const WeftThriftConnection *connection)
{
    WeftStream *socket = connection->stream;

    if (weft_clock_now_us() - connection->idle_since_us < TRUSTED_IDLE_US)
        return;
    if (weft_stream_is_tls(socket))
        socket = weft_tls_stream_below(socket);
    if (weft_stream_is_socket(socket))
        weft_socket_stream_descriptor(socket)->is_readable = TRUE;
}

gboolean
weft_thrift_connection_is_stale(WeftThriftConnection *connection)
{
    char byte;

    look_again(connection);
    return weft_stream_try_read(connection->stream, &byte, 1, NULL) != WOULD_PARK;
}

void
weft_thrift_connection_begin(WeftThriftConnection *connection)
{
    g_assert(connection->input.data == NULL);
    connection->input =
        (WeftBuffer){.data = weft_block_take(WEFT_BLOCK_SMALL), .capacity = WEFT_BLOCK_SMALL_BYTES};
    connection->sequence_id = (connection->sequence_id + 1) & INT32_MAX;
}

void
weft_thrift_connection_rest(WeftThriftConnection *connection)
{
    if (connection->input.capacity == WEFT_BLOCK_SMALL_BYTES)
        weft_block_put(WEFT_BLOCK_SMALL, connection->input.data);
    else
        g_free(connection->input.data);
    connection->input = (WeftBuffer){0};
    if (connection->scratch.n_bytes > MAX_KEPT_BYTES)
        weft_arena_clear(&connection->scratch);
    else
        weft_arena_reset(&connection->scratch);
}

/* ---- sending ---- */

uint8_t *
weft_thrift_connection_start_message(WeftThriftConnection *connection, WeftThriftWriter *writer)
{
    uint8_t *at = weft_thrift_writer_reserve(writer, writer->begin, FRAME_LENGTH_BYTES);

    if (at == NULL || connection->url->transport != WEFT_THRIFT_TRANSPORT_FRAMED)
        return at;
    return at + FRAME_LENGTH_BYTES;
}

static gboolean
send_framed(WeftThriftConnection *connection, const struct iovec *pieces, uint32_t n_pieces,
            size_t size, GError **error)
{
    const uint32_t length = GUINT32_TO_BE((uint32_t)(size - FRAME_LENGTH_BYTES));

    /* Its place is the first four bytes of the first piece, in the writer's own block. */
    g_assert(n_pieces > 0 && pieces[0].iov_len >= FRAME_LENGTH_BYTES);
    memcpy(pieces[0].iov_base, &length, sizeof length);
    return weft_stream_writev_all(connection->stream, pieces, n_pieces, error);
}

static gboolean
send_header(WeftThriftConnection *connection, const WeftThriftOutgoing *outgoing,
            const struct iovec *pieces, uint32_t n_pieces, GError **error)
{
    const WeftThriftHeader header = {
        .protocol = connection->url->protocol,
        .sequence_id = connection->sequence_id,
        .n_pairs = outgoing->n_pairs,
        .pairs = outgoing->pairs,
    };
    uint32_t n_frame;
    const struct iovec *frame =
        weft_thrift_header_write(&header, pieces, n_pieces, &connection->scratch, &n_frame, error);

    return frame != NULL && weft_stream_writev_all(connection->stream, frame, n_frame, error);
}

static gboolean
send_http(WeftThriftConnection *connection, const WeftThriftOutgoing *outgoing,
          const struct iovec *pieces, uint32_t n_pieces, GError **error)
{
    WeftThriftHttpPost post = {
        .url = connection->url,
        .host = connection->host,
        .pairs = outgoing->pairs,
        .n_pairs = outgoing->n_pairs,
        .size_bytes = weft_thrift_pieces_size(pieces, n_pieces),
    };
    size_t head_length;

    const char *head =
        weft_thrift_http_request_head(&post, &connection->scratch, &head_length, error);
    if (head == NULL)
        return FALSE;

    struct iovec *all = weft_arena_alloc(&connection->scratch, (n_pieces + 1) * sizeof *all);
    all[0] = (struct iovec){(void *)head, head_length};
    memcpy(all + 1, pieces, n_pieces * sizeof *all);
    return weft_stream_writev_all(connection->stream, all, (size_t)n_pieces + 1, error);
}

gboolean
weft_thrift_connection_send(WeftThriftConnection *connection, const WeftThriftOutgoing *outgoing,
                            GError **error)
{
    uint32_t n_pieces;
    size_t size;
    const struct iovec *pieces =
        weft_thrift_writer_pieces(outgoing->writer, outgoing->at, &n_pieces, &size);

    switch (connection->url->transport) {
    case WEFT_THRIFT_TRANSPORT_FRAMED:
        return send_framed(connection, pieces, n_pieces, size, error);
    case WEFT_THRIFT_TRANSPORT_BUFFERED:
        return weft_stream_writev_all(connection->stream, pieces, n_pieces, error);
    case WEFT_THRIFT_TRANSPORT_HEADER:
        return send_header(connection, outgoing, pieces, n_pieces, error);
    case WEFT_THRIFT_TRANSPORT_HTTP:
        return send_http(connection, outgoing, pieces, n_pieces, error);
    }
    g_assert_not_reached();
}

/* ---- receiving ---- */

/* Read some.  FALSE: also where the stream has ended, unless @ret_ended is there to say so. */
static gboolean
read_some(WeftThriftConnection *connection, gboolean *ret_ended, GError **error)
{
    WeftBuffer *input = &connection->input;
    ssize_t n_read;

    if (weft_buffer_room(input) == 0)
        weft_buffer_reserve(input, input->capacity);
    n_read = weft_stream_read(connection->stream, input->data + input->end, weft_buffer_room(input),
                              error);
    if (n_read < 0)
        return FALSE;
    input->end += (size_t)n_read;
    if (ret_ended != NULL)
        *ret_ended = n_read == 0;
    if (n_read > 0 || ret_ended != NULL)
        return TRUE;
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_CLOSED, "%s closed the connection before %s answer",
                weft_stream_peer(connection->stream),
                weft_buffer_length(input) == 0 ? "its" : "the end of its");
    return FALSE;
}

static gboolean
need(WeftThriftConnection *connection, size_t size, GError **error)
{
    while (weft_buffer_length(&connection->input) < size) {
        if (!read_some(connection, NULL, error))
            return FALSE;
    }
    return TRUE;
}

/* Room for a message of @size bytes, and the byte behind it. */
static uint8_t *
message_room(WeftArena *arena, size_t size, GError **error)
{
    uint8_t *room = weft_arena_try_alloc(arena, size + 1);

    if (room == NULL)
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_LIMIT, "no memory for an answer of %zu bytes",
                    size);
    return room;
}

/* The next @size bytes, to @arena: what has come is copied, the rest is read to its place. */
static uint8_t *
take_bytes(WeftThriftConnection *connection, size_t size, WeftArena *arena, GError **error)
{
    WeftBuffer *input = &connection->input;
    const size_t n_here = MIN(size, weft_buffer_length(input));
    uint8_t *room = message_room(arena, size, error);

    if (room == NULL)
        return NULL;
    memcpy(room, weft_buffer_bytes(input), n_here);
    weft_buffer_consume(input, n_here);
    if (n_here < size &&
        !weft_stream_read_exact(connection->stream, room + n_here, size - n_here, error))
        return NULL;
    return room;
}

static gboolean
check_size(const WeftThriftConnection *connection, uint64_t size, GError **error)
{
    if (size <= weft_thrift_limits_default.max_frame_bytes)
        return TRUE;
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_LIMIT,
                "answer of %s: %" G_GUINT64_FORMAT " bytes are too many, %u are allowed",
                connection->url->hosts[connection->host].address, size,
                weft_thrift_limits_default.max_frame_bytes);
    return FALSE;
}

static gboolean
receive_framed(WeftThriftConnection *connection, WeftArena *arena, WeftThriftIncoming *answer,
               GError **error)
{
    uint32_t wire;

    if (!need(connection, FRAME_LENGTH_BYTES, error))
        return FALSE;
    memcpy(&wire, weft_buffer_bytes(&connection->input), sizeof wire);
    answer->size = GUINT32_FROM_BE(wire);
    /* "HTTP", and the first bytes of an unframed message, are very long frames. */
    if (!check_size(connection, answer->size, error))
        return FALSE;
    weft_buffer_consume(&connection->input, FRAME_LENGTH_BYTES);
    answer->message = take_bytes(connection, answer->size, arena, error);
    return answer->message != NULL;
}

static gboolean
receive_header(WeftThriftConnection *connection, WeftArena *arena, WeftThriftIncoming *answer,
               GError **error)
{
    WeftThriftHeader header;
    struct iovec payload;

    if (!receive_framed(connection, arena, answer, error))
        return FALSE;
    /* Servers answer what they do not understand in a plain frame. */
    if (!weft_thrift_header_is_one(answer->message, answer->size))
        return TRUE;
    if (!weft_thrift_header_read(&header, (struct iovec){answer->message, answer->size},
                                 weft_thrift_limits_default.max_frame_bytes, arena, &payload,
                                 error))
        return FALSE;
    if (header.protocol != connection->url->protocol)
        return set_protocol_error(connection, "it is in another protocol than the call", error);
    answer->message = payload.iov_base;
    answer->size = payload.iov_len;
    answer->pairs = header.pairs;
    answer->n_pairs = header.n_pairs;
    return TRUE;
}

static gboolean
receive_buffered(WeftThriftConnection *connection, WeftArena *arena, WeftThriftIncoming *answer,
                 GError **error)
{
    WeftBuffer *input = &connection->input;
    WeftThriftExtent extent;

    weft_thrift_extent_init(&extent, connection->url->protocol,
                            weft_thrift_limits_default.max_frame_bytes);
    for (;;) {
        if (!read_some(connection, NULL, error))
            return FALSE;
        switch (
            weft_thrift_extent_scan(&extent, weft_buffer_bytes(input), weft_buffer_length(input))) {
        case WEFT_THRIFT_EXTENT_MORE:
            continue;
        case WEFT_THRIFT_EXTENT_BAD:
            return set_protocol_error(connection, "it is no message, or too large", error);
        case WEFT_THRIFT_EXTENT_DONE:
            answer->size = extent.at;
            answer->message = take_bytes(connection, extent.at, arena, error);
            return answer->message != NULL;
        }
    }
}

/* ---- receiving by HTTP ---- */

/* How long the head is that the input begins with; 0: it goes on. */
static size_t
find_head_end(const WeftBuffer *input)
{
    const uint8_t *begin = weft_buffer_bytes(input);
    const uint8_t *end = memmem(begin, weft_buffer_length(input), "\r\n\r\n", 4);

    return end == NULL ? 0 : (size_t)(end - begin) + 4;
}

/* The head of the answer, those of interim ones passed over; the body is what input begins with.
 * What @head points to is in @arena. */
static gboolean
receive_head(WeftThriftConnection *connection, WeftThriftHttpAnswer *head, WeftArena *arena,
             GError **error)
{
    WeftBuffer *input = &connection->input;

    do {
        size_t length;

        while ((length = find_head_end(input)) == 0) {
            if (weft_buffer_length(input) >= WEFT_THRIFT_HTTP_MAX_HEAD_BYTES)
                return set_protocol_error(connection, "its head is too long", error);
            weft_buffer_compact(input);
            if (!read_some(connection, NULL, error))
                return FALSE;
        }
        const char *text = weft_arena_strndup(arena, (char *)weft_buffer_bytes(input), length);
        weft_buffer_consume(input, length);
        if (!weft_thrift_http_answer_parse(head, text, length, arena, error))
            return FALSE;
        if (head->status == 101)
            return set_protocol_error(connection, "it changes the protocol", error);
    } while (head->status < 200);
    return TRUE;
}

/* Undo the coding of what has come, up to its end.  Bytes of body go to @body. */
static gboolean
decode_chunks(WeftThriftConnection *connection, WeftHttpChunked *chunked, WeftBuffer *body,
              gboolean *ret_ended, GError **error)
{
    WeftBuffer *input = &connection->input;

    for (;;) {
        WeftHttpTrailer trailer;
        size_t used;
        WeftHttpChunkedResult result = weft_http_chunked_next(
            chunked, (char *)weft_buffer_bytes(input), weft_buffer_length(input), &used, &trailer);

        weft_buffer_consume(input, used);
        switch (result) {
        case WEFT_HTTP_CHUNKED_MORE:
        case WEFT_HTTP_CHUNKED_END:
            *ret_ended = result == WEFT_HTTP_CHUNKED_END;
            return TRUE;
        case WEFT_HTTP_CHUNKED_TRAILER:
            break;
        case WEFT_HTTP_CHUNKED_REFUSED:
            return set_protocol_error(connection, chunked->refusal, error);
        case WEFT_HTTP_CHUNKED_DATA: {
            const size_t n_here = MIN(chunked->data_left, weft_buffer_length(input));

            if (!check_size(connection, weft_buffer_length(body) + chunked->data_left, error))
                return FALSE;
            if (n_here == 0) {
                *ret_ended = FALSE;
                return TRUE;
            }
            weft_buffer_append(body, weft_buffer_bytes(input), n_here);
            weft_buffer_consume(input, n_here);
            weft_http_chunked_take_data(chunked, n_here);
            break;
        }
        }
    }
}

static gboolean
receive_chunked(WeftThriftConnection *connection, WeftBuffer *body, GError **error)
{
    WeftHttpChunked chunked;
    gboolean has_ended = FALSE;

    weft_http_chunked_init(&chunked);
    for (;;) {
        if (!decode_chunks(connection, &chunked, body, &has_ended, error))
            return FALSE;
        if (has_ended)
            return TRUE;
        weft_buffer_compact(&connection->input);
        if (!read_some(connection, NULL, error))
            return FALSE;
    }
}

static gboolean
receive_to_end(WeftThriftConnection *connection, WeftBuffer *body, GError **error)
{
    WeftBuffer *input = &connection->input;
    gboolean has_ended = FALSE;

    while (!has_ended) {
        weft_buffer_append(body, weft_buffer_bytes(input), weft_buffer_length(input));
        weft_buffer_consume(input, weft_buffer_length(input));
        if (!check_size(connection, weft_buffer_length(body), error) ||
            !read_some(connection, &has_ended, error))
            return FALSE;
    }
    return TRUE;
}

/* A body whose length is known at its end only. */
static gboolean
receive_unsized(WeftThriftConnection *connection, const WeftThriftHttpAnswer *head,
                WeftArena *arena, WeftThriftIncoming *answer, GError **error)
{
    WeftBuffer body;

    weft_buffer_init(&body, WEFT_BLOCK_SMALL_BYTES);
    gboolean is_here = head->is_chunked ? receive_chunked(connection, &body, error)
                                        : receive_to_end(connection, &body, error);
    if (is_here) {
        answer->size = weft_buffer_length(&body);
        answer->message = message_room(arena, answer->size, error);
        if (answer->message != NULL)
            memcpy(answer->message, weft_buffer_bytes(&body), answer->size);
    }
    weft_buffer_clear(&body);
    return is_here && answer->message != NULL;
}

/* A refusal by HTTP itself: of a proxy, or of a server that has no such path. */
static gboolean
set_status_error(const WeftThriftConnection *connection, const WeftThriftHttpAnswer *head,
                 GError **error)
{
    const char *address = connection->url->hosts[connection->host].address;
    const gboolean is_busy = head->status == 503 || head->status == 429;

    g_set_error(error, is_busy ? WEFT_THRIFT_ERROR : WEFT_ERROR,
                is_busy ? (int)WEFT_THRIFT_ERROR_OVERLOADED : (int)WEFT_ERROR_IO,
                "%s answered POST %s with %u %.*s", address, connection->url->path, head->status,
                (int)MIN(head->reason_length, 100), head->reason);
    return FALSE;
}

static gboolean
receive_http(WeftThriftConnection *connection, WeftArena *arena, WeftThriftIncoming *answer,
             GError **error)
{
    WeftThriftHttpAnswer head;

    if (!receive_head(connection, &head, arena, error))
        return FALSE;
    if (head.status != 200 && head.status != 204)
        return set_status_error(connection, &head, error);
    if (head.content_length < 0) {
        if (!receive_unsized(connection, &head, arena, answer, error))
            return FALSE;
    } else {
        if (!check_size(connection, (uint64_t)head.content_length, error))
            return FALSE;
        answer->size = (size_t)head.content_length;
        answer->message = take_bytes(connection, answer->size, arena, error);
        if (answer->message == NULL)
            return FALSE;
    }
    answer->pairs = head.pairs;
    answer->n_pairs = head.n_pairs;
    answer->is_last = !head.keeps_alive || (head.content_length < 0 && !head.is_chunked);
    return TRUE;
}

static gboolean
receive(WeftThriftConnection *connection, WeftArena *arena, WeftThriftIncoming *answer,
        GError **error)
{
    switch (connection->url->transport) {
    case WEFT_THRIFT_TRANSPORT_FRAMED:
        return receive_framed(connection, arena, answer, error);
    case WEFT_THRIFT_TRANSPORT_BUFFERED:
        return receive_buffered(connection, arena, answer, error);
    case WEFT_THRIFT_TRANSPORT_HEADER:
        return receive_header(connection, arena, answer, error);
    case WEFT_THRIFT_TRANSPORT_HTTP:
        return receive_http(connection, arena, answer, error);
    }
    g_assert_not_reached();
}

gboolean
weft_thrift_connection_receive(WeftThriftConnection *connection, WeftArena *arena,
                               WeftThriftIncoming *ret_answer, GError **error)
{
    WeftThriftIncoming answer = {0};

    if (!receive(connection, arena, &answer, error))
        return FALSE;
    /* More than was asked for: what it is, the next call must not have to find out. */
    answer.is_last |= weft_buffer_length(&connection->input) > 0;
    *ret_answer = answer;
    return TRUE;
}
