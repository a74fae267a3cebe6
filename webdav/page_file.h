/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/service.h"

G_BEGIN_DECLS

/** Where the page's own files are served, each as VERSION/NAME; whatever the store has there. */
#define WEFT_DAV_PAGE_FOLDER "/.weftdav/"

/** Returns: (transfer none) (nullable): the file of the program's page that the call's path names
 */
const WeftDavPageFile *weft_dav_page_file_find(const WeftDavCall *call);

/** Answer GET or HEAD with @file, which every client may keep for good. */
WEFT_PARKS gboolean weft_dav_page_file_answer(WeftDavCall *call, const WeftDavPageFile *file,
                                              GError **error);

G_END_DECLS
