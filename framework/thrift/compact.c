/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compact protocol, where generated code does not do it itself: long varints, passing over
 * values, and methods for the walker.  Apache Thrift, doc/specs/thrift-compact-protocol.md.
 */

#include <weft/thrift_compact.h>

#include "thrift/walk.h"

enum {
    MAX_VARINT_BYTES = 10, /* of 64 bits */
};

uint8_t *
weft_thrift_compact_put_long_varint(uint8_t *at, uint64_t value)
{
    while (value >= 0x80) {
        *at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *at++ = (uint8_t)value;
    return at;
}

const uint8_t *
weft_thrift_compact_get_long_varint(const uint8_t *at, WeftThriftReader *reader,
                                    uint64_t *ret_value)
{
    const uint8_t *begin = at;
    uint64_t value = 0;

    for (unsigned i = 0; i < MAX_VARINT_BYTES; i++) {
        if (at == reader->end)
            return weft_thrift_reader_truncated(reader, begin);
        const uint64_t byte = *at++;
        /* The tenth byte has one bit of the 64 that is left. */
        if (i == MAX_VARINT_BYTES - 1 && byte > 1)
            break;
        value |= (byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            *ret_value = value;
            return at;
        }
    }
    return weft_thrift_reader_malformed(reader, begin, "a number of more than 64 bits");
}

static const uint8_t *
skip_bytes(const uint8_t *at, WeftThriftReader *reader, size_t size)
{
    if (size > (size_t)(reader->end - at))
        return weft_thrift_reader_truncated(reader, at);
    return at + size;
}

static const uint8_t *
skip_string(const uint8_t *at, WeftThriftReader *reader)
{
    uint32_t length = 0;

    at = weft_thrift_compact_get_size(at, reader, &length);
    if (at == NULL)
        return NULL;
    if (length > reader->max_string_bytes || length > reader->end - at) {
        weft_thrift_reader_bad_string(reader, at, length);
        return NULL;
    }
    return at + length;
}

static const uint8_t *
skip_struct(const uint8_t *at, WeftThriftReader *reader)
{
    uint32_t key = 0;

    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        if (weft_thrift_key_is_stop(key))
            return at;
        at = weft_thrift_compact_skip(at, reader, weft_thrift_key_kind(key));
        if (at == NULL)
            return NULL;
    }
    return NULL;
}

static const uint8_t *
skip_item(const uint8_t *at, WeftThriftReader *reader, uint32_t kind)
{
    /* Only a field's bool is in its head. */
    if (kind == WEFT_THRIFT_BOOL)
        return skip_bytes(at, reader, 1);
    return weft_thrift_compact_skip(at, reader, (WeftThriftKind)kind);
}

static const uint8_t *
skip_list(const uint8_t *at, WeftThriftReader *reader)
{
    if (at == reader->end)
        return weft_thrift_reader_truncated(reader, at);
    const uint8_t head = *at++;
    uint32_t n_items = head >> 4;
    if (n_items == 15)
        at = weft_thrift_compact_get_size(at, reader, &n_items);
    if (at == NULL)
        return NULL;
    if (n_items > reader->max_items || n_items > reader->end - at) {
        weft_thrift_reader_bad_items(reader, at, n_items);
        return NULL;
    }
    for (uint32_t i = 0; at != NULL && i < n_items; i++)
        at = skip_item(at, reader, weft_thrift_compact_kind(head & 0xf));
    return at;
}

static const uint8_t *
skip_map(const uint8_t *at, WeftThriftReader *reader)
{
    uint32_t n_items = 0;

    at = weft_thrift_compact_get_size(at, reader, &n_items);
    if (at == NULL || n_items == 0)
        return at;
    if (at == reader->end)
        return weft_thrift_reader_truncated(reader, at);
    const uint8_t head = *at++;
    if (n_items > reader->max_items || (uint64_t)n_items * 2 > (uint64_t)(reader->end - at)) {
        weft_thrift_reader_bad_items(reader, at, n_items);
        return NULL;
    }
    for (uint32_t i = 0; at != NULL && i < n_items; i++) {
        at = skip_item(at, reader, weft_thrift_compact_kind(head >> 4));
        if (at != NULL)
            at = skip_item(at, reader, weft_thrift_compact_kind(head & 0xf));
    }
    return at;
}

static const uint8_t *
skip_nested(const uint8_t *at, WeftThriftReader *reader, WeftThriftKind kind)
{
    if (!weft_thrift_reader_enter(reader, at))
        return NULL;
    if (kind == WEFT_THRIFT_STRUCT)
        at = skip_struct(at, reader);
    else if (kind == WEFT_THRIFT_MAP)
        at = skip_map(at, reader);
    else
        at = skip_list(at, reader);
    weft_thrift_reader_leave(reader);
    return at;
}

const uint8_t *
weft_thrift_compact_skip(const uint8_t *at, WeftThriftReader *reader, WeftThriftKind kind)
{
    uint64_t number;

    switch (kind) {
    case WEFT_THRIFT_BOOL:
        return at;
    case WEFT_THRIFT_I8:
        return skip_bytes(at, reader, 1);
    case WEFT_THRIFT_DOUBLE:
        return skip_bytes(at, reader, 8);
    case WEFT_THRIFT_UUID:
        return skip_bytes(at, reader, 16);
    case WEFT_THRIFT_I16:
    case WEFT_THRIFT_I32:
    case WEFT_THRIFT_I64:
        return weft_thrift_compact_get_varint(at, reader, &number);
    case WEFT_THRIFT_STRING:
        return skip_string(at, reader);
    case WEFT_THRIFT_STRUCT:
    case WEFT_THRIFT_MAP:
    case WEFT_THRIFT_SET:
    case WEFT_THRIFT_LIST:
        return skip_nested(at, reader, kind);
    case WEFT_THRIFT_STOP:
        break;
    }
    return weft_thrift_reader_malformed(reader, at, "a value of an unknown type");
}

const WeftThriftReadMethods weft_thrift_compact_read_methods = {
    .get_field = weft_thrift_compact_get_field,
    .get_bool_field = weft_thrift_compact_get_bool_field,
    .get_bool = weft_thrift_compact_get_bool,
    .get_i8 = weft_thrift_compact_get_i8,
    .get_i16 = weft_thrift_compact_get_i16,
    .get_i32 = weft_thrift_compact_get_i32,
    .get_i64 = weft_thrift_compact_get_i64,
    .get_double = weft_thrift_compact_get_double,
    .get_uuid = weft_thrift_compact_get_uuid,
    .get_string = weft_thrift_compact_get_string,
    .get_binary = weft_thrift_compact_get_string,
    .get_list = weft_thrift_compact_get_list,
    .get_set = weft_thrift_compact_get_list,
    .get_map = weft_thrift_compact_get_map,
    .skip = weft_thrift_compact_skip,
    .min_bytes = {[WEFT_THRIFT_BOOL] = 1,
                  [WEFT_THRIFT_I8] = 1,
                  [WEFT_THRIFT_DOUBLE] = 8,
                  [WEFT_THRIFT_I16] = 1,
                  [WEFT_THRIFT_I32] = 1,
                  [WEFT_THRIFT_I64] = 1,
                  [WEFT_THRIFT_STRING] = 1,
                  [WEFT_THRIFT_STRUCT] = 1,
                  [WEFT_THRIFT_MAP] = 1,
                  [WEFT_THRIFT_SET] = 1,
                  [WEFT_THRIFT_LIST] = 1,
                  [WEFT_THRIFT_UUID] = 16},
};

/* ---- writing ---- */

static uint8_t *
write_bool(WeftThriftWriter *writer, uint8_t *at, bool value)
{
    at = weft_thrift_writer_reserve(writer, at, 1);
    return at != NULL ? weft_thrift_compact_put_bool(at, value) : NULL;
}

static uint8_t *
write_i8(WeftThriftWriter *writer, uint8_t *at, int8_t value)
{
    at = weft_thrift_writer_reserve(writer, at, 1);
    return at != NULL ? weft_thrift_compact_put_i8(at, value) : NULL;
}

static uint8_t *
write_i16(WeftThriftWriter *writer, uint8_t *at, int16_t value)
{
    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_I16_BYTES);
    return at != NULL ? weft_thrift_compact_put_i16(at, value) : NULL;
}

static uint8_t *
write_i32(WeftThriftWriter *writer, uint8_t *at, int32_t value)
{
    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_I32_BYTES);
    return at != NULL ? weft_thrift_compact_put_i32(at, value) : NULL;
}

static uint8_t *
write_i64(WeftThriftWriter *writer, uint8_t *at, int64_t value)
{
    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_I64_BYTES);
    return at != NULL ? weft_thrift_compact_put_i64(at, value) : NULL;
}

static uint8_t *
write_double(WeftThriftWriter *writer, uint8_t *at, double value)
{
    at = weft_thrift_writer_reserve(writer, at, sizeof value);
    return at != NULL ? weft_thrift_compact_put_double(at, value) : NULL;
}

static uint8_t *
write_uuid(WeftThriftWriter *writer, uint8_t *at, WeftUuid value)
{
    at = weft_thrift_writer_reserve(writer, at, sizeof value);
    return at != NULL ? weft_thrift_compact_put_uuid(at, value) : NULL;
}

static uint8_t *
write_string(WeftThriftWriter *writer, uint8_t *at, WeftString string,
             const WeftThriftType *type G_GNUC_UNUSED)
{
    const size_t room = weft_thrift_writer_string_room(writer, string);

    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_STRING_BYTES + room);
    return at != NULL ? weft_thrift_compact_put_string(writer, at, string) : NULL;
}

static uint8_t *
write_field(WeftThriftWriter *writer, uint8_t *at, const WeftThriftField *field, int16_t *last_id)
{
    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_FIELD_BYTES);
    return at != NULL ? weft_thrift_compact_put_field(at, (WeftThriftKind)field->type->kind,
                                                      field->id, last_id)
                      : NULL;
}

static uint8_t *
write_bool_field(WeftThriftWriter *writer, uint8_t *at, bool value, const WeftThriftField *field,
                 int16_t *last_id)
{
    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_FIELD_BYTES);
    return at != NULL ? weft_thrift_compact_put_bool_field(at, value, field->id, last_id) : NULL;
}

static uint8_t *
write_stop(WeftThriftWriter *writer, uint8_t *at)
{
    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_STOP_BYTES);
    return at != NULL ? weft_thrift_compact_put_stop(at) : NULL;
}

static uint8_t *
write_container(WeftThriftWriter *writer, uint8_t *at, const WeftThriftType *type, uint32_t n_items)
{
    const WeftThriftKind item_kind = (WeftThriftKind)type->element->kind;

    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_MAP_BYTES);
    if (at == NULL)
        return NULL;
    if (type->kind == WEFT_THRIFT_MAP)
        return weft_thrift_compact_put_map(at, (WeftThriftKind)type->key->kind, item_kind, n_items);
    return weft_thrift_compact_put_list(at, item_kind, n_items);
}

const WeftThriftWriteMethods weft_thrift_compact_write_methods = {
    .put_field = write_field,
    .put_bool_field = write_bool_field,
    .put_stop = write_stop,
    .put_bool = write_bool,
    .put_i8 = write_i8,
    .put_i16 = write_i16,
    .put_i32 = write_i32,
    .put_i64 = write_i64,
    .put_double = write_double,
    .put_uuid = write_uuid,
    .put_string = write_string,
    .put_container = write_container,
};
