/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams over sockets.  A call is tried first and waited for when the system says EAGAIN; the
 * descriptor's flags save calls that are known to fail.
 */

#include "io/socket.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <weft/sys/stream.h>

#define WOULD_PARK (-2)
#define CANNOT_MOVE (-2)

/* Pieces given to the system in one call. */
#define MAX_PIECES 16

/* An idle connection holds one of these: binary and small. */
typedef struct {
    WeftStream base;
    WeftDescriptor *descriptor;
    uint8_t family;
    /* The last read took all there was, and nothing has been sent since: a reset that came together
     * with those bytes made no edge of its own, and libevent does not tell it from more to read. */
    uint8_t may_be_reset;
    uint16_t peer_port; /* network order */
    uint32_t peer_scope;
    uint8_t peer_ip[16]; /* 4 bytes of it for AF_INET */
} SocketStream;

static SocketStream *
socket_of(WeftStream *stream)
{
    return (SocketStream *)stream;
}

/* FALSE with the error for @error_number; @doing: "read from", "write to" */
static gboolean
set_failed(SocketStream *socket, int error_number, const char *doing, GError **error)
{
    const char *peer = weft_stream_peer(&socket->base);

    switch (error_number) {
    case EPIPE:
    case ECONNRESET:
    case ECONNABORTED:
    case ENOTCONN:
    case ETIMEDOUT:
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_CLOSED, "%s %s: %s", doing, peer,
                    g_strerror(error_number));
        return FALSE;
    default:
        return weft_error_set_errno(error, error_number, "%s %s", doing, peer);
    }
}

/* What each parking method begins with. */
static gboolean
begin(SocketStream *socket, GError **error)
{
    return weft_fiber_check(error) && weft_descriptor_spend(socket->descriptor, error);
}

/* ---- reading ---- */

static ssize_t
socket_try_read(WeftStream *stream, void *buffer, size_t size, GError **error)
{
    SocketStream *socket = socket_of(stream);
    WeftDescriptor *descriptor = socket->descriptor;
    ssize_t n_read;

    if (!descriptor->is_readable && !socket->may_be_reset)
        return WOULD_PARK;
    socket->may_be_reset = FALSE;
    do {
        n_read = recv(descriptor->fd, buffer, size, 0);
    } while (n_read < 0 && errno == EINTR);
    if (n_read < 0 && errno == EAGAIN) {
        descriptor->is_readable = FALSE;
        return WOULD_PARK;
    }
    if (n_read < 0) {
        set_failed(socket, errno, "read from", error);
        return -1;
    }
    /* epoll(7): a short read of a stream socket has taken all there was; only the end, if that has
     * come, is still to be read. */
    if (n_read > 0 && (size_t)n_read < size) {
        descriptor->is_readable = descriptor->has_ended;
        socket->may_be_reset = !descriptor->has_ended;
    }
    return n_read;
}

static ssize_t
socket_read(WeftStream *stream, void *buffer, size_t size, GError **error)
{
    if (!begin(socket_of(stream), error))
        return -1;
    for (;;) {
        ssize_t n_read = socket_try_read(stream, buffer, size, error);
        if (n_read != WOULD_PARK)
            return n_read;
        if (!weft_descriptor_wait_readable(socket_of(stream)->descriptor, "stream read", error))
            return -1;
    }
}

gboolean
weft_socket_stream_has_input(WeftStream *stream)
{
    SocketStream *socket = socket_of(stream);
    WeftDescriptor *descriptor = socket->descriptor;
    uint8_t byte;

    /* An edge came while earlier input was handled, and may have been read since: ask.  After a
     * short read and an answer, the common case, there is nothing to ask. */
    if (!descriptor->is_readable && !socket->may_be_reset)
        return FALSE;
    socket->may_be_reset = FALSE;
    descriptor->is_readable = recv(descriptor->fd, &byte, 1, MSG_PEEK) >= 0 || errno != EAGAIN;
    return descriptor->is_readable;
}

int
weft_socket_stream_peek(WeftStream *stream)
{
    uint8_t byte;

    return recv(socket_of(stream)->descriptor->fd, &byte, 1, MSG_PEEK) == 1 ? byte : -1;
}

gboolean
weft_socket_stream_is_at_end(WeftStream *stream)
{
    const WeftDescriptor *descriptor = socket_of(stream)->descriptor;
    uint8_t byte;

    return descriptor->has_ended && recv(descriptor->fd, &byte, 1, MSG_PEEK) == 0;
}

static gboolean
socket_wait_readable(WeftStream *stream, GError **error)
{
    if (weft_socket_stream_has_input(stream))
        return weft_fiber_check(error);
    return weft_descriptor_wait_readable(socket_of(stream)->descriptor, "stream read", error);
}

/* ---- writing ---- */

/* Fill @window with what is left of @pieces behind @n_done bytes of the first. */
static size_t
fill_window(struct iovec *window, const struct iovec *pieces, size_t n_pieces, size_t n_done)
{
    size_t n = MIN(n_pieces, MAX_PIECES);

    memcpy(window, pieces, n * sizeof *pieces);
    window[0].iov_base = (uint8_t *)window[0].iov_base + n_done;
    window[0].iov_len -= n_done;
    return n;
}

/* Returns: bytes sent, -1 with @error set.  Parks while the socket takes nothing. */
static ssize_t
send_message(SocketStream *socket, const struct msghdr *message, int flags, GError **error)
{
    WeftDescriptor *descriptor = socket->descriptor;

    for (;;) {
        const struct iovec *first = message->msg_iov;
        ssize_t n_sent =
            message->msg_iovlen == 1
                ? send(descriptor->fd, first->iov_base, first->iov_len, flags | MSG_NOSIGNAL)
                : sendmsg(descriptor->fd, message, flags | MSG_NOSIGNAL);
        if (n_sent >= 0) {
            socket->base.n_written += (size_t)n_sent;
            socket->may_be_reset = FALSE;
            return n_sent;
        }
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN) {
            set_failed(socket, errno, "write to", error);
            return -1;
        }
        descriptor->is_writable = FALSE;
        if (!weft_descriptor_wait_writable(descriptor, "stream write", error))
            return -1;
    }
}

static gboolean
socket_writev_all(WeftStream *stream, const struct iovec *pieces, size_t n_pieces,
                  gboolean more_follows, GError **error)
{
    SocketStream *socket = socket_of(stream);
    struct iovec window[MAX_PIECES];
    size_t n_done = 0; /* of pieces[0] */

    if (!begin(socket, error))
        return FALSE;
    for (;;) {
        for (; n_pieces > 0 && n_done >= pieces[0].iov_len; n_pieces--) {
            n_done -= pieces[0].iov_len;
            pieces++;
        }
        if (n_pieces == 0)
            return TRUE;

        struct msghdr message = {.msg_iov = window};
        message.msg_iovlen = fill_window(window, pieces, n_pieces, n_done);
        int flags = more_follows || n_pieces > message.msg_iovlen ? MSG_MORE : 0;
        ssize_t n_sent = send_message(socket, &message, flags, error);
        if (n_sent < 0)
            return FALSE;
        n_done += (size_t)n_sent;
    }
}

static ssize_t
socket_try_write(WeftStream *stream, const void *data, size_t size, GError **error)
{
    SocketStream *socket = socket_of(stream);
    ssize_t n_sent;

    if (!socket->descriptor->is_writable)
        return WOULD_PARK;
    do {
        n_sent = send(socket->descriptor->fd, data, size, MSG_NOSIGNAL);
    } while (n_sent < 0 && errno == EINTR);
    if (n_sent < 0 && errno == EAGAIN) {
        socket->descriptor->is_writable = FALSE;
        return WOULD_PARK;
    }
    if (n_sent < 0) {
        set_failed(socket, errno, "write to", error);
        return -1;
    }
    socket->base.n_written += (size_t)n_sent;
    socket->may_be_reset = FALSE;
    return n_sent;
}

static ssize_t
socket_send_pages(WeftStream *stream, int fd, int64_t offset_bytes, size_t size, GError **error)
{
    SocketStream *socket = socket_of(stream);
    WeftDescriptor *descriptor = socket->descriptor;
    off_t offset = offset_bytes;

    if (!begin(socket, error))
        return -1;
    for (;;) {
        ssize_t n_sent = sendfile(descriptor->fd, fd, &offset, size);
        if (n_sent >= 0)
            return n_sent;
        if (errno == EINTR)
            continue;
        if (errno == EINVAL || errno == ENOSYS)
            return CANNOT_MOVE;
        if (errno != EAGAIN) {
            set_failed(socket, errno, "send file to", error);
            return -1;
        }
        descriptor->is_writable = FALSE;
        if (!weft_descriptor_wait_writable(descriptor, "stream send file", error))
            return -1;
    }
}

static gboolean
socket_finish(WeftStream *stream, GError **error)
{
    SocketStream *socket = socket_of(stream);

    if (!weft_fiber_check(error))
        return FALSE;
    if (shutdown(socket->descriptor->fd, SHUT_WR) != 0)
        return set_failed(socket, errno, "finish writing to", error);
    return TRUE;
}

/* ---- life ---- */

static void
keep_peer(SocketStream *socket, const WeftAddress *peer)
{
    const struct sockaddr_in *v4 = &peer->socket.v4;
    const struct sockaddr_in6 *v6 = &peer->socket.v6;

    switch (peer->socket.any.sa_family) {
    case AF_INET:
        socket->peer_port = v4->sin_port;
        memcpy(socket->peer_ip, &v4->sin_addr, sizeof v4->sin_addr);
        break;
    case AF_INET6:
        socket->peer_port = v6->sin6_port;
        socket->peer_scope = v6->sin6_scope_id;
        memcpy(socket->peer_ip, &v6->sin6_addr, sizeof v6->sin6_addr);
        break;
    default:
        return;
    }
    socket->family = (uint8_t)peer->socket.any.sa_family;
}

gboolean
weft_socket_stream_peer_network(WeftStream *stream, uint64_t *ret_network)
{
    const SocketStream *socket = socket_of(stream);
    uint64_t network = 0;

    if (socket->family == AF_UNIX)
        return FALSE;
    memcpy(&network, socket->peer_ip, socket->family == AF_INET ? 4 : sizeof network);
    *ret_network = network;
    return TRUE;
}

static char *
socket_describe_peer(WeftStream *stream)
{
    SocketStream *socket = socket_of(stream);
    WeftAddress address = {0};
    struct sockaddr_in *v4 = &address.socket.v4;
    struct sockaddr_in6 *v6 = &address.socket.v6;

    address.socket.any.sa_family = socket->family;
    if (socket->family == AF_INET) {
        v4->sin_port = socket->peer_port;
        memcpy(&v4->sin_addr, socket->peer_ip, sizeof v4->sin_addr);
    } else if (socket->family == AF_INET6) {
        v6->sin6_port = socket->peer_port;
        v6->sin6_scope_id = socket->peer_scope;
        memcpy(&v6->sin6_addr, socket->peer_ip, sizeof v6->sin6_addr);
    }
    return weft_address_format(&address);
}

static void
socket_free(WeftStream *stream)
{
    weft_descriptor_free(socket_of(stream)->descriptor);
    g_free(stream);
}

static const WeftStreamMethods socket_methods = {
    .read = socket_read,
    .try_read = socket_try_read,
    .wait_readable = socket_wait_readable,
    .writev_all = socket_writev_all,
    .try_write = socket_try_write,
    .send_pages = socket_send_pages,
    .finish = socket_finish,
    .describe_peer = socket_describe_peer,
    .free = socket_free,
};

/* sendfile(2) has no MSG_NOSIGNAL: a peer that hangs up must not end the process. */
static void
ignore_sigpipe(void)
{
    static gsize done;
    struct sigaction action;

    if (!g_once_init_enter(&done))
        return;
    if (sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL) {
        action.sa_handler = SIG_IGN;
        sigaction(SIGPIPE, &action, NULL);
    }
    g_once_init_leave(&done, 1);
}

WeftStream *
weft_socket_stream_new(int fd, const WeftAddress *peer, GError **error)
{
    ignore_sigpipe();

    WeftDescriptor *descriptor = weft_descriptor_new(fd, error);
    if (descriptor == NULL)
        return NULL;

    SocketStream *socket = g_new0(SocketStream, 1);
    socket->base.methods = &socket_methods;
    socket->descriptor = descriptor;
    socket->family = AF_UNIX;
    if (peer != NULL)
        keep_peer(socket, peer);
    return &socket->base;
}

gboolean
weft_stream_is_socket(const WeftStream *stream)
{
    return stream->methods == &socket_methods;
}

gboolean
weft_stream_is_local(const WeftStream *stream)
{
    return weft_stream_is_socket(stream) && ((const SocketStream *)stream)->family == AF_UNIX;
}

gboolean
weft_stream_peer_user(WeftStream *stream, uid_t *ret_user)
{
    struct ucred peer;
    socklen_t size = sizeof peer;

    if (!weft_stream_is_local(stream) ||
        getsockopt(socket_of(stream)->descriptor->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return FALSE;
    *ret_user = peer.uid;
    return TRUE;
}

WeftDescriptor *
weft_socket_stream_descriptor(WeftStream *stream)
{
    g_assert(stream->methods == &socket_methods);
    return socket_of(stream)->descriptor;
}
