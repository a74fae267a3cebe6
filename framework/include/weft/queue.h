/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/**
 * Work that some fibers of one thread put in and others take out: the oldest first, the newest
 * first, or the most urgent first.  Unlike a channel it may be unbounded, has an order of its own,
 * and can say when all that was put in is not only taken but done.
 *
 * Who waits longest is served first, on both sides.  A fiber that is handed an item has it, though
 * it be cancelled before it runs again.
 */
typedef struct WeftQueue WeftQueue;

/** For max_items: push never parks. */
#define WEFT_QUEUE_UNBOUNDED SIZE_MAX

/**
 * First in, first out.
 * @max_items: items held before push parks; not 0
 * @item_free: (nullable): called on items nobody will take
 */
WeftQueue *weft_queue_new(size_t max_items, GDestroyNotify item_free);

/** Last in, first out; otherwise the same. */
WeftQueue *weft_queue_new_lifo(size_t max_items, GDestroyNotify item_free);

/**
 * The least item first, and of equal ones the one that was put in first.
 * @compare: less than 0 if the first argument goes before the second; must not park
 */
WeftQueue *weft_queue_new_priority(size_t max_items, GCompareFunc compare,
                                   GDestroyNotify item_free);

/** With the items in it.  Nobody may wait on it.  NULL is fine. */
void weft_queue_free(WeftQueue *queue);

/**
 * Put @item in; parks while the queue is full.
 * @item: (transfer full) (not nullable): consumed on success and on failure alike
 * WEFT_ERROR_CLOSED: the queue was closed before the item was in it
 */
WEFT_PARKS gboolean weft_queue_push(WeftQueue *queue, gpointer item, GError **error);

/** Like push, but drops @item and returns FALSE where push would park or fail. */
gboolean weft_queue_try_push(WeftQueue *queue, gpointer item);

/**
 * Returns: (transfer full): the item whose turn it is; parks while there is none.  NULL is failure,
 * among others WEFT_ERROR_CLOSED once the queue is closed and empty.
 */
WEFT_PARKS gpointer weft_queue_pop(WeftQueue *queue, GError **error);

/** Returns: (transfer full) (nullable): the item whose turn it is; NULL where pop would park */
gpointer weft_queue_try_pop(WeftQueue *queue);

/** Returns: (transfer none) (nullable): what pop would give; until the next park, push or pop */
gpointer weft_queue_peek(const WeftQueue *queue);

/** An item that was popped is done with; once for each, by those who want join to work. */
void weft_queue_task_done(WeftQueue *queue);

/**
 * Park until everything that was put in is done with: weft_queue_task_done() was called as often as
 * an item was put in.  TRUE at once where that is so.
 */
WEFT_PARKS gboolean weft_queue_join(WeftQueue *queue, GError **error);

/**
 * Refuse further items.  Those who wait in push fail, and their items are freed; what is in the
 * queue stays for pop.  Twice is harmless.
 */
void weft_queue_close(WeftQueue *queue);

/** TRUE once weft_queue_close() was called; items may still be there. */
gboolean weft_queue_is_closed(const WeftQueue *queue);

/** Items in the queue; those of fibers that wait in push are not counted. */
size_t weft_queue_n_items(const WeftQueue *queue);

/** Items that were put in and are not done with: what join waits for. */
size_t weft_queue_n_unfinished(const WeftQueue *queue);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftQueue, weft_queue_free)

G_END_DECLS
