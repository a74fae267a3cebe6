/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Streams over sockets, TCP and unix.
 */

#include "fiber/descriptor.h"
#include "io/address.h"

#include <weft/stream.h>

/*
 * A stream over a connected, non-blocking socket.
 * @fd: (transfer full): closed on failure, too
 * @peer: (nullable): NULL where it has no name
 */
WeftStream *weft_socket_stream_new(int fd, const WeftAddress *peer, GError **error);

gboolean weft_stream_is_socket(const WeftStream *stream);

/* TRUE for a unix socket. */
gboolean weft_stream_is_local(const WeftStream *stream);

/* The descriptor below, which lives as long as the stream: for who waits without a fiber. */
WeftDescriptor *weft_socket_stream_descriptor(WeftStream *stream);

/*
 * TRUE if there is something to read, or the end, or an error.  FALSE leaves the descriptor's
 * is_readable FALSE: the next edge tells.
 */
gboolean weft_socket_stream_has_input(WeftStream *stream);

/*
 * The peer as a number: an IPv4 address, or the network part (/64) of an IPv6 one.
 * FALSE: it has none
 */
gboolean weft_socket_stream_peer_network(WeftStream *stream, uint64_t *ret_network);

/* Returns: the first byte that is there to read, which stays there; -1 if there is none */
int weft_socket_stream_peek(WeftStream *stream);

/* TRUE if the peer has gone and left nothing to read. */
gboolean weft_socket_stream_is_at_end(WeftStream *stream);
