/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a Thrift service was told, what its threads count, and what they keep for the next call.
 */
#pragma once

#include "http/log_writer.h"
#include "server/metrics.h"
#include "thrift/call.h"

#include <pthread.h>
#include <weft/thrift_service.h>

G_BEGIN_DECLS

#define WEFT_THRIFT_N_LATENCIES G_N_ELEMENTS(((WeftThriftMethodMetrics *)NULL)->n_by_latency)

/** What a thread has counted of a method. */
typedef struct {
    WeftCounter n_calls;
    WeftCounter n_exceptions;
    WeftCounter n_errors;
    WeftCounter n_by_latency[WEFT_THRIFT_N_LATENCIES];
    WeftCounter latency_sum_us;
} WeftThriftCounters;

typedef struct WeftThriftServiceData WeftThriftServiceData;
typedef struct WeftThriftSession WeftThriftSession;
typedef struct WeftThriftTurn WeftThriftTurn;
typedef struct WeftThriftWorker WeftThriftWorker;

/** What a service has on one thread. */
struct WeftThriftWorker {
    WeftThriftServiceData *service;
    pthread_t thread;
    WeftThriftWorker *next;
    uint32_t n_calls;        /* under way */
    gboolean expects_large;  /* the last message was: the next one is read in one go */
    WeftThriftSession *idle; /* last used first */
    unsigned n_idle;
    WeftThriftTurn *idle_turns; /* of calls that run at the same time */
    unsigned n_idle_turns;
    WeftThriftCounters counters[]; /* by WeftThriftRow's index */
};

struct WeftThriftServiceData {
    WeftThriftProcessor *processor;
    WeftThriftServiceLimits limits;
    WeftHttpLogWriter *log_writer; /* NULL: none */
    uint64_t id;                   /* never that of another service of the process */
    pthread_mutex_t mutex;         /* for workers */
    WeftThriftWorker *workers;     /* newest first; they end with the service */
};

/** The calling thread's worker. */
WeftThriftWorker *weft_thrift_worker_here(WeftThriftServiceData *service);

/** A call as its service sees it, for counters and log. */
typedef struct {
    int64_t begun_us;
    size_t n_received_bytes;
    size_t n_sent_bytes;
} WeftThriftAccount;

/** Run a call that was read, unless there are too many.  Parks. */
void weft_thrift_worker_run(WeftThriftWorker *worker, WeftCall *call, WeftThriftAccount *account);

/** It is answered: count, and write the line. */
void weft_thrift_worker_note(WeftThriftWorker *worker, const WeftCall *call,
                             const WeftThriftAccount *account);

G_END_DECLS
