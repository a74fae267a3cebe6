/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/channel.h>

G_BEGIN_DECLS

/**
 * A broadcast hands every item to all who have subscribed, each through a buffer of its own; in one
 * order for all: that of the sends.  The fibers of one thread only.
 */
typedef struct WeftBroadcast WeftBroadcast;

/** One listener's place. */
typedef struct WeftSubscription WeftSubscription;

/** What becomes of a subscriber whose buffer is full when something is sent. */
typedef enum {
    WEFT_SLOW_LOSES,  /* its oldest item is dropped, and counted */
    WEFT_SLOW_DELAYS, /* the sender parks until it has room */
    WEFT_SLOW_LEAVES, /* it gets no more: it may drain its buffer, then it is closed */
} WeftSlowPolicy;

/** Another reference to, or a copy of, @item: (transfer full). */
typedef gpointer (*WeftItemRef)(gpointer item);

/**
 * @item_ref: (nullable): gives each subscriber its own
 * @item_free: (nullable): ends one of them.  Both are NULL for items that are borrowed
 */
WeftBroadcast *weft_broadcast_new(WeftItemRef item_ref, GDestroyNotify item_free);
WeftBroadcast *weft_broadcast_ref(WeftBroadcast *broadcast);

/** Subscriptions hold references. */
void weft_broadcast_unref(WeftBroadcast *broadcast);

/**
 * Listen to what is sent from now on.
 * @capacity: of the buffer, at least 1
 * Returns: (transfer full): closed already, if the broadcast is
 */
WeftSubscription *weft_broadcast_subscribe(WeftBroadcast *broadcast, size_t capacity,
                                           WeftSlowPolicy policy);

/** Stop listening; what is in the buffer is freed.  Nobody may wait on it.  NULL is fine. */
void weft_subscription_free(WeftSubscription *subscription);

/**
 * Give @item to all subscribers there are when their buffers have room, as far as they delay; to
 * none of them on failure.  Without subscribers it is freed, and that is no failure.
 * @item: (transfer full): consumed on success and on failure alike
 */
WEFT_PARKS gboolean weft_broadcast_send(WeftBroadcast *broadcast, gpointer item, GError **error);

/** Like send, but drops @item and returns FALSE where send would park or fail. */
gboolean weft_broadcast_try_send(WeftBroadcast *broadcast, gpointer item);

/** Refuse further sends; the buffers may be drained.  Twice is harmless. */
void weft_broadcast_close(WeftBroadcast *broadcast);

/** Subscriptions there are, those of slow ones that have left included. */
size_t weft_broadcast_n_subscribers(const WeftBroadcast *broadcast);

/**
 * Returns: (transfer full): the oldest item.  NULL is failure: among others WEFT_ERROR_CLOSED once
 * the broadcast is closed, or the subscriber was too slow, and the buffer is empty.
 */
WEFT_PARKS gpointer weft_subscription_recv(WeftSubscription *subscription, GError **error);

/** As weft_channel_next(): NULL without @error is the end. */
WEFT_PARKS gpointer weft_subscription_next(WeftSubscription *subscription, GError **error);

/** Items that this subscriber did not get because it was slow. */
uint64_t weft_subscription_n_lost(const WeftSubscription *subscription);

/** Returns: (transfer none): its buffer, to receive from in weft_select(); not to send to */
WeftChannel *weft_subscription_channel(WeftSubscription *subscription);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftBroadcast, weft_broadcast_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftSubscription, weft_subscription_free)

G_END_DECLS
