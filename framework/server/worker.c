/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A worker's fibers: one that waits for the stop, one for each address that accepts, a housekeeper
 * for idle connections, an usher for bursts of busy ones, and, on worker 0, one that reads signals.
 */

#include "server/worker.h"

#include "fiber/descriptor.h"
#include "fiber/signals.h"
#include "io/block.h"
#include "io/listener.h"
#include "server/service.h"

#include <signal.h>
#include <unistd.h>
#include <weft/clock.h>
#include <weft/deadline.h>

/* The housekeeper looks so often at most, and at least. */
#define MIN_TICK_MS 10
#define MAX_TICK_MS 1000

/* At the limit of connections, one may close on another worker: look again after this. */
#define ROOM_PAUSE_MS 20

/* ---- accepting ---- */

typedef struct {
    WeftDesk *desk;
    WeftListener *listener;
    WeftTlsContext *tls; /* (nullable): the server's */
} Acceptor;

static void
acceptor_free(gpointer data)
{
    Acceptor *acceptor = data;

    weft_listener_free(acceptor->listener);
    g_free(acceptor);
}

static gboolean
wait_for_room(WeftWorker *worker, GError **error)
{
    WeftServer *server = worker->server;

    while (atomic_load(&server->n_connections) >= server->max_connections) {
        g_auto(WeftDeadlineScope) pause = weft_deadline_scope_ms(ROOM_PAUSE_MS);
        g_autoptr(GError) failure = NULL;
        if (weft_wait(&worker->room, "room for a connection", &failure) ||
            g_error_matches(failure, WEFT_ERROR, WEFT_ERROR_TIMED_OUT))
            continue;
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    return TRUE;
}

/* Ends when it is cancelled; any other failure ends the server. */
static gboolean
accept_connections(gpointer data, G_GNUC_UNUSED GError **error)
{
    Acceptor *acceptor = data;
    WeftWorker *worker = acceptor->desk->worker;
    g_autoptr(GError) failure = NULL;

    while (wait_for_room(worker, &failure)) {
        WeftStream *stream = weft_listener_accept(acceptor->listener, &failure);
        if (stream == NULL)
            break;
        weft_counter_add(&worker->n_accepted, 1);
        atomic_fetch_add(&worker->server->n_connections, 1);
        weft_connection_admit(acceptor->desk, stream, acceptor->tls);
    }
    if (!g_error_matches(failure, WEFT_ERROR, WEFT_ERROR_CANCELLED) && worker->error == NULL) {
        worker->error = g_steal_pointer(&failure);
        weft_server_stop(worker->server);
    }
    return TRUE;
}

static gboolean
start_accepting(WeftWorker *worker, WeftGroup *accepting, GError **error)
{
    GArray *addresses = worker->server->addresses;

    for (size_t i = 0; i < addresses->len; i++) {
        WeftServerAddress *address = &g_array_index(addresses, WeftServerAddress, i);
        WeftListener *listener = weft_listener_new(g_steal_fd(&worker->fds[i]), error);
        if (listener == NULL)
            return FALSE;

        Acceptor *acceptor = g_new(Acceptor, 1);
        acceptor->desk = &worker->desks[address->service_index];
        acceptor->listener = listener;
        acceptor->tls = address->tls;
        weft_group_spawn(accepting, "accept", accept_connections, acceptor, acceptor_free);
    }
    return TRUE;
}

/* ---- housekeeping ---- */

static void
close_expired(WeftWorker *worker)
{
    const int64_t now_us = weft_clock_now_us();

    for (size_t i = 0; i < worker->server->services->len; i++) {
        const int64_t timeout_ms = worker->desks[i].service->idle_timeout_ms;

        if (timeout_ms > 0)
            weft_connection_close_parked(&worker->desks[i], now_us - timeout_ms * 1000);
    }
}

/* Closes connections that were idle too long, and gives back what a burst has left. */
static gboolean
keep_house(gpointer data, GError **error)
{
    WeftWorker *worker = data;
    gboolean has_idle_blocks = FALSE;

    for (;;) {
        if (weft_counter_get(&worker->n_parked) == 0 && !has_idle_blocks) {
            if (!weft_wait(&worker->parking, "idle connections", error))
                return FALSE;
        }
        if (!weft_fiber_sleep_ms(worker->tick_ms, error))
            return FALSE;
        close_expired(worker);
        has_idle_blocks = weft_block_trim();
    }
}

void
weft_worker_connection_parked(WeftWorker *worker)
{
    weft_wait_queue_wake_oldest(&worker->parking);
}

void
weft_worker_connection_closed(WeftWorker *worker)
{
    atomic_fetch_sub(&worker->server->n_connections, 1);
    weft_wait_queue_wake_oldest(&worker->room);
}

static int64_t
choose_tick_ms(const WeftServer *server)
{
    int64_t tick_ms = MAX_TICK_MS;

    for (size_t i = 0; i < server->services->len; i++) {
        const WeftService *service = g_ptr_array_index(server->services, i);

        if (service->idle_timeout_ms > 0)
            tick_ms = MIN(tick_ms, MAX(service->idle_timeout_ms / 4, MIN_TICK_MS));
    }
    return tick_ms;
}

/* ---- bursts ---- */

/* Gives fibers to connections that wait for one, few at a time. */
static gboolean
usher(gpointer data, GError **error)
{
    WeftWorker *worker = data;

    for (;;) {
        if (worker->oldest_waiting == NULL &&
            !weft_wait(&worker->waiting, "connections with input", error))
            return FALSE;
        weft_connection_serve_waiting(worker, WEFT_SERVE_AT_ONCE);
        if (!weft_fiber_yield(error))
            return FALSE;
    }
}

/* ---- signals ---- */

static void
obey(WeftServer *server, int number)
{
    if (number == SIGUSR1) {
        weft_dump_fibers(STDERR_FILENO);
        return;
    }
    if (number == SIGHUP) {
        weft_server_tell(server, WEFT_SERVER_RELOAD);
        return;
    }

    pthread_mutex_lock(&server->mutex);
    const gboolean is_second = server->is_stopping;
    pthread_mutex_unlock(&server->mutex);
    if (!is_second) {
        weft_server_stop(server);
        return;
    }
    weft_server_cancel(server);
    weft_signals_let_go();
}

typedef struct {
    WeftServer *server;
    WeftDescriptor *descriptor;
} SignalWatch;

static void
signal_watch_free(gpointer data)
{
    SignalWatch *watch = data;

    weft_signals_end();
    weft_descriptor_free(watch->descriptor);
    g_free(watch);
}

static gboolean
watch_signals(gpointer data, GError **error)
{
    SignalWatch *watch = data;
    WeftDescriptor *descriptor = watch->descriptor;
    uint8_t numbers[16];

    for (;;) {
        ssize_t n_read = read(descriptor->fd, numbers, sizeof numbers);
        for (ssize_t i = 0; i < n_read; i++)
            obey(watch->server, numbers[i]);
        if (n_read < 0)
            descriptor->is_readable = FALSE;
        if (!weft_descriptor_wait_readable(descriptor, "signals", error))
            return FALSE;
    }
}

static gboolean
start_watching_signals(WeftWorker *worker, WeftGroup *group, GError **error)
{
    int fd = g_steal_fd(&worker->server->signals_fd);

    if (fd < 0)
        return TRUE;
    WeftDescriptor *descriptor = weft_descriptor_new(fd, error);
    if (descriptor == NULL) {
        weft_signals_end();
        return FALSE;
    }

    SignalWatch *watch = g_new(SignalWatch, 1);
    watch->server = worker->server;
    watch->descriptor = descriptor;
    weft_group_spawn(group, "signals", watch_signals, watch, signal_watch_free);
    return TRUE;
}

/* ---- stopping ---- */

static void
stop_arrived(WeftPost *post)
{
    WeftWorker *worker = (WeftWorker *)((char *)post - offsetof(WeftWorker, stop_post));

    worker->is_draining = TRUE;
    weft_wait_queue_wake_all(&worker->stopping);
}

static void
cancel_arrived(WeftPost *post)
{
    WeftWorker *worker = (WeftWorker *)((char *)post - offsetof(WeftWorker, cancel_post));

    if (worker->serving != NULL)
        weft_group_cancel(worker->serving, "the server stops");
}

static gboolean
wait_for_stop(WeftWorker *worker, GError **error)
{
    while (!worker->is_draining) {
        if (!weft_wait(&worker->stopping, "the stop", error))
            return FALSE;
    }
    return TRUE;
}

/* Who has connected, and what has been sent, before the stop is still served: let the event loop
 * find both.  Two turns: one for connections, one for their requests. */
static void
let_arrivals_in(void)
{
    for (int turn = 0; turn < 2; turn++)
        if (!weft_fiber_sleep_ms(1, NULL))
            return;
}

/* Let what is under way finish in time; who is late is cancelled when the group is freed. */
static void
drain(WeftWorker *worker)
{
    for (size_t i = 0; i < worker->server->services->len; i++)
        weft_connection_close_parked(&worker->desks[i], INT64_MAX);
    weft_connection_serve_waiting(worker, SIZE_MAX);

    g_auto(WeftDeadlineScope) grace = weft_deadline_scope_ms(worker->server->grace_ms);
    g_autoptr(GError) late = NULL;
    if (!weft_group_wait(worker->serving, &late))
        weft_group_cancel(worker->serving, "the server stops");
}

/* ---- the whole ---- */

/* In the order of their ends: first no new connections, then the served ones end. */
static gboolean
accept_until_stopped(WeftWorker *worker, GError **error)
{
    g_autoptr(WeftGroup) accepting = weft_group_new();

    if (!start_accepting(worker, accepting, error))
        return FALSE;
    if (worker->index == 0)
        weft_server_tell(worker->server, WEFT_SERVER_RUNS);
    if (!wait_for_stop(worker, error))
        return FALSE;
    let_arrivals_in();
    return TRUE;
}

static gboolean
work(gpointer data, GError **error)
{
    WeftWorker *worker = data;
    g_autoptr(WeftGroup) keeping = weft_group_new();

    weft_scheduler_set_idle_poll_us(worker->server->idle_poll_us);
    worker->serving = weft_group_new();
    weft_server_enlist(worker->server, worker);
    weft_group_spawn(keeping, "housekeeper", keep_house, worker, NULL);
    weft_group_spawn(keeping, "usher", usher, worker, NULL);
    gboolean succeeded = worker->index > 0 || start_watching_signals(worker, keeping, error);
    succeeded = succeeded && accept_until_stopped(worker, error);
    if (!succeeded)
        weft_server_stop(worker->server);

    worker->is_draining = TRUE;
    if (worker->index == 0)
        weft_server_tell(worker->server, WEFT_SERVER_STOPS);
    drain(worker);
    weft_group_free(g_steal_pointer(&worker->serving));
    if (worker->index == 0)
        weft_server_tell(worker->server, WEFT_SERVER_ENDED);
    weft_server_discharge(worker->server, worker);
    return succeeded;
}

static void
desks_init(WeftWorker *worker)
{
    GPtrArray *services = worker->server->services;

    worker->desks = g_new0(WeftDesk, services->len);
    for (size_t i = 0; i < services->len; i++) {
        worker->desks[i].worker = worker;
        worker->desks[i].service = g_ptr_array_index(services, i);
    }
}

void
weft_worker_run(WeftWorker *worker)
{
    g_autoptr(GError) failure = NULL;

    worker->stop_post.run = stop_arrived;
    worker->cancel_post.run = cancel_arrived;
    worker->tick_ms = choose_tick_ms(worker->server);
    desks_init(worker);
    if (!weft_run("worker", work, worker, &failure) && worker->error == NULL)
        worker->error = g_steal_pointer(&failure);
    if (worker->error != NULL)
        weft_server_stop(worker->server);
    g_clear_pointer(&worker->desks, g_free);
}
