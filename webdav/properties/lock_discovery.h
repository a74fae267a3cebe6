/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/buffer.h>

#include "webdav/locks/lock_store.h"
#include "webdav/service.h"

G_BEGIN_DECLS

/** DAV:supportedlock of every resource (RFC 4918 15.10), whole. */
extern const char weft_dav_supported_lock[];

/**
 * Append the DAV:activelock elements (RFC 4918 14.1) of @locks (of WeftDavLock).
 * @shown: whose root the user of @call may know of; of the others the root is left out
 * @is_collection: the resource at @path; the roots above it are collections anyway
 */
void weft_dav_append_active_locks(WeftBuffer *out, const WeftDavCall *call, const GPtrArray *locks,
                                  const char *path, gboolean is_collection);

G_END_DECLS
