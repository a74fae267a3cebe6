/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chunked coding of a body, undone piece by piece.
 */

#include "http/chunked.h"

#include <weft/scan.h>

#include <string.h>

/* RFC 9112 7.1: sizes too large must be noticed; more digits than these only pad. */
#define MAX_SIZE_DIGITS 16

/* A line around the data was taken; no result of its own. */
#define GO_ON ((WeftHttpChunkedResult)-1)

static WeftHttpChunkedResult
refuse(WeftHttpChunked *chunked, unsigned status, const char *why)
{
    chunked->refusal_status = status;
    chunked->refusal = why;
    return WEFT_HTTP_CHUNKED_REFUSED;
}

/*
 * A line with its CRLF that must be complete within the limit.
 * Returns: its length without CRLF, -1 if there must be more of it, -2 for a bare CR or LF or too
 * much
 */
static ssize_t
line_length(const char *input, size_t size)
{
    size_t visible = MIN(size, WEFT_HTTP_MAX_CHUNK_LINE_BYTES);
    size_t length = weft_scan_field_value(input, visible);

    if (length == visible || (length + 1 == visible && input[length] == '\r'))
        return visible < WEFT_HTTP_MAX_CHUNK_LINE_BYTES ? -1 : -2;
    return input[length] == '\r' && input[length + 1] == '\n' ? (ssize_t)length : -2;
}

/* RFC 9112 7.1.1: *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] ) */
static gboolean
extensions_are_valid(const char *text, size_t length)
{
    size_t at = 0;

    while (at < length) {
        at += weft_scan_blanks(text + at, length - at);
        if (at == length || text[at] != ';')
            return FALSE;
        at++;
        at += weft_scan_blanks(text + at, length - at);

        size_t name = weft_scan_while(text + at, length - at, WEFT_BYTE_TOKEN);
        if (name == 0)
            return FALSE;
        at += name;

        size_t blanks = weft_scan_blanks(text + at, length - at);
        if (at + blanks == length || text[at + blanks] != '=')
            continue;
        at += blanks + 1;
        at += weft_scan_blanks(text + at, length - at);

        size_t value = weft_scan_while(text + at, length - at, WEFT_BYTE_TOKEN);
        if (value == 0)
            value = weft_scan_quoted_string(text + at, length - at);
        if (value == 0)
            return FALSE;
        at += value;
    }
    return TRUE;
}

static WeftHttpChunkedResult
take_size_line(WeftHttpChunked *chunked, const char *input, size_t size, size_t *used)
{
    ssize_t length = line_length(input, size);
    if (length == -1)
        return WEFT_HTTP_CHUNKED_MORE;
    if (length < 0)
        return refuse(chunked, 400, "malformed chunk size");

    uint64_t chunk_size;
    size_t n_digits = weft_scan_hex(input, (size_t)length, &chunk_size);
    size_t n_extension_bytes = (size_t)length - n_digits;
    if (n_digits == 0 || n_digits > MAX_SIZE_DIGITS || chunk_size > INT64_MAX ||
        !extensions_are_valid(input + n_digits, n_extension_bytes))
        return refuse(chunked, 400, "malformed chunk size");

    chunked->n_extension_bytes += n_extension_bytes;
    if (chunked->n_extension_bytes > WEFT_HTTP_MAX_CHUNK_EXTENSION_BYTES)
        return refuse(chunked, 413, "too many chunk extensions");

    *used += (size_t)length + 2;
    chunked->data_left = chunk_size;
    chunked->state = chunk_size > 0 ? WEFT_HTTP_CHUNKED_IN_DATA : WEFT_HTTP_CHUNKED_IN_TRAILERS;
    return GO_ON;
}

static WeftHttpChunkedResult
take_data_end(WeftHttpChunked *chunked, const char *input, size_t size, size_t *used)
{
    if (size > 0 && input[0] != '\r')
        return refuse(chunked, 400, "chunk longer than its size");
    if (size < 2)
        return WEFT_HTTP_CHUNKED_MORE;
    if (input[1] != '\n')
        return refuse(chunked, 400, "chunk longer than its size");
    *used += 2;
    chunked->state = WEFT_HTTP_CHUNKED_IN_SIZE;
    return GO_ON;
}

static WeftHttpChunkedResult
take_trailer(WeftHttpChunked *chunked, const char *input, size_t size, size_t *used,
             WeftHttpTrailer *trailer)
{
    WeftHttpSpan name;
    WeftHttpSpan value;
    size_t visible = MIN(size, WEFT_HTTP_MAX_CHUNK_LINE_BYTES);

    if (size >= 2 && input[0] == '\r' && input[1] == '\n') {
        *used += 2;
        chunked->state = WEFT_HTTP_CHUNKED_AT_END;
        return WEFT_HTTP_CHUNKED_END;
    }
    if (size < 2 && (size == 0 || input[0] == '\r'))
        return WEFT_HTTP_CHUNKED_MORE;

    ssize_t length = weft_http_field_line_parse(input, visible, &name, &value);
    if (length < 0)
        return refuse(chunked, 400, "malformed trailer field");
    if (length == 0)
        return visible < WEFT_HTTP_MAX_CHUNK_LINE_BYTES
                   ? WEFT_HTTP_CHUNKED_MORE
                   : refuse(chunked, 431, "trailer field too long");

    chunked->n_trailer_bytes += (size_t)length;
    if (++chunked->n_trailer_fields > WEFT_HTTP_MAX_TRAILER_FIELDS ||
        chunked->n_trailer_bytes > WEFT_HTTP_MAX_TRAILER_BYTES)
        return refuse(chunked, 431, "too many trailer fields");
    *used += (size_t)length;
    *trailer = (WeftHttpTrailer){input, name.length, input + value.at, value.length};
    return WEFT_HTTP_CHUNKED_TRAILER;
}

void
weft_http_chunked_init(WeftHttpChunked *chunked)
{
    *chunked = (WeftHttpChunked){.state = WEFT_HTTP_CHUNKED_IN_SIZE};
}

WeftHttpChunkedResult
weft_http_chunked_next(WeftHttpChunked *chunked, const char *input, size_t size, size_t *ret_used,
                       WeftHttpTrailer *ret_trailer)
{
    WeftHttpChunkedResult result = GO_ON;
    size_t used = 0;

    while (result == GO_ON) {
        const char *rest = input + used;
        size_t left = size - used;

        switch (chunked->state) {
        case WEFT_HTTP_CHUNKED_IN_SIZE:
            result = take_size_line(chunked, rest, left, &used);
            break;
        case WEFT_HTTP_CHUNKED_IN_DATA:
            result = WEFT_HTTP_CHUNKED_DATA;
            break;
        case WEFT_HTTP_CHUNKED_IN_DATA_END:
            result = take_data_end(chunked, rest, left, &used);
            break;
        case WEFT_HTTP_CHUNKED_IN_TRAILERS:
            result = take_trailer(chunked, rest, left, &used, ret_trailer);
            break;
        case WEFT_HTTP_CHUNKED_AT_END:
            result = WEFT_HTTP_CHUNKED_END;
            break;
        }
    }
    *ret_used = used;
    return result;
}

void
weft_http_chunked_take_data(WeftHttpChunked *chunked, uint64_t size)
{
    g_assert(chunked->state == WEFT_HTTP_CHUNKED_IN_DATA && size <= chunked->data_left);
    chunked->data_left -= size;
    if (chunked->data_left == 0)
        chunked->state = WEFT_HTTP_CHUNKED_IN_DATA_END;
}
