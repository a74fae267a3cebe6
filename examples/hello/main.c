/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An HTTP server with two routes: hello [ADDRESS] answers /hello/NAME with a greeting, and takes at
 * /count any body, of any length in constant memory, and says how many bytes it had.
 */
#include <string.h>
#include <weft/http.h>
#include <weft/server.h>

static gboolean
hello(WeftHttpRequest *request, WeftHttpResponse *response, gpointer data G_GNUC_UNUSED,
      GError **error)
{
    const char *name = weft_http_request_path(request) + strlen("/hello/");
    g_autofree char *greeting = g_strdup_printf("Hello, %s!\n", *name != '\0' ? name : "world");

    weft_http_response_set_header(response, "Content-Type", "text/plain; charset=utf-8");
    return weft_http_response_send(response, greeting, strlen(greeting), error);
}

static gboolean
count(WeftHttpRequest *request, WeftHttpResponse *response, gpointer data G_GNUC_UNUSED,
      GError **error)
{
    char piece[1024];
    char answer[32];
    uint64_t n_bytes = 0;

    for (;;) {
        ssize_t size = weft_http_request_read(request, piece, sizeof piece, error);
        if (size < 0)
            return FALSE;
        if (size == 0)
            break;
        n_bytes += size;
    }
    g_snprintf(answer, sizeof answer, "%" G_GUINT64_FORMAT "\n", n_bytes);
    return weft_http_response_send(response, answer, strlen(answer), error);
}

static void
free_router(gpointer router)
{
    weft_http_router_free(router);
}

int
main(int argc, char **argv)
{
    WeftHttpRouter *router = weft_http_router_new();

    weft_http_router_add(router, "GET", "/hello/", hello, NULL);
    weft_http_router_add(router, "POST", "/count", count, NULL);
    return weft_serve(argc > 1 ? argv[1] : "127.0.0.1:8080",
                      weft_http_service_new(weft_http_router_handle, router, free_router));
}
