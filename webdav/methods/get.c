/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET and HEAD (RFC 9110 9.3.1, RFC 4918 9.4): a file, or a page that lists a collection.
 */
#include <string.h>

#include "webdav/active_content.h"
#include "webdav/methods/collection_page.h"
#include "webdav/properties/content_type.h"
#include "webdav/rights.h"
#include "webdav/service.h"
#include "webdav/xml/writer.h"

static gboolean
answer_file(WeftDavCall *call, WeftFile *file, GError **error)
{
    const char *name = weft_dav_path_name(call->path);
    size_t type_length = 0;
    char etag[WEFT_DAV_ETAG_BYTES];

    weft_dav_info_etag(&call->info, etag);
    const WeftHttpRepresentation representation = {
        .size_bytes = (int64_t)call->info.size_bytes,
        .modified_us = call->info.modified_us,
        .etag = etag,
        .content_type = weft_dav_content_type(name, strlen(name), &type_length),
    };
    weft_dav_disarm_active_content(call->response, representation.content_type);
    return weft_http_response_send_file(call->response, file, &representation, error);
}

/* Relative links of a page need the slash.  Only people with browsers get sent there: other clients
 * mean the collection, and some do not follow (RFC 4918 5.2 lets us answer them). */
static gboolean
wants_slash(WeftDavCall *call)
{
    const char *accept = weft_dav_call_header(call, "Accept");

    return !g_str_has_suffix(weft_http_request_path(call->request), "/") && accept != NULL &&
           strstr(accept, "text/html") != NULL;
}

static gboolean
redirect_to_slash(WeftDavCall *call, GError **error)
{
    const char *query = weft_http_request_query(call->request);
    size_t length = strlen(call->path);
    g_autofree char *encoded = g_malloc(3 * length + 1);

    *weft_dav_xml_put_path(encoded, call->path, length) = '\0';
    g_autofree char *location = g_strconcat(encoded, "/", query != NULL ? "?" : NULL, query, NULL);
    weft_http_response_set_header(call->response, "Location", location);
    return weft_dav_call_answer(call, 301, error);
}

gboolean
weft_dav_get(WeftDavCall *call, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(WeftFile) file =
        call->store->methods->open_read(call->store, call->path, &call->info, &problem);

    if (file != NULL)
        return weft_dav_check_read(call, error) && answer_file(call, file, error);
    if (!g_error_matches(problem, WEFT_DAV_ERROR, WEFT_DAV_ERROR_IS_COLLECTION)) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    return wants_slash(call) ? redirect_to_slash(call, error)
                             : weft_dav_collection_page_answer(call, error);
}
