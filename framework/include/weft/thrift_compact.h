/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/thrift_wire.h>

G_BEGIN_DECLS

/**
 * The compact protocol, piece by piece, for generated code.  Integers are varints of their zigzag
 * form, doubles little-endian; a field's head has the distance to the id before it, and the value
 * itself where it is a bool.
 */

/** The most that each takes. */
enum {
    WEFT_THRIFT_COMPACT_I16_BYTES = 10, /* a varint is written eight bytes at once, or ten */
    WEFT_THRIFT_COMPACT_I32_BYTES = 10,
    WEFT_THRIFT_COMPACT_I64_BYTES = 10,
    WEFT_THRIFT_COMPACT_FIELD_BYTES = 11, /* of these four at most count */
    WEFT_THRIFT_COMPACT_STOP_BYTES = 1,
    WEFT_THRIFT_COMPACT_LIST_BYTES = 11, /* the head of a list or set */
    WEFT_THRIFT_COMPACT_MAP_BYTES = 11,
    WEFT_THRIFT_COMPACT_STRING_BYTES = 10, /* the length before the bytes */
};

/** The number that @kind has in this protocol. */
static inline uint8_t
weft_thrift_compact_wire_kind(WeftThriftKind kind)
{
    static const uint8_t numbers[] = {0, 0, 1, 3, 7, 0, 4, 0, 5, 0, 6, 8, 12, 11, 10, 9, 13};

    return numbers[kind];
}

/** @number: less than 16.  Returns: a WeftThriftKind, or WEFT_THRIFT_NO_KIND */
static inline uint32_t
weft_thrift_compact_kind(unsigned number)
{
    static const uint8_t kinds[] = {
        WEFT_THRIFT_STOP,   WEFT_THRIFT_BOOL, WEFT_THRIFT_BOOL,    WEFT_THRIFT_I8,
        WEFT_THRIFT_I16,    WEFT_THRIFT_I32,  WEFT_THRIFT_I64,     WEFT_THRIFT_DOUBLE,
        WEFT_THRIFT_STRING, WEFT_THRIFT_LIST, WEFT_THRIFT_SET,     WEFT_THRIFT_MAP,
        WEFT_THRIFT_STRUCT, WEFT_THRIFT_UUID, WEFT_THRIFT_NO_KIND, WEFT_THRIFT_NO_KIND,
    };

    return kinds[number];
}

enum {
    WEFT_THRIFT_COMPACT_TRUE = 1,
    WEFT_THRIFT_COMPACT_FALSE = 2,
};

/* ---- writing ---- */

/** Small numbers of both signs as small ones without: 0, -1, 1, -2 become 0, 1, 2, 3. */
static inline uint64_t
weft_thrift_compact_zigzag(int64_t value)
{
    return (uint64_t)value << 1 ^ (uint64_t)(value >> 63);
}

/** The way back. */
static inline int64_t
weft_thrift_compact_unzigzag(uint64_t value)
{
    return (int64_t)(value >> 1 ^ -(value & 1));
}

/** What needs nine bytes or ten. */
uint8_t *weft_thrift_compact_put_long_varint(uint8_t *at, uint64_t value);

/** Needs ten bytes of room, whatever the value. */
static inline uint8_t *
weft_thrift_compact_put_varint(uint8_t *at, uint64_t value)
{
    if (G_LIKELY(value < 0x80)) {
        *at = (uint8_t)value;
        return at + 1;
    }
    if (G_UNLIKELY(value >> 56 != 0))
        return weft_thrift_compact_put_long_varint(at, value);

    /* Seven bits into each byte, without a branch that depends on how many there are. */
    const unsigned n_bytes = (70U - (unsigned)__builtin_clzll(value)) / 7;
    uint64_t wire = (value & 0x0fffffffU) | (value << 4 & 0x0fffffff00000000U);
    wire = (wire & 0x00003fff00003fffU) | (wire << 2 & 0x3fff00003fff0000U);
    wire = (wire & 0x007f007f007f007fU) | (wire << 1 & 0x7f007f007f007f00U);
    wire |= 0x8080808080808080U >> (8 * (9 - n_bytes));
    wire = GUINT64_TO_LE(wire);
    memcpy(at, &wire, sizeof wire);
    return at + n_bytes;
}

/** One byte, as it is. */
static inline uint8_t *
weft_thrift_compact_put_i8(uint8_t *at, int8_t value)
{
    *at = (uint8_t)value;
    return at + 1;
}

/** The varint of its zigzag form. */
static inline uint8_t *
weft_thrift_compact_put_i16(uint8_t *at, int16_t value)
{
    return weft_thrift_compact_put_varint(at, (uint32_t)weft_thrift_compact_zigzag(value));
}

/** The varint of its zigzag form. */
static inline uint8_t *
weft_thrift_compact_put_i32(uint8_t *at, int32_t value)
{
    return weft_thrift_compact_put_varint(at, (uint32_t)weft_thrift_compact_zigzag(value));
}

/** The varint of its zigzag form. */
static inline uint8_t *
weft_thrift_compact_put_i64(uint8_t *at, int64_t value)
{
    return weft_thrift_compact_put_varint(at, weft_thrift_compact_zigzag(value));
}

/** Eight bytes, little-endian. */
static inline uint8_t *
weft_thrift_compact_put_double(uint8_t *at, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    bits = GUINT64_TO_LE(bits);
    memcpy(at, &bits, sizeof bits);
    return at + sizeof bits;
}

/** Sixteen bytes. */
static inline uint8_t *
weft_thrift_compact_put_uuid(uint8_t *at, WeftUuid value)
{
    memcpy(at, value.bytes, sizeof value.bytes);
    return at + sizeof value.bytes;
}

/** As an item of a container; a field's bool is put_bool_field(). */
static inline uint8_t *
weft_thrift_compact_put_bool(uint8_t *at, bool value)
{
    *at = value ? WEFT_THRIFT_COMPACT_TRUE : WEFT_THRIFT_COMPACT_FALSE;
    return at + 1;
}

/** What put_field() and put_bool_field() have in common.  @wire_kind: with the number of this
 * protocol */
static inline uint8_t *
weft_thrift_compact_put_field_head(uint8_t *at, uint8_t wire_kind, int16_t id, int16_t *last_id)
{
    const int distance = id - *last_id;

    *last_id = id;
    if (G_LIKELY(distance > 0 && distance <= 15)) {
        *at = (uint8_t)(distance << 4 | wire_kind);
        return at + 1;
    }
    *at = wire_kind;
    return weft_thrift_compact_put_i16(at + 1, id);
}

/** @last_id: of the field before this one in the struct, 0 at first; updated.  Bools have their own
 * function. */
static inline uint8_t *
weft_thrift_compact_put_field(uint8_t *at, WeftThriftKind kind, int16_t id, int16_t *last_id)
{
    return weft_thrift_compact_put_field_head(at, weft_thrift_compact_wire_kind(kind), id, last_id);
}

/** A field and its value in one. */
static inline uint8_t *
weft_thrift_compact_put_bool_field(uint8_t *at, bool value, int16_t id, int16_t *last_id)
{
    return weft_thrift_compact_put_field_head(
        at, value ? WEFT_THRIFT_COMPACT_TRUE : WEFT_THRIFT_COMPACT_FALSE, id, last_id);
}

/** The end of a struct. */
static inline uint8_t *
weft_thrift_compact_put_stop(uint8_t *at)
{
    *at = WEFT_THRIFT_STOP;
    return at + 1;
}

/** Of a list or set. */
static inline uint8_t *
weft_thrift_compact_put_list(uint8_t *at, WeftThriftKind kind, uint32_t n_items)
{
    const uint8_t wire_kind = weft_thrift_compact_wire_kind(kind);

    if (n_items < 15) {
        *at = (uint8_t)(n_items << 4 | wire_kind);
        return at + 1;
    }
    *at = 0xf0 | wire_kind;
    return weft_thrift_compact_put_varint(at + 1, n_items);
}

/** The head of a map; an empty one has no kinds. */
static inline uint8_t *
weft_thrift_compact_put_map(uint8_t *at, WeftThriftKind key_kind, WeftThriftKind value_kind,
                            uint32_t n_items)
{
    at = weft_thrift_compact_put_varint(at, n_items);
    if (n_items == 0)
        return at;
    *at = (uint8_t)(weft_thrift_compact_wire_kind(key_kind) << 4 |
                    weft_thrift_compact_wire_kind(value_kind));
    return at + 1;
}

/** Needs WEFT_THRIFT_COMPACT_STRING_BYTES and weft_thrift_writer_string_room() of room.  Returns:
 * NULL: the limit */
static inline uint8_t *
weft_thrift_compact_put_string(WeftThriftWriter *writer, uint8_t *at, WeftString string)
{
    return weft_thrift_writer_put_string_bytes(
        writer, weft_thrift_compact_put_varint(at, string.length), string);
}

/* ---- sizes ---- */

/** Bytes that put_varint() writes. */
static inline size_t
weft_thrift_compact_varint_size(uint64_t value)
{
    return (70U - (unsigned)__builtin_clzll(value | 1)) / 7;
}

/** Bytes that put_i16(), put_i32() and put_i64() write. */
static inline size_t
weft_thrift_compact_i64_size(int64_t value)
{
    return weft_thrift_compact_varint_size(weft_thrift_compact_zigzag(value));
}

/** Bytes that put_string() writes. */
static inline size_t
weft_thrift_compact_string_size(WeftString string)
{
    return weft_thrift_compact_varint_size(string.length) + string.length;
}

/** A field's head; @last_id as put_field(). */
static inline size_t
weft_thrift_compact_field_size(int16_t id, int16_t *last_id)
{
    const int distance = id - *last_id;

    *last_id = id;
    return distance > 0 && distance <= 15 ? 1 : 1 + weft_thrift_compact_i64_size(id);
}

/** Bytes that put_list() writes. */
static inline size_t
weft_thrift_compact_list_size(uint32_t n_items)
{
    return n_items < 15 ? 1 : 1 + weft_thrift_compact_varint_size(n_items);
}

/** Bytes that put_map() writes. */
static inline size_t
weft_thrift_compact_map_size(uint32_t n_items)
{
    return n_items == 0 ? 1 : 1 + weft_thrift_compact_varint_size(n_items);
}

/* ---- reading ---- */

/** Near the end of the input, or longer than eight bytes. */
const uint8_t *weft_thrift_compact_get_long_varint(const uint8_t *at, WeftThriftReader *reader,
                                                   uint64_t *ret_value);

/** Up to ten bytes. */
static inline const uint8_t *
weft_thrift_compact_get_varint(const uint8_t *at, WeftThriftReader *reader, uint64_t *ret_value)
{
    uint64_t wire;

    if (G_UNLIKELY((size_t)(reader->end - at) < sizeof wire))
        return weft_thrift_compact_get_long_varint(at, reader, ret_value);
    if (G_LIKELY(*at < 0x80)) {
        *ret_value = *at;
        return at + 1;
    }
    memcpy(&wire, at, sizeof wire);
    wire = GUINT64_FROM_LE(wire);
    const uint64_t ends = ~wire & 0x8080808080808080U;
    if (G_UNLIKELY(ends == 0))
        return weft_thrift_compact_get_long_varint(at, reader, ret_value);

    /* The bytes up to the first that has no continuation bit, seven bits of each moved together. */
    wire &= ends ^ (ends - 1);
    wire = (wire & 0x007f007f007f007fU) | (wire >> 1 & 0x3f803f803f803f80U);
    wire = (wire & 0x00003fff00003fffU) | (wire >> 2 & 0x0fffc0000fffc000U);
    *ret_value = (wire & 0x0fffffffU) | (wire >> 4 & 0x00fffffff0000000U);
    return at + ((unsigned)__builtin_ctzll(ends) + 1) / 8;
}

/** One byte. */
static inline const uint8_t *
weft_thrift_compact_get_i8(const uint8_t *at, WeftThriftReader *reader, int8_t *ret_value)
{
    if (G_UNLIKELY(reader->end - at < 1))
        return weft_thrift_reader_truncated(reader, at);
    *ret_value = (int8_t)*at;
    return at + 1;
}

/** The varint of its zigzag form. */
static inline const uint8_t *
weft_thrift_compact_get_i64(const uint8_t *at, WeftThriftReader *reader, int64_t *ret_value)
{
    uint64_t wire = 0;

    at = weft_thrift_compact_get_varint(at, reader, &wire);
    *ret_value = weft_thrift_compact_unzigzag(wire);
    return at;
}

/** An unsigned number of 32 bits: a length or a count. */
static inline const uint8_t *
weft_thrift_compact_get_size(const uint8_t *at, WeftThriftReader *reader, uint32_t *ret_value)
{
    uint64_t wire = 0;

    at = weft_thrift_compact_get_varint(at, reader, &wire);
    if (G_UNLIKELY(wire > UINT32_MAX))
        return weft_thrift_reader_malformed(reader, at, "a number of more than 32 bits");
    *ret_value = (uint32_t)wire;
    return at;
}

/** The varint of its zigzag form; more than 32 bits are a failure. */
static inline const uint8_t *
weft_thrift_compact_get_i32(const uint8_t *at, WeftThriftReader *reader, int32_t *ret_value)
{
    uint32_t wire = 0;

    at = weft_thrift_compact_get_size(at, reader, &wire);
    *ret_value = (int32_t)weft_thrift_compact_unzigzag(wire);
    return at;
}

/** The varint of its zigzag form; more than 16 bits are a failure. */
static inline const uint8_t *
weft_thrift_compact_get_i16(const uint8_t *at, WeftThriftReader *reader, int16_t *ret_value)
{
    int32_t wide = 0;

    at = weft_thrift_compact_get_i32(at, reader, &wide);
    if (G_UNLIKELY(wide != (int16_t)wide))
        return weft_thrift_reader_malformed(reader, at, "a number of more than 16 bits");
    *ret_value = (int16_t)wide;
    return at;
}

/** Eight bytes. */
static inline const uint8_t *
weft_thrift_compact_get_double(const uint8_t *at, WeftThriftReader *reader, double *ret_value)
{
    uint64_t bits;

    if (G_UNLIKELY((size_t)(reader->end - at) < sizeof bits))
        return weft_thrift_reader_truncated(reader, at);
    memcpy(&bits, at, sizeof bits);
    bits = GUINT64_FROM_LE(bits);
    memcpy(ret_value, &bits, sizeof bits);
    return at + sizeof bits;
}

/** Sixteen bytes. */
static inline const uint8_t *
weft_thrift_compact_get_uuid(const uint8_t *at, WeftThriftReader *reader, WeftUuid *ret_value)
{
    if (G_UNLIKELY((size_t)(reader->end - at) < sizeof ret_value->bytes))
        return weft_thrift_reader_truncated(reader, at);
    memcpy(ret_value->bytes, at, sizeof ret_value->bytes);
    return at + sizeof ret_value->bytes;
}

/** An item of a container; a field's bool is in its head: get_bool_field(). */
static inline const uint8_t *
weft_thrift_compact_get_bool(const uint8_t *at, WeftThriftReader *reader, bool *ret_value)
{
    if (G_UNLIKELY(reader->end - at < 1))
        return weft_thrift_reader_truncated(reader, at);
    *ret_value = *at == WEFT_THRIFT_COMPACT_TRUE;
    return at + 1;
}

/** The value that came with the head get_field() read last. */
static inline const uint8_t *
weft_thrift_compact_get_bool_field(const uint8_t *at, WeftThriftReader *reader, bool *ret_value)
{
    *ret_value = reader->field_bool;
    return at;
}

/** A length, and so many bytes; borrowed or copied as @reader does. */
static inline const uint8_t *
weft_thrift_compact_get_string(const uint8_t *at, WeftThriftReader *reader, WeftString *ret_string)
{
    uint32_t length = 0;

    at = weft_thrift_compact_get_size(at, reader, &length);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_reader_take_string(reader, at, length, ret_string);
}

/**
 * The head of the next field.
 * @key: what the call before left there, 0 at first; then as WEFT_THRIFT_KEY(); at the end of the
 * struct weft_thrift_key_is_stop()
 */
static inline const uint8_t *
weft_thrift_compact_get_field(const uint8_t *at, WeftThriftReader *reader, uint32_t *key)
{
    if (G_UNLIKELY(reader->end - at < 1))
        return weft_thrift_reader_truncated(reader, at);
    const uint8_t head = *at++;
    const uint32_t kind = weft_thrift_compact_kind(head & 0xf);
    if (kind <= WEFT_THRIFT_BOOL)
        reader->field_bool = (head & 0xf) == WEFT_THRIFT_COMPACT_TRUE;

    int16_t id = (int16_t)((int16_t)(uint16_t)*key + (head >> 4));
    if (G_UNLIKELY(head < 0x10 && kind != WEFT_THRIFT_STOP))
        at = weft_thrift_compact_get_i16(at, reader, &id);
    *key = WEFT_THRIFT_KEY(kind, id);
    return at;
}

/** As weft_thrift_binary_get_list(); the least that an item takes is 1 for all kinds but double (8)
 * and uuid (16). */
static inline const uint8_t *
weft_thrift_compact_get_list(const uint8_t *at, WeftThriftReader *reader, WeftThriftKind kind,
                             size_t min_item_bytes, size_t item_size,
                             WeftThriftContainer *ret_container)
{
    if (G_UNLIKELY(reader->end - at < 1))
        return weft_thrift_reader_truncated(reader, at);
    const uint8_t head = *at++;
    uint32_t n_items = head >> 4;
    if (n_items == 15) {
        at = weft_thrift_compact_get_size(at, reader, &n_items);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    if (G_UNLIKELY(weft_thrift_compact_kind(head & 0xf) != kind && n_items != 0))
        return weft_thrift_reader_malformed(reader, at, "items of another type");
    return weft_thrift_reader_take_items(reader, at, n_items, min_item_bytes, item_size,
                                         ret_container);
}

/** As weft_thrift_binary_get_map(). */
static inline const uint8_t *
weft_thrift_compact_get_map(const uint8_t *at, WeftThriftReader *reader, uint32_t kinds,
                            size_t min_item_bytes, size_t item_size,
                            WeftThriftContainer *ret_container)
{
    uint32_t n_items = 0;
    uint32_t wire_kinds = kinds;

    at = weft_thrift_compact_get_size(at, reader, &n_items);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (n_items != 0) {
        if (G_UNLIKELY(reader->end - at < 1))
            return weft_thrift_reader_truncated(reader, at);
        wire_kinds = WEFT_THRIFT_KEY(weft_thrift_compact_kind(*at >> 4),
                                     weft_thrift_compact_kind(*at & 0xf));
        at++;
    }
    if (G_UNLIKELY(wire_kinds != kinds))
        return weft_thrift_reader_malformed(reader, at, "keys or values of another type");
    return weft_thrift_reader_take_items(reader, at, n_items, min_item_bytes, item_size,
                                         ret_container);
}

/** Pass over the value of a field that nobody asked for, checking it.  A bool's value has been read
 * with its head. */
const uint8_t *weft_thrift_compact_skip(const uint8_t *at, WeftThriftReader *reader,
                                        WeftThriftKind kind);

G_END_DECLS
