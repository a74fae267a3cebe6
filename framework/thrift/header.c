/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames of the header transport: a cursor over the head, a second one that fills it, and zlib
 * around the payload.
 */

#include "thrift/header.h"

#include <string.h>
#include <strings.h>
#include <weft/thrift_error.h>
#include <zlib.h>

/* Numbers of the format. */
#define PROTOCOL_BINARY 0
#define PROTOCOL_JSON 1
#define PROTOCOL_COMPACT 2
#define TRANSFORM_NONE 0
#define TRANSFORM_ZLIB 1
#define INFO_PADDING 0
#define INFO_PAIRS 1
#define INFO_PERSISTENT_PAIRS 2

#define FIXED_BYTES WEFT_THRIFT_HEADER_MIN_BYTES
#define LENGTH_BYTES ((size_t)4)
#define WORD_BYTES ((size_t)4)
#define MAX_VARINT_BYTES 5
#define MAX_TRANSFORMS 4
#define MAX_INFO_BYTES ((size_t)G_MAXUINT16 * WORD_BYTES)

/* What inflating begins with; it doubles. */
#define MIN_INFLATED_BYTES ((size_t)1024)

/* What zlib makes of n bytes at least: for a first guess. */
#define USUAL_RATIO 4

typedef struct {
    const uint8_t *at;
    const uint8_t *end;
} Cursor;

static gboolean
set_malformed(const char *what, GError **error)
{
    g_set_error(error, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_PROTOCOL,
                "a frame of the header transport %s", what);
    return FALSE;
}

/* ---- numbers ---- */

static uint16_t
get_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t
get_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint8_t *
put_u16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
    return at + 2;
}

static uint8_t *
put_u32(uint8_t *at, uint32_t value)
{
    return put_u16(put_u16(at, (uint16_t)(value >> 16)), (uint16_t)value);
}

static uint8_t *
put_varint(uint8_t *at, uint32_t value)
{
    for (; value >= 0x80; value >>= 7)
        *at++ = (uint8_t)(value | 0x80);
    *at++ = (uint8_t)value;
    return at;
}

static gboolean
read_varint(Cursor *cursor, uint32_t *ret_value, GError **error)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < MAX_VARINT_BYTES && cursor->at < cursor->end; i++) {
        const uint8_t byte = *cursor->at++;

        value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte >= 0x80)
            continue;
        if (value > UINT32_MAX)
            break;
        *ret_value = (uint32_t)value;
        return TRUE;
    }
    return set_malformed("has a bad number", error);
}

/* ---- reading ---- */

static gboolean
read_text(Cursor *cursor, WeftArena *arena, WeftString *ret_text, GError **error)
{
    uint32_t length;

    if (!read_varint(cursor, &length, error))
        return FALSE;
    if (length > (size_t)(cursor->end - cursor->at))
        return set_malformed("ends inside its metadata", error);

    char *copy = weft_arena_try_alloc(arena, (size_t)length + 1);
    if (copy == NULL) {
        g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_LIMIT, "no memory for metadata");
        return FALSE;
    }
    memcpy(copy, cursor->at, length);
    copy[length] = '\0';
    cursor->at += length;
    *ret_text = (WeftString){copy, length};
    return TRUE;
}

/* Pairs are few, as a rule: an array of the count that is announced, which the limit bounds. */
static WeftThriftHeaderPair *
add_room(const WeftThriftHeader *header, uint32_t n_more, WeftArena *arena, GError **error)
{
    WeftThriftHeaderPair *pairs = NULL;

    if (n_more <= WEFT_THRIFT_HEADER_MAX_PAIRS - header->n_pairs)
        pairs = weft_arena_try_alloc(arena, (header->n_pairs + n_more) * sizeof *pairs);
    if (pairs == NULL) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_LIMIT,
                    "a frame of the header transport has more than %d pairs",
                    WEFT_THRIFT_HEADER_MAX_PAIRS);
        return NULL;
    }
    if (header->n_pairs > 0)
        memcpy(pairs, header->pairs, header->n_pairs * sizeof *pairs);
    return pairs;
}

static gboolean
read_pairs(WeftThriftHeader *header, Cursor *cursor, bool are_persistent, WeftArena *arena,
           GError **error)
{
    uint32_t n_more;

    if (!read_varint(cursor, &n_more, error))
        return FALSE;
    WeftThriftHeaderPair *pairs = add_room(header, n_more, arena, error);
    if (pairs == NULL)
        return FALSE;

    header->pairs = pairs;
    for (uint32_t i = 0; i < n_more; i++) {
        WeftThriftHeaderPair *pair = &pairs[header->n_pairs];

        pair->is_persistent = are_persistent;
        if (!read_text(cursor, arena, &pair->name, error) ||
            !read_text(cursor, arena, &pair->value, error))
            return FALSE;
        header->n_pairs++;
    }
    return TRUE;
}

/* Up to the padding.  What kind an unknown info is of, and so where it ends, nobody knows: the rest
 * is passed over, as Apache's libraries do. */
static gboolean
read_infos(WeftThriftHeader *header, Cursor *cursor, WeftArena *arena, GError **error)
{
    while (cursor->at < cursor->end) {
        uint32_t kind;

        if (!read_varint(cursor, &kind, error))
            return FALSE;
        if (kind != INFO_PAIRS && kind != INFO_PERSISTENT_PAIRS)
            return TRUE;
        if (!read_pairs(header, cursor, kind == INFO_PERSISTENT_PAIRS, arena, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
set_protocol(WeftThriftHeader *header, uint32_t number, GError **error)
{
    switch (number) {
    case PROTOCOL_BINARY:
        header->protocol = WEFT_THRIFT_PROTOCOL_BINARY;
        return TRUE;
    case PROTOCOL_JSON:
        header->protocol = WEFT_THRIFT_PROTOCOL_JSON;
        return TRUE;
    case PROTOCOL_COMPACT:
        header->protocol = WEFT_THRIFT_PROTOCOL_COMPACT;
        return TRUE;
    default:
        g_set_error(error, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_INVALID_PROTOCOL,
                    "protocol %u of the header transport is unknown", number);
        return FALSE;
    }
}

static gboolean
read_transforms(WeftThriftHeader *header, Cursor *cursor, GError **error)
{
    uint32_t n_transforms;

    if (!read_varint(cursor, &n_transforms, error))
        return FALSE;
    if (n_transforms > MAX_TRANSFORMS)
        return set_malformed("has too many transforms", error);
    for (uint32_t i = 0; i < n_transforms; i++) {
        uint32_t transform;

        if (!read_varint(cursor, &transform, error))
            return FALSE;
        if (transform == TRANSFORM_NONE)
            continue;
        if (transform != TRANSFORM_ZLIB || header->is_compressed) {
            g_set_error(error, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_INVALID_TRANSFORM,
                        "transform %u of the header transport is unknown", transform);
            return FALSE;
        }
        header->is_compressed = TRUE;
    }
    return TRUE;
}

/* All of it, or nothing: @room doubles until it is enough. */
static gboolean
inflate_into(z_stream *stream, size_t room, size_t max_bytes, WeftArena *arena,
             struct iovec *ret_payload)
{
    uint8_t *bytes = weft_arena_try_alloc(arena, room);
    size_t n_bytes = 0;
    int state = Z_OK;

    while (bytes != NULL && state == Z_OK) {
        stream->next_out = bytes + n_bytes;
        stream->avail_out = (uInt)(room - n_bytes);
        state = inflate(stream, Z_NO_FLUSH);
        n_bytes = room - stream->avail_out;
        if (state != Z_OK || stream->avail_out > 0)
            continue;
        if (room >= max_bytes)
            return FALSE;
        const size_t larger = MIN(room * 2, max_bytes);
        uint8_t *copy = weft_arena_try_alloc(arena, larger);
        if (copy != NULL)
            memcpy(copy, bytes, n_bytes);
        bytes = copy;
        room = larger;
    }
    *ret_payload = (struct iovec){bytes, n_bytes};
    return bytes != NULL && state == Z_STREAM_END && stream->avail_in == 0;
}

static gboolean
inflate_payload(struct iovec *payload, size_t max_bytes, WeftArena *arena, GError **error)
{
    z_stream stream = {.next_in = payload->iov_base, .avail_in = (uInt)payload->iov_len};
    size_t guess = MAX(payload->iov_len * USUAL_RATIO, MIN_INFLATED_BYTES);
    gboolean succeeded = FALSE;

    if (inflateInit(&stream) == Z_OK) {
        succeeded = inflate_into(&stream, MIN(guess, max_bytes), max_bytes, arena, payload);
        inflateEnd(&stream);
    }
    if (!succeeded)
        g_set_error_literal(error, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_INVALID_TRANSFORM,
                            "a payload cannot be uncompressed, or is too large");
    return succeeded;
}

gboolean
weft_thrift_header_read(WeftThriftHeader *ret_header, struct iovec frame, size_t max_payload_bytes,
                        WeftArena *arena, struct iovec *ret_payload, GError **error)
{
    uint8_t *bytes = frame.iov_base;
    WeftThriftHeader header = {0};
    uint32_t protocol;

    if (frame.iov_len < FIXED_BYTES || !weft_thrift_header_is_one(bytes, frame.iov_len))
        return set_malformed("has no head", error);
    const size_t info_bytes = get_u16(bytes + 8) * WORD_BYTES;
    if (info_bytes > frame.iov_len - FIXED_BYTES)
        return set_malformed("ends inside its head", error);

    Cursor cursor = {bytes + FIXED_BYTES, bytes + FIXED_BYTES + info_bytes};
    header.flags = get_u16(bytes + 2);
    header.sequence_id = get_u32(bytes + 4);
    if (!read_varint(&cursor, &protocol, error) || !set_protocol(&header, protocol, error) ||
        !read_transforms(&header, &cursor, error) || !read_infos(&header, &cursor, arena, error))
        return FALSE;

    struct iovec payload = {bytes + FIXED_BYTES + info_bytes,
                            frame.iov_len - FIXED_BYTES - info_bytes};
    if (header.is_compressed && !inflate_payload(&payload, max_payload_bytes, arena, error))
        return FALSE;
    *ret_header = header;
    *ret_payload = payload;
    return TRUE;
}

/* ---- writing ---- */

static size_t
count_info_bytes(const WeftThriftHeader *header)
{
    /* Protocol, transforms, two kinds of infos with their counts, padding. */
    size_t n_bytes = 3 + (size_t)2 * (1 + MAX_VARINT_BYTES) + WORD_BYTES;

    for (uint32_t i = 0; i < header->n_pairs; i++)
        n_bytes += (size_t)2 * MAX_VARINT_BYTES + header->pairs[i].name.length +
                   header->pairs[i].value.length;
    return n_bytes;
}

static uint8_t *
put_text(uint8_t *at, WeftString text)
{
    at = put_varint(at, text.length);
    if (text.length > 0)
        memcpy(at, text.data, text.length);
    return at + text.length;
}

static uint8_t *
put_pairs(uint8_t *at, const WeftThriftHeader *header, bool persistent)
{
    uint32_t n_pairs = 0;

    for (uint32_t i = 0; i < header->n_pairs; i++)
        n_pairs += header->pairs[i].is_persistent == persistent;
    if (n_pairs == 0)
        return at;

    at = put_varint(at, persistent ? INFO_PERSISTENT_PAIRS : INFO_PAIRS);
    at = put_varint(at, n_pairs);
    for (uint32_t i = 0; i < header->n_pairs; i++) {
        if (header->pairs[i].is_persistent != persistent)
            continue;
        at = put_text(at, header->pairs[i].name);
        at = put_text(at, header->pairs[i].value);
    }
    return at;
}

static uint32_t
number_of(WeftThriftProtocol protocol)
{
    switch (protocol) {
    case WEFT_THRIFT_PROTOCOL_BINARY:
        return PROTOCOL_BINARY;
    case WEFT_THRIFT_PROTOCOL_COMPACT:
        return PROTOCOL_COMPACT;
    case WEFT_THRIFT_PROTOCOL_JSON:
        return PROTOCOL_JSON;
    }
    g_assert_not_reached();
}

static uint8_t *
put_infos(uint8_t *at, const WeftThriftHeader *header)
{
    const uint8_t *begin = at;

    at = put_varint(at, number_of(header->protocol));
    at = put_varint(at, header->is_compressed ? 1 : 0);
    if (header->is_compressed)
        at = put_varint(at, TRANSFORM_ZLIB);
    at = put_pairs(at, header, false);
    at = put_pairs(at, header, true);
    while ((size_t)(at - begin) % WORD_BYTES != 0)
        *at++ = INFO_PADDING;
    return at;
}

size_t
weft_thrift_pieces_size(const struct iovec *pieces, uint32_t n_pieces)
{
    size_t n_bytes = 0;

    for (uint32_t i = 0; i < n_pieces; i++)
        n_bytes += pieces[i].iov_len;
    return n_bytes;
}

static gboolean
deflate_pieces(z_stream *stream, const struct iovec *payload, uint32_t n_payload)
{
    for (uint32_t i = 0; i < n_payload; i++) {
        stream->next_in = payload[i].iov_base;
        stream->avail_in = (uInt)payload[i].iov_len;
        if (deflate(stream, Z_NO_FLUSH) != Z_OK)
            return FALSE;
    }
    return deflate(stream, Z_FINISH) == Z_STREAM_END;
}

/* Returns: the compressed payload; .iov_base is NULL with @error set */
static struct iovec
deflate_payload(const struct iovec *payload, uint32_t n_payload, WeftArena *arena, GError **error)
{
    z_stream stream = {0};
    struct iovec result = {NULL, 0};
    gboolean succeeded = FALSE;

    if (deflateInit(&stream, Z_DEFAULT_COMPRESSION) == Z_OK) {
        const size_t room = deflateBound(&stream, weft_thrift_pieces_size(payload, n_payload));

        result.iov_base = weft_arena_try_alloc(arena, room);
        stream.next_out = result.iov_base;
        stream.avail_out = (uInt)room;
        succeeded = result.iov_base != NULL && deflate_pieces(&stream, payload, n_payload);
        result.iov_len = room - stream.avail_out;
        deflateEnd(&stream);
    }
    if (succeeded)
        return result;
    g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_LIMIT, "no memory to compress a payload");
    return (struct iovec){NULL, 0};
}

/* Returns: (nullable): pieces: one for the head, the payload's behind */
static struct iovec *
gather_payload(const WeftThriftHeader *header, const struct iovec *payload, uint32_t *n_payload,
               WeftArena *arena, GError **error)
{
    struct iovec *pieces = weft_arena_try_alloc(arena, (*n_payload + 2) * sizeof *pieces);

    if (pieces == NULL) {
        g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_LIMIT, "no memory for a frame");
        return NULL;
    }
    if (!header->is_compressed) {
        memcpy(pieces + 1, payload, *n_payload * sizeof *pieces);
        return pieces;
    }
    pieces[1] = deflate_payload(payload, *n_payload, arena, error);
    *n_payload = 1;
    return pieces[1].iov_base != NULL ? pieces : NULL;
}

const struct iovec *
weft_thrift_header_write(const WeftThriftHeader *header, const struct iovec *payload,
                         uint32_t n_payload, WeftArena *arena, uint32_t *ret_n_pieces,
                         GError **error)
{
    const size_t info_room = count_info_bytes(header);
    struct iovec *pieces = gather_payload(header, payload, &n_payload, arena, error);

    if (pieces == NULL)
        return NULL;
    const size_t payload_bytes = weft_thrift_pieces_size(pieces + 1, n_payload);
    uint8_t *begin = NULL;
    if (info_room <= MAX_INFO_BYTES && payload_bytes <= G_MAXINT32 - MAX_INFO_BYTES - FIXED_BYTES)
        begin = weft_arena_try_alloc(arena, LENGTH_BYTES + FIXED_BYTES + info_room);
    if (begin == NULL) {
        g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_LIMIT, "metadata or payload too large");
        return NULL;
    }

    uint8_t *infos = begin + LENGTH_BYTES + FIXED_BYTES;
    uint8_t *end = put_infos(infos, header);
    uint8_t *at = put_u32(begin, (uint32_t)((size_t)(end - begin) - LENGTH_BYTES + payload_bytes));
    at = put_u16(at, WEFT_THRIFT_HEADER_MAGIC);
    at = put_u16(at, header->flags);
    at = put_u32(at, header->sequence_id);
    put_u16(at, (uint16_t)((size_t)(end - infos) / WORD_BYTES));
    pieces[0] = (struct iovec){begin, (size_t)(end - begin)};
    *ret_n_pieces = n_payload + 1;
    return pieces;
}

const char *
weft_thrift_header_find(const WeftThriftHeader *header, const char *name)
{
    for (uint32_t i = header->n_pairs; i-- > 0;) {
        const WeftThriftHeaderPair *pair = &header->pairs[i];

        if (strcasecmp(pair->name.data, name) == 0)
            return pair->value.data;
    }
    return NULL;
}
