/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that a browser would run rather than show: HTML, SVG, and whatever else is XML.
 */
#include "webdav/active_content.h"

#include <string.h>

static gboolean
ends_with(const char *text, size_t length, const char *suffix)
{
    const size_t suffix_length = strlen(suffix);

    return length >= suffix_length &&
           g_ascii_strncasecmp(text + length - suffix_length, suffix, suffix_length) == 0;
}

void
weft_dav_disarm_active_content(WeftHttpResponse *response, const char *content_type)
{
    const size_t length = strcspn(content_type, "; ");

    /* "text/html", "image/svg+xml", "application/xhtml+xml", "text/xml". */
    if (!ends_with(content_type, length, "html") && !ends_with(content_type, length, "xml"))
        return;
    weft_http_response_set_header(response, "Content-Security-Policy", "sandbox");
    weft_http_response_set_header(response, "X-Content-Type-Options", "nosniff");
}
