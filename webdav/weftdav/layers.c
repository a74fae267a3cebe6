/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From options to layers.  A prefix is made of shares in shares, so that every path that clients
 * see or send has it, and nothing else need know of it.
 */
#include "webdav/weftdav/layers.h"

#include <string.h>
#include <weft/http_target.h>

#include "webdav/address.h"
#include "webdav/weftdav/shares.h"

static gboolean
has_filter(const WeftDavProgramOptions *options)
{
    return options->apple_files != WEFT_DAV_APPLE_FILES_KEEP || options->hides_dot_files ||
           options->deny[0] != NULL || options->ignores_case || options->normalises_names;
}

WeftDavStore *
weft_dav_layers_of_share(const WeftDavProgramOptions *options, WeftDavStore *share)
{
    const WeftDavFilter filter = {
        .apple_files = options->apple_files,
        .hides_dot_files = options->hides_dot_files,
        .deny = (const char *const *)options->deny,
        .ignores_case = options->ignores_case,
        .normalises = options->normalises_names,
    };
    WeftDavStore *store = share;

    if (options->quota_bytes >= 0)
        store = weft_dav_quota_store_new(store, (uint64_t)options->quota_bytes);
    if (has_filter(options))
        store = weft_dav_filter_store_new(store, &filter);
    return store;
}

/* ---- prefix ---- */

/* "/dav/x/" without the slash at its end; "" for "/".
 * Returns: (transfer full) (nullable): NULL for what is no path */
static char *
plain_prefix(const char *prefix)
{
    const size_t length = strlen(prefix);
    g_autofree char *path = g_malloc(length + 1);

    if (prefix[0] != '/' || !g_utf8_validate(prefix, (gssize)length, NULL))
        return NULL;
    const ssize_t n = weft_http_path_normalise(prefix, length, path);
    /* No share has a name that begins with a dot. */
    if (n < 0 || strstr(path, "/.") != NULL)
        return NULL;
    if (n > 0 && path[n - 1] == '/')
        path[n - 1] = '\0';
    return g_steal_pointer(&path);
}

char *
weft_dav_layers_prefix(const WeftDavProgramOptions *options)
{
    g_autofree char *authority = NULL;
    g_autofree char *outer = NULL;
    g_autofree char *inner = options->prefix != NULL ? plain_prefix(options->prefix) : NULL;

    if (options->base_url != NULL)
        weft_dav_base_url_parse(options->base_url, &authority, &outer);
    g_autofree char *prefix =
        g_strconcat(outer != NULL ? outer : "", inner != NULL ? inner : "", NULL);
    return prefix[0] != '\0' ? g_steal_pointer(&prefix) : NULL;
}

WeftDavStore *
weft_dav_layers_below(WeftDavStore *store, const char *prefix)
{
    g_auto(GStrv) segments = g_strsplit(prefix != NULL ? prefix : "", "/", -1);

    for (guint i = g_strv_length(segments); i > 0; i--) {
        if (segments[i - 1][0] == '\0')
            continue;
        WeftDavStore *outer = weft_dav_shares_new();
        const gboolean is_added = weft_dav_shares_add(outer, segments[i - 1], store, NULL);

        g_assert(is_added); /* it is the first of its name */
        store = outer;
    }
    return store;
}

static gboolean
is_base_url(const char *url)
{
    g_autofree char *authority = NULL;
    g_autofree char *path = NULL;

    return weft_dav_base_url_parse(url, &authority, &path) && strstr(path, "/.") == NULL;
}

gboolean
weft_dav_layers_check(gconstpointer data, GError **error)
{
    const WeftDavProgramOptions *options = data;
    g_autofree char *prefix = options->prefix != NULL ? plain_prefix(options->prefix) : NULL;

    if (options->prefix != NULL && prefix == NULL) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--prefix is a path like /dav, not \"%s\"", options->prefix);
        return FALSE;
    }
    if (options->base_url != NULL && !is_base_url(options->base_url)) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--base-url is a URL like https://files.example.org/dav, not \"%s\"",
                    options->base_url);
        return FALSE;
    }
    return TRUE;
}
