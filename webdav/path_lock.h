/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/**
 * Locks that fibers of all workers take on paths while they change what is there, one behind the
 * other in the order in which they asked.  They live no longer than a request, and have nothing to
 * do with the LOCK method.
 *
 *     g_autoptr(WeftDavPathLock) lock =
 *         weft_dav_path_lock_take(locks, path, WEFT_DAV_PATH_LOCK_RESOURCE, error);
 *
 *     if (lock == NULL)
 *         return FALSE;
 */

/** What a lock on a path covers. */
typedef enum {
    WEFT_DAV_PATH_LOCK_RESOURCE, /* the path alone: PUT, MKCOL, PROPPATCH, DELETE of a file */
    WEFT_DAV_PATH_LOCK_SUBTREE,  /* the path and all below it: DELETE, COPY, MOVE */
} WeftDavPathLockScope;

/** The table of all locks under one store; usable from all threads. */
typedef struct WeftDavPathLockTable WeftDavPathLockTable;

/** A lock that is held, on one or two paths. */
typedef struct WeftDavPathLock WeftDavPathLock;

WeftDavPathLockTable *weft_dav_path_lock_table_new(void);

/** NULL is fine.  No lock of it may be held. */
void weft_dav_path_lock_table_free(WeftDavPathLockTable *table);

/**
 * Lock @path, once nobody who asked earlier holds or awaits a lock that overlaps it.  Two locks
 * overlap where they name the same path, or where one covers a subtree that the other lies in.
 * A fiber that asks for what it holds already waits for itself: take both paths with take_two.
 * @path: as stores take it; (transfer none), must outlive the lock
 * Returns: (transfer full): NULL with WEFT_ERROR_CANCELLED or WEFT_ERROR_TIMED_OUT
 */
WEFT_PARKS WeftDavPathLock *weft_dav_path_lock_take(WeftDavPathLockTable *table, const char *path,
                                                    WeftDavPathLockScope scope, GError **error);

/** Lock two paths together, both or none; they may overlap one another.  COPY and MOVE. */
WEFT_PARKS WeftDavPathLock *
weft_dav_path_lock_take_two(WeftDavPathLockTable *table, const char *path,
                            WeftDavPathLockScope scope, const char *other_path,
                            WeftDavPathLockScope other_scope, GError **error);

/** Give a lock back.  NULL is fine.  From any thread; does not park. */
void weft_dav_path_lock_put(WeftDavPathLock *lock);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavPathLockTable, weft_dav_path_lock_table_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavPathLock, weft_dav_path_lock_put)

G_END_DECLS
