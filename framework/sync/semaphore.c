/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Permits, and a queue of those who want one.  While anybody waits there is no free permit: put
 * hands it to the oldest waiter instead of adding it.
 */

#include <weft/semaphore.h>

#include "fiber/wait.h"

struct WeftSemaphore {
    size_t n_permits;      /* 0 while anybody waits */
    WeftWaitQueue waiters; /* those who want one */
};

WeftSemaphore *
weft_semaphore_new(size_t n_permits)
{
    WeftSemaphore *semaphore = g_new0(WeftSemaphore, 1);

    semaphore->n_permits = n_permits;
    return semaphore;
}

void
weft_semaphore_free(WeftSemaphore *semaphore)
{
    if (semaphore == NULL)
        return;
    g_assert(weft_wait_queue_is_empty(&semaphore->waiters));
    g_free(semaphore);
}

gboolean
weft_semaphore_take(WeftSemaphore *semaphore, GError **error)
{
    if (!weft_fiber_check(error))
        return FALSE;
    if (weft_semaphore_try_take(semaphore))
        return TRUE;

    return weft_wait(&semaphore->waiters, "semaphore", error);
}

gboolean
weft_semaphore_try_take(WeftSemaphore *semaphore)
{
    if (semaphore->n_permits == 0)
        return FALSE;
    g_assert(weft_wait_queue_is_empty(&semaphore->waiters));
    semaphore->n_permits--;
    return TRUE;
}

void
weft_semaphore_put(WeftSemaphore *semaphore)
{
    if (weft_wait_queue_wake_oldest(&semaphore->waiters) != NULL)
        return;
    g_assert(semaphore->n_permits < SIZE_MAX);
    semaphore->n_permits++;
}

size_t
weft_semaphore_n_permits(const WeftSemaphore *semaphore)
{
    return semaphore->n_permits;
}
