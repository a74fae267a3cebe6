/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/buffer.h>
#include <weft/stream.h>

G_BEGIN_DECLS

/**
 * Reading by lines and by counts.  What has come beyond what was asked for waits in a WeftBuffer
 * until it is asked for; weft_buffer_bytes() is where the line, or the bytes, begin, and
 * weft_buffer_consume() has done with them.
 *
 *     while ((size = weft_stream_read_line(stream, input, MAX_LINE_BYTES, &error)) > 0) {
 *         handle((const char *)weft_buffer_bytes(input), size);
 *         weft_buffer_consume(input, size);
 *     }
 */

/**
 * Read until a whole line lies at the beginning of @input.
 * @max_bytes: of the line with its '\n'; a longer one is WEFT_ERROR_LIMIT
 * Returns: the line's length with its '\n'; 0 at the end of the stream, -1 with @error set.  An end
 * within a line is WEFT_ERROR_CLOSED.
 */
WEFT_PARKS ssize_t weft_stream_read_line(WeftStream *stream, WeftBuffer *input, size_t max_bytes,
                                         GError **error);

/** Read until @input holds @size bytes at least; an earlier end is WEFT_ERROR_CLOSED. */
WEFT_PARKS gboolean weft_stream_read_until(WeftStream *stream, WeftBuffer *input, size_t size,
                                           GError **error);

G_END_DECLS
