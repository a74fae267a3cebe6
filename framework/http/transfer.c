/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a connection.  A rate is measured in windows: within each the peer must have taken
 * or given its share.  A read or write that ran into the end of a window goes on where it was, if
 * the share was reached: the stream counts each byte.
 */

#include "http/transfer.h"

#include <weft/clock.h>
#include <weft/fiber.h>

#define WOULD_PARK (-2)

/* A client that is always quicker than its handler must not have the thread for itself. */
#define READS_BEFORE_YIELD 32

void
weft_http_transfer_init(WeftHttpTransfer *transfer, WeftStream *stream,
                        const WeftHttpLimits *limits)
{
    *transfer = (WeftHttpTransfer){
        .stream = stream, .limits = limits, .handler_deadline_us = WEFT_DEADLINE_NEVER};
}

/* ---- the handler's deadline ---- */

void
weft_http_transfer_begin_handler(WeftHttpTransfer *transfer)
{
    if (transfer->limits->handler_timeout_ms == 0)
        return;
    transfer->handler_scope = weft_deadline_scope_ms(transfer->limits->handler_timeout_ms);
    transfer->handler_deadline_us = weft_deadline_us();
}

void
weft_http_transfer_end_handler(WeftHttpTransfer *transfer)
{
    if (transfer->handler_deadline_us == WEFT_DEADLINE_NEVER)
        return;
    weft_deadline_scope_end(&transfer->handler_scope);
    transfer->handler_deadline_us = WEFT_DEADLINE_NEVER;
}

/*
 * The handler's clock stands still while it waits for its peer.  A deadline that the handler itself
 * has set inside is its own wish, and stays. Returns: when it was stopped; 0 if nothing was
 */
static int64_t
stop_handler_clock(WeftHttpTransfer *transfer)
{
    if (transfer->handler_deadline_us == WEFT_DEADLINE_NEVER ||
        transfer->handler_deadline_us != weft_deadline_us() || weft_deadline_passed())
        return 0;
    weft_deadline_scope_end(&transfer->handler_scope);
    return weft_clock_now_us();
}

static void
start_handler_clock(WeftHttpTransfer *transfer, int64_t stopped_us)
{
    if (stopped_us == 0)
        return;
    transfer->handler_deadline_us += weft_clock_now_us() - stopped_us;
    transfer->handler_scope = weft_deadline_scope_at_us(transfer->handler_deadline_us);
}

/* ---- the rate ---- */

static uint64_t
bytes_due_in_a_window(const WeftHttpLimits *limits)
{
    return (uint64_t)(limits->min_rate_bytes_per_s * limits->rate_window_ms / 1000);
}

static gboolean
has_rate(const WeftHttpLimits *limits)
{
    return limits->min_rate_bytes_per_s > 0 && limits->rate_window_ms > 0;
}

/* Whether @error says no more than that our own window has ended. */
static gboolean
window_ended(const GError *error)
{
    return g_error_matches(error, WEFT_ERROR, WEFT_ERROR_TIMED_OUT) && !weft_deadline_passed();
}

/* ---- reading ---- */

static ssize_t
read_in_windows(WeftHttpTransfer *transfer, void *buffer, size_t size, GError **error)
{
    const WeftHttpLimits *limits = transfer->limits;
    int64_t window_us = limits->rate_window_ms * 1000;

    for (;;) {
        g_autoptr(GError) failure = NULL;
        int64_t began_us = weft_clock_now_us();
        ssize_t n_read;
        {
            g_auto(WeftDeadlineScope) window =
                weft_deadline_scope_at_us(began_us + window_us - transfer->read_waited_us);
            n_read = weft_stream_read(transfer->stream, buffer, size, &failure);
        }
        if (n_read < 0 && !window_ended(failure)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return -1;
        }

        transfer->read_waited_us += weft_clock_now_us() - began_us;
        if (transfer->read_waited_us >= window_us) {
            if (transfer->n_window_bytes < bytes_due_in_a_window(limits)) {
                g_set_error_literal(error, WEFT_HTTP_ERROR, 408, "the body comes too slowly");
                return -1;
            }
            transfer->read_waited_us = 0;
            transfer->n_window_bytes = 0;
        }
        if (n_read >= 0)
            return n_read;
    }
}

ssize_t
weft_http_transfer_read(WeftHttpTransfer *transfer, void *buffer, size_t size, GError **error)
{
    if (++transfer->n_reads % READS_BEFORE_YIELD == 0 && !weft_fiber_yield(error))
        return -1;

    ssize_t n_read = weft_stream_try_read(transfer->stream, buffer, size, error);
    if (n_read == WOULD_PARK) {
        int64_t stopped_us = stop_handler_clock(transfer);
        n_read = has_rate(transfer->limits)
                     ? read_in_windows(transfer, buffer, size, error)
                     : weft_stream_read(transfer->stream, buffer, size, error);
        start_handler_clock(transfer, stopped_us);
    }
    if (n_read > 0)
        transfer->n_window_bytes += (uint64_t)n_read;
    return n_read;
}

/* ---- writing ---- */

/*
 * What one attempt to write came to.
 * TRUE: go on with what is left; FALSE: give up, with @error set
 */
static gboolean
window_was_fruitful(const WeftHttpTransfer *transfer, uint64_t n_sent, GError *failure,
                    GError **error)
{
    if (!window_ended(failure)) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    g_error_free(failure);
    if (n_sent >= bytes_due_in_a_window(transfer->limits))
        return TRUE;
    g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_CLOSED,
                        "the client takes its answer too slowly");
    return FALSE;
}

static void
drop_sent(struct iovec **pieces, size_t *n_pieces, uint64_t n_sent)
{
    while (*n_pieces > 0 && n_sent >= (*pieces)->iov_len) {
        n_sent -= (*pieces)->iov_len;
        (*pieces)++;
        (*n_pieces)--;
    }
    if (*n_pieces > 0) {
        (*pieces)->iov_base = (uint8_t *)(*pieces)->iov_base + n_sent;
        (*pieces)->iov_len -= n_sent;
    }
}

/* A deadline scope of one window, or none. */
static WeftDeadlineScope
window_scope(const WeftHttpTransfer *transfer)
{
    const WeftHttpLimits *limits = transfer->limits;

    return has_rate(limits) ? weft_deadline_scope_ms(limits->rate_window_ms)
                            : weft_deadline_scope_at_us(WEFT_DEADLINE_NEVER);
}

static gboolean
write_pieces(WeftStream *stream, const struct iovec *pieces, size_t n_pieces, gboolean more_follows,
             GError **error)
{
    if (more_follows && n_pieces == 1)
        return weft_stream_write_more(stream, pieces[0].iov_base, pieces[0].iov_len, error);
    return weft_stream_writev_all(stream, pieces, n_pieces, error);
}

gboolean
weft_http_transfer_writev(WeftHttpTransfer *transfer, struct iovec *pieces, size_t n_pieces,
                          gboolean more_follows, GError **error)
{
    int64_t stopped_us = stop_handler_clock(transfer);
    gboolean done = FALSE;
    gboolean goes_on = TRUE;

    while (!done && goes_on) {
        uint64_t n_before = weft_stream_n_written(transfer->stream);
        GError *failure = NULL;
        {
            g_auto(WeftDeadlineScope) window = window_scope(transfer);
            done = write_pieces(transfer->stream, pieces, n_pieces, more_follows, &failure);
        }
        if (!done) {
            uint64_t n_sent = weft_stream_n_written(transfer->stream) - n_before;
            goes_on = window_was_fruitful(transfer, n_sent, failure, error);
            drop_sent(&pieces, &n_pieces, n_sent);
        }
    }
    start_handler_clock(transfer, stopped_us);
    return done;
}

gboolean
weft_http_transfer_send_file(WeftHttpTransfer *transfer, WeftFile *file, int64_t offset_bytes,
                             int64_t n_bytes, GError **error)
{
    int64_t stopped_us = stop_handler_clock(transfer);
    gboolean done = FALSE;
    gboolean goes_on = TRUE;

    while (!done && goes_on) {
        uint64_t n_before = weft_stream_n_written(transfer->stream);
        GError *failure = NULL;
        {
            g_auto(WeftDeadlineScope) window = window_scope(transfer);
            done = weft_stream_send_file(transfer->stream, file, offset_bytes, n_bytes, &failure);
        }
        if (!done) {
            uint64_t n_sent = weft_stream_n_written(transfer->stream) - n_before;
            goes_on = window_was_fruitful(transfer, n_sent, failure, error);
            offset_bytes += (int64_t)n_sent;
            n_bytes -= (int64_t)n_sent;
        }
    }
    start_handler_clock(transfer, stopped_us);
    return done;
}
