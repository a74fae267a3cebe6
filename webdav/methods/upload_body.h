/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/service.h"

G_BEGIN_DECLS

/**
 * Receiving a body that may be of any size into an upload of the call's path, as PUT and PATCH do.
 * Its length is judged before it is read where the client says it (Content-Length, or
 * X-Expected-Entity-Length beside a chunked body); what comes must be what was announced, and have
 * the digests that were sent with it.  Sets the call's upload and received_bytes.
 */
WEFT_PARKS gboolean weft_dav_upload_receive(WeftDavCall *call, GError **error);

/** FALSE with 413 if @size_bytes are more than uploads may have. */
gboolean weft_dav_upload_check_size(const WeftDavCall *call, int64_t size_bytes, GError **error);

/** One piece of a body; a thread keeps some of them. */
#define WEFT_DAV_PIECE_BYTES ((size_t)128 * 1024)

void *weft_dav_piece_take(void);
void weft_dav_piece_put(void *piece);

G_END_DECLS
