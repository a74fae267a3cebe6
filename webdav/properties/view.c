/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Live properties that depend on the request: on who asks, and on the room there is.
 */
#include "webdav/properties/view.h"

#include <string.h>
#include <weft/scan.h>

#include "webdav/rights.h"
#include "webdav/xml/writer.h"

/* What Finder asked for before RFC 4331 counts in these. */
#define LEGACY_BLOCK_BYTES 512

char *
weft_dav_resource_path(const WeftDavResource *resource)
{
    const char *folder = resource->view->folder;
    g_autofree char *name = g_strndup(resource->name, resource->name_len);

    return folder[0] == '\0' ? g_strdup("/") : g_strconcat(folder, name, NULL);
}

/* ---- room ---- */

char *
weft_dav_view_put_available(char *at, const WeftDavResource *resource)
{
    return at + weft_format_decimal(resource->view->space.available_bytes, at);
}

char *
weft_dav_view_put_used(char *at, const WeftDavResource *resource)
{
    return at + weft_format_decimal(resource->view->space.used_bytes, at);
}

/* All there is: what is used, and what is left. */
char *
weft_dav_view_put_quota_blocks(char *at, const WeftDavResource *resource)
{
    const WeftDavSpace *space = &resource->view->space;

    return at + weft_format_decimal(space->used_bytes / LEGACY_BLOCK_BYTES +
                                        space->available_bytes / LEGACY_BLOCK_BYTES,
                                    at);
}

char *
weft_dav_view_put_used_blocks(char *at, const WeftDavResource *resource)
{
    return at + weft_format_decimal(resource->view->space.used_bytes / LEGACY_BLOCK_BYTES, at);
}

/* ---- who asks ---- */

/* RFC 5397 3.  There are no resources of principals: the user's href says who he is, and leads to
 * the root. */
void
weft_dav_view_append_user(WeftBuffer *out, const WeftDavResource *resource)
{
    const WeftDavCall *call = resource->view->call;
    const char *user = weft_http_request_user(call->request);
    const char *prefix = call->options->prefix;
    g_autofree char *escaped = NULL;

    if (user == NULL) {
        weft_buffer_append_string(out, "<D:unauthenticated/>");
        return;
    }
    escaped = g_uri_escape_string(user, NULL, FALSE);
    weft_buffer_append_string(out, "<D:href>");
    if (prefix != NULL)
        weft_dav_xml_append_href(out, prefix, strlen(prefix));
    weft_buffer_append_string(out, "/");
    weft_buffer_append_string(out, "?principal=");
    weft_dav_xml_append_text(out, escaped, strlen(escaped));
    weft_buffer_append_string(out, "</D:href>");
}

/* ---- what he may do ---- */

/* RFC 3744 3; a privilege that holds others is told with all of them (5.5). */
static const struct {
    const char *name;
    unsigned rights;         /* of WeftDavMay: any of them gives it */
    gboolean of_collections; /* alone */
} privileges[] = {
    {"read", WEFT_DAV_MAY_READ, FALSE},
    {"read-current-user-privilege-set", WEFT_DAV_MAY_SEE, FALSE},
    {"write", WEFT_DAV_MAY_WRITE, FALSE},
    {"write-content", WEFT_DAV_MAY_WRITE, FALSE},
    {"write-properties", WEFT_DAV_MAY_WRITE, FALSE},
    {"unlock", WEFT_DAV_MAY_UNLOCK, FALSE},
    {"bind", WEFT_DAV_MAY_WRITE | WEFT_DAV_MAY_ADD, TRUE},
    {"unbind", WEFT_DAV_MAY_WRITE, TRUE},
};

void
weft_dav_view_append_privileges(WeftBuffer *out, const WeftDavResource *resource)
{
    const WeftDavCall *call = resource->view->call;
    g_autofree char *path = weft_dav_resource_path(resource);
    unsigned rights = weft_dav_call_rights(call, path, WEFT_DAV_RIGHTS_HERE);

    if (call->options->read_only)
        rights &= WEFT_DAV_MAY_SEE | WEFT_DAV_MAY_READ;
    for (size_t i = 0; i < G_N_ELEMENTS(privileges); i++) {
        if ((rights & privileges[i].rights) == 0 ||
            (privileges[i].of_collections && !resource->info->is_collection))
            continue;
        weft_buffer_append_string(out, "<D:privilege><D:");
        weft_buffer_append_string(out, privileges[i].name);
        weft_buffer_append_string(out, "/></D:privilege>");
    }
}
