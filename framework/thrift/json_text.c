/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tokens of JSON.
 */

#include "thrift/json_text.h"

#include <math.h>
#include <stdio.h>
#include <weft/scan.h>

enum {
    MAX_NUMBER_BYTES = 127, /* digits that make a difference are fewer */
    MAX_ESCAPE_BYTES = 6,   /* "\u0000" */
};

static const uint8_t *
skip_blanks(const uint8_t *at, const WeftThriftReader *reader)
{
    while (at < reader->end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
        at++;
    return at;
}

uint8_t
weft_json_peek(const uint8_t *at, const WeftThriftReader *reader)
{
    at = skip_blanks(at, reader);
    return at < reader->end ? *at : 0;
}

static const char *
describe_due_byte(uint8_t byte)
{
    switch (byte) {
    case '{':
        return "no '{' where it is due";
    case '}':
        return "no '}' where it is due";
    case '[':
        return "no '[' where it is due";
    case ']':
        return "no ']' where it is due";
    case ',':
        return "no ',' where it is due";
    case ':':
        return "no ':' where it is due";
    case '"':
        return "no '\"' where it is due";
    default:
        g_assert_not_reached();
    }
}

const uint8_t *
weft_json_get_byte(const uint8_t *at, WeftThriftReader *reader, uint8_t byte)
{
    at = skip_blanks(at, reader);
    if (at == reader->end)
        return weft_thrift_reader_truncated(reader, at);
    if (*at != byte)
        return weft_thrift_reader_malformed(reader, at, describe_due_byte(byte));
    return at + 1;
}

/* ---- strings ---- */

/* Returns: the closing quote; NULL: there is none */
static const uint8_t *
find_end_of_string(const uint8_t *at, WeftThriftReader *reader)
{
    while (at < reader->end && *at != '"')
        at += *at == '\\' && at + 1 < reader->end ? 2 : 1;
    return at < reader->end ? at : weft_thrift_reader_truncated(reader, reader->end);
}

static int32_t
get_hex_unit(const uint8_t *at, const uint8_t *end)
{
    uint64_t unit;

    if (end - at < 4 || weft_scan_hex((const char *)at, 4, &unit) != 4)
        return -1;
    return (int32_t)unit;
}

/* What is behind "\u"; a pair of surrogates is one character.  @at: moved behind.  -1: bad */
static int32_t
get_escaped_character(const uint8_t **at, const uint8_t *end)
{
    const int32_t high = get_hex_unit(*at, end);
    if (high < 0 || (high >= 0xdc00 && high < 0xe000))
        return -1;
    *at += 4;
    if (high < 0xd800 || high >= 0xe000)
        return high;
    if (end - *at < MAX_ESCAPE_BYTES || (*at)[0] != '\\' || (*at)[1] != 'u')
        return -1;
    const int32_t low = get_hex_unit(*at + 2, end);
    if (low < 0xdc00 || low >= 0xe000)
        return -1;
    *at += MAX_ESCAPE_BYTES;
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* Behind the backslash.  Returns: behind what was written to @to, which is less than was read;
 * NULL: bad */
static char *
unescape(const uint8_t **at, const uint8_t *end, char *to)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char bytes[] = "\"\\/\b\f\n\r\t";

    const uint8_t letter = *(*at)++;
    if (letter == 'u') {
        const int32_t character = get_escaped_character(at, end);
        return character >= 0 ? to + g_unichar_to_utf8((gunichar)character, to) : NULL;
    }
    const char *found = letter != 0 ? strchr(letters, letter) : NULL;
    if (found == NULL)
        return NULL;
    *to = bytes[found - letters];
    return to + 1;
}

const uint8_t *
weft_json_get_string(const uint8_t *at, WeftThriftReader *reader, WeftString *ret_string)
{
    at = weft_json_get_byte(at, reader, '"');
    if (at == NULL)
        return NULL;
    const uint8_t *quote = find_end_of_string(at, reader);
    if (quote == NULL)
        return NULL;
    const size_t n_raw = (size_t)(quote - at);
    if (n_raw > reader->max_string_bytes)
        return weft_thrift_reader_fail(reader, at, WEFT_THRIFT_TOO_LARGE, "a string");

    /* In place the NUL falls on the closing quote at the latest, which has been read. */
    char *text = reader->borrows ? (char *)at : weft_arena_try_alloc(reader->arena, n_raw + 1);
    if (text == NULL)
        return weft_thrift_reader_fail(reader, at, WEFT_THRIFT_NO_MEMORY, NULL);
    char *to = text;
    while (at < quote) {
        if (*at != '\\') {
            *to++ = (char)*at++;
            continue;
        }
        const uint8_t *escape = at++;
        to = unescape(&at, quote, to);
        if (to == NULL)
            return weft_thrift_reader_malformed(reader, escape, "a bad escape in a string");
    }
    *to = '\0';
    *ret_string = (WeftString){text, (uint32_t)(to - text)};
    return quote + 1;
}

/* ---- numbers ---- */

const uint8_t *
weft_json_get_integer(const uint8_t *at, WeftThriftReader *reader, int64_t min, int64_t max,
                      int64_t *ret_value)
{
    uint64_t magnitude = 0;

    at = skip_blanks(at, reader);
    const uint8_t *begin = at;
    const bool is_negative = at < reader->end && *at == '-';
    if (is_negative)
        at++;
    const size_t n_digits =
        weft_scan_decimal((const char *)at, (size_t)(reader->end - at), &magnitude);
    at += n_digits;
    if (at == reader->end)
        return weft_thrift_reader_truncated(reader, begin);
    if (n_digits == 0 || *at == '.' || *at == 'e' || *at == 'E')
        return weft_thrift_reader_malformed(reader, begin, "no whole number");
    if (magnitude > (uint64_t)INT64_MAX + is_negative)
        return weft_thrift_reader_malformed(reader, begin, "a number that is too large");
    const int64_t value = is_negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    if (value < min || value > max)
        return weft_thrift_reader_malformed(reader, begin, "a number that is too large");
    *ret_value = value;
    return at;
}

static bool
is_in_number(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || byte == '-' || byte == '+' || byte == '.' ||
           byte == 'e' || byte == 'E';
}

static const uint8_t *
get_named_double(const uint8_t *at, WeftThriftReader *reader, double *ret_value)
{
    static const struct {
        const char *name;
        double value;
    } names[] = {
        {"\"NaN\"", NAN},
        {"\"Infinity\"", INFINITY},
        {"\"-Infinity\"", -INFINITY},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        const size_t length = strlen(names[i].name);
        if ((size_t)(reader->end - at) >= length && memcmp(at, names[i].name, length) == 0) {
            *ret_value = names[i].value;
            return at + length;
        }
    }
    return weft_thrift_reader_malformed(reader, at, "no number");
}

const uint8_t *
weft_json_get_double(const uint8_t *at, WeftThriftReader *reader, double *ret_value)
{
    char text[MAX_NUMBER_BYTES + 1];
    size_t length = 0;

    at = skip_blanks(at, reader);
    if (at < reader->end && *at == '"')
        return get_named_double(at, reader, ret_value);
    while (at + length < reader->end && length < MAX_NUMBER_BYTES && is_in_number(at[length])) {
        text[length] = (char)at[length];
        length++;
    }
    if (at + length == reader->end)
        return weft_thrift_reader_truncated(reader, at);
    text[length] = '\0';
    char *end = NULL;
    const double value = g_ascii_strtod(text, &end);
    if (length == 0 || end != text + length || is_in_number(at[length]))
        return weft_thrift_reader_malformed(reader, at, "no number");
    if (isinf(value))
        return weft_thrift_reader_malformed(reader, at, "a number that is too large");
    *ret_value = value;
    return at + length;
}

/* ---- base64 (RFC 4648 4), uuid ---- */

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int
base64_value(char digit)
{
    if (digit >= 'A' && digit <= 'Z')
        return digit - 'A';
    if (digit >= 'a' && digit <= 'z')
        return digit - 'a' + 26;
    if (digit >= '0' && digit <= '9')
        return digit - '0' + 52;
    if (digit == '+')
        return 62;
    return digit == '/' ? 63 : -1;
}

bool
weft_json_decode_base64(WeftString *string)
{
    /* Strings of a reader are its own, or the arena's. */
    char *to = (char *)string->data;
    uint32_t length = string->length;
    uint32_t bits = 0;
    unsigned n_bits = 0;

    for (unsigned i = 0; i < 2 && length > 0 && string->data[length - 1] == '='; i++)
        length--;
    if (length % 4 == 1)
        return false;
    for (uint32_t i = 0; i < length; i++) {
        const int value = base64_value(string->data[i]);
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        n_bits += 6;
        if (n_bits >= 8) {
            n_bits -= 8;
            *to++ = (char)(bits >> n_bits & 0xff);
        }
    }
    if (string->length > 0)
        *to = '\0';
    string->length = (uint32_t)(to - string->data);
    return true;
}

bool
weft_json_parse_uuid(WeftString text, WeftUuid *ret_uuid)
{
    static const uint8_t dashes[] = {8, 13, 18, 23};
    WeftUuid uuid;
    uint32_t at = 0;

    if (text.length != 36)
        return false;
    for (unsigned i = 0; i < G_N_ELEMENTS(dashes); i++)
        if (text.data[dashes[i]] != '-')
            return false;
    for (unsigned i = 0; i < sizeof uuid.bytes; i++) {
        if (text.data[at] == '-')
            at++;
        const int high = weft_byte_hex_value(text.data[at]);
        const int low = weft_byte_hex_value(text.data[at + 1]);
        if (high < 0 || low < 0)
            return false;
        uuid.bytes[i] = (uint8_t)(high << 4 | low);
        at += 2;
    }
    *ret_uuid = uuid;
    return true;
}

/* ---- passing over ---- */

static const uint8_t *
skip_word(const uint8_t *at, WeftThriftReader *reader)
{
    const uint8_t *begin = at;

    while (at < reader->end && (is_in_number(*at) || (*at >= 'a' && *at <= 'z')))
        at++;
    if (at == reader->end)
        return weft_thrift_reader_truncated(reader, at);
    if (at == begin)
        return weft_thrift_reader_malformed(reader, at, "no value");
    return at;
}

/* The members of an object, or the items of an array, whose bracket has been read. */
static const uint8_t *
skip_members(const uint8_t *at, WeftThriftReader *reader, uint8_t bracket)
{
    if (weft_json_peek(at, reader) == bracket)
        return weft_json_get_byte(at, reader, bracket);
    for (;;) {
        at = weft_json_skip(at, reader);
        if (at != NULL && bracket == '}') {
            at = weft_json_get_byte(at, reader, ':');
            if (at != NULL)
                at = weft_json_skip(at, reader);
        }
        if (at == NULL)
            return NULL;
        if (weft_json_peek(at, reader) == bracket)
            return weft_json_get_byte(at, reader, bracket);
        at = weft_json_get_byte(at, reader, ',');
        if (at == NULL)
            return NULL;
    }
}

const uint8_t *
weft_json_skip(const uint8_t *at, WeftThriftReader *reader)
{
    at = skip_blanks(at, reader);
    if (at == reader->end)
        return weft_thrift_reader_truncated(reader, at);
    if (*at == '"') {
        at = find_end_of_string(at + 1, reader);
        return at != NULL ? at + 1 : NULL;
    }
    if (*at != '{' && *at != '[')
        return skip_word(at, reader);
    if (!weft_thrift_reader_enter(reader, at))
        return NULL;
    at = skip_members(at + 1, reader, *at == '{' ? '}' : ']');
    weft_thrift_reader_leave(reader);
    return at;
}

/* ---- writing ---- */

static uint8_t *
put_bytes(WeftThriftWriter *writer, uint8_t *at, const char *bytes, size_t size)
{
    at = weft_thrift_writer_reserve(writer, at, size + 1);
    if (at == NULL)
        return NULL;
    memcpy(at, bytes, size);
    return at + size;
}

uint8_t *
weft_json_put_text(WeftThriftWriter *writer, uint8_t *at, const char *text)
{
    return put_bytes(writer, at, text, strlen(text));
}

/* Room has been made. */
static uint8_t *
put_escaped(uint8_t *at, uint8_t byte)
{
    static const char letters[] = "btn\0fr";
    static const char hex[] = "0123456789abcdef";

    *at++ = '\\';
    if (byte == '"' || byte == '\\') {
        *at++ = byte;
    } else if (byte >= '\b' && byte <= '\r' && byte != '\v') {
        *at++ = (uint8_t)letters[byte - '\b'];
    } else {
        memcpy(at, "u00", 3);
        at[3] = (uint8_t)hex[byte >> 4];
        at[4] = (uint8_t)hex[byte & 0xf];
        at += 5;
    }
    return at;
}

/* How many bytes at the beginning make one character of UTF-8; 0: they are none */
static size_t
character_size(const char *text, size_t length)
{
    const gunichar character = g_utf8_get_char_validated(text, (gssize)length);

    if (character == (gunichar)-1 || character == (gunichar)-2)
        return 0;
    return (size_t)g_unichar_to_utf8(character, NULL);
}

/* One character that needs no escape, or one byte. */
static uint8_t *
put_plain(uint8_t *at, const char *text, size_t length, WeftJsonText kind, size_t *ret_n_read)
{
    size_t size = 1;

    if (kind == WEFT_JSON_UNICODE && (uint8_t)*text >= 0x80) {
        size = character_size(text, length);
        if (size == 0) {
            memcpy(at, "\xef\xbf\xbd", 3);
            *ret_n_read = 1;
            return at + 3;
        }
    }
    memcpy(at, text, size);
    *ret_n_read = size;
    return at + size;
}

uint8_t *
weft_json_put_string(WeftThriftWriter *writer, uint8_t *at, WeftString string, WeftJsonText text)
{
    uint32_t i = 0;

    at = put_bytes(writer, at, "\"", 1);
    while (at != NULL && i < string.length) {
        const uint8_t byte = (uint8_t)string.data[i];
        size_t n_read = 1;
        at = weft_thrift_writer_reserve(writer, at, MAX_ESCAPE_BYTES);
        if (at == NULL)
            return NULL;
        if (byte < 0x20 || byte == '"' || byte == '\\')
            at = put_escaped(at, byte);
        else
            at = put_plain(at, string.data + i, string.length - i, text, &n_read);
        i += (uint32_t)n_read;
    }
    return at != NULL ? put_bytes(writer, at, "\"", 1) : NULL;
}

uint8_t *
weft_json_put_integer(WeftThriftWriter *writer, uint8_t *at, int64_t value)
{
    char text[21];
    size_t length = 0;

    if (value < 0)
        text[length++] = '-';
    length += weft_format_decimal(value < 0 ? 0 - (uint64_t)value : (uint64_t)value, text + length);
    return put_bytes(writer, at, text, length);
}

uint8_t *
weft_json_put_double(WeftThriftWriter *writer, uint8_t *at, double value)
{
    static const char *const formats[] = {"%.15g", "%.16g", "%.17g"};
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    if (isnan(value))
        return weft_json_put_text(writer, at, "\"NaN\"");
    if (isinf(value))
        return weft_json_put_text(writer, at, value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
    for (unsigned i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_ascii_formatd(text, sizeof text, formats[i], value);
        if (g_ascii_strtod(text, NULL) == value)
            break;
    }
    return weft_json_put_text(writer, at, text);
}

uint8_t *
weft_json_put_base64(WeftThriftWriter *writer, uint8_t *at, WeftString bytes, bool is_padded)
{
    const size_t room = (size_t)bytes.length / 3 * 4 + 4 + 2;

    at = weft_thrift_writer_reserve(writer, at, room);
    if (at == NULL)
        return NULL;
    *at++ = '"';
    for (uint32_t i = 0; i < bytes.length; i += 3) {
        const unsigned n_bytes = MIN(bytes.length - i, 3U);
        uint32_t bits = 0;
        for (unsigned j = 0; j < 3; j++)
            bits = bits << 8 | (j < n_bytes ? (uint8_t)bytes.data[i + j] : 0U);
        for (unsigned j = 0; j <= n_bytes; j++)
            *at++ = (uint8_t)base64_digits[bits >> (18 - 6 * j) & 0x3f];
        for (unsigned j = n_bytes; is_padded && j < 3; j++)
            *at++ = '=';
    }
    *at++ = '"';
    return at;
}

uint8_t *
weft_json_put_uuid(WeftThriftWriter *writer, uint8_t *at, WeftUuid uuid)
{
    char text[39];
    char *to = text;

    *to++ = '"';
    for (unsigned i = 0; i < sizeof uuid.bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *to++ = '-';
        to += snprintf(to, 3, "%02x", uuid.bytes[i]);
    }
    *to++ = '"';
    return put_bytes(writer, at, text, (size_t)(to - text));
}
