/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of this server.  To believe what a proxy tells of them is safe whoever sent it: all that it
 * decides is whether a URI that the same client sends is meant for us.
 */
#include "webdav/address.h"

#include <string.h>
#include <weft/http_target.h>
#include <weft/scan.h>

#include "webdav/xml/writer.h"

#define MAX_AUTHORITY_BYTES 255

/* ---- the base URL ---- */

gboolean
weft_dav_base_url_parse(const char *url, char **ret_authority, char **ret_path)
{
    const size_t length = strlen(url);
    WeftHttpTarget target;

    if (!g_str_has_prefix(url, "http://") && !g_str_has_prefix(url, "https://"))
        return FALSE;
    if (!weft_http_target_parse("GET", 3, url, length, &target) ||
        target.form != WEFT_HTTP_TARGET_ABSOLUTE || target.query != NULL ||
        target.authority_length == 0)
        return FALSE;

    g_autofree char *path = g_malloc(target.path_length + 1);
    ssize_t path_length = weft_http_path_normalise(target.path, target.path_length, path);
    if (path_length < 0 || !g_utf8_validate(path, path_length, NULL))
        return FALSE;
    if (path_length > 0 && path[path_length - 1] == '/')
        path[path_length - 1] = '\0';
    *ret_authority = g_strndup(target.authority, target.authority_length);
    *ret_path = g_steal_pointer(&path);
    return TRUE;
}

/* Where a store takes several names for one resource, locks and rules must see one.
 * @path: (transfer full) */
static char *
resolve(const WeftDavCall *call, char *path, GError **error)
{
    g_autofree char *asked = path;

    if (path == NULL || call->store->methods->resolve == NULL)
        return g_steal_pointer(&asked);
    return call->store->methods->resolve(call->store, asked, error);
}

char *
weft_dav_call_path_of_target(const WeftDavCall *call, const char *path, GError **error)
{
    g_autofree char *public_path =
        call->base_path != NULL ? g_strconcat(call->base_path, path, NULL) : NULL;

    return resolve(call, weft_dav_path_for_store(public_path != NULL ? public_path : path, error),
                   error);
}

/* ---- what a proxy tells ---- */

/* Returns: (transfer full) (nullable) */
static char *
authority_of(const char *text, size_t length)
{
    if (length > 1 && text[0] == '"' && text[length - 1] == '"') {
        text++;
        length -= 2;
    }
    if (length == 0 || length > MAX_AUTHORITY_BYTES || !weft_http_authority_is_valid(text, length))
        return NULL;
    return g_strndup(text, length);
}

/* The next of "for=192.0.2.60;host=example.org"; a ';' in a quoted string is none. */
static gboolean
next_pair(const char **text, size_t *length, const char **ret_pair, size_t *ret_pair_length)
{
    size_t used = 0;

    if (*length == 0)
        return FALSE;
    while (used < *length && (*text)[used] != ';') {
        const size_t quoted = weft_scan_quoted_string(*text + used, *length - used);

        used += quoted > 0 ? quoted : 1;
    }
    *ret_pair = *text;
    *ret_pair_length = used;
    used += used < *length;
    *text += used;
    *length -= used;
    return TRUE;
}

char *
weft_dav_forwarded_host(const char *forwarded)
{
    static const char name[] = "host=";
    size_t length = strlen(forwarded);
    const char *element;
    size_t element_length;
    const char *pair;
    size_t pair_length;

    if (!weft_scan_list_next(&forwarded, &length, &element, &element_length))
        return NULL;
    while (next_pair(&element, &element_length, &pair, &pair_length)) {
        weft_scan_trim(&pair, &pair_length);
        if (pair_length > strlen(name) && g_ascii_strncasecmp(pair, name, strlen(name)) == 0)
            return authority_of(pair + strlen(name), pair_length - strlen(name));
    }
    return NULL;
}

/* Returns: (transfer full) (nullable) */
static char *
told_authority(const WeftDavCall *call)
{
    const char *forwarded = weft_http_request_header(call->request, "Forwarded");
    const char *hosts = weft_http_request_header(call->request, "X-Forwarded-Host");
    char *told = forwarded != NULL ? weft_dav_forwarded_host(forwarded) : NULL;
    size_t length = hosts != NULL ? strlen(hosts) : 0;
    const char *first;
    size_t first_length;

    if (told != NULL || !weft_scan_list_next(&hosts, &length, &first, &first_length))
        return told;
    return authority_of(first, first_length);
}

/* The proxy ends what the client began, at a port of its own. */
static gboolean
is_proxied(const WeftDavCall *call)
{
    return weft_http_request_header(call->request, "X-Forwarded-Proto") != NULL ||
           weft_http_request_header(call->request, "X-Forwarded-Host") != NULL ||
           weft_http_request_header(call->request, "Forwarded") != NULL;
}

/* ---- URIs ---- */

static gboolean
is_other_server(const GError *error)
{
    return g_error_matches(error, WEFT_HTTP_ERROR, 502);
}

/* "host" of "host:8080" and "[::1]:8080". */
static size_t
host_length(const char *authority, size_t length)
{
    size_t n = length;

    while (n > 0 && weft_byte_is(authority[n - 1], WEFT_BYTE_DIGIT))
        n--;
    return n > 0 && authority[n - 1] == ':' ? n - 1 : length;
}

/* TRUE if the URI's authority and @authority differ in their ports at most. */
static gboolean
is_same_host(const char *uri, const char *authority)
{
    WeftHttpTarget target;

    if (!weft_http_target_parse("COPY", 4, uri, strlen(uri), &target) || target.authority == NULL)
        return FALSE;

    const size_t length = host_length(authority, strlen(authority));
    return length == host_length(target.authority, target.authority_length) &&
           g_ascii_strncasecmp(authority, target.authority, length) == 0;
}

/* Behind a proxy the port that clients use need not be in any field: the host is enough. */
static char *
path_by_host(const WeftDavCall *call, const char *field, const char *uri, const char *authority,
             GError **error)
{
    WeftHttpTarget target;

    if (!is_proxied(call) || !is_same_host(uri, authority) ||
        !weft_http_target_parse("COPY", 4, uri, strlen(uri), &target))
        return NULL;
    g_autofree char *own = g_strndup(target.authority, target.authority_length);
    g_clear_error(error);
    return weft_dav_path_of_uri(field, uri, own, error);
}

/*
 * "http://ann:secret@host/a" without who and how: KDE sends them on in Destination when they are in
 * the address that it was given.
 * Returns: (transfer full) (nullable): NULL if nobody is in it
 */
static char *
without_user(const char *uri)
{
    const char *authority = *uri != '/' ? strstr(uri, "://") : NULL;

    if (authority == NULL)
        return NULL;
    authority += strlen("://");
    const char *at = memchr(authority, '@', strcspn(authority, "/?#"));
    if (at == NULL)
        return NULL;
    return g_strdup_printf("%.*s%s", (int)(authority - uri), uri, at + 1);
}

/* The path as it is asked for. */
static char *
asked_path(const WeftDavCall *call, const char *field, const char *sent, GError **error)
{
    g_autofree char *plain = without_user(sent);
    const char *uri = plain != NULL ? plain : sent;
    const char *authority = weft_http_request_authority(call->request);
    g_autoptr(GError) problem = NULL;
    char *path = weft_dav_path_of_uri(field, uri, authority, &problem);

    if (path == NULL && is_other_server(problem)) {
        g_autofree char *told = told_authority(call);
        const char *const others[] = {told, call->base_authority};

        path = path_by_host(call, field, uri, told != NULL ? told : authority, &problem);
        for (size_t i = 0; i < G_N_ELEMENTS(others) && path == NULL; i++) {
            if (others[i] == NULL || !is_other_server(problem))
                continue;
            g_clear_error(&problem);
            path = weft_dav_path_of_uri(field, uri, others[i], &problem);
        }
    }
    if (path == NULL)
        g_propagate_error(error, g_steal_pointer(&problem));
    return path;
}

char *
weft_dav_call_path_of_uri(const WeftDavCall *call, const char *field, const char *uri,
                          GError **error)
{
    return resolve(call, asked_path(call, field, uri, error), error);
}

/* Another spelling of the source itself is what the source is to be called from now on. */
char *
weft_dav_call_destination(const WeftDavCall *call, const char *uri, GError **error)
{
    g_autofree char *asked = asked_path(call, "Destination", uri, error);
    g_autofree char *path = resolve(call, g_strdup(asked), error);

    if (path == NULL || strcmp(path, call->path) != 0)
        return g_steal_pointer(&path);
    return g_strdup_printf("%.*s%s", (int)(weft_dav_path_name(path) - path), path,
                           weft_dav_path_name(asked));
}

void
weft_dav_call_set_content_location(WeftDavCall *call)
{
    const size_t length = strlen(call->path);

    if (length == 1 || g_str_has_suffix(weft_http_request_path(call->request), "/"))
        return;

    g_autofree char *location = g_malloc(3 * length + 2);
    char *at = weft_dav_xml_put_path(location, call->path, length);
    at[0] = '/';
    at[1] = '\0';
    weft_http_response_set_header(call->response, "Content-Location", location);
}

gboolean
weft_dav_base_url_is_valid(const char *url)
{
    g_autofree char *authority = NULL;
    g_autofree char *path = NULL;

    return weft_dav_base_url_parse(url, &authority, &path);
}
