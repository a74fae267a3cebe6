/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/service.h"

G_BEGIN_DECLS

/**
 * The field X-OC-Mtime: the time of last change that a client which synchronises wants a new file
 * or collection to have, in seconds since 1970.
 * *@ret_modified_s: WEFT_DAV_TIME_KEEP without the field
 * FALSE with 400 for what is no time
 */
gboolean weft_dav_read_oc_mtime(WeftDavCall *call, int64_t *ret_modified_s, GError **error);

/** Tell the client that it was set. */
void weft_dav_accept_oc_mtime(WeftDavCall *call);

G_END_DECLS
