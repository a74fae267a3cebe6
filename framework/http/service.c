/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An HTTP service: a handler with its limits, made into something a server can serve.
 */

#include "http/service.h"

#include "http/connection.h"
#include "http/head.h"

#include <string.h>

/* What is said before there is a request to answer. */
static const WeftProtocol protocol = {
    .alpn = "http/1.1",
    .without_tls = "HTTP/1.1 400 Bad Request\r\n"
                   "Content-Type: text/plain\r\n"
                   "Content-Length: 56\r\n"
                   "Connection: close\r\n"
                   "\r\n"
                   "This port speaks HTTPS: use https:// instead of http://\n",
    .too_many = "HTTP/1.1 503 Service Unavailable\r\n"
                "Content-Type: text/plain\r\n"
                "Content-Length: 38\r\n"
                "Retry-After: 5\r\n"
                "Connection: close\r\n"
                "\r\n"
                "Too many connections from one address\n",
};

static gboolean
is_field_text(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((uint8_t)*text < 0x20 || *text == 0x7f)
            return FALSE;
    }
    return TRUE;
}

static void
set_server_line(WeftHttpServiceData *service, const char *name)
{
    g_free(service->server_line);
    service->server_line = name != NULL ? g_strdup_printf("Server: %s\r\n", name) : g_strdup("");
    service->server_line_length = strlen(service->server_line);
}

static void
service_data_free(gpointer data)
{
    WeftHttpServiceData *service = data;

    if (service->data_free != NULL)
        service->data_free(service->data);
    weft_http_gate_free(service->gate);
    weft_http_log_writer_free(service->log_writer);
    g_free(service->server_line);
    g_free(service);
}

WeftHttpLimits
weft_http_limits_default(void)
{
    return (WeftHttpLimits){
        .max_request_line_bytes = 8192,
        .max_head_bytes = 32768,
        .max_fields = 100,
        .max_body_bytes = -1,
        .head_timeout_ms = 10000,
        .idle_timeout_ms = 60000,
        .handler_timeout_ms = 0,
        .min_rate_bytes_per_s = 1024,
        .rate_window_ms = 10000,
    };
}

WeftService *
weft_http_service_new(WeftHttpHandler handler, gpointer data, GDestroyNotify data_free)
{
    WeftHttpServiceData *service_data = g_new0(WeftHttpServiceData, 1);

    g_return_val_if_fail(handler != NULL, NULL);
    service_data->handler = handler;
    service_data->data = data;
    service_data->data_free = data_free;
    service_data->limits = weft_http_limits_default();
    service_data->log_format = WEFT_HTTP_LOG_NONE;
    set_server_line(service_data, "weft");

    WeftService *service =
        weft_service_new("http", weft_http_connection_serve, service_data, service_data_free);
    weft_service_set_idle_timeout_ms(service, service_data->limits.idle_timeout_ms);
    weft_service_set_protocol(service, &protocol);
    return service;
}

void
weft_http_service_set_limits(WeftService *service, const WeftHttpLimits *limits)
{
    WeftHttpServiceData *service_data = weft_service_data(service);

    service_data->limits = *limits;
    weft_service_set_idle_timeout_ms(service, limits->idle_timeout_ms);
}

void
weft_http_service_set_access_log(WeftService *service, WeftHttpLogFormat format, int fd)
{
    WeftHttpServiceData *service_data = weft_service_data(service);

    weft_http_log_writer_free(service_data->log_writer);
    service_data->log_writer = fd >= 0 ? weft_http_log_writer_new(fd) : NULL;
    service_data->log_format = fd >= 0 ? format : WEFT_HTTP_LOG_NONE;
}

gboolean
weft_http_service_flush_access_log(WeftService *service)
{
    WeftHttpServiceData *service_data = weft_service_data(service);

    return service_data->log_writer == NULL || weft_http_log_writer_flush(service_data->log_writer);
}

uint64_t
weft_http_service_n_dropped_lines(WeftService *service)
{
    WeftHttpServiceData *service_data = weft_service_data(service);

    return service_data->log_writer != NULL
               ? weft_http_log_writer_n_dropped(service_data->log_writer)
               : 0;
}

void
weft_http_service_set_server_name(WeftService *service, const char *name)
{
    g_return_if_fail(name == NULL || is_field_text(name));
    set_server_line(weft_service_data(service), name);
}

static WeftHttpGate *
gate_of(WeftService *service)
{
    WeftHttpServiceData *service_data = weft_service_data(service);

    if (service_data->gate == NULL)
        service_data->gate = g_new0(WeftHttpGate, 1);
    return service_data->gate;
}

void
weft_http_service_set_redirect_to_tls(WeftService *service, unsigned port)
{
    g_return_if_fail(port > 0 && port <= G_MAXUINT16);
    gate_of(service)->https_port = port;
}

void
weft_http_service_set_max_rate(WeftService *service, unsigned requests_per_s, unsigned burst)
{
    WeftHttpGate *gate = gate_of(service);

    g_return_if_fail(requests_per_s > 0 && burst > 0 && gate->rates == NULL);
    gate->rates = weft_peer_rates_new(requests_per_s, burst);
}

void
weft_http_service_set_max_total_rate(WeftService *service, unsigned requests_per_s, unsigned burst)
{
    WeftHttpGate *gate = gate_of(service);

    g_return_if_fail(requests_per_s > 0 && burst > 0 && gate->total == NULL);
    gate->total = weft_peer_rates_new(requests_per_s, burst);
}
