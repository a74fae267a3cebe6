/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The functions that ours stand before: libc's, or a sanitizer's that stand before those.  From the
 * first instruction of the program on they can be called: until a constructor has looked them up,
 * they are plain system calls, because looking up may itself read files.
 */

#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

typedef struct {
    int (*poll)(struct pollfd *fds, nfds_t n_fds, int timeout_ms);
    int (*ppoll)(struct pollfd *fds, nfds_t n_fds, const struct timespec *timeout,
                 const sigset_t *mask);
    int (*select)(int n_fds, fd_set *reads, fd_set *writes, fd_set *excepts,
                  struct timeval *timeout);
    int (*pselect)(int n_fds, fd_set *reads, fd_set *writes, fd_set *excepts,
                   const struct timespec *timeout, const sigset_t *mask);
    int (*epoll_wait)(int fd, struct epoll_event *events, int n_events, int timeout_ms);
    int (*epoll_pwait)(int fd, struct epoll_event *events, int n_events, int timeout_ms,
                       const sigset_t *mask);
    int (*connect)(int fd, const struct sockaddr *address, socklen_t size);
    int (*accept)(int fd, struct sockaddr *address, socklen_t *size);
    int (*accept4)(int fd, struct sockaddr *address, socklen_t *size, int flags);
    ssize_t (*recv)(int fd, void *buffer, size_t size, int flags);
    ssize_t (*recvfrom)(int fd, void *buffer, size_t size, int flags, struct sockaddr *address,
                        socklen_t *address_size);
    ssize_t (*recvmsg)(int fd, struct msghdr *message, int flags);
    int (*recvmmsg)(int fd, struct mmsghdr *messages, unsigned n_messages, int flags,
                    struct timespec *timeout);
    ssize_t (*send)(int fd, const void *data, size_t size, int flags);
    ssize_t (*sendto)(int fd, const void *data, size_t size, int flags,
                      const struct sockaddr *address, socklen_t address_size);
    ssize_t (*sendmsg)(int fd, const struct msghdr *message, int flags);
    int (*sendmmsg)(int fd, struct mmsghdr *messages, unsigned n_messages, int flags);
    ssize_t (*read)(int fd, void *buffer, size_t size);
    ssize_t (*write)(int fd, const void *data, size_t size);
    ssize_t (*readv)(int fd, const struct iovec *pieces, int n_pieces);
    ssize_t (*writev)(int fd, const struct iovec *pieces, int n_pieces);
    int (*close)(int fd);
    int (*dup2)(int fd, int as);
    int (*dup3)(int fd, int as, int flags);
    unsigned (*sleep)(unsigned duration_s);
    int (*usleep)(useconds_t duration_us);
    int (*nanosleep)(const struct timespec *duration, struct timespec *left);
    int (*clock_nanosleep)(clockid_t clock, int flags, const struct timespec *time,
                           struct timespec *left);
} WeftReal;

/* Written once, before main(). */
extern WeftReal weft_real;

/* What is no system call. */
typedef struct {
    int (*getaddrinfo)(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **ret_found);
    int (*getnameinfo)(const struct sockaddr *address, socklen_t size, char *host,
                       socklen_t host_size, char *service, socklen_t service_size, int flags);
    struct hostent *(*gethostbyname)(const char *name);
    int (*gethostbyname_r)(const char *name, struct hostent *ret_host, char *buffer, size_t size,
                           struct hostent **ret_found, int *ret_h_errno);
    int (*gethostbyname2_r)(const char *name, int family, struct hostent *ret_host, char *buffer,
                            size_t size, struct hostent **ret_found, int *ret_h_errno);
    int (*gethostbyaddr_r)(const void *address, socklen_t address_size, int family,
                           struct hostent *ret_host, char *buffer, size_t size,
                           struct hostent **ret_found, int *ret_h_errno);
    int (*res_query)(const char *name, int class, int type, unsigned char *answer, int size);
} WeftRealNames;

/* Looked up when it is first needed, from whatever constructor. */
const WeftRealNames *weft_real_names(void);
