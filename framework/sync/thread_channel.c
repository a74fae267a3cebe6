/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring of items between two lists of those who wait, all behind one lock that is never held
 * across a wait.  Who serves a peer takes it out of its list and writes its fate under the lock;
 * a peer that gives up looks under the lock whether it was served before: the first cause wins.
 */

#include <weft/thread_channel.h>

#include "fiber/scheduler.h"
#include "fiber/wait.h"
#include <pthread.h>
#include <stdatomic.h>
#include <weft/completion.h>
#include <weft/fiber.h>

typedef enum { PEER_WAITS, PEER_SERVED, PEER_CLOSED, PEER_LEFT } PeerState;

/* Who waits; on the stack of the fiber or thread. */
typedef struct {
    GList link; /* data: the peer itself */
    PeerState state;
    gpointer item;              /* what it sends, or was handed */
    WeftCompletion *completion; /* of a fiber; NULL: a plain thread, which waits for: */
    pthread_cond_t served;
} Peer;

struct WeftThreadChannel {
    atomic_size_t n_refs;
    GDestroyNotify item_free;

    pthread_mutex_t mutex; /* of all below */
    gboolean is_closed;
    GQueue senders;   /* empty while the ring has room */
    GQueue receivers; /* empty while the ring has items */
    size_t capacity;
    size_t n_items;
    size_t oldest; /* index of the oldest item in the ring */
    gpointer ring[];
};

WeftThreadChannel *
weft_thread_channel_new(size_t capacity, GDestroyNotify item_free)
{
    g_return_val_if_fail(capacity <= WEFT_THREAD_CHANNEL_MAX_CAPACITY, NULL);

    WeftThreadChannel *channel = g_malloc0(sizeof *channel + capacity * sizeof(gpointer));
    atomic_init(&channel->n_refs, 1);
    pthread_mutex_init(&channel->mutex, NULL);
    channel->capacity = capacity;
    channel->item_free = item_free;
    return channel;
}

WeftThreadChannel *
weft_thread_channel_ref(WeftThreadChannel *channel)
{
    atomic_fetch_add(&channel->n_refs, 1);
    return channel;
}

static void
drop(const WeftThreadChannel *channel, gpointer item)
{
    if (channel->item_free != NULL)
        channel->item_free(item);
}

static void
ring_push_locked(WeftThreadChannel *channel, gpointer item)
{
    channel->ring[(channel->oldest + channel->n_items) % channel->capacity] = item;
    channel->n_items++;
}

static gpointer
ring_pop_locked(WeftThreadChannel *channel)
{
    gpointer item = channel->ring[channel->oldest];

    channel->oldest = (channel->oldest + 1) % channel->capacity;
    channel->n_items--;
    return item;
}

void
weft_thread_channel_unref(WeftThreadChannel *channel)
{
    if (channel == NULL || atomic_fetch_sub(&channel->n_refs, 1) > 1)
        return;
    g_assert(g_queue_is_empty(&channel->senders) && g_queue_is_empty(&channel->receivers));
    while (channel->n_items > 0)
        drop(channel, ring_pop_locked(channel));
    pthread_mutex_destroy(&channel->mutex);
    g_free(channel);
}

/* Take the oldest of @peers out and wake it: it may be gone at once, so this comes last. */
static void
serve_oldest_locked(GQueue *peers, PeerState fate)
{
    Peer *peer = g_queue_pop_head_link(peers)->data;

    peer->state = fate;
    if (peer->completion != NULL) {
        g_autoptr(WeftCompletion) completion = weft_completion_ref(peer->completion);
        weft_completion_post(completion);
    } else {
        pthread_cond_signal(&peer->served);
    }
}

static gboolean
try_send_locked(WeftThreadChannel *channel, gpointer item)
{
    if (channel->is_closed)
        return FALSE;
    if (!g_queue_is_empty(&channel->receivers)) {
        Peer *receiver = channel->receivers.head->data;
        receiver->item = item;
        serve_oldest_locked(&channel->receivers, PEER_SERVED);
        return TRUE;
    }
    if (channel->n_items == channel->capacity)
        return FALSE;
    ring_push_locked(channel, item);
    return TRUE;
}

/* Returns: (nullable) */
static gpointer
try_recv_locked(WeftThreadChannel *channel)
{
    gpointer item = channel->n_items > 0 ? ring_pop_locked(channel) : NULL;

    if (g_queue_is_empty(&channel->senders))
        return item;
    gpointer sent = ((Peer *)channel->senders.head->data)->item;
    serve_oldest_locked(&channel->senders, PEER_SERVED);
    if (item == NULL)
        return sent;
    ring_push_locked(channel, sent);
    return item;
}

/* A fiber's wait; the lock is released meanwhile.  FALSE with @error: it is cancelled or late. */
static gboolean
park_unlocks(WeftThreadChannel *channel, GQueue *peers, Peer *peer, const char *what,
             GError **error)
{
    g_autoptr(WeftCompletion) completion = weft_completion_new();
    g_autoptr(GError) failure = NULL;

    peer->completion = completion;
    g_queue_push_tail_link(peers, &peer->link);
    pthread_mutex_unlock(&channel->mutex);
    if (weft_completion_wait(completion, what, &failure))
        return TRUE;

    pthread_mutex_lock(&channel->mutex);
    if (peer->state == PEER_WAITS) {
        g_queue_unlink(peers, &peer->link);
        peer->state = PEER_LEFT;
    }
    pthread_mutex_unlock(&channel->mutex);
    if (peer->state != PEER_LEFT)
        return TRUE; /* served before it could leave */
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

static void
block_unlocks(WeftThreadChannel *channel, GQueue *peers, Peer *peer)
{
    pthread_cond_init(&peer->served, NULL);
    g_queue_push_tail_link(peers, &peer->link);
    while (peer->state == PEER_WAITS)
        pthread_cond_wait(&peer->served, &channel->mutex);
    pthread_mutex_unlock(&channel->mutex);
    pthread_cond_destroy(&peer->served);
}

static void
set_closed(GError **error)
{
    g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_CLOSED, "the channel is closed");
}

/* Wait among @peers.  FALSE with @error: it was not served. */
static gboolean
wait_unlocks(WeftThreadChannel *channel, GQueue *peers, Peer *peer, const char *what,
             GError **error)
{
    peer->link = (GList){.data = peer};
    if (weft_fiber_current() == NULL)
        block_unlocks(channel, peers, peer);
    else if (!park_unlocks(channel, peers, peer, what, error))
        return FALSE;

    if (peer->state == PEER_SERVED)
        return TRUE;
    set_closed(error);
    return FALSE;
}

/* Fibers that are cancelled or late do nothing; threads always may. */
static gboolean
may_go_on(GError **error)
{
    return weft_scheduler_current() == NULL || weft_fiber_check(error);
}

gboolean
weft_thread_channel_send(WeftThreadChannel *channel, gpointer item, GError **error)
{
    Peer self = {.item = item};

    g_return_val_if_fail(item != NULL, FALSE);
    if (!may_go_on(error)) {
        drop(channel, item);
        return FALSE;
    }
    pthread_mutex_lock(&channel->mutex);
    if (try_send_locked(channel, item)) {
        pthread_mutex_unlock(&channel->mutex);
        return TRUE;
    }
    if (channel->is_closed) {
        pthread_mutex_unlock(&channel->mutex);
        set_closed(error);
    } else if (wait_unlocks(channel, &channel->senders, &self, "thread channel send", error)) {
        return TRUE;
    }
    drop(channel, item);
    return FALSE;
}

gboolean
weft_thread_channel_try_send(WeftThreadChannel *channel, gpointer item)
{
    g_return_val_if_fail(item != NULL, FALSE);
    pthread_mutex_lock(&channel->mutex);
    const gboolean is_sent = try_send_locked(channel, item);
    pthread_mutex_unlock(&channel->mutex);
    if (!is_sent)
        drop(channel, item);
    return is_sent;
}

gpointer
weft_thread_channel_recv(WeftThreadChannel *channel, GError **error)
{
    Peer self = {0};

    if (!may_go_on(error))
        return NULL;
    pthread_mutex_lock(&channel->mutex);
    gpointer item = try_recv_locked(channel);
    if (item != NULL || channel->is_closed) {
        pthread_mutex_unlock(&channel->mutex);
        if (item == NULL)
            set_closed(error);
        return item;
    }
    if (!wait_unlocks(channel, &channel->receivers, &self, "thread channel recv", error))
        return NULL;
    return self.item;
}

gpointer
weft_thread_channel_next(WeftThreadChannel *channel, GError **error)
{
    g_autoptr(GError) failure = NULL;
    gpointer item = weft_thread_channel_recv(channel, &failure);

    if (item == NULL && !g_error_matches(failure, WEFT_ERROR, WEFT_ERROR_CLOSED))
        g_propagate_error(error, g_steal_pointer(&failure));
    return item;
}

gpointer
weft_thread_channel_try_recv(WeftThreadChannel *channel)
{
    pthread_mutex_lock(&channel->mutex);
    gpointer item = try_recv_locked(channel);
    pthread_mutex_unlock(&channel->mutex);
    return item;
}

void
weft_thread_channel_close(WeftThreadChannel *channel)
{
    pthread_mutex_lock(&channel->mutex);
    channel->is_closed = TRUE;
    while (!g_queue_is_empty(&channel->senders))
        serve_oldest_locked(&channel->senders, PEER_CLOSED);
    while (!g_queue_is_empty(&channel->receivers))
        serve_oldest_locked(&channel->receivers, PEER_CLOSED);
    pthread_mutex_unlock(&channel->mutex);
}

gboolean
weft_thread_channel_is_closed(WeftThreadChannel *channel)
{
    pthread_mutex_lock(&channel->mutex);
    const gboolean is_closed = channel->is_closed;
    pthread_mutex_unlock(&channel->mutex);
    return is_closed;
}

size_t
weft_thread_channel_n_items(WeftThreadChannel *channel)
{
    pthread_mutex_lock(&channel->mutex);
    const size_t n_items = channel->n_items;
    pthread_mutex_unlock(&channel->mutex);
    return n_items;
}
