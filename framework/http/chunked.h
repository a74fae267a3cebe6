/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chunked coding of a body (RFC 9112 7.1), undone piece by piece: no I/O, no allocation.
 */
#pragma once

#include "http/field.h"

G_BEGIN_DECLS

/** A chunk's size line with its extensions, or one trailer field line. */
#define WEFT_HTTP_MAX_CHUNK_LINE_BYTES 1024

/** The extensions of all chunks of a body: nobody needs them, some attack with them. */
#define WEFT_HTTP_MAX_CHUNK_EXTENSION_BYTES 16384

#define WEFT_HTTP_MAX_TRAILER_BYTES 8192
#define WEFT_HTTP_MAX_TRAILER_FIELDS 64

typedef enum {
    WEFT_HTTP_CHUNKED_MORE, /* the input does not end what it began; feed it again, with more */
    WEFT_HTTP_CHUNKED_DATA, /* data_left bytes of body begin here: weft_http_chunked_take_data() */
    WEFT_HTTP_CHUNKED_TRAILER, /* ret_trailer is a field */
    WEFT_HTTP_CHUNKED_END,     /* the body has ended */
    WEFT_HTTP_CHUNKED_REFUSED, /* answer with refusal_status and close */
} WeftHttpChunkedResult;

typedef enum {
    WEFT_HTTP_CHUNKED_IN_SIZE,
    WEFT_HTTP_CHUNKED_IN_DATA,
    WEFT_HTTP_CHUNKED_IN_DATA_END,
    WEFT_HTTP_CHUNKED_IN_TRAILERS,
    WEFT_HTTP_CHUNKED_AT_END,
} WeftHttpChunkedState;

typedef struct {
    WeftHttpChunkedState state;
    uint64_t data_left; /* of the current chunk */
    size_t n_extension_bytes;
    size_t n_trailer_bytes;
    unsigned n_trailer_fields;
    unsigned refusal_status;
    const char *refusal; /* a literal */
} WeftHttpChunked;

/** A trailer field, in the input. */
typedef struct {
    const char *name;
    size_t name_length;
    const char *value;
    size_t value_length;
} WeftHttpTrailer;

void weft_http_chunked_init(WeftHttpChunked *chunked);

/**
 * Go on in @input, which begins behind what was used last.  MORE: what of it was not used must be
 * fed again with more behind it; WEFT_HTTP_MAX_CHUNK_LINE_BYTES of input are always enough.
 * @ret_used: bytes of @input that are done with, whatever the result
 */
WeftHttpChunkedResult weft_http_chunked_next(WeftHttpChunked *chunked, const char *input,
                                             size_t size, size_t *ret_used,
                                             WeftHttpTrailer *ret_trailer);

/** After DATA: @size bytes, at most data_left, were taken from the input or from behind it. */
void weft_http_chunked_take_data(WeftHttpChunked *chunked, uint64_t size);

G_END_DECLS
