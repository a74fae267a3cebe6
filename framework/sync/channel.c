/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One parcel from fiber to fiber.  The calls have a fast half without a frame of its own, for
 * channels that are open and prefer nobody; it goes on to the other half by a jump.
 */

#include "sync/channel.h"

static inline void
drop_parcel(WeftParcel parcel, GDestroyNotify item_free)
{
    if (parcel.item == NULL)
        g_error_free(parcel.error);
    else if (item_free != NULL)
        item_free(parcel.item);
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

/* The same for items that may be errors. */

static void
ring_push_parcel(WeftChannel *channel, WeftParcel parcel)
{
    if (parcel.item == NULL)
        g_queue_push_tail(&channel->errors, parcel.error);
    ring_push(channel, parcel.item);
}

static WeftParcel
ring_pop_parcel(WeftChannel *channel)
{
    WeftParcel parcel = {ring_pop(channel), NULL};

    if (parcel.item == NULL)
        parcel.error = g_queue_pop_head(&channel->errors);
    return parcel;
}

static gboolean
serve(WeftWaiter *waiter, gboolean goes_first)
{
    if (goes_first)
        weft_wait_end_first(waiter);
    else
        weft_wait_end(waiter, WEFT_WAKE_GIVEN);
    return goes_first;
}

gboolean
weft_channel_hand_over(WeftChannel *channel, WeftParcel parcel)
{
    WeftWaiter *receiver = channel->receivers.oldest;

    if (receiver == NULL) {
        ring_push_parcel(channel, parcel);
        return FALSE;
    }
    receiver->item = parcel.item;
    receiver->error = parcel.error;
    return serve(receiver, channel->preference == WEFT_CHANNEL_RECEIVER_FIRST);
}

WeftParcel
weft_channel_take_over(WeftChannel *channel, gboolean *ret_gives_way)
{
    WeftWaiter *sender = channel->senders.oldest;
    WeftParcel parcel = {NULL, NULL};

    *ret_gives_way = FALSE;
    if (channel->n_items > 0)
        parcel = ring_pop_parcel(channel);
    if (channel->room != NULL)
        weft_wait_queue_wake_all(channel->room);
    if (sender == NULL)
        return parcel;

    const WeftParcel sent = {sender->item, sender->error};
    if (channel->capacity > 0)
        ring_push_parcel(channel, sent);
    else
        parcel = sent;
    *ret_gives_way = serve(sender, channel->preference == WEFT_CHANNEL_SENDER_FIRST);
    return parcel;
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
weft_channel_set_preference(WeftChannel *channel, WeftChannelPreference preference)
{
    channel->preference = preference;
    if (preference != WEFT_CHANNEL_NEITHER_FIRST)
        channel->is_special = TRUE;
}

void
weft_channel_watch_room(WeftChannel *channel, WeftWaitQueue *room)
{
    channel->room = room;
    channel->is_special = TRUE;
}

void
weft_channel_unref(WeftChannel *channel)
{
    if (channel == NULL || --channel->n_refs > 0)
        return;
    g_assert(weft_wait_queue_is_empty(&channel->senders));
    g_assert(weft_wait_queue_is_empty(&channel->receivers));
    while (channel->n_items > 0)
        drop_parcel(ring_pop_parcel(channel), channel->item_free);
    g_free(channel);
}

/* Without a wait, at last: something is there, or the channel is closed. */
static __attribute__((noinline)) gboolean
send_special(WeftChannel *channel, WeftParcel parcel, GError **error)
{
    WeftScheduler *scheduler = weft_scheduler_here;
    WeftFiber *self = scheduler->current;

    if (weft_fiber_check_self(scheduler, self, "channel send", error)) {
        if (weft_channel_can_send(channel)) {
            if (weft_channel_hand_over(channel, parcel))
                weft_fiber_give_way(scheduler, self);
            return TRUE;
        }
        set_closed(error);
    }
    drop_parcel(parcel, channel->item_free);
    return FALSE;
}

static inline gboolean
must_wait_to_send(const WeftChannel *channel)
{
    return !channel->is_closed && !weft_channel_can_send(channel);
}

/* FALSE, for return.  A call of its own: the way of success needs no place for its result. */
static __attribute__((cold, noinline)) gboolean
fail_send(GDestroyNotify item_free, gpointer item)
{
    if (item_free != NULL)
        item_free(item);
    return FALSE;
}

static __attribute__((noinline)) gboolean
send_slowly(WeftChannel *channel, gpointer item, GError **error)
{
    WeftScheduler *scheduler = weft_scheduler_here;

    if (!must_wait_to_send(channel))
        return send_special(channel, (WeftParcel){item, NULL}, error);

    /* Kept aside: whoever closes the channel may let go of it before this fiber runs again. */
    GDestroyNotify item_free = channel->item_free;
    scheduler->current->waiter.item = item;
    if (weft_wait_here(scheduler, scheduler->current, &channel->senders, "channel send", error))
        return TRUE;
    return fail_send(item_free, item);
}

gboolean
weft_channel_send(WeftChannel *channel, gpointer item, GError **error)
{
    const WeftScheduler *scheduler = weft_scheduler_here;
    WeftWaiter *receiver = channel->receivers.oldest;

    g_return_val_if_fail(item != NULL, FALSE);
    if (channel->is_special || !weft_fiber_may_go_on(scheduler, scheduler->current))
        return send_slowly(channel, item, error);

    if (receiver != NULL && weft_waiter_is_only(receiver)) {
        receiver->item = item;
        weft_wait_queue_serve_only(&channel->receivers, receiver);
        return TRUE;
    }
    if (receiver == NULL && channel->n_items < channel->capacity) {
        ring_push(channel, item);
        return TRUE;
    }
    return send_slowly(channel, item, error);
}

gboolean
weft_channel_try_send(WeftChannel *channel, gpointer item)
{
    const WeftParcel parcel = {item, NULL};

    g_return_val_if_fail(item != NULL, FALSE);
    if (!weft_channel_can_send(channel)) {
        drop_parcel(parcel, channel->item_free);
        return FALSE;
    }
    weft_channel_hand_over(channel, parcel);
    return TRUE;
}

gboolean
weft_channel_send_error(WeftChannel *channel, GError *sent, GError **error)
{
    g_return_val_if_fail(sent != NULL, FALSE);
    channel->is_special = TRUE; /* for good: nobody counts the errors that are under way */
    if (!must_wait_to_send(channel))
        return send_special(channel, (WeftParcel){NULL, sent}, error);

    WeftWaiter *waiter = &weft_scheduler_here->current->waiter;
    waiter->item = NULL;
    waiter->error = sent;
    if (weft_wait(&channel->senders, "channel send", error))
        return TRUE;
    g_error_free(sent);
    return FALSE;
}

/* Without a wait, at last: something is there, or the channel is closed. */
static __attribute__((noinline)) gboolean
recv_special(WeftChannel *channel, WeftParcel *ret_parcel, GError **error)
{
    WeftScheduler *scheduler = weft_scheduler_here;
    WeftFiber *self = scheduler->current;
    gboolean gives_way;

    if (!weft_fiber_check_self(scheduler, self, "channel recv", error))
        return FALSE;
    if (!weft_channel_can_recv(channel)) {
        set_closed(error);
        return FALSE;
    }
    *ret_parcel = weft_channel_take_over(channel, &gives_way);
    if (gives_way)
        weft_fiber_give_way(scheduler, self);
    return TRUE;
}

static gpointer
recv_special_item(WeftChannel *channel, GError **error)
{
    WeftParcel parcel;

    return recv_special(channel, &parcel, error) ? weft_parcel_open(parcel, error) : NULL;
}

static inline gboolean
must_wait_to_recv(const WeftChannel *channel)
{
    return !channel->is_closed && !weft_channel_can_recv(channel);
}

gboolean
weft_channel_recv_parcel(WeftChannel *channel, WeftParcel *ret_parcel, GError **error)
{
    if (!must_wait_to_recv(channel))
        return recv_special(channel, ret_parcel, error);
    if (!weft_wait(&channel->receivers, "channel recv", error))
        return FALSE;
    const WeftWaiter *waiter = &weft_scheduler_here->current->waiter;
    *ret_parcel = (WeftParcel){waiter->item, waiter->error};
    return TRUE;
}

static __attribute__((noinline)) gpointer
recv_slowly(WeftChannel *channel, GError **error)
{
    WeftScheduler *scheduler = weft_scheduler_here;

    if (!must_wait_to_recv(channel))
        return recv_special_item(channel, error);
    if (!weft_wait_here(scheduler, scheduler->current, &channel->receivers, "channel recv", error))
        return NULL;

    /* Need not be kept on the stack meanwhile. */
    const WeftWaiter *waiter = &weft_scheduler_here->current->waiter;
    if (G_LIKELY(waiter->item != NULL))
        return waiter->item;
    g_propagate_error(error, waiter->error);
    return NULL;
}

gpointer
weft_channel_recv(WeftChannel *channel, GError **error)
{
    const WeftScheduler *scheduler = weft_scheduler_here;
    WeftWaiter *sender = channel->senders.oldest;

    if (channel->is_special || !weft_fiber_may_go_on(scheduler, scheduler->current))
        return recv_slowly(channel, error);

    if (sender == NULL && channel->n_items > 0)
        return ring_pop(channel);
    if (sender != NULL && channel->n_items == 0 && weft_waiter_is_only(sender)) {
        weft_wait_queue_serve_only(&channel->senders, sender);
        return sender->item;
    }
    return recv_slowly(channel, error);
}

gpointer
weft_channel_try_recv(WeftChannel *channel)
{
    gboolean gives_way;

    if (!weft_channel_can_recv(channel) || weft_channel_peek(channel) == NULL)
        return NULL;
    return weft_channel_take_over(channel, &gives_way).item;
}

void
weft_channel_close_when_drained(WeftChannel *channel)
{
    channel->is_closed = channel->is_special = TRUE;
}

void
weft_channel_close(WeftChannel *channel)
{
    weft_channel_close_when_drained(channel);
    weft_wait_queue_close(&channel->senders);
    weft_wait_queue_close(&channel->receivers);
}

gboolean
weft_channel_is_closed(const WeftChannel *channel)
{
    return channel->is_closed;
}

gboolean
weft_channel_is_drained(const WeftChannel *channel)
{
    return channel->is_closed && channel->n_items == 0 &&
           weft_wait_queue_is_empty(&channel->senders) &&
           weft_wait_queue_is_empty(&channel->receivers);
}

size_t
weft_channel_n_items(const WeftChannel *channel)
{
    return channel->n_items;
}

static ssize_t
count_waiters(const WeftWaitQueue *queue)
{
    ssize_t n_waiters = 0;

    for (const WeftWaiter *waiter = queue->oldest; waiter != NULL; waiter = waiter->newer)
        n_waiters++;
    return n_waiters;
}

ssize_t
weft_channel_balance(const WeftChannel *channel)
{
    return (ssize_t)channel->n_items + count_waiters(&channel->senders) -
           count_waiters(&channel->receivers);
}

gboolean
weft_channel_has_sender(const WeftChannel *channel)
{
    return !weft_wait_queue_is_empty(&channel->senders);
}

gboolean
weft_channel_has_receiver(const WeftChannel *channel)
{
    return !weft_wait_queue_is_empty(&channel->receivers);
}
