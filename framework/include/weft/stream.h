/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <sys/types.h>
#include <sys/uio.h>
#include <weft/error.h>
#include <weft/file.h>

G_BEGIN_DECLS

/**
 * A stream is a byte pipe in each direction: TCP, unix, a pair in memory.  New kinds implement
 * weft/sys/stream.h.  At most one fiber reads and one writes at a time.
 *
 * A peer that is gone (reset, broken pipe) is WEFT_ERROR_CLOSED.  The first socket stream of a
 * process makes it ignore SIGPIPE, unless that has a handler.
 */
typedef struct WeftStream WeftStream;

/**
 * @address: "host:port", "[v6]:port" or "unix:/path"; names are resolved, addresses tried in turn,
 * each with a share of the time left.  Small writes leave at once (TCP_NODELAY).
 */
WEFT_PARKS WeftStream *weft_stream_connect(const char *address, GError **error);

/**
 * Two streams that are each other's peer, in memory; for tests and for layers on top of each other.
 * @capacity_bytes: how much one direction holds before a writer parks
 */
void weft_stream_pair(size_t capacity_bytes, WeftStream **ret_left, WeftStream **ret_right);

/** Returns: bytes read (1..@size), 0 at end of stream, -1 with @error set */
WEFT_PARKS ssize_t weft_stream_read(WeftStream *stream, void *buffer, size_t size, GError **error);

/**
 * Read what is there without parking.
 * Returns: bytes read, 0 at end of stream, -1 with @error set, -2 where read would park
 */
ssize_t weft_stream_try_read(WeftStream *stream, void *buffer, size_t size, GError **error);

/** Park until there is something to read, or the end of the stream; reads nothing. */
WEFT_PARKS gboolean weft_stream_wait_readable(WeftStream *stream, GError **error);

/** Read exactly @size bytes; end of stream before that is WEFT_ERROR_CLOSED. */
WEFT_PARKS gboolean weft_stream_read_exact(WeftStream *stream, void *buffer, size_t size,
                                           GError **error);

/** Write all of @data.  On failure the peer may have seen any prefix of it. */
WEFT_PARKS gboolean weft_stream_write_all(WeftStream *stream, const void *data, size_t size,
                                          GError **error);

/**
 * As write_all, where more is written at once: the stream may hold these bytes back, so that they
 * leave together with what follows.
 */
WEFT_PARKS gboolean weft_stream_write_more(WeftStream *stream, const void *data, size_t size,
                                           GError **error);

/**
 * Write what the stream takes without parking; outside of fibers, too.
 * Returns: bytes taken, -1 with @error set, -2 where it takes none
 */
ssize_t weft_stream_try_write(WeftStream *stream, const void *data, size_t size, GError **error);

/** Write all of the @n_pieces pieces, in one system call where the system takes them. */
WEFT_PARKS gboolean weft_stream_writev_all(WeftStream *stream, const struct iovec *pieces,
                                           size_t n_pieces, GError **error);

/**
 * Write @n_bytes of @file from @offset_bytes: by sendfile where stream and file allow it and the
 * bytes are in memory, otherwise by reading on the offload pool.  A file that ends early is
 * WEFT_ERROR_IO.
 */
WEFT_PARKS gboolean weft_stream_send_file(WeftStream *stream, WeftFile *file, int64_t offset_bytes,
                                          int64_t n_bytes, GError **error);

/** Tell the peer no more data will come; reading goes on. */
WEFT_PARKS gboolean weft_stream_finish(WeftStream *stream, GError **error);

/** The peer for logs: "192.0.2.1:4711", "[2001:db8::1]:80", "unix".  Lives as long as the stream.
 */
const char *weft_stream_peer(WeftStream *stream);

/** The user at the other end of a unix socket, as the kernel knows it.  FALSE: it is none. */
gboolean weft_stream_peer_user(WeftStream *stream, uid_t *ret_user);

/** Bytes read and written so far: what minimum-rate rules measure. */
uint64_t weft_stream_n_read(const WeftStream *stream);
uint64_t weft_stream_n_written(const WeftStream *stream);

/** Close at once, no goodbye, never parks.  NULL is fine. */
void weft_stream_free(WeftStream *stream);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftStream, weft_stream_free)

G_END_DECLS
