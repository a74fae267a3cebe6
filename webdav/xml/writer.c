/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Escaping.  A table tells in one look-up which bytes go as they are; runs of them are copied at
 * once, since nearly every name and value is one such run.
 */
#include "webdav/xml/writer.h"

/* What a byte needs, in each of the places where it may stand. */
enum {
    NO_TEXT = 1 << 0,      /* must be escaped in text */
    NO_ATTRIBUTE = 1 << 1, /* in an attribute value */
    NO_PATH = 1 << 2,      /* in a path: RFC 3986 3.3, all but pchar and '/' */
};

/* Control bytes, and the first bytes of U+FFFE and U+FFFF, are for XML to worry about; bytes from
 * 0x80 are for the path to encode. */
#define T NO_TEXT
#define A NO_ATTRIBUTE
#define P NO_PATH
#define X16(v) v, v, v, v, v, v, v, v, v, v, v, v, v, v, v, v
/* clang-format off */
static const uint8_t escapes[256] = {
    /* 00 */ T|A|P, T|A|P, T|A|P, T|A|P, T|A|P, T|A|P, T|A|P, T|A|P,
             T|A|P, A|P,   A|P,   T|A|P, T|A|P, T|A|P, T|A|P, T|A|P,
    /* 10 */ X16(T|A|P),
    /*    */ P, 0, A|P, P, 0, P, T|A, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* space " # % & */
    /* 30 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, T|A|P, 0, T|P, P, /* < > ? */
    /* 40 */ X16(0),
    /* 50 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, P, P, P, P, 0, /* [ \ ] ^ */
    /* 60 */ P, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* ` */
    /* 70 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, P, P, P, 0, P, /* { | } DEL */
    /* 80 */ X16(P), X16(P), X16(P), X16(P), X16(P), X16(P),
    /* e0 */ P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, T|A|P, /* ef: perhaps U+FFFE, U+FFFF */
    /* f0 */ X16(P),
};
/* clang-format on */
#undef T
#undef A
#undef P
#undef X16

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

static inline size_t
plain_run(const char *text, size_t size, unsigned mask)
{
    size_t n = 0;

    while (n < size && (escapes[(uint8_t)text[n]] & mask) == 0)
        n++;
    return n;
}

static inline char *
put_string(char *at, const char *string)
{
    return weft_dav_xml_put(at, string, strlen(string));
}

/* Write what stands for the character that begins at *@text, and step over it. */
static char *
put_escape(char *at, const char **text, const char *end)
{
    const char *character = *text;

    *text += 1;
    switch (*character) {
    case '&':
        return put_string(at, "&amp;");
    case '<':
        return put_string(at, "&lt;");
    case '>':
        return put_string(at, "&gt;");
    case '"':
        return put_string(at, "&quot;");
    case '\t':
        return put_string(at, "&#9;");
    case '\n':
        return put_string(at, "&#10;");
    case '\r':
        return put_string(at, "&#13;");
    case '\xef':
        if (end - character < 3 || memcmp(character, "\xef\xbf", 2) != 0 ||
            (uint8_t)character[2] < 0xbe)
            return weft_dav_xml_put(at, character, 1);
        *text += 2;
        return put_string(at, replacement);
    }
    return put_string(at, replacement);
}

static char *
put_escaped(char *at, const char *text, size_t size, unsigned mask)
{
    const char *end = text + size;

    for (;;) {
        size_t n = plain_run(text, (size_t)(end - text), mask);

        at = weft_dav_xml_put(at, text, n);
        text += n;
        if (text == end)
            return at;
        at = put_escape(at, &text, end);
    }
}

char *
weft_dav_xml_put_text(char *at, const char *text, size_t size)
{
    return put_escaped(at, text, size, NO_TEXT);
}

char *
weft_dav_xml_put_attribute(char *at, const char *value, size_t size)
{
    return put_escaped(at, value, size, NO_ATTRIBUTE);
}

static inline char *
put_percent(char *at, char byte)
{
    static const char digits[] = "0123456789ABCDEF";

    at[0] = '%';
    at[1] = digits[(uint8_t)byte >> 4];
    at[2] = digits[(uint8_t)byte & 15];
    return at + 3;
}

char *
weft_dav_xml_put_href(char *at, const char *path, size_t size)
{
    const char *end = path + size;

    for (;;) {
        size_t n = plain_run(path, (size_t)(end - path), NO_PATH | NO_TEXT);

        at = weft_dav_xml_put(at, path, n);
        path += n;
        if (path == end)
            return at;
        /* RFC 3986 lets an ampersand stand; XML does not. */
        at = *path == '&' ? put_string(at, "&amp;") : put_percent(at, *path);
        path++;
    }
}

char *
weft_dav_xml_put_path(char *at, const char *path, size_t size)
{
    const char *end = path + size;

    for (;;) {
        size_t n = plain_run(path, (size_t)(end - path), NO_PATH);

        at = weft_dav_xml_put(at, path, n);
        path += n;
        if (path == end)
            return at;
        at = put_percent(at, *path++);
    }
}

/* ---- into a buffer ---- */

typedef char *(*Put)(char *at, const char *text, size_t size);

static void
append(WeftBuffer *buffer, const char *text, size_t size, Put put)
{
    weft_buffer_reserve(buffer, size * WEFT_DAV_XML_MAX_ESCAPE_BYTES);
    char *end = put((char *)buffer->data + buffer->end, text, size);
    buffer->end = (size_t)(end - (char *)buffer->data);
}

void
weft_dav_xml_append_text(WeftBuffer *buffer, const char *text, size_t size)
{
    append(buffer, text, size, weft_dav_xml_put_text);
}

void
weft_dav_xml_append_attribute(WeftBuffer *buffer, const char *value, size_t size)
{
    append(buffer, value, size, weft_dav_xml_put_attribute);
}

void
weft_dav_xml_append_href(WeftBuffer *buffer, const char *path, size_t size)
{
    append(buffer, path, size, weft_dav_xml_put_href);
}
