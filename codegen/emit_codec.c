/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which functions a file needs, and in which order; and what reading, writing and measuring share.
 */

#include "codegen/emit_codec.h"

#include <string.h>

static const WeftEmitProtocol protocols[] = {
    {"binary", "BINARY", false},
    {"compact", "COMPACT", true},
};

WeftEmitPlace
weft_emit_place(const char *value)
{
    return (WeftEmitPlace){g_strdup(value), g_strconcat("&", value, NULL)};
}

WeftEmitPlace
weft_emit_pointer_place(const char *pointer)
{
    return (WeftEmitPlace){g_strconcat("*", pointer, NULL), g_strdup(pointer)};
}

void
weft_emit_place_clear(WeftEmitPlace *place)
{
    g_clear_pointer(&place->value, g_free);
    g_clear_pointer(&place->address, g_free);
}

WeftEmitPlace
weft_emit_member_place(const WeftIdlStruct *structure, const WeftIdlField *field)
{
    g_autofree char *member = g_strconcat("typed->", field->c_name, NULL);

    return weft_emit_is_pointer(structure, field) ? weft_emit_pointer_place(member)
                                                  : weft_emit_place(member);
}

char *
weft_emit_condition(const WeftIdlStruct *structure, const WeftIdlField *field)
{
    if (weft_emit_has_presence(structure, field))
        return g_strdup_printf("typed->has.%s", field->c_name);
    if (structure->flavour != WEFT_IDL_UNION && weft_emit_is_pointer(structure, field))
        return g_strdup_printf("typed->%s != NULL", field->c_name);
    return NULL;
}

char *
weft_emit_function_of(const WeftEmitCodec *codec, const WeftIdlType *type, const char *verb)
{
    const WeftIdlStruct *structure = weft_emit_struct_of(type);
    const char *lower = weft_emit_c_lower(codec->file, type);

    if (structure != NULL && structure->definition.program != codec->file->program)
        return g_strdup_printf("%s_type.%s.%s", lower, codec->protocol->name, verb);
    return g_strdup_printf("%s_%s_%s", lower, verb, codec->protocol->name);
}

const char *
weft_emit_container_noun(const WeftIdlType *type)
{
    if (type->kind == WEFT_IDL_MAP)
        return "map";
    return type->kind == WEFT_IDL_SET ? "set" : "list";
}

bool
weft_emit_is_short(const WeftIdlType *type)
{
    return !weft_emit_is_string(type) && !weft_emit_is_struct(type) &&
           !weft_emit_is_container(type);
}

void
weft_emit_check(const WeftEmitCodec *codec)
{
    weft_code_line(codec->code, "if (G_UNLIKELY(at == NULL))");
    weft_code_line(codec->code, "    return NULL;");
}

/* ---- the order ---- */

typedef struct {
    WeftCode *code;
    const WeftEmitFile *file;
    GHashTable *begun; /* structs and containers */
    GHashTable *done;
    GHashTable *announced;
} Order;

static void put_struct(Order *order, const WeftIdlStruct *structure);

/** Functions of @structure are called before they are defined. */
static void
announce(Order *order, const WeftIdlStruct *structure)
{
    const char *lower = structure->definition.c_lower;

    if (!g_hash_table_add(order->announced, (gpointer)structure))
        return;
    weft_code_gap(order->code);
    for (unsigned i = 0; i < G_N_ELEMENTS(protocols); i++) {
        const char *name = protocols[i].name;
        weft_code_line(order->code,
                       "static uint8_t *%s_write_%s(const void *value, uint8_t *at, "
                       "WeftThriftWriter *writer);",
                       lower, name);
        weft_code_line(order->code,
                       "static const uint8_t *%s_read_%s(void *value, const uint8_t *at, "
                       "WeftThriftReader *reader);",
                       lower, name);
        weft_code_line(order->code, "static size_t %s_size_%s(const void *value);", lower, name);
    }
}

static void
put_container(Order *order, const WeftEmitContainer *container)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(protocols); i++) {
        const WeftEmitCodec codec = {order->code, order->file, &protocols[i]};
        weft_emit_container_write(&codec, container);
        weft_emit_container_read(&codec, container);
        weft_emit_container_size(&codec, container);
    }
}

/** Have the functions of @type defined, or announced where they are about to be. */
static void
require(Order *order, const WeftIdlType *type)
{
    type = weft_idl_type_true(type);
    if (type->kind == WEFT_IDL_STRUCT) {
        put_struct(order, type->structure);
        if (type->structure->definition.program == order->file->program &&
            !g_hash_table_contains(order->done, type->structure))
            announce(order, type->structure);
        return;
    }
    if (!weft_emit_is_container(type))
        return;
    const WeftEmitContainer *container = weft_emit_container(order->file, type);
    if (!g_hash_table_add(order->begun, (gpointer)container))
        return;
    if (type->kind == WEFT_IDL_MAP)
        require(order, type->key);
    require(order, type->element);
    put_container(order, container);
}

static void
put_struct(Order *order, const WeftIdlStruct *structure)
{
    if (structure->definition.program != order->file->program ||
        !g_hash_table_add(order->begun, (gpointer)structure))
        return;
    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next)
        require(order, field->type);
    for (unsigned i = 0; i < G_N_ELEMENTS(protocols); i++) {
        const WeftEmitCodec codec = {order->code, order->file, &protocols[i]};
        weft_emit_struct_write(&codec, structure);
        weft_emit_struct_read(&codec, structure);
        weft_emit_struct_size(&codec, structure);
    }
    g_hash_table_add(order->done, (gpointer)structure);
}

static void
put_service(Order *order, const WeftIdlService *service)
{
    for (const WeftIdlFunction *function = service->functions; function != NULL;
         function = function->next) {
        put_struct(order, function->arguments);
        if (function->answer != NULL)
            put_struct(order, function->answer);
    }
}

void
weft_emit_codecs(WeftCode *code, const WeftEmitFile *file)
{
    Order order = {code, file, g_hash_table_new(NULL, NULL), g_hash_table_new(NULL, NULL),
                   g_hash_table_new(NULL, NULL)};

    for (const WeftIdlDefinition *one = file->program->definitions; one != NULL; one = one->next) {
        if (one->what == WEFT_IDL_DEFINES_STRUCT)
            put_struct(&order, (const WeftIdlStruct *)one);
        if (one->what == WEFT_IDL_DEFINES_SERVICE)
            put_service(&order, (const WeftIdlService *)one);
    }
    g_hash_table_unref(order.begun);
    g_hash_table_unref(order.done);
    g_hash_table_unref(order.announced);
}
