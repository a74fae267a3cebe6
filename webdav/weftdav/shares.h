/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/dav_store.h>

G_BEGIN_DECLS

/**
 * Several stores in one tree: the root is a collection of shares, each a store below its name.  The
 * root itself and the shares' names are fixed.  COPY goes from share to share piece by piece, and
 * is in its place once it is whole; MOVE is that, and removes its source when nothing has failed.
 */
WeftDavStore *weft_dav_shares_new(void);

/** Before it serves.  @name: one segment, and no other share's; @share: (transfer full) */
gboolean weft_dav_shares_add(WeftDavStore *shares, const char *name, WeftDavStore *share,
                             GError **error);

G_END_DECLS
