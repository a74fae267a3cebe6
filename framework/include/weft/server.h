/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/service.h>

G_BEGIN_DECLS

/**
 * A server: listeners, the services behind them, and the threads ("workers") that run both.  Each
 * worker has its own scheduler, and its own listening socket where the system spreads connections
 * over several (SO_REUSEPORT).
 */
typedef struct WeftServer WeftServer;

WeftServer *weft_server_new(void);
void weft_server_free(WeftServer *server);

/** Threads that serve; default 1, so that handlers of a service never run at the same time. */
void weft_server_set_workers(WeftServer *server, unsigned n_workers);

/**
 * How long a worker that has nothing to do goes on asking for requests before it sleeps
 * (weft_scheduler_set_idle_poll_us()): quicker answers to clients that ask one thing after the
 * other, for processor time.  Default 0; 50 is worth trying.
 */
void weft_server_set_idle_poll_us(WeftServer *server, int64_t duration_us);

/** How long requests under way may go on after a stop, before they are cancelled; default 10 s. */
void weft_server_set_grace_ms(WeftServer *server, int64_t grace_ms);

/** Connections at most, over all workers; more wait in the listen queue.  Default: as many as
 * descriptors allow (RLIMIT_NOFILE, raised to its hard limit, less a reserve). */
void weft_server_set_max_connections(WeftServer *server, size_t n_connections);

/** Connections of one address (of one /64 network in IPv6) at most; more are told so and closed.
 * Default: no limit of its own. */
void weft_server_set_max_connections_per_address(WeftServer *server, unsigned n_connections);

/**
 * Bind now, accept later: after this the port is taken.
 * @address: "host:port", "[v6]:port", "unix:/path"; port 0 takes a free one
 * @service: (transfer full): consumed on failure, too
 */
gboolean weft_server_add(WeftServer *server, const char *address, WeftService *service,
                         GError **error);

/** Like add, for a second address of a service that was added before. */
gboolean weft_server_add_address(WeftServer *server, const char *address, WeftService *service,
                                 GError **error);

/**
 * Serve a socket that listens already: one that a supervisor opened before it started us.
 * @fd: (transfer full): consumed on failure, too; a unix socket stays in the file system at the end
 * @service: (transfer none): one that was added before, or (transfer full): a new one, consumed on
 * failure, too
 */
gboolean weft_server_add_socket(WeftServer *server, int fd, WeftService *service, GError **error);

/** How many addresses and sockets were added. */
size_t weft_server_n_listeners(const WeftServer *server);

/**
 * From now on clients of listener @index speak TLS; who speaks plainly is told so by the service's
 * protocol.  Listeners are numbered in the order they were added.
 * @context: kept: weft_tls_context_reload() changes what new connections have
 */
void weft_server_set_tls(WeftServer *server, size_t index, WeftTlsContext *context);

/** TRUE if clients of listener @index speak TLS. */
gboolean weft_server_is_tls(const WeftServer *server, size_t index);

/** How long a TLS handshake may take; default 10 s. */
void weft_server_set_handshake_timeout_ms(WeftServer *server, int64_t timeout_ms);

/** Returns: (transfer full): the address of listener @index as bound: "127.0.0.1:40123" */
char *weft_server_bound_address(const WeftServer *server, size_t index);

/** What a server tells the program around it. */
typedef enum {
    WEFT_SERVER_RUNS,   /* it accepts, on worker 0 at least; on the others within moments */
    WEFT_SERVER_RELOAD, /* SIGHUP: read the configuration again */
    WEFT_SERVER_STOPS,  /* it accepts no more, and finishes what is under way */
    WEFT_SERVER_ENDED,  /* worker 0 serves nobody any more: what its fibers shared may end */
} WeftServerEvent;

typedef void (*WeftServerObserver)(WeftServer *server, WeftServerEvent event, gpointer data);

/**
 * Hear of events, one after the other, in a fiber of worker 0; requests go on meanwhile on all
 * workers where @observer parks, and on the others in any case.  SIGHUP is caught only where there
 * is an observer.  Before the server runs.
 */
void weft_server_set_observer(WeftServer *server, WeftServerObserver observer, gpointer data);

/**
 * Open what weft_server_run() needs for all workers, and would open itself: behind this nothing can
 * be added or set, and the process may give up its rights to ports below 1024.
 */
gboolean weft_server_prepare(WeftServer *server, GError **error);

/**
 * Serve until SIGTERM, SIGINT or weft_server_stop(); then stop accepting, let what is under way
 * finish within the grace period, cancel the rest.  A second signal cancels at once.  SIGUSR1 dumps
 * all fibers to stderr, and after the second signal the next one has its usual effect.  Called from
 * main(), once, not from a fiber; the calling thread is worker 0.  Where several servers run in one
 * process, the first has the signals.
 */
gboolean weft_server_run(WeftServer *server, GError **error);

/**
 * Come back when each worker that runs has come by its event loop: until then it serves nobody. For
 * watchdogs; from a fiber of any thread.
 */
WEFT_PARKS gboolean weft_server_ping(WeftServer *server, GError **error);

/** Begin to stop; from any thread, and from a handler. */
void weft_server_stop(WeftServer *server);

/**
 * The calls above for a main() with one service: serve @address until SIGTERM, print what went
 * wrong.
 * @service: (transfer full)
 * Returns: an exit status
 */
int weft_serve(const char *address, WeftService *service);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftServer, weft_server_free)

G_END_DECLS
