/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/locks/lock.h"

G_BEGIN_DECLS

/**
 * Locks on a disk.  Changes are noted without parking, in the order that counts; a thread of the
 * journal's own writes all that have come meanwhile as one transaction, and who wants to know that
 * his is stored waits for its receipt.
 */
typedef struct WeftDavLockJournal WeftDavLockJournal;

/** That a change, and all before it, was stored; or was not. */
typedef struct WeftDavLockReceipt WeftDavLockReceipt;

/**
 * Open the file "locks.sqlite" in the folder @state_path, or make it.
 * @locks: the ones in it that have not expired are added
 */
WeftDavLockJournal *weft_dav_lock_journal_open(const char *state_path, WeftDavDurability durability,
                                               GPtrArray *locks, GError **error);

/** Writes what was noted first; blocks.  NULL is fine. */
void weft_dav_lock_journal_free(WeftDavLockJournal *journal);

/** Note that @lock is to be stored, in the place of the one with its token.  From any thread.
 * @receipt: (nullable) */
void weft_dav_lock_journal_put(WeftDavLockJournal *journal, WeftDavLock *lock,
                               WeftDavLockReceipt *receipt);

/** Note that @lock is to be stored no more.  @receipt: (nullable) */
void weft_dav_lock_journal_drop(WeftDavLockJournal *journal, WeftDavLock *lock,
                                WeftDavLockReceipt *receipt);

/** A receipt for the next change that is noted with it; from a fiber, which waits for it. */
WeftDavLockReceipt *weft_dav_lock_receipt_new(void);
void weft_dav_lock_receipt_unref(WeftDavLockReceipt *receipt);

/**
 * Park until the change is stored.
 * FALSE: with a WEFT_DAV_ERROR: it is not; with another: the fiber gave up, nobody knows.
 */
WEFT_PARKS gboolean weft_dav_lock_receipt_wait(WeftDavLockReceipt *receipt, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavLockJournal, weft_dav_lock_journal_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavLockReceipt, weft_dav_lock_receipt_unref)

G_END_DECLS
