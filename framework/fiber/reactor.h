/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The event loop of one scheduler: libevent, and nobody else includes it.  Descriptors are in
 * descriptor.h.
 */

#include <weft/error.h>

typedef struct WeftForeign WeftForeign;
typedef struct WeftReactor WeftReactor;

WeftReactor *weft_reactor_new(GError **error);
void weft_reactor_free(WeftReactor *reactor);

/*
 * Wait for events and handle them: at most until @until_us (monotonic clock), not at all if that
 * has passed, for ever with WEFT_DEADLINE_NEVER.
 */
void weft_reactor_poll(WeftReactor *reactor, int64_t now_us, int64_t until_us);

/* End a poll that waits, or make the next one return at once.  From any thread. */
void weft_reactor_wake(WeftReactor *reactor);

/* Watch @fd, the descriptor of @foreign: weft_foreign_dispatch() whenever it is readable.
 * @foreign: (transfer full), if it succeeds.  FALSE: errno says why not */
gboolean weft_reactor_set_foreign(WeftReactor *reactor, WeftForeign *foreign, int fd);

/* Returns: (nullable) */
WeftForeign *weft_reactor_foreign(const WeftReactor *reactor);
