/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where weftdav listens: addresses of its own, or sockets that were open before it started.
 */
#include "webdav/weftdav/listeners.h"

#include <string.h>
#include <weft/control.h>
#include <weft/http_metrics.h>

#include "webdav/weftdav/metrics.h"
#include "webdav/weftdav/supervisor.h"
#include "webdav/weftdav/tls.h"

/* How a supervisor calls the socket for metrics: FileDescriptorName= of its unit. */
#define METRICS_SOCKET "metrics"

/* And one that does not speak TLS, whatever the others do. */
#define PLAIN_SOCKET "http"

/* A service goes to the server with its first address. */
static gboolean
listen_on(WeftServer *server, const char *address, WeftService *service, gboolean is_first,
          GError **error)
{
    return is_first ? weft_server_add(server, address, service, error)
                    : weft_server_add_address(server, address, service, error);
}

static gboolean
listen_on_addresses(WeftDavProgram *program, GError **error)
{
    char **addresses = program->options.listen;

    for (size_t i = 0; addresses[i] != NULL; i++) {
        WeftDavScheme scheme;
        const char *address = weft_dav_listen_address(addresses[i], &scheme);

        if (!listen_on(program->server, address, program->service, i == 0, error))
            return FALSE;
        weft_dav_tls_speak(program, scheme);
    }
    return TRUE;
}

/* Who opened the socket has decided where; who may come in is decided here as for any address. */
static gboolean
listen_on_given(WeftDavProgram *program, const GArray *given, GError **error)
{
    for (size_t i = 0; i < given->len; i++) {
        const WeftDavGivenSocket *socket = &g_array_index(given, WeftDavGivenSocket, i);

        if (strcmp(socket->name, METRICS_SOCKET) == 0)
            continue;
        if (!weft_server_add_socket(program->server, socket->fd, program->service, error))
            return FALSE;

        g_autofree char *bound = weft_server_bound_address(
            program->server, weft_server_n_listeners(program->server) - 1);
        if (!weft_dav_program_options_allow(&program->options, bound, error))
            return FALSE;
        weft_dav_tls_speak(program, strcmp(socket->name, PLAIN_SOCKET) == 0 ? WEFT_DAV_SCHEME_HTTP
                                                                            : WEFT_DAV_SCHEME_NONE);
    }
    return TRUE;
}

static gboolean
listen_for_metrics(WeftDavProgram *program, const GArray *given, GError **error)
{
    const char *address = program->options.metrics;

    for (size_t i = 0; i < given->len; i++) {
        const WeftDavGivenSocket *socket = &g_array_index(given, WeftDavGivenSocket, i);

        if (strcmp(socket->name, METRICS_SOCKET) == 0) {
            weft_http_service_set_counting(program->service, TRUE);
            return weft_server_add_socket(program->server, socket->fd,
                                          weft_dav_metrics_service_new(program), error);
        }
    }
    if (address == NULL)
        return TRUE;
    weft_http_service_set_counting(program->service, TRUE);
    return listen_on(program->server, address, weft_dav_metrics_service_new(program), TRUE, error);
}

static gboolean
listen_for_control(WeftDavProgram *program, GError **error)
{
    const WeftControlInfo info = {.program = "weftdav", .version = WEFT_VERSION, .has_http = TRUE};

    if (program->options.control == NULL)
        return TRUE;
    weft_http_service_set_counting(program->service, TRUE);
    return weft_control_listen(program->server, program->options.control, &info, error);
}

gboolean
weft_dav_program_listen(WeftDavProgram *program, GError **error)
{
    g_autoptr(GArray) given = weft_dav_supervisor_sockets();
    const gboolean has_other =
        given->len > 1 ||
        (given->len == 1 &&
         strcmp(g_array_index(given, WeftDavGivenSocket, 0).name, METRICS_SOCKET) != 0);

    if (!(has_other ? listen_on_given(program, given, error) : listen_on_addresses(program, error)))
        return FALSE;
    weft_dav_tls_redirect(program);
    program->n_addresses = weft_server_n_listeners(program->server);
    return listen_for_metrics(program, given, error) && listen_for_control(program, error);
}
