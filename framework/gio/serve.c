/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A GMainContext on weft's event loop.  Before the loop polls, the context is asked what it waits
 * for; its descriptors are watched through an epoll of their own, which is one descriptor of the
 * loop; what is due is dispatched by a fiber.
 *
 * The context is asked at each turn and not only after its own callbacks, because any fiber may
 * have added a source: GLib tells nobody of those that the owning thread adds.
 */

#include <weft/gio.h>

#include "fiber/descriptor.h"
#include "fiber/fiber.h"

#include <errno.h>
#include <sys/epoll.h>
#include <weft/clock.h>

/* Descriptors of the epoll that are taken note of at a time; more come at the next look. */
#define MAX_EVENTS 16

typedef struct {
    GMainContext *context;
    WeftDescriptor *epoll; /* of the context's descriptors */
    GArray *polled;        /* of GPollFD: what the context waits for now */
    GArray *watched;       /* of int: what is in the epoll */
    int priority;
    gboolean is_due; /* the fiber is to check and dispatch */
    WeftWaitQueue dispatcher;
} Bridge;

static Bridge *
bridge_new(GMainContext *context, WeftDescriptor *epoll)
{
    Bridge *bridge = g_new0(Bridge, 1);

    bridge->context = g_main_context_ref(context);
    bridge->epoll = epoll;
    bridge->polled = g_array_new(FALSE, TRUE, sizeof(GPollFD));
    bridge->watched = g_array_new(FALSE, FALSE, sizeof(int));
    return bridge;
}

static void
bridge_free(Bridge *bridge)
{
    weft_descriptor_free(bridge->epoll);
    g_array_unref(bridge->polled);
    g_array_unref(bridge->watched);
    g_main_context_unref(bridge->context);
    g_free(bridge);
}

/* ---- what the context waits for ---- */

/* Returns: how long in ms it wants to wait; -1: for ever */
static int
ask_context(Bridge *bridge)
{
    GMainContext *context = bridge->context;
    int timeout_ms;
    int n_fds;

    g_main_context_prepare(context, &bridge->priority);
    while ((n_fds = g_main_context_query(context, bridge->priority, &timeout_ms,
                                         (GPollFD *)(void *)bridge->polled->data,
                                         (int)bridge->polled->len)) > (int)bridge->polled->len)
        g_array_set_size(bridge->polled, (guint)n_fds);
    g_array_set_size(bridge->polled, (guint)n_fds);
    return timeout_ms;
}

static gboolean
is_polled(const Bridge *bridge, int fd)
{
    for (guint i = 0; i < bridge->polled->len; i++)
        if (g_array_index(bridge->polled, GPollFD, i).fd == fd)
            return TRUE;
    return FALSE;
}

/* GIOCondition is made of poll's bits, and epoll's are the same. */
static uint32_t
events_of(const Bridge *bridge, int fd)
{
    uint32_t events = 0;

    for (guint i = 0; i < bridge->polled->len; i++)
        if (g_array_index(bridge->polled, GPollFD, i).fd == fd)
            events |= g_array_index(bridge->polled, GPollFD, i).events;
    return events;
}

/* Each is set anew: one that was closed has left the epoll, and its number may be another's now. */
static void
watch_polled(Bridge *bridge)
{
    const int epoll = bridge->epoll->fd;

    for (guint i = 0; i < bridge->watched->len; i++) {
        const int fd = g_array_index(bridge->watched, int, i);

        if (!is_polled(bridge, fd))
            epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL);
    }
    g_array_set_size(bridge->watched, 0);
    for (guint i = 0; i < bridge->polled->len; i++) {
        const int fd = g_array_index(bridge->polled, GPollFD, i).fd;
        struct epoll_event event = {.events = events_of(bridge, fd), .data.fd = fd};

        if (epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) != 0 && errno == ENOENT)
            epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
        g_array_append_val(bridge->watched, fd);
    }
}

/* TRUE if one of the context's descriptors is ready; otherwise the next edge tells. */
static gboolean
has_ready_fd(Bridge *bridge)
{
    struct epoll_event events[MAX_EVENTS];

    if (g_poll((GPollFD *)(void *)bridge->polled->data, bridge->polled->len, 0) > 0)
        return TRUE;
    bridge->epoll->is_readable = FALSE;
    watch_polled(bridge);
    return epoll_wait(bridge->epoll->fd, events, MAX_EVENTS, 0) > 0 &&
           g_poll((GPollFD *)(void *)bridge->polled->data, bridge->polled->len, 0) > 0;
}

/* Before the event loop polls.  Returns: until when it may sleep, for the context's sake */
static int64_t
before_poll(gpointer data)
{
    Bridge *bridge = data;

    if (bridge->is_due)
        return WEFT_DEADLINE_NEVER; /* its fiber is ready */

    const int timeout_ms = ask_context(bridge);
    if (timeout_ms == 0 || has_ready_fd(bridge)) {
        bridge->is_due = TRUE;
        weft_wait_queue_wake_all(&bridge->dispatcher);
    }
    if (timeout_ms < 0)
        return WEFT_DEADLINE_NEVER;
    return weft_clock_now_us() + (int64_t)timeout_ms * 1000;
}

/* ---- the fiber that dispatches ---- */

static gboolean
dispatch_until_cancelled(gpointer data, G_GNUC_UNUSED GError **error)
{
    Bridge *bridge = data;

    while (bridge->is_due || weft_wait(&bridge->dispatcher, "sources of a GMainContext", NULL)) {
        if (g_main_context_check(bridge->context, bridge->priority,
                                 (GPollFD *)(void *)bridge->polled->data, (int)bridge->polled->len))
            g_main_context_dispatch(bridge->context);
        bridge->is_due = FALSE;
    }
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
    bridge_free(bridge);
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

    WeftDescriptor *epoll = weft_descriptor_new(epoll_create1(EPOLL_CLOEXEC), error);
    if (epoll == NULL) {
        g_main_context_release(context);
        return NULL;
    }
    Bridge *bridge = bridge_new(context, epoll);
    g_main_context_push_thread_default(context);
    weft_scheduler_set_before_poll(before_poll, bridge);

    WeftFiber *fiber =
        weft_group_spawn(group, "GMainContext", dispatch_until_cancelled, bridge, end_bridge);
    fiber->deadline_us = WEFT_DEADLINE_NEVER; /* what is due here is not this service's business */
    return fiber;
}
