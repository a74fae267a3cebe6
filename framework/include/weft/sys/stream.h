/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/stream.h>

G_BEGIN_DECLS

/**
 * For those who implement a kind of stream.  Who only uses streams needs weft/stream.h alone.
 *
 * The functions of weft/stream.h do what all kinds share (counting, exact reads, the description of
 * the peer); a method does one thing.  No method is called with a size of 0.
 */
typedef struct {
    /** As weft_stream_read().  Parks. */
    ssize_t (*read)(WeftStream *stream, void *buffer, size_t size, GError **error);

    /** As weft_stream_try_read(). */
    ssize_t (*try_read)(WeftStream *stream, void *buffer, size_t size, GError **error);

    /** As weft_stream_wait_readable().  Parks. */
    gboolean (*wait_readable)(WeftStream *stream, GError **error);

    /**
     * As weft_stream_writev_all().  Parks.
     * @more_follows: the bytes may be held back until the next write
     */
    gboolean (*writev_all)(WeftStream *stream, const struct iovec *pieces, size_t n_pieces,
                           gboolean more_follows, GError **error);

    /**
     * (nullable): as weft_stream_try_write().  A kind without it takes nothing without parking.
     */
    ssize_t (*try_write)(WeftStream *stream, const void *data, size_t size, GError **error);

    /**
     * (nullable): move bytes of descriptor @fd, which are in memory, without copying them through
     * the process.  Parks. Returns: bytes moved (1..@size), 0 at the end of the file, -1 with
     * @error set, -2 where this file cannot be moved in that way
     */
    ssize_t (*send_pages)(WeftStream *stream, int fd, int64_t offset_bytes, size_t size,
                          GError **error);

    /** As weft_stream_finish().  Parks. */
    gboolean (*finish)(WeftStream *stream, GError **error);

    /** Returns: (transfer full): the peer for logs */
    char *(*describe_peer)(WeftStream *stream);

    /** As weft_stream_free(), for the whole struct. */
    void (*free)(WeftStream *stream);
} WeftStreamMethods;

/** The first member of every kind's struct; methods is set by the kind, the rest starts as zeros.
 */
struct WeftStream {
    const WeftStreamMethods *methods;
    uint64_t n_read;
    uint64_t n_written; /* all that was handed to the system, or to the peer's buffer */
    char *peer;         /* NULL until asked for */
};

G_END_DECLS
