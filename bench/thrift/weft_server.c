/* SPDX-License-Identifier: Apache-2.0 */
/* weft's server: bench_weft PORT [IDLE_POLL_US]. */

#include <stdlib.h>
#include <weft/server.h>

#include "bench.weft.h"

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
    if (argc < 2)
        return 2;
    g_autofree char *address = g_strdup_printf("127.0.0.1:%s", argv[1]);
    g_autoptr(WeftServer) server = weft_server_new();

    if (argc > 2)
        weft_server_set_idle_poll_us(server, atoi(argv[2]));
    return weft_server_add(server, address, bench_service_new(&handler, NULL, NULL), NULL) &&
                   weft_server_run(server, NULL)
               ? EXIT_SUCCESS
               : EXIT_FAILURE;
}
