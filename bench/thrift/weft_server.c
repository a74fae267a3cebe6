/* SPDX-License-Identifier: Apache-2.0 */
/* weft's server: bench_weft [polling] PORT.  Polling, it does not sleep at once when it is idle. */

#include <stdlib.h>
#include <string.h>
#include <weft/server.h>

#include "bench.weft.h"

#define IDLE_POLL_US 50

static gboolean
add(WeftCall *call G_GNUC_UNUSED, int32_t a, int32_t b, int32_t *result,
    GError **error G_GNUC_UNUSED)
{
    *result = a + b;
    return TRUE;
}

static gboolean
echo(WeftCall *call G_GNUC_UNUSED, WeftString data, WeftString *result,
     GError **error G_GNUC_UNUSED)
{
    *result = data;
    return TRUE;
}

static gboolean
process(WeftCall *call G_GNUC_UNUSED, const Document *document, Document *result,
        GError **error G_GNUC_UNUSED)
{
    *result = *document;
    return TRUE;
}

static gboolean
notify(WeftCall *call G_GNUC_UNUSED, int64_t id G_GNUC_UNUSED, WeftString text G_GNUC_UNUSED,
       GError **error G_GNUC_UNUSED)
{
    return TRUE;
}

static const BenchHandler handler = {
    .add = add, .echo = echo, .process = process, .notify = notify};

int
main(int argc, char **argv)
{
    const gboolean is_polling = argc == 3 && strcmp(argv[1], "polling") == 0;

    if (argc != 2 && !is_polling)
        return 2;
    g_autofree char *address = g_strdup_printf("127.0.0.1:%s", argv[argc - 1]);
    g_autoptr(WeftServer) server = weft_server_new();

    if (is_polling)
        weft_server_set_idle_poll_us(server, IDLE_POLL_US);
    return weft_server_add(server, address, bench_service_new(&handler, NULL, NULL), NULL) &&
                   weft_server_run(server, NULL)
               ? EXIT_SUCCESS
               : EXIT_FAILURE;
}
