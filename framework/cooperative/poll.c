/* SPDX-License-Identifier: Apache-2.0 */
/*
 * poll() and its like: ask the kernel without waiting, park, ask again.
 *
 * A fiber that is cancelled or late gets -1 with ECANCELED or ETIMEDOUT, not 0: libraries take a
 * timeout of theirs for a reason to try again, but an error that they do not know for the end.
 */

#include "cooperative/hook.h"
#include <errno.h>
#include <weft/clock.h>
#include <weft/deadline.h>

static int
look(struct pollfd *fds, nfds_t n_fds, const sigset_t *mask)
{
    const struct timespec at_once = {0};

    return mask == NULL ? weft_real.poll(fds, n_fds, 0)
                        : weft_real.ppoll(fds, n_fds, &at_once, mask);
}

int
weft_hook_poll(struct pollfd *fds, nfds_t n_fds, int64_t until_us, const sigset_t *mask,
               const char *what)
{
    const int errno_before = errno;

    if (!weft_hook_check())
        return -1;
    int n_ready = look(fds, n_fds, mask);
    if (n_ready != 0) {
        weft_hook_spend(-1);
        return n_ready;
    }
    while (n_ready == 0 && until_us > weft_clock_now_us()) {
        if (!weft_hook_wait(fds, n_fds, until_us, what))
            return -1;
        n_ready = look(fds, n_fds, mask);
    }
    if (n_ready >= 0)
        errno = errno_before;
    return n_ready;
}

int
poll(struct pollfd *fds, nfds_t n_fds, int timeout_ms)
{
    if (timeout_ms == 0 || !weft_hook_enter())
        return weft_real.poll(fds, n_fds, timeout_ms);
    return weft_hook_poll(fds, n_fds, weft_hook_until_us(timeout_ms), NULL, "libc poll");
}

int
ppoll(struct pollfd *fds, nfds_t n_fds, const struct timespec *timeout, const sigset_t *mask)
{
    if (!weft_hook_is_duration(timeout) || !weft_hook_enter())
        return weft_real.ppoll(fds, n_fds, timeout, mask);
    return weft_hook_poll(fds, n_fds, weft_hook_after_us(timeout), mask, "libc ppoll");
}

/* ---- epoll ---- */

int
epoll_pwait(int fd, struct epoll_event *events, int n_events, int timeout_ms, const sigset_t *mask)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

    if (timeout_ms == 0 || !weft_hook_enter())
        return weft_real.epoll_pwait(fd, events, n_events, timeout_ms, mask);

    const int64_t until_us = weft_hook_until_us(timeout_ms);
    for (;;) {
        const int n_ready = weft_real.epoll_pwait(fd, events, n_events, 0, mask);
        if (n_ready != 0)
            return n_ready;
        const int n_polled = weft_hook_poll(&poll_fd, 1, until_us, mask, "libc epoll_wait");
        if (n_polled <= 0)
            return n_polled;
    }
}

int
epoll_wait(int fd, struct epoll_event *events, int n_events, int timeout_ms)
{
    if (timeout_ms == 0 || !weft_hook_enter())
        return weft_real.epoll_wait(fd, events, n_events, timeout_ms);
    return epoll_pwait(fd, events, n_events, timeout_ms, NULL);
}
