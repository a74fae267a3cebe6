/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/service.h"

G_BEGIN_DECLS

/**
 * Read the request's If field, where it has one, into the call.
 * Returns: FALSE with a WEFT_HTTP_ERROR: 400
 */
gboolean weft_dav_read_if(WeftDavCall *call, GError **error);

/**
 * Judge the If field (RFC 4918 10.4) against what is there now; without one it holds.  The call has
 * looked at its path.
 * Returns: FALSE with a WEFT_HTTP_ERROR: 412, or where it cannot be told
 */
WEFT_PARKS gboolean weft_dav_check_if(WeftDavCall *call, GError **error);

G_END_DECLS
