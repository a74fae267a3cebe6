/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Thrift service: a processor with its limits, made into something a server can serve; and the
 * counters of its threads.
 */

#include "thrift/service.h"

#include "thrift/connection.h"
#include "thrift/exception.h"
#include "thrift/pipeline.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <weft/clock.h>

#define DEFAULT_MESSAGE_TIMEOUT_MS 30000

/* Clients hold connections in pools, and say when they need one no more. */
#define IDLE_TIMEOUT_MS (10 * 60 * 1000)

static const WeftProtocol protocol = {.alpn = "thrift"};

/* ---- workers ---- */

/* The last one that was asked for here: with one service a thread, always the right one. */
static _Thread_local struct {
    uint64_t service_id;
    WeftThriftWorker *worker;
} here;

static WeftThriftWorker *
find_worker_locked(const WeftThriftServiceData *service)
{
    WeftThriftWorker *worker = service->workers;

    while (worker != NULL && !pthread_equal(worker->thread, pthread_self()))
        worker = worker->next;
    return worker;
}

static WeftThriftWorker *
worker_new(WeftThriftServiceData *service)
{
    const size_t n_rows = service->processor->n_rows;
    WeftThriftWorker *worker = g_malloc0(sizeof *worker + n_rows * sizeof *worker->counters);

    worker->service = service;
    worker->thread = pthread_self();
    worker->next = service->workers;
    service->workers = worker;
    return worker;
}

WeftThriftWorker *
weft_thrift_worker_here(WeftThriftServiceData *service)
{
    if (G_LIKELY(here.service_id == service->id))
        return here.worker;

    pthread_mutex_lock(&service->mutex);
    WeftThriftWorker *worker = find_worker_locked(service);
    if (worker == NULL)
        worker = worker_new(service);
    pthread_mutex_unlock(&service->mutex);
    here.service_id = service->id;
    here.worker = worker;
    return worker;
}

static void
worker_free(WeftThriftWorker *worker)
{
    weft_thrift_sessions_free(worker->idle);
    weft_thrift_turns_free(worker->idle_turns);
    g_free(worker);
}

/* ---- calls ---- */

void
weft_thrift_worker_run(WeftThriftWorker *worker, WeftCall *call, WeftThriftAccount *account)
{
    const uint32_t max_calls = worker->service->limits.max_concurrent_calls;

    account->begun_us = weft_clock_now_us();
    if (max_calls > 0 && worker->n_calls >= max_calls && call->failure == NULL)
        g_set_error_literal(&call->failure, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_OVERLOADED,
                            "too many calls are under way");
    worker->n_calls++;
    weft_thrift_call_run(call);
    worker->n_calls--;
}

/* The number of binary digits: 0 for 0, 1 for 1, 2 for 2 and 3. */
static size_t
index_of_latency(int64_t latency_us)
{
    const size_t n_digits =
        latency_us > 0 ? (size_t)(64 - __builtin_clzll((uint64_t)latency_us)) : 0;

    return MIN(n_digits, WEFT_THRIFT_N_LATENCIES - 1);
}

static void
count(WeftThriftWorker *worker, const WeftCall *call, int64_t latency_us)
{
    WeftThriftCounters *counters = &worker->counters[call->row->index];

    weft_counter_add(&counters->n_calls, 1);
    if (call->is_exception)
        weft_counter_add(&counters->n_exceptions, 1);
    else if (call->failure != NULL)
        weft_counter_add(&counters->n_errors, 1);
    weft_counter_add(&counters->n_by_latency[index_of_latency(latency_us)], 1);
    weft_counter_add(&counters->latency_sum_us, latency_us);
}

/* ---- the access log ---- */

static void
append_time(GString *line)
{
    const int64_t wall_us = weft_clock_wall_us();
    const time_t seconds = (time_t)(wall_us / G_USEC_PER_SEC);
    struct tm utc;

    gmtime_r(&seconds, &utc);
    g_string_append_printf(line, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ ", utc.tm_year + 1900,
                           utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                           (int)(wall_us % G_USEC_PER_SEC / 1000));
}

/* As one word, whatever was sent. */
static void
append_name(GString *line, const WeftCall *call)
{
    const WeftString name = call->head.name;

    if (call->row != NULL) {
        g_string_append_printf(line, "%s.%s", weft_call_service_name(call),
                               weft_call_method_name(call));
        return;
    }
    for (uint32_t i = 0; i < name.length; i++) {
        const uint8_t byte = (uint8_t)name.data[i];

        if (byte > ' ' && byte < 0x7f && byte != '\\')
            g_string_append_c(line, (char)byte);
        else
            g_string_append_printf(line, "\\x%02x", byte);
    }
}

static void
append_outcome(GString *line, const WeftCall *call)
{
    if (call->is_exception)
        g_string_append(line, weft_thrift_caught_type(call->failure)->name);
    else if (call->failure != NULL)
        g_string_append_printf(line, "error-%d", weft_thrift_exception_of(call->failure).code);
    else
        g_string_append(line, "ok");
}

static void
write_line(WeftHttpLogWriter *log_writer, const WeftCall *call, const WeftThriftAccount *account,
           int64_t latency_us)
{
    GString *line = g_string_sized_new(128);

    append_time(line);
    g_string_append(line, weft_call_peer(call));
    g_string_append_c(line, ' ');
    append_name(line, call);
    g_string_append_c(line, ' ');
    append_outcome(line, call);
    g_string_append_printf(line, " %" G_GINT64_FORMAT "us %zu %zu\n", latency_us,
                           account->n_received_bytes, account->n_sent_bytes);
    weft_http_log_writer_put(log_writer, line->str, line->len);
    g_string_free(line, TRUE);
}

void
weft_thrift_worker_note(WeftThriftWorker *worker, const WeftCall *call,
                        const WeftThriftAccount *account)
{
    WeftHttpLogWriter *log_writer = worker->service->log_writer;
    const int64_t latency_us = weft_clock_now_us() - account->begun_us;

    if (call->row != NULL)
        count(worker, call, latency_us);
    if (log_writer != NULL)
        write_line(log_writer, call, account, latency_us);
}

/* ---- the service ---- */

static void
service_data_free(gpointer data)
{
    WeftThriftServiceData *service = data;

    while (service->workers != NULL) {
        WeftThriftWorker *next = service->workers->next;

        worker_free(service->workers);
        service->workers = next;
    }
    weft_http_log_writer_free(service->log_writer);
    weft_thrift_processor_free(service->processor);
    pthread_mutex_destroy(&service->mutex);
    g_free(service);
}

WeftThriftServiceLimits
weft_thrift_service_limits_default(void)
{
    return (WeftThriftServiceLimits){
        .message = weft_thrift_limits_default,
        .message_timeout_ms = DEFAULT_MESSAGE_TIMEOUT_MS,
        .max_pipelined_calls = 1,
    };
}

WeftService *
weft_thrift_service_new(WeftThriftProcessor *processor)
{
    static atomic_uint_fast64_t last_id;
    WeftThriftServiceData *data = g_new0(WeftThriftServiceData, 1);

    data->processor = processor;
    data->limits = weft_thrift_service_limits_default();
    data->id = atomic_fetch_add(&last_id, 1) + 1;
    pthread_mutex_init(&data->mutex, NULL);

    WeftService *service =
        weft_service_new("thrift", weft_thrift_connection_serve, data, service_data_free);
    weft_service_set_idle_timeout_ms(service, IDLE_TIMEOUT_MS);
    weft_service_set_protocol(service, &protocol);
    return service;
}

void
weft_thrift_service_set_limits(WeftService *service, const WeftThriftServiceLimits *limits)
{
    WeftThriftServiceData *data = weft_service_data(service);

    g_return_if_fail(limits->max_pipelined_calls > 0 && limits->message_timeout_ms > 0);
    g_return_if_fail(limits->message.max_frame_bytes <= G_MAXINT32);
    data->limits = *limits;
}

void
weft_thrift_service_set_access_log(WeftService *service, int fd)
{
    WeftThriftServiceData *data = weft_service_data(service);

    weft_http_log_writer_free(data->log_writer);
    data->log_writer = fd >= 0 ? weft_http_log_writer_new(fd) : NULL;
}

void
weft_thrift_service_set_healthy(WeftService *service, gboolean is_healthy)
{
    WeftThriftServiceData *data = weft_service_data(service);

    __atomic_store_n(&data->processor->is_healthy, is_healthy, __ATOMIC_RELAXED);
}

/* ---- metrics ---- */

static void
add_counters(WeftThriftMethodMetrics *sum, const WeftThriftCounters *counters)
{
    sum->n_calls += (uint64_t)weft_counter_get(&counters->n_calls);
    sum->n_exceptions += (uint64_t)weft_counter_get(&counters->n_exceptions);
    sum->n_errors += (uint64_t)weft_counter_get(&counters->n_errors);
    for (size_t i = 0; i < WEFT_THRIFT_N_LATENCIES; i++)
        sum->n_by_latency[i] += (uint64_t)weft_counter_get(&counters->n_by_latency[i]);
    sum->latency_sum_us += (uint64_t)weft_counter_get(&counters->latency_sum_us);
}

static WeftThriftMethodMetrics
sum_up(WeftThriftServiceData *data, const WeftThriftRow *row)
{
    WeftThriftMethodMetrics sum = {.service = row->entry->interface->name,
                                   .method = row->method->name};

    pthread_mutex_lock(&data->mutex);
    for (const WeftThriftWorker *worker = data->workers; worker != NULL; worker = worker->next)
        add_counters(&sum, &worker->counters[row->index]);
    pthread_mutex_unlock(&data->mutex);
    return sum;
}

void
weft_thrift_service_visit_metrics(WeftService *service,
                                  void (*visit)(const WeftThriftMethodMetrics *metrics,
                                                gpointer data),
                                  gpointer data)
{
    WeftThriftServiceData *service_data = weft_service_data(service);
    const GPtrArray *entries = service_data->processor->entries;

    for (size_t i = 0; i < entries->len; i++) {
        const WeftThriftEntry *entry = g_ptr_array_index(entries, i);

        for (size_t k = 0; k < entry->n_rows; k++) {
            const WeftThriftMethodMetrics sum = sum_up(service_data, &entry->rows[k]);

            visit(&sum, data);
        }
    }
}
