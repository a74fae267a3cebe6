/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is counted of requests lies in the tree of statistics, below "http".
 */

#include "http/metrics.h"

#include "http/service.h"

#include <pthread.h>
#include <string.h>
#include <weft/clock.h>
#include <weft/statistics.h>

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

static struct {
    WeftStatistic *requests[WEFT_HTTP_N_COUNTED_METHODS][WEFT_HTTP_N_STATUS_CLASSES]; /* atomic */
    WeftStatistic *received_bytes;
    WeftStatistic *sent_bytes;
    WeftStatistic *duration;
} counted;

static void
enlist(void)
{
    counted.received_bytes = weft_statistic_counter("http.received_bytes",
                                                    "Bytes of request bodies: uploads above all.");
    counted.sent_bytes = weft_statistic_counter("http.sent_bytes", "Bytes of answers' bodies.");
    counted.duration = weft_statistic_histogram(
        "http.request_duration_us", "From the head of a request to the end of its answer.");
}

static void
make_ready(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, enlist);
}

/* Those that have never happened are not in the tree. */
static WeftStatistic *
counter_of(size_t method, size_t status_class)
{
    WeftStatistic **counter = &counted.requests[method][status_class];
    WeftStatistic *there = g_atomic_pointer_get(counter);

    if (G_UNLIKELY(there == NULL)) {
        g_autofree char *name = g_strdup_printf("http.requests{method=%s,status=%zuxx}",
                                                methods[method], status_class + 1);
        there = weft_statistic_counter(name, "Requests answered.");
        g_atomic_pointer_set(counter, there);
    }
    return there;
}

static size_t
index_of_method(const char *method)
{
    size_t index = 0;

    while (index < WEFT_HTTP_N_COUNTED_METHODS - 1 && strcmp(methods[index], method) != 0)
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
    make_ready();

    const char *method =
        weft_http_request_has_line(request) ? weft_http_request_method(request) : "";
    const unsigned status_class = CLAMP(response->status / 100, 1, WEFT_HTTP_N_STATUS_CLASSES) - 1;

    weft_statistic_add(counter_of(index_of_method(method), status_class), 1);
    weft_statistic_add(counted.received_bytes, request->body.n_read_bytes);
    if (response->framing != WEFT_HTTP_BODY_NONE)
        weft_statistic_add(counted.sent_bytes, response->n_body_bytes);
    weft_statistic_record(counted.duration, weft_clock_now_us() - exchange->begun_us);
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
    make_ready();
}

static void
get_requests(WeftHttpMetrics *metrics)
{
    for (size_t i = 0; i < WEFT_HTTP_N_COUNTED_METHODS; i++)
        for (size_t k = 0; k < WEFT_HTTP_N_STATUS_CLASSES; k++) {
            WeftStatistic *counter = g_atomic_pointer_get(&counted.requests[i][k]);

            if (counter != NULL)
                metrics->n_requests[i][k] = weft_statistic_value(counter);
        }
}

static void
get_latencies(WeftHttpMetrics *metrics)
{
    int64_t n_so_far = 0;
    WeftStatisticSummary summary;

    for (size_t i = 0; i < WEFT_HTTP_N_LATENCY_BOUNDS; i++) {
        const int64_t n_up_to = weft_statistic_count_up_to(counted.duration, bounds_us[i]);

        metrics->n_by_latency[i] = n_up_to - n_so_far;
        n_so_far = n_up_to;
    }
    weft_statistic_summarize(counted.duration, &summary);
    metrics->n_by_latency[WEFT_HTTP_N_LATENCY_BOUNDS] = summary.n_values - n_so_far;
    metrics->latency_sum_us = summary.sum;
}

void
weft_http_get_metrics(WeftHttpMetrics *ret_metrics)
{
    WeftHttpMetrics metrics = {0};

    make_ready();
    get_requests(&metrics);
    metrics.n_received_bytes = weft_statistic_value(counted.received_bytes);
    metrics.n_sent_bytes = weft_statistic_value(counted.sent_bytes);
    get_latencies(&metrics);
    *ret_metrics = metrics;
}
