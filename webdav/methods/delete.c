/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DELETE (RFC 4918 9.6): a resource, and of a collection all that is below it.
 */
#include <string.h>

#include "webdav/lock_check.h"

gboolean
weft_dav_delete(WeftDavCall *call, GError **error)
{
    g_autoptr(GArray) failures = weft_dav_failures_new();
    WeftDavDepth depth = WEFT_DAV_DEPTH_INFINITY;

    if (!weft_dav_parse_depth(weft_dav_call_header(call, "Depth"), &depth, error))
        return FALSE;
    /* RFC 4918 9.6.1: nothing but infinity may be asked of a collection. */
    if (call->on == WEFT_DAV_ON_COLLECTION && depth != WEFT_DAV_DEPTH_INFINITY) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 400,
                            "a collection is deleted with Depth: infinity");
        return FALSE;
    }
    if (strcmp(call->path, "/") == 0) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 403, "the root cannot be deleted");
        return FALSE;
    }
    if (!call->store->methods->remove(call->store, call->path, failures, error) ||
        !weft_dav_forget_locks(call, call->path, WEFT_DAV_LOCKS_AT_AND_BELOW, failures, error))
        return FALSE;
    return weft_dav_call_answer_failures(call, failures, 204, error);
}
