/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Listening sockets, and the fiber's side of accepting from them.
 */

#include "io/address.h"

#include <weft/stream.h>

typedef enum {
    WEFT_LISTEN_ALONE,  /* the address must be nobody else's; then more may share it (SHARED) */
    WEFT_LISTEN_SHARED, /* beside a socket that listens there already, and was the first */
} WeftListenMode;

/*
 * Open a socket and listen; outside of fibers, too.  A unix socket file that nobody listens on any
 * more is replaced.
 * Returns: a non-blocking descriptor, -1 with @error set
 */
int weft_listen(const WeftAddress *address, WeftListenMode mode, GError **error);

/* The address that @fd is bound to: the port that port 0 became. */
gboolean weft_bound_address(int fd, WeftAddress *ret_address, GError **error);

typedef struct WeftListener WeftListener;

/* @fd: (transfer full): of weft_listen(); closed on failure, too */
WeftListener *weft_listener_new(int fd, GError **error);
void weft_listener_free(WeftListener *listener);

/*
 * Park until somebody connects.  Pauses and goes on when the process is out of descriptors.
 * Returns: (transfer full): NULL with @error set when the fiber is cancelled or late, or the
 * listener cannot go on
 */
WEFT_PARKS WeftStream *weft_listener_accept(WeftListener *listener, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftListener, weft_listener_free)
