/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/**
 * Scanners: the one place where text from a peer is taken apart.  Each takes a pointer and a
 * length, never looks beyond, needs no NUL, and says how many bytes it used; 0 means "not one of
 * these".
 */

/** Classes of bytes; a byte may be in several. */
typedef enum {
    WEFT_BYTE_TOKEN = 1 << 0,      /* RFC 9110 5.6.2 tchar */
    WEFT_BYTE_DIGIT = 1 << 1,      /* 0-9 */
    WEFT_BYTE_HEX = 1 << 2,        /* 0-9 a-f A-F */
    WEFT_BYTE_FIELD = 1 << 3,      /* RFC 9110 5.5: HTAB, SP, VCHAR, obs-text */
    WEFT_BYTE_VISIBLE = 1 << 4,    /* 0x21-0x7e */
    WEFT_BYTE_UNRESERVED = 1 << 5, /* RFC 3986 2.3 */
    WEFT_BYTE_SUB_DELIM = 1 << 6,  /* RFC 3986 2.2 */
    WEFT_BYTE_ALPHA = 1 << 7,      /* a-z A-Z */
} WeftByteClass;

extern const uint8_t weft_byte_classes[256];

/** TRUE if @byte is in one of @classes. */
static inline gboolean
weft_byte_is(char byte, unsigned classes)
{
    return (weft_byte_classes[(uint8_t)byte] & classes) != 0;
}

/** a-z for A-Z, other bytes as they are; no locale. */
static inline char
weft_byte_lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte | 0x20) : byte;
}

/** Returns: the value of a hexadecimal digit, -1 for other bytes */
int weft_byte_hex_value(char byte);

/** Bytes at the beginning that are all in one of @classes. */
size_t weft_scan_while(const char *text, size_t length, unsigned classes);

/** Bytes at the beginning that may stand in a field value; eight at a time. */
size_t weft_scan_field_value(const char *text, size_t length);

/** A number of decimal digits, with no sign; UINT64_MAX where it is too large. */
size_t weft_scan_decimal(const char *text, size_t length, uint64_t *ret_value);

/** A number of hexadecimal digits, with no prefix; UINT64_MAX where it is too large. */
size_t weft_scan_hex(const char *text, size_t length, uint64_t *ret_value);

/** RFC 9110 5.6.4: from the quote at the beginning to the closing one, both counted. */
size_t weft_scan_quoted_string(const char *text, size_t length);

/**
 * Replace %XX by the byte it stands for.
 * @out: room for @length bytes; may be @text itself
 * Returns: bytes written, -1 where an escape is bad
 */
ssize_t weft_scan_percent_decode(const char *text, size_t length, char *out);

/**
 * RFC 4648 4: base64, with its padding or without any.
 * @out: room for @length / 4 * 3 + 2 bytes
 * Returns: bytes written, -1 where it is none
 */
ssize_t weft_scan_base64(const char *text, size_t length, uint8_t *out);

/** Spaces and tabs at the beginning. */
size_t weft_scan_blanks(const char *text, size_t length);

/** Drop spaces and tabs at both ends. */
void weft_scan_trim(const char **text, size_t *length);

/** TRUE if both are the same but for the case of a-z. */
gboolean weft_scan_equal_ignoring_case(const char *text, size_t length, const char *literal);

/**
 * The next element of a comma-separated list (RFC 9110 5.6.1): trimmed, empty ones passed over, a
 * comma inside a quoted string is no comma.  Advances @list; FALSE at its end.
 */
gboolean weft_scan_list_next(const char **list, size_t *length, const char **ret_item,
                             size_t *ret_item_length);

/**
 * Write @value in decimal digits, no NUL.
 * @out: room for 20 bytes
 * Returns: bytes written
 */
size_t weft_format_decimal(uint64_t value, char *out);

/**
 * Write @value in hexadecimal digits, lower case, no NUL.
 * @out: room for 16 bytes
 * Returns: bytes written
 */
size_t weft_format_hex(uint64_t value, char *out);

/**
 * Write each of @size @bytes in two hexadecimal digits, lower case, no NUL.
 * @out: room for twice @size bytes
 * Returns: bytes written
 */
size_t weft_format_hex_bytes(const void *bytes, size_t size, char *out);

G_END_DECLS
