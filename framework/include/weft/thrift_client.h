/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/thrift_service.h>
#include <weft/tls.h>

G_BEGIN_DECLS

/**
 * A client of a Thrift service: a pool of connections, opened when needed.  Fibers of one thread
 * may share it; each call has a connection to itself while it lasts.  A call ends with the deadline
 * of its fiber, which is told to the server where the transport can.
 */
typedef struct WeftThriftClient WeftThriftClient;

/**
 * @url: `thrift://HOST:PORT[,HOST:PORT...][?OPTIONS]`, `thrift+tls://...`, `thrift+unix:/PATH`,
 * `http://HOST[:PORT]/PATH`, `https://...`.  Options, joined by `&`:
 *   protocol=binary|compact|json       default binary
 *   transport=framed|buffered|header   default framed
 *   service=NAME                       multiplexed: calls go to the service of this name
 *   timeout=200ms|5s                   of one call, where the fiber has no earlier deadline;
 * default 10s connect_timeout=1s connections=64                     at most; more calls wait for
 * one idle=60s                           what is unused so long is closed retries=1 more tries of
 * idempotent methods, on other connections ca=FILE, insecure=1                TLS: whom to trust
 * Several hosts: calls go to the first that answers, in turns.
 * Returns: NULL with @error set where @url cannot be understood; nothing is connected yet
 */
WeftThriftClient *weft_thrift_client_new(const char *url, GError **error);
void weft_thrift_client_free(WeftThriftClient *client);

/**
 * Call @method; generated functions do.
 * @service: for multiplexed calls, where the URL names none: (nullable)
 * @result: of the method's result type, as init left it; NULL for oneway.  Strings and containers
 * are in @arena. Returns: FALSE with @error set: WEFT_THRIFT_EXCEPTION for a declared exception,
 * WEFT_THRIFT_ERROR for the server's refusal, WEFT_ERROR_CLOSED, _TIMED_OUT, _CANCELLED, _IO for
 * the connection.
 */
WEFT_PARKS gboolean weft_thrift_client_call(WeftThriftClient *client,
                                            const WeftThriftMethod *method, const void *arguments,
                                            WeftArena *arena, void *result, GError **error);

/** What stands around calls, as the server's interceptors do. */
typedef struct WeftClientCall WeftClientCall;
typedef gboolean (*WeftThriftClientInterceptor)(WeftClientCall *call, gpointer data,
                                                GError **error);
void weft_thrift_client_add_interceptor(WeftThriftClient *client,
                                        WeftThriftClientInterceptor interceptor, gpointer data,
                                        GDestroyNotify data_free);
WEFT_PARKS gboolean weft_client_call_proceed(WeftClientCall *call, GError **error);
const char *weft_client_call_method_name(const WeftClientCall *call);

/** Metadata to send (header transport, HTTP), and what came back.  Copied; (nullable). */
void weft_client_call_set_metadata(WeftClientCall *call, const char *name, const char *value);
const char *weft_client_call_metadata(const WeftClientCall *call, const char *name);

typedef struct {
    unsigned n_open;      /* connections */
    unsigned n_busy;      /* of those: a call is under way */
    unsigned n_waiting;   /* fibers that wait for one */
    uint64_t n_connected; /* since the start */
    uint64_t n_evicted;   /* closed as broken, or because a call was abandoned */
    uint64_t n_retries;
} WeftThriftClientMetrics;
/** Of this client, now. */
void weft_thrift_client_get_metrics(const WeftThriftClient *client,
                                    WeftThriftClientMetrics *ret_metrics);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftThriftClient, weft_thrift_client_free)

G_END_DECLS
