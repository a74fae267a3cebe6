/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups: who owns which fibers, and how failure and cancellation spread among them.
 */

#include "fiber/dispatch.h"
#include <weft/group.h>

void
weft_group_init(WeftGroup *group, WeftScheduler *scheduler)
{
    *group = (WeftGroup){.scheduler = scheduler, .older = scheduler->newest_group};
    if (group->older != NULL)
        group->older->newer = group;
    scheduler->newest_group = group;
}

void
weft_group_clear(WeftGroup *group)
{
    g_assert(group->n_fibers == 0);
    g_assert(weft_wait_queue_is_empty(&group->waiters));
    if (group->newer != NULL)
        group->newer->older = group->older;
    else
        group->scheduler->newest_group = group->older;
    if (group->older != NULL)
        group->older->newer = group->newer;
    g_clear_error(&group->error);
    g_free(group->cancel_reason);
}

WeftGroup *
weft_group_new(void)
{
    WeftGroup *group = g_new(WeftGroup, 1);

    weft_group_init(group, weft_scheduler_here);
    return group;
}

void
weft_group_free(WeftGroup *group)
{
    if (group == NULL)
        return;
    if (group->n_fibers > 0) {
        g_auto(WeftShieldScope) shield = weft_shield_scope();
        weft_group_cancel(group, "its group ends");
        /* Shielded, so it cannot fail but by a closed queue, which groups do not do. */
        const gboolean is_empty = weft_wait(&group->waiters, "fibers of a group", NULL);
        g_assert(is_empty);
    }
    weft_group_clear(group);
    g_free(group);
}

WeftFiber *
weft_group_spawn(WeftGroup *group, const char *name, WeftFiberFunc func, gpointer data,
                 GDestroyNotify data_free)
{
    WeftFiber *fiber = weft_fiber_new(group, name, func, data, data_free);

    fiber->deadline_us = group->scheduler->current->deadline_us;
    fiber->spawned_at = __builtin_return_address(0);
    return fiber;
}

void
weft_group_cancel(WeftGroup *group, const char *reason)
{
    if (group->cancel_reason != NULL)
        return;
    group->cancel_reason = g_strdup(reason);
    for (WeftFiber *fiber = group->newest; fiber != NULL; fiber = fiber->older)
        weft_fiber_cancel(fiber, reason);
}

void
weft_group_set_keeps_going(WeftGroup *group, gboolean keeps_going)
{
    group->keeps_going = keeps_going;
}

size_t
weft_group_n_fibers(const WeftGroup *group)
{
    return group->n_fibers;
}

static __attribute__((noinline)) void
record_failure(WeftGroup *group, GError *error)
{
    if (group->error != NULL || group->keeps_going) {
        g_error_free(error);
        return;
    }
    group->error = error;
    weft_group_cancel(group, error->message);
}

void
weft_group_leave(WeftGroup *group, WeftFiber *fiber, GError *error)
{
    if (fiber->newer != NULL)
        fiber->newer->older = fiber->older;
    else
        group->newest = fiber->older;
    if (fiber->older != NULL)
        fiber->older->newer = fiber->newer;
    group->n_fibers--;

    if (G_UNLIKELY(error != NULL))
        record_failure(group, error);
    if (group->n_fibers == 0)
        weft_wait_queue_serve_all(&group->waiters);
}

gboolean
weft_group_wait(WeftGroup *group, GError **error)
{
    while (group->n_fibers > 0) {
        WeftScheduler *scheduler = weft_scheduler_here;

        if (!weft_wait_here(scheduler, scheduler->current, &group->waiters, "fibers of a group",
                            error))
            return FALSE;
    }
    if (G_LIKELY(group->error == NULL))
        return TRUE;
    if (error != NULL)
        *error = g_error_copy(group->error);
    return FALSE;
}
