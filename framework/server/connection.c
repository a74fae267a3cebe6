/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a connection: admitted, parked, served, parked again, closed.  The edge of its
 * descriptor spawns the fiber that serves it; the end of that fiber parks or closes it.
 */

#include "server/connection.h"

#include "fiber/fiber.h"
#include "fiber/scheduler.h"
#include "io/block.h"
#include "io/socket.h"
#include "io/tls_stream.h"
#include "server/service.h"
#include "server/worker.h"

#include <stdatomic.h>
#include <string.h>
#include <weft/deadline.h>
#include <weft/group.h>
#include <weft/log.h>

/* RFC 8446 5.1: what every handshake begins with, and no other protocol that is text. */
#define TLS_FIRST_BYTE 22

static void take_for_serving(WeftConnection *connection);

uint64_t
weft_connection_next_id(void)
{
    static atomic_uint_fast64_t last_id;

    return atomic_fetch_add_explicit(&last_id, 1, memory_order_relaxed) + 1;
}

/* ---- the list of parked connections, oldest first ---- */

static void
list_append(WeftDesk *desk, WeftConnection *connection)
{
    connection->newer = NULL;
    connection->older = desk->newest_parked;
    if (desk->newest_parked != NULL)
        desk->newest_parked->newer = connection;
    else
        desk->oldest_parked = connection;
    desk->newest_parked = connection;
    weft_counter_add(&desk->worker->n_parked, 1);
}

static void
list_remove(WeftDesk *desk, WeftConnection *connection)
{
    if (connection->older != NULL)
        connection->older->newer = connection->newer;
    else
        desk->oldest_parked = connection->newer;
    if (connection->newer != NULL)
        connection->newer->older = connection->older;
    else
        desk->newest_parked = connection->older;
    weft_counter_add(&desk->worker->n_parked, -1);
}

/* ---- the list of served ones, for who asks ---- */

static void
served_append(WeftDesk *desk, WeftConnection *connection)
{
    connection->since_us = weft_scheduler_now_us();
    connection->newer = NULL;
    connection->older = desk->newest_served;
    if (desk->newest_served != NULL)
        desk->newest_served->newer = connection;
    desk->newest_served = connection;
}

static void
served_remove(WeftDesk *desk, WeftConnection *connection)
{
    if (connection->older != NULL)
        connection->older->newer = connection->newer;
    if (connection->newer != NULL)
        connection->newer->older = connection->older;
    else
        desk->newest_served = connection->older;
}

/* ---- parking ---- */

/* What is parked is a socket, whatever lies on it. */
static WeftStream *
socket_of(const WeftConnection *connection)
{
    WeftStream *stream = connection->stream;

    return weft_stream_is_tls(stream) ? weft_tls_stream_below(stream) : stream;
}

static gboolean
has_input(const WeftConnection *connection)
{
    WeftStream *stream = connection->stream;

    return weft_stream_is_tls(stream) ? weft_tls_stream_has_input(stream)
                                      : weft_socket_stream_has_input(stream);
}

/* Count a connection of this address, if that is limited; FALSE: there are too many. */
static gboolean
enter_address(WeftServer *server, WeftStream *stream)
{
    WeftPeer peer;

    if (server->per_address == NULL || !weft_peer_of(stream, &peer))
        return TRUE;
    if (weft_peer_counts_add(server->per_address, peer) <= server->max_per_address)
        return TRUE;
    weft_peer_counts_remove(server->per_address, peer);
    return FALSE;
}

static void
leave_address(WeftServer *server, WeftStream *stream)
{
    WeftPeer peer;

    if (server->per_address != NULL && weft_peer_of(stream, &peer))
        weft_peer_counts_remove(server->per_address, peer);
}

static void
close_connection(WeftConnection *connection)
{
    WeftWorker *worker = connection->desk->worker;

    leave_address(worker->server, connection->stream);
    weft_connection_set_data(connection, NULL, NULL);
    weft_stream_free(connection->stream);
    g_free(connection);
    weft_worker_connection_closed(worker);
}

static void
parked_is_readable(G_GNUC_UNUSED WeftDescriptor *descriptor, gpointer data)
{
    WeftConnection *connection = data;

    list_remove(connection->desk, connection);
    /* Most connections end like this: it takes no fiber. */
    if (weft_socket_stream_is_at_end(socket_of(connection)))
        close_connection(connection);
    else
        take_for_serving(connection);
}

/* The descriptor's is_readable is FALSE here: whatever comes from now on makes an edge. */
static void
park(WeftConnection *connection)
{
    WeftDescriptor *descriptor = weft_socket_stream_descriptor(socket_of(connection));

    connection->since_us = weft_scheduler_now_us();
    list_append(connection->desk, connection);
    weft_descriptor_notify_readable(descriptor, parked_is_readable, connection);
    weft_worker_connection_parked(connection->desk->worker);
}

/*
 * The last word to a client that is not served, without waiting.  What it has said is taken first:
 * if that were still unread at the end of the connection, the end would cost it our answer.
 */
static void
dismiss(WeftStream *stream, const char *words)
{
    gpointer scrap = weft_block_take(WEFT_BLOCK_SMALL);

    if (weft_stream_try_read(stream, scrap, WEFT_BLOCK_SMALL_BYTES, NULL) == 0 ||
        weft_stream_try_write(stream, words, strlen(words), NULL) < 0)
        weft_log(WEFT_LOG_DEBUG, "%s left before it was sent away", weft_stream_peer(stream));
    weft_block_put(WEFT_BLOCK_SMALL, scrap);
}

/* Too many of one address: a word, if that costs nothing, and the end. */
static void
turn_away(WeftDesk *desk, WeftStream *stream, WeftTlsContext *tls)
{
    const char *words = desk->service->protocol->too_many;

    if (tls == NULL && words != NULL)
        dismiss(stream, words);
    weft_stream_free(stream);
    weft_counter_add(&desk->worker->n_refused, 1);
    weft_worker_connection_closed(desk->worker);
}

void
weft_connection_admit(WeftDesk *desk, WeftStream *stream, WeftTlsContext *tls)
{
    if (!enter_address(desk->worker->server, stream)) {
        turn_away(desk, stream, tls);
        return;
    }

    WeftConnection *connection = g_new0(WeftConnection, 1);
    connection->stream = stream;
    connection->tls = tls;
    connection->desk = desk;
    connection->id = weft_connection_next_id();
    if (desk->service->speaks_first && tls == NULL) {
        take_for_serving(connection);
        return;
    }
    /* Registering the descriptor makes an edge for what has come already. */
    weft_socket_stream_descriptor(stream)->is_readable = FALSE;
    park(connection);
}

void
weft_connection_close_parked(WeftDesk *desk, int64_t parked_at_us)
{
    while (desk->oldest_parked != NULL && desk->oldest_parked->since_us <= parked_at_us) {
        WeftConnection *connection = desk->oldest_parked;

        g_assert(connection->older == NULL);
        list_remove(desk, connection);
        close_connection(connection);
    }
}

/* ---- the beginning of TLS ---- */

static gboolean
shake_hands(WeftConnection *connection, GError **error)
{
    WeftDesk *desk = connection->desk;
    WeftTlsContext *context = g_steal_pointer(&connection->tls);
    g_auto(WeftDeadlineScope) time =
        weft_deadline_scope_ms(desk->worker->server->handshake_timeout_ms);

    connection->stream =
        weft_tls_attach_server(context, connection->stream, desk->service->protocol->alpn);
    return weft_tls_handshake(connection->stream, error);
}

/* The first bytes have come.  FALSE: there is nothing more to do with this client. */
static gboolean
begin_tls(WeftConnection *connection)
{
    WeftWorker *worker = connection->desk->worker;
    const char *without_tls = connection->desk->service->protocol->without_tls;
    g_autoptr(GError) failure = NULL;

    if (weft_socket_stream_peek(connection->stream) != TLS_FIRST_BYTE) {
        if (without_tls != NULL)
            dismiss(connection->stream, without_tls);
        weft_counter_add(&worker->n_failed_handshakes, 1);
        return FALSE;
    }
    if (shake_hands(connection, &failure)) {
        weft_counter_add(&worker->n_handshakes, 1);
        return TRUE;
    }
    weft_counter_add(&worker->n_failed_handshakes, 1);
    weft_log(WEFT_LOG_DEBUG, "handshake: %s", failure->message);
    return FALSE;
}

/* ---- serving ---- */

WeftServeResult
weft_connection_serve(WeftConnection *connection, WeftService *service)
{
    WeftBuffer input = {.data = weft_block_take(WEFT_BLOCK_SMALL),
                        .capacity = WEFT_BLOCK_SMALL_BYTES};

    connection->input = &input;
    WeftServeResult result = service->serve(connection, service->data);
    g_assert(result == WEFT_SERVE_CLOSE || weft_buffer_length(&input) == 0);
    connection->input = NULL;
    /* A buffer that has grown is not the pool's any more. */
    if (input.capacity == WEFT_BLOCK_SMALL_BYTES)
        weft_block_put(WEFT_BLOCK_SMALL, input.data);
    else
        weft_buffer_clear(&input);
    return result;
}

static gboolean
serve(gpointer data, G_GNUC_UNUSED GError **error)
{
    WeftConnection *connection = data;
    WeftDesk *desk = connection->desk;
    WeftServeResult result = WEFT_SERVE_PARK;
    gboolean has_more = TRUE;

    if (connection->tls != NULL) {
        if (!begin_tls(connection))
            return TRUE;
        has_more = desk->service->speaks_first || has_input(connection);
    }
    while (has_more) {
        result = weft_connection_serve(connection, desk->service);
        weft_counter_add(&desk->worker->n_served, 1);
        has_more = result == WEFT_SERVE_PARK && has_input(connection);
    }
    connection->wants_to_park = result == WEFT_SERVE_PARK;
    return TRUE;
}

/* The serving fiber has ended, or was cancelled before it began. */
static void
served(gpointer data)
{
    WeftConnection *connection = data;
    WeftWorker *worker = connection->desk->worker;

    weft_counter_add(&worker->n_active, -1);
    served_remove(connection->desk, connection);
    if (connection->wants_to_park && !worker->is_draining)
        park(connection);
    else
        close_connection(connection);
}

static void
serve_in_fiber(WeftConnection *connection)
{
    WeftDesk *desk = connection->desk;

    weft_group_spawn(desk->worker->serving, desk->service->name, serve, connection, served);
}

static void
waiting_append(WeftWorker *worker, WeftConnection *connection)
{
    connection->next_waiting = NULL;
    if (worker->oldest_waiting == NULL)
        worker->oldest_waiting = connection;
    else
        worker->newest_waiting->next_waiting = connection;
    worker->newest_waiting = connection;
    weft_wait_queue_wake_oldest(&worker->waiting);
}

/* There is input: a fiber, or a place in the queue for one.  On the event loop. */
static void
take_for_serving(WeftConnection *connection)
{
    WeftWorker *worker = connection->desk->worker;
    const uint64_t turn = weft_scheduler_here->n_turns;

    connection->wants_to_park = FALSE;
    weft_counter_add(&worker->n_active, 1);
    served_append(connection->desk, connection);
    if (worker->turn != turn) {
        worker->turn = turn;
        worker->n_fibers_given = 0;
    }
    if (worker->oldest_waiting == NULL && worker->n_fibers_given++ < WEFT_SERVE_AT_ONCE)
        serve_in_fiber(connection);
    else
        waiting_append(worker, connection);
}

gboolean
weft_connection_serve_waiting(WeftWorker *worker, size_t n_at_most)
{
    WeftConnection *connection;

    while ((connection = worker->oldest_waiting) != NULL && n_at_most-- > 0) {
        worker->oldest_waiting = connection->next_waiting;
        connection->input = NULL;
        serve_in_fiber(connection);
    }
    return connection != NULL;
}

/* ---- what services ask ---- */

WeftStream *
weft_connection_stream(WeftConnection *connection)
{
    return connection->stream;
}

WeftBuffer *
weft_connection_input(WeftConnection *connection)
{
    return connection->input;
}

gpointer
weft_connection_data(const WeftConnection *connection)
{
    return connection->data;
}

void
weft_connection_set_data(WeftConnection *connection, gpointer data, GDestroyNotify data_free)
{
    if (connection->data_free != NULL)
        connection->data_free(connection->data);
    connection->data = data;
    connection->data_free = data_free;
}

gboolean
weft_connection_is_draining(const WeftConnection *connection)
{
    return connection->desk != NULL && connection->desk->worker->is_draining;
}

gboolean
weft_connection_is_secure(const WeftConnection *connection)
{
    return weft_stream_is_tls(connection->stream);
}

uint64_t
weft_connection_id(const WeftConnection *connection)
{
    return connection->id;
}
