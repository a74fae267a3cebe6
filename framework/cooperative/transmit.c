/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sockets send: tried with MSG_DONTWAIT, and the rest again when there is room.  A blocking
 * socket takes all or fails; libraries rely on that.
 */

#include "cooperative/hook.h"
#include "cooperative/pieces.h"
#include "cooperative/socket.h"
#include <errno.h>

static WeftBlockingCall
writing(int fd, const char *what)
{
    return (WeftBlockingCall){.fd = fd, .events = POLLOUT, .what = what};
}

static gboolean
may_wait(int flags)
{
    return (flags & MSG_DONTWAIT) == 0 && weft_hook_enter();
}

/* Count what a call has done.  TRUE: go on with the rest, if there is one */
static gboolean
go_on(WeftBlockingCall *call, ssize_t n, size_t *n_done)
{
    if (n < 0)
        return weft_blocking_call_wait(call);
    *n_done += (size_t)n;
    return TRUE;
}

/* What a call ends with that began with @errno_before. */
static ssize_t
sent(size_t n_done, gboolean has_failed, int errno_before)
{
    if (has_failed && n_done == 0)
        return -1;
    errno = errno_before;
    return (ssize_t)n_done;
}

ssize_t
weft_hook_send(int fd, const void *data, size_t size, int flags, const struct sockaddr *address,
               socklen_t address_size)
{
    const int errno_before = errno;
    WeftBlockingCall call = writing(fd, "libc send");
    size_t n_done = 0;
    gboolean goes_on;

    if (!weft_hook_check_socket(fd))
        return -1;
    do {
        const ssize_t n = weft_real.sendto(fd, (const char *)data + n_done, size - n_done,
                                           flags | MSG_DONTWAIT, address, address_size);
        goes_on = go_on(&call, n, &n_done);
        if (n == 0)
            break;
    } while (goes_on && n_done < size);
    return sent(n_done, !goes_on, errno_before);
}

ssize_t
weft_hook_sendmsg(int fd, const struct msghdr *message, int flags)
{
    const int errno_before = errno;
    WeftBlockingCall call = writing(fd, "libc sendmsg");
    const size_t size = weft_pieces_size(message->msg_iov, message->msg_iovlen);
    struct iovec window[WEFT_PIECES_WINDOW];
    struct msghdr rest = *message;
    size_t n_done = 0;
    gboolean goes_on;

    if (!weft_hook_check_socket(fd))
        return -1;
    do {
        const ssize_t n = weft_real.sendmsg(fd, &rest, flags | MSG_DONTWAIT);
        goes_on = go_on(&call, n, &n_done);
        if (n == 0)
            break;
        if (n > 0) { /* what comes with the message, descriptors say, went with its first part */
            rest.msg_control = NULL;
            rest.msg_controllen = 0;
            rest.msg_iovlen =
                weft_pieces_rest(message->msg_iov, message->msg_iovlen, n_done, window);
            rest.msg_iov = window;
        }
    } while (goes_on && n_done < size);
    return sent(n_done, !goes_on, errno_before);
}

ssize_t
send(int fd, const void *data, size_t size, int flags)
{
    if (!may_wait(flags))
        return weft_real.send(fd, data, size, flags);
    return weft_hook_send(fd, data, size, flags, NULL, 0);
}

ssize_t
sendto(int fd, const void *data, size_t size, int flags, __CONST_SOCKADDR_ARG address,
       socklen_t address_size)
{
    if (!may_wait(flags))
        return weft_real.sendto(fd, data, size, flags, address.__sockaddr__, address_size);
    return weft_hook_send(fd, data, size, flags, address.__sockaddr__, address_size);
}

ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
    if (!may_wait(flags))
        return weft_real.sendmsg(fd, message, flags);
    return weft_hook_sendmsg(fd, message, flags);
}

int
sendmmsg(int fd, struct mmsghdr *messages, unsigned n_messages, int flags)
{
    const int errno_before = errno;
    WeftBlockingCall call = writing(fd, "libc sendmmsg");
    unsigned n_done = 0;

    if (!may_wait(flags))
        return weft_real.sendmmsg(fd, messages, n_messages, flags);
    if (!weft_hook_check_socket(fd))
        return -1;
    while (n_done < n_messages) {
        const int n =
            weft_real.sendmmsg(fd, messages + n_done, n_messages - n_done, flags | MSG_DONTWAIT);
        if (n > 0)
            n_done += (unsigned)n;
        else if (!weft_blocking_call_wait(&call))
            return n_done > 0 ? (int)n_done : -1;
    }
    errno = errno_before;
    return (int)n_done;
}
