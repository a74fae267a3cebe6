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
 *
 * weft/select.h waits for several channels at once.
 */
typedef struct WeftChannel WeftChannel;

/** Who runs on when a call finds a fiber of the other side waiting, and serves it. */
typedef enum {
    /* The receiver: a send puts the sender behind all that are ready, and the receiver runs now. */
    WEFT_CHANNEL_RECEIVER_FIRST = -1,
    /* The caller: who waited gets ready, behind all that are.  So is a channel made. */
    WEFT_CHANNEL_NEITHER_FIRST = 0,
    /* The sender: a recv puts the receiver behind all that are ready, and the sender runs now. */
    WEFT_CHANNEL_SENDER_FIRST = 1,
} WeftChannelPreference;

/** Items a channel may be made to hold at most. */
#define WEFT_CHANNEL_MAX_CAPACITY ((size_t)1 << 24)

/**
 * @capacity: items held before send parks; 0 makes every send a rendezvous
 * @item_free: (nullable): called on items nobody will receive; NULL for borrowed items
 */
WeftChannel *weft_channel_new(size_t capacity, GDestroyNotify item_free);
WeftChannel *weft_channel_ref(WeftChannel *channel);

/**
 * A call that never parks (`try_`) cannot let the other side run first: it runs as the next, once
 * the caller parks.  Others that are ready are passed over 16 times in a row at most.
 */
void weft_channel_set_preference(WeftChannel *channel, WeftChannelPreference preference);

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
 * Returns: (transfer full): the oldest item.  NULL is failure: among others WEFT_ERROR_CLOSED once
 * the channel is closed and drained, or an error that was sent.
 */
WEFT_PARKS gpointer weft_channel_recv(WeftChannel *channel, GError **error);

/** Returns: (transfer full) (nullable): the oldest item; NULL where recv would park or fail */
gpointer weft_channel_try_recv(WeftChannel *channel);

/**
 * Send a failure in the place of an item: the weft_channel_recv() that gets it fails with it.
 * @sent: (transfer full): consumed on success and on failure alike
 */
WEFT_PARKS gboolean weft_channel_send_error(WeftChannel *channel, GError *sent, GError **error);

/**
 * Send @n_items items, one after another; others may send between them.
 * @items: (transfer full): all are consumed, whether they were sent or not; the array stays yours
 * Returns: how many were sent; fewer than @n_items is failure, with @error
 */
WEFT_PARKS size_t weft_channel_send_sequence(WeftChannel *channel, gpointer *items, size_t n_items,
                                             GError **error);

/**
 * Receive @n_items items, and park until all are there.
 * @ret_items: (out): the first ones hold as many as are returned, and are the caller's
 * Returns: how many were received; fewer than @n_items is failure, with @error, as in
 * weft_channel_recv()
 */
WEFT_PARKS size_t weft_channel_recv_n(WeftChannel *channel, gpointer *ret_items, size_t n_items,
                                      GError **error);

/**
 * Receive for a loop that ends well when the channel is closed and drained:
 *
 *     while ((item = weft_channel_next(channel, &failure)) != NULL)
 *         serve(item);
 *
 * Returns: (transfer full) (nullable): the oldest item.  NULL without @error is the end, with it
 * failure.
 */
WEFT_PARKS gpointer weft_channel_next(WeftChannel *channel, GError **error);

/**
 * Refuse further sends.  Senders that wait fail, and their items are freed; receivers that wait
 * fail; what the buffer holds stays for the receivers.  Twice is harmless.
 */
void weft_channel_close(WeftChannel *channel);

/**
 * Close in two steps: from now on nobody begins to wait, and nothing is buffered, but who waits is
 * still served: recv gives what the buffer holds and what waiting senders send, and send succeeds
 * while a receiver waits.  Then either fails with WEFT_ERROR_CLOSED.  weft_channel_close() ends the
 * waits that are left.
 */
void weft_channel_close_when_drained(WeftChannel *channel);

/** TRUE once one of the two was called; items and fibers may still be there. */
gboolean weft_channel_is_closed(const WeftChannel *channel);

/** TRUE if it is closed, and nothing and nobody is left in it. */
gboolean weft_channel_is_drained(const WeftChannel *channel);

/** Items in the buffer; those of waiting senders are not counted. */
size_t weft_channel_n_items(const WeftChannel *channel);

/**
 * What is there to be received, buffered items and waiting senders, less the receivers that wait.
 * So above 0 one can receive without waiting; below 0, send.  Counts the fibers that wait: for
 * many of them weft_channel_has_sender() is the shorter way.
 */
ssize_t weft_channel_balance(const WeftChannel *channel);

/** TRUE if a fiber waits to send. */
gboolean weft_channel_has_sender(const WeftChannel *channel);

/** TRUE if a fiber waits to receive. */
gboolean weft_channel_has_receiver(const WeftChannel *channel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftChannel, weft_channel_unref)

G_END_DECLS
