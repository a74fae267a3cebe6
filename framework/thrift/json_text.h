/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/thrift_wire.h>

G_BEGIN_DECLS

/**
 * The tokens of JSON (RFC 8259), for the protocol and for people.  As the functions of
 * weft/thrift_binary.h: reading gives the place behind, or NULL with the failure in the reader;
 * blanks before a token are passed over.  Writing makes its own room.
 */

/** The next byte that is no blank; 0 at the end. */
uint8_t weft_json_peek(const uint8_t *at, const WeftThriftReader *reader);

/** That byte must be @byte: a bracket, colon, comma or quote. */
const uint8_t *weft_json_get_byte(const uint8_t *at, WeftThriftReader *reader, uint8_t byte);

/** A string, without its quotes and escapes: in place where @reader borrows, else in the arena. */
const uint8_t *weft_json_get_string(const uint8_t *at, WeftThriftReader *reader,
                                    WeftString *ret_string);

/** A whole number from @min to @max. */
const uint8_t *weft_json_get_integer(const uint8_t *at, WeftThriftReader *reader, int64_t min,
                                     int64_t max, int64_t *ret_value);

/** A number; "NaN", "Infinity" and "-Infinity" in quotes. */
const uint8_t *weft_json_get_double(const uint8_t *at, WeftThriftReader *reader, double *ret_value);

/** Turn the base64 in @string into what it stands for, in place; padding may lack.  FALSE: it is
 * none */
bool weft_json_decode_base64(WeftString *string);

/** The text form of RFC 9562.  FALSE: it is none */
bool weft_json_parse_uuid(WeftString text, WeftUuid *ret_uuid);

/** Pass over a value of any type, checking it. */
const uint8_t *weft_json_skip(const uint8_t *at, WeftThriftReader *reader);

uint8_t *weft_json_put_text(WeftThriftWriter *writer, uint8_t *at, const char *text);

typedef enum {
    WEFT_JSON_BYTES,   /* what is no UTF-8 is written as it is */
    WEFT_JSON_UNICODE, /* it becomes U+FFFD */
} WeftJsonText;

/** With quotes and escapes. */
uint8_t *weft_json_put_string(WeftThriftWriter *writer, uint8_t *at, WeftString string,
                              WeftJsonText text);
uint8_t *weft_json_put_integer(WeftThriftWriter *writer, uint8_t *at, int64_t value);

/** The shortest digits that give @value again; NaN and infinities as strings. */
uint8_t *weft_json_put_double(WeftThriftWriter *writer, uint8_t *at, double value);
uint8_t *weft_json_put_base64(WeftThriftWriter *writer, uint8_t *at, WeftString bytes,
                              bool is_padded);
uint8_t *weft_json_put_uuid(WeftThriftWriter *writer, uint8_t *at, WeftUuid uuid);

G_END_DECLS
