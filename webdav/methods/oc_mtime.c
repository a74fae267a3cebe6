/* SPDX-License-Identifier: Apache-2.0 */
/*
 * X-OC-Mtime, which ownCloud brought up and rclone and others send.
 */
#include "webdav/methods/oc_mtime.h"

#include <string.h>
#include <weft/scan.h>

#define MAX_TIME_S INT64_C(253402300799) /* the end of the year 9999 */

static gboolean
refuse(GError **error)
{
    g_set_error_literal(error, WEFT_HTTP_ERROR, 400, "bad X-OC-Mtime");
    return FALSE;
}

gboolean
weft_dav_read_oc_mtime(WeftDavCall *call, int64_t *ret_modified_s, GError **error)
{
    const char *value = weft_dav_call_header(call, "X-OC-Mtime");
    uint64_t seconds = 0;

    if (value == NULL) {
        *ret_modified_s = WEFT_DAV_TIME_KEEP;
        return TRUE;
    }

    const size_t length = strlen(value);
    const size_t used = weft_scan_decimal(value, length, &seconds);
    if (used == 0 || seconds > MAX_TIME_S)
        return refuse(error);
    /* Some send a fraction; a second is what can be kept. */
    if (used < length &&
        (value[used] != '.' || weft_scan_while(value + used + 1, length - used - 1,
                                               WEFT_BYTE_DIGIT) != length - used - 1))
        return refuse(error);
    *ret_modified_s = (int64_t)seconds;
    return TRUE;
}

void
weft_dav_accept_oc_mtime(WeftDavCall *call)
{
    weft_http_response_set_header(call->response, "X-OC-Mtime", "accepted");
}
