/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Types at run time, in three steps: a table for each struct, so that all can name each other; then
 * fields and sizes, what is embedded before what embeds it; then the values that structs begin
 * with.
 */

#include "codegen/weftcall/run_time_types.h"

#include <string.h>

/* Structs that embed each other twice and twice again grow beyond all measure. */
#define MAX_STRUCT_BYTES ((size_t)1024 * 1024)

/* What a struct's size is a multiple of, and where a union's members begin. */
#define STRUCT_ALIGNMENT 8

struct WeftRunTimeTypes {
    WeftArena arena;
    GHashTable *structs;   /* WeftIdlStruct to WeftThriftType */
    GHashTable *enums;     /* WeftIdlEnum to WeftThriftType */
    GPtrArray *containers; /* WeftThriftType: those whose items have no size yet */
};

static size_t
round_up(size_t size, size_t alignment)
{
    return (size + alignment - 1) / alignment * alignment;
}

static size_t
alignment_of(const WeftThriftType *type)
{
    switch ((WeftThriftKind)type->kind) {
    case WEFT_THRIFT_BOOL:
    case WEFT_THRIFT_I8:
    case WEFT_THRIFT_UUID:
        return 1;
    case WEFT_THRIFT_I16:
        return sizeof(int16_t);
    case WEFT_THRIFT_I32:
        return sizeof(int32_t);
    case WEFT_THRIFT_I64:
    case WEFT_THRIFT_DOUBLE:
    case WEFT_THRIFT_STRING:
    case WEFT_THRIFT_MAP:
    case WEFT_THRIFT_SET:
    case WEFT_THRIFT_LIST:
    case WEFT_THRIFT_STRUCT:
        return STRUCT_ALIGNMENT;
    case WEFT_THRIFT_STOP:
        break;
    }
    g_assert_not_reached();
}

/* ---- types ---- */

static const WeftThriftType *
make_enum(WeftRunTimeTypes *types, const WeftIdlEnum *enumeration)
{
    WeftThriftType *type = g_hash_table_lookup(types->enums, enumeration);

    if (type != NULL)
        return type;
    WeftThriftEnumValue *values =
        weft_arena_alloc(&types->arena, enumeration->n_values * sizeof *values);
    uint16_t n_values = 0;
    for (const WeftIdlEnumValue *value = enumeration->values;
         value != NULL && n_values < UINT16_MAX; value = value->next)
        values[n_values++] = (WeftThriftEnumValue){value->name, value->value};
    type = weft_arena_alloc0(&types->arena, sizeof *type);
    *type = (WeftThriftType){.name = enumeration->definition.name,
                             .kind = WEFT_THRIFT_I32,
                             .flavour = WEFT_THRIFT_ENUM,
                             .n_fields = n_values,
                             .size = sizeof(int32_t),
                             .values = values};
    g_hash_table_insert(types->enums, (gpointer)enumeration, type);
    return type;
}

static const WeftThriftType *make_type(WeftRunTimeTypes *types, const WeftIdlType *idl);

/* Nests as deep as the IDL does: WEFT_IDL_MAX_NESTING, and typedefs. */
static const WeftThriftType *
make_container(WeftRunTimeTypes *types, const WeftIdlType *idl, WeftThriftKind kind)
{
    WeftThriftType *type = weft_arena_alloc0(&types->arena, sizeof *type);

    type->name = weft_idl_type_text(idl, &types->arena);
    type->kind = (uint8_t)kind;
    type->size = sizeof(WeftThriftContainer);
    type->element = make_type(types, idl->element);
    if (kind == WEFT_THRIFT_MAP)
        type->key = make_type(types, idl->key);
    g_ptr_array_add(types->containers, type);
    return type;
}

static const WeftThriftType *
make_type(WeftRunTimeTypes *types, const WeftIdlType *idl)
{
    idl = weft_idl_type_true(idl);
    switch (idl->kind) {
    case WEFT_IDL_BOOL:
        return &weft_thrift_bool;
    case WEFT_IDL_I8:
        return &weft_thrift_i8;
    case WEFT_IDL_I16:
        return &weft_thrift_i16;
    case WEFT_IDL_I32:
        return &weft_thrift_i32;
    case WEFT_IDL_I64:
        return &weft_thrift_i64;
    case WEFT_IDL_DOUBLE:
        return &weft_thrift_double;
    case WEFT_IDL_STRING:
        return &weft_thrift_string;
    case WEFT_IDL_BINARY:
        return &weft_thrift_binary;
    case WEFT_IDL_UUID:
        return &weft_thrift_uuid;
    case WEFT_IDL_LIST:
        return make_container(types, idl, WEFT_THRIFT_LIST);
    case WEFT_IDL_SET:
        return make_container(types, idl, WEFT_THRIFT_SET);
    case WEFT_IDL_MAP:
        return make_container(types, idl, WEFT_THRIFT_MAP);
    case WEFT_IDL_ENUM:
        return make_enum(types, idl->enumeration);
    case WEFT_IDL_STRUCT:
        return g_hash_table_lookup(types->structs, idl->structure);
    case WEFT_IDL_VOID:
    case WEFT_IDL_TYPEDEF:
        break;
    }
    g_assert_not_reached();
}

/* Items have a size once structs have. */
static void
settle_containers(WeftRunTimeTypes *types)
{
    for (unsigned i = 0; i < types->containers->len; i++) {
        WeftThriftType *type = g_ptr_array_index(types->containers, i);

        type->item_size = type->element->size;
        if (type->kind != WEFT_THRIFT_MAP)
            continue;
        type->value_offset = (uint32_t)round_up(type->key->size, alignment_of(type->element));
        type->item_size =
            (uint32_t)round_up(type->value_offset + type->element->size,
                               MAX(alignment_of(type->key), alignment_of(type->element)));
    }
    g_ptr_array_set_size(types->containers, 0);
}

/* ---- structs ---- */

static WeftThriftType *
declare_struct(WeftRunTimeTypes *types, const WeftIdlStruct *structure)
{
    WeftThriftType *type = weft_arena_alloc0(&types->arena, sizeof *type);

    type->name = structure->definition.name;
    type->kind = WEFT_THRIFT_STRUCT;
    type->flavour = structure->flavour == WEFT_IDL_UNION       ? WEFT_THRIFT_UNION
                    : structure->flavour == WEFT_IDL_EXCEPTION ? WEFT_THRIFT_THROWN
                                                               : WEFT_THRIFT_PLAIN;
    g_hash_table_insert(types->structs, (gpointer)structure, type);
    return type;
}

/* An exception of a result is a pointer; its result, like what is optional, has a bit. */
static bool
is_pointer(const WeftIdlStruct *structure, const WeftIdlField *field)
{
    return structure->flavour == WEFT_IDL_RESULT ? field->id != 0 : field->is_pointer;
}

static bool
has_presence(const WeftIdlStruct *structure, const WeftIdlField *field)
{
    if (structure->flavour == WEFT_IDL_UNION || is_pointer(structure, field))
        return false;
    return structure->flavour == WEFT_IDL_RESULT || field->requiredness == WEFT_IDL_OPTIONAL;
}

static WeftThriftRequiredness
requiredness_of(const WeftIdlStruct *structure, const WeftIdlField *field)
{
    if (structure->flavour == WEFT_IDL_RESULT)
        return WEFT_THRIFT_OPTIONAL;
    if (structure->flavour == WEFT_IDL_UNION)
        return WEFT_THRIFT_DEFAULT;
    switch (field->requiredness) {
    case WEFT_IDL_DEFAULT:
        return WEFT_THRIFT_DEFAULT;
    case WEFT_IDL_REQUIRED:
        return WEFT_THRIFT_REQUIRED;
    case WEFT_IDL_OPTIONAL:
        return WEFT_THRIFT_OPTIONAL;
    }
    g_assert_not_reached();
}

/* Place the members, one after the other or (of a union) all at the same place.  Returns: the end
 */
static size_t
place_members(WeftRunTimeTypes *types, const WeftIdlStruct *structure, WeftThriftField *fields)
{
    const bool is_union = structure->flavour == WEFT_IDL_UNION;
    size_t end = is_union ? STRUCT_ALIGNMENT : 0;
    unsigned i = 0;

    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next, i++) {
        const WeftThriftType *type = make_type(types, field->type);
        const bool points = is_pointer(structure, field);
        const size_t size = points ? sizeof(void *) : type->size;
        const size_t at = is_union ? STRUCT_ALIGNMENT
                                   : round_up(end, points ? sizeof(void *) : alignment_of(type));

        fields[i] = (WeftThriftField){.name = field->name,
                                      .type = type,
                                      .id = field->id,
                                      .requiredness = (uint8_t)requiredness_of(structure, field),
                                      .is_pointer = points,
                                      .offset = (uint32_t)MIN(at, MAX_STRUCT_BYTES)};
        end = MAX(end, at + size);
    }
    return end;
}

static gboolean
fill_struct(WeftRunTimeTypes *types, const WeftIdlStruct *structure, GError **error)
{
    WeftThriftType *type = g_hash_table_lookup(types->structs, structure);
    WeftThriftField *fields =
        weft_arena_alloc0(&types->arena, structure->n_fields * sizeof *fields);
    size_t end = place_members(types, structure, fields);
    unsigned i = 0;

    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next, i++) {
        if (has_presence(structure, field)) {
            fields[i].presence_offset = (uint32_t)MIN(end, MAX_STRUCT_BYTES);
            end++;
        }
    }
    if (end > MAX_STRUCT_BYTES || structure->n_fields > UINT16_MAX) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_LIMIT, "%s:%u:%u: %s is too large",
                    structure->definition.position.path, structure->definition.position.line,
                    structure->definition.position.column, structure->definition.name);
        return FALSE;
    }
    type->fields = fields;
    type->n_fields = (uint16_t)structure->n_fields;
    type->size = (uint32_t)round_up(MAX(end, 1), STRUCT_ALIGNMENT);
    return TRUE;
}

/* ---- the values that structs begin with ---- */

static void make_initial(WeftRunTimeTypes *types, const WeftIdlStruct *structure);

static void put_value(WeftRunTimeTypes *types, const WeftIdlType *idl, const WeftThriftType *type,
                      const WeftIdlValue *value, uint8_t *out);

static void
put_integer(const WeftThriftType *type, int64_t value, uint8_t *out)
{
    switch (type->kind) {
    case WEFT_THRIFT_I8:
        memcpy(out, &(int8_t){(int8_t)value}, sizeof(int8_t));
        break;
    case WEFT_THRIFT_I16:
        memcpy(out, &(int16_t){(int16_t)value}, sizeof(int16_t));
        break;
    case WEFT_THRIFT_I32:
        memcpy(out, &(int32_t){(int32_t)value}, sizeof(int32_t));
        break;
    default:
        memcpy(out, &value, sizeof value);
        break;
    }
}

static void
put_items(WeftRunTimeTypes *types, const WeftIdlType *idl, const WeftThriftType *type,
          const WeftIdlValue *value, uint8_t *out)
{
    WeftThriftContainer container = {NULL, value->n_items};
    uint8_t *item;

    if (value->n_items == 0)
        return; /* it is zeros already */
    item = weft_arena_alloc0(&types->arena, (size_t)value->n_items * type->item_size);
    container.items = item;
    for (const WeftIdlItem *one = value->items; one != NULL; one = one->next) {
        if (type->kind == WEFT_THRIFT_MAP)
            put_value(types, idl->key, type->key, one->key, item);
        put_value(types, idl->element, type->element, one->value, item + type->value_offset);
        item += type->item_size;
    }
    memcpy(out, &container, sizeof container);
}

static void
put_member(WeftRunTimeTypes *types, const WeftIdlField *idl, const WeftThriftType *type,
           const WeftThriftField *field, const WeftIdlValue *value, uint8_t *out)
{
    uint8_t *member = out + field->offset;

    g_assert(idl != NULL); /* a checked constant names fields that there are */
    if (field->is_pointer) {
        uint8_t *target = weft_arena_alloc0(&types->arena, field->type->size);

        memcpy(member, &target, sizeof target);
        member = target;
    }
    put_value(types, idl->type, field->type, value, member);
    if (field->presence_offset > 0)
        out[field->presence_offset] = true;
    if (type->flavour == WEFT_THRIFT_UNION)
        memcpy(out, &(int32_t){field->id}, sizeof(int32_t));
}

/* @items: what is said of members; the others stay as they begin */
static void
put_struct(WeftRunTimeTypes *types, const WeftIdlStruct *structure, const WeftIdlItem *items,
           uint8_t *out)
{
    const WeftThriftType *type = g_hash_table_lookup(types->structs, structure);

    make_initial(types, structure);
    memcpy(out, type->initial, type->size);
    for (const WeftIdlItem *item = items; item != NULL; item = item->next) {
        unsigned i = 0;

        for (const WeftIdlField *field = structure->fields; field != item->field;
             field = field->next)
            i++;
        put_member(types, item->field, type, &type->fields[i], item->value, out);
    }
}

static void
put_value(WeftRunTimeTypes *types, const WeftIdlType *idl, const WeftThriftType *type,
          const WeftIdlValue *value, uint8_t *out)
{
    idl = weft_idl_type_true(idl);
    switch (idl->kind) {
    case WEFT_IDL_BOOL:
        *out = value->boolean;
        break;
    case WEFT_IDL_I8:
    case WEFT_IDL_I16:
    case WEFT_IDL_I32:
    case WEFT_IDL_I64:
    case WEFT_IDL_ENUM:
        put_integer(type, value->integer, out);
        break;
    case WEFT_IDL_DOUBLE:
        memcpy(out, &value->real, sizeof value->real);
        break;
    case WEFT_IDL_STRING:
    case WEFT_IDL_BINARY:
        memcpy(out, &(WeftString){value->string.data, value->string.length}, sizeof(WeftString));
        break;
    case WEFT_IDL_UUID:
        memcpy(out, value->uuid, sizeof value->uuid);
        break;
    case WEFT_IDL_LIST:
    case WEFT_IDL_SET:
    case WEFT_IDL_MAP:
        put_items(types, idl, type, value, out);
        break;
    case WEFT_IDL_STRUCT:
        put_struct(types, idl->structure, value->items, out);
        break;
    case WEFT_IDL_VOID:
    case WEFT_IDL_TYPEDEF:
        g_assert_not_reached();
    }
}

static void
make_initial(WeftRunTimeTypes *types, const WeftIdlStruct *structure)
{
    WeftThriftType *type = g_hash_table_lookup(types->structs, structure);
    uint8_t *initial;
    unsigned i = 0;

    if (type->initial != NULL)
        return;
    /* Set first: a struct whose default leads to itself finds what is there by then. */
    initial = weft_arena_alloc0(&types->arena, type->size);
    type->initial = initial;
    if (type->flavour == WEFT_THRIFT_UNION)
        return;
    for (const WeftIdlField *idl = structure->fields; idl != NULL; idl = idl->next, i++) {
        const WeftThriftField *field = &type->fields[i];

        if (idl->initial != NULL) {
            put_member(types, idl, type, field, idl->initial, initial);
            /* What is optional is absent, whatever its default. */
            if (field->presence_offset > 0)
                initial[field->presence_offset] = false;
        } else if (field->type->kind == WEFT_THRIFT_STRUCT && !field->is_pointer) {
            put_struct(types, weft_idl_type_true(idl->type)->structure, NULL,
                       initial + field->offset);
        }
    }
}

/* ---- all of a tree ---- */

static void
declare_all(WeftRunTimeTypes *types, const WeftIdlProgram *programs)
{
    for (const WeftIdlProgram *program = programs; program != NULL; program = program->next) {
        for (const WeftIdlStruct *structure = program->structs_by_embedding; structure != NULL;
             structure = structure->next_embedded)
            declare_struct(types, structure);
    }
}

static gboolean
fill_all(WeftRunTimeTypes *types, const WeftIdlProgram *programs, GError **error)
{
    for (const WeftIdlProgram *program = programs; program != NULL; program = program->next) {
        for (const WeftIdlStruct *structure = program->structs_by_embedding; structure != NULL;
             structure = structure->next_embedded) {
            if (!fill_struct(types, structure, error))
                return FALSE;
        }
    }
    settle_containers(types);
    for (const WeftIdlProgram *program = programs; program != NULL; program = program->next) {
        for (const WeftIdlStruct *structure = program->structs_by_embedding; structure != NULL;
             structure = structure->next_embedded)
            make_initial(types, structure);
    }
    return TRUE;
}

WeftRunTimeTypes *
weft_run_time_types_new(const WeftIdlTree *tree, GError **error)
{
    g_autoptr(WeftRunTimeTypes) types = g_new0(WeftRunTimeTypes, 1);

    weft_arena_init(&types->arena, SIZE_MAX);
    types->structs = g_hash_table_new(NULL, NULL);
    types->enums = g_hash_table_new(NULL, NULL);
    types->containers = g_ptr_array_new();
    declare_all(types, weft_idl_tree_programs(tree));
    if (!fill_all(types, weft_idl_tree_programs(tree), error))
        return NULL;
    return g_steal_pointer(&types);
}

void
weft_run_time_types_free(WeftRunTimeTypes *types)
{
    if (types == NULL)
        return;
    g_hash_table_unref(types->structs);
    g_hash_table_unref(types->enums);
    g_ptr_array_unref(types->containers);
    weft_arena_clear(&types->arena);
    g_free(types);
}

/* The type of a function's arguments or answer, which no definition is. */
static const WeftThriftType *
make_message(WeftRunTimeTypes *types, const WeftIdlStruct *structure, GError **error)
{
    WeftThriftType *type = g_hash_table_lookup(types->structs, structure);

    if (type != NULL)
        return type;
    type = declare_struct(types, structure);
    if (!fill_struct(types, structure, error))
        return NULL;
    settle_containers(types);
    make_initial(types, structure);
    return type;
}

const WeftThriftType *
weft_run_time_types_struct(const WeftRunTimeTypes *types, const WeftIdlStruct *structure)
{
    return g_hash_table_lookup(types->structs, structure);
}

const WeftThriftMethod *
weft_run_time_types_method(WeftRunTimeTypes *types, const WeftIdlFunction *function, GError **error)
{
    WeftThriftMethod *method = weft_arena_alloc0(&types->arena, sizeof *method);

    method->name = function->name;
    method->arguments = make_message(types, function->arguments, error);
    if (method->arguments == NULL)
        return NULL;
    if (!function->is_oneway) {
        method->result = make_message(types, function->answer, error);
        if (method->result == NULL)
            return NULL;
    }
    method->is_idempotent =
        weft_idl_annotation_find(function->annotations, "weft.idempotent") != NULL;
    return method;
}
