/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that say how many bytes a value takes.
 */

#include "codegen/emit_codec.h"

/** The bytes that every value of @type takes; 0: they differ. */
static unsigned
fixed_bytes(const WeftEmitCodec *codec, const WeftIdlType *type)
{
    const WeftIdlKind kind = weft_idl_type_true(type)->kind;

    switch (kind) {
    case WEFT_IDL_BOOL:
    case WEFT_IDL_I8:
        return 1;
    case WEFT_IDL_DOUBLE:
        return 8;
    case WEFT_IDL_UUID:
        return 16;
    case WEFT_IDL_I16:
        return codec->protocol->is_compact ? 0 : 2;
    case WEFT_IDL_I32:
    case WEFT_IDL_ENUM:
        return codec->protocol->is_compact ? 0 : 4;
    case WEFT_IDL_I64:
        return codec->protocol->is_compact ? 0 : 8;
    case WEFT_IDL_VOID:
    case WEFT_IDL_STRING:
    case WEFT_IDL_BINARY:
    case WEFT_IDL_LIST:
    case WEFT_IDL_SET:
    case WEFT_IDL_MAP:
    case WEFT_IDL_STRUCT:
    case WEFT_IDL_TYPEDEF:
        break;
    }
    return 0;
}

/** The expression of what a value at @place takes.  (transfer full) */
static char *
size_of(const WeftEmitCodec *codec, const WeftIdlType *type, const WeftEmitPlace *place)
{
    const unsigned n_bytes = fixed_bytes(codec, type);

    if (n_bytes > 0)
        return g_strdup_printf("%u", n_bytes);
    if (weft_emit_is_string(type))
        return codec->protocol->is_compact
                   ? g_strdup_printf("weft_thrift_compact_string_size(%s)", place->value)
                   : g_strdup_printf("4 + (size_t)%s.length", place->value);
    if (weft_emit_is_struct(type) || weft_emit_is_container(type)) {
        g_autofree char *function = weft_emit_function_of(codec, type, "size");
        return g_strdup_printf("%s(%s)", function, place->address);
    }
    return g_strdup_printf("weft_thrift_compact_i64_size(%s%s)",
                           weft_idl_type_true(type)->kind == WEFT_IDL_ENUM ? "(int32_t)" : "",
                           place->value);
}

/** A struct begun by the pointer of a string has its member in brackets. */
static WeftEmitPlace
place_of(const WeftIdlStruct *structure, const WeftIdlField *field)
{
    WeftEmitPlace place = weft_emit_member_place(structure, field);

    if (weft_emit_is_pointer(structure, field)) {
        char *bare = place.value;
        place.value = g_strdup_printf("(%s)", bare);
        g_free(bare);
    }
    return place;
}

static void
put_field(const WeftEmitCodec *codec, const WeftIdlStruct *structure, const WeftIdlField *field)
{
    g_auto(WeftEmitPlace) place = place_of(structure, field);
    g_autofree char *condition = structure->flavour == WEFT_IDL_UNION
                                     ? g_strdup_printf("typed->which == %s", field->c_constant)
                                     : weft_emit_condition(structure, field);
    g_autofree char *value = size_of(codec, field->type, &place);
    g_autofree char *head =
        codec->protocol->is_compact
            ? g_strdup_printf("weft_thrift_compact_field_size(%d, &last_id)", field->id)
            : g_strdup("3");
    const bool is_in_head =
        codec->protocol->is_compact && weft_idl_type_true(field->type)->kind == WEFT_IDL_BOOL;

    if (structure->flavour == WEFT_IDL_UNION && weft_emit_is_pointer(structure, field)) {
        g_autofree char *set = g_steal_pointer(&condition);
        condition = g_strdup_printf("%s && typed->%s != NULL", set, field->c_name);
    }
    if (condition != NULL)
        weft_code_line(codec->code, "if (%s)", condition);
    weft_code_line(codec->code, "%ssize += %s%s%s;", condition != NULL ? "    " : "", head,
                   is_in_head ? "" : " + ", is_in_head ? "" : value);
}

/** Whether every value has @field, and in as many bytes as every other. */
static bool
is_constant(const WeftEmitCodec *codec, const WeftIdlStruct *structure, const WeftIdlField *field)
{
    g_autofree char *condition = weft_emit_condition(structure, field);

    return structure->flavour != WEFT_IDL_UNION && condition == NULL &&
           fixed_bytes(codec, field->type) > 0;
}

void
weft_emit_struct_size(const WeftEmitCodec *codec, const WeftIdlStruct *structure)
{
    WeftCode *code = codec->code;
    const WeftIdlDefinition *definition = &structure->definition;
    const bool is_compact = codec->protocol->is_compact;
    unsigned n_constant_bytes = 1; /* the end */
    bool differs = false;

    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next) {
        const bool is_same = is_constant(codec, structure, field);
        differs = differs || !is_same;
        n_constant_bytes += is_same && !is_compact ? 3 + fixed_bytes(codec, field->type) : 0;
    }
    weft_code_function(code, "static size_t", "%s_size_%s(const void *value%s)",
                       definition->c_lower, codec->protocol->name, differs ? "" : " G_GNUC_UNUSED");
    if (differs)
        weft_code_line(code, "const %s *typed = value;", definition->c_type);
    if (is_compact && structure->fields != NULL)
        weft_code_line(code, "int16_t last_id = 0;");
    weft_code_line(code, "size_t size = %u;", n_constant_bytes);
    weft_code_gap(code);
    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next) {
        /* In the compact protocol, the size of a head depends on what stands before it. */
        if (is_compact || !is_constant(codec, structure, field))
            put_field(codec, structure, field);
    }
    weft_code_line(code, "return size;");
    weft_code_close(code, "}");
}

static char *
head_size(const WeftEmitCodec *codec, const WeftIdlType *type)
{
    const char *noun = weft_emit_container_noun(type);

    if (codec->protocol->is_compact)
        return g_strdup_printf("weft_thrift_compact_%s_size(%s->n_items)",
                               type->kind == WEFT_IDL_MAP ? "map" : "list", noun);
    return g_strdup(type->kind == WEFT_IDL_MAP ? "6" : "5");
}

void
weft_emit_container_size(const WeftEmitCodec *codec, const WeftEmitContainer *container)
{
    WeftCode *code = codec->code;
    const WeftIdlType *type = container->type;
    const char *noun = weft_emit_container_noun(type);
    const bool is_map = type->kind == WEFT_IDL_MAP;
    const unsigned item_bytes = fixed_bytes(codec, type->element);
    const unsigned key_bytes = is_map ? fixed_bytes(codec, type->key) : 0;
    g_autofree char *head = head_size(codec, type);
    g_auto(WeftEmitPlace) key = weft_emit_place("map->items[i].key");
    g_autofree char *item = g_strdup_printf("%s->items[i]%s", noun, is_map ? ".value" : "");
    g_auto(WeftEmitPlace) element = weft_emit_place(item);

    weft_code_function(code, "static size_t", "%s_size_%s(const %s *%s)", container->c_lower,
                       codec->protocol->name, container->c_type, noun);
    if (item_bytes > 0 && (!is_map || key_bytes > 0)) {
        weft_code_line(code, "return %s + (size_t)%s->n_items * %u;", head, noun,
                       item_bytes + key_bytes);
        weft_code_close(code, "}");
        return;
    }
    weft_code_line(code, "size_t size = %s;", head);
    weft_code_gap(code);
    weft_code_line(code, "for (uint32_t i = 0; i < %s->n_items; i++)", noun);
    g_autofree char *key_size = is_map ? size_of(codec, type->key, &key) : g_strdup("");
    g_autofree char *value_size = size_of(codec, type->element, &element);
    weft_code_line(code, "    size += %s%s%s;", key_size, is_map ? " + " : "", value_size);
    weft_code_line(code, "return size;");
    weft_code_close(code, "}");
}
