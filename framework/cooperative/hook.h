/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What every replaced call begins with, and how one waits.
 */

#include "cooperative/real.h"
#include <weft/base.h>

/*
 * TRUE: the caller is a fiber, and the call is to cooperate.  FALSE: the real function it is.
 * Counts.
 */
gboolean weft_hook_enter(void);

/* Calls that came to the gate on this thread, of fibers or not; for the self-test. */
unsigned weft_hook_n_entered(void);

/* TRUE if WEFT_COOPERATIVE=off stands in the environment, or a fiber has forked this process. */
gboolean weft_hook_is_off(void);

/* FALSE: the fiber is cancelled or late, and errno says which: calls that may wait fail at once. */
gboolean weft_hook_check(void);

/* The same for a call on @fd that succeeds without waiting, if it can: TRUE also for what never
 * waits (O_NONBLOCK), and for what is no socket, because files are tidied up after a deadline, too.
 */
gboolean weft_hook_check_socket(int fd);

/* Park until @fds may be ready, or @until_us.  FALSE: errno is ECANCELED, ETIMEDOUT (of the fiber),
 * EBADF (closed meanwhile), or why it cannot be. */
WEFT_PARKS gboolean weft_hook_wait(const struct pollfd *fds, size_t n_fds, int64_t until_us,
                                   const char *what);

/*
 * A call succeeded without waiting.  Every so many of them in a row let others run.
 * @fd: -1, or what it was done on: who made that O_NONBLOCK does not expect to be parked
 */
void weft_hook_spend(int fd);

/* The time @timeout_ms from now; negative: never. */
int64_t weft_hook_until_us(int timeout_ms);

/* The time @duration from now; NULL: never. */
int64_t weft_hook_after_us(const struct timespec *duration);

/* FALSE: the kernel would refuse it. */
gboolean weft_hook_is_duration(const struct timespec *duration);

/* poll(2) that parks.  @mask: (nullable): signals that are blocked while it looks */
int weft_hook_poll(struct pollfd *fds, nfds_t n_fds, int64_t until_us, const sigset_t *mask,
                   const char *what);

/*
 * One call on a descriptor that may block, done without blocking until it succeeds.  Begins as
 * {.fd, .events, .what}.
 */
typedef struct {
    int fd;
    short events; /* what it waits for: POLLIN or POLLOUT */
    const char *what;
    gboolean has_waited;
    int64_t until_us; /* by SO_RCVTIMEO or SO_SNDTIMEO; once it has waited */
} WeftBlockingCall;

/*
 * The call failed with errno.  TRUE: it would have blocked, and may now be tried again; FALSE: it
 * has failed for good, with errno as it shall be.
 */
WEFT_PARKS gboolean weft_blocking_call_wait(WeftBlockingCall *call);

/* Before a call that cannot be told not to block.  FALSE: it would block for good, as above. */
WEFT_PARKS gboolean weft_blocking_call_prepare(WeftBlockingCall *call);

/* TRUE if @fd is O_NONBLOCK: whoever uses it waits for himself. */
gboolean weft_hook_is_non_blocking(int fd);
