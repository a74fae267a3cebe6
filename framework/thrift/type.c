/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Types and their values: strings, and what can be done with a value of any type by its table.
 */

#include <weft/thrift_type.h>

#include <math.h>
#include <string.h>

#include "thrift/value.h"

#define BASE_TYPE(c_name, idl_name, type_kind, type_flavour, c_type)                               \
    const WeftThriftType weft_thrift_##c_name = {                                                  \
        .name = (idl_name),                                                                        \
        .kind = (type_kind),                                                                       \
        .flavour = (type_flavour),                                                                 \
        .size = sizeof(c_type),                                                                    \
    }

BASE_TYPE(bool, "bool", WEFT_THRIFT_BOOL, WEFT_THRIFT_PLAIN, bool);
BASE_TYPE(i8, "i8", WEFT_THRIFT_I8, WEFT_THRIFT_PLAIN, int8_t);
BASE_TYPE(i16, "i16", WEFT_THRIFT_I16, WEFT_THRIFT_PLAIN, int16_t);
BASE_TYPE(i32, "i32", WEFT_THRIFT_I32, WEFT_THRIFT_PLAIN, int32_t);
BASE_TYPE(i64, "i64", WEFT_THRIFT_I64, WEFT_THRIFT_PLAIN, int64_t);
BASE_TYPE(double, "double", WEFT_THRIFT_DOUBLE, WEFT_THRIFT_PLAIN, double);
BASE_TYPE(string, "string", WEFT_THRIFT_STRING, WEFT_THRIFT_PLAIN, WeftString);
BASE_TYPE(binary, "binary", WEFT_THRIFT_STRING, WEFT_THRIFT_BINARY, WeftString);
BASE_TYPE(uuid, "uuid", WEFT_THRIFT_UUID, WEFT_THRIFT_PLAIN, WeftUuid);

WeftString
weft_string(const char *text)
{
    if (text == NULL)
        return (WeftString){NULL, 0};

    const size_t length = strlen(text);
    g_assert(length <= INT32_MAX);
    return (WeftString){text, (uint32_t)length};
}

WeftString
weft_string_printf(WeftArena *arena, const char *format, ...)
{
    va_list arguments;
    size_t length = 0;

    va_start(arguments, format);
    const char *text = weft_arena_vprintf(arena, &length, format, arguments);
    va_end(arguments);
    return (WeftString){text, (uint32_t)length};
}

bool
weft_string_equal(WeftString left, WeftString right)
{
    return left.length == right.length &&
           (left.length == 0 || memcmp(left.data, right.data, left.length) == 0);
}

const char *
weft_thrift_enum_name(const WeftThriftType *type, int32_t value)
{
    for (unsigned i = 0; i < type->n_fields; i++)
        if (type->values[i].value == value)
            return type->values[i].name;
    return NULL;
}

void
weft_thrift_init(const WeftThriftType *type, void *value)
{
    if (type->initial != NULL)
        memcpy(value, type->initial, type->size);
    else
        memset(value, 0, type->size);
}

/* ---- copy ---- */

static void copy_into(const WeftThriftType *type, WeftArena *arena, void *value);

static void *
copy_bytes(WeftArena *arena, const void *bytes, size_t size)
{
    void *copy = weft_arena_alloc(arena, size);

    return size > 0 ? memcpy(copy, bytes, size) : copy;
}

static void
copy_items(const WeftThriftType *type, WeftArena *arena, void *value)
{
    WeftThriftContainer container = weft_thrift_container(value);

    if (container.n_items == 0) {
        container.items = NULL;
    } else {
        container.items =
            copy_bytes(arena, container.items, (size_t)container.n_items * type->item_size);
    }
    uint8_t *item = container.items;
    for (uint32_t i = 0; i < container.n_items; i++) {
        if (type->kind == WEFT_THRIFT_MAP)
            copy_into(type->key, arena, item);
        copy_into(type->element, arena, item + type->value_offset);
        item += type->item_size;
    }
    memcpy(value, &container, sizeof container);
}

static void
copy_fields(const WeftThriftType *type, WeftArena *arena, uint8_t *value)
{
    for (unsigned i = 0; i < type->n_fields; i++) {
        const WeftThriftField *field = &type->fields[i];
        const void *member = weft_thrift_member(type, field, value);
        if (member == NULL)
            continue;
        void *copied = value + field->offset;
        if (field->is_pointer) {
            void *target = copy_bytes(arena, member, field->type->size);
            memcpy(copied, &target, sizeof target);
            copied = target;
        }
        copy_into(field->type, arena, copied);
    }
}

/* @value is a flat copy: what its pointers lead to is copied, too. */
static void
copy_into(const WeftThriftType *type, WeftArena *arena, void *value)
{
    switch ((WeftThriftKind)type->kind) {
    case WEFT_THRIFT_STRING: {
        WeftString *string = value;
        string->data = weft_arena_strndup(arena, string->data, string->length);
        return;
    }
    case WEFT_THRIFT_STRUCT:
        copy_fields(type, arena, value);
        return;
    case WEFT_THRIFT_MAP:
    case WEFT_THRIFT_SET:
    case WEFT_THRIFT_LIST:
        copy_items(type, arena, value);
        return;
    case WEFT_THRIFT_STOP:
    case WEFT_THRIFT_BOOL:
    case WEFT_THRIFT_I8:
    case WEFT_THRIFT_DOUBLE:
    case WEFT_THRIFT_I16:
    case WEFT_THRIFT_I32:
    case WEFT_THRIFT_I64:
    case WEFT_THRIFT_UUID:
        return;
    }
}

void
weft_thrift_copy(const WeftThriftType *type, const void *value, WeftArena *arena, void *ret_copy)
{
    memcpy(ret_copy, value, type->size);
    copy_into(type, arena, ret_copy);
}

/* ---- hash ---- */

static uint64_t
mix(uint64_t hash, uint64_t word)
{
    /* The finaliser of MurmurHash3, over the words one after the other. */
    hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
    hash = (hash ^ hash >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return hash ^ hash >> 33;
}

static uint64_t
hash_bytes(const uint8_t *bytes, size_t size)
{
    uint64_t hash = mix(0, size);

    while (size > 0) {
        uint64_t word = 0;
        const size_t n_bytes = MIN(size, sizeof word);
        memcpy(&word, bytes, n_bytes);
        hash = mix(hash, word);
        bytes += n_bytes;
        size -= n_bytes;
    }
    return hash;
}

static uint64_t
hash_double(double value)
{
    uint64_t bits;

    /* Equal values have equal hashes: both zeros, and all that are no number. */
    if (value == 0)
        value = 0;
    if (isnan(value))
        value = NAN;
    memcpy(&bits, &value, sizeof bits);
    return mix(0, bits);
}

static uint64_t
hash_item(const WeftThriftType *type, const uint8_t *item)
{
    if (type->kind != WEFT_THRIFT_MAP)
        return weft_thrift_hash(type->element, item);
    return mix(weft_thrift_hash(type->key, item),
               weft_thrift_hash(type->element, item + type->value_offset));
}

static uint64_t
hash_items(const WeftThriftType *type, const void *value)
{
    const WeftThriftContainer container = weft_thrift_container(value);
    const uint8_t *item = container.items;
    uint64_t hash = 0;

    for (uint32_t i = 0; i < container.n_items; i++) {
        if (type->kind == WEFT_THRIFT_LIST)
            hash = mix(hash, hash_item(type, item));
        else
            hash += hash_item(type, item);
        item += type->item_size;
    }
    return mix(hash, container.n_items);
}

static uint64_t
hash_fields(const WeftThriftType *type, const void *value)
{
    uint64_t hash = 0;

    for (unsigned i = 0; i < type->n_fields; i++) {
        const void *member = weft_thrift_member(type, &type->fields[i], value);
        if (member != NULL)
            hash = mix(mix(hash, (uint16_t)type->fields[i].id),
                       weft_thrift_hash(type->fields[i].type, member));
    }
    return hash;
}

uint64_t
weft_thrift_hash(const WeftThriftType *type, const void *value)
{
    switch ((WeftThriftKind)type->kind) {
    case WEFT_THRIFT_BOOL:
        return mix(0, *(const bool *)value);
    case WEFT_THRIFT_DOUBLE:
        return hash_double(*(const double *)value);
    case WEFT_THRIFT_STRING: {
        const WeftString *string = value;
        return hash_bytes((const uint8_t *)string->data, string->length);
    }
    case WEFT_THRIFT_STRUCT:
        return hash_fields(type, value);
    case WEFT_THRIFT_MAP:
    case WEFT_THRIFT_SET:
    case WEFT_THRIFT_LIST:
        return hash_items(type, value);
    case WEFT_THRIFT_I8:
    case WEFT_THRIFT_I16:
    case WEFT_THRIFT_I32:
    case WEFT_THRIFT_I64:
    case WEFT_THRIFT_UUID:
        return hash_bytes(value, type->size);
    case WEFT_THRIFT_STOP:
        break;
    }
    g_assert_not_reached();
}

/* ---- equality ---- */

static bool
items_equal(const WeftThriftType *type, const uint8_t *left, const uint8_t *right)
{
    if (type->kind == WEFT_THRIFT_MAP && !weft_thrift_equal(type->key, left, right))
        return false;
    return weft_thrift_equal(type->element, left + type->value_offset, right + type->value_offset);
}

static bool
lists_equal(const WeftThriftType *type, const uint8_t *left, const uint8_t *right, uint32_t n_items)
{
    for (uint32_t i = 0; i < n_items; i++) {
        if (!items_equal(type, left, right))
            return false;
        left += type->item_size;
        right += type->item_size;
    }
    return true;
}

typedef struct {
    uint64_t hash;
    const uint8_t *item;
    bool is_taken;
} Hashed;

static int
compare_hashed(const void *left, const void *right)
{
    const uint64_t left_hash = ((const Hashed *)left)->hash;
    const uint64_t right_hash = ((const Hashed *)right)->hash;

    return (left_hash > right_hash) - (left_hash < right_hash);
}

static Hashed *
sort_by_hash(const WeftThriftType *type, const uint8_t *item, uint32_t n_items)
{
    Hashed *sorted = g_new(Hashed, n_items);

    for (uint32_t i = 0; i < n_items; i++) {
        sorted[i] = (Hashed){hash_item(type, item), item, false};
        item += type->item_size;
    }
    qsort(sorted, n_items, sizeof *sorted, compare_hashed);
    return sorted;
}

/* Find for each item of @left one of @right that no other has; those of one hash stand together. */
static bool
unordered_equal(const WeftThriftType *type, const uint8_t *left, const uint8_t *right,
                uint32_t n_items)
{
    g_autofree Hashed *left_sorted = sort_by_hash(type, left, n_items);
    g_autofree Hashed *right_sorted = sort_by_hash(type, right, n_items);
    uint32_t group = 0;

    for (uint32_t i = 0; i < n_items; i++) {
        const uint64_t hash = left_sorted[i].hash;
        if (hash != right_sorted[i].hash)
            return false;
        if (right_sorted[group].hash != hash)
            group = i;
        while (right_sorted[group].is_taken)
            group++; /* not behind i: fewer than that are taken */
        uint32_t j = group;
        while (j < n_items && right_sorted[j].hash == hash &&
               (right_sorted[j].is_taken ||
                !items_equal(type, left_sorted[i].item, right_sorted[j].item)))
            j++;
        if (j == n_items || right_sorted[j].hash != hash)
            return false;
        right_sorted[j].is_taken = true;
    }
    return true;
}

static bool
containers_equal(const WeftThriftType *type, const void *left, const void *right)
{
    const WeftThriftContainer left_items = weft_thrift_container(left);
    const WeftThriftContainer right_items = weft_thrift_container(right);

    if (left_items.n_items != right_items.n_items)
        return false;
    /* Copies have the same order; to sort is for the others. */
    if (lists_equal(type, left_items.items, right_items.items, left_items.n_items))
        return true;
    if (type->kind == WEFT_THRIFT_LIST)
        return false;
    return unordered_equal(type, left_items.items, right_items.items, left_items.n_items);
}

static bool
fields_equal(const WeftThriftType *type, const void *left, const void *right)
{
    for (unsigned i = 0; i < type->n_fields; i++) {
        const WeftThriftField *field = &type->fields[i];
        const void *left_member = weft_thrift_member(type, field, left);
        const void *right_member = weft_thrift_member(type, field, right);
        if ((left_member == NULL) != (right_member == NULL))
            return false;
        if (left_member != NULL && !weft_thrift_equal(field->type, left_member, right_member))
            return false;
    }
    return true;
}

bool
weft_thrift_equal(const WeftThriftType *type, const void *left, const void *right)
{
    switch ((WeftThriftKind)type->kind) {
    case WEFT_THRIFT_DOUBLE: {
        const double left_value = *(const double *)left;
        const double right_value = *(const double *)right;
        return left_value == right_value || (isnan(left_value) && isnan(right_value));
    }
    case WEFT_THRIFT_STRING:
        return weft_string_equal(*(const WeftString *)left, *(const WeftString *)right);
    case WEFT_THRIFT_STRUCT:
        return fields_equal(type, left, right);
    case WEFT_THRIFT_MAP:
    case WEFT_THRIFT_SET:
    case WEFT_THRIFT_LIST:
        return containers_equal(type, left, right);
    case WEFT_THRIFT_BOOL:
    case WEFT_THRIFT_I8:
    case WEFT_THRIFT_I16:
    case WEFT_THRIFT_I32:
    case WEFT_THRIFT_I64:
    case WEFT_THRIFT_UUID:
        return memcmp(left, right, type->size) == 0;
    case WEFT_THRIFT_STOP:
        break;
    }
    g_assert_not_reached();
}
