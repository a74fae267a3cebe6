/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection of a client: messages out, answers in, in the transport that the URL asks for.
 */
#pragma once

#include "thrift/client_url.h"
#include "thrift/header.h"

#include <weft/buffer.h>
#include <weft/stream.h>
#include <weft/tls.h>

G_BEGIN_DECLS

/** How a client gets its streams; tests bring their own.  Parks. */
typedef WeftStream *(*WeftThriftConnect)(const WeftThriftUrlHost *host, gpointer data,
                                         GError **error);

/** What opening a connection takes. */
typedef struct {
    const WeftThriftUrl *url;
    WeftTlsContext *tls; /* (nullable) */
    WeftThriftConnect connect;
    gpointer connect_data;
} WeftThriftDialer;

typedef struct WeftThriftConnection WeftThriftConnection;
struct WeftThriftConnection {
    const WeftThriftUrl *url;
    unsigned host; /* of the URL's hosts */
    WeftStream *stream;
    WeftBuffer input;      /* a block while a call is under way, else nothing */
    WeftArena scratch;     /* the message, and what of the answer the caller does not want */
    uint32_t sequence_id;  /* of the call under way */
    uint64_t n_calls;      /* that were answered */
    int64_t idle_since_us; /* while it is idle, with its neighbours: */
    WeftThriftConnection *older;
    WeftThriftConnection *newer;
};

/** What goes out. */
typedef struct {
    WeftThriftWriter *writer; /* begun by weft_thrift_connection_start_message() */
    uint8_t *at;              /* where writing ended */
    const WeftThriftHeaderPair *pairs;
    uint32_t n_pairs;
} WeftThriftOutgoing;

/** What came in; all of it in the arena that was given. */
typedef struct {
    uint8_t *message; /* one byte behind it is there, too: readers that borrow write a NUL */
    size_t size;
    const WeftThriftHeaderPair *pairs;
    uint32_t n_pairs;
    gboolean is_last; /* the connection cannot be used again */
} WeftThriftIncoming;

/** Connect, and agree on TLS, within the URL's connect_timeout. */
WEFT_PARKS WeftThriftConnection *weft_thrift_connection_open(const WeftThriftDialer *dialer,
                                                             unsigned host, GError **error);
void weft_thrift_connection_free(WeftThriftConnection *connection);

/** TRUE if the server has closed it, or said what nobody asked for: of no use any more. */
gboolean weft_thrift_connection_is_stale(WeftThriftConnection *connection);

/** A call begins: borrow memory.  Ends with _rest(). */
void weft_thrift_connection_begin(WeftThriftConnection *connection);
void weft_thrift_connection_rest(WeftThriftConnection *connection);

/** Begin a message in @writer, with room for what the transport puts before it.  Returns: where it
 * goes on, NULL: @writer has the failure */
uint8_t *weft_thrift_connection_start_message(WeftThriftConnection *connection,
                                              WeftThriftWriter *writer);

/** Send a message, in one write. */
WEFT_PARKS gboolean weft_thrift_connection_send(WeftThriftConnection *connection,
                                                const WeftThriftOutgoing *outgoing, GError **error);

/**
 * Receive the answer.
 * Returns: FALSE with @error: WEFT_ERROR_CLOSED where the server left before the answer was whole,
 * WEFT_THRIFT_ERROR PROTOCOL for what is no message of this transport
 */
WEFT_PARKS gboolean weft_thrift_connection_receive(WeftThriftConnection *connection,
                                                   WeftArena *arena, WeftThriftIncoming *ret_answer,
                                                   GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftThriftConnection, weft_thrift_connection_free)

G_END_DECLS
