/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Names that libc exports for _FORTIFY_SOURCE and no header declares.
 */

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

int __poll_chk(struct pollfd *fds, nfds_t n_fds, int timeout_ms, size_t room);
int __ppoll_chk(struct pollfd *fds, nfds_t n_fds, const struct timespec *timeout,
                const sigset_t *mask, size_t room);
ssize_t __read_chk(int fd, void *buffer, size_t size, size_t room);
ssize_t __recv_chk(int fd, void *buffer, size_t size, size_t room, int flags);
ssize_t __recvfrom_chk(int fd, void *buffer, size_t size, size_t room, int flags,
                       struct sockaddr *address, socklen_t *address_size);
