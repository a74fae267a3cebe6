/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PROPPATCH (RFC 4918 9.2): dead properties set and removed, in the order of the document, all of
 * them or none.
 */
#include <string.h>

#include "webdav/properties/live.h"
#include "webdav/service.h"
#include "webdav/status.h"
#include "webdav/xml/multistatus.h"
#include "webdav/xml/writer.h"

#define MAX_BODY_BYTES (256 * 1024)

/* Values stand alone, so that what they inherit is written for each of them. */
#define MAX_CHANGES_BYTES (1024 * 1024)

/* ---- the changes ---- */

static void
change_clear(gpointer data)
{
    WeftDavProperty *change = data;

    g_free((char *)change->xml);
}

/* One DAV:set or DAV:remove. */
static gboolean
add_changes(GArray *changes, const WeftDavXmlNode *instruction, size_t *size_bytes, GError **error)
{
    const WeftDavXmlNode *prop = weft_dav_xml_find(instruction, "DAV:", "prop");
    gboolean sets = strcmp(instruction->name, "set") == 0;

    if (prop == NULL) {
        g_set_error(error, WEFT_HTTP_ERROR, 400, "PROPPATCH body: %s without prop",
                    instruction->name);
        return FALSE;
    }
    for (const WeftDavXmlNode *node = weft_dav_xml_first_element(prop); node != NULL;
         node = weft_dav_xml_next_element(node)) {
        WeftDavProperty change = {node->ns, node->name, NULL};

        if (sets)
            change.xml = weft_dav_xml_element_to_string(node);
        g_array_append_val(changes, change);
        *size_bytes += change.xml != NULL ? strlen(change.xml) : 0;
        if (*size_bytes > MAX_CHANGES_BYTES) {
            g_set_error_literal(error, WEFT_HTTP_ERROR, 413, "PROPPATCH body: values too large");
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
is_instruction(const WeftDavXmlNode *node)
{
    return weft_dav_xml_is(node, "DAV:", "set") || weft_dav_xml_is(node, "DAV:", "remove");
}

/* Returns: (transfer full): of WeftDavProperty, whose names live in @root's document */
static GArray *
read_changes(const WeftDavXmlNode *root, GError **error)
{
    g_autoptr(GArray) changes = g_array_new(FALSE, FALSE, sizeof(WeftDavProperty));
    size_t size_bytes = 0;
    gboolean has_instruction = FALSE;

    g_array_set_clear_func(changes, change_clear);
    if (weft_dav_xml_is(root, "DAV:", "propertyupdate"))
        for (const WeftDavXmlNode *node = weft_dav_xml_first_element(root); node != NULL;
             node = weft_dav_xml_next_element(node)) {
            if (!is_instruction(node))
                continue;
            has_instruction = TRUE;
            if (!add_changes(changes, node, &size_bytes, error))
                return NULL;
        }
    if (!has_instruction) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 400,
                            "PROPPATCH body: no propertyupdate with set or remove");
        return NULL;
    }
    return g_steal_pointer(&changes);
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

static gboolean
is_protected(const WeftDavProperty *change)
{
    return weft_dav_live_is_protected(change->ns, change->name);
}

/* One propstat for the changes that are protected, or for those that are not; none if there are
 * none. */
static void
append_propstat(WeftBuffer *out, const GArray *changes, gboolean of_protected, unsigned status,
                const char *condition)
{
    gboolean is_open = FALSE;

    for (guint i = 0; i < changes->len; i++) {
        const WeftDavProperty *change = &g_array_index(changes, WeftDavProperty, i);

        if (is_protected(change) != of_protected)
            continue;
        if (!is_open)
            weft_buffer_append_string(out, "<D:propstat><D:prop>");
        is_open = TRUE;
        weft_dav_multistatus_append_name(out, change->ns, change->name);
    }
    if (!is_open)
        return;
    weft_buffer_append_string(out, "</D:prop>");
    weft_dav_multistatus_append_status(out, status);
    if (condition != NULL)
        weft_dav_multistatus_append_error(out, condition);
    weft_buffer_append_string(out, "</D:propstat>");
}

/* @status: of the changes as a whole; 424 if a protected property has stopped them */
static gboolean
answer(WeftDavCall *call, const GArray *changes, unsigned status, GError **error)
{
    g_auto(WeftDavMultistatus) multistatus;
    WeftBuffer *out = &multistatus.buffer;
    gboolean needs_slash = call->on == WEFT_DAV_ON_COLLECTION && strcmp(call->path, "/") != 0;

    weft_dav_call_unlock(call);
    weft_dav_multistatus_init(&multistatus, call->response);
    weft_buffer_append_string(out, "<D:response><D:href>");
    weft_dav_xml_append_href(out, call->path, strlen(call->path));
    weft_buffer_append_string(out, needs_slash ? "/</D:href>" : "</D:href>");
    if (changes->len == 0)
        weft_dav_multistatus_append_status(out, status);
    append_propstat(out, changes, FALSE, status, NULL);
    append_propstat(out, changes, TRUE, 403, "cannot-modify-protected-property");
    weft_buffer_append_string(out, "</D:response>");
    return weft_dav_multistatus_end(&multistatus, error);
}

gboolean
weft_dav_proppatch(WeftDavCall *call, GError **error)
{
    g_autoptr(GArray) changes = read_changes(weft_dav_xml_root(call->xml), error);
    g_autoptr(GError) problem = NULL;

    if (changes == NULL)
        return FALSE;
    for (guint i = 0; i < changes->len; i++)
        if (is_protected(&g_array_index(changes, WeftDavProperty, i)))
            return answer(call, changes, 424, error);

    if (call->store->methods->change_properties(call->store, call->path,
                                                (const WeftDavProperty *)changes->data,
                                                changes->len, &problem))
        return answer(call, changes, 200, error);
    /* RFC 4918 9.2.1: what the store refuses is told for each property. */
    if (problem->domain == WEFT_DAV_ERROR && problem->code != WEFT_DAV_ERROR_NOT_FOUND)
        return answer(call, changes, weft_dav_status_of(problem), error);
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
}
