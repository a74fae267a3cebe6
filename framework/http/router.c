/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routing: the longest pattern that fits the path, then the method; filters around both.
 */

#include "http/response.h"

#include <string.h>

typedef struct {
    char *method; /* NULL: all */
    char *pattern;
    unsigned n_slashes;
    unsigned n_parameters;
    gboolean is_prefix; /* it ends with a slash */
    WeftHttpHandler handler;
    gpointer data;
} Route;

typedef struct {
    char *prefix;
    WeftHttpHandler filter;
    gpointer data;
} Filter;

struct WeftHttpRouter {
    GArray
        *routes; /* of Route: in the order in which they are tried, those of one pattern together */
    GArray *filters; /* of Filter: outermost first */
};

static void
route_clear(gpointer data)
{
    Route *route = data;

    g_free(route->method);
    g_free(route->pattern);
}

static void
filter_clear(gpointer data)
{
    Filter *filter = data;

    g_free(filter->prefix);
}

WeftHttpRouter *
weft_http_router_new(void)
{
    WeftHttpRouter *router = g_new0(WeftHttpRouter, 1);

    router->routes = g_array_new(FALSE, FALSE, sizeof(Route));
    g_array_set_clear_func(router->routes, route_clear);
    router->filters = g_array_new(FALSE, FALSE, sizeof(Filter));
    g_array_set_clear_func(router->filters, filter_clear);
    return router;
}

void
weft_http_router_free(WeftHttpRouter *router)
{
    if (router == NULL)
        return;
    g_array_unref(router->routes);
    g_array_unref(router->filters);
    g_free(router);
}

static unsigned
count_bytes(const char *text, char byte)
{
    unsigned n = 0;

    for (; *text != '\0'; text++)
        n += *text == byte;
    return n;
}

/*
 * Of patterns that fit the same path, the one with more slashes fits more of it; with as many, a
 * prefix fits less than all.  Then the part itself goes before a parameter: the leftmost one, as
 * '{' comes behind digits and letters.
 */
static int
compare_routes(gconstpointer left, gconstpointer right)
{
    const Route *a = left;
    const Route *b = right;

    if (a->n_slashes != b->n_slashes)
        return a->n_slashes > b->n_slashes ? -1 : 1;
    if (a->is_prefix != b->is_prefix)
        return b->is_prefix ? -1 : 1;
    if (a->n_parameters != b->n_parameters)
        return a->n_parameters < b->n_parameters ? -1 : 1;
    return strcmp(a->pattern, b->pattern);
}

void
weft_http_router_add(WeftHttpRouter *router, const char *method, const char *pattern,
                     WeftHttpHandler handler, gpointer data)
{
    g_return_if_fail(pattern[0] == '/');

    const Route route = {.method = g_strdup(method),
                         .pattern = g_strdup(pattern),
                         .n_slashes = count_bytes(pattern, '/'),
                         .n_parameters = count_bytes(pattern, '{'),
                         .is_prefix = g_str_has_suffix(pattern, "/"),
                         .handler = handler,
                         .data = data};
    g_array_append_val(router->routes, route);
    g_array_sort(router->routes, compare_routes);
}

void
weft_http_router_add_filter(WeftHttpRouter *router, const char *prefix, WeftHttpHandler filter,
                            gpointer data)
{
    g_return_if_fail(prefix[0] == '/' && g_str_has_suffix(prefix, "/"));

    const Filter added = {g_strdup(prefix), filter, data};
    g_array_append_val(router->filters, added);
}

static gboolean
part_is(const char *part, size_t n_part, const char *literal)
{
    return n_part == strlen(literal) && memcmp(part, literal, n_part) == 0;
}

/* One part of a pattern and of a path that it may fit; both point behind it then. */
static gboolean
part_fits(const char **pattern, const char **path)
{
    const size_t n_pattern = strcspn(*pattern, "/");
    const size_t n_path = strcspn(*path, "/");
    gboolean fits;

    if (part_is(*pattern, n_pattern, "{$}"))
        fits = n_path == 0;
    else if (**pattern == '{')
        fits = n_path > 0;
    else
        fits = n_path == n_pattern && memcmp(*pattern, *path, n_path) == 0;
    *pattern += n_pattern;
    *path += n_path;
    return fits;
}

static gboolean
pattern_fits(const Route *route, const char *path)
{
    const char *pattern = route->pattern;

    while (*pattern == '/' && *path == '/') {
        pattern++;
        path++;
        if (*pattern == '\0')
            return TRUE; /* a prefix, and what lies below */
        if (!part_fits(&pattern, &path))
            return FALSE;
    }
    return *pattern == '\0' && *path == '\0';
}

/* Keep what the parameters of @pattern, which fits @path, stand for. */
static void
take_parameters(GString *parameters, const char *pattern, const char *path)
{
    g_string_truncate(parameters, 0);
    while (*pattern == '/' && pattern[1] != '\0') {
        const char *part = ++pattern;
        const char *value = ++path;

        pattern += strcspn(pattern, "/");
        path += strcspn(path, "/");
        if (*part != '{')
            continue;
        g_string_append_len(parameters, part + 1, (gssize)strcspn(part + 1, "}/"));
        g_string_append_c(parameters, '\0');
        g_string_append_len(parameters, value, path - value);
        g_string_append_c(parameters, '\0');
    }
}

const char *
weft_http_request_parameter(const WeftHttpRequest *request, const char *name)
{
    const char *at = request->parameters->str;
    const char *end = at + request->parameters->len;

    while (at < end) {
        const char *value = at + strlen(at) + 1;

        if (strcmp(at, name) == 0)
            return value;
        at = value + strlen(value) + 1;
    }
    return NULL;
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

static gboolean
handle_route(const WeftHttpRouter *router, WeftHttpRequest *request, WeftHttpResponse *response,
             GError **error)
{
    const char *path = weft_http_request_path(request);
    const char *method = weft_http_request_method(request);
    gboolean is_options = strcmp(method, "OPTIONS") == 0;

    for (guint i = 0; i < router->routes->len; i++) {
        if (!pattern_fits(route_at(router, i), path))
            continue;

        const Route *route = find_method(router, i, method);
        if (route == NULL)
            return answer_methods(router, i, is_options, response, error);
        if (route->n_parameters > 0)
            take_parameters(request->parameters, route->pattern, path);
        return route->handler(request, response, route->data, error);
    }
    /* RFC 9110 9.3.7: "*" asks for the server as a whole. */
    if (is_options && strcmp(path, "*") == 0)
        return weft_http_response_send(response, NULL, 0, error);
    g_set_error_literal(error, WEFT_HTTP_ERROR, 404, weft_http_reason(404));
    return FALSE;
}

gboolean
weft_http_request_proceed(WeftHttpRequest *request, WeftHttpResponse *response, GError **error)
{
    const WeftHttpRouter *router = request->router;

    /* A handler is no filter, and a filter proceeds once. */
    g_return_val_if_fail(router != NULL, FALSE);
    while (request->next_filter < router->filters->len) {
        const Filter *filter = &g_array_index(router->filters, Filter, request->next_filter++);

        if (g_str_has_prefix(weft_http_request_path(request), filter->prefix))
            return filter->filter(request, response, filter->data, error);
    }
    request->router = NULL;
    return handle_route(router, request, response, error);
}

gboolean
weft_http_router_handle(WeftHttpRequest *request, WeftHttpResponse *response, gpointer router,
                        GError **error)
{
    request->router = router;
    request->next_filter = 0;
    return weft_http_request_proceed(request, response, error);
}
