/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store as an HTTP service: GET and PUT of /values/KEY, and GET of /counts.
 */
#include <string.h>
#include <weft/http.h>

#include "services.h"

enum { MAX_VALUE_BYTES = 1 << 20 };

/* The one place where errors of the store become statuses. */
static gboolean
refuse(GError *failure, GError **error)
{
    static const int statuses[] = {[STORE_ERROR_NOT_FOUND] = 404,
                                   [STORE_ERROR_UNAVAILABLE] = 503,
                                   [STORE_ERROR_BAD_KEY] = 400};

    if (failure->domain == STORE_ERROR)
        g_set_error_literal(error, WEFT_HTTP_ERROR, statuses[failure->code], failure->message);
    else
        g_propagate_error(error, g_error_copy(failure));
    g_error_free(failure);
    return FALSE;
}

static gboolean
get(WeftHttpRequest *request, WeftHttpResponse *response, gpointer data, GError **error)
{
    Store *const *store = data;
    GError *failure = NULL;
    g_autofree char *value =
        store_get(*store, weft_http_request_parameter(request, "key"), &failure);

    if (value == NULL)
        return refuse(failure, error);
    weft_http_response_set_header(response, "Content-Type", "text/plain; charset=utf-8");
    return weft_http_response_send(response, value, strlen(value), error);
}

static gboolean
put(WeftHttpRequest *request, WeftHttpResponse *response, gpointer data, GError **error)
{
    Store *const *store = data;
    g_autoptr(GBytes) body = weft_http_request_read_all(request, MAX_VALUE_BYTES, error);
    GError *failure = NULL;
    size_t size;

    if (body == NULL)
        return FALSE;
    const char *bytes = g_bytes_get_data(body, &size);
    g_autofree char *value = g_strndup(bytes, size);
    if (!store_put(*store, weft_http_request_parameter(request, "key"), value, &failure))
        return refuse(failure, error);
    weft_http_response_set_status(response, 204);
    return weft_http_response_send(response, NULL, 0, error);
}

static gboolean
tell_counts(WeftHttpRequest *request G_GNUC_UNUSED, WeftHttpResponse *response, gpointer data,
            GError **error)
{
    Store *const *store = data;
    const StoreCounts counts = store_counts(*store);
    g_autofree char *text =
        g_strdup_printf("{\"hits\": %" G_GUINT64_FORMAT ", \"misses\": %" G_GUINT64_FORMAT
                        ", \"cache_failures\": %" G_GUINT64_FORMAT "}\n",
                        counts.n_hits, counts.n_misses, counts.n_cache_failures);

    weft_http_response_set_header(response, "Content-Type", "application/json");
    return weft_http_response_send(response, text, strlen(text), error);
}

WeftService *
http_service_new(Store *const *store)
{
    WeftHttpRouter *router = weft_http_router_new();

    weft_http_router_add(router, "GET", "/values/{key}", get, (gpointer)store);
    weft_http_router_add(router, "PUT", "/values/{key}", put, (gpointer)store);
    weft_http_router_add(router, "GET", "/counts", tell_counts, (gpointer)store);
    return weft_http_service_new(weft_http_router_handle, router,
                                 (GDestroyNotify)weft_http_router_free);
}
