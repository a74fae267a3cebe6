/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lock with an owner.  It is handed over, never thrown open: between unlock and the next owner's
 * run nobody else can take it.
 */

#include <weft/mutex.h>

#include "fiber/fiber.h"

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
    WeftScheduler *scheduler = weft_scheduler_here;
    WeftFiber *self = scheduler->current;
    if (G_LIKELY(mutex->owner == NULL)) {
        if (!weft_fiber_check_self(scheduler, self, "mutex", error))
            return FALSE;
        mutex->owner = self;
        return TRUE;
    }
    g_assert(mutex->owner != self);
    if (!weft_wait(&mutex->waiters, "mutex", error))
        return FALSE;
    g_assert(mutex->owner == self);
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
    g_assert(mutex->owner != NULL && mutex->owner == weft_scheduler_here->current);
    if (G_LIKELY(weft_wait_queue_is_empty(&mutex->waiters)))
        mutex->owner = NULL;
    else
        mutex->owner = weft_wait_queue_wake_oldest(&mutex->waiters);
}

gboolean
weft_mutex_is_mine(const WeftMutex *mutex)
{
    return mutex->owner != NULL && mutex->owner == weft_fiber_current();
}
