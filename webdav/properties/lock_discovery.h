/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/buffer.h>

#include "webdav/locks/lock_store.h"
#include "webdav/properties/live.h"
#include "webdav/service.h"

G_BEGIN_DECLS

/** DAV:supportedlock of every resource (RFC 4918 15.10), whole. */
extern const char weft_dav_supported_lock[];

/**
 * Append the DAV:activelock elements (RFC 4918 14.1) of @locks (of WeftDavLock), which hold @path.
 * The root of a lock that the user of @call may not know of is left out.
 * @is_collection: of the resource at @path; what is above it is a collection anyway
 */
void weft_dav_append_active_locks(WeftBuffer *out, const WeftDavCall *call, const GPtrArray *locks,
                                  const char *path, gboolean is_collection);

/** The locks that a PROPFIND has to tell of, looked up together. */
typedef struct WeftDavLockView WeftDavLockView;

/**
 * Look up the locks that hold the call's resource and, @with_members, those below it.
 * Returns: (transfer full)
 */
WEFT_PARKS WeftDavLockView *weft_dav_lock_view_new(const WeftDavCall *call, gboolean with_members,
                                                   GError **error);

/** NULL is fine. */
void weft_dav_lock_view_free(WeftDavLockView *view);

/** Append what is in DAV:lockdiscovery of @resource, whose view has locks or not; a
 * WeftDavLive.append. */
void weft_dav_lock_view_append(WeftBuffer *out, const WeftDavResource *resource);

G_END_DECLS
