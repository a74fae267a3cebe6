/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read() and write(): of a socket they are recv() and send(), which know MSG_DONTWAIT.  Of what is
 * no socket (pipes, terminals, event descriptors) the kernel is asked first whether it would wait.
 * Regular files never say that they would: they go straight to the disk, as ever.
 */

#include "cooperative/hook.h"
#include "cooperative/pieces.h"
#include "cooperative/socket.h"
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
is_no_socket(ssize_t n)
{
    return n < 0 && errno == ENOTSOCK;
}

/* ---- reading ---- */

static ssize_t
read_other(int fd, const struct iovec *pieces, int n_pieces)
{
    WeftBlockingCall call = {.fd = fd, .events = POLLIN, .what = "libc read"};

    if (!weft_blocking_call_prepare(&call))
        return -1;
    return weft_real.readv(fd, pieces, n_pieces);
}

ssize_t
read(int fd, void *buffer, size_t size)
{
    const struct iovec piece = {buffer, size};

    if (size == 0 || !weft_hook_enter())
        return weft_real.read(fd, buffer, size);
    const ssize_t n = weft_hook_recv(fd, buffer, size, 0, NULL, NULL);
    return is_no_socket(n) ? read_other(fd, &piece, 1) : n;
}

ssize_t
readv(int fd, const struct iovec *pieces, int n_pieces)
{
    struct msghdr message = {.msg_iov = (struct iovec *)pieces, .msg_iovlen = (size_t)n_pieces};

    if (n_pieces <= 0 || !weft_hook_enter())
        return weft_real.readv(fd, pieces, n_pieces);
    const ssize_t n = weft_hook_recvmsg(fd, &message, 0);
    return is_no_socket(n) ? read_other(fd, pieces, n_pieces) : n;
}

/* ---- writing ---- */

/* Standard error is for logs, which are written from wherever something went wrong: also where
 * nobody expects to be parked. */
static gboolean
is_for_logs(int fd)
{
    return fd == STDERR_FILENO;
}

static gboolean
is_pipe(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

/* A pipe that says it is writable has room for PIPE_BUF bytes and perhaps no more: pipe(7). */
static size_t
cut_to_pipe(struct iovec *pieces, size_t n_pieces)
{
    size_t room = PIPE_BUF;
    size_t n = 0;

    for (; n < n_pieces && room > 0; n++) {
        pieces[n].iov_len = MIN(pieces[n].iov_len, room);
        room -= pieces[n].iov_len;
    }
    return n;
}

static ssize_t
write_long_to_pipe(WeftBlockingCall *call, const struct iovec *pieces, size_t n_pieces, size_t size)
{
    size_t n_done = 0;

    while (n_done < size) {
        struct iovec window[WEFT_PIECES_WINDOW];
        const size_t n_rest = weft_pieces_rest(pieces, n_pieces, n_done, window);
        const size_t n_cut = cut_to_pipe(window, n_rest);

        ssize_t n = -1;
        if (weft_blocking_call_prepare(call))
            n = weft_real.writev(call->fd, window, (int)n_cut);
        if (n < 0)
            return n_done > 0 ? (ssize_t)n_done : -1;
        n_done += (size_t)n;
    }
    return (ssize_t)n_done;
}

static ssize_t
write_other(int fd, const struct iovec *pieces, int n_pieces)
{
    WeftBlockingCall call = {.fd = fd, .events = POLLOUT, .what = "libc write"};
    const size_t size = weft_pieces_size(pieces, (size_t)n_pieces);

    if (size > PIPE_BUF && is_pipe(fd))
        return write_long_to_pipe(&call, pieces, (size_t)n_pieces, size);
    if (!weft_blocking_call_prepare(&call))
        return -1;
    return weft_real.writev(fd, pieces, n_pieces);
}

ssize_t
write(int fd, const void *data, size_t size)
{
    const struct iovec piece = {(void *)data, size};

    if (size == 0 || is_for_logs(fd) || !weft_hook_enter())
        return weft_real.write(fd, data, size);
    const ssize_t n = weft_hook_send(fd, data, size, 0, NULL, 0);
    return is_no_socket(n) ? write_other(fd, &piece, 1) : n;
}

ssize_t
writev(int fd, const struct iovec *pieces, int n_pieces)
{
    const struct msghdr message = {.msg_iov = (struct iovec *)pieces,
                                   .msg_iovlen = (size_t)n_pieces};

    if (n_pieces <= 0 || is_for_logs(fd) || !weft_hook_enter())
        return weft_real.writev(fd, pieces, n_pieces);
    const ssize_t n = weft_hook_sendmsg(fd, &message, 0);
    return is_no_socket(n) ? write_other(fd, pieces, n_pieces) : n;
}
