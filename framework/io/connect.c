/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connecting: the addresses of a name in turn, until one answers.
 */

#include <weft/stream.h>

#include "fiber/wait.h"
#include "io/resolver.h"
#include "io/socket.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>
#include <weft/clock.h>
#include <weft/deadline.h>

/* How long to wait before asking a unix socket again whose queue was full. */
#define QUEUE_FULL_PAUSE_MS 5

/* Begin to connect; a unix socket has no way to say when its queue has room again. */
static gboolean
start_connecting(int fd, const WeftAddress *address, GError **error)
{
    while (connect(fd, &address->socket.any, address->size) != 0) {
        if (errno == EINPROGRESS)
            return TRUE;
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN || address->socket.any.sa_family != AF_UNIX) {
            g_autofree char *text = weft_address_format(address);
            return weft_error_set_errno(error, errno, "connect to %s", text);
        }
        if (!weft_fiber_sleep_ms(QUEUE_FULL_PAUSE_MS, error))
            return FALSE;
    }
    return TRUE;
}

static int
open_socket(const WeftAddress *address, GError **error)
{
    const int family = address->socket.any.sa_family;
    const int yes = 1;
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0) {
        weft_error_set_errno(error, errno, "open a socket");
        return -1;
    }
    if (family != AF_UNIX)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return fd;
}

/* Park until the socket says how connecting went. */
static gboolean
finish_connecting(WeftStream *stream, GError **error)
{
    WeftDescriptor *descriptor = weft_socket_stream_descriptor(stream);
    int status = 0;
    socklen_t size = sizeof status;

    descriptor->is_writable = FALSE;
    descriptor->is_readable = FALSE;
    if (!weft_descriptor_wait_writable(descriptor, "connect", error)) {
        g_prefix_error(error, "connect to %s: ", weft_stream_peer(stream));
        return FALSE;
    }
    if (getsockopt(descriptor->fd, SOL_SOCKET, SO_ERROR, &status, &size) != 0)
        status = errno;
    if (status != 0)
        return weft_error_set_errno(error, status, "connect to %s", weft_stream_peer(stream));
    return TRUE;
}

static WeftStream *
connect_one(const WeftAddress *address, GError **error)
{
    int fd = open_socket(address, error);

    if (fd < 0)
        return NULL;
    if (!start_connecting(fd, address, error)) {
        close(fd);
        return NULL;
    }

    g_autoptr(WeftStream) stream = weft_socket_stream_new(fd, address, error);
    if (stream == NULL || !finish_connecting(stream, error))
        return NULL;
    return g_steal_pointer(&stream);
}

/* An address that does not answer must leave time for the others. */
static WeftDeadlineScope
share_of_time(size_t n_left)
{
    const int64_t deadline_us = weft_deadline_us();
    const int64_t now_us = weft_clock_now_us();

    if (deadline_us == WEFT_DEADLINE_NEVER || deadline_us <= now_us)
        return weft_deadline_scope_at_us(deadline_us);
    return weft_deadline_scope_at_us(now_us + (deadline_us - now_us) / (int64_t)n_left);
}

WeftStream *
weft_stream_connect(const char *address, GError **error)
{
    WeftEndpoint endpoint;
    size_t n_addresses;

    if (!weft_endpoint_parse(address, &endpoint, error))
        return NULL;

    g_autofree WeftAddress *addresses = weft_resolve(&endpoint, &n_addresses, error);
    if (addresses == NULL)
        return NULL;

    for (size_t i = 0;; i++) {
        const size_t n_left = n_addresses - i;
        g_auto(WeftDeadlineScope) share = share_of_time(n_left);
        g_autoptr(GError) failure = NULL;
        WeftStream *stream = connect_one(&addresses[i], &failure);

        if (stream != NULL)
            return stream;
        if (n_left == 1 || g_error_matches(failure, WEFT_ERROR, WEFT_ERROR_CANCELLED)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return NULL;
        }
    }
}
