/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COPY (RFC 4918 9.8): the resource, its dead properties and, with Depth: infinity, its members.
 */
#include "webdav/methods/transfer.h"

gboolean
weft_dav_copy(WeftDavCall *call, GError **error)
{
    g_auto(WeftDavTransfer) transfer = {0};

    if (!weft_dav_transfer_init(&transfer, call, error))
        return FALSE;
    if (transfer.depth == WEFT_DAV_DEPTH_1) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 400, "COPY with Depth: 1");
        return FALSE;
    }
    if (!call->store->methods->copy(call->store, call->path, call->destination,
                                    transfer.depth == WEFT_DAV_DEPTH_INFINITY, transfer.may_replace,
                                    transfer.failures, error) ||
        !weft_dav_transfer_forget_replaced(&transfer, call, error))
        return FALSE;
    return weft_dav_transfer_answer(&transfer, call, error);
}
