/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is connected: each worker looks through its own lists, on its own thread, asked by a post.
 */

#include <weft/metrics.h>

#include "server/connection.h"
#include "server/service.h"
#include "server/worker.h"

#include <weft/clock.h>
#include <weft/completion.h>
#include <weft/deadline.h>
#include <weft/sys/stream.h>

/* A worker that does not answer within this time is busy. */
#define PATIENCE_MS 1000

/* Shared by who asks and the worker: either may be through first. */
typedef struct {
    WeftPost post;
    WeftWorker *worker;
    size_t max;
    GArray *served; /* WeftConnectionInfo */
    GArray *parked;
    WeftCompletion *done;
    int n_refs; /* atomic */
} Question;

static void
info_clear(gpointer data)
{
    WeftConnectionInfo *info = data;

    g_free(info->peer);
}

static GArray *
infos_new(void)
{
    GArray *infos = g_array_new(FALSE, FALSE, sizeof(WeftConnectionInfo));

    g_array_set_clear_func(infos, info_clear);
    return infos;
}

static void
question_unref(Question *question)
{
    if (!g_atomic_int_dec_and_test(&question->n_refs))
        return;
    g_array_unref(question->served);
    g_array_unref(question->parked);
    weft_completion_unref(question->done);
    g_free(question);
}

/* Without keeping the description in the stream: it is there for ever then, for each that is idle.
 */
static void
add(GArray *infos, const WeftConnection *connection, gboolean is_parked, int64_t now_us)
{
    WeftStream *stream = connection->stream;
    const WeftConnectionInfo info = {
        .id = connection->id,
        .peer = stream->methods->describe_peer(stream),
        .protocol = connection->desk->service->name,
        .is_secure = weft_stream_is_tls(stream),
        .is_parked = is_parked,
        .since_us = now_us - connection->since_us,
        .n_received_bytes = weft_stream_n_read(stream),
        .n_sent_bytes = weft_stream_n_written(stream),
    };

    g_array_append_val(infos, info);
}

static void
look(Question *question, const WeftDesk *desk, int64_t now_us)
{
    const WeftConnection *each;

    for (each = desk->newest_served; each != NULL && question->served->len < question->max;
         each = each->older)
        add(question->served, each, FALSE, now_us);
    for (each = desk->oldest_parked; each != NULL && question->parked->len < question->max;
         each = each->newer)
        add(question->parked, each, TRUE, now_us);
}

static void
answer(WeftPost *post)
{
    Question *question = (Question *)post;
    const WeftWorker *worker = question->worker;
    const int64_t now_us = weft_clock_now_us();

    for (size_t i = 0; worker->desks != NULL && i < worker->server->services->len; i++)
        look(question, &worker->desks[i], now_us);
    weft_completion_post(question->done);
    question_unref(question);
}

/* Returns: (transfer full) (nullable): NULL where the worker does not run */
static Question *
ask(WeftWorker *worker, size_t max)
{
    Question *question = g_new0(Question, 1);

    question->post.run = answer;
    question->worker = worker;
    question->max = max;
    question->served = infos_new();
    question->parked = infos_new();
    question->done = weft_completion_new();
    question->n_refs = 2;
    if (weft_worker_post(worker, &question->post))
        return question;
    question_unref(question);
    question_unref(question);
    return NULL;
}

/* FALSE with @error set where the asking fiber is cancelled or late itself. */
static gboolean
wait_for_answer(Question *question, GError **error)
{
    g_autoptr(GError) failure = NULL;

    {
        g_auto(WeftDeadlineScope) patience = weft_deadline_scope_ms(PATIENCE_MS);
        if (weft_completion_wait(question->done, "a worker's connections", &failure))
            return TRUE;
    }
    if (weft_deadline_passed() || !g_error_matches(failure, WEFT_ERROR, WEFT_ERROR_TIMED_OUT)) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    return TRUE;
}

/* Until there are @max. */
static void
move(GArray *all, GArray *infos, size_t max)
{
    for (size_t i = 0; i < infos->len && all->len < max; i++) {
        WeftConnectionInfo *info = &g_array_index(infos, WeftConnectionInfo, i);

        g_array_append_val(all, *info);
        info->peer = NULL;
    }
}

static gboolean
gather(GPtrArray *questions, GError **error)
{
    for (size_t i = 0; i < questions->len; i++) {
        if (!wait_for_answer(g_ptr_array_index(questions, i), error))
            return FALSE;
    }
    return TRUE;
}

GArray *
weft_server_list_connections(WeftServer *server, size_t max, GError **error)
{
    g_autoptr(GPtrArray) questions = g_ptr_array_new_with_free_func((GDestroyNotify)question_unref);

    g_return_val_if_fail(server->workers != NULL, NULL);
    for (unsigned i = 0; i < server->n_workers; i++) {
        Question *question = ask(&server->workers[i], max);

        if (question != NULL)
            g_ptr_array_add(questions, question);
    }
    if (!gather(questions, error))
        return NULL;

    GArray *all = infos_new();
    for (size_t i = 0; i < questions->len; i++) {
        Question *question = g_ptr_array_index(questions, i);
        if (weft_completion_is_posted(question->done))
            move(all, question->served, max);
    }
    for (size_t i = 0; i < questions->len; i++) {
        Question *question = g_ptr_array_index(questions, i);
        if (weft_completion_is_posted(question->done))
            move(all, question->parked, max);
    }
    return all;
}
