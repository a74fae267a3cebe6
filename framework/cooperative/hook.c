/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate, and waiting.
 */

#include "cooperative/hook.h"
#include "cooperative/off.h"
#include "fiber/foreign.h"
#include "fiber/wait.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <weft/clock.h>
#include <weft/cooperative.h>
#include <weft/deadline.h>
#include <weft/fiber.h>

/* Calls that succeed at once, in a row, before a fiber yields. */
#define BUDGET 32

static atomic_uint_fast64_t n_calls;
static atomic_uint_fast64_t n_parks;
static atomic_uint_fast64_t n_passed;
static __thread unsigned n_spent;
static __thread unsigned n_entered;
static gboolean is_off;

/* A process that a fiber has forked has the event loop's epoll set in common with its parent, and
 * nobody who would wake a fiber: until it executes something else, libc is as it was. */
static void
forked(void)
{
    if (weft_fiber_current() != NULL)
        is_off = TRUE;
}

__attribute__((constructor)) static void
begin(void)
{
    const char *setting = getenv("WEFT_COOPERATIVE");

    is_off = setting != NULL && strcmp(setting, "off") == 0;
    pthread_atfork(NULL, NULL, forked);
}

static void
count(atomic_uint_fast64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

gboolean
weft_hook_is_off(void)
{
    return is_off;
}

gboolean
weft_hook_enter(void)
{
    const WeftFiber *self = weft_fiber_current();

    n_entered++;
    if (self == NULL)
        return FALSE;
    count(&n_calls);
    if (G_LIKELY(!is_off && !weft_off_covers(self)))
        return TRUE;
    count(&n_passed);
    return FALSE;
}

unsigned
weft_hook_n_entered(void)
{
    return n_entered;
}

WeftCooperativeCounts
weft_cooperative_counts(void)
{
    return (WeftCooperativeCounts){
        .n_calls = atomic_load(&n_calls),
        .n_parks = atomic_load(&n_parks),
        .n_passed = atomic_load(&n_passed),
    };
}

gboolean
weft_hook_check(void)
{
    g_autoptr(GError) error = NULL;

    if (G_LIKELY(weft_fiber_check(NULL)))
        return TRUE;
    if (weft_fiber_check(&error))
        return TRUE;
    errno = error->code == WEFT_ERROR_CANCELLED ? ECANCELED : ETIMEDOUT;
    return FALSE;
}

static gboolean
is_socket(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

gboolean
weft_hook_check_socket(int fd)
{
    if (G_LIKELY(weft_fiber_check(NULL)))
        return TRUE;
    return weft_hook_is_non_blocking(fd) || !is_socket(fd) || weft_hook_check();
}

gboolean
weft_hook_wait(const struct pollfd *fds, size_t n_fds, int64_t until_us, const char *what)
{
    n_spent = 0;
    count(&n_parks);
    const int failure = weft_foreign_wait(fds, n_fds, until_us, what);
    if (failure == 0)
        return TRUE;
    errno = failure;
    return FALSE;
}

void
weft_hook_spend(int fd)
{
    if (G_LIKELY(++n_spent < BUDGET))
        return;
    n_spent = 0;
    if (fd >= 0 && weft_hook_is_non_blocking(fd))
        return;
    /* What was asked for is done; the next call that waits hears of a deadline. */
    const gboolean went_on = weft_fiber_yield(NULL);
    (void)went_on;
}

int64_t
weft_hook_until_us(int timeout_ms)
{
    return timeout_ms < 0 ? WEFT_DEADLINE_NEVER : weft_clock_now_us() + timeout_ms * INT64_C(1000);
}

gboolean
weft_hook_is_duration(const struct timespec *duration)
{
    return duration == NULL ||
           (duration->tv_sec >= 0 && duration->tv_nsec >= 0 && duration->tv_nsec < 1000000000);
}

int64_t
weft_hook_after_us(const struct timespec *duration)
{
    const int64_t now_us = weft_clock_now_us();

    if (duration == NULL || duration->tv_sec >= (INT64_MAX - now_us) / G_USEC_PER_SEC - 1)
        return WEFT_DEADLINE_NEVER;
    /* Not earlier than asked: a part of a microsecond counts as one. */
    return now_us + duration->tv_sec * G_USEC_PER_SEC + (duration->tv_nsec + 999) / 1000;
}

gboolean
weft_hook_is_non_blocking(int fd)
{
    const int flags = fcntl(fd, F_GETFL);

    return flags >= 0 && (flags & O_NONBLOCK) != 0;
}

/* ---- calls on one descriptor ---- */

/* Until when a socket's own timeout lets it wait; what is no socket has none. */
static int64_t
socket_until_us(int fd, short events)
{
    struct timeval timeout = {0};
    socklen_t size = sizeof timeout;
    const int option = (events & POLLOUT) != 0 ? SO_SNDTIMEO : SO_RCVTIMEO;

    if (getsockopt(fd, SOL_SOCKET, option, &timeout, &size) != 0 ||
        (timeout.tv_sec == 0 && timeout.tv_usec == 0))
        return WEFT_DEADLINE_NEVER;
    return weft_clock_now_us() + timeout.tv_sec * G_USEC_PER_SEC + timeout.tv_usec;
}

gboolean
weft_blocking_call_wait(WeftBlockingCall *call)
{
    const struct pollfd fd = {.fd = call->fd, .events = call->events};

    if (errno != EAGAIN)
        return FALSE;
    if (!call->has_waited) {
        const gboolean may_wait = !weft_hook_is_non_blocking(call->fd);

        call->has_waited = TRUE;
        call->until_us = may_wait ? socket_until_us(call->fd, call->events) : 0;
    }
    if (call->until_us != WEFT_DEADLINE_NEVER && call->until_us <= weft_clock_now_us()) {
        errno = EAGAIN;
        return FALSE;
    }
    return weft_hook_wait(&fd, 1, call->until_us, call->what);
}

gboolean
weft_blocking_call_prepare(WeftBlockingCall *call)
{
    struct pollfd fd = {.fd = call->fd, .events = call->events};

    while (weft_real.poll(&fd, 1, 0) == 0) {
        errno = EAGAIN;
        if (!weft_blocking_call_wait(call))
            return FALSE;
    }
    return TRUE;
}
