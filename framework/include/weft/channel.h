/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/**
 * A channel hands pointers from fiber to fiber, first in first out, and with them their ownership.
 * The fibers of one thread only; weft/completion.h crosses threads.
 *
 * Who waits longest is served first, on both sides.  A fiber that is handed something has it:
 * neither a deadline nor a cancellation that comes before it runs again takes it back.
 */
typedef struct WeftChannel WeftChannel;

/** Items a channel may be made to hold at most. */
#define WEFT_CHANNEL_MAX_CAPACITY ((size_t)1 << 24)

/**
 * @capacity: items held before send parks; 0 makes every send a rendezvous
 * @item_free: (nullable): called on items nobody will receive; NULL for borrowed items
 */
WeftChannel *weft_channel_new(size_t capacity, GDestroyNotify item_free);
WeftChannel *weft_channel_ref(WeftChannel *channel);

/** The last reference frees the channel and the items in it; nobody may wait on it then. */
void weft_channel_unref(WeftChannel *channel);

/**
 * Hand @item over, and park until a receiver or the buffer has it.
 * @item: (transfer full) (not nullable): consumed on success and on failure alike
 * WEFT_ERROR_CLOSED: the channel was closed before anybody had the item
 */
WEFT_PARKS gboolean weft_channel_send(WeftChannel *channel, gpointer item, GError **error);

/** Like send, but drops @item and returns FALSE where send would park or fail. */
gboolean weft_channel_try_send(WeftChannel *channel, gpointer item);

/**
 * Returns: (transfer full): the oldest item.  NULL is failure, among others WEFT_ERROR_CLOSED once
 * the channel is closed and drained.
 */
WEFT_PARKS gpointer weft_channel_recv(WeftChannel *channel, GError **error);

/** Returns: (transfer full) (nullable): the oldest item; NULL where recv would park or fail */
gpointer weft_channel_try_recv(WeftChannel *channel);

/**
 * Refuse further sends.  Senders that wait fail, and their items are freed; what the buffer holds
 * stays for the receivers.  Twice is harmless.
 */
void weft_channel_close(WeftChannel *channel);

/** TRUE once weft_channel_close() was called; items may still be in the buffer. */
gboolean weft_channel_is_closed(const WeftChannel *channel);

/** Items in the buffer; those of waiting senders are not counted. */
size_t weft_channel_n_items(const WeftChannel *channel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftChannel, weft_channel_unref)

G_END_DECLS
