/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listening and accepting.
 */

#include "io/listener.h"

#include "fiber/descriptor.h"
#include "io/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <unistd.h>

/* Connections that the system holds for us at most; it has a limit of its own (somaxconn). */
#define BACKLOG 4096

/* How long to let connections end after the process ran out of descriptors. */
#define OUT_OF_DESCRIPTORS_PAUSE_MS 100

struct WeftListener {
    WeftDescriptor *descriptor;
    int reserve_fd; /* given up for a moment to turn a client away; -1: none */
};

static gboolean
set_option(int fd, int level, int option)
{
    const int yes = 1;

    return setsockopt(fd, level, option, &yes, sizeof yes) == 0;
}

/* TRUE if @address is a socket file that nobody listens on. */
static gboolean
is_stale(const WeftAddress *address)
{
    struct stat status;

    if (lstat(address->socket.local.sun_path, &status) != 0 || !S_ISSOCK(status.st_mode))
        return FALSE;

    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return FALSE;
    gboolean refused =
        connect(fd, &address->socket.any, address->size) != 0 && errno == ECONNREFUSED;
    close(fd);
    return refused;
}

static gboolean
bind_unix(int fd, const WeftAddress *address)
{
    if (bind(fd, &address->socket.any, address->size) == 0)
        return TRUE;
    if (errno != EADDRINUSE)
        return FALSE;
    if (!is_stale(address) || unlink(address->socket.local.sun_path) != 0) {
        errno = EADDRINUSE;
        return FALSE;
    }
    return bind(fd, &address->socket.any, address->size) == 0;
}

/*
 * The first socket binds without SO_REUSEPORT, so that another server on the port is noticed, and
 * sets it afterwards, so that our own further sockets may join.
 */
static gboolean
bind_tcp(int fd, const WeftAddress *address, WeftListenMode mode)
{
    if (!set_option(fd, SOL_SOCKET, SO_REUSEADDR) || !set_option(fd, IPPROTO_TCP, TCP_NODELAY))
        return FALSE;
    if (address->socket.any.sa_family == AF_INET6 && !set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY))
        return FALSE;
    if (mode == WEFT_LISTEN_SHARED && !set_option(fd, SOL_SOCKET, SO_REUSEPORT))
        return FALSE;
    if (bind(fd, &address->socket.any, address->size) != 0)
        return FALSE;
    return mode == WEFT_LISTEN_SHARED || set_option(fd, SOL_SOCKET, SO_REUSEPORT);
}

int
weft_listen(const WeftAddress *address, WeftListenMode mode, GError **error)
{
    const int family = address->socket.any.sa_family;
    g_autofree char *text = weft_address_format(address);
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0) {
        weft_error_set_errno(error, errno, "listen on %s", text);
        return -1;
    }

    gboolean bound = family == AF_UNIX ? bind_unix(fd, address) : bind_tcp(fd, address, mode);
    if (bound && listen(fd, BACKLOG) == 0)
        return fd;
    weft_error_set_errno(error, errno, "listen on %s", text);
    close(fd);
    return -1;
}

gboolean
weft_bound_address(int fd, WeftAddress *ret_address, GError **error)
{
    WeftAddress address = {.size = sizeof address.socket};

    if (getsockname(fd, &address.socket.any, &address.size) != 0)
        return weft_error_set_errno(error, errno, "find the bound address");
    *ret_address = address;
    return TRUE;
}

static int
open_reserve(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

WeftListener *
weft_listener_new(int fd, GError **error)
{
    WeftDescriptor *descriptor = weft_descriptor_new(fd, error);

    if (descriptor == NULL)
        return NULL;

    WeftListener *listener = g_new(WeftListener, 1);
    listener->descriptor = descriptor;
    listener->reserve_fd = open_reserve();
    return listener;
}

void
weft_listener_free(WeftListener *listener)
{
    if (listener == NULL)
        return;
    weft_descriptor_free(listener->descriptor);
    if (listener->reserve_fd >= 0)
        close(listener->reserve_fd);
    g_free(listener);
}

/* The client at the head of the queue gets a clean end instead of silence. */
static void
turn_one_away(WeftListener *listener)
{
    if (listener->reserve_fd < 0)
        return;
    close(listener->reserve_fd);
    int fd = accept4(listener->descriptor->fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        close(fd);
    listener->reserve_fd = open_reserve();
}

/* Decide after a failed accept: TRUE to try again. */
static gboolean
recover(WeftListener *listener, int error_number, GError **error)
{
    WeftDescriptor *descriptor = listener->descriptor;

    switch (error_number) {
    case EAGAIN:
        descriptor->is_readable = FALSE;
        return weft_descriptor_wait_readable(descriptor, "accept", error);
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        turn_one_away(listener);
        return weft_fiber_sleep_ms(OUT_OF_DESCRIPTORS_PAUSE_MS, error);
    case EBADF:
    case EFAULT:
    case EINVAL:
    case ENOTSOCK:
    case EOPNOTSUPP:
        return weft_error_set_errno(error, error_number, "accept");
    default:
        /* accept(2): the rest are failures of that one connection. */
        return weft_descriptor_spend(descriptor, error);
    }
}

WeftStream *
weft_listener_accept(WeftListener *listener, GError **error)
{
    WeftDescriptor *descriptor = listener->descriptor;

    if (!weft_fiber_check(error) || !weft_descriptor_spend(descriptor, error))
        return NULL;
    for (;;) {
        WeftAddress peer = {.size = sizeof peer.socket};
        int fd =
            accept4(descriptor->fd, &peer.socket.any, &peer.size, SOCK_CLOEXEC | SOCK_NONBLOCK);
        int error_number = errno;
        if (fd >= 0) {
            WeftStream *stream = weft_socket_stream_new(fd, &peer, NULL);
            if (stream != NULL)
                return stream;
            error_number = ENOMEM; /* the event loop has no room for it; it is closed */
        }
        if (!recover(listener, error_number, error))
            return NULL;
    }
}
