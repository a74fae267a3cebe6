/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/**
 * A lock for fibers of one thread that either many hold to read, or one to write, across
 * WEFT_PARKS calls; between two such calls no lock is needed.
 *
 * Fair by phases, so that neither side starves: who wants to read waits while a writer waits, and
 * for that one writer only, because the end of a write lets in all readers that wait.  Writers go
 * in the order they came, each after at most one phase of readers.  Not recursive: who holds it to
 * read and asks again may wait for a writer that waits for him.
 */
typedef struct WeftRwLock WeftRwLock;

WeftRwLock *weft_rw_lock_new(void);

/** Nobody may hold it or wait for it.  NULL is fine. */
void weft_rw_lock_free(WeftRwLock *lock);

/** Hold it together with other readers; FALSE: the caller does not have it. */
WEFT_PARKS gboolean weft_rw_lock_begin_read(WeftRwLock *lock, GError **error);

/** TRUE if begin_read would not have parked; the caller reads now. */
gboolean weft_rw_lock_try_begin_read(WeftRwLock *lock);

/** One reader less. */
void weft_rw_lock_end_read(WeftRwLock *lock);

/** Hold it alone; FALSE: the caller does not have it. */
WEFT_PARKS gboolean weft_rw_lock_begin_write(WeftRwLock *lock, GError **error);

/** TRUE if begin_write would not have parked; the caller writes now. */
gboolean weft_rw_lock_try_begin_write(WeftRwLock *lock);

/** The writer is through; by the fiber that began. */
void weft_rw_lock_end_write(WeftRwLock *lock);

/** The writer becomes a reader, without anybody writing in between; ended by end_read. */
void weft_rw_lock_downgrade(WeftRwLock *lock);

/** Fibers that hold it to read. */
size_t weft_rw_lock_n_readers(const WeftRwLock *lock);

/** TRUE if the running fiber holds it to write; for assertions. */
gboolean weft_rw_lock_is_mine(const WeftRwLock *lock);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftRwLock, weft_rw_lock_free)

G_END_DECLS
