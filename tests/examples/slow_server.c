/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An HTTP server that takes its time: slow_server ADDRESS DELAY_MS answers /BYTES with so many
 * bytes, so much later.
 */
#include <stdlib.h>
#include <weft/fiber.h>
#include <weft/http.h>
#include <weft/server.h>

enum { MAX_BYTES = 1 << 20 };

static gboolean
answer(WeftHttpRequest *request, WeftHttpResponse *response, gpointer delay_ms, GError **error)
{
    const size_t size = (size_t)CLAMP(atoi(weft_http_request_path(request) + 1), 0, MAX_BYTES);
    g_autofree char *bytes = g_malloc0(size);

    return weft_fiber_sleep_ms(GPOINTER_TO_INT(delay_ms), error) &&
           weft_http_response_send(response, bytes, size, error);
}

int
main(int argc, char **argv)
{
    g_assert(argc == 3);
    return weft_serve(argv[1], weft_http_service_new(answer, GINT_TO_POINTER(atoi(argv[2])), NULL));
}
