/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A completion is pending until it is either posted, from any thread, or abandoned, by the fiber
 * that waits: one atomic step decides.  After a post the waiting fiber stays until the message has
 * reached its scheduler; so a message never finds a fiber gone.
 */

#include "fiber/completion.h"
#include "fiber/fiber.h"

enum { PENDING, POSTED, ABANDONED };

struct WeftCompletion {
    WeftPost post;
    atomic_int state;
    atomic_int n_refs;
    gboolean has_arrived; /* the message was delivered; only the scheduler's thread looks */
    WeftWaitQueue waiting;
    WeftScheduler *scheduler;
};

static void
arrive(WeftPost *post)
{
    WeftCompletion *completion = (WeftCompletion *)post;

    completion->has_arrived = TRUE;
    weft_wait_queue_wake_all(&completion->waiting);
    weft_completion_unref(completion);
}

WeftCompletion *
weft_completion_new(void)
{
    WeftCompletion *completion = g_new0(WeftCompletion, 1);

    completion->post.run = arrive;
    atomic_init(&completion->n_refs, 1);
    completion->scheduler = weft_scheduler_ref(weft_scheduler_here);
    return completion;
}

WeftCompletion *
weft_completion_ref(WeftCompletion *completion)
{
    atomic_fetch_add(&completion->n_refs, 1);
    return completion;
}

void
weft_completion_unref(WeftCompletion *completion)
{
    if (completion == NULL || atomic_fetch_sub(&completion->n_refs, 1) > 1)
        return;
    weft_scheduler_unref(completion->scheduler);
    g_free(completion);
}

static gboolean
decide(WeftCompletion *completion, int state)
{
    int pending = PENDING;

    return atomic_compare_exchange_strong(&completion->state, &pending, state);
}

gboolean
weft_completion_try_post(WeftCompletion *completion)
{
    if (!decide(completion, POSTED))
        return FALSE;
    weft_completion_ref(completion); /* the message's own, until it arrives */
    weft_scheduler_post(completion->scheduler, &completion->post);
    return TRUE;
}

void
weft_completion_post(WeftCompletion *completion)
{
    const gboolean is_heard = weft_completion_try_post(completion);

    /* Nobody waits any more: then nobody needs to know. */
    (void)is_heard;
}

gboolean
weft_completion_is_posted(const WeftCompletion *completion)
{
    return atomic_load(&completion->state) == POSTED;
}

gboolean
weft_completion_is_abandoned(const WeftCompletion *completion)
{
    return atomic_load(&completion->state) == ABANDONED;
}

static void
wait_for_arrival(WeftCompletion *completion, const char *what)
{
    g_auto(WeftShieldScope) shield = weft_shield_scope();
    while (!completion->has_arrived)
        if (!weft_wait(&completion->waiting, what, NULL))
            g_assert_not_reached(); /* shielded, and the queue is never closed */
}

gboolean
weft_completion_wait(WeftCompletion *completion, const char *what, GError **error)
{
    WeftScheduler *scheduler = completion->scheduler;
    g_autoptr(GError) failure = NULL;

    g_assert(scheduler == weft_scheduler_here);
    if (completion->has_arrived)
        return TRUE;

    scheduler->n_completions_awaited++;
    gboolean is_done = weft_wait(&completion->waiting, what, &failure);
    if (!is_done && !decide(completion, ABANDONED)) {
        /* Posted already, the message is on its way: it counts, and it must find us here. */
        wait_for_arrival(completion, what);
        is_done = TRUE;
    }
    scheduler->n_completions_awaited--;
    if (!is_done)
        g_propagate_error(error, g_steal_pointer(&failure));
    return is_done;
}
