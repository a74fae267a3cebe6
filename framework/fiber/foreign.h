/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Waiting for descriptors that are not ours: those of libraries, which open, duplicate and close
 * them without telling.  Descriptors of our own are in descriptor.h, and cheaper.
 */

#include <poll.h>
#include <weft/base.h>

/*
 * Park until one of @fds may be ready, or @until_us (monotonic clock).  Only a hint: ask poll(2)
 * afterwards, and come back if it says no.  Several fibers may wait for one descriptor.
 * @fds: as poll(2) takes them, `revents` is not looked at; may be NULL if @n_fds is 0
 * @what: a literal for dumps
 * Returns: 0; ECANCELED or ETIMEDOUT if the fiber was cancelled, or its own deadline came (then, or
 * already before); EBADF if one was closed meanwhile (weft_foreign_close()); or why the system
 * cannot watch one of them.
 */
WEFT_PARKS int weft_foreign_wait(const struct pollfd *fds, size_t n_fds, int64_t until_us,
                                 const char *what);

/* @fd is about to be closed: end the waits for it of the calling thread's fibers.  From anywhere.
 */
void weft_foreign_close(int fd);

typedef struct WeftForeign WeftForeign;

/* One of each event loop; made when it is first needed. */
void weft_foreign_free(WeftForeign *foreign);

/* Something has happened at the descriptor of @foreign, which the event loop watches. */
void weft_foreign_dispatch(WeftForeign *foreign);
