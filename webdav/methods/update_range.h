/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/** The field X-Update-Range of a PATCH: where in a file its body goes. */
typedef enum {
    WEFT_DAV_UPDATE_APPEND, /* "append": behind the last byte */
    WEFT_DAV_UPDATE_FROM,   /* "bytes=A-" and "bytes=A-B": from byte A on */
    WEFT_DAV_UPDATE_LAST,   /* "bytes=-N": from N bytes before the end on */
} WeftDavUpdateKind;

typedef struct {
    WeftDavUpdateKind kind;
    int64_t bytes;        /* A or N */
    int64_t length_bytes; /* that the range has; -1 where it has no end */
} WeftDavUpdateRange;

/** @value: (nullable).  FALSE with 400 for what is none */
gboolean weft_dav_update_range_parse(const char *value, WeftDavUpdateRange *ret_range,
                                     GError **error);

/** Where it begins in a file of @size_bytes.  Returns: -1 where that is before the first byte or
 * behind the end */
int64_t weft_dav_update_range_offset(const WeftDavUpdateRange *range, uint64_t size_bytes);

G_END_DECLS
