/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MKCOL (RFC 4918 9.3): a new, empty collection.
 */
#include "webdav/service.h"

/* RFC 4918 9.3.1: a body asks for something that we do not know, whatever its type. */
gboolean
weft_dav_mkcol_receive(WeftDavCall *call, GError **error)
{
    int64_t announced = weft_http_request_content_length(call->request);
    ssize_t n = 0;
    char byte;

    if (announced < 0) {
        n = weft_http_request_read(call->request, &byte, 1, error);
        if (n < 0)
            return FALSE;
    }
    if (announced > 0 || n > 0) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 415, "MKCOL takes no body");
        return FALSE;
    }
    return TRUE;
}

gboolean
weft_dav_mkcol(WeftDavCall *call, GError **error)
{
    if (!call->store->methods->make_collection(call->store, call->path, error))
        return FALSE;
    return weft_dav_call_answer(call, 201, error);
}
