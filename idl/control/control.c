/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control service: each method of idl/control.thrift is a function that looks at the server.
 */

#include <weft/control.h>

#include "control.weft.h"
#include "fiber_list.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <weft/clock.h>
#include <weft/http_metrics.h>
#include <weft/log.h>
#include <weft/metrics.h>
#include <weft/offload.h>
#include <weft/scheduler.h>

/* What one answer lists at most. */
#define MAX_CONNECTIONS 100000
#define MAX_DUMP_BYTES ((size_t)8 << 20)
#define MAX_METRICS 1024

typedef struct {
    WeftServer *server;
    WeftControlInfo info;
    int64_t begun_us;
    int dump_fd;    /* of memory, for ever: a thread that is late with its dump writes to it */
    int is_dumping; /* atomic: one at a time */
} Control;

static void
control_free(gpointer data)
{
    Control *control = data;

    close(control->dump_fd);
    g_free(control);
}

/* ---- who may ask ---- */

/* The socket's mode keeps others away; where the file system does not, this does. */
static gboolean
check_user(WeftCall *call, G_GNUC_UNUSED gpointer data, GError **error)
{
    uid_t user;

    if (weft_call_peer_user(call, &user) && (user == 0 || user == geteuid()))
        return weft_call_proceed(call, error);
    g_set_error_literal(error, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_UNKNOWN,
                        "only the server's own user and root may ask");
    return FALSE;
}

/* ---- status ---- */

static WeftControlListenerList
list_listeners(WeftServer *server, WeftArena *arena)
{
    const uint32_t n_listeners = (uint32_t)weft_server_n_listeners(server);
    WeftControlListenerList list = {0};

    list.items = weft_arena_alloc(arena, n_listeners * sizeof *list.items);
    for (uint32_t i = 0; i < n_listeners; i++) {
        g_autofree char *bound = weft_server_bound_address(server, i);

        list.items[i].address = weft_string_printf(arena, "%s", bound);
        list.items[i].is_tls = weft_server_is_tls(server, i);
    }
    list.n_items = n_listeners;
    return list;
}

static gboolean
status(WeftCall *call, WeftControlStatus *result, G_GNUC_UNUSED GError **error)
{
    const Control *control = weft_call_data(call);
    WeftServerMetrics metrics;

    weft_server_get_metrics(control->server, &metrics);
    *result = (WeftControlStatus){
        .program = weft_string(control->info.program),
        .version = weft_string(control->info.version),
        .pid = getpid(),
        .uptime_ms = (weft_clock_now_us() - control->begun_us) / 1000,
        .listeners = list_listeners(control->server, weft_call_arena(call)),
        .log_level = weft_string(weft_log_level_name(weft_log_level())),
        .n_parked = metrics.n_parked,
        .n_active = metrics.n_active,
        .n_accepted = metrics.n_accepted,
        .n_refused = metrics.n_refused,
        .n_fibers = (int64_t)weft_count_fibers(),
    };
    return TRUE;
}

/* ---- connections ---- */

static gboolean
connections(WeftCall *call, int32_t limit, WeftControlConnectionList *result, GError **error)
{
    const Control *control = weft_call_data(call);
    const size_t max = (size_t)CLAMP(limit, 0, MAX_CONNECTIONS);
    g_autoptr(GArray) infos = weft_server_list_connections(control->server, max, error);
    WeftArena *arena = weft_call_arena(call);

    if (infos == NULL)
        return FALSE;
    result->items = weft_arena_alloc(arena, infos->len * sizeof *result->items);
    for (guint i = 0; i < infos->len; i++) {
        const WeftConnectionInfo *info = &g_array_index(infos, WeftConnectionInfo, i);

        result->items[i] = (WeftControlConnection){
            .id = (int64_t)info->id,
            .peer = weft_string_printf(arena, "%s", info->peer),
            .protocol = weft_string(info->protocol),
            .is_tls = info->is_secure,
            .is_parked = info->is_parked,
            .since_ms = info->since_us / 1000,
            .n_received_bytes = (int64_t)info->n_received_bytes,
            .n_sent_bytes = (int64_t)info->n_sent_bytes,
        };
    }
    result->n_items = infos->len;
    return TRUE;
}

/* ---- fibers ---- */

/* Returns: (nullable): what was written to @fd, which is memory */
static char *
read_dump(int fd, size_t *ret_length)
{
    struct stat info;

    if (fstat(fd, &info) != 0)
        return NULL;
    char *dump = g_try_malloc(MIN((size_t)info.st_size, MAX_DUMP_BYTES) + 1);
    if (dump == NULL)
        return NULL;
    const ssize_t n_read = pread(fd, dump, MIN((size_t)info.st_size, MAX_DUMP_BYTES), 0);
    *ret_length = n_read > 0 ? (size_t)n_read : 0;
    return dump;
}

static gboolean
fibers(WeftCall *call, WeftControlFiberList *result, GError **error)
{
    Control *control = weft_call_data(call);
    size_t length;

    if (!g_atomic_int_compare_and_exchange(&control->is_dumping, FALSE, TRUE)) {
        g_set_error_literal(error, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_OVERLOADED,
                            "somebody else is listing fibers");
        return FALSE;
    }
    g_autofree char *dump = NULL;
    if (ftruncate(control->dump_fd, 0) == 0 && lseek(control->dump_fd, 0, SEEK_SET) == 0) {
        weft_dump_fibers_as(WEFT_DUMP_EACH, control->dump_fd);
        dump = read_dump(control->dump_fd, &length);
    }
    g_atomic_int_set(&control->is_dumping, FALSE);
    if (dump == NULL) {
        g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_IO, "the dump cannot be read");
        return FALSE;
    }
    *result = weft_control_fiber_list(weft_call_arena(call), dump, length);
    return TRUE;
}

/* ---- metrics ---- */

typedef struct {
    WeftArena *arena;
    WeftControlMetricList *list;
} Metrics;

static void
add(Metrics *metrics, const char *name, int64_t value)
{
    WeftControlMetricList *list = metrics->list;

    if (list->n_items < MAX_METRICS)
        list->items[list->n_items++] = (WeftControlMetric){weft_string(name), value};
}

static void
add_server(Metrics *metrics, WeftServer *server)
{
    WeftServerMetrics counted;

    weft_server_get_metrics(server, &counted);
    add(metrics, "connections.accepted", counted.n_accepted);
    add(metrics, "connections.refused", counted.n_refused);
    add(metrics, "connections.active", counted.n_active);
    add(metrics, "connections.parked", counted.n_parked);
    add(metrics, "connections.served", counted.n_served);
    add(metrics, "tls.handshakes", counted.n_handshakes);
    add(metrics, "tls.failed_handshakes", counted.n_failed_handshakes);
}

static void
add_runtime(Metrics *metrics)
{
    const WeftOffloadLoad disk = weft_offload_load(WEFT_OFFLOAD_DISK);
    const WeftOffloadLoad network = weft_offload_load(WEFT_OFFLOAD_NETWORK);

    add(metrics, "fibers", (int64_t)weft_count_fibers());
    add(metrics, "offload.disk.queued", disk.n_queued);
    add(metrics, "offload.disk.running", disk.n_running);
    add(metrics, "offload.network.queued", network.n_queued);
    add(metrics, "offload.network.running", network.n_running);
}

static void
add_http(Metrics *metrics)
{
    WeftHttpMetrics counted;
    int64_t n_requests = 0;
    int64_t n_failed = 0;

    weft_http_get_metrics(&counted);
    for (size_t i = 0; i < WEFT_HTTP_N_COUNTED_METHODS; i++) {
        for (size_t k = 0; k < WEFT_HTTP_N_STATUS_CLASSES; k++)
            n_requests += counted.n_requests[i][k];
        n_failed += counted.n_requests[i][WEFT_HTTP_N_STATUS_CLASSES - 1];
    }
    add(metrics, "http.requests", n_requests);
    add(metrics, "http.failed", n_failed);
    add(metrics, "http.received_bytes", counted.n_received_bytes);
    add(metrics, "http.sent_bytes", counted.n_sent_bytes);
    add(metrics, "http.latency_sum_us", counted.latency_sum_us);
}

static void
add_method(const WeftThriftMethodMetrics *method, gpointer data)
{
    Metrics *metrics = data;
    const char *name =
        weft_arena_printf(metrics->arena, "thrift.%s.%s", method->service, method->method);

    add(metrics, weft_arena_printf(metrics->arena, "%s.calls", name), (int64_t)method->n_calls);
    add(metrics, weft_arena_printf(metrics->arena, "%s.exceptions", name),
        (int64_t)method->n_exceptions);
    add(metrics, weft_arena_printf(metrics->arena, "%s.errors", name), (int64_t)method->n_errors);
    add(metrics, weft_arena_printf(metrics->arena, "%s.latency_sum_us", name),
        (int64_t)method->latency_sum_us);
}

static gboolean
list_metrics(WeftCall *call, WeftControlMetricList *result, G_GNUC_UNUSED GError **error)
{
    const Control *control = weft_call_data(call);
    Metrics list = {weft_call_arena(call), result};

    result->items = weft_arena_alloc(list.arena, MAX_METRICS * sizeof *result->items);
    result->n_items = 0;
    add_server(&list, control->server);
    add_runtime(&list);
    if (control->info.has_http)
        add_http(&list);
    if (control->info.thrift != NULL)
        weft_thrift_service_visit_metrics(control->info.thrift, add_method, &list);
    return TRUE;
}

/* ---- changes ---- */

static gboolean
set_log_level(WeftCall *call, WeftString level, WeftString *result, GError **error)
{
    WeftLogLevel wanted;

    if (level.length == 0 || !weft_log_level_parse(level.data, &wanted)) {
        const WeftControlRefusal refusal = {weft_string_printf(
            weft_call_arena(call), "\"%s\" is none of error, warning, info, debug",
            level.length > 0 ? level.data : "")};
        return weft_control_refusal_throw(&refusal, error);
    }
    *result = weft_string(weft_log_level_name(weft_log_level()));
    weft_log_set_level(wanted);
    weft_log(WEFT_LOG_INFO, "control: log level %s", level.data);
    return TRUE;
}

static gboolean
drain(WeftCall *call, G_GNUC_UNUSED GError **error)
{
    const Control *control = weft_call_data(call);

    weft_log(WEFT_LOG_INFO, "control: asked to drain");
    weft_server_stop(control->server);
    return TRUE;
}

/* ---- the service ---- */

static const WeftControlHandler handler = {
    .status = status,
    .connections = connections,
    .fibers = fibers,
    .metrics = list_metrics,
    .set_log_level = set_log_level,
    .drain = drain,
};

gboolean
weft_control_listen(WeftServer *server, const char *address, const WeftControlInfo *info,
                    GError **error)
{
    if (!g_str_has_prefix(address, "unix:")) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID,
                    "a control socket is a unix:/PATH, not \"%s\"", address);
        return FALSE;
    }
    const int dump_fd = memfd_create("weft fibers", MFD_CLOEXEC);
    if (dump_fd < 0)
        return weft_error_set_errno(error, errno, "make room for lists of fibers");

    Control *control = g_new0(Control, 1);
    control->server = server;
    control->info = *info;
    control->begun_us = weft_clock_now_us();
    control->dump_fd = dump_fd;
    WeftThriftProcessor *processor = weft_thrift_processor_new();
    weft_control_add_to(processor, &handler, control, control_free);
    weft_thrift_processor_add_interceptor(processor, check_user, NULL, NULL);

    /* From the moment it is there nobody else may open it. */
    const mode_t before = umask(S_IXUSR | S_IRWXG | S_IRWXO);
    const gboolean listens =
        weft_server_add(server, address, weft_thrift_service_new(processor), error);
    umask(before);
    return listens;
}
