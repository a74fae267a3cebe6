/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers that are kept anyway, put into the tree of statistics, which shows them to who asks.
 */
#include "webdav/weftdav/metrics.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <weft/deadline.h>
#include <weft/http_statistics.h>
#include <weft/metrics.h>
#include <weft/offload.h>
#include <weft/scheduler.h>

#include "webdav/weftdav/folder_job.h"
#include "webdav/weftdav/served.h"

/* How long the folder may take to answer, before the server does not count as ready. */
#define READY_MS 2000

#define TEXT_TYPE "text/plain; charset=utf-8"

/* ---- what is kept anyway, under its names ---- */

typedef struct {
    const char *name;
    WeftStatisticKind kind;
    WeftStatisticFunc func; /* of a WeftDavProgram */
    const char *help;
} Metric;

static WeftServerMetrics
server_metrics(const WeftDavProgram *program)
{
    WeftServerMetrics metrics;

    weft_server_get_metrics(program->server, &metrics);
    return metrics;
}

static int64_t
is_there(G_GNUC_UNUSED gpointer program)
{
    return 1;
}

static int64_t
started(gpointer program)
{
    return ((const WeftDavProgram *)program)->started_us / G_USEC_PER_SEC;
}

static int64_t
dropped_lines(gpointer program)
{
    return (int64_t)weft_http_service_n_dropped_lines(((WeftDavProgram *)program)->service);
}

static int64_t
accepted(gpointer program)
{
    return server_metrics(program).n_accepted;
}

static int64_t
refused(gpointer program)
{
    return server_metrics(program).n_refused;
}

static int64_t
active(gpointer program)
{
    return server_metrics(program).n_active;
}

static int64_t
parked(gpointer program)
{
    return server_metrics(program).n_parked;
}

static int64_t
handshakes(gpointer program)
{
    return server_metrics(program).n_handshakes;
}

static int64_t
failed_handshakes(gpointer program)
{
    return server_metrics(program).n_failed_handshakes;
}

static int64_t
locks(gpointer program)
{
    return g_atomic_int_get(&((WeftDavProgram *)program)->locks->n_locks);
}

static int64_t
fibers(G_GNUC_UNUSED gpointer program)
{
    return (int64_t)weft_count_fibers();
}

static int64_t
queued_for_disk(G_GNUC_UNUSED gpointer program)
{
    return weft_offload_load(WEFT_OFFLOAD_DISK).n_queued;
}

static int64_t
running_on_disk(G_GNUC_UNUSED gpointer program)
{
    return weft_offload_load(WEFT_OFFLOAD_DISK).n_running;
}

static int64_t
queued_for_network(G_GNUC_UNUSED gpointer program)
{
    return weft_offload_load(WEFT_OFFLOAD_NETWORK).n_queued;
}

static int64_t
running_on_network(G_GNUC_UNUSED gpointer program)
{
    return weft_offload_load(WEFT_OFFLOAD_NETWORK).n_running;
}

#define STATES "Connections: active ones are served by a fiber, parked ones wait without one."
#define JOBS "Jobs on the pool of threads that may block."

/* Prometheus shows them with "weftdav_" in front, and counters with "_total" behind. */
static const Metric metrics[] = {
    {"info{version=" WEFT_VERSION "}", WEFT_STATISTIC_GAUGE, is_there, "What runs."},
    {"start_time_seconds", WEFT_STATISTIC_GAUGE, started, "When it started, since 1970."},
    {"access_log_dropped_lines", WEFT_STATISTIC_COUNTER, dropped_lines,
     "Lines of the access log that nobody took."},
    {"connections_accepted", WEFT_STATISTIC_COUNTER, accepted, "Connections accepted."},
    {"connections_refused", WEFT_STATISTIC_COUNTER, refused,
     "Connections closed at once: too many of one address."},
    {"connections{state=active}", WEFT_STATISTIC_GAUGE, active, STATES},
    {"connections{state=parked}", WEFT_STATISTIC_GAUGE, parked, STATES},
    {"tls_handshakes", WEFT_STATISTIC_COUNTER, handshakes, "TLS handshakes done."},
    {"tls_failed_handshakes", WEFT_STATISTIC_COUNTER, failed_handshakes,
     "TLS handshakes that failed, and clients that began none."},
    {"locks", WEFT_STATISTIC_GAUGE, locks, "Locks that clients hold."},
    {"fibers", WEFT_STATISTIC_GAUGE, fibers, "Fibers that live."},
    {"offload_jobs{lane=disk,state=queued}", WEFT_STATISTIC_GAUGE, queued_for_disk, JOBS},
    {"offload_jobs{lane=disk,state=running}", WEFT_STATISTIC_GAUGE, running_on_disk, JOBS},
    {"offload_jobs{lane=network,state=queued}", WEFT_STATISTIC_GAUGE, queued_for_network, JOBS},
    {"offload_jobs{lane=network,state=running}", WEFT_STATISTIC_GAUGE, running_on_network, JOBS},
};

static void
add_metrics(WeftDavProgram *program)
{
    for (size_t i = 0; i < G_N_ELEMENTS(metrics); i++)
        weft_statistic_function(metrics[i].name, metrics[i].help, metrics[i].kind, metrics[i].func,
                                program);
    weft_runtime_statistics_begin();
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

    add_metrics(program);
    weft_http_router_add(router, "GET", "/metrics", weft_http_statistics_handle, "weftdav");
    weft_http_router_add(router, "GET", "/healthz", answer_health, program);
    weft_http_router_add(router, "GET", "/readyz", answer_readiness, program);
    return weft_http_service_new(weft_http_router_handle, router, router_free);
}
