/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request and its answer, lent from a pool of the thread: a request in the steady state costs no
 * allocation, and the fiber's stack stays small.
 */
#pragma once

#include "http/response.h"

G_BEGIN_DECLS

typedef struct WeftHttpExchange WeftHttpExchange;
struct WeftHttpExchange {
    WeftHttpRequest request;
    WeftHttpResponse response;
    int64_t begun_us;       /* monotonic; only for an access log or counters */
    WeftHttpExchange *next; /* in the pool */
};

WeftHttpExchange *weft_http_exchange_take(void);
void weft_http_exchange_put(WeftHttpExchange *exchange);

G_END_DECLS
