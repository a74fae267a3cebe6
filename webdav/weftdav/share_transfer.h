/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/dav_store.h>

G_BEGIN_DECLS

/** A resource of one store, to be copied into another. */
typedef struct {
    WeftDavStore *source;
    const char *from;
    WeftDavStore *target; /* another one */
    const char *to;       /* not the root */
    GArray *failures;     /* of WeftDavFailure, by paths of source */
} WeftDavShareTransfer;

#define WEFT_DAV_SHARE_TRANSFER_MAX_DEPTH 128

/**
 * Copy it with what it holds (@depth_infinity), with dead properties and times, as copy() of a
 * store does: built beside, under a name that begins with ".weft-transfer-", and put in place at
 * once.
 */
WEFT_PARKS gboolean weft_dav_share_transfer_copy(const WeftDavShareTransfer *transfer,
                                                 gboolean depth_infinity, gboolean may_replace,
                                                 GError **error);

G_END_DECLS
