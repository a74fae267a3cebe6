/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths and the fields that carry them.  Request targets and Destination go through the same
 * parser, so that both ends of a COPY obey one set of rules.
 */
#include "webdav/path.h"

#include <string.h>
#include <weft/http.h>
#include <weft/http_target.h>
#include <weft/scan.h>

#define MAX_PATH_BYTES 8192

static char *
refuse(GError **error, WeftHttpStatus status, const char *reason, const char *value)
{
    g_autofree char *shown = g_strescape(value, NULL);

    g_set_error(error, WEFT_HTTP_ERROR, status, "%s \"%s\"", reason, shown);
    return NULL;
}

char *
weft_dav_path_for_store(const char *path, GError **error)
{
    size_t length = strlen(path);

    if (path[0] != '/')
        return refuse(error, 400, "bad path", path);
    if (length > MAX_PATH_BYTES)
        return refuse(error, 414, "path too long", "");
    /* Names are text: they come back in XML. */
    if (!g_utf8_validate(path, (gssize)length, NULL))
        return refuse(error, 400, "path is not UTF-8", path);
    if (length > 1 && path[length - 1] == '/')
        length--;
    return g_strndup(path, length);
}

const char *
weft_dav_path_name(const char *path)
{
    return strrchr(path, '/') + 1;
}

/* ---- Destination ---- */

/* "host:80" without the port that the scheme has anyway. */
static size_t
host_length(const char *authority, size_t length)
{
    static const char *const default_ports[] = {":80", ":443", ":"};

    for (size_t i = 0; i < G_N_ELEMENTS(default_ports); i++) {
        size_t port_length = strlen(default_ports[i]);

        if (length > port_length &&
            memcmp(authority + length - port_length, default_ports[i], port_length) == 0)
            return length - port_length;
    }
    return length;
}

/* Behind a proxy that ends TLS the client's scheme is not ours, and with it go the default ports;
 * so only a port that is neither is compared. */
static gboolean
is_same_server(const WeftHttpTarget *target, const char *authority)
{
    size_t own_length = host_length(authority, strlen(authority));
    g_autofree char *own = g_strndup(authority, own_length);

    return weft_scan_equal_ignoring_case(
        target->authority, host_length(target->authority, target->authority_length), own);
}

char *
weft_dav_path_of_destination(const char *value, const char *authority, GError **error)
{
    WeftHttpTarget target;

    if (value == NULL)
        return refuse(error, 400, "no Destination field", "");
    size_t length = strlen(value);
    if (length > MAX_PATH_BYTES)
        return refuse(error, 414, "Destination too long", "");
    /* "//host/path" names a server in a URI reference and a path in a request target. */
    if (!weft_http_target_parse("COPY", 4, value, length, &target) || g_str_has_prefix(value, "//"))
        return refuse(error, 400, "bad Destination", value);
    if (target.form == WEFT_HTTP_TARGET_ABSOLUTE && !is_same_server(&target, authority))
        return refuse(error, 502, "another server's Destination", value);
    /* Most likely a '?' in a name that was not encoded: better refused than half obeyed. */
    if (target.query != NULL)
        return refuse(error, 400, "query in Destination", value);

    g_autofree char *path = g_malloc(target.path_length + 1);
    if (weft_http_path_normalise(target.path, target.path_length, path) < 0)
        return refuse(error, 400, "bad path in Destination", value);
    return weft_dav_path_for_store(path, error);
}

/* ---- Depth and Overwrite ---- */

gboolean
weft_dav_parse_depth(const char *value, WeftDavDepth *ret_depth, GError **error)
{
    static const char *const names[] = {
        [WEFT_DAV_DEPTH_0] = "0",
        [WEFT_DAV_DEPTH_1] = "1",
        [WEFT_DAV_DEPTH_INFINITY] = "infinity",
    };

    if (value == NULL) {
        *ret_depth = WEFT_DAV_DEPTH_INFINITY;
        return TRUE;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (weft_scan_equal_ignoring_case(value, strlen(value), names[i])) {
            *ret_depth = (WeftDavDepth)i;
            return TRUE;
        }
    return refuse(error, 400, "bad Depth", value) != NULL;
}

gboolean
weft_dav_parse_overwrite(const char *value, gboolean *ret_overwrite, GError **error)
{
    if (value != NULL && strcmp(value, "T") != 0 && strcmp(value, "F") != 0)
        return refuse(error, 400, "bad Overwrite", value) != NULL;
    *ret_overwrite = value == NULL || value[0] == 'T';
    return TRUE;
}
