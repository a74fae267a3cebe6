/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connections of one client: lent to a call, given back, opened when needed, closed when nobody
 * needs them.  Knows which hosts answer.  One thread.
 */
#pragma once

#include "thrift/client_connection.h"

#include <weft/thrift_client.h>

G_BEGIN_DECLS

typedef struct WeftThriftPool WeftThriftPool;

/** @dialer: copied; what it points to outlives the pool */
WeftThriftPool *weft_thrift_pool_new(const WeftThriftDialer *dialer);

/** No call is under way. */
void weft_thrift_pool_free(WeftThriftPool *pool);

/**
 * A connection for one call, by turns of the hosts; those that failed lately come last.  Waits
 * where all are busy: first come, first served.
 * @must_be_fresh: one that was not used before
 * Returns: NULL with the error of the last host that was tried
 */
WEFT_PARKS WeftThriftConnection *weft_thrift_pool_take(WeftThriftPool *pool, gboolean must_be_fresh,
                                                       GError **error);

/** How a call left its connection. */
typedef enum {
    WEFT_THRIFT_USE_FINE,      /* answered */
    WEFT_THRIFT_USE_LAST,      /* answered, but the connection ends with it */
    WEFT_THRIFT_USE_LATE,      /* no answer came in time */
    WEFT_THRIFT_USE_ABANDONED, /* the caller was cancelled */
    WEFT_THRIFT_USE_BROKEN,
} WeftThriftUse;

/** Give it back; what is not fine is closed. */
void weft_thrift_pool_put(WeftThriftPool *pool, WeftThriftConnection *connection,
                          WeftThriftUse use);

/** All but n_retries, which is the caller's. */
void weft_thrift_pool_get_metrics(const WeftThriftPool *pool, WeftThriftClientMetrics *ret_metrics);

G_END_DECLS
