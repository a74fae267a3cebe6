/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters by thread, and their sum.  A thread's counters are never freed: what it has counted
 * stays counted when it ends, and there are as many threads as workers.
 */

#include "http/metrics.h"

#include "http/service.h"
#include "server/metrics.h"

#include <pthread.h>
#include <string.h>
#include <weft/clock.h>

/* The most frequent ones first: it is searched in this order. */
static const char *const methods[WEFT_HTTP_N_COUNTED_METHODS] = {
    "GET",  "PROPFIND", "PUT",    "HEAD",       "OPTIONS", "LOCK",  "UNLOCK",
    "MOVE", "DELETE",   "COPY",   "MKCOL",      "POST",    "PATCH", "PROPPATCH",
    "ACL",  "REPORT",   "SEARCH", "MKCALENDAR", "other",
};

static const int64_t bounds_us[WEFT_HTTP_N_LATENCY_BOUNDS] = {
    250,   500,    1000,   2500,    5000,    10000,    25000,
    50000, 100000, 250000, 1000000, 2500000, 10000000, 60000000,
};

typedef struct Counters Counters;
struct Counters {
    WeftHttpMetrics metrics; /* each a WeftCounter */
    Counters *next;
};

/* pthread's own lock, so that ThreadSanitizer sees it. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static Counters *all;
static _Thread_local Counters *here;

static Counters *
enlist(void)
{
    Counters *counters = g_new0(Counters, 1);

    pthread_mutex_lock(&mutex);
    counters->next = all;
    all = counters;
    pthread_mutex_unlock(&mutex);
    return counters;
}

static size_t
index_of_method(const char *method)
{
    size_t index = 0;

    while (index < WEFT_HTTP_N_COUNTED_METHODS - 1 && strcmp(methods[index], method) != 0)
        index++;
    return index;
}

static size_t
index_of_latency(int64_t latency_us)
{
    size_t index = 0;

    while (index < WEFT_HTTP_N_LATENCY_BOUNDS && latency_us > bounds_us[index])
        index++;
    return index;
}

void
weft_http_metrics_count(const WeftHttpExchange *exchange)
{
    const WeftHttpRequest *request = &exchange->request;
    const WeftHttpResponse *response = &exchange->response;

    if (!request->service->counts)
        return;
    if (G_UNLIKELY(here == NULL))
        here = enlist();

    WeftHttpMetrics *metrics = &here->metrics;
    const char *method =
        weft_http_request_has_line(request) ? weft_http_request_method(request) : "";
    const unsigned status_class = CLAMP(response->status / 100, 1, WEFT_HTTP_N_STATUS_CLASSES) - 1;
    const int64_t latency_us = weft_clock_now_us() - exchange->begun_us;

    weft_counter_add(&metrics->n_requests[index_of_method(method)][status_class], 1);
    weft_counter_add(&metrics->n_received_bytes, request->body.n_read_bytes);
    if (response->framing != WEFT_HTTP_BODY_NONE)
        weft_counter_add(&metrics->n_sent_bytes, response->n_body_bytes);
    weft_counter_add(&metrics->n_by_latency[index_of_latency(latency_us)], 1);
    weft_counter_add(&metrics->latency_sum_us, latency_us);
}

const char *
weft_http_counted_method(size_t index)
{
    g_return_val_if_fail(index < WEFT_HTTP_N_COUNTED_METHODS, NULL);
    return methods[index];
}

int64_t
weft_http_latency_bound_us(size_t index)
{
    g_return_val_if_fail(index < WEFT_HTTP_N_LATENCY_BOUNDS, 0);
    return bounds_us[index];
}

void
weft_http_service_set_counting(WeftService *service, gboolean counts)
{
    WeftHttpServiceData *service_data = weft_service_data(service);

    service_data->counts = counts;
}

/* The struct is nothing but counters. */
static void
add_counters(int64_t *sum, const int64_t *counters)
{
    for (size_t i = 0; i < sizeof(WeftHttpMetrics) / sizeof *sum; i++)
        sum[i] += weft_counter_get(&counters[i]);
}

void
weft_http_get_metrics(WeftHttpMetrics *ret_metrics)
{
    WeftHttpMetrics sum = {0};

    pthread_mutex_lock(&mutex);
    for (const Counters *counters = all; counters != NULL; counters = counters->next)
        add_counters((int64_t *)&sum, (const int64_t *)&counters->metrics);
    pthread_mutex_unlock(&mutex);
    *ret_metrics = sum;
}
