/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/buffer.h>
#include <weft/stream.h>
#include <weft/tls.h>

G_BEGIN_DECLS

/** What a server does with accepted connections: HTTP, Thrift, yours. */
typedef struct WeftService WeftService;

/** One accepted connection, while a fiber serves it. */
typedef struct WeftConnection WeftConnection;

/** How a serve function leaves its connection. */
typedef enum {
    WEFT_SERVE_CLOSE, /* the protocol has ended; the server closes */
    WEFT_SERVE_PARK,  /* all input is handled, the input buffer is empty: wait for more without a
                         fiber */
} WeftServeResult;

/**
 * Serve @connection as long as there is input.  Called in a fiber whenever a connection that was
 * parked (or is new) has something to read; handlers are linear and may park as they like.
 * A protocol that keeps its state on the stack simply never returns WEFT_SERVE_PARK.
 */
typedef WeftServeResult (*WeftServeFunc)(WeftConnection *connection, gpointer data);

/**
 * @name: for logs and dumps; a literal
 * @data: (transfer full): shared by all workers, freed with @data_free
 */
WeftService *weft_service_new(const char *name, WeftServeFunc serve, gpointer data,
                              GDestroyNotify data_free);
void weft_service_free(WeftService *service);

/** Returns: (transfer none): what weft_service_new() was given; for setters of a protocol's own */
gpointer weft_service_data(const WeftService *service);

/** How long a parked connection is kept; default 60 s.  0: for ever. */
void weft_service_set_idle_timeout_ms(WeftService *service, int64_t timeout_ms);

/**
 * Serve a connection as soon as it is accepted, and not only once it has sent something: for
 * protocols in which the server speaks first, and for proxies, which do not know.  Over TLS, once
 * the handshake is done.  Before the server runs.
 */
void weft_service_set_speaks_first(WeftService *service, gboolean speaks_first);

/** What a protocol has to say before it is asked to serve; literals, all nullable. */
typedef struct {
    const char *alpn;        /* its name in TLS (RFC 7301): "http/1.1" */
    const char *without_tls; /* the answer to who speaks plainly where TLS is spoken */
    const char *too_many;    /* the answer to who has too many connections */
} WeftProtocol;

/** @protocol: lives as long as the service */
void weft_service_set_protocol(WeftService *service, const WeftProtocol *protocol);

/**
 * Serve @stream in the calling fiber until its protocol ends or the peer leaves; while it waits for
 * more input, it waits here.  For streams that no server accepted, and for tests.
 * @stream: (transfer full)
 * Returns: FALSE with @error set if the fiber was cancelled or late between two requests, or the
 * stream was silent for the service's idle timeout
 */
WEFT_PARKS gboolean weft_service_serve_stream(WeftService *service, WeftStream *stream,
                                              GError **error);

/** Returns: (transfer none): the stream to the peer */
WeftStream *weft_connection_stream(WeftConnection *connection);

/** The buffer for input, borrowed from the worker while the connection is served.  What is in it
 * was read, but not consumed. */
WeftBuffer *weft_connection_input(WeftConnection *connection);

/** TRUE once the server drains: finish this request, announce the close, return WEFT_SERVE_CLOSE.
 */
gboolean weft_connection_is_draining(const WeftConnection *connection);

/** TRUE if nobody on the way could listen: TLS. */
gboolean weft_connection_is_secure(const WeftConnection *connection);

/** A number for logs, unique in the process. */
uint64_t weft_connection_id(const WeftConnection *connection);

/** What the service keeps of a connection while it is parked, too; NULL at first. */
gpointer weft_connection_data(const WeftConnection *connection);

/** @data: (transfer full): freed with @data_free when the connection ends, or when other data is
 * set
 */
void weft_connection_set_data(WeftConnection *connection, gpointer data, GDestroyNotify data_free);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftService, weft_service_free)

G_END_DECLS
