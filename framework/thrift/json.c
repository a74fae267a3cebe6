/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Apache's JSON protocol:
 * {"1":{"i64":7},"2":{"lst":["str",1,"x"]},"3":{"map":["i32","tf",1,{"5":1}]}} Apache Thrift,
 * lib/cpp/src/thrift/protocol/TJSONProtocol.h.
 */

#include "thrift/json.h"

#include <math.h>

#include "thrift/json_text.h"
#include "thrift/walk.h"

/* What the kinds are called, by WeftThriftKind. */
static const char *const kind_names[17] = {
    [WEFT_THRIFT_BOOL] = "tf",    [WEFT_THRIFT_I8] = "i8",      [WEFT_THRIFT_DOUBLE] = "dbl",
    [WEFT_THRIFT_I16] = "i16",    [WEFT_THRIFT_I32] = "i32",    [WEFT_THRIFT_I64] = "i64",
    [WEFT_THRIFT_STRING] = "str", [WEFT_THRIFT_STRUCT] = "rec", [WEFT_THRIFT_MAP] = "map",
    [WEFT_THRIFT_SET] = "set",    [WEFT_THRIFT_LIST] = "lst",   [WEFT_THRIFT_UUID] = "uid",
};

/* ---- reading ---- */

static const uint8_t *
get_kind(const uint8_t *at, WeftThriftReader *reader, WeftThriftKind *ret_kind)
{
    at = weft_json_get_byte(at, reader, '"');
    if (at == NULL)
        return NULL;
    for (unsigned kind = 0; kind < G_N_ELEMENTS(kind_names); kind++) {
        const size_t length = kind_names[kind] != NULL ? strlen(kind_names[kind]) : 0;
        if (length > 0 && (size_t)(reader->end - at) > length && at[length] == '"' &&
            memcmp(at, kind_names[kind], length) == 0) {
            *ret_kind = (WeftThriftKind)kind;
            return at + length + 1;
        }
    }
    return weft_thrift_reader_malformed(reader, at, "no name of a type");
}

/* The keys of maps are in quotes, numbers too. */
static const uint8_t *
get_key_quote(const uint8_t *at, WeftThriftReader *reader)
{
    return at != NULL && reader->is_key ? weft_json_get_byte(at, reader, '"') : at;
}

static const uint8_t *
get_integer(const uint8_t *at, WeftThriftReader *reader, int64_t min, int64_t max,
            int64_t *ret_value)
{
    at = get_key_quote(at, reader);
    if (at != NULL)
        at = weft_json_get_integer(at, reader, min, max, ret_value);
    return get_key_quote(at, reader);
}

static const uint8_t *
get_bool(const uint8_t *at, WeftThriftReader *reader, bool *ret_value)
{
    int64_t wide = 0;

    at = get_integer(at, reader, INT8_MIN, INT8_MAX, &wide);
    *ret_value = wide != 0;
    return at;
}

static const uint8_t *
get_i8(const uint8_t *at, WeftThriftReader *reader, int8_t *ret_value)
{
    int64_t wide = 0;

    at = get_integer(at, reader, INT8_MIN, INT8_MAX, &wide);
    *ret_value = (int8_t)wide;
    return at;
}

static const uint8_t *
get_i16(const uint8_t *at, WeftThriftReader *reader, int16_t *ret_value)
{
    int64_t wide = 0;

    at = get_integer(at, reader, INT16_MIN, INT16_MAX, &wide);
    *ret_value = (int16_t)wide;
    return at;
}

static const uint8_t *
get_i32(const uint8_t *at, WeftThriftReader *reader, int32_t *ret_value)
{
    int64_t wide = 0;

    at = get_integer(at, reader, INT32_MIN, INT32_MAX, &wide);
    *ret_value = (int32_t)wide;
    return at;
}

static const uint8_t *
get_i64(const uint8_t *at, WeftThriftReader *reader, int64_t *ret_value)
{
    return get_integer(at, reader, INT64_MIN, INT64_MAX, ret_value);
}

static const uint8_t *
get_double(const uint8_t *at, WeftThriftReader *reader, double *ret_value)
{
    const bool is_quoted = reader->is_key && weft_json_peek(at, reader) == '"';
    const bool is_number = is_quoted && reader->end - at > 1 && g_ascii_isdigit(at[1]);
    const bool is_negative = is_quoted && reader->end - at > 2 && at[1] == '-' && at[2] != 'I';

    if (!is_number && !is_negative)
        return weft_json_get_double(at, reader, ret_value);
    at = weft_json_get_byte(at, reader, '"');
    if (at != NULL)
        at = weft_json_get_double(at, reader, ret_value);
    return at != NULL ? weft_json_get_byte(at, reader, '"') : NULL;
}

static const uint8_t *
get_uuid(const uint8_t *at, WeftThriftReader *reader, WeftUuid *ret_value)
{
    const uint8_t *begin = at;
    WeftString text;

    at = weft_json_get_string(at, reader, &text);
    if (at != NULL && !weft_json_parse_uuid(text, ret_value))
        return weft_thrift_reader_malformed(reader, begin, "no uuid");
    return at;
}

static const uint8_t *
get_binary(const uint8_t *at, WeftThriftReader *reader, WeftString *ret_string)
{
    const uint8_t *begin = at;

    at = weft_json_get_string(at, reader, ret_string);
    if (at != NULL && !weft_json_decode_base64(ret_string))
        return weft_thrift_reader_malformed(reader, begin, "no base64");
    return at;
}

static const uint8_t *
begin_value(const uint8_t *at, WeftThriftReader *reader, WeftThriftKind kind)
{
    reader->is_key = false;
    return weft_json_get_byte(at, reader, kind == WEFT_THRIFT_STRUCT ? '{' : '[');
}

static const uint8_t *
end_value(const uint8_t *at, WeftThriftReader *reader, WeftThriftKind kind)
{
    /* The end of a struct has been read as that of its fields. */
    if (kind == WEFT_THRIFT_STRUCT)
        return at;
    if (kind == WEFT_THRIFT_MAP)
        at = weft_json_get_byte(at, reader, '}');
    return at != NULL ? weft_json_get_byte(at, reader, ']') : NULL;
}

static const uint8_t *
next_item(const uint8_t *at, WeftThriftReader *reader, WeftThriftPart part)
{
    reader->is_key = part == WEFT_THRIFT_PART_FIRST_KEY || part == WEFT_THRIFT_PART_KEY;
    switch (part) {
    case WEFT_THRIFT_PART_FIRST_KEY:
        return at;
    case WEFT_THRIFT_PART_ITEM:
    case WEFT_THRIFT_PART_KEY:
        return weft_json_get_byte(at, reader, ',');
    case WEFT_THRIFT_PART_VALUE:
        return weft_json_get_byte(at, reader, ':');
    }
    g_assert_not_reached();
}

static const uint8_t *
get_field(const uint8_t *at, WeftThriftReader *reader, uint32_t *key)
{
    WeftThriftKind kind = WEFT_THRIFT_STOP;
    int64_t id = 0;

    if (weft_json_peek(at, reader) == '}') {
        *key = WEFT_THRIFT_STOP;
        return weft_json_get_byte(at, reader, '}');
    }
    if (*key != 0) {
        at = weft_json_get_byte(at, reader, ',');
        if (at == NULL)
            return NULL;
    }
    reader->is_key = true;
    at = get_integer(at, reader, INT16_MIN, INT16_MAX, &id);
    reader->is_key = false;
    if (at != NULL)
        at = weft_json_get_byte(at, reader, ':');
    if (at != NULL)
        at = weft_json_get_byte(at, reader, '{');
    if (at != NULL)
        at = get_kind(at, reader, &kind);
    if (at != NULL)
        at = weft_json_get_byte(at, reader, ':');
    *key = WEFT_THRIFT_KEY(kind, id);
    return at;
}

static const uint8_t *
end_field(const uint8_t *at, WeftThriftReader *reader)
{
    return weft_json_get_byte(at, reader, '}');
}

/* `,3`: how many items follow */
static const uint8_t *
get_count(const uint8_t *at, WeftThriftReader *reader, uint32_t *ret_count)
{
    int64_t count = 0;

    at = weft_json_get_byte(at, reader, ',');
    if (at != NULL)
        at = weft_json_get_integer(at, reader, 0, INT32_MAX, &count);
    *ret_count = (uint32_t)count;
    return at;
}

static const uint8_t *
get_list(const uint8_t *at, WeftThriftReader *reader, WeftThriftKind kind, size_t min_item_bytes,
         size_t item_size, WeftThriftContainer *ret_container)
{
    WeftThriftKind wire_kind = WEFT_THRIFT_STOP;
    uint32_t n_items = 0;

    at = get_kind(at, reader, &wire_kind);
    if (at != NULL)
        at = get_count(at, reader, &n_items);
    if (at == NULL)
        return NULL;
    if (wire_kind != kind && n_items != 0)
        return weft_thrift_reader_malformed(reader, at, "items of another type");
    return weft_thrift_reader_take_items(reader, at, n_items, min_item_bytes, item_size,
                                         ret_container);
}

static const uint8_t *
get_map(const uint8_t *at, WeftThriftReader *reader, uint32_t kinds, size_t min_item_bytes,
        size_t item_size, WeftThriftContainer *ret_container)
{
    WeftThriftKind key_kind = WEFT_THRIFT_STOP;
    WeftThriftKind value_kind = WEFT_THRIFT_STOP;
    uint32_t n_items = 0;

    at = get_kind(at, reader, &key_kind);
    if (at != NULL)
        at = weft_json_get_byte(at, reader, ',');
    if (at != NULL)
        at = get_kind(at, reader, &value_kind);
    if (at != NULL)
        at = get_count(at, reader, &n_items);
    if (at != NULL)
        at = weft_json_get_byte(at, reader, ',');
    if (at != NULL)
        at = weft_json_get_byte(at, reader, '{');
    if (at == NULL)
        return NULL;
    if (WEFT_THRIFT_KEY(key_kind, value_kind) != kinds && n_items != 0)
        return weft_thrift_reader_malformed(reader, at, "keys or values of another type");
    return weft_thrift_reader_take_items(reader, at, n_items, min_item_bytes, item_size,
                                         ret_container);
}

static const uint8_t *
skip_value(const uint8_t *at, WeftThriftReader *reader, WeftThriftKind kind G_GNUC_UNUSED)
{
    return weft_json_skip(at, reader);
}

const uint8_t *
weft_thrift_json_skip_struct(const uint8_t *at, WeftThriftReader *reader)
{
    if (weft_json_peek(at, reader) != '{')
        return weft_json_get_byte(at, reader, '{');
    return weft_json_skip(at, reader);
}

const WeftThriftReadMethods weft_thrift_json_read_methods = {
    .begin = begin_value,
    .end = end_value,
    .next_item = next_item,
    .get_field = get_field,
    .end_field = end_field,
    .get_bool_field = get_bool,
    .get_bool = get_bool,
    .get_i8 = get_i8,
    .get_i16 = get_i16,
    .get_i32 = get_i32,
    .get_i64 = get_i64,
    .get_double = get_double,
    .get_uuid = get_uuid,
    .get_string = weft_json_get_string,
    .get_binary = get_binary,
    .get_list = get_list,
    .get_set = get_list,
    .get_map = get_map,
    .skip = skip_value,
    .min_bytes = {[WEFT_THRIFT_BOOL] = 2,
                  [WEFT_THRIFT_I8] = 2,
                  [WEFT_THRIFT_DOUBLE] = 2,
                  [WEFT_THRIFT_I16] = 2,
                  [WEFT_THRIFT_I32] = 2,
                  [WEFT_THRIFT_I64] = 2,
                  [WEFT_THRIFT_STRING] = 2,
                  [WEFT_THRIFT_STRUCT] = 2,
                  [WEFT_THRIFT_MAP] = 2,
                  [WEFT_THRIFT_SET] = 2,
                  [WEFT_THRIFT_LIST] = 2,
                  [WEFT_THRIFT_UUID] = 38},
};

/* ---- writing ---- */

static uint8_t *
put_key_quote(WeftThriftWriter *writer, uint8_t *at)
{
    return at != NULL && writer->is_key ? weft_json_put_text(writer, at, "\"") : at;
}

static uint8_t *
put_i64(WeftThriftWriter *writer, uint8_t *at, int64_t value)
{
    at = put_key_quote(writer, at);
    if (at != NULL)
        at = weft_json_put_integer(writer, at, value);
    return put_key_quote(writer, at);
}

static uint8_t *
put_bool(WeftThriftWriter *writer, uint8_t *at, bool value)
{
    return put_i64(writer, at, value ? 1 : 0);
}

static uint8_t *
put_i8(WeftThriftWriter *writer, uint8_t *at, int8_t value)
{
    return put_i64(writer, at, value);
}

static uint8_t *
put_i16(WeftThriftWriter *writer, uint8_t *at, int16_t value)
{
    return put_i64(writer, at, value);
}

static uint8_t *
put_i32(WeftThriftWriter *writer, uint8_t *at, int32_t value)
{
    return put_i64(writer, at, value);
}

static uint8_t *
put_double(WeftThriftWriter *writer, uint8_t *at, double value)
{
    /* What is no number has quotes anyway. */
    if (!isfinite(value))
        return weft_json_put_double(writer, at, value);
    at = put_key_quote(writer, at);
    if (at != NULL)
        at = weft_json_put_double(writer, at, value);
    return put_key_quote(writer, at);
}

static uint8_t *
put_string(WeftThriftWriter *writer, uint8_t *at, WeftString string, const WeftThriftType *type)
{
    if (type->flavour == WEFT_THRIFT_BINARY)
        return weft_json_put_base64(writer, at, string, false);
    return weft_json_put_string(writer, at, string, WEFT_JSON_BYTES);
}

static uint8_t *
put_kind(WeftThriftWriter *writer, uint8_t *at, const WeftThriftType *type)
{
    at = weft_json_put_text(writer, at, "\"");
    if (at != NULL)
        at = weft_json_put_text(writer, at, kind_names[type->kind]);
    return at != NULL ? weft_json_put_text(writer, at, "\"") : NULL;
}

static uint8_t *
write_begin(WeftThriftWriter *writer, uint8_t *at, const WeftThriftType *type)
{
    writer->is_key = false;
    return weft_json_put_text(writer, at, type->kind == WEFT_THRIFT_STRUCT ? "{" : "[");
}

static uint8_t *
write_end(WeftThriftWriter *writer, uint8_t *at, const WeftThriftType *type)
{
    if (type->kind == WEFT_THRIFT_STRUCT)
        return weft_json_put_text(writer, at, "}");
    return weft_json_put_text(writer, at, type->kind == WEFT_THRIFT_MAP ? "}]" : "]");
}

static uint8_t *
write_next_item(WeftThriftWriter *writer, uint8_t *at, WeftThriftPart part)
{
    writer->is_key = part == WEFT_THRIFT_PART_FIRST_KEY || part == WEFT_THRIFT_PART_KEY;
    switch (part) {
    case WEFT_THRIFT_PART_FIRST_KEY:
        return at;
    case WEFT_THRIFT_PART_ITEM:
    case WEFT_THRIFT_PART_KEY:
        return weft_json_put_text(writer, at, ",");
    case WEFT_THRIFT_PART_VALUE:
        return weft_json_put_text(writer, at, ":");
    }
    g_assert_not_reached();
}

/* @is_behind: 0 before the first field */
static uint8_t *
put_field(WeftThriftWriter *writer, uint8_t *at, const WeftThriftField *field, int16_t *is_behind)
{
    at = weft_json_put_text(writer, at, *is_behind != 0 ? ",\"" : "\"");
    *is_behind = 1;
    if (at != NULL)
        at = weft_json_put_integer(writer, at, field->id);
    if (at != NULL)
        at = weft_json_put_text(writer, at, "\":{");
    if (at != NULL)
        at = put_kind(writer, at, field->type);
    return at != NULL ? weft_json_put_text(writer, at, ":") : NULL;
}

static uint8_t *
put_bool_field(WeftThriftWriter *writer, uint8_t *at, bool value, const WeftThriftField *field,
               int16_t *is_behind)
{
    at = put_field(writer, at, field, is_behind);
    writer->is_key = false;
    return at != NULL ? put_bool(writer, at, value) : NULL;
}

static uint8_t *
write_end_field(WeftThriftWriter *writer, uint8_t *at)
{
    writer->is_key = false;
    return weft_json_put_text(writer, at, "}");
}

static uint8_t *
put_stop(WeftThriftWriter *writer G_GNUC_UNUSED, uint8_t *at)
{
    return at;
}

static uint8_t *
put_container(WeftThriftWriter *writer, uint8_t *at, const WeftThriftType *type, uint32_t n_items)
{
    if (type->kind == WEFT_THRIFT_MAP) {
        at = put_kind(writer, at, type->key);
        if (at != NULL)
            at = weft_json_put_text(writer, at, ",");
        if (at == NULL)
            return NULL;
    }
    at = put_kind(writer, at, type->element);
    if (at != NULL)
        at = weft_json_put_text(writer, at, ",");
    if (at != NULL)
        at = weft_json_put_integer(writer, at, n_items);
    if (at != NULL && type->kind == WEFT_THRIFT_MAP)
        at = weft_json_put_text(writer, at, ",{");
    return at;
}

const WeftThriftWriteMethods weft_thrift_json_write_methods = {
    .begin = write_begin,
    .end = write_end,
    .next_item = write_next_item,
    .put_field = put_field,
    .end_field = write_end_field,
    .put_bool_field = put_bool_field,
    .put_stop = put_stop,
    .put_bool = put_bool,
    .put_i8 = put_i8,
    .put_i16 = put_i16,
    .put_i32 = put_i32,
    .put_i64 = put_i64,
    .put_double = put_double,
    .put_uuid = weft_json_put_uuid,
    .put_string = put_string,
    .put_container = put_container,
};
