/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Field lines of a head or a trailer section, and the fields known by number.
 */

#include "http/field.h"

#include <weft/scan.h>

#include <string.h>

#define MAX_KNOWN_NAME_BYTES 19
#define MAX_NAMES_OF_A_LENGTH 4

static const char *const names[WEFT_HTTP_N_FIELD_IDS] = {
    "",
#define FIELD(id, name) name,
#include "http/field.def"
#undef FIELD
};

/* The length of a name leaves four candidates at most; the tests find each name of field.def here.
 */
static const uint8_t ids_by_length[MAX_KNOWN_NAME_BYTES + 1][MAX_NAMES_OF_A_LENGTH] = {
    [2] = {WEFT_HTTP_FIELD_TE, WEFT_HTTP_FIELD_IF},
    [4] = {WEFT_HTTP_FIELD_HOST},
    [5] = {WEFT_HTTP_FIELD_RANGE, WEFT_HTTP_FIELD_DEPTH},
    [6] = {WEFT_HTTP_FIELD_EXPECT, WEFT_HTTP_FIELD_ACCEPT},
    [7] = {WEFT_HTTP_FIELD_UPGRADE, WEFT_HTTP_FIELD_TRAILER, WEFT_HTTP_FIELD_REFERER,
           WEFT_HTTP_FIELD_TIMEOUT},
    [8] = {WEFT_HTTP_FIELD_IF_MATCH, WEFT_HTTP_FIELD_IF_RANGE},
    [9] = {WEFT_HTTP_FIELD_OVERWRITE},
    [10] = {WEFT_HTTP_FIELD_CONNECTION, WEFT_HTTP_FIELD_USER_AGENT, WEFT_HTTP_FIELD_LOCK_TOKEN},
    [11] = {WEFT_HTTP_FIELD_DESTINATION},
    [12] = {WEFT_HTTP_FIELD_CONTENT_TYPE},
    [13] = {WEFT_HTTP_FIELD_IF_NONE_MATCH, WEFT_HTTP_FIELD_AUTHORIZATION,
            WEFT_HTTP_FIELD_CONTENT_RANGE},
    [14] = {WEFT_HTTP_FIELD_CONTENT_LENGTH},
    [15] = {WEFT_HTTP_FIELD_ACCEPT_ENCODING},
    [16] = {WEFT_HTTP_FIELD_CONTENT_ENCODING},
    [17] = {WEFT_HTTP_FIELD_TRANSFER_ENCODING, WEFT_HTTP_FIELD_IF_MODIFIED_SINCE},
    [19] = {WEFT_HTTP_FIELD_IF_UNMODIFIED_SINCE},
};

/*
 * Two names of @length bytes.  Names are tokens, and no byte of a token but a letter turns into
 * that of another by the bit of the case: eight bytes are compared at a time.
 */
static gboolean
names_match(const char *left, const char *right, size_t length)
{
    const uint64_t case_bits = UINT64_MAX / 255 * 0x20;
    uint64_t left_bytes = 0;
    uint64_t right_bytes = 0;

    for (; length >= sizeof left_bytes; length -= sizeof left_bytes) {
        memcpy(&left_bytes, left, sizeof left_bytes);
        memcpy(&right_bytes, right, sizeof right_bytes);
        if (((left_bytes ^ right_bytes) & ~case_bits) != 0)
            return FALSE;
        left += sizeof left_bytes;
        right += sizeof right_bytes;
    }
    for (; length > 0; length--) {
        if (((*left++ ^ *right++) & ~0x20) != 0)
            return FALSE;
    }
    return TRUE;
}

WeftHttpFieldId
weft_http_field_id(const char *name, size_t length)
{
    if (length > MAX_KNOWN_NAME_BYTES)
        return WEFT_HTTP_FIELD_OTHER;

    const uint8_t *candidates = ids_by_length[length];
    for (size_t i = 0; i < MAX_NAMES_OF_A_LENGTH && candidates[i] != WEFT_HTTP_FIELD_OTHER; i++) {
        if (names_match(name, names[candidates[i]], length))
            return (WeftHttpFieldId)candidates[i];
    }
    return WEFT_HTTP_FIELD_OTHER;
}

const char *
weft_http_field_name(WeftHttpFieldId id)
{
    return names[id];
}

/* The CRLF at the end of a line: 2, 0 if it is not all there, -1 for something else. */
static int
line_end(const char *text, size_t length)
{
    if (length == 0)
        return 0;
    if (text[0] != '\r')
        return -1;
    if (length == 1)
        return 0;
    return text[1] == '\n' ? 2 : -1;
}

ssize_t
weft_http_field_line_parse(const char *text, size_t length, WeftHttpSpan *ret_name,
                           WeftHttpSpan *ret_value)
{
    size_t name_length = weft_scan_while(text, length, WEFT_BYTE_TOKEN);
    if (name_length == length)
        return 0;
    if (name_length == 0 || text[name_length] != ':')
        return -1;

    size_t value_at = name_length + 1;
    value_at += weft_scan_blanks(text + value_at, length - value_at);

    size_t end = value_at + weft_scan_field_value(text + value_at, length - value_at);
    int end_length = line_end(text + end, length - end);
    if (end_length <= 0)
        return end_length;

    const char *value = text + value_at;
    size_t value_length = end - value_at;
    weft_scan_trim(&value, &value_length);
    *ret_name = (WeftHttpSpan){0, (uint32_t)name_length};
    *ret_value = (WeftHttpSpan){(uint32_t)(value - text), (uint32_t)value_length};
    return (ssize_t)end + end_length;
}
