/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of types.  Most are the library's, with the type filled in.
 */

#include "codegen/emit_interface.h"

#include "codegen/emit_value.h"

#include <string.h>

/* ---- structs ---- */

/**
 * A function of a struct: @T and @l stand for its name in C and that of its functions.
 */
typedef struct {
    const char *result;
    const char *head;
    const char *body;   /* one statement */
    bool of_exceptions; /* only they have it */
} Template;

static const Template templates[] = {
    {"void", "@l_copy(const @T *value, WeftArena *arena, @T *ret_copy)",
     "weft_thrift_copy(&@l_type, value, arena, ret_copy);", false},
    {"bool", "@l_equal(const @T *left, const @T *right)",
     "return weft_thrift_equal(&@l_type, left, right);", false},
    {"uint64_t", "@l_hash(const @T *value)", "return weft_thrift_hash(&@l_type, value);", false},
    {"char *", "@l_to_string(const @T *value)", "return weft_thrift_to_string(&@l_type, value);",
     false},
    {"char *", "@l_to_json(const @T *value, unsigned indent)",
     "return weft_thrift_to_json(&@l_type, value, indent);", false},
    {"gboolean",
     "@l_from_json(@T *value, const char *json, size_t length, WeftArena *arena, GError "
     "**error)",
     "@l_init(value);\n"
     "return weft_thrift_from_json(&@l_type, value, json, length, arena, error);",
     false},
    {"GBytes *", "@l_encode(const @T *value, WeftThriftProtocol protocol, GError **error)",
     "return weft_thrift_encode(&@l_type, protocol, value, error);", false},
    {"gboolean",
     "@l_decode(@T *value, WeftThriftProtocol protocol, const void *data, size_t size, "
     "WeftArena *arena, GError **error)",
     "@l_init(value);\n"
     "return weft_thrift_decode(&@l_type, protocol, value, data, size, arena, error);",
     false},
    {"size_t", "@l_size(const @T *value, WeftThriftProtocol protocol)",
     "return weft_thrift_size(&@l_type, protocol, value);", false},
    {"gboolean", "@l_throw(const @T *exception, GError **error)",
     "return weft_thrift_throw(&@l_type, exception, error);", true},
    {"const @T *", "@l_caught(const GError *error)", "return weft_thrift_caught(&@l_type, error);",
     true},
};

/** @template with the names of @definition.  (transfer full) */
static char *
fill(const char *template, const WeftIdlDefinition *definition)
{
    g_auto(GStrv) parts = g_strsplit(template, "@T", -1);
    g_autofree char *typed = g_strjoinv(definition->c_type, parts);
    g_auto(GStrv) pieces = g_strsplit(typed, "@l", -1);

    return g_strjoinv(definition->c_lower, pieces);
}

static bool
has_function(const Template *template, const WeftIdlStruct *structure)
{
    return !template->of_exceptions || structure->flavour == WEFT_IDL_EXCEPTION;
}

static void
put_prototype(WeftCode *code, const char *result, const char *head)
{
    weft_code_line(code, "%s%s%s;", result, g_str_has_suffix(result, "*") ? "" : " ", head);
}

static void
put_struct_prototypes(WeftCode *code, const WeftIdlStruct *structure)
{
    const WeftIdlDefinition *definition = &structure->definition;

    weft_code_gap(code);
    weft_code_line(code, "extern const WeftThriftType %s_type;", definition->c_lower);
    weft_code_line(code, "void %s_init(%s *value);", definition->c_lower, definition->c_type);
    for (unsigned i = 0; i < G_N_ELEMENTS(templates); i++) {
        if (!has_function(&templates[i], structure))
            continue;
        g_autofree char *result = fill(templates[i].result, definition);
        g_autofree char *head = fill(templates[i].head, definition);
        put_prototype(code, result, head);
    }
}

static void
put_lines(WeftCode *code, const char *lines)
{
    g_auto(GStrv) each = g_strsplit(lines, "\n", -1);

    for (char **line = each; *line != NULL; line++)
        weft_code_line(code, "%s", *line);
}

static void
put_struct_functions(WeftCode *code, const WeftEmitFile *file, const WeftIdlStruct *structure)
{
    const WeftIdlDefinition *definition = &structure->definition;
    g_autofree char *initial = weft_emit_initial(file, structure);

    weft_code_function(code, "void", "%s_init(%s *value)", definition->c_lower, definition->c_type);
    if (initial != NULL)
        weft_code_line(code, "*value = %s_initial;", definition->c_lower);
    else
        weft_code_line(code, "*value = (%s){0};", definition->c_type);
    weft_code_close(code, "}");
    for (unsigned i = 0; i < G_N_ELEMENTS(templates); i++) {
        if (!has_function(&templates[i], structure))
            continue;
        g_autofree char *result = fill(templates[i].result, definition);
        g_autofree char *head = fill(templates[i].head, definition);
        g_autofree char *body = fill(templates[i].body, definition);
        weft_code_function(code, result, "%s", head);
        put_lines(code, body);
        weft_code_close(code, "}");
    }
}

/* ---- enums ---- */

static void
put_enum_prototypes(WeftCode *code, const WeftIdlEnum *enumeration)
{
    const WeftIdlDefinition *definition = &enumeration->definition;

    weft_code_gap(code);
    weft_code_line(code, "extern const WeftThriftType %s_type;", definition->c_lower);
    weft_code_line(code, "const char *%s_name(%s value);", definition->c_lower, definition->c_type);
    weft_code_line(code, "bool %s_from_name(const char *name, %s *ret_value);", definition->c_lower,
                   definition->c_type);
}

static void
put_enum_functions(WeftCode *code, const WeftIdlEnum *enumeration)
{
    const WeftIdlDefinition *definition = &enumeration->definition;
    const char *lower = definition->c_lower;
    const char *unused = enumeration->values == NULL ? " G_GNUC_UNUSED" : "";

    weft_code_function(code, "const char *", "%s_name(%s value%s)", lower, definition->c_type,
                       unused);
    if (enumeration->values != NULL) {
        weft_code_open(code, "for (size_t i = 0; i < G_N_ELEMENTS(%s_values); i++)", lower);
        weft_code_line(code, "if (%s_values[i].value == (int32_t)value)", lower);
        weft_code_line(code, "    return %s_values[i].name;", lower);
        weft_code_close(code, "}");
    }
    weft_code_line(code, "return NULL;");
    weft_code_close(code, "}");

    weft_code_function(code, "bool", "%s_from_name(const char *name%s, %s *ret_value%s)", lower,
                       unused, definition->c_type, unused);
    if (enumeration->values != NULL) {
        weft_code_open(code, "for (size_t i = 0; i < G_N_ELEMENTS(%s_values); i++)", lower);
        weft_code_open(code, "if (strcmp(%s_values[i].name, name) == 0)", lower);
        weft_code_line(code, "*ret_value = (%s)%s_values[i].value;", definition->c_type, lower);
        weft_code_line(code, "return true;");
        weft_code_close(code, "}");
        weft_code_close(code, "}");
    }
    weft_code_line(code, "return false;");
    weft_code_close(code, "}");
}

/* ---- maps and sets ---- */

/** Whether a function looks something up in it. */
static bool
is_looked_up(const WeftEmitContainer *container)
{
    return container->is_first && container->type->kind != WEFT_IDL_LIST;
}

/** "const int64_t *string_i64_map_find(StringI64Map map, WeftString key)", without its result. */
static char *
lookup_head(const WeftEmitFile *file, const WeftEmitContainer *container)
{
    const bool is_map = container->type->kind == WEFT_IDL_MAP;
    g_autofree char *key = weft_emit_parameter(
        file, weft_idl_type_true(is_map ? container->type->key : container->type->element),
        is_map ? "key" : "item");

    return g_strdup_printf("%s_%s(%s %s, %s)", container->c_lower, is_map ? "find" : "contains",
                           container->c_type, is_map ? "map" : "set", key);
}

static char *
lookup_result(const WeftEmitFile *file, const WeftEmitContainer *container)
{
    if (container->type->kind == WEFT_IDL_SET)
        return g_strdup("bool");
    return g_strdup_printf("const %s *", weft_emit_true_c_type(file, container->type->element));
}

static void
put_lookup_prototypes(WeftCode *code, const WeftEmitFile *file)
{
    weft_code_gap(code);
    for (unsigned i = 0; i < file->containers->len; i++) {
        const WeftEmitContainer *container = file->containers->pdata[i];
        if (!is_looked_up(container))
            continue;
        g_autofree char *result = lookup_result(file, container);
        g_autofree char *head = lookup_head(file, container);
        put_prototype(code, result, head);
    }
}

/** The condition that @left is what @right, a parameter, is.  (transfer full) */
static char *
comparison(const WeftEmitFile *file, const WeftIdlType *type, const char *left, const char *right)
{
    type = weft_idl_type_true(type);
    if (weft_emit_is_string(type))
        return g_strdup_printf("weft_string_equal(%s, %s)", left, right);
    if (weft_emit_is_struct(type) || weft_emit_is_container(type)) {
        g_autofree char *expression = weft_emit_type_expression(file, type);
        return g_strdup_printf("weft_thrift_equal(%s, &%s, %s%s)", expression, left,
                               weft_emit_is_struct(type) ? "" : "&", right);
    }
    if (type->kind == WEFT_IDL_UUID)
        return g_strdup_printf("memcmp(&%s, &%s, sizeof %s) == 0", left, right, right);
    return g_strdup_printf("%s == %s", left, right);
}

static void
put_lookup_function(WeftCode *code, const WeftEmitFile *file, const WeftEmitContainer *container)
{
    const bool is_map = container->type->kind == WEFT_IDL_MAP;
    const char *noun = is_map ? "map" : "set";
    g_autofree char *result = lookup_result(file, container);
    g_autofree char *head = lookup_head(file, container);
    g_autofree char *left = g_strdup_printf("%s.items[i]%s", noun, is_map ? ".key" : "");
    g_autofree char *condition =
        comparison(file, is_map ? container->type->key : container->type->element, left,
                   is_map ? "key" : "item");

    /* Files that do not know each other may both have the same map. */
    if (!container->is_private) {
        g_autofree char *weak = g_strconcat("__attribute__((weak)) ", result, NULL);
        weft_code_function(code, weak, "%s", head);
    } else {
        weft_code_function(code, result, "%s", head);
    }
    weft_code_open(code, "for (uint32_t i = 0; i < %s.n_items; i++)", noun);
    weft_code_line(code, "if (%s)", condition);
    weft_code_line(code, is_map ? "    return &map.items[i].value;" : "    return true;");
    weft_code_close(code, "}");
    weft_code_line(code, is_map ? "return NULL;" : "return false;");
    weft_code_close(code, "}");
}

/* ---- all ---- */

void
weft_emit_interface_prototypes(WeftCode *code, const WeftEmitFile *file)
{
    for (const WeftIdlDefinition *one = file->program->definitions; one != NULL; one = one->next) {
        if (one->what == WEFT_IDL_DEFINES_ENUM)
            put_enum_prototypes(code, (const WeftIdlEnum *)one);
        if (one->what == WEFT_IDL_DEFINES_STRUCT)
            put_struct_prototypes(code, (const WeftIdlStruct *)one);
    }
    put_lookup_prototypes(code, file);
}

void
weft_emit_interface_functions(WeftCode *code, const WeftEmitFile *file)
{
    for (const WeftIdlDefinition *one = file->program->definitions; one != NULL; one = one->next) {
        if (one->what == WEFT_IDL_DEFINES_ENUM)
            put_enum_functions(code, (const WeftIdlEnum *)one);
        if (one->what == WEFT_IDL_DEFINES_STRUCT)
            put_struct_functions(code, file, (const WeftIdlStruct *)one);
    }
    for (unsigned i = 0; i < file->containers->len; i++) {
        const WeftEmitContainer *container = file->containers->pdata[i];
        if (is_looked_up(container))
            put_lookup_function(code, file, container);
    }
}
