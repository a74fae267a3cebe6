/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Servers: addresses are bound when they are added; a run starts the workers and waits for them.
 */

#include <weft/server.h>

#include "fiber/signals.h"
#include "io/listener.h"
#include "io/resolver.h"
#include "server/metrics.h"
#include "server/service.h"
#include "server/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define DEFAULT_GRACE_MS 10000
#define DEFAULT_HANDSHAKE_TIMEOUT_MS 10000
#define MAX_WORKERS 1024

/* Descriptors that are no connections: files being served, listeners, the event loops. */
#define MIN_RESERVED_DESCRIPTORS ((rlim_t)64)
#define RESERVED_PART 8

WeftServer *
weft_server_new(void)
{
    WeftServer *server = g_new0(WeftServer, 1);

    server->services = g_ptr_array_new_with_free_func((GDestroyNotify)weft_service_free);
    server->addresses = g_array_new(FALSE, FALSE, sizeof(WeftServerAddress));
    server->n_workers = 1;
    server->grace_ms = DEFAULT_GRACE_MS;
    server->handshake_timeout_ms = DEFAULT_HANDSHAKE_TIMEOUT_MS;
    pthread_mutex_init(&server->mutex, NULL);
    return server;
}

static void
close_address(WeftServerAddress *address)
{
    const WeftAddress *bound = &address->address;

    if (address->fd >= 0)
        close(address->fd);
    if (bound->socket.any.sa_family == AF_UNIX && !address->is_given)
        unlink(bound->socket.local.sun_path);
    weft_tls_context_unref(address->tls);
}

static void
workers_free(WeftServer *server)
{
    for (unsigned i = 0; server->workers != NULL && i < server->n_workers; i++) {
        for (size_t k = 0; k < server->addresses->len; k++)
            if (server->workers[i].fds[k] >= 0)
                close(server->workers[i].fds[k]);
        g_free(server->workers[i].fds);
    }
    g_free(server->workers);
}

void
weft_server_free(WeftServer *server)
{
    if (server == NULL)
        return;
    workers_free(server);
    for (size_t i = 0; i < server->addresses->len; i++)
        close_address(&g_array_index(server->addresses, WeftServerAddress, i));
    g_array_unref(server->addresses);
    g_ptr_array_unref(server->services);
    weft_peer_counts_free(server->per_address);
    pthread_mutex_destroy(&server->mutex);
    g_free(server);
}

void
weft_server_set_workers(WeftServer *server, unsigned n_workers)
{
    g_return_if_fail(n_workers > 0 && n_workers <= MAX_WORKERS && server->workers == NULL);
    server->n_workers = n_workers;
}

void
weft_server_set_idle_poll_us(WeftServer *server, int64_t duration_us)
{
    g_return_if_fail(duration_us >= 0);
    server->idle_poll_us = duration_us;
}

void
weft_server_set_grace_ms(WeftServer *server, int64_t grace_ms)
{
    g_return_if_fail(grace_ms >= 0);
    server->grace_ms = grace_ms;
}

void
weft_server_set_max_connections_per_address(WeftServer *server, unsigned n_connections)
{
    g_return_if_fail(n_connections > 0 && server->workers == NULL);
    server->max_per_address = n_connections;
    if (server->per_address == NULL)
        server->per_address = weft_peer_counts_new();
}

void
weft_server_set_handshake_timeout_ms(WeftServer *server, int64_t timeout_ms)
{
    g_return_if_fail(timeout_ms > 0);
    server->handshake_timeout_ms = timeout_ms;
}

void
weft_server_set_max_connections(WeftServer *server, size_t n_connections)
{
    g_return_if_fail(n_connections > 0);
    server->max_connections = n_connections;
}

void
weft_server_set_observer(WeftServer *server, WeftServerObserver observer, gpointer data)
{
    g_return_if_fail(server->workers == NULL);
    server->observer = observer;
    server->observer_data = data;
}

void
weft_server_tell(WeftServer *server, WeftServerEvent event)
{
    if (server->observer != NULL)
        server->observer(server, event, server->observer_data);
}

/* ---- addresses ---- */

/* The first of the name's addresses that lets us. */
static int
listen_on_any(const WeftAddress *addresses, size_t n_addresses, GError **error)
{
    for (size_t i = 0;; i++) {
        g_autoptr(GError) failure = NULL;
        int fd = weft_listen(&addresses[i], WEFT_LISTEN_ALONE, &failure);

        if (fd >= 0)
            return fd;
        if (i + 1 == n_addresses) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return -1;
        }
    }
}

static gboolean
add_address(WeftServer *server, const char *text, size_t service_index, GError **error)
{
    WeftServerAddress address = {.service_index = service_index};
    WeftEndpoint endpoint;
    size_t n_candidates;

    if (!weft_endpoint_parse(text, &endpoint, error))
        return FALSE;
    g_autofree WeftAddress *candidates = weft_resolve_blocking(&endpoint, &n_candidates, error);
    if (candidates == NULL)
        return FALSE;
    address.fd = listen_on_any(candidates, n_candidates, error);
    if (address.fd < 0)
        return FALSE;
    if (!weft_bound_address(address.fd, &address.address, error)) {
        close(address.fd);
        return FALSE;
    }
    g_array_append_val(server->addresses, address);
    return TRUE;
}

gboolean
weft_server_add(WeftServer *server, const char *address, WeftService *service, GError **error)
{
    g_autoptr(WeftService) owned = service;

    g_return_val_if_fail(server->workers == NULL, FALSE);
    if (!add_address(server, address, server->services->len, error))
        return FALSE;
    g_ptr_array_add(server->services, g_steal_pointer(&owned));
    return TRUE;
}

gboolean
weft_server_add_address(WeftServer *server, const char *address, WeftService *service,
                        GError **error)
{
    unsigned service_index;

    g_return_val_if_fail(server->workers == NULL, FALSE);
    g_return_val_if_fail(g_ptr_array_find(server->services, service, &service_index), FALSE);
    return add_address(server, address, service_index, error);
}

/* Returns: the index of @service, which is added if it is new */
static size_t
index_of(WeftServer *server, WeftService *service)
{
    unsigned index;

    if (!g_ptr_array_find(server->services, service, &index)) {
        index = server->services->len;
        g_ptr_array_add(server->services, service);
    }
    return index;
}

gboolean
weft_server_add_socket(WeftServer *server, int fd, WeftService *service, GError **error)
{
    WeftServerAddress address = {.fd = fd, .is_given = TRUE};
    int is_listening = 0;
    socklen_t size = sizeof is_listening;

    g_return_val_if_fail(server->workers == NULL, FALSE);
    address.service_index = index_of(server, service);
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &size) != 0)
        weft_error_set_errno(error, errno, "take descriptor %d as a socket", fd);
    else if (!is_listening)
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID, "socket %d does not listen", fd);
    else if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
        weft_error_set_errno(error, errno, "prepare socket %d", fd);
    else if (weft_bound_address(fd, &address.address, error)) {
        g_array_append_val(server->addresses, address);
        return TRUE;
    }
    close(fd);
    return FALSE;
}

size_t
weft_server_n_listeners(const WeftServer *server)
{
    return server->addresses->len;
}

void
weft_server_set_tls(WeftServer *server, size_t index, WeftTlsContext *context)
{
    g_return_if_fail(index < server->addresses->len && server->workers == NULL);

    WeftServerAddress *address = &g_array_index(server->addresses, WeftServerAddress, index);
    WeftTlsContext *before = address->tls;
    address->tls = weft_tls_context_ref(context);
    weft_tls_context_unref(before);
}

gboolean
weft_server_is_tls(const WeftServer *server, size_t index)
{
    g_return_val_if_fail(index < server->addresses->len, FALSE);
    return g_array_index(server->addresses, WeftServerAddress, index).tls != NULL;
}

char *
weft_server_bound_address(const WeftServer *server, size_t index)
{
    g_return_val_if_fail(index < server->addresses->len, NULL);
    return weft_address_format(&g_array_index(server->addresses, WeftServerAddress, index).address);
}

/* ---- reaching the workers from other threads ---- */

static void
post_stop_locked(WeftServer *server, WeftWorker *worker)
{
    if (worker->scheduler == NULL)
        return;
    if (server->is_stopping && !worker->stop_is_posted) {
        worker->stop_is_posted = TRUE;
        weft_scheduler_post(worker->scheduler, &worker->stop_post);
    }
    if (server->is_cancelling && !worker->cancel_is_posted) {
        worker->cancel_is_posted = TRUE;
        weft_scheduler_post(worker->scheduler, &worker->cancel_post);
    }
}

static void
stop_all(WeftServer *server, gboolean cancels)
{
    pthread_mutex_lock(&server->mutex);
    server->is_stopping = TRUE;
    server->is_cancelling = server->is_cancelling || cancels;
    for (unsigned i = 0; server->workers != NULL && i < server->n_workers; i++)
        post_stop_locked(server, &server->workers[i]);
    pthread_mutex_unlock(&server->mutex);
}

void
weft_server_stop(WeftServer *server)
{
    stop_all(server, FALSE);
}

void
weft_server_cancel(WeftServer *server)
{
    stop_all(server, TRUE);
}

gboolean
weft_worker_post(WeftWorker *worker, WeftPost *post)
{
    pthread_mutex_lock(&worker->server->mutex);
    const gboolean runs = worker->scheduler != NULL;
    if (runs)
        weft_scheduler_post(worker->scheduler, post);
    pthread_mutex_unlock(&worker->server->mutex);
    return runs;
}

void
weft_server_enlist(WeftServer *server, WeftWorker *worker)
{
    pthread_mutex_lock(&server->mutex);
    worker->scheduler = weft_scheduler_current();
    post_stop_locked(server, worker);
    pthread_mutex_unlock(&server->mutex);
}

void
weft_server_discharge(WeftServer *server, WeftWorker *worker)
{
    pthread_mutex_lock(&server->mutex);
    worker->scheduler = NULL;
    pthread_mutex_unlock(&server->mutex);
}

/* ---- running ---- */

static size_t
default_max_connections(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return SIZE_MAX;
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0 && getrlimit(RLIMIT_NOFILE, &limit) != 0)
            return SIZE_MAX;
    }
    rlim_t reserve = MAX(limit.rlim_cur / RESERVED_PART, MIN_RESERVED_DESCRIPTORS);
    return limit.rlim_cur > reserve ? (size_t)(limit.rlim_cur - reserve) : 1;
}

static gpointer
run_worker_thread(gpointer data)
{
    weft_worker_run(data);
    return NULL;
}

/* Worker @index's own socket on @address: worker 0 has the one that was opened first; unix sockets,
 * and those that others opened, cannot be opened twice, and are shared. */
static int
open_listening_socket(WeftServerAddress *address, unsigned index, GError **error)
{
    if (index == 0)
        return g_steal_fd(&address->fd);
    if (address->address.socket.any.sa_family != AF_UNIX && !address->is_given)
        return weft_listen(&address->address, WEFT_LISTEN_SHARED, error);

    int fd = fcntl(address->fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        weft_error_set_errno(error, errno, "share a listening socket");
    return fd;
}

static gboolean
open_listening_sockets(WeftServer *server, GError **error)
{
    /* Worker 0 last: the others make theirs from its. */
    for (unsigned i = server->n_workers; i-- > 0;) {
        for (size_t k = 0; k < server->addresses->len; k++) {
            WeftServerAddress *address = &g_array_index(server->addresses, WeftServerAddress, k);
            int fd = open_listening_socket(address, i, error);

            if (fd < 0)
                return FALSE;
            server->workers[i].fds[k] = fd;
        }
    }
    return TRUE;
}

/* The workers as they are before they run; others may reach for them from here on. */
static void
workers_init(WeftServer *server)
{
    pthread_mutex_lock(&server->mutex);
    server->workers = g_new0(WeftWorker, server->n_workers);
    for (unsigned i = 0; i < server->n_workers; i++) {
        server->workers[i].server = server;
        server->workers[i].index = i;
        server->workers[i].fds = g_new(int, server->addresses->len);
        for (size_t k = 0; k < server->addresses->len; k++)
            server->workers[i].fds[k] = -1;
    }
    pthread_mutex_unlock(&server->mutex);
}

static gboolean
take_first_error(WeftServer *server, GError **error)
{
    gboolean succeeded = TRUE;

    for (unsigned i = 0; i < server->n_workers; i++) {
        GError *failure = g_steal_pointer(&server->workers[i].error);

        if (failure == NULL)
            continue;
        if (succeeded)
            g_propagate_error(error, failure);
        else
            g_error_free(failure);
        succeeded = FALSE;
    }
    return succeeded;
}

gboolean
weft_server_prepare(WeftServer *server, GError **error)
{
    g_return_val_if_fail(server->workers == NULL, FALSE);
    g_return_val_if_fail(server->addresses->len > 0, FALSE);

    if (server->max_connections == 0)
        server->max_connections = default_max_connections();
    workers_init(server);
    return open_listening_sockets(server, error);
}

/* Before any worker answers: who has an answer may already send a signal. */
static gboolean
catch_signals(WeftServer *server, GError **error)
{
    g_autoptr(GError) failure = NULL;

    server->signals_fd = weft_signals_begin(server->observer != NULL, &failure);
    if (failure == NULL)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

/* If worker 0 has not come to watch them. */
static void
leave_signals(WeftServer *server)
{
    if (server->signals_fd < 0)
        return;
    close(g_steal_fd(&server->signals_fd));
    weft_signals_end();
}

gboolean
weft_server_run(WeftServer *server, GError **error)
{
    g_return_val_if_fail(!server->has_run, FALSE);
    if (server->workers == NULL && !weft_server_prepare(server, error))
        return FALSE;
    if (!catch_signals(server, error))
        return FALSE;

    server->has_run = TRUE;
    for (unsigned i = 1; i < server->n_workers; i++)
        server->workers[i].thread =
            g_thread_new("weft-worker", run_worker_thread, &server->workers[i]);
    weft_worker_run(&server->workers[0]);
    for (unsigned i = 1; i < server->n_workers; i++)
        g_thread_join(g_steal_pointer(&server->workers[i].thread));
    leave_signals(server);
    return take_first_error(server, error);
}

void
weft_server_get_metrics(WeftServer *server, WeftServerMetrics *ret_metrics)
{
    WeftServerMetrics sum = {0};

    pthread_mutex_lock(&server->mutex);
    for (unsigned i = 0; server->workers != NULL && i < server->n_workers; i++) {
        const WeftWorker *worker = &server->workers[i];

        sum.n_accepted += weft_counter_get(&worker->n_accepted);
        sum.n_refused += weft_counter_get(&worker->n_refused);
        sum.n_active += weft_counter_get(&worker->n_active);
        sum.n_parked += weft_counter_get(&worker->n_parked);
        sum.n_served += weft_counter_get(&worker->n_served);
        sum.n_handshakes += weft_counter_get(&worker->n_handshakes);
        sum.n_failed_handshakes += weft_counter_get(&worker->n_failed_handshakes);
    }
    pthread_mutex_unlock(&server->mutex);
    *ret_metrics = sum;
}

int
weft_serve(const char *address, WeftService *service)
{
    g_autoptr(WeftServer) server = weft_server_new();
    g_autoptr(GError) error = NULL;

    if (weft_server_add(server, address, service, &error) && weft_server_run(server, &error))
        return EXIT_SUCCESS;
    g_printerr("cannot serve: %s\n", error->message);
    return EXIT_FAILURE;
}
