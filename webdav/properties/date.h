/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/**
 * Dates as properties show them.  Members of a collection often share their second, so the last
 * text is kept with it.
 */
typedef struct {
    int64_t second; /* INT64_MIN: none yet */
    char text[32];
} WeftDavDate;

#define WEFT_DAV_DATE_INIT                                                                         \
    {                                                                                              \
        INT64_MIN, ""                                                                              \
    }

#define WEFT_DAV_HTTP_DATE_BYTES 29
#define WEFT_DAV_ISO_DATE_BYTES 20

/** "Sun, 06 Nov 1994 08:49:37 GMT", WEFT_DAV_HTTP_DATE_BYTES of it (RFC 9110 5.6.7). */
const char *weft_dav_date_http(WeftDavDate *date, int64_t wall_us);

/** "1994-11-06T08:49:37Z", WEFT_DAV_ISO_DATE_BYTES of it (RFC 3339). */
const char *weft_dav_date_iso(WeftDavDate *date, int64_t wall_us);

G_END_DECLS
