/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services: a function that serves, and what it needs.
 */

#include "server/service.h"

#include "server/connection.h"

#include <weft/deadline.h>

#define DEFAULT_IDLE_TIMEOUT_MS 60000

static const WeftProtocol silent_protocol;

WeftService *
weft_service_new(const char *name, WeftServeFunc serve, gpointer data, GDestroyNotify data_free)
{
    WeftService *service = g_new0(WeftService, 1);

    service->name = name;
    service->serve = serve;
    service->data = data;
    service->data_free = data_free;
    service->idle_timeout_ms = DEFAULT_IDLE_TIMEOUT_MS;
    service->protocol = &silent_protocol;
    return service;
}

void
weft_service_free(WeftService *service)
{
    if (service == NULL)
        return;
    if (service->data_free != NULL)
        service->data_free(service->data);
    g_free(service);
}

gpointer
weft_service_data(const WeftService *service)
{
    return service->data;
}

void
weft_service_set_idle_timeout_ms(WeftService *service, int64_t timeout_ms)
{
    g_return_if_fail(timeout_ms >= 0);
    service->idle_timeout_ms = timeout_ms;
}

void
weft_service_set_protocol(WeftService *service, const WeftProtocol *protocol)
{
    service->protocol = protocol;
}

void
weft_service_set_speaks_first(WeftService *service, gboolean speaks_first)
{
    service->speaks_first = speaks_first;
}

static gboolean
wait_for_input(WeftService *service, WeftStream *stream, GError **error)
{
    int64_t timeout_ms = service->idle_timeout_ms > 0 ? service->idle_timeout_ms : INT64_MAX / 1000;
    g_auto(WeftDeadlineScope) idle = weft_deadline_scope_ms(timeout_ms);

    return weft_stream_wait_readable(stream, error);
}

gboolean
weft_service_serve_stream(WeftService *service, WeftStream *stream, GError **error)
{
    WeftConnection connection = {.stream = stream, .id = weft_connection_next_id()};
    gboolean is_greeted = !service->speaks_first;
    gboolean succeeded;

    do {
        succeeded = !is_greeted || wait_for_input(service, stream, error);
        is_greeted = TRUE;
    } while (succeeded && weft_connection_serve(&connection, service) == WEFT_SERVE_PARK);
    weft_connection_set_data(&connection, NULL, NULL);
    weft_stream_free(stream);
    return succeeded;
}
