/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/service.h"

G_BEGIN_DECLS

/** What COPY and MOVE have in common: the fields they read, and how they answer. */
typedef struct {
    WeftDavDepth depth;
    gboolean may_replace;
    gboolean is_new; /* nothing stands at the destination */
    GArray *failures;
} WeftDavTransfer;

/** Read the fields and look at the destination. */
WEFT_PARKS gboolean weft_dav_transfer_init(WeftDavTransfer *transfer, WeftDavCall *call,
                                           GError **error);
void weft_dav_transfer_clear(WeftDavTransfer *transfer);

/**
 * End the locks on what stood below the destination and was replaced.  One on the destination
 * itself stays: it is on the URL, and holds what stands there now (RFC 4918 7.6).
 */
WEFT_PARKS gboolean weft_dav_transfer_forget_replaced(const WeftDavTransfer *transfer,
                                                      WeftDavCall *call, GError **error);

/** 201 or 204, or 207 where members failed. */
WEFT_PARKS gboolean weft_dav_transfer_answer(const WeftDavTransfer *transfer, WeftDavCall *call,
                                             GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WeftDavTransfer, weft_dav_transfer_clear)

G_END_DECLS
