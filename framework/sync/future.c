/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A value behind a lock, and a queue of fibers of one scheduler.  Who sets it on another thread
 * sends that scheduler a message, but only if somebody waits: then the scheduler lives, and the
 * message is in its inbox before the waiting fiber can leave, who needs the lock for that.
 */

#include <weft/future.h>

#include "fiber/fiber.h"
#include <pthread.h>

struct WeftFuture {
    WeftPost post; /* "somebody has set it" */
    atomic_int n_refs;
    atomic_bool is_set; /* written with the lock held; what is below it stands from then on */
    gpointer value;
    GError *failure; /* NULL: it is the value */
    GDestroyNotify value_free;

    WeftScheduler *scheduler;
    pthread_mutex_t lock;
    size_t n_waiting; /* with the lock held; by the scheduler's thread only */
    WeftWaitQueue waiters;
};

static void
arrive(WeftPost *post)
{
    WeftFuture *future = (WeftFuture *)post;

    weft_wait_queue_wake_all(&future->waiters);
    weft_future_unref(future);
}

WeftFuture *
weft_future_new(GDestroyNotify value_free)
{
    WeftFuture *future = g_new0(WeftFuture, 1);

    future->post.run = arrive;
    atomic_init(&future->n_refs, 1);
    atomic_init(&future->is_set, FALSE);
    future->value_free = value_free;
    future->scheduler = weft_scheduler_ref(weft_scheduler_here);
    pthread_mutex_init(&future->lock, NULL);
    return future;
}

WeftFuture *
weft_future_ref(WeftFuture *future)
{
    atomic_fetch_add(&future->n_refs, 1);
    return future;
}

static void
drop_value(const WeftFuture *future, gpointer value)
{
    if (future->value_free != NULL && value != NULL)
        future->value_free(value);
}

void
weft_future_unref(WeftFuture *future)
{
    if (future == NULL || atomic_fetch_sub(&future->n_refs, 1) > 1)
        return;
    drop_value(future, future->value);
    g_clear_error(&future->failure);
    pthread_mutex_destroy(&future->lock);
    weft_scheduler_unref(future->scheduler);
    g_free(future);
}

/* The lock is held. */
static void
tell_locked(WeftFuture *future)
{
    if (future->n_waiting == 0)
        return;
    if (weft_scheduler_here == future->scheduler) {
        weft_wait_queue_wake_all(&future->waiters);
        return;
    }
    weft_future_ref(future); /* the message's own, until it arrives */
    weft_scheduler_post(future->scheduler, &future->post);
}

static gboolean
settle(WeftFuture *future, gpointer value, GError *failure)
{
    pthread_mutex_lock(&future->lock);
    const gboolean is_first = !atomic_load(&future->is_set);
    if (is_first) {
        future->value = value;
        future->failure = failure;
        atomic_store(&future->is_set, TRUE);
        tell_locked(future);
    }
    pthread_mutex_unlock(&future->lock);
    return is_first;
}

gboolean
weft_future_set(WeftFuture *future, gpointer value)
{
    if (settle(future, value, NULL))
        return TRUE;
    drop_value(future, value);
    return FALSE;
}

gboolean
weft_future_set_error(WeftFuture *future, GError *error)
{
    g_return_val_if_fail(error != NULL, FALSE);
    if (settle(future, NULL, error))
        return TRUE;
    g_error_free(error);
    return FALSE;
}

gboolean
weft_future_is_set(const WeftFuture *future)
{
    return atomic_load(&future->is_set);
}

/* FALSE: it is set meanwhile. */
static gboolean
begin_to_wait(WeftFuture *future)
{
    pthread_mutex_lock(&future->lock);
    const gboolean must_wait = !atomic_load(&future->is_set);
    future->n_waiting += must_wait ? 1 : 0;
    pthread_mutex_unlock(&future->lock);
    return must_wait;
}

static void
end_to_wait(WeftFuture *future)
{
    pthread_mutex_lock(&future->lock);
    future->n_waiting--;
    pthread_mutex_unlock(&future->lock);
}

gboolean
weft_future_wait(WeftFuture *future, gpointer *ret_value, GError **error)
{
    g_assert(future->scheduler == weft_scheduler_here);
    if (!weft_fiber_check(error))
        return FALSE;
    if (!atomic_load(&future->is_set) && begin_to_wait(future)) {
        const gboolean is_set = weft_wait(&future->waiters, "future", error);
        end_to_wait(future);
        if (!is_set)
            return FALSE;
    }
    if (future->failure != NULL) {
        g_propagate_error(error, g_error_copy(future->failure));
        return FALSE;
    }
    if (ret_value != NULL)
        *ret_value = future->value;
    return TRUE;
}
