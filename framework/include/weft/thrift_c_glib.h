/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <thrift/c_glib/protocol/thrift_protocol.h>
#include <thrift/c_glib/server/thrift_server.h>
#include <thrift/c_glib/transport/thrift_transport.h>
#include <weft/service.h>
#include <weft/stream.h>
#include <weft/thrift_codec.h>

G_BEGIN_DECLS

/**
 * Programs written for Apache's c_glib, on fibers.  A library of its own: `weft::thrift_c_glib`, or
 * `pkg-config weft-thrift-c-glib`.
 *
 * c_glib trusts what it reads.  So each message is received as a whole, and its frame, all sizes in
 * it and its depth are checked, before a byte of it reaches c_glib.
 */

/**
 * A ThriftServer: `g_object_new(WEFT_TYPE_THRIFT_SERVER, ...)` with the properties that
 * THRIFT_TYPE_SIMPLE_SERVER has makes a server of thousands of connections on one thread.  What the
 * factories make is not asked for transports: framed and unframed clients are told apart by their
 * first bytes.  The protocol factory makes binary (also where there is none) or compact protocols.
 *
 * thrift_server_serve() runs until SIGTERM, SIGINT or thrift_server_stop(), as weft_server_run();
 * handlers run in fibers and may use all that parks.  "server_transport" is a ThriftServerSocket;
 * instead of it the property "address" is any address of weft_server_add().
 */
typedef struct WeftThriftServer WeftThriftServer;
typedef struct WeftThriftServerClass WeftThriftServerClass;

/** Use WEFT_TYPE_THRIFT_SERVER. */
GType weft_thrift_server_get_type(void);
#define WEFT_TYPE_THRIFT_SERVER (weft_thrift_server_get_type())
#define WEFT_THRIFT_SERVER(object)                                                                 \
    (G_TYPE_CHECK_INSTANCE_CAST((object), WEFT_TYPE_THRIFT_SERVER, WeftThriftServer))

/**
 * The same as a service, for a WeftServer of one's own: with TLS, other addresses, other services.
 * @factory: (nullable): binary
 * Returns: (transfer full): NULL with @error set where @factory makes other protocols than binary
 * and compact
 */
WeftService *weft_thrift_c_glib_service_new(ThriftProcessor *processor,
                                            ThriftProtocolFactory *factory, GError **error);

/**
 * A ThriftTransport for clients and for protocols on memory.  On a stream, all of a message is read
 * and checked before the first byte is handed out, and what was written leaves with flush().
 */
typedef struct WeftThriftTransport WeftThriftTransport;
typedef struct WeftThriftTransportClass WeftThriftTransportClass;

/** Use WEFT_TYPE_THRIFT_TRANSPORT. */
GType weft_thrift_transport_get_type(void);
#define WEFT_TYPE_THRIFT_TRANSPORT (weft_thrift_transport_get_type())
#define WEFT_THRIFT_TRANSPORT(object)                                                              \
    (G_TYPE_CHECK_INSTANCE_CAST((object), WEFT_TYPE_THRIFT_TRANSPORT, WeftThriftTransport))

/**
 * Open already: needs no framed or buffered transport above it.  Its reads and its flush() park.
 * @stream: (transfer full)
 * @is_framed: how messages are written; those that are read may be either
 * Returns: (transfer full)
 */
WeftThriftTransport *weft_thrift_transport_new(WeftStream *stream, gboolean is_framed);

/** On memory: reads from what set_input() was given, writes to what steal_output() returns.  Bytes
 * are not checked.  Returns: (transfer full) */
WeftThriftTransport *weft_thrift_transport_new_flat(void);

/** @data: (transfer none): outlives its being read */
void weft_thrift_transport_set_input(WeftThriftTransport *transport, const void *data, size_t size);

/** Returns: (transfer full): all that was written since the last call */
GBytes *weft_thrift_transport_steal_output(WeftThriftTransport *transport);

/**
 * Read a value of a struct type by any c_glib protocol.
 * @value: as init left it; strings and containers are in @arena
 * @limits: (nullable): the default ones
 */
gboolean weft_thrift_read_protocol(const WeftThriftType *type, void *value,
                                   ThriftProtocol *protocol, WeftArena *arena,
                                   const WeftThriftLimits *limits, GError **error);

/** Write a value of a struct type by any c_glib protocol.  c_glib has no uuid: WEFT_ERROR_INVALID.
 */
gboolean weft_thrift_write_protocol(const WeftThriftType *type, const void *value,
                                    ThriftProtocol *protocol, GError **error);

G_END_DECLS
