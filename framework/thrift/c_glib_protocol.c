/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of weft's types by c_glib's protocols: the type's table says which of the protocol's
 * methods come next.  Recursion ends at the limit of depth.
 */

#include <weft/thrift_c_glib.h>
#include <weft/thrift_error.h>

#include <string.h>

/* Of a container whose items are yet to come: a peer's count is not believed beyond. */
#define FIRST_ITEMS 256

/* Kinds have the protocol's numbers. */
G_STATIC_ASSERT((int)WEFT_THRIFT_BOOL == (int)T_BOOL);
G_STATIC_ASSERT((int)WEFT_THRIFT_LIST == (int)T_LIST);

typedef struct {
    ThriftProtocol *protocol;
    WeftArena *arena;
    const WeftThriftLimits *limits;
    uint32_t depth_left;
    GError **error;
} Reading;

typedef struct {
    ThriftProtocol *protocol;
    uint32_t depth_left;
    GError **error;
} Writing;

static gboolean read_value(Reading *reading, const WeftThriftType *type, void *value);
static gboolean write_value(Writing *writing, const WeftThriftType *type, const void *value);
static gboolean skip(Reading *reading, ThriftType kind);

static gboolean
refuse(GError **error, const char *format, const char *name)
{
    g_set_error(error, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_PROTOCOL, format, name);
    return FALSE;
}

static gboolean
refuse_limit(GError **error, const char *what)
{
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_LIMIT, "too %s", what);
    return FALSE;
}

/* ---- passing over what nobody knows ---- */

static gboolean
skip_items(Reading *reading, ThriftType key, ThriftType element, uint32_t n_items)
{
    for (uint32_t i = 0; i < n_items; i++) {
        if (key != T_STOP && !skip(reading, key))
            return FALSE;
        if (!skip(reading, element))
            return FALSE;
    }
    return TRUE;
}

static gboolean
skip_fields(Reading *reading)
{
    for (;;) {
        g_autofree char *name = NULL;
        ThriftType kind;
        int16_t id;

        if (thrift_protocol_read_field_begin(reading->protocol, &name, &kind, &id, reading->error) <
            0)
            return FALSE;
        if (kind == T_STOP)
            return TRUE;
        if (!skip(reading, kind) ||
            thrift_protocol_read_field_end(reading->protocol, reading->error) < 0)
            return FALSE;
    }
}

static gboolean
skip_struct(Reading *reading)
{
    g_autofree char *name = NULL;

    return thrift_protocol_read_struct_begin(reading->protocol, &name, reading->error) >= 0 &&
           skip_fields(reading) &&
           thrift_protocol_read_struct_end(reading->protocol, reading->error) >= 0;
}

static gboolean
skip_container(Reading *reading, ThriftType kind)
{
    ThriftProtocol *protocol = reading->protocol;
    GError **error = reading->error;
    ThriftType key = T_STOP;
    ThriftType element = T_STOP;
    uint32_t n_items = 0;

    switch (kind) {
    case T_MAP:
        return thrift_protocol_read_map_begin(protocol, &key, &element, &n_items, error) >= 0 &&
               skip_items(reading, key, element, n_items) &&
               thrift_protocol_read_map_end(protocol, error) >= 0;
    case T_SET:
        return thrift_protocol_read_set_begin(protocol, &element, &n_items, error) >= 0 &&
               skip_items(reading, T_STOP, element, n_items) &&
               thrift_protocol_read_set_end(protocol, error) >= 0;
    default:
        return thrift_protocol_read_list_begin(protocol, &element, &n_items, error) >= 0 &&
               skip_items(reading, T_STOP, element, n_items) &&
               thrift_protocol_read_list_end(protocol, error) >= 0;
    }
}

static gboolean
skip_nested(Reading *reading, ThriftType kind)
{
    if (reading->depth_left == 0)
        return refuse_limit(reading->error, "deep");
    reading->depth_left--;
    const gboolean succeeded =
        kind == T_STRUCT ? skip_struct(reading) : skip_container(reading, kind);
    reading->depth_left++;
    return succeeded;
}

static gboolean
skip(Reading *reading, ThriftType kind)
{
    switch (kind) {
    case T_STRUCT:
    case T_MAP:
    case T_SET:
    case T_LIST:
        return skip_nested(reading, kind);
    case T_BOOL:
    case T_BYTE:
    case T_I16:
    case T_I32:
    case T_I64:
    case T_DOUBLE:
    case T_STRING:
        return thrift_protocol_skip(reading->protocol, kind, reading->error) >= 0;
    default:
        return refuse(reading->error, "a value of a kind that c_glib does not know%s", "");
    }
}

/* ---- reading ---- */

static gboolean
read_string(Reading *reading, WeftString *ret_string)
{
    gpointer data = NULL;
    uint32_t length = 0;

    if (thrift_protocol_read_binary(reading->protocol, &data, &length, reading->error) < 0)
        return FALSE;
    char *copy = length <= reading->limits->max_string_bytes
                     ? weft_arena_try_alloc(reading->arena, (size_t)length + 1)
                     : NULL;
    if (copy != NULL) {
        if (length > 0)
            memcpy(copy, data, length);
        copy[length] = '\0';
        *ret_string = (WeftString){copy, length};
    }
    g_free(data);
    return copy != NULL || refuse_limit(reading->error, "long a string");
}

static gboolean
read_bool(Reading *reading, bool *ret_value)
{
    gboolean value = FALSE;

    if (thrift_protocol_read_bool(reading->protocol, &value, reading->error) < 0)
        return FALSE;
    *ret_value = value != FALSE;
    return TRUE;
}

/* Room for one item more: the array moves to one of twice its size. */
static void *
next_item(Reading *reading, const WeftThriftType *type, WeftThriftContainer *container,
          uint32_t *capacity)
{
    uint8_t *items = container->items;

    if (container->n_items == *capacity) {
        const uint32_t larger = *capacity > 0 ? 2 * *capacity : FIRST_ITEMS;
        uint8_t *moved = weft_arena_try_alloc(reading->arena, (size_t)larger * type->item_size);
        if (moved == NULL)
            return NULL;
        if (container->n_items > 0)
            memcpy(moved, items, (size_t)container->n_items * type->item_size);
        container->items = items = moved;
        *capacity = larger;
    }
    return items + (size_t)container->n_items * type->item_size;
}

static void
init_value(const WeftThriftType *type, void *value)
{
    memset(value, 0, type->size);
    if (type->kind == WEFT_THRIFT_STRUCT)
        weft_thrift_init(type, value);
}

static gboolean
read_items(Reading *reading, const WeftThriftType *type, uint32_t n_items,
           WeftThriftContainer *container)
{
    uint32_t capacity = 0;

    if (n_items > reading->limits->max_items)
        return refuse_limit(reading->error, "many items");
    *container = (WeftThriftContainer){0};
    for (uint32_t i = 0; i < n_items; i++) {
        uint8_t *item = next_item(reading, type, container, &capacity);
        if (item == NULL)
            return refuse_limit(reading->error, "large a message");
        if (type->key != NULL) {
            init_value(type->key, item);
            if (!read_value(reading, type->key, item))
                return FALSE;
            item += type->value_offset;
        }
        init_value(type->element, item);
        if (!read_value(reading, type->element, item))
            return FALSE;
        container->n_items++;
    }
    return TRUE;
}

static gboolean
is_of(uint32_t n_items, ThriftType found, const WeftThriftType *type)
{
    return n_items == 0 || type == NULL || (uint8_t)found == type->kind;
}

static gboolean
read_container(Reading *reading, const WeftThriftType *type, WeftThriftContainer *container)
{
    ThriftProtocol *protocol = reading->protocol;
    GError **error = reading->error;
    ThriftType key = T_STOP;
    ThriftType element = T_STOP;
    uint32_t n_items = 0;
    int32_t begun;

    if (type->kind == WEFT_THRIFT_MAP)
        begun = thrift_protocol_read_map_begin(protocol, &key, &element, &n_items, error);
    else if (type->kind == WEFT_THRIFT_SET)
        begun = thrift_protocol_read_set_begin(protocol, &element, &n_items, error);
    else
        begun = thrift_protocol_read_list_begin(protocol, &element, &n_items, error);
    if (begun < 0)
        return FALSE;
    if (!is_of(n_items, key, type->key) || !is_of(n_items, element, type->element))
        return refuse(error, "items of another kind than those of %s", type->name);
    if (!read_items(reading, type, n_items, container))
        return FALSE;
    if (type->kind == WEFT_THRIFT_MAP)
        return thrift_protocol_read_map_end(protocol, error) >= 0;
    return type->kind == WEFT_THRIFT_SET ? thrift_protocol_read_set_end(protocol, error) >= 0
                                         : thrift_protocol_read_list_end(protocol, error) >= 0;
}

static const WeftThriftField *
find_field(const WeftThriftType *type, int16_t id, ThriftType kind)
{
    for (unsigned i = 0; i < type->n_fields; i++) {
        if (type->fields[i].id == id)
            return type->fields[i].type->kind == (uint8_t)kind ? &type->fields[i] : NULL;
    }
    return NULL;
}

static gboolean
read_field(Reading *reading, const WeftThriftType *type, const WeftThriftField *field, void *value)
{
    uint8_t *member = (uint8_t *)value + field->offset;

    if (type->flavour == WEFT_THRIFT_UNION) {
        int32_t *which = value;
        if (*which != 0)
            return refuse(reading->error, "a union with several values: %s", type->name);
        *which = field->id;
    }
    if (field->is_pointer) {
        void *target = weft_arena_try_alloc(reading->arena, field->type->size);
        if (target == NULL)
            return refuse_limit(reading->error, "large a message");
        memcpy(member, &target, sizeof target);
        member = target;
        init_value(field->type, member);
    } else if (type->flavour == WEFT_THRIFT_UNION) {
        init_value(field->type, member);
    }
    if (!read_value(reading, field->type, member))
        return FALSE;
    if (field->presence_offset != 0)
        *((bool *)value + field->presence_offset) = true;
    return TRUE;
}

/* All fields up to the end; @seen: a byte for each field of the type */
static gboolean
read_fields(Reading *reading, const WeftThriftType *type, void *value, uint8_t *seen)
{
    for (;;) {
        g_autofree char *name = NULL;
        ThriftType kind;
        int16_t id;

        if (thrift_protocol_read_field_begin(reading->protocol, &name, &kind, &id, reading->error) <
            0)
            return FALSE;
        if (kind == T_STOP)
            return TRUE;
        const WeftThriftField *field = find_field(type, id, kind);
        if (field == NULL ? !skip(reading, kind) : !read_field(reading, type, field, value))
            return FALSE;
        if (field != NULL)
            seen[field - type->fields] = 1;
        if (thrift_protocol_read_field_end(reading->protocol, reading->error) < 0)
            return FALSE;
    }
}

static gboolean
has_what_it_needs(const WeftThriftType *type, const void *value, const uint8_t *seen,
                  GError **error)
{
    if (type->flavour == WEFT_THRIFT_UNION && *(const int32_t *)value == 0)
        return refuse(error, "a union without a value: %s", type->name);
    for (unsigned i = 0; i < type->n_fields; i++) {
        if (type->fields[i].requiredness == WEFT_THRIFT_REQUIRED && seen[i] == 0)
            return refuse(error, "a required field is missing: %s", type->fields[i].name);
    }
    return TRUE;
}

static gboolean
read_struct(Reading *reading, const WeftThriftType *type, void *value)
{
    g_autofree char *name = NULL;
    uint8_t *seen = weft_arena_try_alloc(reading->arena, type->n_fields);

    if (seen == NULL)
        return refuse_limit(reading->error, "large a message");
    memset(seen, 0, type->n_fields);
    if (thrift_protocol_read_struct_begin(reading->protocol, &name, reading->error) < 0)
        return FALSE;
    const gboolean has_fields = read_fields(reading, type, value, seen);
    /* Also after a failure: the compact protocol remembers each struct that was begun, and would
     * lose that memory at its own end. */
    const gboolean has_ended =
        thrift_protocol_read_struct_end(reading->protocol, has_fields ? reading->error : NULL) >= 0;
    return has_fields && has_ended && has_what_it_needs(type, value, seen, reading->error);
}

static gboolean
read_nested(Reading *reading, const WeftThriftType *type, void *value)
{
    if (reading->depth_left == 0)
        return refuse_limit(reading->error, "deep");
    reading->depth_left--;
    const gboolean succeeded = type->kind == WEFT_THRIFT_STRUCT
                                   ? read_struct(reading, type, value)
                                   : read_container(reading, type, value);
    reading->depth_left++;
    return succeeded;
}

static gboolean
read_value(Reading *reading, const WeftThriftType *type, void *value)
{
    ThriftProtocol *protocol = reading->protocol;
    GError **error = reading->error;

    switch ((WeftThriftKind)type->kind) {
    case WEFT_THRIFT_BOOL:
        return read_bool(reading, value);
    case WEFT_THRIFT_I8:
        return thrift_protocol_read_byte(protocol, value, error) >= 0;
    case WEFT_THRIFT_I16:
        return thrift_protocol_read_i16(protocol, value, error) >= 0;
    case WEFT_THRIFT_I32:
        return thrift_protocol_read_i32(protocol, value, error) >= 0;
    case WEFT_THRIFT_I64:
        return thrift_protocol_read_i64(protocol, value, error) >= 0;
    case WEFT_THRIFT_DOUBLE:
        return thrift_protocol_read_double(protocol, value, error) >= 0;
    case WEFT_THRIFT_STRING:
        return read_string(reading, value);
    case WEFT_THRIFT_STRUCT:
    case WEFT_THRIFT_MAP:
    case WEFT_THRIFT_SET:
    case WEFT_THRIFT_LIST:
        return read_nested(reading, type, value);
    case WEFT_THRIFT_STOP:
    case WEFT_THRIFT_UUID:
        break;
    }
    return refuse(error, "c_glib has no %s", type->name);
}

gboolean
weft_thrift_read_protocol(const WeftThriftType *type, void *value, ThriftProtocol *protocol,
                          WeftArena *arena, const WeftThriftLimits *limits, GError **error)
{
    const WeftThriftLimits *effective = limits != NULL ? limits : &weft_thrift_limits_default;
    g_autoptr(GError) failure = NULL;
    Reading reading = {protocol, arena, effective, effective->max_depth, &failure};

    g_return_val_if_fail(type->kind == WEFT_THRIFT_STRUCT, FALSE);
    if (read_nested(&reading, type, value))
        return TRUE;
    if (failure == NULL)
        /* Some of c_glib's methods fail without a word. */
        refuse(&failure, "%s cannot be read", type->name);
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

/* ---- writing ---- */

static gboolean
write_items(Writing *writing, const WeftThriftType *type, const WeftThriftContainer *container)
{
    for (uint32_t i = 0; i < container->n_items; i++) {
        const uint8_t *item = (const uint8_t *)container->items + (size_t)i * type->item_size;
        if (type->key != NULL) {
            if (!write_value(writing, type->key, item))
                return FALSE;
            item += type->value_offset;
        }
        if (!write_value(writing, type->element, item))
            return FALSE;
    }
    return TRUE;
}

static gboolean
write_container(Writing *writing, const WeftThriftType *type, const WeftThriftContainer *container)
{
    ThriftProtocol *protocol = writing->protocol;
    GError **error = writing->error;
    const ThriftType element = (ThriftType)type->element->kind;
    const uint32_t n_items = container->n_items;

    switch ((WeftThriftKind)type->kind) {
    case WEFT_THRIFT_MAP:
        return thrift_protocol_write_map_begin(protocol, (ThriftType)type->key->kind, element,
                                               n_items, error) >= 0 &&
               write_items(writing, type, container) &&
               thrift_protocol_write_map_end(protocol, error) >= 0;
    case WEFT_THRIFT_SET:
        return thrift_protocol_write_set_begin(protocol, element, n_items, error) >= 0 &&
               write_items(writing, type, container) &&
               thrift_protocol_write_set_end(protocol, error) >= 0;
    default:
        return thrift_protocol_write_list_begin(protocol, element, n_items, error) >= 0 &&
               write_items(writing, type, container) &&
               thrift_protocol_write_list_end(protocol, error) >= 0;
    }
}

/* Returns: where the member is; NULL: the field is absent */
static const void *
find_member(const WeftThriftType *type, const WeftThriftField *field, const void *value)
{
    const uint8_t *member = (const uint8_t *)value + field->offset;
    const void *target;

    if (type->flavour == WEFT_THRIFT_UNION && *(const int32_t *)value != field->id)
        return NULL;
    if (field->presence_offset != 0 && !*((const bool *)value + field->presence_offset))
        return NULL;
    if (!field->is_pointer)
        return member;
    memcpy(&target, member, sizeof target);
    return target;
}

static gboolean
write_field(Writing *writing, const WeftThriftField *field, const void *member)
{
    ThriftProtocol *protocol = writing->protocol;

    return thrift_protocol_write_field_begin(protocol, field->name, (ThriftType)field->type->kind,
                                             field->id, writing->error) >= 0 &&
           write_value(writing, field->type, member) &&
           thrift_protocol_write_field_end(protocol, writing->error) >= 0;
}

static gboolean
write_fields(Writing *writing, const WeftThriftType *type, const void *value)
{
    unsigned n_written = 0;

    for (unsigned i = 0; i < type->n_fields; i++) {
        const void *member = find_member(type, &type->fields[i], value);
        if (member == NULL) {
            if (type->fields[i].requiredness == WEFT_THRIFT_REQUIRED)
                return refuse(writing->error, "a required field is missing: %s",
                              type->fields[i].name);
            continue;
        }
        if (!write_field(writing, &type->fields[i], member))
            return FALSE;
        n_written++;
    }
    if (type->flavour == WEFT_THRIFT_UNION && n_written == 0)
        return refuse(writing->error, "a union without a value: %s", type->name);
    return thrift_protocol_write_field_stop(writing->protocol, writing->error) >= 0;
}

static gboolean
write_struct(Writing *writing, const WeftThriftType *type, const void *value)
{
    g_assert(value != NULL);
    if (thrift_protocol_write_struct_begin(writing->protocol, type->name, writing->error) < 0)
        return FALSE;
    const gboolean has_fields = write_fields(writing, type, value);
    /* As in read_struct(). */
    return thrift_protocol_write_struct_end(writing->protocol,
                                            has_fields ? writing->error : NULL) >= 0 &&
           has_fields;
}

static gboolean
write_nested(Writing *writing, const WeftThriftType *type, const void *value)
{
    if (writing->depth_left == 0)
        return refuse_limit(writing->error, "deep");
    writing->depth_left--;
    const gboolean succeeded = type->kind == WEFT_THRIFT_STRUCT
                                   ? write_struct(writing, type, value)
                                   : write_container(writing, type, value);
    writing->depth_left++;
    return succeeded;
}

static gboolean
write_string(Writing *writing, const WeftString *string)
{
    /* c_glib takes what it only reads as not constant. */
    return thrift_protocol_write_binary(writing->protocol, (gpointer)string->data, string->length,
                                        writing->error) >= 0;
}

static gboolean
write_value(Writing *writing, const WeftThriftType *type, const void *value)
{
    ThriftProtocol *protocol = writing->protocol;
    GError **error = writing->error;

    switch ((WeftThriftKind)type->kind) {
    case WEFT_THRIFT_BOOL:
        return thrift_protocol_write_bool(protocol, *(const bool *)value, error) >= 0;
    case WEFT_THRIFT_I8:
        return thrift_protocol_write_byte(protocol, *(const int8_t *)value, error) >= 0;
    case WEFT_THRIFT_I16:
        return thrift_protocol_write_i16(protocol, *(const int16_t *)value, error) >= 0;
    case WEFT_THRIFT_I32:
        return thrift_protocol_write_i32(protocol, *(const int32_t *)value, error) >= 0;
    case WEFT_THRIFT_I64:
        return thrift_protocol_write_i64(protocol, *(const int64_t *)value, error) >= 0;
    case WEFT_THRIFT_DOUBLE:
        return thrift_protocol_write_double(protocol, *(const double *)value, error) >= 0;
    case WEFT_THRIFT_STRING:
        return write_string(writing, value);
    case WEFT_THRIFT_STRUCT:
    case WEFT_THRIFT_MAP:
    case WEFT_THRIFT_SET:
    case WEFT_THRIFT_LIST:
        return write_nested(writing, type, value);
    case WEFT_THRIFT_STOP:
    case WEFT_THRIFT_UUID:
        break;
    }
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID, "c_glib has no %s", type->name);
    return FALSE;
}

gboolean
weft_thrift_write_protocol(const WeftThriftType *type, const void *value, ThriftProtocol *protocol,
                           GError **error)
{
    g_autoptr(GError) failure = NULL;
    Writing writing = {protocol, weft_thrift_limits_default.max_depth, &failure};

    g_return_val_if_fail(type->kind == WEFT_THRIFT_STRUCT, FALSE);
    if (write_nested(&writing, type, value))
        return TRUE;
    if (failure == NULL)
        refuse(&failure, "%s cannot be written", type->name);
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}
