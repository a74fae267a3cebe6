/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams: what all kinds share.  The kinds are socket.c, memory.c and tls_stream.c.
 */

#include <weft/stream.h>

#include "fiber/wait.h"
#include "io/block.h"
#include "io/file.h"

#include <weft/sys/stream.h>

/* How far ahead a file is asked whether it is in memory, and sent without asking again. */
#define SEND_WINDOW_BYTES ((int64_t)1024 * 1024)

#define WOULD_PARK (-2)
#define CANNOT_MOVE (-2)

ssize_t
weft_stream_read(WeftStream *stream, void *buffer, size_t size, GError **error)
{
    if (size == 0)
        return 0;

    ssize_t n_read = stream->methods->read(stream, buffer, size, error);
    if (n_read > 0)
        stream->n_read += (size_t)n_read;
    return n_read;
}

ssize_t
weft_stream_try_read(WeftStream *stream, void *buffer, size_t size, GError **error)
{
    if (size == 0)
        return 0;

    ssize_t n_read = stream->methods->try_read(stream, buffer, size, error);
    if (n_read > 0)
        stream->n_read += (size_t)n_read;
    return n_read;
}

gboolean
weft_stream_wait_readable(WeftStream *stream, GError **error)
{
    return stream->methods->wait_readable(stream, error);
}

gboolean
weft_stream_read_exact(WeftStream *stream, void *buffer, size_t size, GError **error)
{
    uint8_t *to = buffer;
    size_t n_got = 0;

    while (n_got < size) {
        ssize_t n_read = weft_stream_read(stream, to + n_got, size - n_got, error);
        if (n_read < 0)
            return FALSE;
        if (n_read == 0) {
            g_set_error(error, WEFT_ERROR, WEFT_ERROR_CLOSED,
                        "the stream of %s ended after %zu of %zu bytes", weft_stream_peer(stream),
                        n_got, size);
            return FALSE;
        }
        n_got += (size_t)n_read;
    }
    return TRUE;
}

static gboolean
write_one(WeftStream *stream, const void *data, size_t size, gboolean more_follows, GError **error)
{
    const struct iovec piece = {(void *)data, size};

    if (size == 0)
        return weft_fiber_check(error);
    return stream->methods->writev_all(stream, &piece, 1, more_follows, error);
}

gboolean
weft_stream_write_all(WeftStream *stream, const void *data, size_t size, GError **error)
{
    return write_one(stream, data, size, FALSE, error);
}

gboolean
weft_stream_write_more(WeftStream *stream, const void *data, size_t size, GError **error)
{
    return write_one(stream, data, size, TRUE, error);
}

ssize_t
weft_stream_try_write(WeftStream *stream, const void *data, size_t size, GError **error)
{
    if (size == 0)
        return 0;
    if (stream->methods->try_write == NULL)
        return WOULD_PARK;
    return stream->methods->try_write(stream, data, size, error);
}

gboolean
weft_stream_writev_all(WeftStream *stream, const struct iovec *pieces, size_t n_pieces,
                       GError **error)
{
    return stream->methods->writev_all(stream, pieces, n_pieces, FALSE, error);
}

/* ---- files ---- */

/* Returns: bytes sent, 0 at the end of the file, -1 with @error set */
static ssize_t
send_copy(WeftStream *stream, WeftFile *file, int64_t offset_bytes, size_t size, GError **error)
{
    gpointer block = weft_block_take(WEFT_BLOCK_LARGE);
    size_t wanted = MIN(size, WEFT_BLOCK_LARGE_BYTES);
    ssize_t n_sent = weft_file_read_at(file, block, wanted, offset_bytes, error);

    if (n_sent > 0 && !weft_stream_write_all(stream, block, (size_t)n_sent, error))
        n_sent = -1;
    weft_block_put(WEFT_BLOCK_LARGE, block);
    return n_sent;
}

/* As send_copy(), without a copy where that waits for nothing but the peer. */
static ssize_t
send_some(WeftStream *stream, WeftFile *file, int64_t offset_bytes, size_t size, GError **error)
{
    if (stream->methods->send_pages == NULL || !weft_file_is_resident(file, offset_bytes, size))
        return send_copy(stream, file, offset_bytes, size, error);

    ssize_t n_sent =
        stream->methods->send_pages(stream, weft_file_fd(file), offset_bytes, size, error);
    if (n_sent == CANNOT_MOVE)
        return send_copy(stream, file, offset_bytes, size, error);
    if (n_sent > 0)
        stream->n_written += (size_t)n_sent;
    return n_sent;
}

static gboolean
set_ended_early(int64_t offset_bytes, GError **error)
{
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_IO,
                "the file ended early, at %" G_GINT64_FORMAT " bytes", offset_bytes);
    return FALSE;
}

static gboolean
send_bytes(WeftStream *stream, GBytes *bytes, int64_t offset_bytes, int64_t n_bytes, GError **error)
{
    size_t length;
    const uint8_t *data = g_bytes_get_data(bytes, &length);

    if ((uint64_t)offset_bytes > length || (uint64_t)n_bytes > length - (uint64_t)offset_bytes)
        return set_ended_early((int64_t)length, error);
    return weft_stream_write_all(stream, data + offset_bytes, (size_t)n_bytes, error);
}

gboolean
weft_stream_send_file(WeftStream *stream, WeftFile *file, int64_t offset_bytes, int64_t n_bytes,
                      GError **error)
{
    g_return_val_if_fail(offset_bytes >= 0 && n_bytes >= 0, FALSE);
    if (weft_file_bytes(file) != NULL)
        return send_bytes(stream, weft_file_bytes(file), offset_bytes, n_bytes, error);

    while (n_bytes > 0) {
        size_t window = (size_t)MIN(n_bytes, SEND_WINDOW_BYTES);
        ssize_t n_sent = send_some(stream, file, offset_bytes, window, error);
        if (n_sent < 0)
            return FALSE;
        if (n_sent == 0)
            return set_ended_early(offset_bytes, error);
        offset_bytes += n_sent;
        n_bytes -= n_sent;
    }
    return TRUE;
}

/* ---- the rest ---- */

gboolean
weft_stream_finish(WeftStream *stream, GError **error)
{
    return stream->methods->finish(stream, error);
}

const char *
weft_stream_peer(WeftStream *stream)
{
    if (stream->peer == NULL)
        stream->peer = stream->methods->describe_peer(stream);
    return stream->peer;
}

uint64_t
weft_stream_n_read(const WeftStream *stream)
{
    return stream->n_read;
}

uint64_t
weft_stream_n_written(const WeftStream *stream)
{
    return stream->n_written;
}

void
weft_stream_free(WeftStream *stream)
{
    if (stream == NULL)
        return;
    g_free(stream->peer);
    stream->methods->free(stream);
}
