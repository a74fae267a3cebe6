/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool of requests and answers, one a thread.
 */

#include "http/exchange.h"

/* Idle ones kept: a burst must not hold memory for ever. */
#define MAX_IDLE 64

typedef struct {
    WeftHttpExchange *idle; /* last used first: its memory is in the cache */
    unsigned n_idle;
} Pool;

static void
exchange_free(WeftHttpExchange *exchange)
{
    weft_http_request_clear(&exchange->request);
    weft_http_response_clear(&exchange->response);
    g_free(exchange);
}

/* As the GPrivate has it, which is there for the end of a thread; this one costs no call. */
static _Thread_local Pool *pool_here;

static void
pool_free(gpointer data)
{
    Pool *pool = data;

    pool_here = NULL;
    while (pool->idle != NULL) {
        WeftHttpExchange *exchange = pool->idle;

        pool->idle = exchange->next;
        exchange_free(exchange);
    }
    g_free(pool);
}

static Pool *
pool_of_thread(void)
{
    static GPrivate pools = G_PRIVATE_INIT(pool_free);

    if (G_UNLIKELY(pool_here == NULL)) {
        pool_here = g_new0(Pool, 1);
        g_private_set(&pools, pool_here);
    }
    return pool_here;
}

WeftHttpExchange *
weft_http_exchange_take(void)
{
    Pool *pool = pool_of_thread();
    WeftHttpExchange *exchange = pool->idle;

    if (exchange != NULL) {
        pool->idle = exchange->next;
        pool->n_idle--;
        return exchange;
    }
    exchange = g_new0(WeftHttpExchange, 1);
    weft_http_request_init(&exchange->request);
    weft_http_response_init(&exchange->response);
    return exchange;
}

void
weft_http_exchange_put(WeftHttpExchange *exchange)
{
    Pool *pool = pool_of_thread();

    if (pool->n_idle == MAX_IDLE) {
        exchange_free(exchange);
        return;
    }
    exchange->next = pool->idle;
    pool->idle = exchange;
    pool->n_idle++;
}
