/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Field lines of a head or a trailer section (RFC 9110 5, RFC 9112 5), and the fields known by
 * number.
 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

typedef enum {
    WEFT_HTTP_FIELD_OTHER,
#define FIELD(id, name) WEFT_HTTP_FIELD_##id,
#include "http/field.def"
#undef FIELD
    WEFT_HTTP_N_FIELD_IDS,
} WeftHttpFieldId;

/** A part of a text that may move: where it begins, from the text's first byte. */
typedef struct {
    uint32_t at;
    uint32_t length;
} WeftHttpSpan;

/** Returns: WEFT_HTTP_FIELD_OTHER where the name, in any case, is none of field.def */
WeftHttpFieldId weft_http_field_id(const char *name, size_t length);

/** One of 64 bits for a name of at least one byte, the same in any case. */
static inline uint64_t
weft_http_name_bit(const char *name, size_t length)
{
    return UINT64_C(1) << ((7 * length + ((uint8_t)name[0] | 0x20)) % 64);
}

const char *weft_http_field_name(WeftHttpFieldId id);

/**
 * Take one field line apart, its CRLF included.  Strict: no blank before the colon, no folded line,
 * no bare CR or LF, no control byte.
 * @ret_value: without the blanks around it
 * Returns: bytes used; 0 if the line goes on behind @length; -1 if it is malformed
 */
ssize_t weft_http_field_line_parse(const char *text, size_t length, WeftHttpSpan *ret_name,
                                   WeftHttpSpan *ret_value);

G_END_DECLS
