/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Range field (RFC 9110 14): what of a representation a GET asks for.
 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/** Parts of an answer at most; a request for more, when joined, gets the whole (RFC 9110 14.2). */
#define WEFT_HTTP_MAX_RANGES 16

typedef struct {
    int64_t first_byte;
    int64_t n_bytes;
} WeftHttpRange;

typedef enum {
    WEFT_HTTP_RANGES_NONE,          /* no range, another unit, or nonsense: answer with the whole */
    WEFT_HTTP_RANGES_SOME,          /* 206 */
    WEFT_HTTP_RANGES_UNSATISFIABLE, /* 416 */
} WeftHttpRangesResult;

/**
 * @field: the value of Range
 * @size_bytes: of the representation
 * @ret_ranges: ranges that meet, or all but meet, are joined
 */
WeftHttpRangesResult weft_http_ranges_parse(const char *field, size_t length, int64_t size_bytes,
                                            WeftHttpRange ret_ranges[WEFT_HTTP_MAX_RANGES],
                                            size_t *ret_n_ranges);

G_END_DECLS
