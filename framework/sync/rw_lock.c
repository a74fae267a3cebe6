/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers and writers, and a queue of each.  Readers wait only while somebody writes or waits to
 * write.  Phases alternate: the end of a write lets in the readers that wait, the end of the last
 * read lets in a writer.
 */

#include <weft/rw_lock.h>

#include "fiber/wait.h"

struct WeftRwLock {
    WeftFiber *writer; /* NULL: nobody writes */
    size_t n_readers;  /* 0 while somebody writes */
    WeftWaitQueue readers;
    WeftWaitQueue writers;
};

WeftRwLock *
weft_rw_lock_new(void)
{
    return g_new0(WeftRwLock, 1);
}

void
weft_rw_lock_free(WeftRwLock *lock)
{
    if (lock == NULL)
        return;
    g_assert(lock->writer == NULL && lock->n_readers == 0);
    g_assert(weft_wait_queue_is_empty(&lock->readers) && weft_wait_queue_is_empty(&lock->writers));
    g_free(lock);
}

static void
let_readers_in(WeftRwLock *lock)
{
    while (weft_wait_queue_wake_oldest(&lock->readers) != NULL)
        lock->n_readers++;
}

gboolean
weft_rw_lock_try_begin_read(WeftRwLock *lock)
{
    if (lock->writer != NULL || !weft_wait_queue_is_empty(&lock->writers))
        return FALSE;
    lock->n_readers++;
    return TRUE;
}

gboolean
weft_rw_lock_begin_read(WeftRwLock *lock, GError **error)
{
    g_assert(!weft_rw_lock_is_mine(lock));
    if (!weft_fiber_check(error))
        return FALSE;
    return weft_rw_lock_try_begin_read(lock) || weft_wait(&lock->readers, "lock to read", error);
}

void
weft_rw_lock_end_read(WeftRwLock *lock)
{
    g_assert(lock->n_readers > 0);
    if (--lock->n_readers == 0)
        lock->writer = weft_wait_queue_wake_oldest(&lock->writers);
}

gboolean
weft_rw_lock_try_begin_write(WeftRwLock *lock)
{
    if (lock->writer != NULL || lock->n_readers > 0)
        return FALSE;
    lock->writer = weft_fiber_current();
    return TRUE;
}

gboolean
weft_rw_lock_begin_write(WeftRwLock *lock, GError **error)
{
    g_assert(!weft_rw_lock_is_mine(lock));
    if (!weft_fiber_check(error))
        return FALSE;
    if (weft_rw_lock_try_begin_write(lock))
        return TRUE;
    if (weft_wait(&lock->writers, "lock to write", error))
        return TRUE;
    /* The readers that came after this one waited for it alone. */
    if (lock->writer == NULL && weft_wait_queue_is_empty(&lock->writers))
        let_readers_in(lock);
    return FALSE;
}

void
weft_rw_lock_end_write(WeftRwLock *lock)
{
    g_assert(weft_rw_lock_is_mine(lock));
    lock->writer = NULL;
    let_readers_in(lock);
    if (lock->n_readers == 0)
        lock->writer = weft_wait_queue_wake_oldest(&lock->writers);
}

void
weft_rw_lock_downgrade(WeftRwLock *lock)
{
    g_assert(weft_rw_lock_is_mine(lock));
    lock->writer = NULL;
    lock->n_readers = 1;
    let_readers_in(lock);
}

size_t
weft_rw_lock_n_readers(const WeftRwLock *lock)
{
    return lock->n_readers;
}

gboolean
weft_rw_lock_is_mine(const WeftRwLock *lock)
{
    return lock->writer != NULL && lock->writer == weft_fiber_current();
}
