/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connecting and accepting.  connect() knows no MSG_DONTWAIT: a blocking socket is made O_NONBLOCK
 * for the one system call, and is blocking again before anybody else on this thread runs
 * (docs/adr/0023).
 */

#include "cooperative/hook.h"
#include <errno.h>
#include <fcntl.h>

/* How long to wait before asking a unix socket again whose queue was full: it cannot tell. */
#define QUEUE_FULL_PAUSE_MS 5

/* The system call alone.  @flags: of the descriptor, which blocks */
static int
begin_connecting(int fd, int flags, const struct sockaddr *address, socklen_t size)
{
    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    const int result = weft_real.connect(fd, address, size);
    const int failure = errno;
    fcntl(fd, F_SETFL, flags);
    errno = failure;
    return result;
}

/* The kernel connects meanwhile. */
static int
finish_connecting(int fd, WeftBlockingCall *call)
{
    int failure = 0;
    socklen_t size = sizeof failure;

    if (!weft_blocking_call_prepare(call)) {
        if (errno == EAGAIN) /* SO_SNDTIMEO: what connect(2) says then */
            errno = EINPROGRESS;
        return -1;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size) != 0)
        return -1;
    if (failure == 0)
        return 0;
    errno = failure;
    return -1;
}

/* Only unix sockets: the listener's queue is full. */
static gboolean
wait_for_queue(void)
{
    return weft_hook_wait(NULL, 0, weft_hook_until_us(QUEUE_FULL_PAUSE_MS), "libc connect");
}

int
connect(int fd, __CONST_SOCKADDR_ARG address_argument, socklen_t size)
{
    const struct sockaddr *address = address_argument.__sockaddr__;
    const int errno_before = errno;
    WeftBlockingCall call = {.fd = fd, .events = POLLOUT, .what = "libc connect"};

    if (!weft_hook_enter())
        return weft_real.connect(fd, address, size);
    const int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || (flags & O_NONBLOCK) != 0)
        return weft_real.connect(fd, address, size);
    if (!weft_hook_check())
        return -1;

    while (begin_connecting(fd, flags, address, size) != 0) {
        if (errno == EINPROGRESS || errno == EALREADY) {
            if (finish_connecting(fd, &call) != 0)
                return -1;
            break;
        }
        if (errno != EAGAIN || !wait_for_queue())
            return -1;
    }
    errno = errno_before;
    return 0;
}

/* ---- accepting ---- */

static WeftBlockingCall
accepting(int fd)
{
    return (WeftBlockingCall){.fd = fd, .events = POLLIN, .what = "libc accept"};
}

int
accept(int fd, __SOCKADDR_ARG address, socklen_t *size)
{
    const int errno_before = errno;
    WeftBlockingCall call = accepting(fd);

    if (weft_hook_enter()) {
        if (!weft_hook_check_socket(fd) || !weft_blocking_call_prepare(&call))
            return -1;
        errno = errno_before;
    }
    return weft_real.accept(fd, address.__sockaddr__, size);
}

int
accept4(int fd, __SOCKADDR_ARG address, socklen_t *size, int flags)
{
    const int errno_before = errno;
    WeftBlockingCall call = accepting(fd);

    if (weft_hook_enter()) {
        if (!weft_hook_check_socket(fd) || !weft_blocking_call_prepare(&call))
            return -1;
        errno = errno_before;
    }
    return weft_real.accept4(fd, address.__sockaddr__, size, flags);
}
