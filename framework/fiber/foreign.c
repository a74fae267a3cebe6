/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Foreign descriptors lie in an epoll set of their own, which the event loop watches as one
 * descriptor.  Each wait arms its descriptors for one event: EPOLL_CTL_MOD, and where the kernel
 * says that the number means another file now, EPOLL_CTL_ADD.  So nothing needs to be known about
 * who closed or duplicated what, and what is left over in the set fires once at most.
 */

#include "fiber/foreign.h"
#include "fiber/fiber.h"
#include "fiber/reactor.h"
#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Waits for few descriptors, which is what libraries do, need no memory of their own. */
#define MANY_FDS 4
#define BATCH 32

/* A fiber that waits; lies on its stack. */
typedef struct {
    WeftWaitQueue queue;
    gboolean was_closed; /* one of the descriptors */
} Call;

/* One descriptor of one call. */
typedef struct Watcher Watcher;
struct Watcher {
    Watcher *older; /* of the same descriptor */
    Watcher *newer;
    Call *call;
    int fd;
    uint32_t events;
};

typedef struct {
    Watcher *newest;
    gboolean was_added; /* a guess that saves a call: the number may mean another file now */
} Place;

struct WeftForeign {
    int epoll_fd;
    int n_places;
    Place *places; /* by descriptor */
};

static WeftForeign *
foreign_new(WeftReactor *reactor)
{
    const int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0)
        return NULL;

    WeftForeign *foreign = g_new0(WeftForeign, 1);
    foreign->epoll_fd = epoll_fd;
    if (weft_reactor_set_foreign(reactor, foreign, epoll_fd))
        return foreign;
    weft_foreign_free(foreign);
    return NULL;
}

void
weft_foreign_free(WeftForeign *foreign)
{
    if (foreign == NULL)
        return;
    close(foreign->epoll_fd);
    g_free(foreign->places);
    g_free(foreign);
}

static WeftForeign *
foreign_here(void)
{
    WeftReactor *reactor = weft_scheduler_here->reactor;
    WeftForeign *foreign = weft_reactor_foreign(reactor);

    return foreign != NULL ? foreign : foreign_new(reactor);
}

/* Returns: (nullable): NULL for a number that was never waited for */
static Place *
find_place(const WeftForeign *foreign, int fd)
{
    return fd >= 0 && fd < foreign->n_places ? &foreign->places[fd] : NULL;
}

static Place *
get_place(WeftForeign *foreign, int fd)
{
    if (fd >= foreign->n_places) {
        const int n_places = MAX(fd + 1, 2 * foreign->n_places);

        foreign->places = g_renew(Place, foreign->places, n_places);
        for (int i = foreign->n_places; i < n_places; i++)
            foreign->places[i] = (Place){0};
        foreign->n_places = n_places;
    }
    return &foreign->places[fd];
}

/* Have the next event told that any watcher of @fd waits for.  Returns: 0 or an errno */
static int
arm(WeftForeign *foreign, int fd)
{
    Place *place = &foreign->places[fd];
    struct epoll_event event = {.events = EPOLLONESHOT, .data.fd = fd};

    for (const Watcher *each = place->newest; each != NULL; each = each->older)
        event.events |= each->events;
    const int likely = place->was_added ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    const int other = place->was_added ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    const int wrong_guess = place->was_added ? ENOENT : EEXIST;
    place->was_added = TRUE;
    if (epoll_ctl(foreign->epoll_fd, likely, fd, &event) == 0)
        return 0;
    if (errno != wrong_guess)
        return errno;
    return epoll_ctl(foreign->epoll_fd, other, fd, &event) == 0 ? 0 : errno;
}

static void
watcher_link(WeftForeign *foreign, Watcher *watcher)
{
    Place *place = get_place(foreign, watcher->fd);

    watcher->newer = NULL;
    watcher->older = place->newest;
    if (place->newest != NULL)
        place->newest->newer = watcher;
    place->newest = watcher;
}

static void
watcher_unlink(WeftForeign *foreign, Watcher *watcher)
{
    if (watcher->older != NULL)
        watcher->older->newer = watcher->newer;
    if (watcher->newer != NULL)
        watcher->newer->older = watcher->older;
    else
        foreign->places[watcher->fd].newest = watcher->older;
}

/* poll(2)'s events have epoll(7)'s numbers. */
G_STATIC_ASSERT(POLLIN == EPOLLIN && POLLOUT == EPOLLOUT && POLLPRI == EPOLLPRI &&
                POLLRDHUP == EPOLLRDHUP);

/* Returns: 0 or an errno */
static int
watch_all(WeftForeign *foreign, Call *call, Watcher *watchers, const struct pollfd *fds,
          size_t n_fds, size_t *ret_n_watched)
{
    size_t n_watched = 0;
    int failure = 0;

    for (size_t i = 0; i < n_fds && failure == 0; i++) {
        if (fds[i].fd < 0)
            continue;
        Watcher *watcher = &watchers[n_watched++];
        watcher->call = call;
        watcher->fd = fds[i].fd;
        watcher->events = (uint16_t)fds[i].events;
        watcher_link(foreign, watcher);
        failure = arm(foreign, watcher->fd);
    }
    *ret_n_watched = n_watched;
    return failure;
}

/* Park, with what ended that as an errno. */
static int
park(Call *call, int64_t until_us, const char *what)
{
    const int64_t deadline_us = weft_deadline_us();
    g_auto(WeftDeadlineScope) own = weft_deadline_scope_at_us(until_us);

    if (weft_wait(&call->queue, what, NULL))
        return call->was_closed ? EBADF : 0;
    if (weft_fiber_is_interrupted(weft_scheduler_here->current))
        return ECANCELED;
    return deadline_us <= weft_scheduler_here->now_us ? ETIMEDOUT : 0;
}

/* @call, @watchers: the caller's, for as long as this lasts */
static int
wait_watching(Call *call, Watcher *watchers, const struct pollfd *fds, size_t n_fds,
              int64_t until_us, const char *what)
{
    WeftForeign *foreign = foreign_here();
    size_t n_watched;

    if (foreign == NULL)
        return errno;
    int failure = watch_all(foreign, call, watchers, fds, n_fds, &n_watched);
    if (failure == 0)
        failure = park(call, until_us, what);
    for (size_t i = 0; i < n_watched; i++)
        watcher_unlink(foreign, &watchers[i]);
    return failure;
}

int
weft_foreign_wait(const struct pollfd *fds, size_t n_fds, int64_t until_us, const char *what)
{
    Call call = {0};

    if (n_fds == 0)
        return park(&call, until_us, what);
    if (n_fds <= MANY_FDS) {
        Watcher watchers[MANY_FDS];

        return wait_watching(&call, watchers, fds, n_fds, until_us, what);
    }

    g_autofree Watcher *watchers = g_try_new(Watcher, n_fds);
    if (watchers == NULL)
        return ENOMEM;
    return wait_watching(&call, watchers, fds, n_fds, until_us, what);
}

static void
wake_all(const Place *place, gboolean was_closed)
{
    for (Watcher *each = place->newest; each != NULL; each = each->older) {
        each->call->was_closed |= was_closed;
        weft_wait_queue_wake_all(&each->call->queue);
    }
}

void
weft_foreign_close(int fd)
{
    WeftScheduler *scheduler = weft_scheduler_here;
    if (scheduler == NULL)
        return;

    WeftForeign *foreign = weft_reactor_foreign(scheduler->reactor);
    if (foreign == NULL)
        return;
    Place *place = find_place(foreign, fd);
    if (place == NULL || place->newest == NULL)
        return;
    wake_all(place, TRUE);
    /* A duplicate would go on telling us. */
    epoll_ctl(foreign->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
    place->was_added = FALSE;
}

void
weft_foreign_dispatch(WeftForeign *foreign)
{
    struct epoll_event events[BATCH];
    int n_events;

    do {
        n_events = epoll_wait(foreign->epoll_fd, events, BATCH, 0);
        for (int i = 0; i < n_events; i++)
            wake_all(&foreign->places[events[i].data.fd], FALSE);
    } while (n_events == BATCH);
}
