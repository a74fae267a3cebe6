/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One fiber reads messages, each call has a fiber of its own, and answers leave as they are ready:
 * clients tell them apart by their sequence ids.  A call has a copy of its message, because the
 * input goes on meanwhile.
 */

#include "thrift/pipeline.h"

#include <string.h>

/* Idle turns kept by a worker. */
#define MAX_IDLE 64

#define WOULD_PARK (-2)

/* ---- turns ---- */

static void
turn_free(WeftThriftTurn *turn)
{
    weft_thrift_call_clear(&turn->call);
    g_free(turn);
}

void
weft_thrift_turns_free(WeftThriftTurn *turn)
{
    while (turn != NULL) {
        WeftThriftTurn *older = turn->older;

        turn_free(turn);
        turn = older;
    }
}

static WeftThriftTurn *
turn_take(WeftThriftSession *session)
{
    WeftThriftWorker *worker = session->worker;
    WeftThriftTurn *turn = worker->idle_turns;

    if (turn == NULL) {
        turn = g_new0(WeftThriftTurn, 1);
        weft_thrift_turn_init(turn, session);
    } else {
        worker->idle_turns = turn->older;
        worker->n_idle_turns--;
    }
    turn->session = session;
    turn->newer = NULL;
    turn->older = session->newest_turn;
    if (turn->older != NULL)
        turn->older->newer = turn;
    session->newest_turn = turn;
    session->n_turns++;
    return turn;
}

static void
turn_put(WeftThriftTurn *turn)
{
    WeftThriftSession *session = turn->session;
    WeftThriftWorker *worker = session->worker;

    if (turn->newer != NULL)
        turn->newer->older = turn->older;
    else
        session->newest_turn = turn->older;
    if (turn->older != NULL)
        turn->older->newer = turn->newer;
    session->n_turns--;

    weft_thrift_call_reset(&turn->call);
    if (worker->n_idle_turns == MAX_IDLE) {
        turn_free(turn);
        return;
    }
    turn->older = worker->idle_turns;
    worker->idle_turns = turn;
    worker->n_idle_turns++;
}

/* ---- a call ---- */

static gboolean
run_turn(gpointer data, G_GNUC_UNUSED GError **error)
{
    WeftThriftTurn *turn = data;
    WeftThriftSession *session = turn->session;

    weft_thrift_worker_run(session->worker, &turn->call, &turn->account);
    weft_thrift_turn_answer(turn);
    weft_thrift_session_send_soon(session);
    return TRUE;
}

/* The call's fiber has ended, or was cancelled before it began. */
static void
turn_ended(gpointer data)
{
    WeftThriftTurn *turn = data;
    WeftThriftSession *session = turn->session;

    turn_put(turn);
    weft_wait_queue_wake_all(&session->changed);
}

/* FALSE: nobody can be answered. */
static gboolean
start_call(WeftThriftSession *session, const WeftThriftArrival *arrival)
{
    WeftThriftTurn *turn = turn_take(session);
    WeftThriftArrival kept = *arrival;

    kept.bytes = weft_arena_try_alloc(&turn->call.arena, arrival->size);
    if (kept.bytes != NULL)
        memcpy(kept.bytes, arrival->bytes, arrival->size);
    weft_thrift_intake_consume(&session->intake, arrival);
    if (kept.bytes == NULL || !weft_thrift_turn_read(turn, &kept)) {
        turn_put(turn);
        return FALSE;
    }
    if (session->group == NULL)
        session->group = weft_group_new();
    turn->fiber = weft_group_spawn(session->group, "thrift call", run_turn, turn, turn_ended);
    return TRUE;
}

/* ---- waiting ---- */

static gboolean
watch_input(gpointer data, GError **error)
{
    WeftThriftSession *session = data;
    const gboolean is_readable = weft_stream_wait_readable(session->stream, error);

    session->is_watched = FALSE;
    weft_wait_queue_wake_all(&session->changed);
    return is_readable;
}

static gboolean
wait_for_change(WeftThriftSession *session)
{
    return weft_wait(&session->changed, "thrift calls", NULL);
}

/* Until a call has ended, or there is something to read. */
static gboolean
wait_for_input_or_calls(WeftThriftSession *session)
{
    if (!session->is_watched) {
        if (session->watching == NULL)
            session->watching = weft_group_new();
        session->is_watched = TRUE;
        weft_group_spawn(session->watching, "thrift input", watch_input, session, NULL);
    }
    return wait_for_change(session);
}

/* Nobody waits for the answers any more; calls without one go on. */
static void
cancel_awaited(WeftThriftSession *session)
{
    for (WeftThriftTurn *turn = session->newest_turn; turn != NULL; turn = turn->older) {
        if (weft_thrift_call_is_answered(&turn->call))
            weft_fiber_cancel(turn->fiber, "the client has left");
    }
}

/* ---- the whole ---- */

static gboolean
start_in_turn(WeftThriftSession *session, const WeftThriftArrival *arrival)
{
    const uint32_t max_turns = session->worker->service->limits.max_pipelined_calls;

    while (session->n_turns >= max_turns) {
        if (!wait_for_change(session))
            return FALSE;
    }
    return start_call(session, arrival);
}

/* Returns: TRUE if there is more to serve; otherwise *@ret_result says how it ends */
static gboolean
read_more(WeftThriftSession *session, WeftServeResult *ret_result)
{
    const ssize_t n_read = session->has_failed ? -1 : weft_thrift_session_read(session);

    if (n_read > 0)
        return TRUE;
    if (n_read != WOULD_PARK) {
        session->has_left = session->has_left || n_read == 0;
        cancel_awaited(session);
        return FALSE;
    }
    if (session->n_turns > 0)
        return wait_for_input_or_calls(session);
    if (weft_thrift_session_send(session) && !weft_connection_is_draining(session->connection))
        *ret_result = WEFT_SERVE_PARK;
    return FALSE;
}

static WeftServeResult
take_calls(WeftThriftSession *session)
{
    WeftServeResult result = WEFT_SERVE_CLOSE;

    for (;;) {
        WeftThriftArrival arrival;

        switch (weft_thrift_intake_look(&session->intake, &arrival)) {
        case WEFT_THRIFT_INTAKE_MESSAGE:
            if (!start_in_turn(session, &arrival))
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
weft_thrift_serve_pipelined(WeftThriftSession *session)
{
    const WeftServeResult result = take_calls(session);
    g_autoptr(GError) failure = NULL;

    weft_group_free(g_steal_pointer(&session->watching));
    session->is_watched = FALSE;
    /* Calls under way are finished, unless the server stops. */
    if (session->group != NULL && !weft_group_wait(session->group, &failure))
        weft_group_cancel(session->group, "the server stops");
    weft_group_free(g_steal_pointer(&session->group));
    return result;
}
