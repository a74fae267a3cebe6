/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Permits, and a line of those who want some.  Who waits longest wants more than there are: nobody
 * behind him gets any before, or those who want many would wait for ever.
 */

#include <weft/semaphore.h>

#include "fiber/fiber.h"
#include "sync/line.h"

struct WeftSemaphore {
    size_t n_permits;
    WeftLine takers; /* place->n_wanted */
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
    g_assert(weft_line_is_empty(&semaphore->takers));
    g_free(semaphore);
}

static void
serve(WeftSemaphore *semaphore)
{
    WeftPlace *taker;

    while ((taker = weft_line_oldest(&semaphore->takers)) != NULL &&
           taker->n_wanted <= semaphore->n_permits) {
        semaphore->n_permits -= taker->n_wanted;
        weft_line_serve(&semaphore->takers, taker);
    }
}

gboolean
weft_semaphore_try_take_n(WeftSemaphore *semaphore, size_t n_permits)
{
    if (semaphore->n_permits < n_permits || !weft_line_is_empty(&semaphore->takers))
        return FALSE;
    semaphore->n_permits -= n_permits;
    return TRUE;
}

/* To take and to put are a fast half without a frame of its own, which goes on to the other half by
 * a jump: as a rule nobody waits. */

static __attribute__((noinline)) gboolean
take_waiting(WeftSemaphore *semaphore, size_t n_permits, GError **error)
{
    WeftPlace place = {.n_wanted = n_permits};

    if (!weft_fiber_check(error))
        return FALSE;
    if (weft_semaphore_try_take_n(semaphore, n_permits))
        return TRUE;
    if (weft_line_wait(&semaphore->takers, &place, "semaphore", error))
        return TRUE;
    /* Those behind may want less than this one did. */
    serve(semaphore);
    return FALSE;
}

gboolean
weft_semaphore_take_n(WeftSemaphore *semaphore, size_t n_permits, GError **error)
{
    const WeftScheduler *scheduler = weft_scheduler_here;

    if (G_UNLIKELY(semaphore->n_permits < n_permits || semaphore->takers.oldest != NULL) ||
        !weft_fiber_may_go_on(scheduler, scheduler->current))
        return take_waiting(semaphore, n_permits, error);
    semaphore->n_permits -= n_permits;
    return TRUE;
}

static __attribute__((noinline)) void
put_serving(WeftSemaphore *semaphore, size_t n_permits)
{
    g_assert(n_permits <= SIZE_MAX - semaphore->n_permits);
    semaphore->n_permits += n_permits;
    serve(semaphore);
}

void
weft_semaphore_put_n(WeftSemaphore *semaphore, size_t n_permits)
{
    if (G_UNLIKELY(semaphore->takers.oldest != NULL ||
                   n_permits > SIZE_MAX - semaphore->n_permits)) {
        put_serving(semaphore, n_permits);
        return;
    }
    semaphore->n_permits += n_permits;
}

gboolean
weft_semaphore_take(WeftSemaphore *semaphore, GError **error)
{
    return weft_semaphore_take_n(semaphore, 1, error);
}

gboolean
weft_semaphore_try_take(WeftSemaphore *semaphore)
{
    return weft_semaphore_try_take_n(semaphore, 1);
}

void
weft_semaphore_put(WeftSemaphore *semaphore)
{
    weft_semaphore_put_n(semaphore, 1);
}

size_t
weft_semaphore_n_permits(const WeftSemaphore *semaphore)
{
    return semaphore->n_permits;
}
