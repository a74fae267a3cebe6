/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers that are kept anyway, or that each worker counts for itself, put into text when somebody
 * asks.
 */
#include "webdav/weftdav/metrics.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <weft/deadline.h>
#include <weft/http_metrics.h>
#include <weft/metrics.h>
#include <weft/offload.h>
#include <weft/scheduler.h>

#include "webdav/weftdav/folder_job.h"
#include "webdav/weftdav/served.h"

/* How long the folder may take to answer, before the server does not count as ready. */
#define READY_MS 2000

#define TEXT_TYPE "text/plain; charset=utf-8"
#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* ---- the text format: https://prometheus.io/docs/instrumenting/exposition_formats/ ---- */

static void
begin_family(GString *text, const char *name, const char *type, const char *help)
{
    g_string_append_printf(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A family of one sample, without labels. */
static void
append_single(GString *text, const char *name, const char *type, const char *help, int64_t value)
{
    begin_family(text, name, type, help);
    g_string_append_printf(text, "%s %" G_GINT64_FORMAT "\n", name, value);
}

/* "0.00025" */
static void
append_seconds(GString *text, int64_t us)
{
    g_string_append_printf(text, "%" G_GINT64_FORMAT ".%06d", us / G_USEC_PER_SEC,
                           (int)(us % G_USEC_PER_SEC));
}

static void
append_requests(GString *text, const WeftHttpMetrics *http)
{
    const char *name = "weftdav_http_requests_total";

    begin_family(text, name, "counter", "Requests answered.");
    for (size_t i = 0; i < WEFT_HTTP_N_COUNTED_METHODS; i++)
        for (size_t k = 0; k < WEFT_HTTP_N_STATUS_CLASSES; k++)
            if (http->n_requests[i][k] > 0)
                g_string_append_printf(
                    text, "%s{method=\"%s\",status=\"%zuxx\"} %" G_GINT64_FORMAT "\n", name,
                    weft_http_counted_method(i), k + 1, http->n_requests[i][k]);
}

static void
append_latency(GString *text, const WeftHttpMetrics *http)
{
    const char *name = "weftdav_http_request_duration_seconds";
    int64_t n_so_far = 0;

    begin_family(text, name, "histogram", "From the head of a request to the end of its answer.");
    for (size_t i = 0; i < WEFT_HTTP_N_LATENCY_BOUNDS; i++) {
        n_so_far += http->n_by_latency[i];
        g_string_append_printf(text, "%s_bucket{le=\"", name);
        append_seconds(text, weft_http_latency_bound_us(i));
        g_string_append_printf(text, "\"} %" G_GINT64_FORMAT "\n", n_so_far);
    }
    n_so_far += http->n_by_latency[WEFT_HTTP_N_LATENCY_BOUNDS];
    g_string_append_printf(text, "%s_bucket{le=\"+Inf\"} %" G_GINT64_FORMAT "\n%s_sum ", name,
                           n_so_far, name);
    append_seconds(text, http->latency_sum_us);
    g_string_append_printf(text, "\n%s_count %" G_GINT64_FORMAT "\n", name, n_so_far);
}

static void
append_connections(GString *text, WeftServer *server)
{
    const char *name = "weftdav_connections";
    WeftServerMetrics metrics;

    weft_server_get_metrics(server, &metrics);
    append_single(text, "weftdav_connections_accepted_total", "counter", "Connections accepted.",
                  metrics.n_accepted);
    append_single(text, "weftdav_connections_refused_total", "counter",
                  "Connections closed at once: too many of one address.", metrics.n_refused);
    append_single(text, "weftdav_tls_handshakes_total", "counter", "TLS handshakes done.",
                  metrics.n_handshakes);
    append_single(text, "weftdav_tls_failed_handshakes_total", "counter",
                  "TLS handshakes that failed, and clients that began none.",
                  metrics.n_failed_handshakes);
    begin_family(text, name, "gauge",
                 "Connections: active ones are served by a fiber, parked ones wait without one.");
    g_string_append_printf(text,
                           "%s{state=\"active\"} %" G_GINT64_FORMAT
                           "\n%s{state=\"parked\"} %" G_GINT64_FORMAT "\n",
                           name, metrics.n_active, name, metrics.n_parked);
}

static void
append_offload(GString *text)
{
    static const struct {
        WeftOffloadLane lane;
        const char *name;
    } lanes[] = {{WEFT_OFFLOAD_DISK, "disk"}, {WEFT_OFFLOAD_NETWORK, "network"}};
    const char *name = "weftdav_offload_jobs";

    begin_family(text, name, "gauge", "Jobs on the pool of threads that may block.");
    for (size_t i = 0; i < G_N_ELEMENTS(lanes); i++) {
        const WeftOffloadLoad load = weft_offload_load(lanes[i].lane);

        g_string_append_printf(text,
                               "%s{lane=\"%s\",state=\"queued\"} %u\n"
                               "%s{lane=\"%s\",state=\"running\"} %u\n",
                               name, lanes[i].name, load.n_queued, name, lanes[i].name,
                               load.n_running);
    }
}

static char *
format_metrics(WeftDavProgram *program)
{
    GString *text = g_string_sized_new(4096);
    WeftHttpMetrics http;

    weft_http_get_metrics(&http);
    begin_family(text, "weftdav_info", "gauge", "What runs.");
    g_string_append(text, "weftdav_info{version=\"" WEFT_VERSION "\"} 1\n");
    append_single(text, "weftdav_start_time_seconds", "gauge", "When it started, since 1970.",
                  program->started_us / G_USEC_PER_SEC);
    append_requests(text, &http);
    append_latency(text, &http);
    append_single(text, "weftdav_http_received_bytes_total", "counter",
                  "Bytes of request bodies: uploads above all.", http.n_received_bytes);
    append_single(text, "weftdav_http_sent_bytes_total", "counter", "Bytes of answers' bodies.",
                  http.n_sent_bytes);
    append_single(text, "weftdav_access_log_dropped_lines_total", "counter",
                  "Lines of the access log that nobody took.",
                  (int64_t)weft_http_service_n_dropped_lines(program->service));
    append_connections(text, program->server);
    append_single(text, "weftdav_locks", "gauge", "Locks that clients hold.",
                  g_atomic_int_get(&program->locks->n_locks));
    append_single(text, "weftdav_fibers", "gauge", "Fibers that live.",
                  (int64_t)weft_count_fibers());
    append_offload(text);
    return g_string_free(text, FALSE);
}

/* ---- answers ---- */

static gboolean
answer(WeftHttpResponse *response, unsigned status, const char *type, const char *text,
       GError **error)
{
    weft_http_response_set_status(response, status);
    weft_http_response_set_header(response, "Content-Type", type);
    weft_http_response_set_header(response, "Cache-Control", "no-store");
    return weft_http_response_send(response, text, strlen(text), error);
}

static gboolean
answer_metrics(G_GNUC_UNUSED WeftHttpRequest *request, WeftHttpResponse *response, gpointer data,
               GError **error)
{
    g_autofree char *text = format_metrics(data);

    return answer(response, 200, METRICS_TYPE, text, error);
}

static gboolean
answer_health(G_GNUC_UNUSED WeftHttpRequest *request, WeftHttpResponse *response,
              G_GNUC_UNUSED gpointer data, GError **error)
{
    return answer(response, 200, TEXT_TYPE, "alive\n", error);
}

static int
look_at_folder(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 ? 0 : errno;
}

/* A file server whose files do not answer is of no use: a network file system may hang. */
static gboolean
answer_readiness(G_GNUC_UNUSED WeftHttpRequest *request, WeftHttpResponse *response, gpointer data,
                 GError **error)
{
    const WeftDavProgram *program = data;
    int failure = ETIMEDOUT;
    {
        g_auto(WeftDeadlineScope) time = weft_deadline_scope_ms(READY_MS);
        g_autoptr(GError) late = NULL;

        if (!weft_dav_folder_do(WEFT_OFFLOAD_NETWORK, look_at_folder,
                                weft_dav_served_first(&program->options), &failure, &late))
            weft_log(WEFT_LOG_DEBUG, "readiness: %s", late->message);
    }
    if (failure == 0)
        return answer(response, 200, TEXT_TYPE, "ready\n", error);

    g_autofree char *text = g_strdup_printf("not ready: the folder: %s\n", g_strerror(failure));
    return answer(response, 503, TEXT_TYPE, text, error);
}

static void
router_free(gpointer router)
{
    weft_http_router_free(router);
}

WeftService *
weft_dav_metrics_service_new(WeftDavProgram *program)
{
    WeftHttpRouter *router = weft_http_router_new();

    weft_http_router_add(router, "GET", "/metrics", answer_metrics, program);
    weft_http_router_add(router, "GET", "/healthz", answer_health, program);
    weft_http_router_add(router, "GET", "/readyz", answer_readiness, program);
    return weft_http_service_new(weft_http_router_handle, router, router_free);
}
