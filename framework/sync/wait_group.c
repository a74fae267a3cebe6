/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A count, and a queue of those who wait until it is zero.
 */

#include <weft/wait_group.h>

#include "fiber/wait.h"

struct WeftWaitGroup {
    size_t n_things;
    WeftWaitQueue waiters; /* empty while n_things is 0 */
};

WeftWaitGroup *
weft_wait_group_new(void)
{
    return g_new0(WeftWaitGroup, 1);
}

void
weft_wait_group_free(WeftWaitGroup *wait_group)
{
    if (wait_group == NULL)
        return;
    g_assert(weft_wait_queue_is_empty(&wait_group->waiters));
    g_free(wait_group);
}

void
weft_wait_group_add(WeftWaitGroup *wait_group, size_t n_things)
{
    g_assert(n_things <= SIZE_MAX - wait_group->n_things);
    wait_group->n_things += n_things;
}

void
weft_wait_group_done(WeftWaitGroup *wait_group)
{
    g_assert(wait_group->n_things > 0);
    if (--wait_group->n_things == 0)
        weft_wait_queue_wake_all(&wait_group->waiters);
}

gboolean
weft_wait_group_wait(WeftWaitGroup *wait_group, GError **error)
{
    if (!weft_fiber_check(error))
        return FALSE;
    if (wait_group->n_things == 0)
        return TRUE;

    return weft_wait(&wait_group->waiters, "wait group", error);
}

size_t
weft_wait_group_n_things(const WeftWaitGroup *wait_group)
{
    return wait_group->n_things;
}
