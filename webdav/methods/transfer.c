/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The common part of COPY and MOVE (RFC 4918 9.8, 9.9).
 */
#include "webdav/methods/transfer.h"

#include "webdav/lock_check.h"
#include "webdav/rights.h"

gboolean
weft_dav_transfer_init(WeftDavTransfer *transfer, WeftDavCall *call, GError **error)
{
    WeftDavInfo info;
    g_autoptr(GError) problem = NULL;

    *transfer = (WeftDavTransfer){.failures = weft_dav_failures_new()};
    if (!weft_dav_parse_depth(weft_dav_call_header(call, "Depth"), &transfer->depth, error) ||
        !weft_dav_parse_overwrite(weft_dav_call_header(call, "Overwrite"), &transfer->may_replace,
                                  error))
        return FALSE;
    if (!weft_dav_may_replace(call, call->destination))
        transfer->may_replace = FALSE;

    /* Of no use but for the answer: what cannot be replaced is for the store to find out. */
    transfer->is_new = !call->store->methods->stat(call->store, call->destination, &info, &problem);
    return TRUE;
}

void
weft_dav_transfer_clear(WeftDavTransfer *transfer)
{
    if (transfer->failures != NULL)
        g_array_unref(transfer->failures);
}

gboolean
weft_dav_transfer_forget_replaced(const WeftDavTransfer *transfer, WeftDavCall *call,
                                  GError **error)
{
    return transfer->is_new || weft_dav_forget_locks(call, call->destination, WEFT_DAV_LOCKS_BELOW,
                                                     transfer->failures, error);
}

gboolean
weft_dav_transfer_answer(const WeftDavTransfer *transfer, WeftDavCall *call, GError **error)
{
    return weft_dav_call_answer_failures(call, transfer->failures, transfer->is_new ? 201 : 204,
                                         error);
}
