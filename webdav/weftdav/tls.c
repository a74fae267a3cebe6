/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which listeners speak TLS is decided by their addresses: "https://" and "http://" say it, and
 * where there is a certificate, what says nothing speaks TLS.
 */
#include "webdav/weftdav/tls.h"

#include <string.h>
#include <weft/log.h>
#include <weft/scan.h>

gboolean
weft_dav_tls_is_wanted(const WeftDavProgramOptions *options)
{
    return options->tls_certificates[0] != NULL || options->tls_self_signed;
}

/* ---- what goes together ---- */

static gboolean
refuse(GError **error, const char *message)
{
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
    return FALSE;
}

static gboolean
has_scheme(const WeftDavProgramOptions *options, WeftDavScheme wanted)
{
    for (size_t i = 0; options->listen[i] != NULL; i++) {
        WeftDavScheme scheme;

        weft_dav_listen_address(options->listen[i], &scheme);
        if (scheme == wanted)
            return TRUE;
    }
    return FALSE;
}

gboolean
weft_dav_tls_check(gconstpointer data, GError **error)
{
    const WeftDavProgramOptions *options = data;
    const gboolean is_wanted = weft_dav_tls_is_wanted(options);
    const guint n_certificates = g_strv_length(options->tls_certificates);
    const guint n_keys = g_strv_length(options->tls_keys);

    if (n_certificates > 0 && options->tls_self_signed)
        return refuse(error, "tls-certificate and tls-self-signed: it is one or the other");
    if (n_keys > 0 && n_certificates == 0)
        return refuse(error, "tls-key needs tls-certificate");
    if (n_keys > 0 && n_keys != n_certificates)
        return refuse(error, "each tls-certificate needs its tls-key, or none of them one");
    if (!is_wanted && has_scheme(options, WEFT_DAV_SCHEME_HTTPS))
        return refuse(error, "https:// needs tls-certificate or tls-self-signed");
    if (!is_wanted && options->redirect_to_tls)
        return refuse(error, "redirect-to-tls needs tls-certificate or tls-self-signed");
    return TRUE;
}

/* ---- addresses ---- */

const char *
weft_dav_listen_address(const char *text, WeftDavScheme *ret_scheme)
{
    static const char *const schemes[] = {
        [WEFT_DAV_SCHEME_HTTP] = "http://",
        [WEFT_DAV_SCHEME_HTTPS] = "https://",
    };

    for (size_t i = WEFT_DAV_SCHEME_HTTP; i < G_N_ELEMENTS(schemes); i++) {
        if (g_str_has_prefix(text, schemes[i])) {
            *ret_scheme = (WeftDavScheme)i;
            return text + strlen(schemes[i]);
        }
    }
    *ret_scheme = WEFT_DAV_SCHEME_NONE;
    return text;
}

/* ---- certificates ---- */

/* (transfer full) (nullable): the host of an address, unless that stands for all hosts */
static char *
host_of(const char *text)
{
    WeftDavScheme scheme;
    const char *address = weft_dav_listen_address(text, &scheme);
    const char *colon = strrchr(address, ':');

    if (colon == NULL || g_str_has_prefix(address, "unix:"))
        return NULL;
    if (colon == address || g_str_has_prefix(address, "0.0.0.0:") ||
        g_str_has_prefix(address, "[::]:"))
        return NULL;
    if (address[0] == '[' && colon[-1] == ']')
        return g_strndup(address + 1, (size_t)(colon - address) - 2);
    return g_strndup(address, (size_t)(colon - address));
}

/* What clients may call us: this machine, and what is listened on. */
static WeftTlsContext *
sign_ourselves(const WeftDavProgramOptions *options, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(names, g_strdup("localhost"));
    g_ptr_array_add(names, g_strdup("127.0.0.1"));
    g_ptr_array_add(names, g_strdup("::1"));
    g_ptr_array_add(names, g_strdup(g_get_host_name()));
    for (size_t i = 0; options->listen[i] != NULL; i++) {
        g_autofree char *host = host_of(options->listen[i]);

        if (host != NULL && !g_ptr_array_find_with_equal_func(names, host, g_str_equal, NULL))
            g_ptr_array_add(names, g_steal_pointer(&host));
    }
    g_ptr_array_add(names, NULL);
    return weft_tls_context_new_self_signed((const char *const *)names->pdata, error);
}

static WeftTlsContext *
read_files(const WeftDavProgramOptions *options, GError **error)
{
    char **certificates = options->tls_certificates;
    char **keys = options->tls_keys[0] != NULL ? options->tls_keys : certificates;
    g_autoptr(WeftTlsContext) context =
        weft_tls_context_new_server(certificates[0], keys[0], error);

    if (context == NULL)
        return NULL;
    for (size_t i = 1; certificates[i] != NULL; i++)
        if (!weft_tls_context_add_certificate(context, certificates[i], keys[i], error))
            return NULL;
    return g_steal_pointer(&context);
}

gboolean
weft_dav_tls_check_files(const WeftDavProgramOptions *options, GError **error)
{
    g_autoptr(WeftTlsContext) probe = NULL;

    if (options->tls_certificates[0] == NULL)
        return TRUE;
    probe = read_files(options, error);
    return probe != NULL;
}

gboolean
weft_dav_tls_open(WeftDavProgram *program, GError **error)
{
    const WeftDavProgramOptions *options = &program->options;

    if (!weft_dav_tls_is_wanted(options))
        return TRUE;
    program->tls =
        options->tls_self_signed ? sign_ourselves(options, error) : read_files(options, error);
    return program->tls != NULL;
}

/* ---- other files ---- */

gboolean
weft_dav_tls_prepare(const WeftDavProgram *program, const WeftDavProgramOptions *asked,
                     WeftTlsContext **ret_next, GError **error)
{
    if (program->options.tls_certificates[0] == NULL || asked->tls_certificates[0] == NULL)
        return TRUE;
    *ret_next = read_files(asked, error);
    return *ret_next != NULL;
}

void
weft_dav_tls_commit(WeftDavProgram *program, const WeftDavProgramOptions *asked,
                    WeftTlsContext *next)
{
    if (next != NULL)
        weft_tls_context_adopt(program->tls, next);
    else if ((program->options.tls_certificates[0] == NULL) != (asked->tls_certificates[0] == NULL))
        weft_log(WEFT_LOG_WARNING,
                 "reload: TLS begins or ends with tls-certificate: that waits for the next start");
}

/* ---- listeners ---- */

void
weft_dav_tls_speak(WeftDavProgram *program, WeftDavScheme scheme)
{
    const size_t index = weft_server_n_listeners(program->server) - 1;
    g_autofree char *bound = weft_server_bound_address(program->server, index);

    if (program->tls == NULL || scheme == WEFT_DAV_SCHEME_HTTP)
        return;
    if (scheme == WEFT_DAV_SCHEME_HTTPS || !g_str_has_prefix(bound, "unix:"))
        weft_server_set_tls(program->server, index, program->tls);
}

void
weft_dav_tls_redirect(WeftDavProgram *program)
{
    if (!program->options.redirect_to_tls)
        return;
    for (size_t i = 0; i < weft_server_n_listeners(program->server); i++) {
        g_autofree char *bound = weft_server_bound_address(program->server, i);
        const char *colon = strrchr(bound, ':');
        uint64_t port = 0;

        if (!weft_server_is_tls(program->server, i) || colon == NULL)
            continue;
        if (weft_scan_decimal(colon + 1, strlen(colon + 1), &port) > 0 && port > 0)
            weft_http_service_set_redirect_to_tls(program->service, (unsigned)port);
        return;
    }
}

const char *
weft_dav_tls_scheme(const WeftDavProgram *program, size_t index)
{
    return weft_server_is_tls(program->server, index) ? "https" : "http";
}
