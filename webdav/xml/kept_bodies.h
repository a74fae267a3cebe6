/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/xml/reader.h"

G_BEGIN_DECLS

/**
 * Bodies that come again.  A client sends the same few again and again: one PROPFIND for each
 * folder, one LOCK for each file it opens.  What was read of such a body is kept, for the calling
 * thread.
 */

/** Returns: (transfer full) (nullable): what was read of the very same bytes */
WeftDavXml *weft_dav_kept_body_find(const void *bytes, size_t size);

/** Keep @xml, which was read of @bytes, if they have been asked for before. */
void weft_dav_kept_body_add(const void *bytes, size_t size, WeftDavXml *xml);

G_END_DECLS
