/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PATCH (RFC 5789) with sabre/dav's X-Update-Range: the body becomes a part of a file.  Whole as a
 * PUT is: the file is built beside, of the old content and the new part, and takes its place in one
 * step.  That costs a copy of the file where the file system cannot share blocks.
 */
#include <string.h>

#include "webdav/methods/update_range.h"
#include "webdav/methods/upload_body.h"
#include "webdav/service.h"

#define MEDIA_TYPE "application/x-sabredav-partialupdate"

/* RFC 5789 2.2: other kinds of patches are 415; OPTIONS says which one works. */
static gboolean
check_media_type(WeftDavCall *call, GError **error)
{
    const char *type = weft_dav_call_header(call, "Content-Type");

    if (type != NULL && g_ascii_strncasecmp(type, MEDIA_TYPE, strlen(MEDIA_TYPE)) == 0)
        return TRUE;
    g_set_error_literal(error, WEFT_HTTP_ERROR, 415, "PATCH takes " MEDIA_TYPE);
    return FALSE;
}

gboolean
weft_dav_patch_receive(WeftDavCall *call, GError **error)
{
    WeftDavUpdateRange range;

    if (!check_media_type(call, error) ||
        !weft_dav_update_range_parse(weft_dav_call_header(call, "X-Update-Range"), &range, error) ||
        !weft_dav_upload_receive(call, error))
        return FALSE;
    if (range.length_bytes < 0 || range.length_bytes == call->received_bytes)
        return TRUE;
    g_set_error_literal(error, WEFT_HTTP_ERROR, 416, "the body is not as long as X-Update-Range");
    return FALSE;
}

/* RFC 9110 15.5.17: a range that cannot be is answered with the length there is. */
static gboolean
refuse_range(WeftDavCall *call, GError **error)
{
    g_autofree char *content_range =
        g_strdup_printf("bytes */%" G_GUINT64_FORMAT, call->info.size_bytes);

    weft_http_response_set_header(call->response, "Content-Range", content_range);
    return weft_dav_call_answer(call, 416, error);
}

/* Under the lock: what the range counts from is the file as the conditions were judged on. */
gboolean
weft_dav_patch(WeftDavCall *call, GError **error)
{
    const WeftDavStoreMethods *store = call->store->methods;
    WeftDavUpdateRange range;
    char etag[WEFT_DAV_ETAG_BYTES];
    WeftDavInfo info;

    if (!weft_dav_update_range_parse(weft_dav_call_header(call, "X-Update-Range"), &range, error))
        return FALSE;

    const int64_t offset = weft_dav_update_range_offset(&range, call->info.size_bytes);
    if (offset < 0)
        return refuse_range(call, error);

    const int64_t end = offset + call->received_bytes;
    if (!weft_dav_upload_check_size(call, MAX(end, (int64_t)call->info.size_bytes), error))
        return FALSE;
    if (!store->upload_merge(call->upload, offset, error) ||
        !store->upload_commit(call->upload, TRUE, &info, error))
        return FALSE;
    weft_dav_info_etag(&info, etag);
    weft_http_response_set_header(call->response, "ETag", etag);
    return weft_dav_call_answer(call, 204, error);
}
