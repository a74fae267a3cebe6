/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The body of a request.  Small pieces pass through the connection's input, behind the head, which
 * must stay where it is; large ones are received where the handler wants them.
 */

#include "http/body.h"

#include "http/request.h"

#include <weft/scan.h>

#include <string.h>

/* From this size on the system writes into the handler's buffer. */
#define MIN_DIRECT_BYTES 4096

/* Room for a line of the chunked coding, and for more than one. */
#define MIN_WINDOW_BYTES (WEFT_HTTP_MAX_CHUNK_LINE_BYTES * 2)

void
weft_http_body_init(WeftHttpBody *body)
{
    body->trailers = g_string_sized_new(0);
}

void
weft_http_body_clear(WeftHttpBody *body)
{
    g_string_free(body->trailers, TRUE);
}

void
weft_http_body_begin(WeftHttpBody *body)
{
    GString *trailers = body->trailers;

    weft_http_string_empty(trailers);
    memset(body, 0, sizeof *body);
    body->trailers = trailers;
    body->has_ended = TRUE;
}

void
weft_http_body_announce(WeftHttpBody *body, const WeftHttpHead *head, size_t input_length)
{
    body->is_chunked = head->is_chunked;
    body->announced_bytes = head->content_length;
    body->n_left_bytes = head->content_length;
    body->has_ended = head->content_length == 0;
    /* RFC 9110 10.1.1: who has sent some of the body does not wait. */
    body->owes_continue =
        head->expects_continue && !body->has_ended && input_length == head->position;
    body->input_at = head->position;
    if (body->is_chunked)
        weft_http_chunked_init(&body->chunked);
}

/* ---- the window: what of the connection's input is the body's ---- */

static WeftBuffer *
input_of(const WeftHttpRequest *request)
{
    return weft_connection_input(request->connection);
}

static char *
window_bytes(const WeftHttpRequest *request)
{
    return (char *)weft_buffer_bytes(input_of(request)) + request->body.input_at;
}

static size_t
window_length(const WeftHttpRequest *request)
{
    return weft_buffer_length(input_of(request)) - request->body.input_at;
}

static void
window_consume(WeftHttpRequest *request, size_t size)
{
    WeftBuffer *input = input_of(request);

    request->body.input_at += size;
    /* The head stays, all behind it is free again. */
    if (window_length(request) == 0) {
        request->body.input_at = request->head.position;
        input->end = input->begin + request->head.position;
    }
}

static gboolean
fail(WeftHttpRequest *request, unsigned status, const char *why, GError **error)
{
    request->body.has_failed = TRUE;
    g_set_error_literal(error, WEFT_HTTP_ERROR, (int)status, why);
    return FALSE;
}

static gboolean
send_continue(WeftHttpRequest *request, GError **error)
{
    static const char answer[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct iovec piece = {(void *)answer, sizeof answer - 1};

    if (!request->body.owes_continue)
        return TRUE;
    request->body.owes_continue = FALSE;
    return weft_http_transfer_writev(&request->transfer, &piece, 1, FALSE, error);
}

/* Returns: bytes received, 1..@size; -1 with @error set: the end of the stream is one here */
static ssize_t
receive(WeftHttpRequest *request, void *buffer, size_t size, GError **error)
{
    if (!send_continue(request, error)) {
        request->body.has_failed = TRUE;
        return -1;
    }

    ssize_t n_read = weft_http_transfer_read(&request->transfer, buffer, size, error);
    if (n_read < 0)
        request->body.has_failed = TRUE;
    if (n_read == 0) {
        fail(request, 400, "the client went away amid the body", error);
        return -1;
    }
    return n_read;
}

/*
 * Receive behind what is in the window.  Its part of the input is at least MIN_WINDOW_BYTES when it
 * is empty, as the connection saw to that, so that a line that fits its limit fits the window.
 */
static gboolean
fill_window(WeftHttpRequest *request, GError **error)
{
    WeftBuffer *input = input_of(request);

    if (weft_buffer_room(input) == 0) {
        size_t length = window_length(request);
        size_t front = request->head.position;

        g_assert(request->body.input_at > front);
        memmove(weft_buffer_bytes(input) + front, window_bytes(request), length);
        request->body.input_at = front;
        input->end = input->begin + front + length;
    }

    ssize_t n_read = receive(request, input->data + input->end, weft_buffer_room(input), error);
    if (n_read < 0)
        return FALSE;
    input->end += (size_t)n_read;
    return TRUE;
}

/*
 * Read at most @size of the @n_left bytes that come next, by the way that fits.
 * Returns: 1..@size, -1 with @error set
 */
static ssize_t
read_plain(WeftHttpRequest *request, void *buffer, size_t size, uint64_t n_left, GError **error)
{
    size = (size_t)MIN((uint64_t)size, n_left);
    if (window_length(request) == 0) {
        if (size >= MIN_DIRECT_BYTES)
            return receive(request, buffer, size, error);
        if (!fill_window(request, error))
            return -1;
    }

    size_t n_copied = MIN(size, window_length(request));
    memcpy(buffer, window_bytes(request), n_copied);
    window_consume(request, n_copied);
    return (ssize_t)n_copied;
}

/* ---- the two framings ---- */

static ssize_t
read_announced(WeftHttpRequest *request, void *buffer, size_t size, GError **error)
{
    WeftHttpBody *body = &request->body;
    ssize_t n_read = read_plain(request, buffer, size, (uint64_t)body->n_left_bytes, error);

    if (n_read > 0) {
        body->n_left_bytes -= n_read;
        body->has_ended = body->n_left_bytes == 0;
    }
    return n_read;
}

static void
keep_trailer(WeftHttpBody *body, const WeftHttpTrailer *trailer)
{
    g_string_append_len(body->trailers, trailer->name, (gssize)trailer->name_length);
    g_string_append_c(body->trailers, '\0');
    g_string_append_len(body->trailers, trailer->value, (gssize)trailer->value_length);
    g_string_append_c(body->trailers, '\0');
}

/*
 * As many chunks as are here: who sends one byte in each must not make the handler write one by
 * one. Nothing is waited for once there is something to give.
 */
static ssize_t
read_chunked(WeftHttpRequest *request, uint8_t *buffer, size_t size, GError **error)
{
    WeftHttpBody *body = &request->body;
    size_t n_done = 0;

    while (n_done < size) {
        WeftHttpTrailer trailer;
        size_t used;
        ssize_t n_read;
        WeftHttpChunkedResult result = weft_http_chunked_next(
            &body->chunked, window_bytes(request), window_length(request), &used, &trailer);

        if (result == WEFT_HTTP_CHUNKED_TRAILER)
            keep_trailer(body, &trailer);
        window_consume(request, used);
        switch (result) {
        case WEFT_HTTP_CHUNKED_TRAILER:
            break;
        case WEFT_HTTP_CHUNKED_MORE:
            if (n_done > 0)
                return (ssize_t)n_done;
            if (!fill_window(request, error))
                return -1;
            break;
        case WEFT_HTTP_CHUNKED_DATA:
            if (n_done > 0 && window_length(request) == 0)
                return (ssize_t)n_done;
            n_read =
                read_plain(request, buffer + n_done, size - n_done, body->chunked.data_left, error);
            if (n_read < 0)
                return -1;
            weft_http_chunked_take_data(&body->chunked, (uint64_t)n_read);
            n_done += (size_t)n_read;
            break;
        case WEFT_HTTP_CHUNKED_END:
            body->has_ended = TRUE;
            return (ssize_t)n_done;
        case WEFT_HTTP_CHUNKED_REFUSED:
            fail(request, body->chunked.refusal_status, body->chunked.refusal, error);
            return -1;
        }
    }
    return (ssize_t)n_done;
}

/* ---- what handlers see ---- */

int64_t
weft_http_request_content_length(const WeftHttpRequest *request)
{
    return request->body.announced_bytes;
}

gboolean
weft_http_request_body_is_here(const WeftHttpRequest *request)
{
    const WeftHttpBody *body = &request->body;

    /* Of a chunked one nobody knows before it is taken apart. */
    return body->has_ended || (!body->is_chunked && !body->has_failed &&
                               (uint64_t)body->n_left_bytes <= window_length(request));
}

ssize_t
weft_http_request_read(WeftHttpRequest *request, void *buffer, size_t size, GError **error)
{
    WeftHttpBody *body = &request->body;
    int64_t max_body_bytes = request->service->limits.max_body_bytes;

    if (body->has_failed) {
        fail(request, 400, "the body could not be read to its end", error);
        return -1;
    }
    if (body->has_ended || size == 0)
        return 0;

    ssize_t n_read = body->is_chunked ? read_chunked(request, buffer, size, error)
                                      : read_announced(request, buffer, size, error);
    if (n_read > 0)
        body->n_read_bytes += n_read;
    if (max_body_bytes >= 0 && body->n_read_bytes > max_body_bytes) {
        fail(request, 413, "content too large", error);
        return -1;
    }
    return n_read;
}

GBytes *
weft_http_request_read_all(WeftHttpRequest *request, size_t max_bytes, GError **error)
{
    int64_t announced_bytes = request->body.announced_bytes;
    g_autoptr(GByteArray) content = g_byte_array_new();
    ssize_t n_read = 1;

    if (announced_bytes > 0 && (uint64_t)announced_bytes > max_bytes) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 413, "content too large");
        return NULL;
    }
    while (n_read > 0) {
        size_t length = content->len;

        g_byte_array_set_size(content, (guint)(length + MIN_DIRECT_BYTES));
        n_read = weft_http_request_read(request, content->data + length, MIN_DIRECT_BYTES, error);
        if (n_read < 0)
            return NULL;
        g_byte_array_set_size(content, (guint)(length + (size_t)n_read));
        if (content->len > max_bytes) {
            g_set_error_literal(error, WEFT_HTTP_ERROR, 413, "content too large");
            return NULL;
        }
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&content));
}

const char *
weft_http_request_trailer(WeftHttpRequest *request, const char *name)
{
    const GString *trailers = request->body.trailers;

    for (size_t at = 0; at < trailers->len;) {
        const char *this_name = trailers->str + at;
        const char *value = this_name + strlen(this_name) + 1;

        if (weft_scan_equal_ignoring_case(this_name, strlen(this_name), name))
            return value;
        at = (size_t)(value + strlen(value) + 1 - trailers->str);
    }
    return NULL;
}

/* ---- an unread body ---- */

gboolean
weft_http_body_may_be_drained(const WeftHttpBody *body)
{
    /* Who waits for 100 and gets another answer may send the body or not: what comes next is
     * unclear. */
    return body->has_ended || (!body->has_failed && !body->owes_continue &&
                               body->n_left_bytes <= WEFT_HTTP_MAX_DRAIN_BYTES);
}

gboolean
weft_http_body_drain(WeftHttpRequest *request)
{
    WeftHttpBody *body = &request->body;
    char scrap[1024];
    int64_t n_drained_bytes = 0;

    if (!weft_http_body_may_be_drained(body))
        return FALSE;
    while (!body->has_ended && n_drained_bytes <= WEFT_HTTP_MAX_DRAIN_BYTES) {
        ssize_t n_read = weft_http_request_read(request, scrap, sizeof scrap, NULL);
        if (n_read < 0)
            return FALSE;
        n_drained_bytes += n_read;
    }
    return body->has_ended;
}
