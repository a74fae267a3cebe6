/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values as initialisers.  What a value leads to is a compound literal: outside functions that
 * lives as long as the program.
 */

#include "codegen/emit_value.h"

#include <math.h>
#include <string.h>

static void
put_quoted(GString *text, const char *data, uint32_t length)
{
    g_string_append_c(text, '"');
    for (uint32_t i = 0; i < length; i++) {
        const char byte = data[i];
        if (byte == '"' || byte == '\\' || byte == '?')
            g_string_append_printf(text, "\\%c", byte); /* "??" may begin a trigraph */
        else if (byte == '\n')
            g_string_append(text, "\\n");
        else if (byte >= ' ' && byte <= '~')
            g_string_append_c(text, byte);
        else
            g_string_append_printf(text, "\\%03o", (unsigned char)byte);
    }
    g_string_append_c(text, '"');
}

static void
put_double(GString *text, double value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    if (isnan(value)) {
        g_string_append(text, "__builtin_nan(\"\")");
        return;
    }
    if (isinf(value)) {
        g_string_append(text, value > 0 ? "__builtin_inf()" : "-__builtin_inf()");
        return;
    }
    g_ascii_dtostr(digits, sizeof digits, value);
    g_string_append(text, digits);
    if (strpbrk(digits, ".e") == NULL)
        g_string_append(text, ".0");
}

static void
put_integer(GString *text, WeftIdlKind kind, int64_t value)
{
    if (kind == WEFT_IDL_I64 && value == INT64_MIN)
        g_string_append(text, "INT64_MIN");
    else if (kind == WEFT_IDL_I64)
        g_string_append_printf(text, "INT64_C(%" G_GINT64_FORMAT ")", value);
    else if (value == INT32_MIN)
        g_string_append(text, "INT32_MIN");
    else
        g_string_append_printf(text, "%" G_GINT64_FORMAT, value);
}

static void
put_enum(GString *text, const WeftIdlType *type, const WeftIdlValue *value)
{
    if (value->enum_value != NULL)
        g_string_append(text, value->enum_value->c_name);
    else
        g_string_append_printf(text, "(%s)%d", type->enumeration->definition.c_type,
                               (int)value->integer);
}

static void
put_uuid(GString *text, const uint8_t *bytes)
{
    g_string_append(text, "{{");
    for (unsigned i = 0; i < 16; i++)
        g_string_append_printf(text, i == 0 ? "0x%02x" : ", 0x%02x", bytes[i]);
    g_string_append(text, "}}");
}

/* Values nest as deep as WEFT_IDL_MAX_NESTING allows, structs as WEFT_IDL_MAX_STRUCT_CHAIN. */
static void put_value(GString *text, const WeftEmitFile *file, const WeftIdlType *type,
                      const WeftIdlValue *value);

static void
put_container(GString *text, const WeftEmitFile *file, const WeftIdlType *type,
              const WeftIdlValue *value)
{
    const WeftEmitContainer *container = weft_emit_container(file, type);

    if (value->items == NULL) {
        g_string_append(text, "{NULL, 0}");
        return;
    }
    g_string_append_printf(text, "{(%s[]){",
                           type->kind == WEFT_IDL_MAP ? container->c_pair
                                                      : weft_emit_true_c_type(file, type->element));
    for (const WeftIdlItem *item = value->items; item != NULL; item = item->next) {
        if (item != value->items)
            g_string_append(text, ", ");
        if (type->kind == WEFT_IDL_MAP) {
            g_string_append_c(text, '{');
            put_value(text, file, type->key, item->key);
            g_string_append(text, ", ");
        }
        put_value(text, file, type->element, item->value);
        if (type->kind == WEFT_IDL_MAP)
            g_string_append_c(text, '}');
    }
    g_string_append_printf(text, "}, %u}", value->n_items);
}

/** What @items, members of a struct, say of @field.  (nullable) */
static const WeftIdlValue *
find_item(const WeftIdlField *field, const WeftIdlItem *items)
{
    const WeftIdlValue *found = NULL;

    for (const WeftIdlItem *item = items; item != NULL; item = item->next) {
        if (item->field == field)
            found = item->value;
    }
    return found;
}

static void put_struct(GString *text, const WeftEmitFile *file, const WeftIdlStruct *structure,
                       const WeftIdlItem *items);

/** Append ", .member = " for all but the first. */
static void
put_designator(GString *text, size_t begin, const char *name)
{
    g_string_append_printf(text, text->len > begin ? ", .%s = " : ".%s = ", name);
}

static void
put_member(GString *text, const WeftEmitFile *file, const WeftIdlStruct *structure,
           const WeftIdlField *field, const WeftIdlValue *value)
{
    if (!weft_emit_is_pointer(structure, field)) {
        put_value(text, file, field->type, value);
        return;
    }
    const WeftIdlType *type = weft_idl_type_true(field->type);
    g_string_append_printf(text, "&(%s)", weft_emit_true_c_type(file, type));
    if (weft_emit_is_struct(type) || weft_emit_is_container(type) || weft_emit_is_string(type) ||
        type->kind == WEFT_IDL_UUID) {
        put_value(text, file, field->type, value);
        return;
    }
    g_string_append_c(text, '{');
    put_value(text, file, field->type, value);
    g_string_append_c(text, '}');
}

static void
put_union(GString *text, const WeftEmitFile *file, const WeftIdlStruct *structure,
          const WeftIdlItem *items)
{
    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next) {
        const WeftIdlValue *value = find_item(field, items);
        if (value == NULL)
            continue;
        g_string_append_printf(text, ".which = %s, .%s = ", field->c_constant, field->c_name);
        put_member(text, file, structure, field, value);
        return;
    }
}

/** A struct that begins with its own defaults, where it stands or where a pointer leads. */
static void
put_initial_struct(GString *text, size_t begin, const WeftEmitFile *file,
                   const WeftIdlStruct *structure, const WeftIdlField *field)
{
    g_autofree char *initial = weft_emit_initial(file, weft_emit_struct_of(field->type));

    if (weft_emit_is_pointer(structure, field)) {
        put_designator(text, begin, field->c_name);
        g_string_append_printf(text, "&(%s)", weft_emit_true_c_type(file, field->type));
        put_struct(text, file, weft_emit_struct_of(field->type), NULL);
    } else if (initial != NULL) {
        put_designator(text, begin, field->c_name);
        g_string_append(text, initial);
    }
}

/** What @field of a value that is spelled out begins as.  (nullable) */
static const WeftIdlValue *
default_of(const WeftIdlStruct *structure, const WeftIdlField *field, bool is_inside)
{
    /* `struct S { 1: optional S s = {} }` goes on for ever: what a default is inside of ends there.
     */
    const bool leads_on =
        weft_emit_is_container(field->type) || weft_emit_is_pointer(structure, field);

    return is_inside && leads_on ? NULL : field->initial;
}

/** The members that are not zero.  What is optional is absent, whatever its default. */
static void
put_members(GString *text, const WeftEmitFile *file, const WeftIdlStruct *structure,
            const WeftIdlItem *items)
{
    const size_t begin = text->len;
    const bool is_inside = g_ptr_array_find(file->spelled, structure, NULL);
    g_autoptr(GString) has = g_string_new(NULL);

    g_ptr_array_add(file->spelled, (gpointer)structure);
    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next) {
        const WeftIdlValue *given = find_item(field, items);
        const WeftIdlValue *value = given != NULL ? given : default_of(structure, field, is_inside);
        if (value != NULL) {
            put_designator(text, begin, field->c_name);
            put_member(text, file, structure, field, value);
        } else if (weft_emit_begins_somewhere(structure, field)) {
            put_initial_struct(text, begin, file, structure, field);
        }
        if (given != NULL && weft_emit_has_presence(structure, field)) {
            put_designator(has, 0, field->c_name);
            g_string_append(has, "true");
        }
    }
    g_ptr_array_set_size(file->spelled, (int)file->spelled->len - 1);
    if (has->len > 0) {
        put_designator(text, begin, "has");
        g_string_append_printf(text, "{%s}", has->str);
    }
}

/** A first member that is zero: compilers want braces where "{0}" leaves them out. */
static void
put_zero(GString *text, const WeftIdlStruct *structure)
{
    const WeftIdlField *first = structure->fields;

    if (structure->flavour == WEFT_IDL_UNION || first == NULL) {
        g_string_append_c(text, '0');
        return;
    }
    g_string_append_printf(text, ".%s = ", first->c_name);
    if (weft_emit_is_pointer(structure, first)) {
        g_string_append(text, "NULL");
    } else if (weft_emit_is_string(first->type) || weft_emit_is_container(first->type)) {
        g_string_append(text, "{NULL, 0}");
    } else if (weft_emit_is_struct(first->type)) {
        g_string_append_c(text, '{');
        put_zero(text, weft_emit_struct_of(first->type));
        g_string_append_c(text, '}');
    } else {
        const bool is_uuid = weft_idl_type_true(first->type)->kind == WEFT_IDL_UUID;
        g_string_append(text, is_uuid ? "{{0}}" : "0");
    }
}

/** Append what is not zero.  Returns: whether there is anything */
static bool
put_nonzero(GString *text, const WeftEmitFile *file, const WeftIdlStruct *structure,
            const WeftIdlItem *items)
{
    const size_t begin = text->len;

    if (structure->flavour == WEFT_IDL_UNION)
        put_union(text, file, structure, items);
    else
        put_members(text, file, structure, items);
    return text->len > begin;
}

static void
put_struct(GString *text, const WeftEmitFile *file, const WeftIdlStruct *structure,
           const WeftIdlItem *items)
{
    g_string_append_c(text, '{');
    if (!put_nonzero(text, file, structure, items))
        put_zero(text, structure);
    g_string_append_c(text, '}');
}

static void
put_value(GString *text, const WeftEmitFile *file, const WeftIdlType *type,
          const WeftIdlValue *value)
{
    type = weft_idl_type_true(type);
    switch (type->kind) {
    case WEFT_IDL_BOOL:
        g_string_append(text, value->boolean ? "true" : "false");
        break;
    case WEFT_IDL_I8:
    case WEFT_IDL_I16:
    case WEFT_IDL_I32:
    case WEFT_IDL_I64:
        put_integer(text, type->kind, value->integer);
        break;
    case WEFT_IDL_DOUBLE:
        put_double(text, value->real);
        break;
    case WEFT_IDL_STRING:
    case WEFT_IDL_BINARY:
        g_string_append_c(text, '{');
        put_quoted(text, value->string.data, value->string.length);
        g_string_append_printf(text, ", %u}", value->string.length);
        break;
    case WEFT_IDL_UUID:
        put_uuid(text, value->uuid);
        break;
    case WEFT_IDL_LIST:
    case WEFT_IDL_SET:
    case WEFT_IDL_MAP:
        put_container(text, file, type, value);
        break;
    case WEFT_IDL_ENUM:
        put_enum(text, type, value);
        break;
    case WEFT_IDL_STRUCT:
        put_struct(text, file, type->structure, value->items);
        break;
    case WEFT_IDL_VOID:
    case WEFT_IDL_TYPEDEF:
        g_assert_not_reached();
    }
}

char *
weft_emit_value(const WeftEmitFile *file, const WeftIdlType *type, const WeftIdlValue *value)
{
    GString *text = g_string_new(NULL);

    put_value(text, file, type, value);
    return g_string_free(text, FALSE);
}

char *
weft_emit_initial(const WeftEmitFile *file, const WeftIdlStruct *structure)
{
    g_autoptr(GString) text = g_string_new("{");

    if (!put_nonzero(text, file, structure, NULL))
        return NULL;
    g_string_append_c(text, '}');
    return g_string_free(g_steal_pointer(&text), FALSE);
}
