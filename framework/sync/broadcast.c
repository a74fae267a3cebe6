/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of channels, one for each subscriber.  A sender waits first, until all who delay it have
 * room, and then gives to all without parking: so every subscriber sees one order, and a send that
 * fails has reached nobody.  Senders take turns by a mutex.
 */

#include <weft/broadcast.h>
#include <weft/mutex.h>

#include "sync/channel.h"

struct WeftBroadcast {
    size_t n_refs;
    gboolean is_closed;
    WeftItemRef item_ref;
    GDestroyNotify item_free;
    GQueue subscriptions; /* links lie in them; oldest first */
    WeftMutex *turn;      /* who holds it sends, or waits for room to */
    WeftWaitQueue room;   /* that one sender */
};

struct WeftSubscription {
    GList link; /* data: the subscription itself */
    WeftBroadcast *broadcast;
    WeftChannel *channel;
    WeftSlowPolicy policy;
    uint64_t n_lost;
};

WeftBroadcast *
weft_broadcast_new(WeftItemRef item_ref, GDestroyNotify item_free)
{
    g_return_val_if_fail((item_ref == NULL) == (item_free == NULL), NULL);

    WeftBroadcast *broadcast = g_new0(WeftBroadcast, 1);
    broadcast->n_refs = 1;
    broadcast->item_ref = item_ref;
    broadcast->item_free = item_free;
    broadcast->turn = weft_mutex_new();
    return broadcast;
}

WeftBroadcast *
weft_broadcast_ref(WeftBroadcast *broadcast)
{
    broadcast->n_refs++;
    return broadcast;
}

void
weft_broadcast_unref(WeftBroadcast *broadcast)
{
    if (broadcast == NULL || --broadcast->n_refs > 0)
        return;
    g_assert(g_queue_is_empty(&broadcast->subscriptions));
    weft_mutex_free(broadcast->turn);
    g_free(broadcast);
}

WeftSubscription *
weft_broadcast_subscribe(WeftBroadcast *broadcast, size_t capacity, WeftSlowPolicy policy)
{
    g_return_val_if_fail(capacity > 0, NULL);

    WeftSubscription *subscription = g_new0(WeftSubscription, 1);
    subscription->link.data = subscription;
    subscription->broadcast = weft_broadcast_ref(broadcast);
    subscription->channel = weft_channel_new(capacity, broadcast->item_free);
    subscription->policy = policy;
    if (policy == WEFT_SLOW_DELAYS)
        weft_channel_watch_room(subscription->channel, &broadcast->room);
    if (broadcast->is_closed)
        weft_channel_close(subscription->channel);
    g_queue_push_tail_link(&broadcast->subscriptions, &subscription->link);
    return subscription;
}

void
weft_subscription_free(WeftSubscription *subscription)
{
    if (subscription == NULL)
        return;

    WeftBroadcast *broadcast = subscription->broadcast;
    g_queue_unlink(&broadcast->subscriptions, &subscription->link);
    weft_channel_watch_room(subscription->channel, NULL);
    weft_wait_queue_wake_all(&broadcast->room); /* one less to wait for */
    weft_channel_close(subscription->channel);
    weft_channel_unref(subscription->channel);
    weft_broadcast_unref(broadcast);
    g_free(subscription);
}

static void
drop(const WeftBroadcast *broadcast, gpointer item)
{
    if (item != NULL && broadcast->item_free != NULL)
        broadcast->item_free(item);
}

static gboolean
must_wait(const WeftBroadcast *broadcast)
{
    for (const GList *link = broadcast->subscriptions.head; link != NULL; link = link->next) {
        const WeftSubscription *subscription = link->data;

        if (subscription->policy == WEFT_SLOW_DELAYS &&
            !weft_channel_is_closed(subscription->channel) &&
            !weft_channel_can_send(subscription->channel))
            return TRUE;
    }
    return FALSE;
}

static void
give(WeftSubscription *subscription, gpointer item)
{
    const WeftBroadcast *broadcast = subscription->broadcast;
    WeftChannel *channel = subscription->channel;

    if (weft_channel_is_closed(channel)) {
        subscription->n_lost++;
        return;
    }
    if (!weft_channel_can_send(channel)) {
        g_assert(subscription->policy != WEFT_SLOW_DELAYS);
        subscription->n_lost++;
        if (subscription->policy == WEFT_SLOW_LEAVES) {
            weft_channel_close(channel);
            return;
        }
        drop(broadcast, weft_channel_try_recv(channel));
    }
    gpointer own = broadcast->item_ref != NULL ? broadcast->item_ref(item) : item;
    const gboolean is_given = weft_channel_try_send(channel, own);
    g_assert(is_given);
}

static void
give_all(WeftBroadcast *broadcast, gpointer item)
{
    for (GList *link = broadcast->subscriptions.head; link != NULL; link = link->next)
        give(link->data, item);
    drop(broadcast, item); /* the sender's own */
}

/* The turn is the caller's. */
static gboolean
wait_for_room(WeftBroadcast *broadcast, GError **error)
{
    while (!broadcast->is_closed && must_wait(broadcast))
        if (!weft_wait(&broadcast->room, "broadcast send", error))
            return FALSE;
    if (!broadcast->is_closed)
        return TRUE;
    g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_CLOSED, "the broadcast is closed");
    return FALSE;
}

gboolean
weft_broadcast_send(WeftBroadcast *broadcast, gpointer item, GError **error)
{
    g_autoptr(WeftBroadcast) held = weft_broadcast_ref(broadcast);

    g_return_val_if_fail(item != NULL, FALSE);
    if (!weft_mutex_lock(held->turn, error)) {
        drop(held, item);
        return FALSE;
    }
    const gboolean may_send = wait_for_room(held, error);
    if (may_send)
        give_all(held, item);
    else
        drop(held, item);
    weft_mutex_unlock(held->turn);
    return may_send;
}

gboolean
weft_broadcast_try_send(WeftBroadcast *broadcast, gpointer item)
{
    g_return_val_if_fail(item != NULL, FALSE);
    if (broadcast->is_closed || must_wait(broadcast) || !weft_mutex_try_lock(broadcast->turn)) {
        drop(broadcast, item);
        return FALSE;
    }
    give_all(broadcast, item);
    weft_mutex_unlock(broadcast->turn);
    return TRUE;
}

void
weft_broadcast_close(WeftBroadcast *broadcast)
{
    if (broadcast->is_closed)
        return;
    broadcast->is_closed = TRUE;
    for (GList *link = broadcast->subscriptions.head; link != NULL; link = link->next)
        weft_channel_close(((WeftSubscription *)link->data)->channel);
    weft_wait_queue_wake_all(&broadcast->room);
}

size_t
weft_broadcast_n_subscribers(const WeftBroadcast *broadcast)
{
    return broadcast->subscriptions.length;
}

gpointer
weft_subscription_recv(WeftSubscription *subscription, GError **error)
{
    return weft_channel_recv(subscription->channel, error);
}

gpointer
weft_subscription_next(WeftSubscription *subscription, GError **error)
{
    return weft_channel_next(subscription->channel, error);
}

uint64_t
weft_subscription_n_lost(const WeftSubscription *subscription)
{
    return subscription->n_lost;
}

WeftChannel *
weft_subscription_channel(WeftSubscription *subscription)
{
    return subscription->channel;
}
