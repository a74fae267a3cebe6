/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors as a side load of bytes, over unix sockets; and streams over descriptors that came
 * so.
 */

#include <weft/stream_fd.h>

#include "io/socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <weft/sys/stream.h>

/* Room for the side load, aligned as the system wants it. */
typedef union {
    struct cmsghdr align;
    uint8_t bytes[CMSG_SPACE(WEFT_STREAM_MAX_FDS * sizeof(int))];
} Control;

static gboolean
is_connected_stream(int fd)
{
    int kind;
    int listens;
    socklen_t size = sizeof kind;

    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &kind, &size) == 0 && kind == SOCK_STREAM &&
           getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && !listens;
}

WeftStream *
weft_stream_new_for_fd(int fd, GError **error)
{
    WeftAddress peer = {.size = sizeof peer.socket};

    if (!is_connected_stream(fd) || getpeername(fd, &peer.socket.any, &peer.size) != 0) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID,
                    "descriptor %d is not a connected stream socket", fd);
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    return weft_socket_stream_new(fd, &peer, error);
}

int
weft_stream_get_fd(WeftStream *stream)
{
    return weft_stream_is_socket(stream) ? weft_socket_stream_descriptor(stream)->fd : -1;
}

/* What both directions begin with.  Returns: (nullable): the descriptor below */
static WeftDescriptor *
begin(WeftStream *stream, GError **error)
{
    if (!weft_stream_is_local(stream)) {
        g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_INVALID,
                            "descriptors travel over unix sockets only");
        return NULL;
    }

    WeftDescriptor *descriptor = weft_socket_stream_descriptor(stream);
    if (!weft_fiber_check(error) || !weft_descriptor_spend(descriptor, error))
        return NULL;
    return descriptor;
}

/* A peer that is gone is closed, as for all of a stream's calls.  Returns: -1 */
static ssize_t
fail(int error_number, const char *doing, GError **error)
{
    if (error_number == EPIPE || error_number == ECONNRESET)
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_CLOSED, "%s: %s", doing,
                    g_strerror(error_number));
    else
        weft_error_set_errno(error, error_number, "%s", doing);
    return -1;
}

/* ---- writing ---- */

static void
load(struct msghdr *message, Control *control, const int *fds, size_t n_fds)
{
    message->msg_control = control->bytes;
    message->msg_controllen = CMSG_SPACE(n_fds * sizeof *fds);

    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(n_fds * sizeof *fds);
    memcpy(CMSG_DATA(header), fds, n_fds * sizeof *fds);
}

/* Returns: bytes sent, -1 with @error set */
static ssize_t
send_loaded(WeftDescriptor *descriptor, const struct msghdr *message, GError **error)
{
    for (;;) {
        const ssize_t n_sent = sendmsg(descriptor->fd, message, MSG_NOSIGNAL);
        if (n_sent >= 0)
            return n_sent;
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN)
            return fail(errno, "send descriptors", error);
        descriptor->is_writable = FALSE;
        if (!weft_descriptor_wait_writable(descriptor, "stream write", error))
            return -1;
    }
}

gboolean
weft_stream_write_fds(WeftStream *stream, const void *data, size_t size, const int *fds,
                      size_t n_fds, GError **error)
{
    struct iovec piece = {(void *)data, size};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    Control control = {.bytes = {0}};

    g_return_val_if_fail(size > 0 && n_fds <= WEFT_STREAM_MAX_FDS, FALSE);
    WeftDescriptor *descriptor = begin(stream, error);
    if (descriptor == NULL)
        return FALSE;

    if (n_fds > 0)
        load(&message, &control, fds, n_fds);
    const ssize_t n_sent = send_loaded(descriptor, &message, error);
    if (n_sent < 0)
        return FALSE;
    stream->n_written += (size_t)n_sent;
    return (size_t)n_sent == size || weft_stream_write_all(stream, (const uint8_t *)data + n_sent,
                                                           size - (size_t)n_sent, error);
}

/* ---- reading ---- */

/* Take what @message brought: at most WEFT_STREAM_MAX_FDS of them.  Returns: how many */
static size_t
unload(struct msghdr *message, int *ret_fds)
{
    size_t n_fds = 0;

    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL;
         header = CMSG_NXTHDR(message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        const size_t n_bytes = header->cmsg_len - CMSG_LEN(0);
        memcpy(ret_fds + n_fds, CMSG_DATA(header), n_bytes);
        n_fds += n_bytes / sizeof *ret_fds;
    }
    return n_fds;
}

/* Hand over @n_came descriptors, or close them if they are too many.  @n_read is passed on. */
static ssize_t
deliver(ssize_t n_read, const int *came, size_t n_came, gboolean is_cut, int *ret_fds,
        size_t *n_fds, GError **error)
{
    if (!is_cut && n_came <= *n_fds) {
        memcpy(ret_fds, came, n_came * sizeof *came);
        *n_fds = n_came;
        return n_read;
    }
    for (size_t i = 0; i < n_came; i++)
        close(came[i]);
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_LIMIT,
                "more descriptors came with a message than the %zu expected", *n_fds);
    return -1;
}

ssize_t
weft_stream_read_fds(WeftStream *stream, void *buffer, size_t size, int *ret_fds, size_t *n_fds,
                     GError **error)
{
    WeftDescriptor *descriptor = begin(stream, error);

    g_return_val_if_fail(size > 0, -1);
    if (descriptor == NULL)
        return -1;
    for (;;) {
        struct iovec piece = {buffer, size};
        Control control;
        int came[WEFT_STREAM_MAX_FDS];
        struct msghdr message = {.msg_iov = &piece,
                                 .msg_iovlen = 1,
                                 .msg_control = control.bytes,
                                 .msg_controllen = sizeof control.bytes};

        /* A short read says nothing here: it ends where another load of descriptors begins. */
        const ssize_t n_read = recvmsg(descriptor->fd, &message, MSG_CMSG_CLOEXEC);
        if (n_read >= 0) {
            stream->n_read += (size_t)n_read;
            return deliver(n_read, came, unload(&message, came),
                           (message.msg_flags & MSG_CTRUNC) != 0, ret_fds, n_fds, error);
        }
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN)
            return fail(errno, "receive descriptors", error);
        descriptor->is_readable = FALSE;
        if (!weft_descriptor_wait_readable(descriptor, "stream read", error))
            return -1;
    }
}
