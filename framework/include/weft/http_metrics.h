/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/http.h>

G_BEGIN_DECLS

/**
 * What HTTP services have counted, over all threads since the start.  Only services that were told
 * to count do; a request then costs some additions to memory of its own thread, and no lock.
 */

/** Methods that are counted by name; all others are the last one, "other". */
#define WEFT_HTTP_N_COUNTED_METHODS 19
/** Status classes: 1xx to 5xx. */
#define WEFT_HTTP_N_STATUS_CLASSES 5
/** Latencies are counted in buckets with an upper bound each, and one for what is above all. */
#define WEFT_HTTP_N_LATENCY_BOUNDS 14

typedef struct {
    int64_t n_requests[WEFT_HTTP_N_COUNTED_METHODS][WEFT_HTTP_N_STATUS_CLASSES];
    int64_t n_received_bytes; /* of bodies that handlers read */
    int64_t n_sent_bytes;     /* of bodies */
    /* From the end of a request's head to the end of its answer; of each bucket alone. */
    int64_t n_by_latency[WEFT_HTTP_N_LATENCY_BOUNDS + 1];
    int64_t latency_sum_us;
} WeftHttpMetrics;

/** "GET", "PROPFIND", ..., "other". */
const char *weft_http_counted_method(size_t index);

/** The upper bound, inclusive, of a bucket: @index is less than WEFT_HTTP_N_LATENCY_BOUNDS. */
int64_t weft_http_latency_bound_us(size_t index);

/** Let a service count its requests; it does not by default.  Before the server runs. */
void weft_http_service_set_counting(WeftService *service, gboolean counts);

/** From any thread, at any time. */
void weft_http_get_metrics(WeftHttpMetrics *ret_metrics);

G_END_DECLS
