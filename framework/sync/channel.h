/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The inside of a channel, for the calls that are not in channel.c: a ring of items between two
 * wait queues.  Senders wait only while the ring is full, receivers only while it is empty; so at
 * most one of the two queues has anybody in it, unless both have the same fiber: one that selects
 * between sending and receiving here.
 *
 * A fiber that was woken does not touch the channel: whoever woke it may have let go of it since.
 */

#include <weft/channel.h>

#include "fiber/dispatch.h"

/* What goes through a channel: an item, or, without one, an error in its place. */
typedef struct {
    gpointer item;
    GError *error;
} WeftParcel;

struct WeftChannel {
    WeftWaitQueue senders;   /* waiter->item, waiter->error: the parcel sent */
    WeftWaitQueue receivers; /* waiter->item, waiter->error: the parcel handed over */
    size_t n_items;
    size_t capacity;
    gboolean is_special; /* closed, preferring, watched, with errors: not for the fast halves */
    gboolean is_closed;  /* nobody may begin to wait, nor use the ring; who waits may be served */
    size_t oldest;       /* index of the oldest item in the ring */
    GDestroyNotify item_free;
    size_t n_refs;
    WeftChannelPreference preference;
    WeftWaitQueue *room; /* (nullable): woken when the ring gets room; whoever set it owns it */
    GQueue errors;       /* those in the ring, where their items are NULL */
    gpointer ring[];     /* capacity items */
};

/* TRUE where a parcel needs not wait: somebody waits for it, or there is room. */
static inline gboolean
weft_channel_can_send(const WeftChannel *channel)
{
    return !weft_wait_queue_is_empty(&channel->receivers) ||
           (channel->n_items < channel->capacity && !channel->is_closed);
}

static inline gboolean
weft_channel_can_recv(const WeftChannel *channel)
{
    return channel->n_items > 0 || !weft_wait_queue_is_empty(&channel->senders);
}

/*
 * Give @parcel to who waits longest for it, or to the ring; weft_channel_can_send() holds.
 * Returns: TRUE if the other side goes first: a caller that may park gives way
 */
gboolean weft_channel_hand_over(WeftChannel *channel, WeftParcel parcel);

/* The oldest parcel of ring and waiting senders; weft_channel_can_recv() holds.
 * @ret_gives_way: (out): as above */
WeftParcel weft_channel_take_over(WeftChannel *channel, gboolean *ret_gives_way);

/* Have all in @room woken each time the ring gets room; NULL: no more. */
void weft_channel_watch_room(WeftChannel *channel, WeftWaitQueue *room);

/* Park until there is a parcel.  FALSE with @error: of the wait, or of a closed channel. */
WEFT_PARKS gboolean weft_channel_recv_parcel(WeftChannel *channel, WeftParcel *ret_parcel,
                                             GError **error);

/* What a receiver makes of a parcel that has come. */
static inline gpointer
weft_parcel_open(WeftParcel parcel, GError **error)
{
    if (G_UNLIKELY(parcel.item == NULL))
        g_propagate_error(error, parcel.error);
    return parcel.item;
}

/* The item that is sent next, without taking it; weft_channel_can_recv() holds.  NULL: an error */
static inline gpointer
weft_channel_peek(const WeftChannel *channel)
{
    return channel->n_items > 0 ? channel->ring[channel->oldest] : channel->senders.oldest->item;
}
