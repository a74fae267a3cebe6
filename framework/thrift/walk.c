/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading and writing values by the tables of their types.
 */

#include "thrift/walk.h"

#include "thrift/value.h"

static const uint8_t *read_struct(const WeftThriftReadMethods *methods, const WeftThriftType *type,
                                  void *value, const uint8_t *at, WeftThriftReader *reader);

static const uint8_t *read_value(const WeftThriftReadMethods *methods, const WeftThriftType *type,
                                 void *value, const uint8_t *at, WeftThriftReader *reader);

static const uint8_t *
read_item(const WeftThriftReadMethods *methods, const WeftThriftType *type, WeftThriftPart part,
          void *item, const uint8_t *at, WeftThriftReader *reader)
{
    if (methods->next_item != NULL) {
        at = methods->next_item(at, reader, part);
        if (at == NULL)
            return NULL;
    }
    return read_value(methods, type, item, at, reader);
}

static const uint8_t *
read_items(const WeftThriftReadMethods *methods, const WeftThriftType *type,
           const WeftThriftContainer *container, const uint8_t *at, WeftThriftReader *reader)
{
    const bool is_map = type->kind == WEFT_THRIFT_MAP;
    const WeftThriftPart part = is_map ? WEFT_THRIFT_PART_VALUE : WEFT_THRIFT_PART_ITEM;
    uint8_t *item = container->items;

    for (uint32_t i = 0; at != NULL && i < container->n_items; i++) {
        if (is_map)
            at = read_item(methods, type->key,
                           i == 0 ? WEFT_THRIFT_PART_FIRST_KEY : WEFT_THRIFT_PART_KEY, item, at,
                           reader);
        if (at != NULL)
            at = read_item(methods, type->element, part, item + type->value_offset, at, reader);
        item += type->item_size;
    }
    return at;
}

static const uint8_t *
read_container_head(const WeftThriftReadMethods *methods, const WeftThriftType *type,
                    WeftThriftContainer *ret_container, const uint8_t *at, WeftThriftReader *reader)
{
    const WeftThriftKind item_kind = (WeftThriftKind)type->element->kind;
    const size_t min_bytes = methods->min_bytes[item_kind];

    if (type->kind == WEFT_THRIFT_LIST)
        return methods->get_list(at, reader, item_kind, min_bytes, type->item_size, ret_container);
    if (type->kind == WEFT_THRIFT_SET)
        return methods->get_set(at, reader, item_kind, min_bytes, type->item_size, ret_container);
    return methods->get_map(at, reader, WEFT_THRIFT_KEY(type->key->kind, item_kind),
                            methods->min_bytes[type->key->kind] + min_bytes, type->item_size,
                            ret_container);
}

static const uint8_t *
read_container(const WeftThriftReadMethods *methods, const WeftThriftType *type, void *value,
               const uint8_t *at, WeftThriftReader *reader)
{
    WeftThriftContainer container;

    if (methods->begin != NULL)
        at = methods->begin(at, reader, (WeftThriftKind)type->kind);
    if (at != NULL)
        at = read_container_head(methods, type, &container, at, reader);
    if (at == NULL)
        return NULL;
    at = read_items(methods, type, &container, at, reader);
    if (at != NULL && methods->end != NULL)
        at = methods->end(at, reader, (WeftThriftKind)type->kind);
    /* Containers of every type begin alike, but are types of their own. */
    if (at != NULL)
        memcpy(value, &container, sizeof container);
    return at;
}

static const uint8_t *
read_value(const WeftThriftReadMethods *methods, const WeftThriftType *type, void *value,
           const uint8_t *at, WeftThriftReader *reader)
{
    switch ((WeftThriftKind)type->kind) {
    case WEFT_THRIFT_BOOL:
        return methods->get_bool(at, reader, value);
    case WEFT_THRIFT_I8:
        return methods->get_i8(at, reader, value);
    case WEFT_THRIFT_DOUBLE:
        return methods->get_double(at, reader, value);
    case WEFT_THRIFT_I16:
        return methods->get_i16(at, reader, value);
    case WEFT_THRIFT_I32:
        return methods->get_i32(at, reader, value);
    case WEFT_THRIFT_I64:
        return methods->get_i64(at, reader, value);
    case WEFT_THRIFT_STRING:
        return type->flavour == WEFT_THRIFT_BINARY ? methods->get_binary(at, reader, value)
                                                   : methods->get_string(at, reader, value);
    case WEFT_THRIFT_UUID:
        return methods->get_uuid(at, reader, value);
    case WEFT_THRIFT_STRUCT:
        weft_thrift_init(type, value);
        return read_struct(methods, type, value, at, reader);
    case WEFT_THRIFT_MAP:
    case WEFT_THRIFT_SET:
    case WEFT_THRIFT_LIST:
        return read_container(methods, type, value, at, reader);
    case WEFT_THRIFT_STOP:
        break;
    }
    g_assert_not_reached();
}

/* Fields mostly come in the order of the IDL: look from @hint on. */
static const WeftThriftField *
find_field(const WeftThriftType *type, uint32_t key, unsigned hint)
{
    for (unsigned i = 0; i < type->n_fields; i++) {
        const unsigned place = hint + i < type->n_fields ? hint + i : hint + i - type->n_fields;
        const WeftThriftField *field = &type->fields[place];
        if (WEFT_THRIFT_KEY(field->type->kind, field->id) == key)
            return field;
    }
    return NULL;
}

static const uint8_t *
read_field(const WeftThriftReadMethods *methods, const WeftThriftField *field, uint8_t *value,
           const uint8_t *at, WeftThriftReader *reader)
{
    void *member = value + field->offset;

    if (field->is_pointer) {
        void *target = weft_thrift_reader_new_value(reader, at, field->type);
        if (target == NULL)
            return NULL;
        memcpy(member, &target, sizeof target);
        member = target;
    }
    if (field->type->kind == WEFT_THRIFT_BOOL)
        at = methods->get_bool_field(at, reader, member);
    else
        at = read_value(methods, field->type, member, at, reader);
    if (field->presence_offset != 0)
        value[field->presence_offset] = true;
    return at;
}

/* Where the bits of the fields that were seen are: @few for most structs. */
static uint64_t *
make_seen(const WeftThriftType *type, uint64_t *few, const uint8_t *at, WeftThriftReader *reader)
{
    if (type->n_fields <= 64)
        return few;
    const size_t size = ((size_t)type->n_fields + 63) / 64 * sizeof(uint64_t);
    uint64_t *many = weft_arena_try_alloc(reader->arena, size);
    if (many == NULL) {
        weft_thrift_reader_fail(reader, at, WEFT_THRIFT_NO_MEMORY, NULL);
        return NULL;
    }
    return memset(many, 0, size);
}

static const uint8_t *
check_seen(const WeftThriftType *type, const uint64_t *seen, const uint8_t *at,
           WeftThriftReader *reader)
{
    unsigned n_seen = 0;

    for (unsigned i = 0; i < type->n_fields; i++) {
        const bool was_seen = seen[i / 64] >> (i % 64) & 1;
        n_seen += was_seen;
        if (!was_seen && type->fields[i].requiredness == WEFT_THRIFT_REQUIRED)
            return weft_thrift_reader_missing(reader, at, type, type->fields[i].id);
    }
    if (type->flavour == WEFT_THRIFT_UNION && n_seen != 1) {
        weft_thrift_reader_fail(reader, at, WEFT_THRIFT_UNION_UNSET, NULL);
        return weft_thrift_reader_fail_in(reader, type, 0);
    }
    return at;
}

static const uint8_t *
read_fields(const WeftThriftReadMethods *methods, const WeftThriftType *type, void *value,
            const uint8_t *at, WeftThriftReader *reader)
{
    uint64_t few = 0;
    uint64_t *seen = make_seen(type, &few, at, reader);
    uint32_t key = 0;
    unsigned hint = 0;

    if (seen == NULL)
        return NULL;
    while ((at = methods->get_field(at, reader, &key)) != NULL && !weft_thrift_key_is_stop(key)) {
        const WeftThriftField *field = find_field(type, key, hint);
        if (field != NULL) {
            const unsigned place = (unsigned)(field - type->fields);
            seen[place / 64] |= UINT64_C(1) << (place % 64);
            hint = place + 1;
            if (type->flavour == WEFT_THRIFT_UNION)
                memcpy(value, &(int32_t){field->id}, sizeof(int32_t));
            at = read_field(methods, field, value, at, reader);
        } else {
            at = methods->skip(at, reader, weft_thrift_key_kind(key));
        }
        if (at != NULL && methods->end_field != NULL)
            at = methods->end_field(at, reader);
        if (at == NULL)
            break;
    }
    if (at == NULL)
        return weft_thrift_reader_fail_in(reader, type, key);
    return check_seen(type, seen, at, reader);
}

static const uint8_t *
read_struct(const WeftThriftReadMethods *methods, const WeftThriftType *type, void *value,
            const uint8_t *at, WeftThriftReader *reader)
{
    if (!weft_thrift_reader_enter(reader, at))
        return NULL;
    if (methods->begin != NULL)
        at = methods->begin(at, reader, WEFT_THRIFT_STRUCT);
    if (at != NULL)
        at = read_fields(methods, type, value, at, reader);
    if (at != NULL && methods->end != NULL)
        at = methods->end(at, reader, WEFT_THRIFT_STRUCT);
    weft_thrift_reader_leave(reader);
    return at;
}

const uint8_t *
weft_thrift_walk_read(const WeftThriftReadMethods *methods, const WeftThriftType *type, void *value,
                      const uint8_t *at, WeftThriftReader *reader)
{
    g_assert(type->kind == WEFT_THRIFT_STRUCT);
    return read_struct(methods, type, value, at, reader);
}

/* ---- writing ---- */

static uint8_t *write_value(const WeftThriftWriteMethods *methods, const WeftThriftType *type,
                            const void *value, uint8_t *at, WeftThriftWriter *writer);

static uint8_t *
write_item(const WeftThriftWriteMethods *methods, const WeftThriftType *type, WeftThriftPart part,
           const void *item, uint8_t *at, WeftThriftWriter *writer)
{
    if (methods->next_item != NULL) {
        at = methods->next_item(writer, at, part);
        if (at == NULL)
            return NULL;
    }
    return write_value(methods, type, item, at, writer);
}

static uint8_t *
write_items(const WeftThriftWriteMethods *methods, const WeftThriftType *type,
            const WeftThriftContainer *container, uint8_t *at, WeftThriftWriter *writer)
{
    const bool is_map = type->kind == WEFT_THRIFT_MAP;
    const WeftThriftPart part = is_map ? WEFT_THRIFT_PART_VALUE : WEFT_THRIFT_PART_ITEM;
    const uint8_t *item = container->items;

    for (uint32_t i = 0; at != NULL && i < container->n_items; i++) {
        if (is_map)
            at = write_item(methods, type->key,
                            i == 0 ? WEFT_THRIFT_PART_FIRST_KEY : WEFT_THRIFT_PART_KEY, item, at,
                            writer);
        if (at != NULL)
            at = write_item(methods, type->element, part, item + type->value_offset, at, writer);
        item += type->item_size;
    }
    return at;
}

static uint8_t *
write_container(const WeftThriftWriteMethods *methods, const WeftThriftType *type,
                const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const WeftThriftContainer container = weft_thrift_container(value);

    if (methods->begin != NULL)
        at = methods->begin(writer, at, type);
    if (at != NULL)
        at = methods->put_container(writer, at, type, container.n_items);
    if (at != NULL)
        at = write_items(methods, type, &container, at, writer);
    if (at != NULL && methods->end != NULL)
        at = methods->end(writer, at, type);
    return at;
}

static uint8_t *
write_value(const WeftThriftWriteMethods *methods, const WeftThriftType *type, const void *value,
            uint8_t *at, WeftThriftWriter *writer)
{
    switch ((WeftThriftKind)type->kind) {
    case WEFT_THRIFT_BOOL:
        return methods->put_bool(writer, at, *(const bool *)value);
    case WEFT_THRIFT_I8:
        return methods->put_i8(writer, at, *(const int8_t *)value);
    case WEFT_THRIFT_DOUBLE:
        return methods->put_double(writer, at, *(const double *)value);
    case WEFT_THRIFT_I16:
        return methods->put_i16(writer, at, *(const int16_t *)value);
    case WEFT_THRIFT_I32:
        return methods->put_i32(writer, at, *(const int32_t *)value);
    case WEFT_THRIFT_I64:
        return methods->put_i64(writer, at, *(const int64_t *)value);
    case WEFT_THRIFT_STRING:
        return methods->put_string(writer, at, *(const WeftString *)value, type);
    case WEFT_THRIFT_UUID:
        return methods->put_uuid(writer, at, *(const WeftUuid *)value);
    case WEFT_THRIFT_STRUCT:
        return weft_thrift_walk_write(methods, type, value, at, writer);
    case WEFT_THRIFT_MAP:
    case WEFT_THRIFT_SET:
    case WEFT_THRIFT_LIST:
        return write_container(methods, type, value, at, writer);
    case WEFT_THRIFT_STOP:
        break;
    }
    g_assert_not_reached();
}

static uint8_t *
write_field(const WeftThriftWriteMethods *methods, const WeftThriftField *field, const void *member,
            int16_t *last_id, uint8_t *at, WeftThriftWriter *writer)
{
    if (field->type->kind == WEFT_THRIFT_BOOL) {
        at = methods->put_bool_field(writer, at, *(const bool *)member, field, last_id);
    } else {
        at = methods->put_field(writer, at, field, last_id);
        if (at != NULL)
            at = write_value(methods, field->type, member, at, writer);
    }
    if (at != NULL && methods->end_field != NULL)
        at = methods->end_field(writer, at);
    return at;
}

static uint8_t *
write_fields(const WeftThriftWriteMethods *methods, const WeftThriftType *type, const void *value,
             uint8_t *at, WeftThriftWriter *writer)
{
    int16_t last_id = 0;

    for (unsigned i = 0; at != NULL && i < type->n_fields; i++) {
        const WeftThriftField *field = &type->fields[i];
        const void *member = weft_thrift_member(type, field, value);
        if (member != NULL)
            at = write_field(methods, field, member, &last_id, at, writer);
        else if (field->requiredness == WEFT_THRIFT_REQUIRED)
            return weft_thrift_writer_fail(writer, WEFT_THRIFT_FIELD_MISSING, type);
    }
    return at != NULL ? methods->put_stop(writer, at) : NULL;
}

uint8_t *
weft_thrift_walk_write(const WeftThriftWriteMethods *methods, const WeftThriftType *type,
                       const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    if (type->flavour == WEFT_THRIFT_UNION && *(const int32_t *)value == 0)
        return weft_thrift_writer_fail(writer, WEFT_THRIFT_UNION_UNSET, type);
    if (methods->begin != NULL) {
        at = methods->begin(writer, at, type);
        if (at == NULL)
            return NULL;
    }
    at = write_fields(methods, type, value, at, writer);
    if (at != NULL && methods->end != NULL)
        at = methods->end(writer, at, type);
    return at;
}
