/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies become UTF-8 here and not in libxml2, whose way through iconv loads modules from disk and
 * needs more stack than a fiber has.  RFC 4918 8.2 and XML 1.0 ask for UTF-8 and UTF-16; the other
 * two cost nothing.
 */
#include "webdav/xml/encoding.h"

#include <string.h>
#include <weft/http.h>
#include <weft/scan.h>

/* ---- which encoding ---- */

typedef enum { UTF_8, UTF_16_LE, UTF_16_BE, ISO_8859_1, UNKNOWN } Encoding;

static const struct {
    const char *name;
    Encoding encoding;
} encoding_names[] = {
    {"utf-8", UTF_8},           {"utf8", UTF_8},        {"us-ascii", UTF_8},
    {"iso-8859-1", ISO_8859_1}, {"latin1", ISO_8859_1},
};

/* What the XML declaration at the beginning says; UTF-8 where there is none. */
static Encoding
declared_encoding(const char *text, size_t size)
{
    static const char begin[] = "<?xml";
    static const char key[] = "encoding";
    const char *end;
    const char *at;

    if (size < sizeof begin - 1 || memcmp(text, begin, sizeof begin - 1) != 0)
        return UTF_8;
    end = memmem(text, size, "?>", 2);
    if (end == NULL)
        return UTF_8; /* the parser will say what is wrong */
    at = memmem(text, (size_t)(end - text), key, sizeof key - 1);
    if (at == NULL)
        return UTF_8;

    at += sizeof key - 1;
    while (at < end && strchr(" \t\r\n='\"", *at) != NULL)
        at++;
    size_t length = weft_scan_while(at, (size_t)(end - at), WEFT_BYTE_UNRESERVED);
    for (size_t i = 0; i < G_N_ELEMENTS(encoding_names); i++)
        if (weft_scan_equal_ignoring_case(at, length, encoding_names[i].name))
            return encoding_names[i].encoding;
    return UNKNOWN;
}

/* XML 1.0 appendix F. */
static Encoding
detect_encoding(const uint8_t *bytes, size_t size, size_t *ret_mark_bytes)
{
    static const struct {
        uint8_t first[3];
        size_t n_first;
        size_t mark_bytes;
        Encoding encoding;
    } marks[] = {
        {{0xef, 0xbb, 0xbf}, 3, 3, UTF_8}, {{0xff, 0xfe}, 2, 2, UTF_16_LE},
        {{0xfe, 0xff}, 2, 2, UTF_16_BE},   {{'<', 0x00}, 2, 0, UTF_16_LE},
        {{0x00, '<'}, 2, 0, UTF_16_BE},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
        if (size >= marks[i].n_first && memcmp(bytes, marks[i].first, marks[i].n_first) == 0) {
            *ret_mark_bytes = marks[i].mark_bytes;
            return marks[i].encoding;
        }
    *ret_mark_bytes = 0;
    return declared_encoding((const char *)bytes, size);
}

/* ---- into UTF-8 ---- */

static char *
from_utf16(const uint8_t *bytes, size_t size, Encoding encoding, size_t *ret_size)
{
    size_t n_units = size / 2;
    g_autofree gunichar2 *units = g_new(gunichar2, n_units + 1);
    unsigned low = encoding == UTF_16_LE ? 0 : 1;
    glong n_written = 0;

    if (size % 2 != 0)
        return NULL;
    for (size_t i = 0; i < n_units; i++)
        units[i] = (gunichar2)(bytes[2 * i + low] | bytes[2 * i + 1 - low] << 8);

    char *text = g_utf16_to_utf8(units, (glong)n_units, NULL, &n_written, NULL);
    *ret_size = (size_t)n_written;
    return text;
}

static char *
from_latin1(const uint8_t *bytes, size_t size, size_t *ret_size)
{
    char *text = g_malloc(2 * size + 1);
    char *at = text;

    for (size_t i = 0; i < size; i++) {
        if (bytes[i] >= 0x80)
            *at++ = (char)(0xc0 | bytes[i] >> 6);
        *at++ = (char)(bytes[i] >= 0x80 ? 0x80 | (bytes[i] & 0x3f) : bytes[i]);
    }
    *at = '\0';
    *ret_size = (size_t)(at - text);
    return text;
}

static char *
convert(const uint8_t *bytes, size_t size, Encoding encoding, size_t *ret_size)
{
    switch (encoding) {
    case UTF_16_LE:
    case UTF_16_BE:
        return from_utf16(bytes, size, encoding, ret_size);
    case ISO_8859_1:
        return from_latin1(bytes, size, ret_size);
    case UTF_8:
    case UNKNOWN:
        break;
    }
    *ret_size = size;
    return g_strndup((const char *)bytes, size);
}

char *
weft_dav_xml_to_utf8(const void *bytes, size_t size, size_t *ret_size, GError **error)
{
    size_t mark_bytes = 0;
    Encoding encoding = detect_encoding(bytes, size, &mark_bytes);
    size_t text_size = 0;

    if (encoding == UNKNOWN) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 415, "XML body: unknown encoding");
        return NULL;
    }

    g_autofree char *text =
        convert((const uint8_t *)bytes + mark_bytes, size - mark_bytes, encoding, &text_size);
    /* A NUL is refused here, too. */
    if (text == NULL || !g_utf8_validate(text, (gssize)text_size, NULL)) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 400, "XML body: damaged characters");
        return NULL;
    }
    *ret_size = text_size;
    return g_steal_pointer(&text);
}

/* ---- tags ---- */

static gboolean
starts_with(const char *at, const char *end, const char *literal)
{
    size_t length = strlen(literal);

    return (size_t)(end - at) >= length && memcmp(at, literal, length) == 0;
}

/* The end of the comment, CDATA section or instruction at @at; @at itself if it is none. */
static const char *
skip_section(const char *at, const char *end)
{
    static const char *const sections[][2] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}};

    for (size_t i = 0; i < G_N_ELEMENTS(sections); i++) {
        if (!starts_with(at, end, sections[i][0]))
            continue;
        at += strlen(sections[i][0]);

        const char *closing =
            memmem(at, (size_t)(end - at), sections[i][1], strlen(sections[i][1]));
        return closing != NULL ? closing : end;
    }
    return at;
}

/* The end of the tag at @at, and how many attributes it has. */
static const char *
count_attributes(const char *at, const char *end, size_t *ret_n)
{
    size_t n = 0;

    for (; at < end && *at != '>'; at++) {
        if (*at == '=')
            n++;
        if (*at != '"' && *at != '\'')
            continue;
        at = memchr(at + 1, *at, (size_t)(end - at - 1));
        if (at == NULL)
            at = end - 1;
    }
    *ret_n = n;
    return at;
}

/* libxml2 compares each attribute of a tag with all the others before anybody hears of them, so a
 * tag that is one long list of attributes would cost seconds. */
gboolean
weft_dav_xml_check_tags(const char *text, size_t size, size_t max_attributes, GError **error)
{
    const char *end = text + size;
    const char *at = text;

    while (at < end && (at = memchr(at, '<', (size_t)(end - at))) != NULL) {
        const char *behind = skip_section(at, end);
        size_t n_attributes = 0;

        if (behind == at)
            behind = count_attributes(at, end, &n_attributes);
        if (n_attributes > max_attributes) {
            g_set_error_literal(error, WEFT_HTTP_ERROR, 413, "XML body: too many attributes");
            return FALSE;
        }
        at = behind;
    }
    return TRUE;
}
