/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A worker: one thread with a scheduler, its listeners, and the connections it accepted.
 */

#include "fiber/scheduler.h"
#include "fiber/wait.h"
#include "io/address.h"
#include "server/connection.h"
#include "server/metrics.h"
#include "server/peer_table.h"

#include <pthread.h>
#include <stdatomic.h>

/* What a worker has for each service: the parked connections, oldest first, and the served ones. */
struct WeftDesk {
    WeftWorker *worker;
    WeftService *service;
    WeftConnection *oldest_parked;
    WeftConnection *newest_parked;
    WeftConnection *newest_served;
};

/* An address of a server, and the service behind it. */
typedef struct {
    WeftAddress address; /* as bound */
    size_t service_index;
    WeftTlsContext *tls; /* (nullable) */
    int fd;            /* listens from the moment it was added; worker 0 takes it, and leaves -1 */
    gboolean is_given; /* somebody else opened it, and keeps it */
} WeftServerAddress;

struct WeftWorker {
    WeftServer *server;
    unsigned index;
    GThread *thread; /* NULL for worker 0 */
    int *fds;        /* a listening socket for each address; -1 once a listener has it */
    GError *error;   /* why it ended, if it failed; read when it has ended */

    /* Under the server's mutex: how other threads reach it. */
    WeftScheduler *scheduler; /* NULL before it runs and after */
    WeftPost stop_post;
    WeftPost cancel_post;
    gboolean stop_is_posted;
    gboolean cancel_is_posted;

    /* The worker's thread only. */
    WeftDesk *desks;    /* one for each service */
    WeftGroup *serving; /* a fiber for each connection that has input */
    gboolean is_draining;
    WeftConnection *oldest_waiting; /* for a fiber */
    WeftConnection *newest_waiting;
    WeftWaitQueue waiting;   /* the usher, for one of them */
    uint64_t turn;           /* of the event loop, in which the last one was given a fiber */
    unsigned n_fibers_given; /* in that turn */
    int64_t tick_ms;         /* how often the housekeeper looks */
    WeftWaitQueue stopping;  /* for is_draining */
    WeftWaitQueue room;      /* for connections to close, at the limit */
    WeftWaitQueue parking;   /* the housekeeper, for something to look after */

    WeftCounter n_accepted;
    WeftCounter n_refused;
    WeftCounter n_active;
    WeftCounter n_parked;
    WeftCounter n_served;
    WeftCounter n_handshakes;
    WeftCounter n_failed_handshakes;
};

struct WeftServer {
    GPtrArray *services; /* WeftService, owned */
    GArray *addresses;   /* WeftServerAddress */
    unsigned n_workers;
    gboolean has_run;
    int signals_fd; /* once it runs: of weft_signals_begin(), until worker 0 takes it; -1: none */
    int64_t grace_ms;
    int64_t idle_poll_us;
    int64_t handshake_timeout_ms;
    WeftServerObserver observer; /* (nullable) */
    gpointer observer_data;
    size_t max_connections; /* 0: by RLIMIT_NOFILE */
    unsigned max_per_address;
    WeftPeerCounts *per_address; /* (nullable): connections; where there is a limit */

    pthread_mutex_t mutex; /* not a GMutex: ThreadSanitizer does not see those */
    WeftWorker *workers;   /* n_workers; NULL before the run */
    gboolean is_stopping;
    gboolean is_cancelling;

    atomic_size_t n_connections; /* of all workers */
};

/* Run @worker on the calling thread until the server stops; its failure is in worker->error. */
void weft_worker_run(WeftWorker *worker);

/* Tell the observer, if there is one.  Worker 0, in a fiber. */
void weft_server_tell(WeftServer *server, WeftServerEvent event);

/* For connection.c. */
void weft_worker_connection_parked(WeftWorker *worker);
void weft_worker_connection_closed(WeftWorker *worker);

/* Let all workers cancel what is under way: the second step of a stop.  From any thread. */
void weft_server_cancel(WeftServer *server);

/* Have @post run on @worker's thread; FALSE: it does not run.  From any thread. */
gboolean weft_worker_post(WeftWorker *worker, WeftPost *post);

/* Begin the calls of other threads to @worker, which runs on the calling one; and end them. */
void weft_server_enlist(WeftServer *server, WeftWorker *worker);
void weft_server_discharge(WeftServer *server, WeftWorker *worker);
