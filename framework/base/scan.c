/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking text apart: byte classes, numbers, tokens, quoted strings, percent-coding, lists.
 * Nothing here allocates, and nothing reads beyond the length it was given.
 */

#include <weft/scan.h>

#include <string.h>

/* The classes of WeftByteClass, one row for sixteen bytes; tests/base/scan_test.cc derives them
 * anew. */
/* clang-format off */
const uint8_t weft_byte_classes[256] = {
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /* 00 */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /* 10 */
    0x08, 0x59, 0x18, 0x19, 0x59, 0x19, 0x59, 0x59, 0x58, 0x58, 0x59, 0x59, 0x58, 0x39, 0x39, 0x18, /* 20 */
    0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x18, 0x58, 0x18, 0x58, 0x18, 0x18, /* 30 */
    0x18, 0xbd, 0xbd, 0xbd, 0xbd, 0xbd, 0xbd, 0xb9, 0xb9, 0xb9, 0xb9, 0xb9, 0xb9, 0xb9, 0xb9, 0xb9, /* 40 */
    0xb9, 0xb9, 0xb9, 0xb9, 0xb9, 0xb9, 0xb9, 0xb9, 0xb9, 0xb9, 0xb9, 0x18, 0x18, 0x18, 0x19, 0x39, /* 50 */
    0x19, 0xbd, 0xbd, 0xbd, 0xbd, 0xbd, 0xbd, 0xb9, 0xb9, 0xb9, 0xb9, 0xb9, 0xb9, 0xb9, 0xb9, 0xb9, /* 60 */
    0xb9, 0xb9, 0xb9, 0xb9, 0xb9, 0xb9, 0xb9, 0xb9, 0xb9, 0xb9, 0xb9, 0x18, 0x19, 0x18, 0x39, 0x00, /* 70 */
    0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, /* 80 */
    0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, /* 90 */
    0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, /* a0 */
    0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, /* b0 */
    0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, /* c0 */
    0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, /* d0 */
    0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, /* e0 */
    0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, /* f0 */
};
/* clang-format on */

int
weft_byte_hex_value(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';

    char lower = weft_byte_lower(byte);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

size_t
weft_scan_while(const char *text, size_t length, unsigned classes)
{
    size_t used = 0;

    while (used < length && weft_byte_is(text[used], classes))
        used++;
    return used;
}

/*
 * The high bit of each of eight bytes that is a control byte (HTAB among them) or DEL.  Above the
 * lowest one set others may be wrong, for the subtraction borrows from there.
 */
static inline uint64_t
control_bytes(uint64_t bytes)
{
    const uint64_t ones = UINT64_MAX / 255;
    uint64_t del = bytes ^ (ones * 0x7f);

    return (((bytes - ones * 0x20) & ~bytes) | ((del - ones) & ~del)) & (ones * 0x80);
}

size_t
weft_scan_field_value(const char *text, size_t length)
{
    size_t used = 0;
    uint64_t bytes;

    while (length - used >= sizeof bytes) {
        memcpy(&bytes, text + used, sizeof bytes);

        uint64_t found = control_bytes(GUINT64_FROM_LE(bytes));
        if (found == 0) {
            used += sizeof bytes;
            continue;
        }
        used += (size_t)__builtin_ctzll(found) / 8;
        if (text[used] != '\t')
            return used;
        used++;
    }
    return used + weft_scan_while(text + used, length - used, WEFT_BYTE_FIELD);
}

size_t
weft_scan_decimal(const char *text, size_t length, uint64_t *ret_value)
{
    size_t used = 0;
    uint64_t value = 0;

    for (; used < length && weft_byte_is(text[used], WEFT_BYTE_DIGIT); used++) {
        uint64_t digit = (uint64_t)(text[used] - '0');
        value = value > (UINT64_MAX - digit) / 10 ? UINT64_MAX : value * 10 + digit;
    }
    if (used > 0)
        *ret_value = value;
    return used;
}

size_t
weft_scan_hex(const char *text, size_t length, uint64_t *ret_value)
{
    size_t used = 0;
    uint64_t value = 0;
    int digit;

    for (; used < length && (digit = weft_byte_hex_value(text[used])) >= 0; used++)
        value = value >> 60 != 0 ? UINT64_MAX : value << 4 | (uint64_t)digit;
    if (used > 0)
        *ret_value = value;
    return used;
}

size_t
weft_scan_quoted_string(const char *text, size_t length)
{
    if (length < 2 || text[0] != '"')
        return 0;

    for (size_t i = 1; i < length; i++) {
        if (text[i] == '"')
            return i + 1;
        if (text[i] == '\\')
            i++;
        if (i == length || !weft_byte_is(text[i], WEFT_BYTE_FIELD))
            return 0;
    }
    return 0;
}

ssize_t
weft_scan_percent_decode(const char *text, size_t length, char *out)
{
    size_t n_out = 0;

    for (size_t i = 0; i < length; i++) {
        if (text[i] != '%') {
            out[n_out++] = text[i];
            continue;
        }
        if (length - i < 3)
            return -1;

        int high = weft_byte_hex_value(text[i + 1]);
        int low = weft_byte_hex_value(text[i + 2]);
        if (high < 0 || low < 0)
            return -1;
        out[n_out++] = (char)(high << 4 | low);
        i += 2;
    }
    return (ssize_t)n_out;
}

static int
base64_value(char byte)
{
    if (byte >= 'A' && byte <= 'Z')
        return byte - 'A';
    if (byte >= 'a' && byte <= 'z')
        return byte - 'a' + 26;
    if (weft_byte_is(byte, WEFT_BYTE_DIGIT))
        return byte - '0' + 52;
    return byte == '+' ? 62 : byte == '/' ? 63 : -1;
}

ssize_t
weft_scan_base64(const char *text, size_t length, uint8_t *out)
{
    uint32_t bits = 0;
    unsigned n_bits = 0;
    size_t n_out = 0;

    /* Padding fills up the last group of four, and that only. */
    if (length % 4 == 0)
        for (int n = 0; n < 2 && length > 0 && text[length - 1] == '='; n++)
            length--;
    if (length % 4 == 1)
        return -1;
    for (size_t i = 0; i < length; i++) {
        const int value = base64_value(text[i]);

        if (value < 0)
            return -1;
        bits = bits << 6 | (uint32_t)value;
        n_bits += 6;
        if (n_bits >= 8) {
            n_bits -= 8;
            out[n_out++] = (uint8_t)(bits >> n_bits & 0xff);
        }
    }
    return (ssize_t)n_out;
}

size_t
weft_scan_blanks(const char *text, size_t length)
{
    size_t used = 0;

    while (used < length && (text[used] == ' ' || text[used] == '\t'))
        used++;
    return used;
}

void
weft_scan_trim(const char **text, size_t *length)
{
    size_t blanks = weft_scan_blanks(*text, *length);

    *text += blanks;
    *length -= blanks;
    while (*length > 0 && ((*text)[*length - 1] == ' ' || (*text)[*length - 1] == '\t'))
        (*length)--;
}

gboolean
weft_scan_equal_ignoring_case(const char *text, size_t length, const char *literal)
{
    for (size_t i = 0; i < length; i++) {
        if (literal[i] == '\0' || weft_byte_lower(text[i]) != weft_byte_lower(literal[i]))
            return FALSE;
    }
    return literal[length] == '\0';
}

/*
 * Bytes before the next comma that is not inside a quoted string.  A quote that is never closed
 * takes all the rest: to look for its end from every later quote again would cost the square of the
 * length.
 */
static size_t
element_length(const char *list, size_t length)
{
    size_t used = 0;

    while (used < length && list[used] != ',') {
        size_t quoted = 1;

        if (list[used] == '"') {
            quoted = weft_scan_quoted_string(list + used, length - used);
            if (quoted == 0)
                return length;
        }
        used += quoted;
    }
    return used;
}

gboolean
weft_scan_list_next(const char **list, size_t *length, const char **ret_item,
                    size_t *ret_item_length)
{
    while (*length > 0) {
        const char *item = *list;
        size_t item_length = element_length(*list, *length);
        size_t used = MIN(item_length + 1, *length);

        *list += used;
        *length -= used;
        weft_scan_trim(&item, &item_length);
        if (item_length > 0) {
            *ret_item = item;
            *ret_item_length = item_length;
            return TRUE;
        }
    }
    return FALSE;
}

size_t
weft_format_decimal(uint64_t value, char *out)
{
    char digits[20];
    size_t n_digits = 0;

    do {
        digits[sizeof digits - ++n_digits] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    memcpy(out, digits + sizeof digits - n_digits, n_digits);
    return n_digits;
}

static const char hex_digits[] = "0123456789abcdef";

size_t
weft_format_hex(uint64_t value, char *out)
{
    const unsigned n_digits = value == 0 ? 1 : (67 - (unsigned)__builtin_clzll(value)) / 4;

    for (unsigned i = n_digits; i > 0; i--)
        *out++ = hex_digits[value >> (4 * (i - 1)) & 15];
    return n_digits;
}

size_t
weft_format_hex_bytes(const void *bytes, size_t size, char *out)
{
    const uint8_t *at = bytes;

    for (size_t i = 0; i < size; i++) {
        *out++ = hex_digits[at[i] >> 4];
        *out++ = hex_digits[at[i] & 15];
    }
    return 2 * size;
}
