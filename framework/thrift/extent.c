/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk goes token by token: a head, the head of a field, the length of a string.  A token that
 * is not there as a whole changes nothing, so that the next call can begin with it.
 */

#include "thrift/extent.h"

#include <string.h>

#define MORE WEFT_THRIFT_EXTENT_MORE
#define DONE WEFT_THRIFT_EXTENT_DONE
#define BAD WEFT_THRIFT_EXTENT_BAD

#define BINARY_VERSION 0x8001
#define COMPACT_PROTOCOL_ID 0x82
#define MAX_VARINT_BYTES 10
#define VALUES_OF_A_PAIR 2

/* The long form of a list's size: Apache Thrift doc/specs/thrift-compact-protocol.md. */
#define COMPACT_LONG_SIZE 15

/* A token: from @at on, which moves behind it. */
typedef struct {
    const uint8_t *at;
    const uint8_t *end;
} Cursor;

static size_t
left_of(const Cursor *cursor)
{
    return (size_t)(cursor->end - cursor->at);
}

/* ---- numbers ---- */

static WeftThriftExtentState
read_u8(Cursor *cursor, uint8_t *ret_value)
{
    if (left_of(cursor) < 1)
        return MORE;
    *ret_value = *cursor->at++;
    return DONE;
}

static WeftThriftExtentState
read_u32(Cursor *cursor, uint32_t *ret_value)
{
    const uint8_t *at = cursor->at;

    if (left_of(cursor) < sizeof *ret_value)
        return MORE;
    *ret_value = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    cursor->at += sizeof *ret_value;
    return DONE;
}

static WeftThriftExtentState
read_varint(Cursor *cursor, uint64_t *ret_value)
{
    const size_t n_bytes = MIN(left_of(cursor), MAX_VARINT_BYTES);
    uint64_t value = 0;

    for (size_t i = 0; i < n_bytes; i++) {
        const uint8_t byte = cursor->at[i];

        value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte >= 0x80)
            continue;
        cursor->at += i + 1;
        *ret_value = value;
        return DONE;
    }
    return n_bytes == MAX_VARINT_BYTES ? BAD : MORE;
}

/* A count or a length. */
static WeftThriftExtentState
read_size(const WeftThriftExtent *extent, Cursor *cursor, uint32_t *ret_size)
{
    uint64_t size = 0;
    uint32_t fixed = 0;
    WeftThriftExtentState state;

    if (extent->protocol == WEFT_THRIFT_PROTOCOL_BINARY) {
        state = read_u32(cursor, &fixed);
        size = fixed;
    } else {
        state = read_varint(cursor, &size);
    }
    if (state == DONE && size > INT32_MAX)
        return BAD;
    *ret_size = (uint32_t)size;
    return state;
}

/* ---- kinds ---- */

static bool
is_kind(uint8_t kind)
{
    switch (kind) {
    case WEFT_THRIFT_BOOL:
    case WEFT_THRIFT_I8:
    case WEFT_THRIFT_DOUBLE:
    case WEFT_THRIFT_I16:
    case WEFT_THRIFT_I32:
    case WEFT_THRIFT_I64:
    case WEFT_THRIFT_STRING:
    case WEFT_THRIFT_STRUCT:
    case WEFT_THRIFT_MAP:
    case WEFT_THRIFT_SET:
    case WEFT_THRIFT_LIST:
    case WEFT_THRIFT_UUID:
        return true;
    default:
        return false;
    }
}

/* By compact's numbers; STOP: there is none such. */
static const uint8_t compact_kinds[16] = {
    [1] = WEFT_THRIFT_BOOL,   [2] = WEFT_THRIFT_BOOL,   [3] = WEFT_THRIFT_I8,
    [4] = WEFT_THRIFT_I16,    [5] = WEFT_THRIFT_I32,    [6] = WEFT_THRIFT_I64,
    [7] = WEFT_THRIFT_DOUBLE, [8] = WEFT_THRIFT_STRING, [9] = WEFT_THRIFT_LIST,
    [10] = WEFT_THRIFT_SET,   [11] = WEFT_THRIFT_MAP,   [12] = WEFT_THRIFT_STRUCT,
    [13] = WEFT_THRIFT_UUID,
};

/* Bytes of a value of @kind, where all have the same; else 0. */
static size_t
fixed_size(WeftThriftProtocol protocol, uint8_t kind)
{
    const bool is_binary = protocol == WEFT_THRIFT_PROTOCOL_BINARY;

    switch (kind) {
    case WEFT_THRIFT_BOOL:
    case WEFT_THRIFT_I8:
        return 1;
    case WEFT_THRIFT_I16:
        return is_binary ? sizeof(int16_t) : 0;
    case WEFT_THRIFT_I32:
        return is_binary ? sizeof(int32_t) : 0;
    case WEFT_THRIFT_I64:
        return is_binary ? sizeof(int64_t) : 0;
    case WEFT_THRIFT_DOUBLE:
        return sizeof(double);
    case WEFT_THRIFT_UUID:
        return sizeof(WeftUuid);
    default:
        return 0;
    }
}

/* ---- levels ---- */

static WeftThriftExtentState
push(WeftThriftExtent *extent, uint32_t n_values, uint8_t first_kind, uint8_t second_kind)
{
    if (extent->depth == WEFT_THRIFT_EXTENT_MAX_DEPTH)
        return BAD;
    extent->levels[extent->depth++] = (WeftThriftExtentLevel){n_values, {first_kind, second_kind}};
    return DONE;
}

/* ---- the head of a message ---- */

/* Pass @size bytes that are of no interest. */
static WeftThriftExtentState
pass(WeftThriftExtent *extent, const Cursor *cursor, const uint8_t *message, uint64_t size)
{
    const size_t at = (size_t)(cursor->at - message);

    if (size > extent->max_bytes - MIN(at, extent->max_bytes))
        return BAD;
    extent->at = at + (size_t)size;
    return DONE;
}

static WeftThriftExtentState
scan_binary_head(WeftThriftExtent *extent, Cursor *cursor, const uint8_t *message)
{
    uint32_t word;
    WeftThriftExtentState state = read_u32(cursor, &word);

    if (state != DONE)
        return state;
    /* The old form begins with the name's length, and has the type, a byte, behind the name. */
    if (word <= INT32_MAX)
        return pass(extent, cursor, message, (uint64_t)word + 1 + sizeof(int32_t));
    if (word >> 16 != BINARY_VERSION)
        return BAD;
    state = read_u32(cursor, &word);
    if (state != DONE)
        return state;
    return word <= INT32_MAX ? pass(extent, cursor, message, (uint64_t)word + sizeof(int32_t))
                             : BAD;
}

static WeftThriftExtentState
scan_compact_head(WeftThriftExtent *extent, Cursor *cursor, const uint8_t *message)
{
    uint64_t sequence_id;
    uint64_t length;

    if (left_of(cursor) < 2)
        return MORE;
    if (cursor->at[0] != COMPACT_PROTOCOL_ID)
        return BAD;
    cursor->at += 2;
    WeftThriftExtentState state = read_varint(cursor, &sequence_id);
    if (state == DONE)
        state = read_varint(cursor, &length);
    return state == DONE ? pass(extent, cursor, message, length) : state;
}

static WeftThriftExtentState
scan_head(WeftThriftExtent *extent, Cursor *cursor, const uint8_t *message)
{
    const WeftThriftExtentState state = extent->protocol == WEFT_THRIFT_PROTOCOL_BINARY
                                            ? scan_binary_head(extent, cursor, message)
                                            : scan_compact_head(extent, cursor, message);

    if (state != DONE)
        return state;
    extent->has_head = true;
    return push(extent, 0, WEFT_THRIFT_STOP, WEFT_THRIFT_STOP);
}

/* ---- fields and values ---- */

static WeftThriftExtentState
scan_binary_field(WeftThriftExtent *extent, Cursor *cursor)
{
    uint8_t kind = *cursor->at++;

    if (kind == WEFT_THRIFT_STOP) {
        extent->depth--;
        return DONE;
    }
    if (!is_kind(kind))
        return BAD;
    if (left_of(cursor) < sizeof(int16_t))
        return MORE;
    cursor->at += sizeof(int16_t);
    extent->kind = kind;
    return DONE;
}

static WeftThriftExtentState
scan_compact_field(WeftThriftExtent *extent, Cursor *cursor)
{
    const uint8_t head = *cursor->at++;
    const uint8_t kind = compact_kinds[head & 0x0f];
    uint64_t id;

    if (head == 0) {
        extent->depth--;
        return DONE;
    }
    if (kind == WEFT_THRIFT_STOP)
        return BAD;
    if (head >> 4 == 0) {
        WeftThriftExtentState state = read_varint(cursor, &id);
        if (state != DONE)
            return state;
    }
    /* A bool's value lies in the head of its field. */
    if (kind != WEFT_THRIFT_BOOL)
        extent->kind = kind;
    return DONE;
}

/* What comes next on the innermost level: its end, or the kind of a value. */
static WeftThriftExtentState
scan_next(WeftThriftExtent *extent, Cursor *cursor)
{
    WeftThriftExtentLevel *level = &extent->levels[extent->depth - 1];

    if (level->kinds[0] != WEFT_THRIFT_STOP) {
        if (level->n_left == 0)
            extent->depth--;
        else
            /* Of a map an even number is left before each key. */
            extent->kind = level->kinds[level->n_left-- % VALUES_OF_A_PAIR];
        return DONE;
    }
    if (left_of(cursor) < 1)
        return MORE;
    return extent->protocol == WEFT_THRIFT_PROTOCOL_BINARY ? scan_binary_field(extent, cursor)
                                                           : scan_compact_field(extent, cursor);
}

static WeftThriftExtentState
enter_container(WeftThriftExtent *extent, uint32_t n_values, uint8_t first_kind,
                uint8_t second_kind)
{
    extent->kind = WEFT_THRIFT_STOP;
    if (n_values == 0)
        return DONE;
    if (!is_kind(first_kind) || !is_kind(second_kind))
        return BAD;
    return push(extent, n_values, first_kind, second_kind);
}

static WeftThriftExtentState
scan_list(WeftThriftExtent *extent, Cursor *cursor, const uint8_t *message)
{
    uint8_t head;
    uint32_t n_items;
    uint8_t kind;
    WeftThriftExtentState state = read_u8(cursor, &head);

    if (state != DONE)
        return state;
    if (extent->protocol == WEFT_THRIFT_PROTOCOL_BINARY) {
        kind = head;
        state = read_size(extent, cursor, &n_items);
    } else {
        kind = compact_kinds[head & 0x0f];
        n_items = head >> 4;
        if (n_items == COMPACT_LONG_SIZE)
            state = read_size(extent, cursor, &n_items);
    }
    if (state != DONE)
        return state;

    const size_t item_size = fixed_size(extent->protocol, kind);
    if (item_size == 0)
        return enter_container(extent, n_items, kind, kind);
    extent->kind = WEFT_THRIFT_STOP;
    return pass(extent, cursor, message, (uint64_t)n_items * item_size);
}

static WeftThriftExtentState
scan_map(WeftThriftExtent *extent, Cursor *cursor)
{
    const bool is_binary = extent->protocol == WEFT_THRIFT_PROTOCOL_BINARY;
    uint8_t kinds[2] = {0, 0};
    uint32_t n_pairs;
    WeftThriftExtentState state = DONE;

    if (is_binary) {
        if (left_of(cursor) < sizeof kinds)
            return MORE;
        memcpy(kinds, cursor->at, sizeof kinds);
        cursor->at += sizeof kinds;
    }
    state = read_size(extent, cursor, &n_pairs);
    if (state == DONE && !is_binary && n_pairs > 0) {
        uint8_t both;

        state = read_u8(cursor, &both);
        if (state == DONE) {
            kinds[0] = compact_kinds[both >> 4];
            kinds[1] = compact_kinds[both & 0x0f];
        }
    }
    if (state != DONE)
        return state;
    if (n_pairs > INT32_MAX / VALUES_OF_A_PAIR)
        return BAD;
    return enter_container(extent, n_pairs * VALUES_OF_A_PAIR, kinds[0], kinds[1]);
}

static WeftThriftExtentState
scan_scalar(WeftThriftExtent *extent, Cursor *cursor, const uint8_t *message)
{
    const size_t size = fixed_size(extent->protocol, extent->kind);
    uint64_t number;

    if (size > 0)
        return pass(extent, cursor, message, size);
    return read_varint(cursor, &number);
}

/* The value of extent->kind. */
static WeftThriftExtentState
scan_value(WeftThriftExtent *extent, Cursor *cursor, const uint8_t *message)
{
    WeftThriftExtentState state;
    uint32_t length;

    switch (extent->kind) {
    case WEFT_THRIFT_STRING:
        state = read_size(extent, cursor, &length);
        if (state == DONE)
            state = pass(extent, cursor, message, length);
        break;
    case WEFT_THRIFT_STRUCT:
        state = push(extent, 0, WEFT_THRIFT_STOP, WEFT_THRIFT_STOP);
        break;
    case WEFT_THRIFT_LIST:
    case WEFT_THRIFT_SET:
        return scan_list(extent, cursor, message);
    case WEFT_THRIFT_MAP:
        return scan_map(extent, cursor);
    default:
        state = scan_scalar(extent, cursor, message);
        break;
    }
    if (state == DONE)
        extent->kind = WEFT_THRIFT_STOP;
    return state;
}

static WeftThriftExtentState
scan_tokens(WeftThriftExtent *extent, const uint8_t *message, size_t size)
{
    while (!extent->has_head || extent->depth > 0) {
        if (extent->at > extent->max_bytes)
            return BAD;
        if (extent->at > size)
            return MORE;

        const size_t before = extent->at;
        Cursor cursor = {message + before, message + size};
        WeftThriftExtentState state;
        if (!extent->has_head)
            state = scan_head(extent, &cursor, message);
        else if (extent->kind == WEFT_THRIFT_STOP)
            state = scan_next(extent, &cursor);
        else
            state = scan_value(extent, &cursor, message);
        if (state != DONE)
            return state;
        /* Who passed more than the token has said so. */
        if (extent->at == before)
            extent->at = (size_t)(cursor.at - message);
    }
    if (extent->at > extent->max_bytes)
        return BAD;
    return extent->at <= size ? DONE : MORE;
}

/* ---- JSON ---- */

static WeftThriftExtentState
scan_json(WeftThriftExtent *extent, const uint8_t *message, size_t size)
{
    while (extent->at < size) {
        const uint8_t byte = message[extent->at++];

        if (extent->depth == 0 && byte != '[')
            return BAD;
        if (extent->is_escaped) {
            extent->is_escaped = false;
        } else if (extent->in_string) {
            extent->is_escaped = byte == '\\';
            extent->in_string = byte != '"';
        } else if (byte == '"') {
            extent->in_string = true;
        } else if (byte == '[' || byte == '{') {
            extent->depth++;
        } else if ((byte == ']' || byte == '}') && --extent->depth == 0) {
            return extent->at <= extent->max_bytes ? DONE : BAD;
        }
    }
    return extent->at <= extent->max_bytes ? MORE : BAD;
}

/* ---- public ---- */

void
weft_thrift_extent_init(WeftThriftExtent *extent, WeftThriftProtocol protocol, size_t max_bytes)
{
    /* Levels are written before they are read. */
    memset(extent, 0, offsetof(WeftThriftExtent, levels));
    extent->protocol = protocol;
    extent->max_bytes = max_bytes;
}

WeftThriftExtentState
weft_thrift_extent_scan(WeftThriftExtent *extent, const uint8_t *message, size_t size)
{
    if (extent->protocol == WEFT_THRIFT_PROTOCOL_JSON)
        return scan_json(extent, message, size);
    return scan_tokens(extent, message, size);
}
