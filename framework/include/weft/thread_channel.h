/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/**
 * A channel between threads: fibers of any scheduler and plain threads send and receive, first in
 * first out.  Where a fiber parks, a plain thread blocks, without a deadline.  Within one thread
 * weft/channel.h is the lighter one.
 *
 * Who waits longest is served first, on both sides.  Who is handed something has it: neither a
 * deadline nor a cancellation that comes before it runs again takes it back.  Reference counted:
 * each thread holds one.  All functions may be called from any thread; those that park or block,
 * not from a scheduler's thread outside of fibers.
 */
typedef struct WeftThreadChannel WeftThreadChannel;

/**
 * @capacity: items held before send waits, at most WEFT_THREAD_CHANNEL_MAX_CAPACITY; 0 makes every
 * send a rendezvous
 * @item_free: (nullable): called on items nobody will receive, on any of the threads
 */
WeftThreadChannel *weft_thread_channel_new(size_t capacity, GDestroyNotify item_free);
WeftThreadChannel *weft_thread_channel_ref(WeftThreadChannel *channel);

/** The last reference frees the channel and the items in it. */
void weft_thread_channel_unref(WeftThreadChannel *channel);

#define WEFT_THREAD_CHANNEL_MAX_CAPACITY ((size_t)1 << 24)

/**
 * Hand @item over, and wait until a receiver or the buffer has it.
 * @item: (transfer full) (not nullable): consumed on success and on failure alike
 * WEFT_ERROR_CLOSED: the channel was closed before anybody had the item
 */
WEFT_PARKS gboolean weft_thread_channel_send(WeftThreadChannel *channel, gpointer item,
                                             GError **error);

/** Like send, but drops @item and returns FALSE where send would wait or fail. */
gboolean weft_thread_channel_try_send(WeftThreadChannel *channel, gpointer item);

/**
 * Returns: (transfer full): the oldest item.  NULL is failure, among others WEFT_ERROR_CLOSED once
 * the channel is closed and drained.
 */
WEFT_PARKS gpointer weft_thread_channel_recv(WeftThreadChannel *channel, GError **error);

/** As weft_channel_next(): NULL without @error is the end. */
WEFT_PARKS gpointer weft_thread_channel_next(WeftThreadChannel *channel, GError **error);

/** Returns: (transfer full) (nullable): the oldest item; NULL where recv would wait or fail */
gpointer weft_thread_channel_try_recv(WeftThreadChannel *channel);

/**
 * Refuse further sends.  Senders that wait fail, and their items are freed; receivers that wait
 * fail; what the buffer holds stays for the receivers.  Twice is harmless.
 */
void weft_thread_channel_close(WeftThreadChannel *channel);

/** TRUE once it was closed; items may still be in the buffer. */
gboolean weft_thread_channel_is_closed(WeftThreadChannel *channel);

/** Items in the buffer: old as soon as it is there. */
size_t weft_thread_channel_n_items(WeftThreadChannel *channel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftThreadChannel, weft_thread_channel_unref)

G_END_DECLS
