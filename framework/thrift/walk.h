/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/thrift_wire.h>

G_BEGIN_DECLS

/**
 * Reading and writing a value by its type's table, over any protocol whose pieces have methods:
 * what generated code does for its own types, slower, for types that are known at run time only.
 */

/** Where in a container an item stands. */
typedef enum {
    WEFT_THRIFT_PART_ITEM, /* of a list or set */
    WEFT_THRIFT_PART_FIRST_KEY,
    WEFT_THRIFT_PART_KEY,
    WEFT_THRIFT_PART_VALUE,
} WeftThriftPart;

/** As the functions of the same names in weft/thrift_binary.h. */
typedef struct {
    /** Before and behind a value of the kind STRUCT, LIST, SET or MAP; may both be NULL.  A list's,
     * set's or map's begins before get_list() and get_map(). */
    const uint8_t *(*begin)(const uint8_t *at, WeftThriftReader *reader, WeftThriftKind kind);
    const uint8_t *(*end)(const uint8_t *at, WeftThriftReader *reader, WeftThriftKind kind);
    /** Before each item of a list or set, each key and each value of a map; may be NULL. */
    const uint8_t *(*next_item)(const uint8_t *at, WeftThriftReader *reader, WeftThriftPart part);
    /** @key: 0 before a struct's first field; then left as it was */
    const uint8_t *(*get_field)(const uint8_t *at, WeftThriftReader *reader, uint32_t *key);
    const uint8_t *(*end_field)(const uint8_t *at, WeftThriftReader *reader); /* may be NULL */
    const uint8_t *(*get_bool_field)(const uint8_t *at, WeftThriftReader *reader, bool *ret_value);
    const uint8_t *(*get_bool)(const uint8_t *at, WeftThriftReader *reader, bool *ret_value);
    const uint8_t *(*get_i8)(const uint8_t *at, WeftThriftReader *reader, int8_t *ret_value);
    const uint8_t *(*get_i16)(const uint8_t *at, WeftThriftReader *reader, int16_t *ret_value);
    const uint8_t *(*get_i32)(const uint8_t *at, WeftThriftReader *reader, int32_t *ret_value);
    const uint8_t *(*get_i64)(const uint8_t *at, WeftThriftReader *reader, int64_t *ret_value);
    const uint8_t *(*get_double)(const uint8_t *at, WeftThriftReader *reader, double *ret_value);
    const uint8_t *(*get_uuid)(const uint8_t *at, WeftThriftReader *reader, WeftUuid *ret_value);
    const uint8_t *(*get_string)(const uint8_t *at, WeftThriftReader *reader,
                                 WeftString *ret_string);
    const uint8_t *(*get_binary)(const uint8_t *at, WeftThriftReader *reader,
                                 WeftString *ret_string);
    const uint8_t *(*get_list)(const uint8_t *at, WeftThriftReader *reader, WeftThriftKind kind,
                               size_t min_item_bytes, size_t item_size,
                               WeftThriftContainer *ret_container);
    const uint8_t *(*get_set)(const uint8_t *at, WeftThriftReader *reader, WeftThriftKind kind,
                              size_t min_item_bytes, size_t item_size,
                              WeftThriftContainer *ret_container);
    const uint8_t *(*get_map)(const uint8_t *at, WeftThriftReader *reader, uint32_t kinds,
                              size_t min_item_bytes, size_t item_size,
                              WeftThriftContainer *ret_container);
    const uint8_t *(*skip)(const uint8_t *at, WeftThriftReader *reader, WeftThriftKind kind);
    uint8_t min_bytes[17]; /* the least that a value takes, by WeftThriftKind */
} WeftThriftReadMethods;

/** Each makes room for what it writes; NULL: the writer has the failure. */
typedef struct {
    /** As above.  @type: of the value */
    uint8_t *(*begin)(WeftThriftWriter *writer, uint8_t *at, const WeftThriftType *type);
    uint8_t *(*end)(WeftThriftWriter *writer, uint8_t *at, const WeftThriftType *type);
    uint8_t *(*next_item)(WeftThriftWriter *writer, uint8_t *at, WeftThriftPart part);
    /** @last_id: 0 before a struct's first field; the method's own */
    uint8_t *(*put_field)(WeftThriftWriter *writer, uint8_t *at, const WeftThriftField *field,
                          int16_t *last_id);
    uint8_t *(*end_field)(WeftThriftWriter *writer, uint8_t *at); /* may be NULL */
    uint8_t *(*put_bool_field)(WeftThriftWriter *writer, uint8_t *at, bool value,
                               const WeftThriftField *field, int16_t *last_id);
    uint8_t *(*put_stop)(WeftThriftWriter *writer, uint8_t *at);
    uint8_t *(*put_bool)(WeftThriftWriter *writer, uint8_t *at, bool value);
    uint8_t *(*put_i8)(WeftThriftWriter *writer, uint8_t *at, int8_t value);
    uint8_t *(*put_i16)(WeftThriftWriter *writer, uint8_t *at, int16_t value);
    uint8_t *(*put_i32)(WeftThriftWriter *writer, uint8_t *at, int32_t value);
    uint8_t *(*put_i64)(WeftThriftWriter *writer, uint8_t *at, int64_t value);
    uint8_t *(*put_double)(WeftThriftWriter *writer, uint8_t *at, double value);
    uint8_t *(*put_uuid)(WeftThriftWriter *writer, uint8_t *at, WeftUuid value);
    /** @type: text or binary */
    uint8_t *(*put_string)(WeftThriftWriter *writer, uint8_t *at, WeftString string,
                           const WeftThriftType *type);
    /** The head of a list, set or map of @type. */
    uint8_t *(*put_container)(WeftThriftWriter *writer, uint8_t *at, const WeftThriftType *type,
                              uint32_t n_items);
} WeftThriftWriteMethods;

extern const WeftThriftReadMethods weft_thrift_binary_read_methods;
extern const WeftThriftReadMethods weft_thrift_compact_read_methods;
extern const WeftThriftWriteMethods weft_thrift_binary_write_methods;
extern const WeftThriftWriteMethods weft_thrift_compact_write_methods;
extern const WeftThriftReadMethods weft_thrift_json_read_methods;
extern const WeftThriftWriteMethods weft_thrift_json_write_methods;

/** @type: a struct.  @value: as init left it.  @at: not NULL, here and below */
const uint8_t *weft_thrift_walk_read(const WeftThriftReadMethods *methods,
                                     const WeftThriftType *type, void *value, const uint8_t *at,
                                     WeftThriftReader *reader);
uint8_t *weft_thrift_walk_write(const WeftThriftWriteMethods *methods, const WeftThriftType *type,
                                const void *value, uint8_t *at, WeftThriftWriter *writer);

G_END_DECLS
