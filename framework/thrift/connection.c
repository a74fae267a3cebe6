/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls of a connection, one after the other, until the input runs dry; then the connection is
 * given back to the server to wait without a fiber.  Answers are gathered, and leave together
 * before anything is waited for.
 */

#include "thrift/connection.h"

#include "thrift/pipeline.h"
#include "thrift/session.h"

#include "io/block.h"
#include "io/socket.h"
#include "io/tls_stream.h"

#include <weft/deadline.h>
#include <weft/log.h>

/* Idle ones kept: a burst must not hold memory for ever. */
#define MAX_IDLE 64

#define WOULD_PARK (-2)

/* ---- life ---- */

static void
session_free(WeftThriftSession *session)
{
    weft_thrift_call_clear(&session->turn.call);
    g_free(session);
}

void
weft_thrift_sessions_free(WeftThriftSession *session)
{
    while (session != NULL) {
        WeftThriftSession *next = session->next;

        session_free(session);
        session = next;
    }
}

static WeftThriftSession *
session_take(WeftThriftWorker *worker)
{
    WeftThriftSession *session = worker->idle;

    if (session != NULL) {
        worker->idle = session->next;
        worker->n_idle--;
        return session;
    }
    session = g_new0(WeftThriftSession, 1);
    session->worker = worker;
    weft_thrift_turn_init(&session->turn, session);
    return session;
}

static void
session_put(WeftThriftSession *session)
{
    WeftThriftWorker *worker = session->worker;

    if (worker->n_idle == MAX_IDLE) {
        session_free(session);
        return;
    }
    session->next = worker->idle;
    worker->idle = session;
    worker->n_idle++;
}

/* (nullable): the socket's, whatever lies on it */
static WeftDescriptor *
descriptor_of(WeftStream *stream)
{
    if (weft_stream_is_tls(stream))
        stream = weft_tls_stream_below(stream);
    return weft_stream_is_socket(stream) ? weft_socket_stream_descriptor(stream) : NULL;
}

static void
session_begin(WeftThriftSession *session, WeftConnection *connection)
{
    session->connection = connection;
    session->stream = weft_connection_stream(connection);
    session->descriptor = descriptor_of(session->stream);
    session->fiber = weft_fiber_current();
    session->out = weft_block_take(WEFT_BLOCK_SMALL);
    session->n_out_bytes = 0;
    session->is_send_due = FALSE;
    session->has_failed = FALSE;
    session->has_left = FALSE;
    weft_thrift_intake_init(&session->intake, connection, &session->worker->service->limits);
    if (session->worker->expects_large && weft_buffer_length(session->intake.input) == 0)
        weft_thrift_intake_widen(&session->intake);
}

static void
session_end(WeftThriftSession *session)
{
    weft_group_free(g_steal_pointer(&session->group));
    weft_thrift_intake_clear(&session->intake);
    weft_block_put(WEFT_BLOCK_SMALL, g_steal_pointer(&session->out));
}

/* ---- a client that leaves ---- */

static void
client_moved(WeftDescriptor *descriptor, gpointer data)
{
    WeftThriftSession *session = data;

    if (!descriptor->has_ended) {
        /* More calls: look again at the next edge. */
        descriptor->notify = client_moved;
        return;
    }
    session->has_left = TRUE;
    weft_fiber_cancel(session->fiber, "the client has left");
}

/* Costs two stores: only who parks in a handler will hear of it. */
static void
begin_watching(WeftThriftSession *session)
{
    WeftDescriptor *descriptor = session->descriptor;

    if (descriptor != NULL && !descriptor->is_readable)
        weft_descriptor_notify_readable(descriptor, client_moved, session);
}

static void
end_watching(WeftThriftSession *session)
{
    if (session->descriptor != NULL)
        weft_descriptor_notify_readable(session->descriptor, NULL, NULL);
}

/* ---- one call after the other ---- */

static gboolean
run_call(WeftThriftSession *session, const WeftThriftArrival *arrival)
{
    WeftThriftTurn *turn = &session->turn;
    const gboolean can_answer = weft_thrift_turn_read(turn, arrival);

    session->worker->expects_large = weft_thrift_arrival_is_large(arrival);
    if (can_answer) {
        const gboolean is_awaited = weft_thrift_call_is_answered(&turn->call);

        /* If the handler parks, the answers of earlier calls must not wait for it. */
        weft_thrift_session_send_soon(session);
        if (is_awaited)
            begin_watching(session);
        weft_thrift_worker_run(session->worker, &turn->call, &turn->account);
        if (is_awaited)
            end_watching(session);
        weft_thrift_turn_answer(turn);
    }
    weft_thrift_call_reset(&turn->call);
    weft_thrift_intake_consume(&session->intake, arrival);
    return can_answer && !session->has_failed && !session->has_left && !weft_fiber_is_cancelled();
}

/* Returns: TRUE if there is more to serve; otherwise *@ret_result says how it ends */
static gboolean
read_more(WeftThriftSession *session, WeftServeResult *ret_result)
{
    const ssize_t n_read =
        weft_thrift_session_send(session) ? weft_thrift_session_read(session) : -1;

    if (n_read == WOULD_PARK && !weft_connection_is_draining(session->connection))
        *ret_result = WEFT_SERVE_PARK;
    return n_read > 0;
}

static WeftServeResult
serve_in_order(WeftThriftSession *session)
{
    WeftServeResult result = WEFT_SERVE_CLOSE;

    for (;;) {
        WeftThriftArrival arrival;

        switch (weft_thrift_intake_look(&session->intake, &arrival)) {
        case WEFT_THRIFT_INTAKE_MESSAGE:
            if (!run_call(session, &arrival))
                return WEFT_SERVE_CLOSE;
            break;
        case WEFT_THRIFT_INTAKE_MORE:
            if (!read_more(session, &result))
                return result;
            break;
        case WEFT_THRIFT_INTAKE_REFUSED:
            weft_thrift_session_refuse(session);
            return WEFT_SERVE_CLOSE;
        }
    }
}

WeftServeResult
weft_thrift_connection_serve(WeftConnection *connection, gpointer data)
{
    WeftThriftWorker *worker = weft_thrift_worker_here(data);
    WeftThriftSession *session = session_take(worker);

    session_begin(session, connection);
    const WeftServeResult result = worker->service->limits.max_pipelined_calls > 1
                                       ? weft_thrift_serve_pipelined(session)
                                       : serve_in_order(session);
    /* Who said something wrong at last has still asked what was right before. */
    if (result == WEFT_SERVE_CLOSE && !session->has_left)
        weft_thrift_session_send(session);
    session_end(session);
    session_put(session);
    return result;
}
