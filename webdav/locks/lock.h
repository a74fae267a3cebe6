/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/locks/lock_store.h"

G_BEGIN_DECLS

/**
 * How lock stores make locks.
 */

/** A lock as @request wants it, from now on, with a token of its own. */
WeftDavLock *weft_dav_lock_new(const WeftDavLockRequest *request);

/** One that was made before. */
WeftDavLock *weft_dav_lock_new_stored(const WeftDavLockRequest *request, const char *token,
                                      int64_t expires_us);

/** @lock with its time begun anew. */
WeftDavLock *weft_dav_lock_new_refreshed(const WeftDavLock *lock, int64_t timeout_s);

G_END_DECLS
