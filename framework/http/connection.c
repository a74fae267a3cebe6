/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP on a connection.  One request after the other: head, handler, answer, what is left of the
 * body; and when the input has run dry, the connection is given back to the server to wait without
 * a fiber.
 */

#include "http/connection.h"

#include "http/access_log.h"
#include "http/exchange.h"
#include "http/metrics.h"
#include "http/status.h"

#include <weft/clock.h>
#include <weft/fiber.h>
#include <weft/log.h>

#define WOULD_PARK (-2)

/* Behind a head there is room for the lines of a chunked body, whatever the head's size. */
#define MIN_BODY_WINDOW_BYTES ((size_t)WEFT_HTTP_MAX_CHUNK_LINE_BYTES * 2)

/* How long, and how much, a client that is refused may go on sending before the connection is cut:
 * cut at once, it would lose the answer to its own bytes (RFC 9112 9.6). */
#define LINGER_MS 5000
#define MAX_LINGER_BYTES ((uint64_t)64 * 1024 * 1024)

/* What a request that was cancelled, or an answer that is late already, may take to be told so. */
#define LAST_WORDS_MS 1000

typedef enum {
    NEXT_REQUEST,
    NEXT_PARK,  /* all input is handled */
    NEXT_CLOSE, /* the client expects no more */
    NEXT_CUT,   /* the client may still be sending */
} Next;

/* ---- the head ---- */

typedef enum {
    HEAD_DONE,
    HEAD_REFUSED, /* @error says how */
    HEAD_NONE,    /* no request has begun */
    HEAD_GONE,    /* the client has left, or the fiber must end */
} HeadResult;

/* RFC 9112 2.2: a stray line end behind a body is no request, and nothing to wait for. */
static gboolean
holds_line_ends_only(const WeftBuffer *input)
{
    if (input->end == input->begin || input->data[input->end - 1] != '\n')
        return FALSE;
    for (size_t i = input->begin; i < input->end; i++) {
        if (input->data[i] != '\r' && input->data[i] != '\n')
            return FALSE;
    }
    return TRUE;
}

static HeadResult
refuse_head(unsigned status, const char *why, GError **error)
{
    g_set_error_literal(error, WEFT_HTTP_ERROR, (int)status, why);
    return HEAD_REFUSED;
}

/*
 * More of a head: at first what is there already, then what comes within the head's time.
 * Returns: bytes read, 0 if the client has left, -1 with @error set, -2 where no request has begun
 */
static ssize_t
read_more(WeftHttpRequest *request, int64_t *deadline_us, GError **error)
{
    WeftBuffer *input = weft_connection_input(request->connection);
    const WeftHttpLimits *limits = &request->service->limits;
    WeftStream *stream = request->transfer.stream;
    gboolean has_begun = weft_buffer_length(input) > 0;

    if (weft_buffer_room(input) == 0)
        weft_buffer_reserve(input, MIN(limits->max_head_bytes, input->capacity));

    uint8_t *to = input->data + input->end;
    ssize_t n_read = weft_stream_try_read(stream, to, weft_buffer_room(input), error);
    if (n_read == WOULD_PARK && has_begun) {
        if (*deadline_us == WEFT_DEADLINE_NEVER)
            *deadline_us = weft_clock_now_us() + limits->head_timeout_ms * 1000;
        g_auto(WeftDeadlineScope) time = weft_deadline_scope_at_us(*deadline_us);
        n_read = weft_stream_read(stream, to, weft_buffer_room(input), error);
    }
    if (n_read > 0)
        input->end += (size_t)n_read;
    return n_read;
}

static HeadResult
read_head(WeftHttpRequest *request, GError **error)
{
    WeftBuffer *input = weft_connection_input(request->connection);
    int64_t deadline_us = WEFT_DEADLINE_NEVER;

    for (;;) {
        WeftHttpHeadState state = WEFT_HTTP_HEAD_MORE;
        g_autoptr(GError) failure = NULL;

        if (weft_buffer_length(input) > 0)
            state = weft_http_head_parse(&request->head, &request->service->limits,
                                         (const char *)weft_buffer_bytes(input),
                                         weft_buffer_length(input));
        if (state == WEFT_HTTP_HEAD_DONE)
            return HEAD_DONE;
        if (state == WEFT_HTTP_HEAD_REFUSED)
            return refuse_head(request->head.refusal_status, request->head.refusal, error);
        if (holds_line_ends_only(input)) {
            weft_buffer_consume(input, weft_buffer_length(input));
            weft_http_head_init(&request->head);
        }

        ssize_t n_read = read_more(request, &deadline_us, &failure);
        if (n_read == WOULD_PARK)
            return HEAD_NONE;
        if (n_read == 0)
            return HEAD_GONE;
        if (g_error_matches(failure, WEFT_ERROR, WEFT_ERROR_TIMED_OUT))
            return refuse_head(408, "the head comes too slowly", error);
        if (n_read < 0)
            return HEAD_GONE;
    }
}

/* ---- the end of an answer ---- */

/* Wait until the client has heard our last word, or a little while. */
static void
linger(WeftHttpRequest *request)
{
    WeftStream *stream = request->transfer.stream;
    uint64_t n_before = weft_stream_n_read(stream);
    g_auto(WeftDeadlineScope) time = weft_deadline_scope_ms(LINGER_MS);
    WeftBuffer *scrap = weft_connection_input(request->connection);
    ssize_t n_read = 1;

    if (!weft_stream_finish(stream, NULL))
        return;
    while (n_read > 0 && weft_stream_n_read(stream) - n_before < MAX_LINGER_BYTES)
        n_read = weft_stream_read(stream, scrap->data, scrap->capacity, NULL);
}

/*
 * Tell the client that its request failed.  A client's own fault is explained; for ours the status
 * is enough, the log has the rest.
 */
static void
answer_error(WeftHttpExchange *exchange, const GError *failure)
{
    unsigned status = weft_http_status_of(failure);
    gboolean explain = failure->domain == WEFT_HTTP_ERROR && status < 500;
    /* The fiber may be cancelled, or late: this is said nevertheless. */
    g_auto(WeftShieldScope) shield = weft_shield_scope();
    g_auto(WeftDeadlineScope) time = weft_deadline_scope_ms(LAST_WORDS_MS);
    g_autoptr(GError) ignored = NULL;

    if (!weft_http_response_send_error(&exchange->response, status,
                                       explain ? failure->message : NULL, &ignored))
        weft_log(WEFT_LOG_DEBUG, "http: %s: %s", weft_http_request_peer(&exchange->request),
                 ignored->message);
}

static void
log_failure(WeftHttpExchange *exchange, WeftLogLevel level, const GError *failure)
{
    if (weft_log_wants(level))
        weft_log(level, "http: %s %s of %s: %s", weft_http_request_method(&exchange->request),
                 weft_http_request_target(&exchange->request),
                 weft_http_request_peer(&exchange->request), failure->message);
}

static void
note_begin(WeftHttpExchange *exchange, const WeftHttpServiceData *service)
{
    if (service->log_format != WEFT_HTTP_LOG_NONE || service->counts)
        exchange->begun_us = weft_clock_now_us();
}

static void
note_end(WeftHttpExchange *exchange)
{
    weft_http_access_log_write(exchange);
    weft_http_metrics_count(exchange);
}

static Next
refuse(WeftHttpExchange *exchange, const GError *failure)
{
    exchange->response.is_last = TRUE;
    answer_error(exchange, failure);
    note_end(exchange);
    return NEXT_CUT;
}

/* ---- one request ---- */

static WeftHttpGateState
look_at_gate(WeftHttpRequest *request)
{
    const WeftHttpGate *gate = request->service->gate;

    return gate != NULL ? weft_http_gate_look(gate, request) : WEFT_HTTP_GATE_OPEN;
}

static void
run_handler(WeftHttpExchange *exchange)
{
    WeftHttpRequest *request = &exchange->request;
    WeftHttpResponse *response = &exchange->response;
    const WeftHttpServiceData *service = request->service;
    const WeftHttpGateState gate = look_at_gate(request);
    g_autoptr(GError) failure = NULL;

    weft_http_transfer_begin_handler(&request->transfer);
    gboolean handled =
        gate == WEFT_HTTP_GATE_OPEN
            ? service->handler(request, response, service->data, &failure)
            : weft_http_gate_answer(service->gate, gate, request, response, &failure);
    weft_http_transfer_end_handler(&request->transfer);

    if (handled && weft_http_response_finish(response, &failure))
        return;
    if (failure == NULL)
        g_set_error_literal(&failure, WEFT_HTTP_ERROR, 500, "the handler failed without an error");
    if (weft_http_response_is_sent(response)) {
        gboolean is_clients_doing = g_error_matches(failure, WEFT_ERROR, WEFT_ERROR_CLOSED);

        response->has_failed = TRUE;
        log_failure(exchange, is_clients_doing ? WEFT_LOG_DEBUG : WEFT_LOG_WARNING, failure);
    } else {
        if (weft_http_status_of(failure) >= 500)
            log_failure(exchange, WEFT_LOG_WARNING, failure);
        answer_error(exchange, failure);
    }
}

/* Who has asked for the end of the connection, and sent all it announced, sends no more. */
static gboolean
client_is_through(const WeftHttpExchange *exchange)
{
    const WeftHttpRequest *request = &exchange->request;
    const WeftBuffer *input = weft_connection_input(request->connection);

    return !request->head.keep_alive && request->body.has_ended &&
           weft_buffer_length(input) == request->body.input_at;
}

/* What of the body nobody read is read now, and the connection's input begins behind it. */
static Next
after_answer(WeftHttpExchange *exchange)
{
    WeftHttpRequest *request = &exchange->request;
    const WeftHttpResponse *response = &exchange->response;
    WeftBuffer *input = weft_connection_input(request->connection);

    if (response->has_failed || weft_fiber_is_cancelled())
        return NEXT_CLOSE;
    if (!response->keep_alive)
        return client_is_through(exchange) ? NEXT_CLOSE : NEXT_CUT;
    if (!weft_http_body_drain(request))
        return NEXT_CUT;
    weft_buffer_consume(input, request->body.input_at);
    return NEXT_REQUEST;
}

static Next
serve_request(WeftHttpExchange *exchange, const WeftHttpServiceData *service,
              WeftConnection *connection)
{
    WeftHttpRequest *request = &exchange->request;
    WeftBuffer *input = weft_connection_input(connection);
    g_autoptr(GError) failure = NULL;

    weft_http_request_begin(request, service, connection);
    weft_http_response_begin(&exchange->response, request);
    switch (read_head(request, &failure)) {
    case HEAD_NONE:
        return NEXT_PARK;
    case HEAD_GONE:
        return NEXT_CLOSE;
    case HEAD_REFUSED:
        note_begin(exchange, service);
        weft_http_request_take_head(request);
        return refuse(exchange, failure);
    case HEAD_DONE:
        break;
    }
    note_begin(exchange, service);
    /* From here on the head must not move: whatever the body needs is made now. */
    if (input->capacity - input->begin - request->head.position < MIN_BODY_WINDOW_BYTES)
        weft_buffer_reserve(input, MIN_BODY_WINDOW_BYTES);
    weft_http_request_take_head(request);
    if (!weft_http_request_accept_head(request, &failure))
        return refuse(exchange, failure);

    run_handler(exchange);
    note_end(exchange);
    return after_answer(exchange);
}

/* Behind an answer: whether another request has come meanwhile.  Waiting for it is the server's. */
static Next
look_for_more(WeftConnection *connection)
{
    WeftBuffer *input = weft_connection_input(connection);
    g_autoptr(GError) failure = NULL;

    if (weft_buffer_length(input) > 0)
        return NEXT_REQUEST;

    ssize_t n_read = weft_stream_try_read(weft_connection_stream(connection), input->data,
                                          input->capacity, &failure);
    if (n_read == WOULD_PARK)
        return NEXT_PARK;
    if (n_read <= 0)
        return NEXT_CLOSE;
    input->end = (size_t)n_read;
    return NEXT_REQUEST;
}

WeftServeResult
weft_http_connection_serve(WeftConnection *connection, gpointer data)
{
    const WeftHttpServiceData *service = data;
    WeftHttpExchange *exchange = weft_http_exchange_take();
    Next next;

    do {
        next = serve_request(exchange, service, connection);
        if (next == NEXT_REQUEST)
            next = look_for_more(connection);
    } while (next == NEXT_REQUEST);

    if (next == NEXT_CUT)
        linger(&exchange->request);
    weft_http_exchange_put(exchange);
    return next == NEXT_PARK ? WEFT_SERVE_PARK : WEFT_SERVE_CLOSE;
}
