/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors to statuses.
 */
#include "webdav/status.h"

#include <weft/dav_store.h>
#include <weft/http.h>

#include "webdav/xml/reader.h"

static unsigned
status_of_store(WeftDavError code)
{
    switch (code) {
    case WEFT_DAV_ERROR_NOT_FOUND:
        return 404;
    case WEFT_DAV_ERROR_NO_PARENT: /* RFC 4918 9.3.1, 9.7.1, 9.8.5 */
        return 409;
    case WEFT_DAV_ERROR_EXISTS: /* RFC 4918 9.8.5: Overwrite: F; RFC 9110 13.1.2: If-None-Match */
        return 412;
    case WEFT_DAV_ERROR_IS_COLLECTION:
        return 405;
    case WEFT_DAV_ERROR_NOT_COLLECTION:
        return 409;
    case WEFT_DAV_ERROR_FORBIDDEN:
    case WEFT_DAV_ERROR_READ_ONLY:
        return 403;
    case WEFT_DAV_ERROR_LOCKED: /* RFC 4918 11.3 */
        return 423;
    case WEFT_DAV_ERROR_NO_SPACE:
        return 507;
    case WEFT_DAV_ERROR_TOO_LARGE:
        return 413;
    case WEFT_DAV_ERROR_NAME_TOO_LONG:
        return 414;
    case WEFT_DAV_ERROR_FAILED:
        return 500;
    }
    return 500;
}

unsigned
weft_dav_status_of(const GError *error)
{
    if (error->domain == WEFT_DAV_ERROR)
        return status_of_store((WeftDavError)error->code);
    if (g_error_matches(error, WEFT_DAV_XML_ERROR, WEFT_DAV_XML_ERROR_DOCTYPE))
        return 403; /* RFC 4918 16: no-external-entities */
    return weft_http_status_of(error);
}
