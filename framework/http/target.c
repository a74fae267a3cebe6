/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request target in its four forms, and paths made plain.
 */

#include <weft/http_target.h>

#include <weft/scan.h>

#include <string.h>

#define MAX_PORT 65535

/* RFC 3986 3.3 pchar, and '[', ']', '|', '^', which browsers send in paths as they are. */
static gboolean
is_path_byte(char byte)
{
    return weft_byte_is(byte, WEFT_BYTE_UNRESERVED | WEFT_BYTE_SUB_DELIM) || byte == '/' ||
           (byte != '\0' && strchr(":@%[]|^", byte) != NULL);
}

/* RFC 3986 3.4, and what else browsers leave as it is in a query. */
static gboolean
is_query_byte(char byte)
{
    return weft_byte_is(byte, WEFT_BYTE_VISIBLE) && strchr("\"<>#", byte) == NULL;
}

/* "[" IPv6 or IPvFuture "]"; its inside is judged by its bytes only. */
static size_t
scan_ip_literal(const char *text, size_t length)
{
    if (length == 0 || text[0] != '[')
        return 0;

    size_t used = 1;
    while (used < length && (weft_byte_is(text[used], WEFT_BYTE_HEX) || text[used] == ':' ||
                             text[used] == '.' || text[used] == 'v'))
        used++;
    return used > 1 && used < length && text[used] == ']' ? used + 1 : 0;
}

/* RFC 3986 3.2.2 reg-name, in which IPv4 addresses are contained. */
static size_t
scan_reg_name(const char *text, size_t length)
{
    size_t used = 0;

    for (;;) {
        used +=
            weft_scan_while(text + used, length - used, WEFT_BYTE_UNRESERVED | WEFT_BYTE_SUB_DELIM);
        if (length - used < 3 || text[used] != '%' ||
            !weft_byte_is(text[used + 1], WEFT_BYTE_HEX) ||
            !weft_byte_is(text[used + 2], WEFT_BYTE_HEX))
            return used;
        used += 3;
    }
}

gboolean
weft_http_authority_is_valid(const char *text, size_t length)
{
    size_t used = scan_ip_literal(text, length);
    uint64_t port = 0;

    if (used == 0)
        used = scan_reg_name(text, length);
    if (used == length)
        return TRUE;
    if (used == 0 || text[used] != ':')
        return FALSE;
    used++;
    used += weft_scan_decimal(text + used, length - used, &port);
    return used == length && port <= MAX_PORT;
}

/* The path and the query, which end the text. */
static gboolean
parse_path_and_query(const char *text, size_t length, WeftHttpTarget *target)
{
    size_t used = 0;

    while (used < length && is_path_byte(text[used]))
        used++;
    target->path = text;
    target->path_length = used;
    if (used == length)
        return TRUE;
    if (text[used] != '?')
        return FALSE;

    target->query = text + used + 1;
    target->query_length = length - used - 1;
    for (used++; used < length; used++) {
        if (!is_query_byte(text[used]))
            return FALSE;
    }
    return TRUE;
}

/* "http://" or "https://" at the beginning. */
static size_t
scan_scheme(const char *text, size_t length)
{
    static const char *const schemes[] = {"http://", "https://"};

    for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++) {
        size_t scheme_length = strlen(schemes[i]);
        if (length >= scheme_length &&
            weft_scan_equal_ignoring_case(text, scheme_length, schemes[i]))
            return scheme_length;
    }
    return 0;
}

static gboolean
parse_absolute(const char *text, size_t length, WeftHttpTarget *target)
{
    size_t scheme_length = scan_scheme(text, length);
    if (scheme_length == 0)
        return FALSE;

    const char *authority = text + scheme_length;
    size_t left = length - scheme_length;
    size_t authority_length = 0;
    while (authority_length < left && authority[authority_length] != '/' &&
           authority[authority_length] != '?')
        authority_length++;

    /* RFC 9110 4.2.1 and 4.2.4: an empty host is invalid, and so are user names here. */
    if (authority_length == 0 || authority[0] == ':' ||
        !weft_http_authority_is_valid(authority, authority_length))
        return FALSE;

    target->form = WEFT_HTTP_TARGET_ABSOLUTE;
    target->authority = authority;
    target->authority_length = authority_length;
    if (!parse_path_and_query(authority + authority_length, left - authority_length, target))
        return FALSE;
    if (target->path_length == 0) {
        target->path = "/";
        target->path_length = 1;
    }
    return TRUE;
}

/* RFC 9112 3.2.3: host and port, both needed. */
static gboolean
parse_authority(const char *text, size_t length, WeftHttpTarget *target)
{
    target->form = WEFT_HTTP_TARGET_AUTHORITY;
    target->authority = text;
    target->authority_length = length;
    return length > 0 && text[0] != ':' && weft_byte_is(text[length - 1], WEFT_BYTE_DIGIT) &&
           memchr(text, ':', length) != NULL && weft_http_authority_is_valid(text, length);
}

gboolean
weft_http_target_parse(const char *method, size_t method_length, const char *text, size_t length,
                       WeftHttpTarget *ret_target)
{
    WeftHttpTarget target = {.form = WEFT_HTTP_TARGET_ORIGIN};
    gboolean sound = FALSE;

    if (method_length == 7 && memcmp(method, "CONNECT", 7) == 0) {
        sound = parse_authority(text, length, &target);
    } else if (length > 0 && text[0] == '/') {
        sound = parse_path_and_query(text, length, &target);
    } else if (length == 1 && text[0] == '*') {
        target.form = WEFT_HTTP_TARGET_ASTERISK;
        sound = method_length == 7 && memcmp(method, "OPTIONS", 7) == 0;
    } else {
        sound = parse_absolute(text, length, &target);
    }
    if (sound)
        *ret_target = target;
    return sound;
}

/*
 * One segment, decoded to @out.  An encoded slash would be a separator to some and a byte of a name
 * to others; NUL and control bytes have no business in a name.
 */
static ssize_t
decode_segment(const char *text, size_t length, char *out)
{
    ssize_t out_length = weft_scan_percent_decode(text, length, out);

    for (ssize_t i = 0; i < out_length; i++) {
        if (out[i] == '/' || (uint8_t)out[i] < 0x20 || out[i] == 0x7f)
            return -1;
    }
    return out_length;
}

/* The length of @path, which ends in '/', without its last segment; 0 at the root. */
static size_t
parent_length(const char *path, size_t length)
{
    size_t parent = length - 1;

    while (parent > 0 && path[parent - 1] != '/')
        parent--;
    return parent;
}

ssize_t
weft_http_path_normalise(const char *text, size_t length, char *out)
{
    size_t out_length = 0;

    if (length == 0 || text[0] != '/')
        return -1;
    out[out_length++] = '/';

    /* Before each segment @out ends in '/', and it is never longer than what was read. */
    for (size_t at = 1; at < length;) {
        size_t end = at;
        while (end < length && text[end] != '/' && is_path_byte(text[end]))
            end++;
        if (end < length && text[end] != '/')
            return -1;

        char *segment = out + out_length;
        ssize_t segment_length = decode_segment(text + at, end - at, segment);
        if (segment_length < 0)
            return -1;

        if (segment_length == 2 && segment[0] == '.' && segment[1] == '.') {
            out_length = parent_length(out, out_length);
            if (out_length == 0)
                return -1;
        } else if (segment_length > 0 && !(segment_length == 1 && segment[0] == '.')) {
            out_length += (size_t)segment_length;
            if (end < length)
                out[out_length++] = '/';
        }
        at = end + 1;
    }
    out[out_length] = '\0';
    return (ssize_t)out_length;
}
