/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Receiving and sending without the gate, for read() and write() of sockets.  Like recv(2) and the
 * others; ENOTSOCK comes at once.
 */

#include <sys/socket.h>
#include <weft/base.h>

ssize_t weft_hook_recv(int fd, void *buffer, size_t size, int flags, struct sockaddr *address,
                       socklen_t *address_size);
ssize_t weft_hook_recvmsg(int fd, struct msghdr *message, int flags);
ssize_t weft_hook_send(int fd, const void *data, size_t size, int flags,
                       const struct sockaddr *address, socklen_t address_size);
ssize_t weft_hook_sendmsg(int fd, const struct msghdr *message, int flags);
