/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring of items between two wait queues.  Senders wait only while the ring is full, receivers
 * only while it is empty; so at most one of the two queues has anybody in it.
 */

#include <weft/channel.h>

#include "fiber/dispatch.h"

struct WeftChannel {
    size_t n_refs;
    size_t capacity;
    size_t n_items;
    size_t oldest; /* index of the oldest item in the ring */
    gboolean is_closed;
    GDestroyNotify item_free;
    WeftWaitQueue senders;   /* waiter->item: what is sent */
    WeftWaitQueue receivers; /* waiter->item: what is handed over */
    gpointer ring[];         /* capacity items */
};

static inline void
drop_item(GDestroyNotify item_free, gpointer item)
{
    if (item_free != NULL)
        item_free(item);
}

static inline void
ring_push(WeftChannel *channel, gpointer item)
{
    size_t at = channel->oldest + channel->n_items;

    if (at >= channel->capacity)
        at -= channel->capacity;
    channel->ring[at] = item;
    channel->n_items++;
}

static inline gpointer
ring_pop(WeftChannel *channel)
{
    gpointer item = channel->ring[channel->oldest];

    channel->oldest = channel->oldest + 1 == channel->capacity ? 0 : channel->oldest + 1;
    channel->n_items--;
    return item;
}

/* TRUE where an item needs not wait: somebody waits for it, or there is room. */
static inline gboolean
can_send(const WeftChannel *channel)
{
    return !weft_wait_queue_is_empty(&channel->receivers) || channel->n_items < channel->capacity;
}

static inline gboolean
can_recv(const WeftChannel *channel)
{
    return channel->n_items > 0 || !weft_wait_queue_is_empty(&channel->senders);
}

/* Give @item to who waits longest for it, or to the ring; can_send() holds. */
static inline void
hand_over(WeftChannel *channel, gpointer item)
{
    WeftWaiter *receiver = channel->receivers.oldest;

    if (G_UNLIKELY(receiver == NULL)) {
        ring_push(channel, item);
        return;
    }
    receiver->item = item;
    weft_wait_queue_serve(&channel->receivers, receiver);
}

/* The oldest item of ring and waiting senders; can_recv() holds. */
static inline gpointer
take_over(WeftChannel *channel)
{
    WeftWaiter *sender = channel->senders.oldest;

    if (channel->n_items == 0) {
        weft_wait_queue_serve(&channel->senders, sender);
        return sender->item;
    }

    gpointer item = ring_pop(channel);
    if (sender != NULL) {
        ring_push(channel, sender->item);
        weft_wait_queue_serve(&channel->senders, sender);
    }
    return item;
}

static void
set_closed(GError **error)
{
    g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_CLOSED, "the channel is closed");
}

WeftChannel *
weft_channel_new(size_t capacity, GDestroyNotify item_free)
{
    g_return_val_if_fail(capacity <= WEFT_CHANNEL_MAX_CAPACITY, NULL);

    WeftChannel *channel = g_malloc0(sizeof *channel + capacity * sizeof(gpointer));
    channel->n_refs = 1;
    channel->capacity = capacity;
    channel->item_free = item_free;
    return channel;
}

WeftChannel *
weft_channel_ref(WeftChannel *channel)
{
    channel->n_refs++;
    return channel;
}

void
weft_channel_unref(WeftChannel *channel)
{
    if (channel == NULL || --channel->n_refs > 0)
        return;
    g_assert(weft_wait_queue_is_empty(&channel->senders));
    g_assert(weft_wait_queue_is_empty(&channel->receivers));
    while (channel->n_items > 0)
        drop_item(channel->item_free, ring_pop(channel));
    g_free(channel);
}

/* Sending and receiving are a fast half without a frame of its own, which goes on to the other half
 * by a jump. */

static __attribute__((noinline)) gboolean
send_waiting(WeftChannel *channel, gpointer item, GError **error)
{
    WeftScheduler *scheduler = weft_scheduler_here;
    WeftFiber *self = scheduler->current;
    /* Kept aside: whoever closes the channel may let go of it before this fiber runs again. */
    GDestroyNotify item_free = channel->item_free;

    if (!channel->is_closed && !can_send(channel)) {
        self->waiter.item = item;
        if (weft_wait_here(scheduler, self, &channel->senders, "channel send", error))
            return TRUE;
    } else if (weft_fiber_check_self(scheduler, self, "channel send", error)) {
        set_closed(error);
    }
    drop_item(item_free, item);
    return FALSE;
}

gboolean
weft_channel_send(WeftChannel *channel, gpointer item, GError **error)
{
    const WeftScheduler *scheduler = weft_scheduler_here;

    g_return_val_if_fail(item != NULL, FALSE);
    if (channel->is_closed || !can_send(channel) ||
        !weft_fiber_may_go_on(scheduler, scheduler->current))
        return send_waiting(channel, item, error);
    hand_over(channel, item);
    return TRUE;
}

gboolean
weft_channel_try_send(WeftChannel *channel, gpointer item)
{
    g_return_val_if_fail(item != NULL, FALSE);
    if (channel->is_closed || !can_send(channel)) {
        drop_item(channel->item_free, item);
        return FALSE;
    }
    hand_over(channel, item);
    return TRUE;
}

static __attribute__((noinline)) gpointer
recv_waiting(WeftChannel *channel, GError **error)
{
    WeftScheduler *scheduler = weft_scheduler_here;
    WeftFiber *self = scheduler->current;

    if (!channel->is_closed && !can_recv(channel)) {
        if (weft_wait_here(scheduler, self, &channel->receivers, "channel recv", error))
            return weft_scheduler_here->current->waiter.item;
    } else if (weft_fiber_check_self(scheduler, self, "channel recv", error)) {
        set_closed(error);
    }
    return NULL;
}

gpointer
weft_channel_recv(WeftChannel *channel, GError **error)
{
    const WeftScheduler *scheduler = weft_scheduler_here;

    if (!can_recv(channel) || !weft_fiber_may_go_on(scheduler, scheduler->current))
        return recv_waiting(channel, error);
    return take_over(channel);
}

gpointer
weft_channel_try_recv(WeftChannel *channel)
{
    return can_recv(channel) ? take_over(channel) : NULL;
}

void
weft_channel_close(WeftChannel *channel)
{
    if (channel->is_closed)
        return;
    channel->is_closed = TRUE;
    weft_wait_queue_close(&channel->senders);
    weft_wait_queue_close(&channel->receivers);
}

gboolean
weft_channel_is_closed(const WeftChannel *channel)
{
    return channel->is_closed;
}

size_t
weft_channel_n_items(const WeftChannel *channel)
{
    return channel->n_items;
}
