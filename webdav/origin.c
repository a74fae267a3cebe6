/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests that change something, and come from a page of another site.  Browsers ask first before
 * they send such methods across sites (the CORS preflight, which nothing here ever grants); this is
 * the second wall, for browsers and add-ons that do not.
 */
#include "webdav/origin.h"

#include <string.h>

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

gboolean
weft_dav_check_origin(WeftHttpRequest *request, GError **error)
{
    const char *site = weft_http_request_header(request, "Sec-Fetch-Site");
    const char *origin = weft_http_request_header(request, "Origin");

    /* Fetch Metadata: "none" is what the person typed, and add-ons with his leave. */
    if (site != NULL)
        return strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0 || refuse(error);
    if (origin == NULL || is_at(origin, weft_http_request_authority(request)))
        return TRUE;
    /* A proxy may have put another name into Host; no page can make a browser send this one. */
    return is_at(origin, weft_http_request_header(request, "X-Forwarded-Host")) || refuse(error);
}
