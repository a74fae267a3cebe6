/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/stream.h>

G_BEGIN_DECLS

/**
 * Descriptors that travel beside bytes over a unix socket: how one process hands an open file, a
 * listener or a live connection to another (unix(7), SCM_RIGHTS).
 *
 *     weft_stream_write_fds(to_worker, "c", 1, &fd, 1, error);     one process
 *     weft_stream_read_fds(from_owner, &word, 1, &fd, &n_fds, error);       the other
 *     WeftStream *client = weft_stream_new_for_fd(fd, error);
 */

/** Descriptors in one write at most. */
#define WEFT_STREAM_MAX_FDS 64

/**
 * A stream over a connected stream socket, TCP or unix, that came from elsewhere.
 * @fd: (transfer full): made non-blocking; closed on failure, too
 */
WeftStream *weft_stream_new_for_fd(int fd, GError **error);

/** Returns: the stream's descriptor, which stays the stream's; -1 if it is no socket */
int weft_stream_get_fd(WeftStream *stream);

/**
 * Write all of @data; the descriptors arrive with its first byte.
 * @stream: a unix socket; WEFT_ERROR_INVALID for others
 * @size: at least 1
 * @fds: @n_fds of them (0 to WEFT_STREAM_MAX_FDS); the receiver gets copies, these stay the
 * caller's
 */
WEFT_PARKS gboolean weft_stream_write_fds(WeftStream *stream, const void *data, size_t size,
                                          const int *fds, size_t n_fds, GError **error);

/**
 * As weft_stream_read(), with the descriptors that came with these bytes: those of one write at
 * most, which never arrive before or after its first byte does.  Descriptors that arrive under
 * another read are closed unseen, and the rest of the bytes may wait there for more to come: who
 * expects descriptors reads with this function only.
 * @ret_fds: (transfer full): close-on-exec
 * @n_fds: in: room in @ret_fds; out, on success: how many came
 * WEFT_ERROR_LIMIT: more came than there is room for; all of them were closed
 */
WEFT_PARKS ssize_t weft_stream_read_fds(WeftStream *stream, void *buffer, size_t size, int *ret_fds,
                                        size_t *n_fds, GError **error);

G_END_DECLS
