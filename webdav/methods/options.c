/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OPTIONS (RFC 9110 9.3.7, RFC 4918 10.1): what a resource is capable of.
 */
#include "webdav/rights.h"
#include "webdav/service.h"

gboolean
weft_dav_options(WeftDavCall *call, GError **error)
{
    /* The same whatever is there, so that a stranger does not learn it. */
    if (weft_dav_is_stranger(call))
        call->on = WEFT_DAV_ON_NOTHING | WEFT_DAV_ON_FILE | WEFT_DAV_ON_COLLECTION;
    else if (!weft_dav_call_look(call, error))
        return FALSE;
    weft_dav_call_set_allow(call, call->on);
    /* RFC 4918 18: class 2 is locks, without which Finder mounts for reading only, as it should
     * where that is all there is; 3 that it is this document's demands that are met rather than
     * those of RFC 2518. */
    weft_http_response_set_header(
        call->response, "DAV",
        call->options->read_only ? "1, 3" : "1, 2, 3, extended-mkcol, sabredav-partialupdate");
    if (call->on == WEFT_DAV_ON_FILE) /* RFC 5789 3.1 */
        weft_http_response_set_header(call->response, "Accept-Patch",
                                      "application/x-sabredav-partialupdate");
    /* Without it Windows and Office do not take the server for one that can be written to. */
    weft_http_response_set_header(call->response, "MS-Author-Via", "DAV");
    return weft_dav_call_answer(call, 200, error);
}
