/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/thrift_wire.h>

G_BEGIN_DECLS

/**
 * The binary protocol, piece by piece, for generated code.  Numbers are big-endian; a field is its
 * kind, its id and its value; a struct ends with a 0.
 */

enum {
    WEFT_THRIFT_BINARY_FIELD_BYTES = 3,
    WEFT_THRIFT_BINARY_STOP_BYTES = 1,
    WEFT_THRIFT_BINARY_LIST_BYTES = 5, /* the head of a list or set */
    WEFT_THRIFT_BINARY_MAP_BYTES = 6,
    WEFT_THRIFT_BINARY_STRING_BYTES = 4, /* the length before the bytes */
};

/* ---- writing ---- */

/** One byte. */
static inline uint8_t *
weft_thrift_binary_put_i8(uint8_t *at, int8_t value)
{
    *at = (uint8_t)value;
    return at + 1;
}

/** One byte: 0 or 1. */
static inline uint8_t *
weft_thrift_binary_put_bool(uint8_t *at, bool value)
{
    *at = value ? 1 : 0;
    return at + 1;
}

/** Two bytes. */
static inline uint8_t *
weft_thrift_binary_put_i16(uint8_t *at, int16_t value)
{
    const uint16_t wire = GUINT16_TO_BE((uint16_t)value);

    memcpy(at, &wire, sizeof wire);
    return at + sizeof wire;
}

/** Four bytes. */
static inline uint8_t *
weft_thrift_binary_put_i32(uint8_t *at, int32_t value)
{
    const uint32_t wire = GUINT32_TO_BE((uint32_t)value);

    memcpy(at, &wire, sizeof wire);
    return at + sizeof wire;
}

/** Eight bytes. */
static inline uint8_t *
weft_thrift_binary_put_i64(uint8_t *at, int64_t value)
{
    const uint64_t wire = GUINT64_TO_BE((uint64_t)value);

    memcpy(at, &wire, sizeof wire);
    return at + sizeof wire;
}

/** Eight bytes, of IEEE 754. */
static inline uint8_t *
weft_thrift_binary_put_double(uint8_t *at, double value)
{
    int64_t bits;

    memcpy(&bits, &value, sizeof bits);
    return weft_thrift_binary_put_i64(at, bits);
}

/** Sixteen bytes. */
static inline uint8_t *
weft_thrift_binary_put_uuid(uint8_t *at, WeftUuid value)
{
    memcpy(at, value.bytes, sizeof value.bytes);
    return at + sizeof value.bytes;
}

/** The head of a field; its value follows. */
static inline uint8_t *
weft_thrift_binary_put_field(uint8_t *at, WeftThriftKind kind, int16_t id)
{
    *at = (uint8_t)kind;
    return weft_thrift_binary_put_i16(at + 1, id);
}

/** The end of a struct. */
static inline uint8_t *
weft_thrift_binary_put_stop(uint8_t *at)
{
    *at = WEFT_THRIFT_STOP;
    return at + 1;
}

/** Of a list or set. */
static inline uint8_t *
weft_thrift_binary_put_list(uint8_t *at, WeftThriftKind kind, uint32_t n_items)
{
    *at = (uint8_t)kind;
    return weft_thrift_binary_put_i32(at + 1, (int32_t)n_items);
}

/** The head of a map; keys and values follow in turn. */
static inline uint8_t *
weft_thrift_binary_put_map(uint8_t *at, WeftThriftKind key_kind, WeftThriftKind value_kind,
                           uint32_t n_items)
{
    at[0] = (uint8_t)key_kind;
    at[1] = (uint8_t)value_kind;
    return weft_thrift_binary_put_i32(at + 2, (int32_t)n_items);
}

/** Needs WEFT_THRIFT_BINARY_STRING_BYTES and weft_thrift_writer_string_room() of room.  Returns:
 * NULL: the limit */
static inline uint8_t *
weft_thrift_binary_put_string(WeftThriftWriter *writer, uint8_t *at, WeftString string)
{
    return weft_thrift_writer_put_string_bytes(
        writer, weft_thrift_binary_put_i32(at, (int32_t)string.length), string);
}

/* ---- reading ---- */

/** One byte. */
static inline const uint8_t *
weft_thrift_binary_get_i8(const uint8_t *at, WeftThriftReader *reader, int8_t *ret_value)
{
    if (G_UNLIKELY(reader->end - at < 1))
        return weft_thrift_reader_truncated(reader, at);
    *ret_value = (int8_t)*at;
    return at + 1;
}

/** One byte; what is not 0 is true. */
static inline const uint8_t *
weft_thrift_binary_get_bool(const uint8_t *at, WeftThriftReader *reader, bool *ret_value)
{
    if (G_UNLIKELY(reader->end - at < 1))
        return weft_thrift_reader_truncated(reader, at);
    *ret_value = *at != 0;
    return at + 1;
}

/** Two bytes. */
static inline const uint8_t *
weft_thrift_binary_get_i16(const uint8_t *at, WeftThriftReader *reader, int16_t *ret_value)
{
    uint16_t wire;

    if (G_UNLIKELY((size_t)(reader->end - at) < sizeof wire))
        return weft_thrift_reader_truncated(reader, at);
    memcpy(&wire, at, sizeof wire);
    *ret_value = (int16_t)GUINT16_FROM_BE(wire);
    return at + sizeof wire;
}

/** Four bytes that are known to be there. */
static inline uint32_t
weft_thrift_binary_load_32(const uint8_t *at)
{
    uint32_t wire;

    memcpy(&wire, at, sizeof wire);
    return GUINT32_FROM_BE(wire);
}

/** Eight of them. */
static inline uint64_t
weft_thrift_binary_load_64(const uint8_t *at)
{
    uint64_t wire;

    memcpy(&wire, at, sizeof wire);
    return GUINT64_FROM_BE(wire);
}

/** Four bytes. */
static inline const uint8_t *
weft_thrift_binary_get_i32(const uint8_t *at, WeftThriftReader *reader, int32_t *ret_value)
{
    if (G_UNLIKELY(reader->end - at < 4))
        return weft_thrift_reader_truncated(reader, at);
    *ret_value = (int32_t)weft_thrift_binary_load_32(at);
    return at + 4;
}

/** Eight bytes. */
static inline const uint8_t *
weft_thrift_binary_get_i64(const uint8_t *at, WeftThriftReader *reader, int64_t *ret_value)
{
    if (G_UNLIKELY(reader->end - at < 8))
        return weft_thrift_reader_truncated(reader, at);
    *ret_value = (int64_t)weft_thrift_binary_load_64(at);
    return at + 8;
}

/** Eight bytes. */
static inline const uint8_t *
weft_thrift_binary_get_double(const uint8_t *at, WeftThriftReader *reader, double *ret_value)
{
    if (G_UNLIKELY(reader->end - at < 8))
        return weft_thrift_reader_truncated(reader, at);
    const uint64_t bits = weft_thrift_binary_load_64(at);
    memcpy(ret_value, &bits, sizeof bits);
    return at + 8;
}

/** Sixteen bytes. */
static inline const uint8_t *
weft_thrift_binary_get_uuid(const uint8_t *at, WeftThriftReader *reader, WeftUuid *ret_value)
{
    if (G_UNLIKELY((size_t)(reader->end - at) < sizeof ret_value->bytes))
        return weft_thrift_reader_truncated(reader, at);
    memcpy(ret_value->bytes, at, sizeof ret_value->bytes);
    return at + sizeof ret_value->bytes;
}

/** A length of four bytes, and so many bytes; borrowed or copied as @reader does. */
static inline const uint8_t *
weft_thrift_binary_get_string(const uint8_t *at, WeftThriftReader *reader, WeftString *ret_string)
{
    if (G_UNLIKELY(reader->end - at < WEFT_THRIFT_BINARY_STRING_BYTES))
        return weft_thrift_reader_truncated(reader, at);
    return weft_thrift_reader_take_string(reader, at + WEFT_THRIFT_BINARY_STRING_BYTES,
                                          weft_thrift_binary_load_32(at), ret_string);
}

/**
 * The head of the next field.
 * @ret_key: as WEFT_THRIFT_KEY(); at the end of the struct weft_thrift_key_is_stop()
 */
static inline const uint8_t *
weft_thrift_binary_get_field(const uint8_t *at, WeftThriftReader *reader, uint32_t *ret_key)
{
    /* No value is shorter than a byte, so four bytes are there unless the struct ends. */
    if (G_LIKELY(reader->end - at >= 4)) {
        const uint32_t wire = weft_thrift_binary_load_32(at);
        *ret_key = wire >> 8;
        return at + (wire < 0x1000000 ? 1 : WEFT_THRIFT_BINARY_FIELD_BYTES);
    }
    if (at == reader->end || *at != WEFT_THRIFT_STOP)
        return weft_thrift_reader_truncated(reader, at);
    *ret_key = WEFT_THRIFT_STOP;
    return at + 1;
}

/**
 * The head of a list or set, with room for its items.
 * @min_item_bytes: the least an item takes: 1 for a struct, 4 for a string, 5 and 6 for containers,
 * its size for a number
 * @item_size: in C
 */
static inline const uint8_t *
weft_thrift_binary_get_list(const uint8_t *at, WeftThriftReader *reader, WeftThriftKind kind,
                            size_t min_item_bytes, size_t item_size,
                            WeftThriftContainer *ret_container)
{
    if (G_UNLIKELY(reader->end - at < WEFT_THRIFT_BINARY_LIST_BYTES))
        return weft_thrift_reader_truncated(reader, at);
    const uint32_t n_items = weft_thrift_binary_load_32(at + 1);
    if (G_UNLIKELY(at[0] != kind && n_items != 0))
        return weft_thrift_reader_malformed(reader, at, "items of another type");
    return weft_thrift_reader_take_items(reader, at + WEFT_THRIFT_BINARY_LIST_BYTES, n_items,
                                         min_item_bytes, item_size, ret_container);
}

/** The same of a map.  @kinds: WEFT_THRIFT_KEY(key's kind, value's kind).  @min_item_bytes,
 * @item_size: of a pair */
static inline const uint8_t *
weft_thrift_binary_get_map(const uint8_t *at, WeftThriftReader *reader, uint32_t kinds,
                           size_t min_item_bytes, size_t item_size,
                           WeftThriftContainer *ret_container)
{
    if (G_UNLIKELY(reader->end - at < WEFT_THRIFT_BINARY_MAP_BYTES))
        return weft_thrift_reader_truncated(reader, at);
    const uint32_t n_items = weft_thrift_binary_load_32(at + 2);
    if (G_UNLIKELY(WEFT_THRIFT_KEY(at[0], at[1]) != kinds && n_items != 0))
        return weft_thrift_reader_malformed(reader, at, "keys or values of another type");
    return weft_thrift_reader_take_items(reader, at + WEFT_THRIFT_BINARY_MAP_BYTES, n_items,
                                         min_item_bytes, item_size, ret_container);
}

/** Pass over a value of a kind that nobody asked for, checking it. */
const uint8_t *weft_thrift_binary_skip(const uint8_t *at, WeftThriftReader *reader,
                                       WeftThriftKind kind);

G_END_DECLS
