/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/**
 * A lock for fibers of one thread that must keep others out across a WEFT_PARKS call; between two
 * such calls no lock is needed.  First come, first served: unlock hands the lock to the fiber that
 * waits longest.  Not recursive: the owner who locks again stops the program.  (There is no
 * recursive lock: it would hide that the outer caller's invariants do not hold while the inner one
 * runs.  Let the public function lock, and call one that asserts weft_mutex_is_mine().)
 */
typedef struct WeftMutex WeftMutex;

WeftMutex *weft_mutex_new(void);

/** Nobody may hold it or wait for it.  NULL is fine. */
void weft_mutex_free(WeftMutex *mutex);

/** Take the lock; FALSE: the caller does not have it. */
WEFT_PARKS gboolean weft_mutex_lock(WeftMutex *mutex, GError **error);

/** TRUE if the lock was free, and is now the caller's. */
gboolean weft_mutex_try_lock(WeftMutex *mutex);

/** Give the lock back; by the fiber that took it. */
void weft_mutex_unlock(WeftMutex *mutex);

/** TRUE if the running fiber holds it; for assertions. */
gboolean weft_mutex_is_mine(const WeftMutex *mutex);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftMutex, weft_mutex_free)

G_END_DECLS
