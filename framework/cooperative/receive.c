/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sockets get: tried with MSG_DONTWAIT, and again when there is something.
 */

#include "cooperative/hook.h"
#include "cooperative/socket.h"
#include <errno.h>

/* These never wait. */
#define NEVER_WAITS (MSG_DONTWAIT | MSG_ERRQUEUE | MSG_OOB)

static gboolean
may_wait(int flags)
{
    return (flags & NEVER_WAITS) == 0 && weft_hook_enter();
}

static WeftBlockingCall
reading(int fd, const char *what)
{
    return (WeftBlockingCall){.fd = fd, .events = POLLIN, .what = what};
}

/* @n: of bytes, or messages.  Keeps errno as it was for who succeeded. */
static ssize_t
received(int fd, ssize_t n, int errno_before)
{
    if (n < 0)
        return n;
    weft_hook_spend(fd);
    errno = errno_before;
    return n;
}

ssize_t
weft_hook_recv(int fd, void *buffer, size_t size, int flags, struct sockaddr *address,
               socklen_t *address_size)
{
    const int errno_before = errno;
    WeftBlockingCall call = reading(fd, "libc recv");
    const gboolean wants_all = (flags & MSG_WAITALL) != 0 && (flags & (MSG_PEEK | MSG_TRUNC)) == 0;
    size_t n_done = 0;

    if (!weft_hook_check_socket(fd))
        return -1;
    for (;;) {
        const ssize_t n = weft_real.recvfrom(fd, (char *)buffer + n_done, size - n_done,
                                             flags | MSG_DONTWAIT, address, address_size);
        if (n >= 0)
            n_done += (size_t)n;
        if (n == 0 || (n > 0 && (!wants_all || n_done == size)))
            return received(fd, (ssize_t)n_done, errno_before);
        if (n < 0 && !weft_blocking_call_wait(&call))
            return n_done > 0 ? received(fd, (ssize_t)n_done, errno_before) : -1;
    }
}

ssize_t
weft_hook_recvmsg(int fd, struct msghdr *message, int flags)
{
    const int errno_before = errno;
    WeftBlockingCall call = reading(fd, "libc recvmsg");
    ssize_t n;

    if (!weft_hook_check_socket(fd))
        return -1;
    do {
        n = weft_real.recvmsg(fd, message, flags | MSG_DONTWAIT);
    } while (n < 0 && weft_blocking_call_wait(&call));
    return received(fd, n, errno_before);
}

ssize_t
recv(int fd, void *buffer, size_t size, int flags)
{
    if (!may_wait(flags))
        return weft_real.recv(fd, buffer, size, flags);
    return weft_hook_recv(fd, buffer, size, flags, NULL, NULL);
}

ssize_t
recvfrom(int fd, void *buffer, size_t size, int flags, __SOCKADDR_ARG address,
         socklen_t *address_size)
{
    if (!may_wait(flags))
        return weft_real.recvfrom(fd, buffer, size, flags, address.__sockaddr__, address_size);
    return weft_hook_recv(fd, buffer, size, flags, address.__sockaddr__, address_size);
}

ssize_t
recvmsg(int fd, struct msghdr *message, int flags)
{
    if (!may_wait(flags))
        return weft_real.recvmsg(fd, message, flags);
    return weft_hook_recvmsg(fd, message, flags);
}

/* Ends with the messages that are there, at least one: as if MSG_WAITFORONE were given. */
int
recvmmsg(int fd, struct mmsghdr *messages, unsigned n_messages, int flags, struct timespec *timeout)
{
    const int errno_before = errno;
    WeftBlockingCall call = reading(fd, "libc recvmmsg");
    int n;

    if (!may_wait(flags))
        return weft_real.recvmmsg(fd, messages, n_messages, flags, timeout);
    if (!weft_hook_check_socket(fd))
        return -1;
    do {
        n = weft_real.recvmmsg(fd, messages, n_messages, flags | MSG_DONTWAIT, NULL);
    } while (n < 0 && weft_blocking_call_wait(&call));
    return (int)received(fd, n, errno_before);
}
