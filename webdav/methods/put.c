/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PUT (RFC 9110 9.3.4, RFC 4918 9.7): the body goes in pieces to an upload that nobody sees, and
 * takes its place in one step once it is whole.  A client that goes away has changed nothing.
 */
#include <string.h>

#include "webdav/methods/oc_mtime.h"
#include "webdav/methods/upload_body.h"
#include "webdav/rights.h"

gboolean
weft_dav_put_receive(WeftDavCall *call, GError **error)
{
    const char *path = weft_http_request_path(call->request);
    int64_t modified_s;

    /* RFC 9110 14.5: to take a part for the whole would destroy the file. */
    if (weft_dav_call_header(call, "Content-Range") != NULL) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 400, "PUT of a part (Content-Range)");
        return FALSE;
    }
    if (call->on == WEFT_DAV_ON_NOTHING && g_str_has_suffix(path, "/")) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 405, "PUT to the name of a collection");
        return FALSE;
    }
    if (!weft_dav_read_oc_mtime(call, &modified_s, error) || !weft_dav_upload_receive(call, error))
        return FALSE;
    call->upload->has_modified = modified_s != WEFT_DAV_TIME_KEEP;
    call->upload->modified_s = modified_s;
    return TRUE;
}

gboolean
weft_dav_put(WeftDavCall *call, GError **error)
{
    const char *if_none_match = weft_dav_call_header(call, "If-None-Match");
    gboolean may_replace = (if_none_match == NULL || strcmp(if_none_match, "*") != 0) &&
                           weft_dav_may_replace(call, call->path);
    char etag[WEFT_DAV_ETAG_BYTES];
    WeftDavInfo info;

    if (!call->store->methods->upload_commit(call->upload, may_replace, &info, error))
        return FALSE;
    weft_dav_info_etag(&info, etag);
    weft_http_response_set_header(call->response, "ETag", etag);
    if (call->upload->has_modified)
        weft_dav_accept_oc_mtime(call);
    return weft_dav_call_answer(call, call->upload->has_replaced ? 204 : 201, error);
}
