/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MKCOL (RFC 4918 9.3): a new, empty collection; with a body (RFC 5689) one that has properties
 * from its first moment on.
 */
#include <string.h>

#include "webdav/methods/oc_mtime.h"
#include "webdav/properties/changes.h"
#include "webdav/service.h"
#include "webdav/status.h"

#define MAX_BODY_BYTES (256 * 1024)

static gboolean
refuse_body(GError **error)
{
    g_set_error_literal(error, WEFT_HTTP_ERROR, 415, "MKCOL with a body that is no mkcol element");
    return FALSE;
}

static gboolean
is_xml_type(const char *type)
{
    return type != NULL &&
           (g_str_has_prefix(type, "application/xml") || g_str_has_prefix(type, "text/xml"));
}

/* RFC 4918 9.3.1: a body that we do not know is 415, whatever its type; one that says it is XML and
 * is not is plainly wrong. */
gboolean
weft_dav_mkcol_receive(WeftDavCall *call, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(GBytes) body = weft_http_request_read_all(call->request, MAX_BODY_BYTES, error);
    size_t size = 0;

    if (body == NULL)
        return FALSE;

    const void *bytes = g_bytes_get_data(body, &size);
    if (size == 0)
        return TRUE;
    call->xml = weft_dav_xml_read(bytes, size, &problem);
    if (call->xml == NULL && is_xml_type(weft_dav_call_header(call, "Content-Type"))) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    if (call->xml == NULL || !weft_dav_xml_is(weft_dav_xml_root(call->xml), "DAV:", "mkcol"))
        return refuse_body(error);
    return TRUE;
}

static gboolean
read_changes(WeftDavPropertyChanges *changes, const WeftDavXmlNode *root, GError **error)
{
    for (const WeftDavXmlNode *node = weft_dav_xml_first_element(root); node != NULL;
         node = weft_dav_xml_next_element(node))
        if (weft_dav_xml_is(node, "DAV:", "set") &&
            !weft_dav_property_changes_add(changes, node, error)) {
            g_prefix_error_literal(error, "MKCOL body: ");
            return FALSE;
        }
    return TRUE;
}

/* RFC 5689 5.2: nothing was made, and which property is to blame.
 * @status_of_others: of the properties that are not */
static gboolean
answer_refusal(WeftDavCall *call, const WeftDavPropertyChanges *changes, unsigned status,
               unsigned status_of_others, GError **error)
{
    WeftBuffer out;

    weft_buffer_init(&out, 1024);
    weft_buffer_append_string(&out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                                    "<D:mkcol-response xmlns:D=\"DAV:\">");
    weft_dav_property_changes_append_propstats(changes, &out, status_of_others);
    weft_buffer_append_string(&out, "</D:mkcol-response>\n");
    weft_dav_call_unlock(call);
    weft_http_response_set_status(call->response, status);
    weft_http_response_set_header(call->response, "Content-Type",
                                  "application/xml; charset=\"utf-8\"");
    gboolean ok = weft_http_response_send(call->response, weft_buffer_bytes(&out),
                                          weft_buffer_length(&out), error);
    weft_buffer_clear(&out);
    return ok;
}

/* All that the body asks for, or no collection.  Others see it only when the lock is given back. */
static gboolean
make(WeftDavCall *call, const WeftDavPropertyChanges *changes, GError **error)
{
    const WeftDavStoreMethods *store = call->store->methods;
    g_autoptr(GArray) failures = weft_dav_failures_new();

    if (!store->make_collection(call->store, call->path, error))
        return FALSE;
    if (weft_dav_property_changes_apply(changes, call, error))
        return TRUE;
    store->remove(call->store, call->path, failures, NULL);
    return FALSE;
}

gboolean
weft_dav_mkcol(WeftDavCall *call, GError **error)
{
    int64_t modified_s;
    g_auto(WeftDavPropertyChanges) changes;
    g_autoptr(GError) problem = NULL;

    weft_dav_property_changes_init_for_new(&changes);
    if (!weft_dav_read_oc_mtime(call, &modified_s, error))
        return FALSE;
    if (call->xml != NULL && !read_changes(&changes, weft_dav_xml_root(call->xml), error))
        return FALSE;
    if (changes.is_refused)
        return answer_refusal(call, &changes, weft_dav_property_changes_status(&changes), 424,
                              error);

    if (modified_s != WEFT_DAV_TIME_KEEP) {
        changes.attributes.modified_s = modified_s;
        weft_dav_accept_oc_mtime(call);
    }
    if (make(call, &changes, &problem))
        return weft_dav_call_answer(call, 201, error);
    if (changes.changes->len > 0 && problem->domain == WEFT_DAV_ERROR &&
        problem->code == WEFT_DAV_ERROR_NO_SPACE)
        return answer_refusal(call, &changes, 507, 507, error);
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
}
