/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A GMainContext on weft's event loop: a fiber asks it what it waits for, waits for that, and
 * dispatches what is due.
 *
 * Any fiber may add a source while that one waits, and GLib tells nobody of sources that the owning
 * thread adds.  So the context is asked again before each poll of the event loop.
 */

#include <weft/gio.h>

#include "fiber/fiber.h"
#include "fiber/foreign.h"

#include <errno.h>
#include <weft/clock.h>

/* What a context waits for. */
typedef struct {
    GArray *fds; /* of GPollFD */
    int priority;
    int timeout_ms; /* -1: for ever */
} Needs;

typedef struct {
    GMainContext *context;
    gboolean is_waiting; /* the fiber, for @needs */
    gboolean is_stale;   /* they have changed meanwhile */
    Needs needs;
    Needs latest; /* as it was asked last, before a poll */
} Bridge;

/* GLib's array for poll(2) is that of poll(2). */
G_STATIC_ASSERT(sizeof(GPollFD) == sizeof(struct pollfd));
G_STATIC_ASSERT(G_STRUCT_OFFSET(GPollFD, events) == G_STRUCT_OFFSET(struct pollfd, events));

static GPollFD *
fds_of(const Needs *needs)
{
    return (GPollFD *)(void *)needs->fds->data;
}

static void
ask(GMainContext *context, Needs *needs)
{
    int n_fds;

    g_main_context_prepare(context, &needs->priority);
    while ((n_fds = g_main_context_query(context, needs->priority, &needs->timeout_ms,
                                         fds_of(needs), (int)needs->fds->len)) >
           (int)needs->fds->len)
        g_array_set_size(needs->fds, (guint)n_fds);
    g_array_set_size(needs->fds, (guint)n_fds);
}

static gboolean
wants_same_fds(const Needs *left, const Needs *right)
{
    if (left->fds->len != right->fds->len)
        return FALSE;
    for (guint i = 0; i < left->fds->len; i++)
        if (fds_of(left)[i].fd != fds_of(right)[i].fd ||
            fds_of(left)[i].events != fds_of(right)[i].events)
            return FALSE;
    return TRUE;
}

static int64_t
until_us(const Needs *needs)
{
    if (needs->timeout_ms < 0)
        return WEFT_DEADLINE_NEVER;
    return weft_clock_now_us() + (int64_t)needs->timeout_ms * 1000;
}

/* Before the event loop polls.  Returns: until when it may sleep, for the context's sake */
static int64_t
before_poll(gpointer data)
{
    Bridge *bridge = data;

    if (!bridge->is_waiting || bridge->is_stale)
        return WEFT_DEADLINE_NEVER;

    ask(bridge->context, &bridge->latest);
    if (bridge->latest.timeout_ms == 0 || !wants_same_fds(&bridge->needs, &bridge->latest)) {
        bridge->is_stale = TRUE;
        g_main_context_wakeup(
            bridge->context); /* one of the descriptors that the fiber waits for */
    }
    return until_us(&bridge->latest);
}

/* Returns: FALSE if the fiber was cancelled */
static gboolean
wait_for_needs(Bridge *bridge)
{
    const Needs *needs = &bridge->needs;

    bridge->is_stale = FALSE;
    if (g_poll(fds_of(needs), needs->fds->len, 0) > 0 || needs->timeout_ms == 0)
        return weft_fiber_yield(NULL);

    bridge->is_waiting = TRUE;
    const int failure = weft_foreign_wait((const struct pollfd *)(void *)needs->fds->data,
                                          needs->fds->len, until_us(needs), "a GMainContext");
    bridge->is_waiting = FALSE;
    g_poll(fds_of(needs), needs->fds->len, 0);
    return failure != ECANCELED;
}

static gboolean
dispatch_until_cancelled(gpointer data, G_GNUC_UNUSED GError **error)
{
    Bridge *bridge = data;
    Needs *needs = &bridge->needs;

    do {
        ask(bridge->context, needs);
        if (!wait_for_needs(bridge))
            return TRUE;
        if (!bridge->is_stale && g_main_context_check(bridge->context, needs->priority,
                                                      fds_of(needs), (int)needs->fds->len))
            g_main_context_dispatch(bridge->context);
    } while (!weft_fiber_is_cancelled());
    return TRUE;
}

/* At the end of the fiber, also of one that was cancelled before it first ran. */
static void
end_bridge(gpointer data)
{
    Bridge *bridge = data;

    weft_scheduler_set_before_poll(NULL, NULL);
    g_main_context_pop_thread_default(bridge->context);
    g_main_context_release(bridge->context);
    g_main_context_unref(bridge->context);
    g_array_unref(bridge->needs.fds);
    g_array_unref(bridge->latest.fds);
    g_free(bridge);
}

WeftFiber *
weft_gio_serve(WeftGroup *group, GMainContext *context, GError **error)
{
    if (context == NULL)
        context = g_main_context_default();
    if (!g_main_context_acquire(context)) {
        g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_INVALID,
                            "another thread runs this GMainContext");
        return NULL;
    }

    Bridge *bridge = g_new0(Bridge, 1);
    bridge->context = g_main_context_ref(context);
    bridge->needs.fds = g_array_new(FALSE, TRUE, sizeof(GPollFD));
    bridge->latest.fds = g_array_new(FALSE, TRUE, sizeof(GPollFD));
    g_main_context_push_thread_default(context);
    weft_scheduler_set_before_poll(before_poll, bridge);

    WeftFiber *fiber =
        weft_group_spawn(group, "GMainContext", dispatch_until_cancelled, bridge, end_bridge);
    fiber->deadline_us = WEFT_DEADLINE_NEVER; /* what is due here is not this service's business */
    return fiber;
}
