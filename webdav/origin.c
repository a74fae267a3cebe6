/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests that change something, and come from a page of another site.  Browsers ask first before
 * they send such methods across sites (the CORS preflight, which nothing here ever grants); this is
 * the second wall, for browsers and add-ons that do not.
 */
#include "webdav/origin.h"

#include <string.h>

#include "webdav/address.h"

static gboolean
refuse(GError **error)
{
    g_set_error_literal(error, WEFT_HTTP_ERROR, 403, "sent by a page of another site");
    return FALSE;
}

/* Whether @origin, "https://host:port", is @authority, which may be the first of a list. */
static gboolean
is_at(const char *origin, const char *authority)
{
    const char *host = strstr(origin, "://");

    if (host == NULL || authority == NULL)
        return FALSE;
    host += strlen("://");

    const size_t length = strcspn(authority, ", ");
    return strlen(host) == length && g_ascii_strncasecmp(host, authority, length) == 0;
}

/* Whether @origin is this server, by whatever name a proxy in front of it goes. */
static gboolean
is_here(const WeftDavCall *call, const char *origin)
{
    const char *field = weft_http_request_header(call->request, "Forwarded");
    g_autofree char *forwarded = field != NULL ? weft_dav_forwarded_host(field) : NULL;

    /* No page can make a browser send these two fields to another site. */
    return is_at(origin, weft_http_request_authority(call->request)) ||
           is_at(origin, weft_http_request_header(call->request, "X-Forwarded-Host")) ||
           is_at(origin, forwarded) || is_at(origin, call->base_authority);
}

gboolean
weft_dav_check_origin(const WeftDavCall *call, GError **error)
{
    const char *site = weft_http_request_header(call->request, "Sec-Fetch-Site");
    const char *origin = weft_http_request_header(call->request, "Origin");

    /* Fetch Metadata: "none" is what the person typed, and add-ons with his leave. */
    if (site != NULL)
        return strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0 || refuse(error);
    return origin == NULL || is_here(call, origin) || refuse(error);
}
