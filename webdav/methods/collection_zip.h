/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/service.h"

G_BEGIN_DECLS

/** TRUE for GET /folder/?zip */
gboolean weft_dav_collection_zip_is_wanted(const WeftDavCall *call);

/**
 * Answer with all that is below the collection at the call's path, as a ZIP archive that is made
 * while it is sent.  What the user may not see is left out; what cannot be read, or changes its
 * length meanwhile, breaks the answer off, so that nobody takes half of it for all.
 */
WEFT_PARKS gboolean weft_dav_collection_zip_answer(WeftDavCall *call, GError **error);

G_END_DECLS
