/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store of items between two lines.  Who pops waits only while the store is empty, who pushes
 * only while it is full; so at most one of the two lines has anybody in it.
 */

#include <weft/queue.h>

#include "sync/line.h"

#define FIRST_CAPACITY 16

typedef enum {
    OLDEST_FIRST, /* a ring */
    NEWEST_FIRST, /* a stack, from index 0 */
    LEAST_FIRST,  /* a binary heap */
} Order;

typedef struct {
    gpointer item;
    uint64_t number; /* of equal items the one with the lesser number goes first */
} Entry;

struct WeftQueue {
    Order order;
    GCompareFunc compare; /* LEAST_FIRST only */
    GDestroyNotify item_free;
    size_t max_items;
    Entry *entries;
    size_t capacity; /* of entries: a power of two, or 0 */
    size_t oldest;   /* index; OLDEST_FIRST only */
    size_t n_items;
    uint64_t n_pushed;
    size_t n_unfinished;
    gboolean is_closed;
    WeftLine pushers; /* place->item: what it puts in */
    WeftLine poppers; /* place->item: what it is handed */
    WeftWaitQueue joiners;
};

/* ---- the store ---- */

static void
grow(WeftQueue *queue)
{
    const size_t capacity = MAX(FIRST_CAPACITY, 2 * queue->capacity);
    Entry *entries = g_new(Entry, capacity);

    for (size_t i = 0; i < queue->n_items; i++)
        entries[i] = queue->entries[(queue->oldest + i) & (queue->capacity - 1)];
    g_free(queue->entries);
    queue->entries = entries;
    queue->capacity = capacity;
    queue->oldest = 0;
}

static gboolean
goes_before(const WeftQueue *queue, Entry a, Entry b)
{
    const int order = queue->compare(a.item, b.item);

    return order < 0 || (order == 0 && a.number < b.number);
}

static void
sift_up(WeftQueue *queue, size_t at, Entry entry)
{
    while (at > 0 && goes_before(queue, entry, queue->entries[(at - 1) / 2])) {
        queue->entries[at] = queue->entries[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    queue->entries[at] = entry;
}

static void
sift_down(WeftQueue *queue, Entry entry)
{
    size_t at = 0;

    for (;;) {
        size_t child = 2 * at + 1;

        if (child + 1 < queue->n_items &&
            goes_before(queue, queue->entries[child + 1], queue->entries[child]))
            child++;
        if (child >= queue->n_items || !goes_before(queue, queue->entries[child], entry))
            break;
        queue->entries[at] = queue->entries[child];
        at = child;
    }
    queue->entries[at] = entry;
}

static void
store(WeftQueue *queue, gpointer item)
{
    const Entry entry = {item, queue->n_pushed++};

    if (queue->n_items == queue->capacity)
        grow(queue);
    const size_t at = queue->n_items++;
    switch (queue->order) {
    case OLDEST_FIRST:
        queue->entries[(queue->oldest + at) & (queue->capacity - 1)] = entry;
        break;
    case NEWEST_FIRST:
        queue->entries[at] = entry;
        break;
    case LEAST_FIRST:
        sift_up(queue, at, entry);
        break;
    }
}

/* Where the item lies whose turn it is; there is one. */
static size_t
index_of_first(const WeftQueue *queue)
{
    switch (queue->order) {
    case OLDEST_FIRST:
        return queue->oldest;
    case NEWEST_FIRST:
        return queue->n_items - 1;
    case LEAST_FIRST:
        return 0;
    }
    g_assert_not_reached();
}

static gpointer
unstore(WeftQueue *queue)
{
    gpointer item = queue->entries[index_of_first(queue)].item;

    queue->n_items--;
    if (queue->order == OLDEST_FIRST)
        queue->oldest = (queue->oldest + 1) & (queue->capacity - 1);
    else if (queue->order == LEAST_FIRST && queue->n_items > 0)
        sift_down(queue, queue->entries[queue->n_items]);
    return item;
}

/* ---- life ---- */

static WeftQueue *
queue_new(Order order, size_t max_items, GDestroyNotify item_free)
{
    g_return_val_if_fail(max_items > 0, NULL);

    WeftQueue *queue = g_new0(WeftQueue, 1);
    queue->order = order;
    queue->max_items = max_items;
    queue->item_free = item_free;
    return queue;
}

WeftQueue *
weft_queue_new(size_t max_items, GDestroyNotify item_free)
{
    return queue_new(OLDEST_FIRST, max_items, item_free);
}

WeftQueue *
weft_queue_new_lifo(size_t max_items, GDestroyNotify item_free)
{
    return queue_new(NEWEST_FIRST, max_items, item_free);
}

WeftQueue *
weft_queue_new_priority(size_t max_items, GCompareFunc compare, GDestroyNotify item_free)
{
    WeftQueue *queue = queue_new(LEAST_FIRST, max_items, item_free);

    queue->compare = compare;
    return queue;
}

static void
drop_item(GDestroyNotify item_free, gpointer item)
{
    if (item_free != NULL)
        item_free(item);
}

void
weft_queue_free(WeftQueue *queue)
{
    if (queue == NULL)
        return;
    g_assert(weft_line_is_empty(&queue->pushers) && weft_line_is_empty(&queue->poppers));
    g_assert(weft_wait_queue_is_empty(&queue->joiners));
    while (queue->n_items > 0)
        drop_item(queue->item_free, unstore(queue));
    g_free(queue->entries);
    g_free(queue);
}

/* ---- in ---- */

static gboolean
can_push(WeftQueue *queue)
{
    return queue->n_items < queue->max_items;
}

/* Give @item to who waits longest for one, or to the store; can_push() holds. */
static void
put_in(WeftQueue *queue, gpointer item)
{
    WeftPlace *popper = weft_line_oldest(&queue->poppers);

    queue->n_unfinished++;
    if (popper == NULL) {
        store(queue, item);
        return;
    }
    popper->item = item;
    weft_line_serve(&queue->poppers, popper);
}

static gboolean
push_waiting(WeftQueue *queue, gpointer item, GError **error)
{
    /* Kept aside: whoever closes the queue may free it before this fiber runs again. */
    GDestroyNotify item_free = queue->item_free;
    WeftPlace place = {.item = item};

    if (weft_line_wait(&queue->pushers, &place, "queue push", error))
        return TRUE;
    drop_item(item_free, item);
    return FALSE;
}

gboolean
weft_queue_push(WeftQueue *queue, gpointer item, GError **error)
{
    g_return_val_if_fail(item != NULL, FALSE);
    if (!weft_fiber_check(error)) {
        drop_item(queue->item_free, item);
        return FALSE;
    }
    if (queue->is_closed) {
        g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_CLOSED, "queue push: closed");
        drop_item(queue->item_free, item);
        return FALSE;
    }
    if (!can_push(queue))
        return push_waiting(queue, item, error);
    put_in(queue, item);
    return TRUE;
}

gboolean
weft_queue_try_push(WeftQueue *queue, gpointer item)
{
    g_return_val_if_fail(item != NULL, FALSE);
    if (queue->is_closed || !can_push(queue)) {
        drop_item(queue->item_free, item);
        return FALSE;
    }
    put_in(queue, item);
    return TRUE;
}

/* ---- out ---- */

/* The item whose turn it is; there is one.  Who waits longest in push gets its room. */
static gpointer
take_out(WeftQueue *queue)
{
    gpointer item = unstore(queue);
    WeftPlace *pusher = weft_line_oldest(&queue->pushers);

    if (pusher != NULL) {
        queue->n_unfinished++;
        store(queue, pusher->item);
        weft_line_serve(&queue->pushers, pusher);
    }
    return item;
}

gpointer
weft_queue_pop(WeftQueue *queue, GError **error)
{
    WeftPlace place = {0};

    if (!weft_fiber_check(error))
        return NULL;
    if (queue->n_items > 0)
        return take_out(queue);
    if (queue->is_closed) {
        g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_CLOSED, "queue pop: closed");
        return NULL;
    }
    if (!weft_line_wait(&queue->poppers, &place, "queue pop", error))
        return NULL;
    return place.item;
}

gpointer
weft_queue_try_pop(WeftQueue *queue)
{
    return queue->n_items > 0 ? take_out(queue) : NULL;
}

gpointer
weft_queue_peek(const WeftQueue *queue)
{
    return queue->n_items > 0 ? queue->entries[index_of_first(queue)].item : NULL;
}

/* ---- the end of the work, and of the queue ---- */

void
weft_queue_task_done(WeftQueue *queue)
{
    g_assert(queue->n_unfinished > queue->n_items);
    if (--queue->n_unfinished == 0)
        weft_wait_queue_wake_all(&queue->joiners);
}

gboolean
weft_queue_join(WeftQueue *queue, GError **error)
{
    if (!weft_fiber_check(error))
        return FALSE;
    return queue->n_unfinished == 0 || weft_wait(&queue->joiners, "queue join", error);
}

void
weft_queue_close(WeftQueue *queue)
{
    if (queue->is_closed)
        return;
    queue->is_closed = TRUE;
    weft_line_close(&queue->pushers);
    weft_line_close(&queue->poppers);
}

gboolean
weft_queue_is_closed(const WeftQueue *queue)
{
    return queue->is_closed;
}

size_t
weft_queue_n_items(const WeftQueue *queue)
{
    return queue->n_items;
}

size_t
weft_queue_n_unfinished(const WeftQueue *queue)
{
    return queue->n_unfinished;
}
