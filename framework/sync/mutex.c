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

/* Both calls are a fast half without a frame of its own, which goes on to the other half by a jump:
 * nearly always nobody else is there. */

static __attribute__((noinline)) gboolean
lock_waiting(WeftMutex *mutex, GError **error)
{
    if (!weft_fiber_check(error))
        return FALSE;
    g_assert(mutex->owner != weft_scheduler_here->current);
    return weft_wait(&mutex->waiters, "mutex", error);
}

gboolean
weft_mutex_lock(WeftMutex *mutex, GError **error)
{
    const WeftScheduler *scheduler = weft_scheduler_here;
    WeftFiber *self = scheduler->current;

    if (G_UNLIKELY(mutex->owner != NULL) || !weft_fiber_may_go_on(scheduler, self))
        return lock_waiting(mutex, error);
    mutex->owner = self;
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

static __attribute__((noinline)) void
unlock_handing_over(WeftMutex *mutex)
{
    g_assert(mutex->owner != NULL && mutex->owner == weft_scheduler_here->current);
    mutex->owner = weft_wait_queue_wake_oldest(&mutex->waiters);
}

void
weft_mutex_unlock(WeftMutex *mutex)
{
    if (G_UNLIKELY(!weft_wait_queue_is_empty(&mutex->waiters) ||
                   mutex->owner != weft_scheduler_here->current)) {
        unlock_handing_over(mutex);
        return;
    }
    mutex->owner = NULL;
}

gboolean
weft_mutex_is_mine(const WeftMutex *mutex)
{
    return mutex->owner != NULL && mutex->owner == weft_fiber_current();
}
