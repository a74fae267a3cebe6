/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An answer on its way.  A head is written when the first of the body leaves, together with it; a
 * body that has ended by then gets its length, others are chunked or end with the connection.
 */

#include "http/response.h"

#include "http/status.h"
#include <weft/date.h>

#include <weft/scan.h>

#include <string.h>

/* Pieces are gathered up to this size. */
#define GATHER_BYTES ((size_t)16 * 1024)

/* Status line, Date, framing and Connection. */
#define HEAD_RESERVE_BYTES 256

#define MAX_CHUNK_LINE_BYTES 18 /* 16 digits, CR, LF */

/* What a buffer begins with. */
#define FIRST_BYTES ((size_t)1024)

/* A buffer that grew beyond this for one answer gives its memory back. */
#define MAX_KEPT_BYTES ((size_t)64 * 1024)

static void
buffer_restart(WeftBuffer *buffer)
{
    if (buffer->capacity > MAX_KEPT_BYTES) {
        weft_buffer_clear(buffer);
        weft_buffer_init(buffer, FIRST_BYTES);
    }
    buffer->begin = 0;
    buffer->end = 0;
}

void
weft_http_response_init(WeftHttpResponse *response)
{
    weft_buffer_init(&response->fields, FIRST_BYTES);
    weft_buffer_init(&response->head, FIRST_BYTES);
    weft_buffer_init(&response->body, FIRST_BYTES);
    response->trailers = g_string_sized_new(0);
}

void
weft_http_response_clear(WeftHttpResponse *response)
{
    weft_buffer_clear(&response->fields);
    weft_buffer_clear(&response->head);
    weft_buffer_clear(&response->body);
    g_string_free(response->trailers, TRUE);
}

void
weft_http_response_begin(WeftHttpResponse *response, WeftHttpRequest *request)
{
    response->request = request;
    response->framing = WEFT_HTTP_HEAD_PENDING;
    response->is_last = FALSE;
    response->has_ended = FALSE;
    response->has_failed = FALSE;
    buffer_restart(&response->head);
    weft_http_response_reset(response);
}

void
weft_http_response_reset(WeftHttpResponse *response)
{
    g_assert(!weft_http_response_is_sent(response));
    response->status = 200;
    response->has_date = FALSE;
    response->content_length = -1;
    response->n_body_bytes = 0;
    response->keep_alive = TRUE;
    buffer_restart(&response->fields);
    buffer_restart(&response->body);
    response->initials = 0;
    weft_http_string_empty(response->trailers);
}

/* ---- fields ---- */

/* Where room was reserved. */
static void
append_literal(WeftBuffer *buffer, const char *text, size_t length)
{
    memcpy(buffer->data + buffer->end, text, length);
    buffer->end += length;
}

#define APPEND_LITERAL(buffer, literal) append_literal(buffer, literal, sizeof(literal) - 1)

static gboolean
is_name(const char *name, size_t length)
{
    return length > 0 && weft_scan_while(name, length, WEFT_BYTE_TOKEN) == length;
}

static gboolean
is_value(const char *value, size_t length)
{
    return weft_scan_field_value(value, length) == length;
}

/* One of 32 bits for the first letter of a name, the same in both cases. */
static uint32_t
initial_bit(const char *name)
{
    return UINT32_C(1) << ((uint8_t)name[0] & 31);
}

/* Take the lines called @name out of the fields. */
static void
remove_field(WeftHttpResponse *response, const char *name, size_t name_length)
{
    WeftBuffer *fields = &response->fields;

    /* As a rule each field is set once. */
    if ((response->initials & initial_bit(name)) == 0)
        return;
    for (size_t at = fields->begin; at < fields->end;) {
        char *line = (char *)fields->data + at;
        char *end = memchr(line, '\n', fields->end - at);
        size_t length = (size_t)(end - line) + 1;

        if (length > name_length && line[name_length] == ':' &&
            weft_scan_equal_ignoring_case(line, name_length, name)) {
            memmove(line, line + length, fields->end - at - length);
            fields->end -= length;
        } else {
            at += length;
        }
    }
}

static void
append_field(WeftHttpResponse *response, const char *name, size_t name_length, const char *value,
             size_t value_length)
{
    WeftBuffer *fields = &response->fields;

    response->initials |= initial_bit(name);
    weft_buffer_reserve(fields, name_length + value_length + 4);
    append_literal(fields, name, name_length);
    APPEND_LITERAL(fields, ": ");
    append_literal(fields, value, value_length);
    APPEND_LITERAL(fields, "\r\n");
}

static gboolean
take_content_length(WeftHttpResponse *response, const char *value, size_t length)
{
    uint64_t announced = 0;
    size_t used = weft_scan_decimal(value, length, &announced);

    g_return_val_if_fail(used > 0 && used == length && announced <= INT64_MAX, TRUE);
    response->content_length = (int64_t)announced;
    return TRUE;
}

/* Fields by which the framework frames the answer are taken as wishes. */
static gboolean
take_framing_field(WeftHttpResponse *response, const char *name, size_t name_length,
                   const char *value, size_t value_length)
{
    switch (name_length) {
    case sizeof "Content-Length" - 1:
        return weft_scan_equal_ignoring_case(name, name_length, "Content-Length") &&
               take_content_length(response, value, value_length);
    case sizeof "Connection" - 1:
        if (!weft_scan_equal_ignoring_case(name, name_length, "Connection"))
            return FALSE;
        if (weft_scan_equal_ignoring_case(value, value_length, "close"))
            response->keep_alive = FALSE;
        return TRUE;
    case sizeof "Transfer-Encoding" - 1:
        return weft_scan_equal_ignoring_case(name, name_length, "Transfer-Encoding");
    case sizeof "Date" - 1:
        if (weft_scan_equal_ignoring_case(name, name_length, "Date"))
            response->has_date = TRUE;
        return FALSE;
    default:
        return FALSE;
    }
}

static void
put_field(WeftHttpResponse *response, const char *name, const char *value, gboolean replace)
{
    const size_t name_length = strlen(name);
    const size_t value_length = strlen(value);

    g_return_if_fail(is_name(name, name_length) && is_value(value, value_length));
    g_return_if_fail(!weft_http_response_is_sent(response));

    if (take_framing_field(response, name, name_length, value, value_length))
        return;
    if (replace)
        remove_field(response, name, name_length);
    append_field(response, name, name_length, value, value_length);
}

void
weft_http_response_set_header(WeftHttpResponse *response, const char *name, const char *value)
{
    put_field(response, name, value, TRUE);
}

void
weft_http_response_add_header(WeftHttpResponse *response, const char *name, const char *value)
{
    put_field(response, name, value, FALSE);
}

void
weft_http_response_set_known_field(WeftHttpResponse *response, const char *name, size_t name_length,
                                   const char *value, size_t value_length)
{
    g_return_if_fail(is_value(value, value_length));
    g_return_if_fail(!weft_http_response_is_sent(response));

    remove_field(response, name, name_length);
    append_field(response, name, name_length, value, value_length);
}

void
weft_http_response_set_status(WeftHttpResponse *response, unsigned status)
{
    g_return_if_fail(status >= 200 && status <= 599);
    g_return_if_fail(!weft_http_response_is_sent(response));
    response->status = status;
}

unsigned
weft_http_response_status(const WeftHttpResponse *response)
{
    return response->status;
}

gboolean
weft_http_response_is_sent(const WeftHttpResponse *response)
{
    return response->framing != WEFT_HTTP_HEAD_PENDING;
}

void
weft_http_response_set_trailer(WeftHttpResponse *response, const char *name, const char *value)
{
    g_return_if_fail(is_name(name, strlen(name)) && is_value(value, strlen(value)));
    g_string_append(response->trailers, name);
    g_string_append(response->trailers, ": ");
    g_string_append(response->trailers, value);
    g_string_append(response->trailers, "\r\n");
}

/* ---- the head ---- */

static WeftHttpFraming
choose_framing(const WeftHttpResponse *response, int64_t content_length)
{
    const WeftHttpRequest *request = response->request;

    if (request->is_head || !weft_http_status_has_body(response->status))
        return WEFT_HTTP_BODY_NONE;
    if (content_length >= 0)
        return WEFT_HTTP_BODY_LENGTH;
    return request->head.minor_version > 0 ? WEFT_HTTP_BODY_CHUNKED : WEFT_HTTP_BODY_TO_CLOSE;
}

/* RFC 9112 9.3: both sides must want it, and the next request must be found behind this one's body.
 */
static gboolean
connection_goes_on(const WeftHttpResponse *response)
{
    const WeftHttpRequest *request = response->request;

    return !response->is_last && response->keep_alive && request->head.keep_alive &&
           response->framing != WEFT_HTTP_BODY_TO_CLOSE &&
           weft_http_body_may_be_drained(&request->body) &&
           !weft_connection_is_draining(request->connection);
}

static void
append_framing(WeftHttpResponse *response, int64_t content_length)
{
    WeftBuffer *head = &response->head;

    /* RFC 9110 8.6: not with 204; with 304 it would be that of another answer. */
    if (!weft_http_status_has_body(response->status))
        return;
    if (content_length >= 0) {
        APPEND_LITERAL(head, "Content-Length: ");
        head->end += weft_format_decimal((uint64_t)content_length, (char *)head->data + head->end);
        APPEND_LITERAL(head, "\r\n");
    } else if (response->request->head.minor_version > 0) {
        APPEND_LITERAL(head, "Transfer-Encoding: chunked\r\n");
    }
}

void
weft_http_response_make_head(WeftHttpResponse *response, int64_t content_length, size_t room)
{
    const WeftHttpRequest *request = response->request;
    const WeftHttpServiceData *service = request->service;
    const WeftBuffer *fields = &response->fields;
    WeftBuffer *head = &response->head;

    g_assert(!weft_http_response_is_sent(response));
    response->framing = choose_framing(response, content_length);
    response->keep_alive = connection_goes_on(response);

    weft_buffer_reserve(head, HEAD_RESERVE_BYTES + service->server_line_length +
                                  weft_buffer_length(fields) + room);
    head->end += weft_http_status_line(response->status, (char *)head->data + head->end);
    if (!response->has_date) {
        APPEND_LITERAL(head, "Date: ");
        append_literal(head, weft_date_now_http(), WEFT_DATE_HTTP_BYTES);
        APPEND_LITERAL(head, "\r\n");
    }
    append_literal(head, service->server_line, service->server_line_length);
    append_literal(head, (const char *)weft_buffer_bytes(fields), weft_buffer_length(fields));
    append_framing(response, content_length);
    if (!response->keep_alive)
        APPEND_LITERAL(head, "Connection: close\r\n");
    else if (request->head.minor_version == 0)
        APPEND_LITERAL(head, "Connection: keep-alive\r\n");
    APPEND_LITERAL(head, "\r\n");
}

void
weft_http_response_unmake_head(WeftHttpResponse *response)
{
    response->framing = WEFT_HTTP_HEAD_PENDING;
    response->has_ended = FALSE;
    buffer_restart(&response->head);
}

/* ---- the body ---- */

static gboolean
send_pieces(WeftHttpResponse *response, struct iovec *pieces, size_t n_pieces, GError **error)
{
    gboolean sent =
        weft_http_transfer_writev(&response->request->transfer, pieces, n_pieces, FALSE, error);

    buffer_restart(&response->head);
    buffer_restart(&response->body);
    if (!sent)
        response->has_failed = TRUE;
    return sent;
}

static void
add_piece(struct iovec *pieces, size_t *n_pieces, const void *bytes, size_t size)
{
    if (size > 0)
        pieces[(*n_pieces)++] = (struct iovec){(void *)bytes, size};
}

/* "1f\r\n" */
static size_t
format_chunk_line(size_t size, char *out)
{
    size_t length = weft_format_hex(size, out);

    out[length++] = '\r';
    out[length++] = '\n';
    return length;
}

/* What the end of a chunked body looks like, trailers included. */
static void
add_last_chunk(WeftHttpResponse *response, struct iovec *pieces, size_t *n_pieces)
{
    add_piece(pieces, n_pieces, "0\r\n", 3);
    add_piece(pieces, n_pieces, response->trailers->str, response->trailers->len);
    add_piece(pieces, n_pieces, "\r\n", 2);
}

/*
 * Send what of the head was not sent, what was gathered, and @data, as one chunk where chunks are
 * the framing; @is_last: the end of the body, too.
 */
static gboolean
flush(WeftHttpResponse *response, const void *data, size_t size, gboolean is_last, GError **error)
{
    WeftBuffer *head = &response->head;
    WeftBuffer *body = &response->body;
    struct iovec pieces[8];
    size_t n_pieces = 0;
    char chunk_line[MAX_CHUNK_LINE_BYTES];
    size_t n_bytes = weft_buffer_length(body) + size;
    gboolean is_chunked = response->framing == WEFT_HTTP_BODY_CHUNKED;

    add_piece(pieces, &n_pieces, weft_buffer_bytes(head), weft_buffer_length(head));
    if (response->framing != WEFT_HTTP_BODY_NONE) {
        if (is_chunked && n_bytes > 0)
            add_piece(pieces, &n_pieces, chunk_line, format_chunk_line(n_bytes, chunk_line));
        add_piece(pieces, &n_pieces, weft_buffer_bytes(body), weft_buffer_length(body));
        add_piece(pieces, &n_pieces, data, size);
        if (is_chunked && n_bytes > 0)
            add_piece(pieces, &n_pieces, "\r\n", 2);
        if (is_chunked && is_last)
            add_last_chunk(response, pieces, &n_pieces);
    }
    return n_pieces == 0 || send_pieces(response, pieces, n_pieces, error);
}

/* The handler must keep to the length it announced: the next answer begins where this one ends. */
static gboolean
length_allows(WeftHttpResponse *response, size_t size, GError **error)
{
    if (response->content_length < 0 ||
        response->n_body_bytes + (int64_t)size <= response->content_length)
        return TRUE;
    g_set_error(error, WEFT_HTTP_ERROR, 500,
                "the handler writes more than the %" G_GINT64_FORMAT " bytes it announced",
                response->content_length);
    return FALSE;
}

gboolean
weft_http_response_send(WeftHttpResponse *response, const void *data, size_t size, GError **error)
{
    g_return_val_if_fail(!weft_http_response_is_sent(response), FALSE);
    g_return_val_if_fail(weft_buffer_length(&response->body) == 0, FALSE);

    response->content_length = (int64_t)size;
    response->n_body_bytes = (int64_t)size;
    response->has_ended = TRUE;
    weft_http_response_make_head(response, (int64_t)size, 0);
    return flush(response, data, size, TRUE, error);
}

gboolean
weft_http_response_write(WeftHttpResponse *response, const void *data, size_t size, GError **error)
{
    g_return_val_if_fail(!response->has_ended, FALSE);
    if (!length_allows(response, size, error))
        return FALSE;

    response->n_body_bytes += (int64_t)size;
    if (weft_buffer_length(&response->body) + size < GATHER_BYTES) {
        weft_buffer_append(&response->body, data, size);
        return TRUE;
    }
    if (!weft_http_response_is_sent(response))
        weft_http_response_make_head(response, response->content_length, 0);
    return flush(response, data, size, FALSE, error);
}

gboolean
weft_http_response_finish(WeftHttpResponse *response, GError **error)
{
    if (response->has_ended)
        return TRUE;

    if (response->content_length >= 0 && response->n_body_bytes != response->content_length &&
        !response->request->is_head) {
        response->has_failed = weft_http_response_is_sent(response);
        g_set_error(error, WEFT_HTTP_ERROR, 500,
                    "the handler wrote %" G_GINT64_FORMAT " of the %" G_GINT64_FORMAT
                    " bytes it announced",
                    response->n_body_bytes, response->content_length);
        return FALSE;
    }
    response->has_ended = TRUE;
    if (!weft_http_response_is_sent(response)) {
        /* All of it is here: its length is known, unless trailers need chunks. */
        gboolean has_trailers =
            response->trailers->len > 0 && response->request->head.minor_version > 0;
        int64_t length = response->content_length >= 0 ? response->content_length
                         : has_trailers                ? -1
                                                       : response->n_body_bytes;
        weft_http_response_make_head(response, length, 0);
    }
    return flush(response, NULL, 0, TRUE, error);
}

static gboolean
send_text(WeftHttpResponse *response, const char *message, GError **error)
{
    char text[256];

    weft_http_response_set_header(response, "Content-Type", "text/plain; charset=utf-8");
    g_snprintf(text, sizeof text, "%s\n", message);
    return weft_http_response_send(response, text, strlen(text), error);
}

gboolean
weft_http_response_send_error(WeftHttpResponse *response, unsigned status, const char *message,
                              GError **error)
{
    weft_http_response_reset(response);
    weft_http_response_set_status(response, status);
    return send_text(response, message != NULL ? message : weft_http_reason(status), error);
}

gboolean
weft_http_response_send_error_with(WeftHttpResponse *response, unsigned status, const char *name,
                                   const char *value, GError **error)
{
    weft_http_response_reset(response);
    weft_http_response_set_status(response, status);
    weft_http_response_set_header(response, name, value);
    return send_text(response, weft_http_reason(status), error);
}
