/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where weftdav listens: addresses of its own, or sockets that were open before it started.
 */
#include "webdav/weftdav/listeners.h"

#include "webdav/weftdav/supervisor.h"

/* The first address takes the service over, the others share it. */
static gboolean
listen_on_addresses(WeftDavProgram *program, GError **error)
{
    char **addresses = program->options.listen;

    for (size_t i = 0; addresses[i] != NULL; i++) {
        const gboolean ok =
            i == 0
                ? weft_server_add(program->server, addresses[i], program->service, error)
                : weft_server_add_address(program->server, addresses[i], program->service, error);

        if (!ok)
            return FALSE;
    }
    return TRUE;
}

/* Who opened the socket has decided where; who may come in is decided here as for any address. */
static gboolean
listen_on_given(WeftDavProgram *program, const GArray *given, GError **error)
{
    for (size_t i = 0; i < given->len; i++) {
        const int fd = g_array_index(given, WeftDavGivenSocket, i).fd;

        if (!weft_server_add_socket(program->server, fd, program->service, error))
            return FALSE;

        g_autofree char *bound = weft_server_bound_address(program->server, i);
        if (!weft_dav_program_options_allow(&program->options, bound, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
weft_dav_program_listen(WeftDavProgram *program, GError **error)
{
    g_autoptr(GArray) given = weft_dav_supervisor_sockets();

    return given->len > 0 ? listen_on_given(program, given, error)
                          : listen_on_addresses(program, error);
}
