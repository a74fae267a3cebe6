/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looked up by dlsym(RTLD_NEXT): the next of that name behind this object, be it the program or the
 * preloaded library.
 */

#include "cooperative/real.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- system calls, for what runs before the constructor ---- */

/* The kernel's own idea of how large a signal set is. */
#define MASK_BYTES (_NSIG / 8)

static int
raw_ppoll(struct pollfd *fds, nfds_t n_fds, const struct timespec *timeout, const sigset_t *mask)
{
    struct timespec left = {0};

    if (timeout != NULL)
        left = *timeout;
    return (int)syscall(SYS_ppoll, fds, n_fds, timeout != NULL ? &left : NULL, mask, MASK_BYTES);
}

static int
raw_poll(struct pollfd *fds, nfds_t n_fds, int timeout_ms)
{
    const struct timespec timeout = {timeout_ms / 1000, timeout_ms % 1000 * 1000000L};

    return raw_ppoll(fds, n_fds, timeout_ms < 0 ? NULL : &timeout, NULL);
}

static int
raw_pselect(int n_fds, fd_set *reads, fd_set *writes, fd_set *excepts,
            const struct timespec *timeout, const sigset_t *mask)
{
    struct timespec left = {0};
    const struct {
        const sigset_t *set;
        size_t size;
    } argument = {mask, MASK_BYTES};

    if (timeout != NULL)
        left = *timeout;
    return (int)syscall(SYS_pselect6, n_fds, reads, writes, excepts, timeout != NULL ? &left : NULL,
                        &argument);
}

static int
raw_select(int n_fds, fd_set *reads, fd_set *writes, fd_set *excepts, struct timeval *timeout)
{
    struct timespec precise = {0};

    if (timeout != NULL)
        precise = (struct timespec){timeout->tv_sec, timeout->tv_usec * 1000L};
    return raw_pselect(n_fds, reads, writes, excepts, timeout != NULL ? &precise : NULL, NULL);
}

static int
raw_epoll_pwait(int fd, struct epoll_event *events, int n_events, int timeout_ms,
                const sigset_t *mask)
{
    return (int)syscall(SYS_epoll_pwait, fd, events, n_events, timeout_ms, mask, MASK_BYTES);
}

static int
raw_epoll_wait(int fd, struct epoll_event *events, int n_events, int timeout_ms)
{
    return raw_epoll_pwait(fd, events, n_events, timeout_ms, NULL);
}

static int
raw_connect(int fd, const struct sockaddr *address, socklen_t size)
{
    return (int)syscall(SYS_connect, fd, address, size);
}

static int
raw_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags)
{
    return (int)syscall(SYS_accept4, fd, address, size, flags);
}

static int
raw_accept(int fd, struct sockaddr *address, socklen_t *size)
{
    return raw_accept4(fd, address, size, 0);
}

static ssize_t
raw_recvfrom(int fd, void *buffer, size_t size, int flags, struct sockaddr *address,
             socklen_t *address_size)
{
    return syscall(SYS_recvfrom, fd, buffer, size, flags, address, address_size);
}

static ssize_t
raw_recv(int fd, void *buffer, size_t size, int flags)
{
    return raw_recvfrom(fd, buffer, size, flags, NULL, NULL);
}

static ssize_t
raw_recvmsg(int fd, struct msghdr *message, int flags)
{
    return syscall(SYS_recvmsg, fd, message, flags);
}

static int
raw_recvmmsg(int fd, struct mmsghdr *messages, unsigned n_messages, int flags,
             struct timespec *timeout)
{
    return (int)syscall(SYS_recvmmsg, fd, messages, n_messages, flags, timeout);
}

static ssize_t
raw_sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *address,
           socklen_t address_size)
{
    return syscall(SYS_sendto, fd, data, size, flags, address, address_size);
}

static ssize_t
raw_send(int fd, const void *data, size_t size, int flags)
{
    return raw_sendto(fd, data, size, flags, NULL, 0);
}

static ssize_t
raw_sendmsg(int fd, const struct msghdr *message, int flags)
{
    return syscall(SYS_sendmsg, fd, message, flags);
}

static int
raw_sendmmsg(int fd, struct mmsghdr *messages, unsigned n_messages, int flags)
{
    return (int)syscall(SYS_sendmmsg, fd, messages, n_messages, flags);
}

static ssize_t
raw_read(int fd, void *buffer, size_t size)
{
    return syscall(SYS_read, fd, buffer, size);
}

static ssize_t
raw_write(int fd, const void *data, size_t size)
{
    return syscall(SYS_write, fd, data, size);
}

static ssize_t
raw_readv(int fd, const struct iovec *pieces, int n_pieces)
{
    return syscall(SYS_readv, fd, pieces, n_pieces);
}

static ssize_t
raw_writev(int fd, const struct iovec *pieces, int n_pieces)
{
    return syscall(SYS_writev, fd, pieces, n_pieces);
}

static int
raw_close(int fd)
{
    return (int)syscall(SYS_close, fd);
}

static int
raw_dup3(int fd, int as, int flags)
{
    return (int)syscall(SYS_dup3, fd, as, flags);
}

static int
raw_dup2(int fd, int as)
{
    if (fd == as) /* dup3 refuses that; dup2 only looks whether @fd is open */
        return syscall(SYS_fcntl, fd, F_GETFD) < 0 ? -1 : as;
    return raw_dup3(fd, as, 0);
}

static int
raw_clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *left)
{
    return syscall(SYS_clock_nanosleep, clock, flags, time, left) == 0 ? 0 : errno;
}

static int
raw_nanosleep(const struct timespec *duration, struct timespec *left)
{
    return (int)syscall(SYS_clock_nanosleep, CLOCK_REALTIME, 0, duration, left);
}

static unsigned
raw_sleep(unsigned duration_s)
{
    struct timespec time = {.tv_sec = duration_s};

    return raw_nanosleep(&time, &time) == 0 ? 0 : (unsigned)time.tv_sec;
}

static int
raw_usleep(useconds_t duration_us)
{
    const struct timespec time = {duration_us / 1000000, duration_us % 1000000 * 1000L};

    return raw_nanosleep(&time, NULL);
}

WeftReal weft_real = {
    .poll = raw_poll,
    .ppoll = raw_ppoll,
    .select = raw_select,
    .pselect = raw_pselect,
    .epoll_wait = raw_epoll_wait,
    .epoll_pwait = raw_epoll_pwait,
    .connect = raw_connect,
    .accept = raw_accept,
    .accept4 = raw_accept4,
    .recv = raw_recv,
    .recvfrom = raw_recvfrom,
    .recvmsg = raw_recvmsg,
    .recvmmsg = raw_recvmmsg,
    .send = raw_send,
    .sendto = raw_sendto,
    .sendmsg = raw_sendmsg,
    .sendmmsg = raw_sendmmsg,
    .read = raw_read,
    .write = raw_write,
    .readv = raw_readv,
    .writev = raw_writev,
    .close = raw_close,
    .dup2 = raw_dup2,
    .dup3 = raw_dup3,
    .sleep = raw_sleep,
    .usleep = raw_usleep,
    .nanosleep = raw_nanosleep,
    .clock_nanosleep = raw_clock_nanosleep,
};

/* ---- looking up ---- */

typedef struct {
    const char *name;
    size_t offset;
} Row;

#define ROW(name)                                                                                  \
    {                                                                                              \
#name, offsetof(WeftReal, name)                                                            \
    }
#define NAME_ROW(name)                                                                             \
    {                                                                                              \
#name, offsetof(WeftRealNames, name)                                                       \
    }

static const Row rows[] = {
    ROW(poll),       ROW(ppoll),       ROW(select),    ROW(pselect),
    ROW(epoll_wait), ROW(epoll_pwait), ROW(connect),   ROW(accept),
    ROW(accept4),    ROW(recv),        ROW(recvfrom),  ROW(recvmsg),
    ROW(recvmmsg),   ROW(send),        ROW(sendto),    ROW(sendmsg),
    ROW(sendmmsg),   ROW(read),        ROW(write),     ROW(readv),
    ROW(writev),     ROW(close),       ROW(dup2),      ROW(dup3),
    ROW(sleep),      ROW(usleep),      ROW(nanosleep), ROW(clock_nanosleep),
};

static const Row name_rows[] = {
    NAME_ROW(getaddrinfo),     NAME_ROW(getnameinfo),      NAME_ROW(gethostbyname),
    NAME_ROW(gethostbyname_r), NAME_ROW(gethostbyname2_r), NAME_ROW(gethostbyaddr_r),
    NAME_ROW(res_query),
};

static WeftRealNames real_names;

static void
look_up_rows(const Row *first, size_t n_rows, void *table)
{
    for (size_t i = 0; i < n_rows; i++) {
        void *function = dlsym(RTLD_NEXT, first[i].name);

        /* Through a pointer to it, because C has no conversion from data to function. */
        if (function != NULL)
            *(void **)((char *)table + first[i].offset) = function;
    }
}

__attribute__((constructor(101))) static void
look_up(void)
{
    look_up_rows(rows, sizeof rows / sizeof *rows, &weft_real);
    look_up_rows(name_rows, sizeof name_rows / sizeof *name_rows, &real_names);
}

const WeftRealNames *
weft_real_names(void)
{
    if (real_names.getaddrinfo == NULL)
        look_up();
    return &real_names;
}
