/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lock with an owner.  It is handed over, never thrown open: between unlock and the next owner's
 * run nobody else can take it.
 */

#include <weft/mutex.h>

#include "fiber/wait.h"

struct WeftMutex {
    WeftFiber *owner;      /* NULL: free, and then nobody waits */
    WeftWaitQueue waiters; /* those who want it */
};

WeftMutex *
weft_mutex_new(void)
{
    return g_new0(WeftMutex, 1);
}

void
weft_mutex_free(WeftMutex *mutex)
{
    if (mutex == NULL)
        return;
    g_assert(mutex->owner == NULL);
    g_free(mutex);
}

gboolean
weft_mutex_lock(WeftMutex *mutex, GError **error)
{
    if (!weft_fiber_check(error))
        return FALSE;
    if (mutex->owner == NULL) {
        mutex->owner = weft_fiber_current();
        return TRUE;
    }
    g_assert(mutex->owner != weft_fiber_current());

    WeftWaiter waiter = {.item = NULL};
    if (!weft_wait(&mutex->waiters, &waiter, "mutex", error))
        return FALSE;
    g_assert(mutex->owner == weft_fiber_current());
    return TRUE;
}

gboolean
weft_mutex_try_lock(WeftMutex *mutex)
{
    if (mutex->owner != NULL)
        return FALSE;
    mutex->owner = weft_fiber_current();
    return TRUE;
}

void
weft_mutex_unlock(WeftMutex *mutex)
{
    g_assert(mutex->owner != NULL && mutex->owner == weft_fiber_current());

    WeftWaiter *next = weft_wait_queue_wake_oldest(&mutex->waiters);
    mutex->owner = next == NULL ? NULL : next->fiber;
}

gboolean
weft_mutex_is_mine(const WeftMutex *mutex)
{
    return mutex->owner != NULL && mutex->owner == weft_fiber_current();
}
