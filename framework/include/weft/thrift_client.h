/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/thrift_service.h>
#include <weft/tls.h>

G_BEGIN_DECLS

/**
 * A client of a Thrift service: a pool of connections, opened when needed.  Fibers of one thread
 * may share it; each call has a connection to itself while it lasts.  A call ends with the deadline
 * of its fiber, which is told to the server where the transport can.  Where several threads call,
 * each has a client of its own.
 */
typedef struct WeftThriftClient WeftThriftClient;

/**
 * @url: `thrift://HOST:PORT[,HOST:PORT...][?OPTIONS]`, `thrift+tls://...`, `thrift+unix:/PATH`,
 * `http://HOST[:PORT]/PATH`, `https://...`.  Options, joined by `&`:
 *
 *     protocol=binary|compact|json       default binary
 *     transport=framed|buffered|header   default framed; not over HTTP
 *     service=NAME                       multiplexed: calls go to the service of this name
 *     timeout=200ms|5s|1m                of one call, where the fiber has no earlier deadline;
 *                                        default 10s; 0s: none
 *     connect_timeout=1s                 of one host, TLS included
 *     connections=64                     at most; more calls wait for one, in order
 *     idle=50s                           what is unused so long is closed: less than the 60s after
 *                                        which servers do it, as a rule; 0s: never
 *     retries=1                          more tries of a call that broke; see below
 *     ca=FILE, insecure=1                TLS: whom to trust, if not the system's authorities; any
 *
 * Several hosts take turns; one that failed comes last for a while.
 * Returns: NULL with WEFT_ERROR_INVALID where @url cannot be understood; nothing is connected yet
 */
WeftThriftClient *weft_thrift_client_new(const char *url, GError **error);

/** No call may be under way. */
void weft_thrift_client_free(WeftThriftClient *client);

/**
 * Call @method; generated functions do.
 *
 * A call whose connection breaks is made again, on another one, where that is safe: an idempotent
 * method's always, another's if the server cannot have received all of the call.  What the server
 * has answered, and what came too late, is never tried again.
 *
 * @arena: strings and containers of @result are in it; (nullable) where there are none
 * @result: of the method's result type, as init left it; NULL for oneway
 * Returns: FALSE with @error set: WEFT_THRIFT_EXCEPTION for a declared exception, WEFT_THRIFT_ERROR
 * for the server's refusal and for an answer that is none, WEFT_ERROR_CLOSED, _TIMED_OUT,
 * _CANCELLED, _IO for the connection, _LIMIT for what is too large.
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

/** Metadata to send (header transport, HTTP; others have none), and, behind proceed, what came
 * back: lives as long as the call.  Names in any case.  Copied; (nullable). */
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
