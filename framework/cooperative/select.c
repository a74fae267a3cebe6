/* SPDX-License-Identifier: Apache-2.0 */
/*
 * select() as poll(): its sets are arrays of words, as long as the caller says, which may be longer
 * than fd_set.
 */

#include "cooperative/hook.h"
#include <errno.h>
#include <string.h>
#include <weft/clock.h>
#include <weft/deadline.h>

/* What poll(2) says of each kind of interest, as Linux's select() sees it. */
#define READABLE (POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR)
#define WRITABLE (POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR)
#define EXCEPTIONAL POLLPRI

/* More than these need memory of their own. */
#define FEW_FDS 8

typedef unsigned long Word;
#define WORD_BITS ((int)(8 * sizeof(Word)))

typedef struct {
    int n_fds; /* one more than the greatest */
    fd_set *reads;
    fd_set *writes;
    fd_set *excepts;
} Sets;

static gboolean
has(const fd_set *set, int fd)
{
    const Word *words = (const Word *)set;

    return set != NULL && (words[fd / WORD_BITS] >> (fd % WORD_BITS) & 1) != 0;
}

static int
put(fd_set *set, int fd)
{
    Word *words = (Word *)set;

    words[fd / WORD_BITS] |= (Word)1 << (fd % WORD_BITS);
    return 1;
}

static void
empty(fd_set *set, int n_fds)
{
    if (set != NULL)
        memset(set, 0, (size_t)(n_fds + WORD_BITS - 1) / WORD_BITS * sizeof(Word));
}

/* Returns: how many there are; written only if @ret_fds is not NULL */
static nfds_t
collect(const Sets *sets, struct pollfd *ret_fds)
{
    nfds_t n = 0;

    for (int fd = 0; fd < sets->n_fds; fd++) {
        const int events = (has(sets->reads, fd) ? POLLIN : 0) |
                           (has(sets->writes, fd) ? POLLOUT : 0) |
                           (has(sets->excepts, fd) ? POLLPRI : 0);

        if (events == 0)
            continue;
        if (ret_fds != NULL)
            ret_fds[n] = (struct pollfd){.fd = fd, .events = (short)events};
        n++;
    }
    return n;
}

/* Write what @fd is ready for.  Returns: into how many sets */
static int
spread(const struct pollfd *fd, const Sets *sets)
{
    int n = 0;
    int seen = fd->revents;

    /* A hang-up that nobody asked about: select() would sleep over it, poll() cannot.  The caller
     * may find out. */
    if (seen == POLLHUP && (fd->events & POLLIN) == 0)
        seen = fd->events;
    if ((fd->events & POLLIN) != 0 && (seen & READABLE) != 0)
        n += put(sets->reads, fd->fd);
    if ((fd->events & POLLOUT) != 0 && (seen & WRITABLE) != 0)
        n += put(sets->writes, fd->fd);
    if ((fd->events & POLLPRI) != 0 && (seen & EXCEPTIONAL) != 0)
        n += put(sets->excepts, fd->fd);
    return n;
}

static int
spread_all(const struct pollfd *fds, nfds_t n, const Sets *sets)
{
    int n_ready = 0;

    for (nfds_t i = 0; i < n; i++) {
        if ((fds[i].revents & POLLNVAL) != 0) {
            errno = EBADF;
            return -1;
        }
    }
    empty(sets->reads, sets->n_fds);
    empty(sets->writes, sets->n_fds);
    empty(sets->excepts, sets->n_fds);
    for (nfds_t i = 0; i < n; i++)
        n_ready += spread(&fds[i], sets);
    return n_ready;
}

static int
select_until(const Sets *sets, int64_t until_us, const sigset_t *mask)
{
    struct pollfd few[FEW_FDS];
    g_autofree struct pollfd *many = NULL;
    const nfds_t n = collect(sets, NULL);

    if (n > FEW_FDS) {
        many = g_try_new(struct pollfd, n);
        if (many == NULL) {
            errno = ENOMEM;
            return -1;
        }
    }
    struct pollfd *fds = many != NULL ? many : few;
    collect(sets, fds);
    if (weft_hook_poll(fds, n, until_us, mask, "libc select") < 0)
        return -1;
    return spread_all(fds, n, sets);
}

/* Linux's select() leaves in @timeout what is left of it. */
static void
put_time_left(struct timeval *timeout, int64_t until_us)
{
    const int64_t left_us = MAX(until_us - weft_clock_now_us(), 0);

    *timeout = (struct timeval){left_us / G_USEC_PER_SEC, left_us % G_USEC_PER_SEC};
}

int
select(int n_fds, fd_set *reads, fd_set *writes, fd_set *excepts, struct timeval *timeout)
{
    const Sets sets = {n_fds, reads, writes, excepts};

    if (n_fds < 0 || (timeout != NULL && (timeout->tv_sec < 0 || timeout->tv_usec < 0)) ||
        !weft_hook_enter())
        return weft_real.select(n_fds, reads, writes, excepts, timeout);
    if (timeout == NULL)
        return select_until(&sets, WEFT_DEADLINE_NEVER, NULL);

    const struct timespec precise = {timeout->tv_sec, timeout->tv_usec * 1000L};
    const int64_t until_us = weft_hook_after_us(&precise);
    const int n_ready = select_until(&sets, until_us, NULL);
    if (n_ready >= 0)
        put_time_left(timeout, until_us);
    return n_ready;
}

int
pselect(int n_fds, fd_set *reads, fd_set *writes, fd_set *excepts, const struct timespec *timeout,
        const sigset_t *mask)
{
    const Sets sets = {n_fds, reads, writes, excepts};

    if (n_fds < 0 || !weft_hook_is_duration(timeout) || !weft_hook_enter())
        return weft_real.pselect(n_fds, reads, writes, excepts, timeout, mask);
    return select_until(&sets, weft_hook_after_us(timeout), mask);
}
