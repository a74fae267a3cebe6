/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What calls become in libraries that were compiled with _FORTIFY_SOURCE: the same, with the size
 * of the buffer beside it.  No header declares them.
 */

#include "cooperative/fortify.h"
#include "cooperative/hook.h"
#include <unistd.h>

static void
check_fits(size_t wanted, size_t room)
{
    if (G_UNLIKELY(wanted > room))
        g_error("buffer overflow detected: %zu into %zu", wanted, room);
}

int
__poll_chk(struct pollfd *fds, nfds_t n_fds, int timeout_ms, size_t room)
{
    check_fits(n_fds, room / sizeof *fds);
    return poll(fds, n_fds, timeout_ms);
}

int
__ppoll_chk(struct pollfd *fds, nfds_t n_fds, const struct timespec *timeout, const sigset_t *mask,
            size_t room)
{
    check_fits(n_fds, room / sizeof *fds);
    return ppoll(fds, n_fds, timeout, mask);
}

ssize_t
__read_chk(int fd, void *buffer, size_t size, size_t room)
{
    check_fits(size, room);
    return read(fd, buffer, size);
}

ssize_t
__recv_chk(int fd, void *buffer, size_t size, size_t room, int flags)
{
    check_fits(size, room);
    return recv(fd, buffer, size, flags);
}

ssize_t
__recvfrom_chk(int fd, void *buffer, size_t size, size_t room, int flags, struct sockaddr *address,
               socklen_t *address_size)
{
    check_fits(size, room);
    return recvfrom(fd, buffer, size, flags, address, address_size);
}
