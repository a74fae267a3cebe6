/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line of those who have come, woken all at once by the one who completes it.
 */

#include <weft/barrier.h>

#include "sync/line.h"

struct WeftBarrier {
    size_t n_parties;
    WeftLine waiters;
};

WeftBarrier *
weft_barrier_new(size_t n_parties)
{
    g_return_val_if_fail(n_parties > 0, NULL);

    WeftBarrier *barrier = g_new0(WeftBarrier, 1);
    barrier->n_parties = n_parties;
    return barrier;
}

void
weft_barrier_free(WeftBarrier *barrier)
{
    if (barrier == NULL)
        return;
    g_assert(weft_line_is_empty(&barrier->waiters));
    g_free(barrier);
}

/* Who was cancelled no longer counts, from that moment on. */
static size_t
count_waiting(const WeftBarrier *barrier)
{
    size_t n_waiting = 0;

    for (const WeftPlace *place = barrier->waiters.oldest; place != NULL; place = place->newer)
        n_waiting += weft_wait_queue_is_empty(&place->parked) ? 0 : 1;
    return n_waiting;
}

static gboolean
is_last_missing(const WeftBarrier *barrier)
{
    return barrier->waiters.n_places + 1 >= barrier->n_parties &&
           count_waiting(barrier) + 1 == barrier->n_parties;
}

gboolean
weft_barrier_wait(WeftBarrier *barrier, gboolean *ret_is_last, GError **error)
{
    WeftPlace place = {0};
    WeftPlace *waiter;

    if (!weft_fiber_check(error))
        return FALSE;
    const gboolean is_last = is_last_missing(barrier);
    if (!is_last && !weft_line_wait(&barrier->waiters, &place, "barrier", error))
        return FALSE;
    while (is_last && (waiter = weft_line_oldest(&barrier->waiters)) != NULL)
        weft_line_serve(&barrier->waiters, waiter);
    if (ret_is_last != NULL)
        *ret_is_last = is_last;
    return TRUE;
}

size_t
weft_barrier_n_waiting(const WeftBarrier *barrier)
{
    return count_waiting(barrier);
}
