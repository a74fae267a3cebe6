/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libevent as the event loop.  A descriptor is registered once for both directions, edge-triggered;
 * one timer event stands for the earliest deadline of all fibers; an eventfd lets other threads in.
 */

#include "fiber/reactor.h"
#include "fiber/descriptor.h"
#include "fiber/fiber.h"
#include "fiber/foreign.h"
#include "fiber/preload.h"
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Operations that succeed at once, in a row, before a fiber yields. */
#define IO_BUDGET 32

struct WeftReactor {
    struct event_base *base;
    struct event *timer;
    struct event *waker;
    struct event *foreign_event; /* NULL: there is no @foreign */
    WeftForeign *foreign;
    int64_t timer_us; /* when the timer event fires; may be earlier than needed, never later */
    int waker_fd;
};

/* A descriptor and its registration, in one allocation: an idle connection has one of these. */
typedef struct {
    WeftDescriptor descriptor;
    struct event event;
} Registration;

static void
ignore_event(G_GNUC_UNUSED evutil_socket_t fd, G_GNUC_UNUSED short what, G_GNUC_UNUSED void *data)
{
}

static void
timer_fired(G_GNUC_UNUSED evutil_socket_t fd, G_GNUC_UNUSED short what, void *data)
{
    WeftReactor *reactor = data;

    reactor->timer_us = WEFT_DEADLINE_NEVER;
}

static gboolean
reactor_init(WeftReactor *reactor)
{
    struct event_config *config = event_config_new();

    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
    event_config_require_features(config, EV_FEATURE_ET | EV_FEATURE_EARLY_CLOSE);
    reactor->base = event_base_new_with_config(config);
    event_config_free(config);
    if (reactor->base == NULL)
        return FALSE;

    reactor->timer_us = WEFT_DEADLINE_NEVER;
    reactor->timer = event_new(reactor->base, -1, 0, timer_fired, reactor);
    reactor->waker_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (reactor->waker_fd < 0)
        return FALSE;
    /* Edge-triggered: each write is an edge, so it never needs to be read. */
    reactor->waker = event_new(reactor->base, reactor->waker_fd, EV_READ | EV_ET | EV_PERSIST,
                               ignore_event, NULL);
    return event_add(reactor->waker, NULL) == 0;
}

WeftReactor *
weft_reactor_new(GError **error)
{
    WeftReactor *reactor = g_new0(WeftReactor, 1);

    weft_preload_attach();
    reactor->waker_fd = -1;
    if (reactor_init(reactor))
        return reactor;
    weft_error_set_errno(error, errno, "start an event loop");
    weft_reactor_free(reactor);
    return NULL;
}

void
weft_reactor_free(WeftReactor *reactor)
{
    if (reactor == NULL)
        return;
    g_clear_pointer(&reactor->timer, event_free);
    g_clear_pointer(&reactor->waker, event_free);
    g_clear_pointer(&reactor->foreign_event, event_free);
    g_clear_pointer(&reactor->foreign, weft_foreign_free);
    g_clear_pointer(&reactor->base, event_base_free);
    if (reactor->waker_fd >= 0)
        close(reactor->waker_fd);
    g_free(reactor);
}

static void
arm_timer(WeftReactor *reactor, int64_t now_us, int64_t until_us)
{
    const int64_t wait_us = until_us - now_us;
    const struct timeval timeout = {wait_us / G_USEC_PER_SEC, wait_us % G_USEC_PER_SEC};

    if (reactor->timer_us <= until_us)
        return;
    reactor->timer_us = until_us;
    event_add(reactor->timer, &timeout);
}

void
weft_reactor_poll(WeftReactor *reactor, int64_t now_us, int64_t until_us)
{
    if (until_us <= now_us) {
        event_base_loop(reactor->base, EVLOOP_NONBLOCK);
        return;
    }
    if (until_us != WEFT_DEADLINE_NEVER)
        arm_timer(reactor, now_us, until_us);
    event_base_loop(reactor->base, EVLOOP_ONCE);
}

void
weft_reactor_wake(WeftReactor *reactor)
{
    const uint64_t one = 1;

    /* Cannot fail but by overflow after 2^64 wakes.  A system call, because write() may be that of
     * the cooperative libc, which does more. */
    if (syscall(SYS_write, reactor->waker_fd, &one, sizeof one) != sizeof one)
        g_assert_not_reached();
}

static void
foreign_fired(G_GNUC_UNUSED evutil_socket_t fd, G_GNUC_UNUSED short what, void *data)
{
    weft_foreign_dispatch(data);
}

gboolean
weft_reactor_set_foreign(WeftReactor *reactor, WeftForeign *foreign, int fd)
{
    struct event *event =
        event_new(reactor->base, fd, EV_READ | EV_PERSIST, foreign_fired, foreign);

    if (event_add(event, NULL) != 0) {
        event_free(event);
        return FALSE;
    }
    reactor->foreign_event = event;
    reactor->foreign = foreign;
    return TRUE;
}

WeftForeign *
weft_reactor_foreign(const WeftReactor *reactor)
{
    return reactor->foreign;
}

static void
descriptor_edge(G_GNUC_UNUSED evutil_socket_t fd, short what, void *data)
{
    WeftDescriptor *descriptor = data;

    if ((what & EV_WRITE) != 0) {
        descriptor->is_writable = TRUE;
        weft_wait_queue_wake_all(&descriptor->writers);
    }
    if ((what & EV_CLOSED) != 0)
        descriptor->has_ended = TRUE;
    if ((what & (EV_READ | EV_CLOSED)) != 0) {
        descriptor->is_readable = TRUE;
        weft_wait_queue_wake_all(&descriptor->readers);

        const WeftDescriptorNotify notify = descriptor->notify;
        if (notify != NULL) {
            descriptor->notify = NULL;
            notify(descriptor, descriptor->notify_data); /* last: it may free the descriptor */
        }
    }
}

static gboolean
make_non_blocking(int fd)
{
    const int flags = fcntl(fd, F_GETFL);

    if (flags < 0)
        return FALSE;
    return (flags & O_NONBLOCK) != 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

WeftDescriptor *
weft_descriptor_new(int fd, GError **error)
{
    Registration *registration = g_new(Registration, 1);
    WeftDescriptor *descriptor = &registration->descriptor;

    *descriptor = (WeftDescriptor){.fd = fd, .is_readable = TRUE, .is_writable = TRUE};
    event_assign(&registration->event, weft_scheduler_here->reactor->base, fd,
                 EV_READ | EV_WRITE | EV_CLOSED | EV_ET | EV_PERSIST, descriptor_edge, descriptor);
    if (make_non_blocking(fd) && event_add(&registration->event, NULL) == 0)
        return descriptor;

    weft_error_set_errno(error, errno, "watch descriptor %d", fd);
    close(fd);
    g_free(registration);
    return NULL;
}

void
weft_descriptor_free(WeftDescriptor *descriptor)
{
    Registration *registration = (Registration *)descriptor;

    if (descriptor == NULL)
        return;
    weft_wait_queue_close(&descriptor->readers);
    weft_wait_queue_close(&descriptor->writers);
    event_del(&registration->event);
    close(descriptor->fd);
    g_free(registration);
}

gboolean
weft_descriptor_wait_readable(WeftDescriptor *descriptor, const char *what, GError **error)
{
    if (descriptor->is_readable)
        return weft_fiber_check(error);
    descriptor->n_spent = 0;
    return weft_wait(&descriptor->readers, what, error);
}

gboolean
weft_descriptor_wait_writable(WeftDescriptor *descriptor, const char *what, GError **error)
{
    if (descriptor->is_writable)
        return weft_fiber_check(error);
    descriptor->n_spent = 0;
    return weft_wait(&descriptor->writers, what, error);
}

void
weft_descriptor_notify_readable(WeftDescriptor *descriptor, WeftDescriptorNotify notify,
                                gpointer data)
{
    g_assert(notify == NULL || !descriptor->is_readable);
    descriptor->notify = notify;
    descriptor->notify_data = data;
}

gboolean
weft_descriptor_spend(WeftDescriptor *descriptor, GError **error)
{
    if (G_LIKELY(++descriptor->n_spent < IO_BUDGET))
        return TRUE;
    descriptor->n_spent = 0;
    return weft_fiber_yield(error);
}
