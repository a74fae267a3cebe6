/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A wait queue with a mutex beside it.  Giving the mutex back and beginning to wait are one step,
 * because nothing else runs on this thread between the two.
 */

#include <weft/condition.h>

#include "fiber/wait.h"

struct WeftCondition {
    WeftWaitQueue waiters;
};

/* The caller was promised the mutex on return: neither cancellation nor a deadline may prevent it.
 */
static void
lock_again(WeftMutex *mutex)
{
    g_auto(WeftShieldScope) shield = weft_shield_scope();
    gboolean locked = weft_mutex_lock(mutex, NULL);

    g_assert(locked);
}

WeftCondition *
weft_condition_new(void)
{
    return g_new0(WeftCondition, 1);
}

void
weft_condition_free(WeftCondition *condition)
{
    if (condition == NULL)
        return;
    g_assert(weft_wait_queue_is_empty(&condition->waiters));
    g_free(condition);
}

gboolean
weft_condition_wait(WeftCondition *condition, WeftMutex *mutex, GError **error)
{
    if (mutex == NULL)
        return weft_wait(&condition->waiters, "condition", error);

    weft_mutex_unlock(mutex);
    gboolean signalled = weft_wait(&condition->waiters, "condition", error);
    lock_again(mutex);
    return signalled;
}

void
weft_condition_signal(WeftCondition *condition)
{
    /* Mostly nobody waits: that is told without a call. */
    if (!weft_wait_queue_is_empty(&condition->waiters))
        weft_wait_queue_wake_oldest(&condition->waiters);
}

void
weft_condition_broadcast(WeftCondition *condition)
{
    weft_wait_queue_wake_all(&condition->waiters);
}
