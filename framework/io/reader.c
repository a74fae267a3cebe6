/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading by lines and by counts, over a buffer that keeps what came too early.
 */

#include <weft/reader.h>

#include <string.h>

/* Room for one read at least: a buffer that starts empty does not grow byte by byte. */
#define MIN_READ_BYTES ((size_t)1024)

/* Returns: bytes read into @input, 0 at the end of the stream, -1 with @error set */
static ssize_t
read_more(WeftStream *stream, WeftBuffer *input, GError **error)
{
    if (weft_buffer_room(input) == 0)
        weft_buffer_reserve(input, MIN_READ_BYTES);

    ssize_t n_read =
        weft_stream_read(stream, input->data + input->end, weft_buffer_room(input), error);
    if (n_read > 0)
        input->end += (size_t)n_read;
    return n_read;
}

static void
set_ended(WeftStream *stream, const char *within, GError **error)
{
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_CLOSED, "the stream of %s ended within %s",
                weft_stream_peer(stream), within);
}

ssize_t
weft_stream_read_line(WeftStream *stream, WeftBuffer *input, size_t max_bytes, GError **error)
{
    size_t n_searched = 0;

    for (;;) {
        const size_t length = MIN(weft_buffer_length(input), max_bytes);
        const uint8_t *bytes = weft_buffer_bytes(input);
        const uint8_t *end =
            length > n_searched ? memchr(bytes + n_searched, '\n', length - n_searched) : NULL;

        if (end != NULL)
            return end + 1 - bytes;
        if (length == max_bytes) {
            g_set_error(error, WEFT_ERROR, WEFT_ERROR_LIMIT, "a line is longer than %zu bytes",
                        max_bytes);
            return -1;
        }
        n_searched = length;

        const ssize_t n_read = read_more(stream, input, error);
        if (n_read == 0 && length > 0) {
            set_ended(stream, "a line", error);
            return -1;
        }
        if (n_read <= 0)
            return n_read;
    }
}

gboolean
weft_stream_read_until(WeftStream *stream, WeftBuffer *input, size_t size, GError **error)
{
    while (weft_buffer_length(input) < size) {
        weft_buffer_reserve(input, size - weft_buffer_length(input));

        const ssize_t n_read = read_more(stream, input, error);
        if (n_read == 0)
            set_ended(stream, "what was announced", error);
        if (n_read <= 0)
            return FALSE;
    }
    return TRUE;
}
