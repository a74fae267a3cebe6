/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MOVE (RFC 4918 9.9): the resource, its dead properties and all its members.
 */
#include "webdav/methods/transfer.h"

#include "webdav/lock_check.h"

gboolean
weft_dav_move(WeftDavCall *call, GError **error)
{
    g_auto(WeftDavTransfer) transfer = {0};

    if (!weft_dav_transfer_init(&transfer, call, error))
        return FALSE;
    /* RFC 4918 9.9.2: a collection moves whole. */
    if (call->on == WEFT_DAV_ON_COLLECTION && transfer.depth != WEFT_DAV_DEPTH_INFINITY) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 400,
                            "a collection is moved with Depth: infinity");
        return FALSE;
    }
    if (!call->store->methods->move(call->store, call->path, call->destination,
                                    transfer.may_replace, transfer.failures, error))
        return FALSE;
    /* RFC 4918 7.6: locks stay behind, and where the resource is gone they end. */
    if (!weft_dav_forget_locks(call, call->path, WEFT_DAV_LOCKS_AT_AND_BELOW, transfer.failures,
                               error) ||
        !weft_dav_transfer_forget_replaced(&transfer, call, error))
        return FALSE;
    return weft_dav_transfer_answer(&transfer, call, error);
}
