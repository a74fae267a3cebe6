/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Accepted connections.  One that waits for its next request is *parked*: it lies in its desk's
 * list, without a fiber, a stack or a buffer, and its descriptor calls back at the next edge.
 */

#include <weft/service.h>

typedef struct WeftDesk WeftDesk;
typedef struct WeftWorker WeftWorker;

/* Connections that are given fibers at once; more wait until these have begun.  A burst so runs on
 * few stacks and buffers, which stay in the processor's cache. */
#define WEFT_SERVE_AT_ONCE 16

/* Lean: there is one for every idle client. */
struct WeftConnection {
    WeftStream *stream;
    WeftTlsContext *tls; /* until it is put on the stream, with the first byte; then NULL */
    WeftDesk *desk;      /* NULL: served by weft_service_serve_stream() */
    union {
        WeftBuffer *input; /* on the serving fiber's stack; NULL while nobody serves it */
        WeftConnection *next_waiting; /* while it waits for a fiber: who is next */
    };
    uint64_t id;
    WeftConnection *older; /* in the desk's list of parked, or of served ones */
    WeftConnection *newer;
    int64_t since_us;       /* it is in that list */
    gboolean wants_to_park; /* the service's last word */
    gpointer data;          /* the service's; owned */
    GDestroyNotify data_free;
};

uint64_t weft_connection_next_id(void);

/* Lend the connection an input buffer and let @service serve it once.  Parks. */
WeftServeResult weft_connection_serve(WeftConnection *connection, WeftService *service);

/*
 * Take in a freshly accepted stream: it is parked until its first byte.
 * @stream: (transfer full): of a socket
 * @tls: (nullable): what is spoken on it
 */
void weft_connection_admit(WeftDesk *desk, WeftStream *stream, WeftTlsContext *tls);

/* Give fibers to the @n_at_most connections that have waited longest for one.  Returns: FALSE:
 * nobody waits any more */
gboolean weft_connection_serve_waiting(WeftWorker *worker, size_t n_at_most);

/* Close the parked connections of @desk that were parked at or before @parked_at_us. */
void weft_connection_close_parked(WeftDesk *desk, int64_t parked_at_us);
