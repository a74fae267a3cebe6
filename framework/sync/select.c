/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First a look at all channels: if some are ready, one is served and nobody waits.  Otherwise the
 * fiber waits in a queue of each at once, and who serves one takes it out of the others.
 */

#include <weft/select.h>

#include "sync/channel.h"

G_STATIC_ASSERT(WEFT_SELECT_MAX_CASES <= 32);

static gboolean
is_ready(const WeftSelectCase *one)
{
    const WeftChannel *channel = one->channel;

    if (channel == NULL)
        return FALSE;
    g_assert(one->item != NULL || one->direction == WEFT_SELECT_RECV);
    return channel->is_closed ||
           (one->direction == WEFT_SELECT_SEND ? weft_channel_can_send(channel)
                                               : weft_channel_can_recv(channel));
}

/* Returns: a bit for each case that is ready */
static uint32_t
find_ready(const WeftSelectCase *cases, size_t n_cases)
{
    uint32_t ready = 0;

    for (size_t i = 0; i < n_cases; i++)
        ready |= (uint32_t)is_ready(&cases[i]) << i;
    return ready;
}

/* xorshift32: fair, and that is all it is for. */
static uint32_t
next_chance(WeftScheduler *scheduler)
{
    uint32_t chance = scheduler->chance != 0 ? scheduler->chance : 2463534242U;

    chance ^= chance << 13;
    chance ^= chance >> 17;
    chance ^= chance << 5;
    return scheduler->chance = chance;
}

static int
choose(WeftScheduler *scheduler, uint32_t ready, WeftSelectFlags flags)
{
    /* Drop as many of the lowest as chance wants. */
    if ((ready & (ready - 1)) != 0 && (flags & WEFT_SELECT_IN_ORDER) == 0) {
        const uint64_t n_ready = (uint64_t)__builtin_popcount(ready);

        for (uint64_t n = (next_chance(scheduler) * n_ready) >> 32; n > 0; n--)
            ready &= ready - 1;
    }
    return __builtin_ctz(ready);
}

/* What a case gives, once it is done: its index, or -1 with an error that was sent. */
static int
settle(WeftSelectCase *cases, int index, WeftParcel parcel, GError **error)
{
    WeftSelectCase *one = &cases[index];

    if (one->direction == WEFT_SELECT_SEND) {
        one->item = NULL;
        return index;
    }
    one->item = weft_parcel_open(parcel, error);
    return one->item != NULL ? index : -1;
}

static int
do_ready(WeftSelectCase *cases, int index, GError **error)
{
    WeftSelectCase *one = &cases[index];
    WeftChannel *channel = one->channel;
    WeftParcel parcel = {one->item, NULL};
    gboolean gives_way;

    if (one->direction == WEFT_SELECT_SEND) {
        one->is_closed = !weft_channel_can_send(channel);
        if (one->is_closed)
            return index;
        gives_way = weft_channel_hand_over(channel, parcel);
    } else {
        one->is_closed = !weft_channel_can_recv(channel);
        if (one->is_closed)
            return index;
        parcel = weft_channel_take_over(channel, &gives_way);
    }
    if (gives_way)
        weft_fiber_give_way(weft_scheduler_here, weft_scheduler_here->current);
    return settle(cases, index, parcel, error);
}

/* The waiters lie here, and not in weft_select(), so that only who waits pays for the frame. */
static __attribute__((noinline)) int
wait_for_one(WeftSelectCase *cases, size_t n_cases, GError **error)
{
    WeftWaiter waiters[WEFT_SELECT_MAX_CASES];
    uint8_t index_of[WEFT_SELECT_MAX_CASES];
    size_t n_waiters = 0;

    for (size_t i = 0; i < n_cases; i++) {
        WeftChannel *channel = cases[i].channel;

        if (channel == NULL)
            continue;
        waiters[n_waiters].queue =
            cases[i].direction == WEFT_SELECT_SEND ? &channel->senders : &channel->receivers;
        waiters[n_waiters].item = cases[i].item;
        waiters[n_waiters].error = NULL;
        index_of[n_waiters++] = (uint8_t)i;
    }

    gboolean is_closed;
    const WeftWaiter *served = weft_wait_any(waiters, n_waiters, "select", &is_closed, error);
    if (served == NULL)
        return -1;

    const int index = index_of[served - waiters];
    cases[index].is_closed = is_closed;
    if (is_closed)
        return index;
    return settle(cases, index, (WeftParcel){served->item, served->error}, error);
}

int
weft_select(WeftSelectCase *cases, size_t n_cases, WeftSelectFlags flags, GError **error)
{
    WeftScheduler *scheduler = weft_scheduler_here;

    g_return_val_if_fail(n_cases <= WEFT_SELECT_MAX_CASES, -1);
    if (!weft_fiber_check_self(scheduler, scheduler->current, "select", error))
        return -1;

    for (size_t i = 0; i < n_cases; i++)
        cases[i].is_closed = FALSE;
    const uint32_t ready = find_ready(cases, n_cases);
    if (ready != 0)
        return do_ready(cases, choose(scheduler, ready, flags), error);
    if ((flags & WEFT_SELECT_NO_WAIT) != 0)
        return -1;
    return wait_for_one(cases, n_cases, error);
}
