/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GIO's asynchronous calls as parking ones, and cancellation in both directions.
 */

#include <weft/gio.h>

#include "fiber/scheduler.h"
#include "fiber/wait.h"

#include <stdatomic.h>

/* ---- a call ---- */

struct WeftGioCall {
    WeftPost post; /* the callback may come on another thread, if that one runs the context */
    WeftScheduler *scheduler;
    GCancellable *cancellable;
    GAsyncResult *result;
    gboolean is_done; /* only the scheduler's thread looks */
    WeftWaitQueue waiting;
};

static void
arrive(WeftPost *post)
{
    WeftGioCall *call = (WeftGioCall *)post;

    call->is_done = TRUE;
    weft_wait_queue_wake_all(&call->waiting);
}

WeftGioCall *
weft_gio_call_new(void)
{
    WeftGioCall *call = g_new0(WeftGioCall, 1);

    call->post.run = arrive;
    call->scheduler = weft_scheduler_current();
    call->cancellable = g_cancellable_new();
    return call;
}

void
weft_gio_call_free(WeftGioCall *call)
{
    if (call == NULL)
        return;
    g_assert(weft_wait_queue_is_empty(&call->waiting));
    g_object_unref(call->cancellable);
    g_clear_object(&call->result);
    g_free(call);
}

GCancellable *
weft_gio_call_cancellable(WeftGioCall *call)
{
    return call->cancellable;
}

void
weft_gio_call_done(G_GNUC_UNUSED GObject *source, GAsyncResult *result, gpointer data)
{
    WeftGioCall *call = data;

    call->result = g_object_ref(result);
    weft_scheduler_post(call->scheduler, &call->post);
}

/* The call still has what it was given: it must be through with it, whatever else is due. */
static void
cancel_and_wait(WeftGioCall *call)
{
    g_auto(WeftShieldScope) shield = weft_shield_scope();

    g_cancellable_cancel(call->cancellable);
    while (!call->is_done)
        if (!weft_wait(&call->waiting, "a cancelled GIO call", NULL))
            g_assert_not_reached(); /* shielded, and the queue is never closed */
}

GAsyncResult *
weft_gio_call_wait(WeftGioCall *call, GError **error)
{
    while (!call->is_done) {
        if (!weft_wait(&call->waiting, "a GIO call", error)) {
            cancel_and_wait(call);
            return NULL;
        }
    }
    return call->result;
}

/* ---- a cancellable that cancels a fiber ---- */

/* Shared by the scope and by the message of a cancellation that is under way. */
struct WeftGioCancelLink {
    WeftPost post;
    WeftScheduler *scheduler;
    WeftFiber *fiber; /* NULL once the scope has ended; only the scheduler's thread looks */
    atomic_int n_refs;
};

static void
link_unref(gpointer data)
{
    struct WeftGioCancelLink *link = data;

    if (atomic_fetch_sub(&link->n_refs, 1) == 1)
        g_free(link);
}

static void
cancel_fiber(WeftPost *post)
{
    struct WeftGioCancelLink *link = (struct WeftGioCancelLink *)post;

    if (link->fiber != NULL)
        weft_fiber_cancel(link->fiber, "its GCancellable was cancelled");
    link_unref(link);
}

/* Once at most: a GCancellable is cancelled once, or g_cancellable_reset() was misused. */
static void
cancelled(G_GNUC_UNUSED GCancellable *cancellable, gpointer data)
{
    struct WeftGioCancelLink *link = data;

    atomic_fetch_add(&link->n_refs, 1);
    weft_scheduler_post(link->scheduler, &link->post);
}

WeftGioCancelScope
weft_gio_cancel_scope(GCancellable *cancellable)
{
    struct WeftGioCancelLink *link = g_new0(struct WeftGioCancelLink, 1);

    link->post.run = cancel_fiber;
    link->scheduler = weft_scheduler_current();
    link->fiber = weft_fiber_current();
    atomic_init(&link->n_refs, 2); /* the scope's, and the handler's */

    /* If it is cancelled already, the handler runs at once and this is 0. */
    const gulong handler =
        g_cancellable_connect(cancellable, G_CALLBACK(cancelled), link, link_unref);
    return (WeftGioCancelScope){g_object_ref(cancellable), handler, link};
}

void
weft_gio_cancel_scope_end(WeftGioCancelScope *scope)
{
    scope->link->fiber = NULL;
    if (scope->handler != 0)
        g_cancellable_disconnect(scope->cancellable, scope->handler);
    g_object_unref(scope->cancellable);
    link_unref(scope->link);
}
