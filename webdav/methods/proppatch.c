/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PROPPATCH (RFC 4918 9.2): properties set and removed, in the order of the document, all of them
 * or none.
 */
#include <string.h>

#include "webdav/properties/changes.h"
#include "webdav/service.h"
#include "webdav/status.h"
#include "webdav/xml/multistatus.h"
#include "webdav/xml/writer.h"

#define MAX_BODY_BYTES (256 * 1024)

/* ---- the changes ---- */

static gboolean
is_instruction(const WeftDavXmlNode *node)
{
    return weft_dav_xml_is(node, "DAV:", "set") || weft_dav_xml_is(node, "DAV:", "remove");
}

static gboolean
read_changes(WeftDavPropertyChanges *changes, const WeftDavXmlNode *root, GError **error)
{
    gboolean has_instruction = FALSE;

    if (weft_dav_xml_is(root, "DAV:", "propertyupdate"))
        for (const WeftDavXmlNode *node = weft_dav_xml_first_element(root); node != NULL;
             node = weft_dav_xml_next_element(node)) {
            if (!is_instruction(node))
                continue;
            has_instruction = TRUE;
            if (!weft_dav_property_changes_add(changes, node, error)) {
                g_prefix_error_literal(error, "PROPPATCH body: ");
                return FALSE;
            }
        }
    if (!has_instruction)
        g_set_error_literal(error, WEFT_HTTP_ERROR, 400,
                            "PROPPATCH body: no propertyupdate with set or remove");
    return has_instruction;
}

gboolean
weft_dav_proppatch_receive(WeftDavCall *call, GError **error)
{
    size_t size = 0;
    g_autoptr(GBytes) body = weft_http_request_read_all(call->request, MAX_BODY_BYTES, error);

    if (body == NULL)
        return FALSE;

    const void *bytes = g_bytes_get_data(body, &size);
    call->xml = weft_dav_xml_read(bytes, size, error);
    return call->xml != NULL;
}

/* ---- the answer ---- */

/* @status: of the changes as a whole; 424 if one that cannot be has stopped them */
static gboolean
answer(WeftDavCall *call, const WeftDavPropertyChanges *changes, unsigned status, GError **error)
{
    g_auto(WeftDavMultistatus) multistatus;
    WeftBuffer *out = &multistatus.buffer;
    gboolean needs_slash = call->on == WEFT_DAV_ON_COLLECTION && strcmp(call->path, "/") != 0;

    weft_dav_call_unlock(call);
    weft_dav_multistatus_init(&multistatus, call->response);
    weft_buffer_append_string(out, "<D:response><D:href>");
    weft_dav_xml_append_href(out, call->path, strlen(call->path));
    weft_buffer_append_string(out, needs_slash ? "/</D:href>" : "</D:href>");
    if (changes->changes->len == 0)
        weft_dav_multistatus_append_status(out, status);
    weft_dav_property_changes_append_propstats(changes, out, status);
    weft_buffer_append_string(out, "</D:response>");
    return weft_dav_multistatus_end(&multistatus, error);
}

gboolean
weft_dav_proppatch(WeftDavCall *call, GError **error)
{
    g_auto(WeftDavPropertyChanges) changes;
    g_autoptr(GError) problem = NULL;

    weft_dav_property_changes_init(&changes, call->on == WEFT_DAV_ON_COLLECTION);
    if (!read_changes(&changes, weft_dav_xml_root(call->xml), error))
        return FALSE;
    if (changes.is_refused)
        return answer(call, &changes, 424, error);
    if (weft_dav_property_changes_apply(&changes, call, &problem))
        return answer(call, &changes, 200, error);
    /* RFC 4918 9.2.1: what the store refuses is told for each property. */
    if (problem->domain == WEFT_DAV_ERROR && problem->code != WEFT_DAV_ERROR_NOT_FOUND)
        return answer(call, &changes, weft_dav_status_of(problem), error);
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
}
