/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/service.h"

G_BEGIN_DECLS

/** Answer with a page for people that lists the collection at the call's path. */
WEFT_PARKS gboolean weft_dav_collection_page_answer(WeftDavCall *call, GError **error);

G_END_DECLS
