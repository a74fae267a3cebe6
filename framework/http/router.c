/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routing: the longest pattern that fits the path, then the method.
 */

#include "http/response.h"

#include <string.h>

typedef struct {
    char *method; /* NULL: all */
    char *pattern;
    size_t pattern_length;
    WeftHttpHandler handler;
    gpointer data;
} Route;

struct WeftHttpRouter {
    GArray *routes; /* of Route: longest pattern first, those of one pattern together */
};

static void
route_clear(gpointer data)
{
    Route *route = data;

    g_free(route->method);
    g_free(route->pattern);
}

WeftHttpRouter *
weft_http_router_new(void)
{
    WeftHttpRouter *router = g_new0(WeftHttpRouter, 1);

    router->routes = g_array_new(FALSE, FALSE, sizeof(Route));
    g_array_set_clear_func(router->routes, route_clear);
    return router;
}

void
weft_http_router_free(WeftHttpRouter *router)
{
    if (router == NULL)
        return;
    g_array_unref(router->routes);
    g_free(router);
}

static int
compare_routes(gconstpointer left, gconstpointer right)
{
    const Route *a = left;
    const Route *b = right;

    if (a->pattern_length != b->pattern_length)
        return a->pattern_length > b->pattern_length ? -1 : 1;
    return strcmp(a->pattern, b->pattern);
}

void
weft_http_router_add(WeftHttpRouter *router, const char *method, const char *pattern,
                     WeftHttpHandler handler, gpointer data)
{
    const Route route = {g_strdup(method), g_strdup(pattern), strlen(pattern), handler, data};

    g_return_if_fail(pattern[0] == '/');
    g_array_append_val(router->routes, route);
    g_array_sort(router->routes, compare_routes);
}

static gboolean
pattern_fits(const Route *route, const char *path)
{
    gboolean is_prefix = route->pattern[route->pattern_length - 1] == '/';

    return strncmp(path, route->pattern, route->pattern_length) == 0 &&
           (is_prefix || path[route->pattern_length] == '\0');
}

static const Route *
route_at(const WeftHttpRouter *router, guint index)
{
    return &g_array_index(router->routes, Route, index);
}

/* Among the routes from @first on that share its pattern: the one for @method. */
static const Route *
find_method(const WeftHttpRouter *router, guint first, const char *method)
{
    const char *pattern = route_at(router, first)->pattern;
    const Route *found = NULL;

    for (guint i = first; i < router->routes->len; i++) {
        const Route *route = route_at(router, i);

        if (strcmp(route->pattern, pattern) != 0)
            break;
        if (route->method != NULL && strcmp(route->method, method) == 0)
            return route;
        /* RFC 9110 9.3.2: HEAD is GET without the body, which the answer leaves out by itself. */
        if (route->method == NULL ||
            (strcmp(method, "HEAD") == 0 && strcmp(route->method, "GET") == 0))
            found = route;
    }
    return found;
}

/* Returns: (transfer full): the methods of a pattern: "GET, HEAD, PUT" */
static char *
allowed_methods(const WeftHttpRouter *router, guint first)
{
    const char *pattern = route_at(router, first)->pattern;
    GString *allowed = g_string_new("OPTIONS");

    for (guint i = first; i < router->routes->len; i++) {
        const Route *route = route_at(router, i);

        if (strcmp(route->pattern, pattern) != 0)
            break;
        g_string_append_printf(allowed, ", %s", route->method);
        if (strcmp(route->method, "GET") == 0 && find_method(router, first, "HEAD") == route)
            g_string_append(allowed, ", HEAD");
    }
    return g_string_free(allowed, FALSE);
}

/* The path is known, the method is not (RFC 9110 9.3.7 and 15.5.6). */
static gboolean
answer_methods(const WeftHttpRouter *router, guint first, gboolean is_options,
               WeftHttpResponse *response, GError **error)
{
    g_autofree char *allowed = allowed_methods(router, first);

    if (!is_options)
        return weft_http_response_send_error_with(response, 405, "Allow", allowed, error);
    weft_http_response_set_status(response, 204);
    weft_http_response_set_header(response, "Allow", allowed);
    return weft_http_response_send(response, NULL, 0, error);
}

gboolean
weft_http_router_handle(WeftHttpRequest *request, WeftHttpResponse *response, gpointer router,
                        GError **error)
{
    const WeftHttpRouter *self = router;
    const char *path = weft_http_request_path(request);
    const char *method = weft_http_request_method(request);
    gboolean is_options = strcmp(method, "OPTIONS") == 0;

    for (guint i = 0; i < self->routes->len; i++) {
        if (!pattern_fits(route_at(self, i), path))
            continue;

        const Route *route = find_method(self, i, method);
        if (route == NULL)
            return answer_methods(self, i, is_options, response, error);
        return route->handler(request, response, route->data, error);
    }
    /* RFC 9110 9.3.7: "*" asks for the server as a whole. */
    if (is_options && strcmp(path, "*") == 0)
        return weft_http_response_send(response, NULL, 0, error);
    return weft_http_response_send_error(response, 404, NULL, error);
}
