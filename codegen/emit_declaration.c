/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Types stand in the order of the IDL; what one needs is put before it, and what leads back to it
 * by a pointer is announced only.
 */

#include "codegen/emit_declaration.h"

#include "codegen/emit_value.h"

#include <string.h>

enum {
    MAX_DEFAULT_TEXT = 30, /* of a note that says the default */
};

typedef struct {
    WeftCode *code;
    const WeftEmitFile *file;
    GHashTable *begun;     /* definitions and containers that were met */
    GHashTable *complete;  /* of those, the ones C knows whole */
    GHashTable *put;       /* names of containers: one of lists and one of sets may be the same */
    GPtrArray *late_pairs; /* of WeftEmitContainer: maps whose pair waits for a struct */
} Declarations;

static void declare_type(Declarations *declarations, const WeftIdlType *type);

/* ---- containers ---- */

/** Whether C knows the struct behind @type whole. */
static bool
is_complete(const Declarations *declarations, const WeftIdlType *type)
{
    const WeftIdlStruct *structure = weft_emit_struct_of(type);

    return structure == NULL || structure->definition.program != declarations->file->program ||
           g_hash_table_contains(declarations->complete, structure);
}

static void
put_member(WeftCode *code, const char *c_type, const char *name)
{
    weft_code_line(code, "%s %s;", c_type, name);
}

static void
put_pair(Declarations *declarations, const WeftEmitContainer *container)
{
    WeftCode *code = declarations->code;

    weft_code_open(code, "typedef struct %s", container->c_pair);
    put_member(code, weft_emit_true_c_type(declarations->file, container->type->key), "key");
    put_member(code, weft_emit_true_c_type(declarations->file, container->type->element), "value");
    g_autofree char *end = g_strdup_printf("} %s;", container->c_pair);
    weft_code_close(code, end);
    weft_code_gap(code);
}

/** A struct that is not there yet, but a pointer to it is needed. */
static void
announce(Declarations *declarations, const WeftIdlType *type)
{
    if (is_complete(declarations, type))
        return;
    const char *c_type = weft_emit_struct_of(type)->definition.c_type;
    weft_code_gap(declarations->code);
    weft_code_line(declarations->code, "typedef struct %s %s;", c_type, c_type);
    weft_code_gap(declarations->code);
}

static void
put_map_pair(Declarations *declarations, const WeftEmitContainer *container)
{
    const WeftIdlType *type = container->type;

    if (is_complete(declarations, type->key) && is_complete(declarations, type->element)) {
        put_pair(declarations, container);
        return;
    }
    weft_code_line(declarations->code, "typedef struct %s %s;", container->c_pair,
                   container->c_pair);
    g_ptr_array_add(declarations->late_pairs, (gpointer)container);
}

static void
put_container(Declarations *declarations, const WeftEmitContainer *container)
{
    WeftCode *code = declarations->code;
    const WeftIdlType *type = container->type;
    g_autofree char *end = g_strdup_printf("} %s;", container->c_type);

    if (type->kind != WEFT_IDL_MAP)
        announce(declarations, type->element);
    weft_code_gap(code);
    if (!container->is_private) {
        weft_code_line(code, "#ifndef WEFT_HAS_%s", container->c_type);
        weft_code_line(code, "#define WEFT_HAS_%s", container->c_type);
    }
    if (type->kind == WEFT_IDL_MAP)
        put_map_pair(declarations, container);
    weft_code_open(code, "typedef struct %s", container->c_type);
    weft_code_line(code, "%s *items;",
                   type->kind == WEFT_IDL_MAP
                       ? container->c_pair
                       : weft_emit_true_c_type(declarations->file, type->element));
    weft_code_line(code, "uint32_t n_items;");
    weft_code_close(code, end);
    if (!container->is_private)
        weft_code_line(code, "#endif");
    weft_code_gap(code);
}

/** Of a container: pointers lead to structs, so these may follow. */
static void
declare_part(Declarations *declarations, const WeftIdlType *type)
{
    type = weft_idl_type_true(type);
    if (type->kind != WEFT_IDL_STRUCT)
        declare_type(declarations, type);
}

static void
declare_container(Declarations *declarations, const WeftIdlType *type)
{
    const WeftEmitContainer *container = weft_emit_container(declarations->file, type);

    if (!g_hash_table_add(declarations->begun, (gpointer)container))
        return;
    if (type->kind == WEFT_IDL_MAP)
        declare_part(declarations, type->key);
    declare_part(declarations, type->element);
    if (container->is_first && !container->is_ready_made &&
        g_hash_table_add(declarations->put, container->c_type))
        put_container(declarations, container);
}

/** Pairs for whose parts @structure was the last to be missing. */
static void
put_late_pairs(Declarations *declarations)
{
    for (unsigned i = 0; i < declarations->late_pairs->len;) {
        const WeftEmitContainer *container = declarations->late_pairs->pdata[i];
        if (!is_complete(declarations, container->type->key) ||
            !is_complete(declarations, container->type->element)) {
            i++;
            continue;
        }
        put_pair(declarations, container);
        g_ptr_array_remove_index(declarations->late_pairs, i);
    }
}

/* ---- definitions ---- */

static void
put_doc(WeftCode *code, const WeftIdlDoc *doc)
{
    if (doc->text != NULL)
        weft_code_comment(code, doc->text);
}

static void
put_enum(WeftCode *code, const WeftIdlEnum *enumeration)
{
    const WeftIdlDefinition *definition = &enumeration->definition;

    weft_code_gap(code);
    put_doc(code, &definition->doc);
    weft_code_open(code, "typedef enum %s", definition->c_type);
    for (const WeftIdlEnumValue *value = enumeration->values; value != NULL; value = value->next) {
        put_doc(code, &value->doc);
        if (value->value == INT32_MIN)
            weft_code_line(code, "%s = INT32_MIN,", value->c_name);
        else
            weft_code_line(code, "%s = %d,", value->c_name, (int)value->value);
    }
    if (enumeration->values == NULL)
        weft_code_line(code, "%s_NO_VALUE = 0, /* C knows no enum without values */",
                       definition->c_upper);
    g_autofree char *end = g_strdup_printf("} %s;", definition->c_type);
    weft_code_close(code, end);
    weft_code_gap(code);
}

static void
put_typedef(const Declarations *declarations, const WeftIdlTypedef *definition)
{
    WeftCode *code = declarations->code;
    const WeftIdlType *type = definition->type;
    const bool is_whole = type->kind != WEFT_IDL_STRUCT || is_complete(declarations, type);

    if (definition->definition.doc.text != NULL)
        weft_code_gap(code);
    put_doc(code, &definition->definition.doc);
    weft_code_line(code, "typedef %s%s %s;", is_whole ? "" : "struct ",
                   weft_emit_c_type(declarations->file, type), definition->definition.c_type);
}

/** "default 7", where that is short.  (transfer full) */
static char *
default_of(const WeftEmitFile *file, const WeftIdlField *field)
{
    g_autofree char *value = weft_emit_value(file, field->type, field->initial);
    const WeftIdlKind kind = weft_idl_type_true(field->type)->kind;

    if (weft_emit_is_container(field->type) || weft_emit_is_struct(field->type) ||
        kind == WEFT_IDL_UUID || strlen(value) > MAX_DEFAULT_TEXT)
        return g_strdup("has a default");
    if (weft_emit_is_string(field->type))
        return g_strdup_printf("default %.*s", (int)(strrchr(value, ',') - value - 1), value + 1);
    if (kind == WEFT_IDL_I64)
        return g_strdup_printf("default %" G_GINT64_FORMAT, field->initial->integer);
    return g_strdup_printf("default %s", value);
}

/** What a reader wants to know of a member, besides its type.  (transfer full) (nullable) */
static char *
note_of(const WeftEmitFile *file, const WeftIdlStruct *structure, const WeftIdlField *field)
{
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);

    if (field->type->kind == WEFT_IDL_SET)
        g_ptr_array_add(notes, g_strdup("a set"));
    if (field->requiredness == WEFT_IDL_REQUIRED)
        g_ptr_array_add(notes, g_strdup("required"));
    if (weft_emit_has_presence(structure, field))
        g_ptr_array_add(notes, g_strdup("optional"));
    else if (weft_emit_is_pointer(structure, field))
        g_ptr_array_add(notes, g_strdup("NULL: absent"));
    if (field->initial != NULL)
        g_ptr_array_add(notes, default_of(file, field));
    if (notes->len == 0)
        return NULL;
    g_ptr_array_add(notes, NULL);
    return g_strjoinv(", ", (char **)notes->pdata);
}

static void
put_field(WeftCode *code, const WeftEmitFile *file, const WeftIdlStruct *structure,
          const WeftIdlField *field)
{
    const WeftIdlStruct *embedded = weft_emit_struct_of(field->type);
    const bool is_pointer = weft_emit_is_pointer(structure, field);
    const bool is_own = is_pointer && embedded != NULL && field->type->kind != WEFT_IDL_TYPEDEF;
    g_autofree char *line =
        g_strdup_printf("%s%s %s%s;", is_own ? "struct " : "", weft_emit_c_type(file, field->type),
                        is_pointer ? "*" : "", field->c_name);
    g_autofree char *note = note_of(file, structure, field);

    if (field->doc.text != NULL)
        weft_code_comment(code, field->doc.text);
    weft_code_member(code, line, note);
}

static void
put_presence(WeftCode *code, const WeftIdlStruct *structure)
{
    if (!weft_emit_any_presence(structure))
        return;
    weft_code_end_members(code);
    weft_code_open(code, "struct");
    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next) {
        if (weft_emit_has_presence(structure, field))
            weft_code_line(code, "bool %s;", field->c_name);
    }
    weft_code_close(code, "} has;");
}

static void
put_union_members(WeftCode *code, const WeftEmitFile *file, const WeftIdlStruct *structure)
{
    weft_code_line(code, "%sField which; /* 0: none */", structure->definition.c_type);
    weft_code_open(code, "union");
    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next)
        put_field(code, file, structure, field);
    if (structure->fields == NULL)
        weft_code_line(code, "char nothing;");
    weft_code_close(code, "};");
}

void
weft_emit_members(WeftCode *code, const WeftEmitFile *file, const WeftIdlStruct *structure)
{
    if (structure->flavour == WEFT_IDL_UNION) {
        put_union_members(code, file, structure);
        return;
    }
    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next)
        put_field(code, file, structure, field);
    put_presence(code, structure);
    if (structure->fields == NULL)
        weft_code_line(code, "char nothing; /* C knows no struct without members */");
    weft_code_end_members(code);
}

static void
put_union_tag(WeftCode *code, const WeftIdlStruct *structure)
{
    weft_code_gap(code);
    weft_code_open(code, "typedef enum %sField", structure->definition.c_type);
    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next)
        weft_code_line(code, "%s = %d,", field->c_constant, field->id);
    if (structure->fields == NULL)
        weft_code_line(code, "%s_NO_FIELD = 0,", structure->definition.c_upper);
    g_autofree char *end = g_strdup_printf("} %sField;", structure->definition.c_type);
    weft_code_close(code, end);
    weft_code_gap(code);
}

static void
declare_struct(Declarations *declarations, const WeftIdlStruct *structure)
{
    WeftCode *code = declarations->code;
    const char *c_type = structure->definition.c_type;

    if (structure->definition.program != declarations->file->program ||
        !g_hash_table_add(declarations->begun, (gpointer)structure))
        return;
    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next) {
        const WeftIdlStruct *embedded = weft_emit_struct_of(field->type);
        if (embedded == NULL || field->type->kind == WEFT_IDL_TYPEDEF)
            declare_type(declarations, field->type);
        if (embedded != NULL && !field->is_pointer)
            declare_struct(declarations, embedded);
    }
    if (structure->flavour == WEFT_IDL_UNION)
        put_union_tag(code, structure);
    weft_code_gap(code);
    put_doc(code, &structure->definition.doc);
    weft_code_open(code, "typedef struct %s", c_type);
    weft_emit_members(code, declarations->file, structure);
    g_autofree char *end = g_strdup_printf("} %s;", c_type);
    weft_code_close(code, end);
    weft_code_gap(code);
    g_hash_table_add(declarations->complete, (gpointer)structure);
    put_late_pairs(declarations);
}

static void
declare_typedef(Declarations *declarations, const WeftIdlTypedef *definition)
{
    if (definition->definition.program != declarations->file->program ||
        !g_hash_table_add(declarations->begun, (gpointer)definition))
        return;
    if (definition->type->kind != WEFT_IDL_STRUCT)
        declare_type(declarations, definition->type);
    put_typedef(declarations, definition);
}

static void
declare_enum(Declarations *declarations, const WeftIdlEnum *enumeration)
{
    if (enumeration->definition.program == declarations->file->program &&
        g_hash_table_add(declarations->begun, (gpointer)enumeration))
        put_enum(declarations->code, enumeration);
}

/** Have C know what @type needs: whole, or announced where it leads back to what is being declared.
 */
static void
declare_type(Declarations *declarations, const WeftIdlType *type)
{
    switch (type->kind) {
    case WEFT_IDL_TYPEDEF:
        declare_typedef(declarations, type->definition);
        break;
    case WEFT_IDL_ENUM:
        declare_enum(declarations, type->enumeration);
        break;
    case WEFT_IDL_STRUCT:
        declare_struct(declarations, type->structure);
        break;
    case WEFT_IDL_LIST:
    case WEFT_IDL_SET:
    case WEFT_IDL_MAP:
        declare_container(declarations, type);
        break;
    case WEFT_IDL_VOID:
    case WEFT_IDL_BOOL:
    case WEFT_IDL_I8:
    case WEFT_IDL_I16:
    case WEFT_IDL_I32:
    case WEFT_IDL_I64:
    case WEFT_IDL_DOUBLE:
    case WEFT_IDL_STRING:
    case WEFT_IDL_BINARY:
    case WEFT_IDL_UUID:
        break;
    }
}

/** Of what is named outside structs: it is enough that its name is there in the end. */
static void
declare_value_type(Declarations *declarations, const WeftIdlType *type)
{
    if (type->kind != WEFT_IDL_STRUCT)
        declare_type(declarations, type);
}

static void
declare_fields(Declarations *declarations, const WeftIdlStruct *structure)
{
    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next)
        declare_value_type(declarations, field->type);
}

static void
declare_service_types(Declarations *declarations, const WeftIdlService *service)
{
    for (const WeftIdlFunction *function = service->functions; function != NULL;
         function = function->next) {
        declare_fields(declarations, function->arguments);
        if (function->answer != NULL)
            declare_fields(declarations, function->answer);
    }
}

static void
declare_definition(Declarations *declarations, const WeftIdlDefinition *definition)
{
    switch (definition->what) {
    case WEFT_IDL_DEFINES_TYPEDEF:
        declare_typedef(declarations, (const WeftIdlTypedef *)definition);
        break;
    case WEFT_IDL_DEFINES_ENUM:
        declare_enum(declarations, (const WeftIdlEnum *)definition);
        break;
    case WEFT_IDL_DEFINES_CONST:
        declare_value_type(declarations, ((const WeftIdlConst *)definition)->type);
        break;
    case WEFT_IDL_DEFINES_STRUCT:
        declare_struct(declarations, (const WeftIdlStruct *)definition);
        break;
    case WEFT_IDL_DEFINES_SERVICE:
        declare_service_types(declarations, (const WeftIdlService *)definition);
        break;
    }
}

void
weft_emit_declarations(WeftCode *code, const WeftEmitFile *file)
{
    Declarations declarations = {
        .code = code,
        .file = file,
        .begun = g_hash_table_new(NULL, NULL),
        .complete = g_hash_table_new(NULL, NULL),
        .put = g_hash_table_new(g_str_hash, g_str_equal),
        .late_pairs = g_ptr_array_new(),
    };

    for (const WeftIdlDefinition *one = file->program->definitions; one != NULL; one = one->next)
        declare_definition(&declarations, one);
    g_hash_table_unref(declarations.begun);
    g_hash_table_unref(declarations.complete);
    g_hash_table_unref(declarations.put);
    g_ptr_array_unref(declarations.late_pairs);
}
