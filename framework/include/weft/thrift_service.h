/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/service.h>
#include <weft/thrift_codec.h>
#include <weft/thrift_error.h>

G_BEGIN_DECLS

/**
 * A Thrift server: handlers of one or several IDL services behind one address.  Framed and
 * unframed, binary, compact, JSON and the header transport are told apart by the first bytes of
 * each message.
 *
 * A call ends with the earliest of three times: what its method has (or else the service), and what
 * the client says with the metadata "timeout-ms".  A client that closes, or ends what it sends,
 * while it waits for an answer has left: its call is cancelled.  Oneway calls are seen through.
 */

/** One call, while its handler runs. */
typedef struct WeftCall WeftCall;

/** Results are allocated here; it ends when the answer has been sent. */
WeftArena *weft_call_arena(WeftCall *call);

/** What was given with the handler. */
gpointer weft_call_data(const WeftCall *call);

/** As in the IDL: "Profiles", "get". */
const char *weft_call_service_name(const WeftCall *call);
const char *weft_call_method_name(const WeftCall *call);

/** The peer: "192.0.2.1:4711" */
const char *weft_call_peer(const WeftCall *call);

/** As weft_stream_peer_user(). */
gboolean weft_call_peer_user(const WeftCall *call, uid_t *ret_user);

/** Metadata of the header transport (of HTTP: header fields).  (nullable): what the client sent.
 * Names in any case. */
const char *weft_call_metadata(const WeftCall *call, const char *name);

/** Send metadata with the answer, where the transport has some; copied. */
void weft_call_set_metadata(WeftCall *call, const char *name, const char *value);

/** A handler as the library calls it: generated, it calls the typed one. */
typedef gboolean (*WeftThriftInvoke)(WeftCall *call, const void *handler, const void *arguments,
                                     void *result, GError **error);

/** One method of a service; generated. */
typedef struct {
    const char *name;
    const WeftThriftType *arguments; /* a struct */
    const WeftThriftType *result;    /* a struct: field 0 is the result: optional, with a presence
                                        bit, which invoke sets where the handler succeeds; the
                                        others are the declared exceptions (pointers, NULL: not
                                        thrown).  No fields where there is neither; NULL: oneway */
    WeftThriftInvoke invoke;
    int64_t timeout_ms; /* annotation weft.timeout_ms; 0: none of its own */
    bool is_idempotent; /* annotation weft.idempotent */
} WeftThriftMethod;

/** A service of an IDL file; generated. */
typedef struct WeftThriftInterface WeftThriftInterface;
struct WeftThriftInterface {
    const char *name;
    const WeftThriftInterface *base; /* (nullable): `extends`; its handler struct begins ours */
    const WeftThriftMethod *methods; /* sorted by name (strcmp) */
    uint32_t n_methods;
};

/** Returns: (nullable): @interface's method or that of its bases */
const WeftThriftMethod *weft_thrift_interface_find(const WeftThriftInterface *interface,
                                                   const char *name, size_t length);

/** Which handlers answer.  Made before the server runs, then shared by all workers. */
typedef struct WeftThriftProcessor WeftThriftProcessor;

WeftThriftProcessor *weft_thrift_processor_new(void);
void weft_thrift_processor_free(WeftThriftProcessor *processor);

/**
 * Generated functions call this with the right types.
 * @handler: (transfer none): outlives the server
 * @data: for weft_call_data(); (transfer full): freed with @data_free
 * The first one added answers calls that name no service; all answer multiplexed calls by their
 * interface's name.
 */
void weft_thrift_processor_add(WeftThriftProcessor *processor, const WeftThriftInterface *interface,
                               const void *handler, gpointer data, GDestroyNotify data_free);

/**
 * Stands around every call, the first added outermost: checks, logs, measures, and calls
 * weft_call_proceed() - or fails without.
 */
typedef gboolean (*WeftThriftInterceptor)(WeftCall *call, gpointer data, GError **error);
void weft_thrift_processor_add_interceptor(WeftThriftProcessor *processor,
                                           WeftThriftInterceptor interceptor, gpointer data,
                                           GDestroyNotify data_free);
WEFT_PARKS gboolean weft_call_proceed(WeftCall *call, GError **error);

typedef struct {
    WeftThriftLimits message;
    int64_t call_timeout_ms;    /* of a handler, where the caller gives no earlier one; 0: none */
    int64_t message_timeout_ms; /* from the first byte of a message to its last, either way */
    uint32_t max_concurrent_calls; /* of one worker; beyond: OVERLOADED; 0: no limit */
    uint32_t max_pipelined_calls;  /* of one connection at the same time; 1: one after the other, in
                                      order */
} WeftThriftServiceLimits;

/** 30 s for a message, one call of a connection at a time, no other limits of these. */
WeftThriftServiceLimits weft_thrift_service_limits_default(void);

/** @processor: (transfer full) */
WeftService *weft_thrift_service_new(WeftThriftProcessor *processor);

/** Copied.  Before the server runs. */
void weft_thrift_service_set_limits(WeftService *service, const WeftThriftServiceLimits *limits);

/** One line a call, written to @fd (transfer none) by a thread of its own. */
void weft_thrift_service_set_access_log(WeftService *service, int fd);

/** What was counted of one method, over all workers. */
typedef struct {
    const char *service;
    const char *method;
    uint64_t n_calls;
    uint64_t n_exceptions;     /* declared ones */
    uint64_t n_errors;         /* others */
    uint64_t n_by_latency[24]; /* [i]: calls of less than 2^i us, and not less than half that;
                                  the last: all longer ones */
    uint64_t latency_sum_us;
} WeftThriftMethodMetrics;

/** Call @visit for each method; from any thread. */
void weft_thrift_service_visit_metrics(WeftService *service,
                                       void (*visit)(const WeftThriftMethodMetrics *metrics,
                                                     gpointer data),
                                       gpointer data);

/** Set what answers the built-in health method ("weft.health", and of the header transport's);
 * starts as TRUE, becomes FALSE when the server drains.  From any thread. */
void weft_thrift_service_set_healthy(WeftService *service, gboolean is_healthy);

/**
 * One message and its answer, for transports of one's own: HTTP bodies, queues, tests.
 * @message: changed (strings get their NULs); outlives the call
 * @ret_answer: (transfer full) (nullable): NULL after a oneway call
 * Returns: FALSE with @error set where @message has no readable head: nobody can be answered
 */
WEFT_PARKS gboolean weft_thrift_processor_process(const WeftThriftProcessor *processor,
                                                  WeftThriftProtocol protocol, uint8_t *message,
                                                  size_t size, GBytes **ret_answer, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftThriftProcessor, weft_thrift_processor_free)

G_END_DECLS
