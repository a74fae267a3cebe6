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

/* For who does not say how long a lock shall live: to forget it must not cost others a day. */
#define DEFAULT_TIMEOUT_S 3600

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

gboolean
weft_dav_path_is_at_or_below(const char *path, const char *ancestor)
{
    const size_t length = ancestor[1] == '\0' ? 0 : strlen(ancestor); /* the root holds all */

    return strncmp(path, ancestor, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

const char *
weft_dav_path_name(const char *path)
{
    return strrchr(path, '/') + 1;
}

/* ---- URIs in fields ---- */

static char *
refuse_uri(GError **error, WeftHttpStatus status, const char *reason, const char *field,
           const char *uri)
{
    g_autofree char *where = g_strdup_printf("%s %s", reason, field);

    return refuse(error, status, where, uri);
}

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
weft_dav_path_of_uri(const char *field, const char *uri, const char *authority, GError **error)
{
    WeftHttpTarget target;
    size_t length = strlen(uri);

    if (length > MAX_PATH_BYTES)
        return refuse(error, 414, "URI too long in", field);
    /* "//host/path" names a server in a URI reference and a path in a request target. */
    if (!weft_http_target_parse("COPY", 4, uri, length, &target) || g_str_has_prefix(uri, "//"))
        return refuse_uri(error, 400, "bad", field, uri);
    if (target.form == WEFT_HTTP_TARGET_ABSOLUTE && !is_same_server(&target, authority))
        return refuse_uri(error, 502, "another server's", field, uri);
    /* Most likely a '?' in a name that was not encoded: better refused than half obeyed. */
    if (target.query != NULL)
        return refuse_uri(error, 400, "query in", field, uri);

    g_autofree char *path = g_malloc(target.path_length + 1);
    if (weft_http_path_normalise(target.path, target.path_length, path) < 0)
        return refuse_uri(error, 400, "bad path in", field, uri);
    return weft_dav_path_for_store(path, error);
}

char *
weft_dav_path_of_destination(const char *value, const char *authority, GError **error)
{
    if (value == NULL)
        return refuse(error, 400, "no Destination field", "");
    return weft_dav_path_of_uri("Destination", value, authority, error);
}

/* ---- Depth, Overwrite, Timeout, Lock-Token ---- */

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

/* One TimeType; 0 for what is none. */
static int64_t
parse_time(const char *item, size_t length)
{
    static const char second[] = "Second-";
    const size_t n_second = sizeof second - 1;
    uint64_t seconds = 0;

    if (weft_scan_equal_ignoring_case(item, length, "Infinite"))
        return INT64_MAX;
    if (length <= n_second || !weft_scan_equal_ignoring_case(item, n_second, second) ||
        weft_scan_decimal(item + n_second, length - n_second, &seconds) != length - n_second)
        return 0;
    return (int64_t)CLAMP(seconds, 1, INT64_MAX);
}

int64_t
weft_dav_parse_timeout(const char *value)
{
    size_t length = value != NULL ? strlen(value) : 0;
    const char *item;
    size_t item_length;

    while (weft_scan_list_next(&value, &length, &item, &item_length)) {
        int64_t timeout_s = parse_time(item, item_length);

        if (timeout_s > 0)
            return timeout_s;
    }
    return DEFAULT_TIMEOUT_S;
}

char *
weft_dav_parse_lock_token(const char *value, GError **error)
{
    if (value == NULL)
        return refuse(error, 400, "no Lock-Token field", "");

    size_t length = strlen(value);
    gboolean has_brackets = length > 2 && value[0] == '<' && value[length - 1] == '>';
    const char *token = has_brackets ? value + 1 : value;
    length -= has_brackets ? 2 : 0;
    if (length == 0 || weft_scan_while(token, length, WEFT_BYTE_VISIBLE) != length ||
        memchr(token, '<', length) != NULL || memchr(token, '>', length) != NULL)
        return refuse(error, 400, "bad Lock-Token", value);
    return g_strndup(token, length);
}
