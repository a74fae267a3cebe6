/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/locks/lock.h"

G_BEGIN_DECLS

/**
 * Locks by the paths they stand on.  One caller at a time: whoever shares a tree holds a mutex.
 * Locks that have expired stand in it until they are swept.
 */
typedef struct WeftDavLockTree WeftDavLockTree;

WeftDavLockTree *weft_dav_lock_tree_new(void);
void weft_dav_lock_tree_free(WeftDavLockTree *tree);

size_t weft_dav_lock_tree_size(const WeftDavLockTree *tree);

/**
 * Add @lock, unless locks stand against it, which are added to @conflicts (nullable): LOCKED; or
 * there is no room for it: NO_SPACE, TOO_LARGE.
 * @lock: (transfer none)
 */
gboolean weft_dav_lock_tree_add(WeftDavLockTree *tree, WeftDavLock *lock, GPtrArray *conflicts,
                                GError **error);

/** Returns: (transfer none) (nullable) */
WeftDavLock *weft_dav_lock_tree_find(const WeftDavLockTree *tree, const char *token);

/** Put @lock in the place of the one with its token, which there is, and whose root it has. */
void weft_dav_lock_tree_replace(WeftDavLockTree *tree, WeftDavLock *lock);

/** FALSE if there is none with that token. */
gboolean weft_dav_lock_tree_remove(WeftDavLockTree *tree, const char *token);

/** Add to @locks what holds @path, from the root downwards. */
void weft_dav_lock_tree_find_covering(const WeftDavLockTree *tree, const char *path,
                                      GPtrArray *locks);

/** Add to @locks at most @n_max of those whose root is in @range of @path. */
void weft_dav_lock_tree_find_in(const WeftDavLockTree *tree, const char *path,
                                WeftDavLocksRange range, size_t n_max, GPtrArray *locks);

/** Remove one lock that has expired by @now_us (wall clock).  Returns: (transfer full) (nullable)
 */
WeftDavLock *weft_dav_lock_tree_sweep(WeftDavLockTree *tree, int64_t now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavLockTree, weft_dav_lock_tree_free)

G_END_DECLS
