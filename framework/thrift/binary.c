/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The binary protocol, where generated code does not do it itself: passing over values, and methods
 * for the walker.  Apache Thrift, doc/specs/thrift-binary-protocol.md.
 */

#include <weft/thrift_binary.h>

#include "thrift/walk.h"

static const uint8_t min_bytes[17] = {
    [WEFT_THRIFT_BOOL] = 1,   [WEFT_THRIFT_I8] = 1,     [WEFT_THRIFT_DOUBLE] = 8,
    [WEFT_THRIFT_I16] = 2,    [WEFT_THRIFT_I32] = 4,    [WEFT_THRIFT_I64] = 8,
    [WEFT_THRIFT_STRING] = 4, [WEFT_THRIFT_STRUCT] = 1, [WEFT_THRIFT_MAP] = 6,
    [WEFT_THRIFT_SET] = 5,    [WEFT_THRIFT_LIST] = 5,   [WEFT_THRIFT_UUID] = 16,
};

static const uint8_t *
skip_bytes(const uint8_t *at, WeftThriftReader *reader, uint64_t size)
{
    if (size > (uint64_t)(reader->end - at))
        return weft_thrift_reader_truncated(reader, at);
    return at + size;
}

static const uint8_t *
skip_string(const uint8_t *at, WeftThriftReader *reader)
{
    int32_t length = 0;

    at = weft_thrift_binary_get_i32(at, reader, &length);
    if (at == NULL)
        return NULL;
    if ((uint32_t)length > reader->max_string_bytes || length > reader->end - at) {
        weft_thrift_reader_bad_string(reader, at, (uint32_t)length);
        return NULL;
    }
    return at + length;
}

static const uint8_t *
skip_struct(const uint8_t *at, WeftThriftReader *reader)
{
    uint32_t key = 0;

    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        if (weft_thrift_key_is_stop(key))
            return at;
        at = weft_thrift_binary_skip(at, reader, weft_thrift_key_kind(key));
        if (at == NULL)
            return NULL;
    }
    return NULL;
}

/* What has a fixed size: nothing in it can be wrong. */
static size_t
fixed_size(uint32_t kind)
{
    switch ((WeftThriftKind)kind) {
    case WEFT_THRIFT_BOOL:
    case WEFT_THRIFT_I8:
    case WEFT_THRIFT_DOUBLE:
    case WEFT_THRIFT_I16:
    case WEFT_THRIFT_I32:
    case WEFT_THRIFT_I64:
    case WEFT_THRIFT_UUID:
        return min_bytes[kind];
    case WEFT_THRIFT_STOP:
    case WEFT_THRIFT_STRING:
    case WEFT_THRIFT_STRUCT:
    case WEFT_THRIFT_MAP:
    case WEFT_THRIFT_SET:
    case WEFT_THRIFT_LIST:
        break;
    }
    return 0;
}

/* @n_kinds: 1, or 2 for the pairs of a map */
static const uint8_t *
skip_items(const uint8_t *at, WeftThriftReader *reader, const uint8_t *kinds, unsigned n_kinds,
           uint32_t n_items)
{
    size_t min_item_bytes = 0;
    size_t item_bytes = 0;
    bool is_fixed = true;

    if (n_items == 0)
        return at;
    for (unsigned i = 0; i < n_kinds; i++) {
        if (kinds[i] >= G_N_ELEMENTS(min_bytes) || min_bytes[kinds[i]] == 0)
            return weft_thrift_reader_malformed(reader, at, "items of an unknown type");
        min_item_bytes += min_bytes[kinds[i]];
        item_bytes += fixed_size(kinds[i]);
        is_fixed = is_fixed && fixed_size(kinds[i]) != 0;
    }
    if (n_items > reader->max_items ||
        (uint64_t)n_items * min_item_bytes > (uint64_t)(reader->end - at)) {
        weft_thrift_reader_bad_items(reader, at, n_items);
        return NULL;
    }
    if (is_fixed)
        return skip_bytes(at, reader, (uint64_t)n_items * item_bytes);
    for (uint64_t i = 0; at != NULL && i < (uint64_t)n_items * n_kinds; i++)
        at = weft_thrift_binary_skip(at, reader, (WeftThriftKind)kinds[i % n_kinds]);
    return at;
}

static const uint8_t *
skip_container(const uint8_t *at, WeftThriftReader *reader, unsigned n_kinds)
{
    const uint8_t *kinds = at;
    int32_t n_items = 0;

    at = skip_bytes(at, reader, n_kinds);
    if (at != NULL)
        at = weft_thrift_binary_get_i32(at, reader, &n_items);
    if (at == NULL)
        return NULL;
    return skip_items(at, reader, kinds, n_kinds, (uint32_t)n_items);
}

const uint8_t *
weft_thrift_binary_skip(const uint8_t *at, WeftThriftReader *reader, WeftThriftKind kind)
{
    const size_t size = fixed_size(kind);

    if (size > 0)
        return skip_bytes(at, reader, size);
    if (kind == WEFT_THRIFT_STRING)
        return skip_string(at, reader);
    if (!weft_thrift_reader_enter(reader, at))
        return NULL;
    if (kind == WEFT_THRIFT_STRUCT)
        at = skip_struct(at, reader);
    else if (kind == WEFT_THRIFT_LIST || kind == WEFT_THRIFT_SET)
        at = skip_container(at, reader, 1);
    else if (kind == WEFT_THRIFT_MAP)
        at = skip_container(at, reader, 2);
    else
        at = weft_thrift_reader_malformed(reader, at, "a field of an unknown type");
    weft_thrift_reader_leave(reader);
    return at;
}

const WeftThriftReadMethods weft_thrift_binary_read_methods = {
    .get_field = weft_thrift_binary_get_field,
    .get_bool_field = weft_thrift_binary_get_bool,
    .get_bool = weft_thrift_binary_get_bool,
    .get_i8 = weft_thrift_binary_get_i8,
    .get_i16 = weft_thrift_binary_get_i16,
    .get_i32 = weft_thrift_binary_get_i32,
    .get_i64 = weft_thrift_binary_get_i64,
    .get_double = weft_thrift_binary_get_double,
    .get_uuid = weft_thrift_binary_get_uuid,
    .get_string = weft_thrift_binary_get_string,
    .get_binary = weft_thrift_binary_get_string,
    .get_list = weft_thrift_binary_get_list,
    .get_set = weft_thrift_binary_get_list,
    .get_map = weft_thrift_binary_get_map,
    .skip = weft_thrift_binary_skip,
    .min_bytes = {[WEFT_THRIFT_BOOL] = 1,
                  [WEFT_THRIFT_I8] = 1,
                  [WEFT_THRIFT_DOUBLE] = 8,
                  [WEFT_THRIFT_I16] = 2,
                  [WEFT_THRIFT_I32] = 4,
                  [WEFT_THRIFT_I64] = 8,
                  [WEFT_THRIFT_STRING] = 4,
                  [WEFT_THRIFT_STRUCT] = 1,
                  [WEFT_THRIFT_MAP] = 6,
                  [WEFT_THRIFT_SET] = 5,
                  [WEFT_THRIFT_LIST] = 5,
                  [WEFT_THRIFT_UUID] = 16},
};

/* ---- writing ---- */

static uint8_t *
write_bool(WeftThriftWriter *writer, uint8_t *at, bool value)
{
    at = weft_thrift_writer_reserve(writer, at, 1);
    return at != NULL ? weft_thrift_binary_put_bool(at, value) : NULL;
}

static uint8_t *
write_i8(WeftThriftWriter *writer, uint8_t *at, int8_t value)
{
    at = weft_thrift_writer_reserve(writer, at, 1);
    return at != NULL ? weft_thrift_binary_put_i8(at, value) : NULL;
}

static uint8_t *
write_i16(WeftThriftWriter *writer, uint8_t *at, int16_t value)
{
    at = weft_thrift_writer_reserve(writer, at, sizeof value);
    return at != NULL ? weft_thrift_binary_put_i16(at, value) : NULL;
}

static uint8_t *
write_i32(WeftThriftWriter *writer, uint8_t *at, int32_t value)
{
    at = weft_thrift_writer_reserve(writer, at, sizeof value);
    return at != NULL ? weft_thrift_binary_put_i32(at, value) : NULL;
}

static uint8_t *
write_i64(WeftThriftWriter *writer, uint8_t *at, int64_t value)
{
    at = weft_thrift_writer_reserve(writer, at, sizeof value);
    return at != NULL ? weft_thrift_binary_put_i64(at, value) : NULL;
}

static uint8_t *
write_double(WeftThriftWriter *writer, uint8_t *at, double value)
{
    at = weft_thrift_writer_reserve(writer, at, sizeof value);
    return at != NULL ? weft_thrift_binary_put_double(at, value) : NULL;
}

static uint8_t *
write_uuid(WeftThriftWriter *writer, uint8_t *at, WeftUuid value)
{
    at = weft_thrift_writer_reserve(writer, at, sizeof value);
    return at != NULL ? weft_thrift_binary_put_uuid(at, value) : NULL;
}

static uint8_t *
write_string(WeftThriftWriter *writer, uint8_t *at, WeftString string,
             const WeftThriftType *type G_GNUC_UNUSED)
{
    const size_t room = weft_thrift_writer_string_room(writer, string);

    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_BINARY_STRING_BYTES + room);
    return at != NULL ? weft_thrift_binary_put_string(writer, at, string) : NULL;
}

static uint8_t *
write_field(WeftThriftWriter *writer, uint8_t *at, const WeftThriftField *field,
            int16_t *last_id G_GNUC_UNUSED)
{
    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_BINARY_FIELD_BYTES);
    return at != NULL
               ? weft_thrift_binary_put_field(at, (WeftThriftKind)field->type->kind, field->id)
               : NULL;
}

static uint8_t *
write_bool_field(WeftThriftWriter *writer, uint8_t *at, bool value, const WeftThriftField *field,
                 int16_t *last_id)
{
    at = write_field(writer, at, field, last_id);
    return at != NULL ? write_bool(writer, at, value) : NULL;
}

static uint8_t *
write_stop(WeftThriftWriter *writer, uint8_t *at)
{
    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_BINARY_STOP_BYTES);
    return at != NULL ? weft_thrift_binary_put_stop(at) : NULL;
}

static uint8_t *
write_container(WeftThriftWriter *writer, uint8_t *at, const WeftThriftType *type, uint32_t n_items)
{
    const WeftThriftKind item_kind = (WeftThriftKind)type->element->kind;

    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_BINARY_MAP_BYTES);
    if (at == NULL)
        return NULL;
    if (type->kind == WEFT_THRIFT_MAP)
        return weft_thrift_binary_put_map(at, (WeftThriftKind)type->key->kind, item_kind, n_items);
    return weft_thrift_binary_put_list(at, item_kind, n_items);
}

const WeftThriftWriteMethods weft_thrift_binary_write_methods = {
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
