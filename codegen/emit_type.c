/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of types in C, and the containers of a file.
 */

#include "codegen/emit_type.h"

#include <string.h>

/** What is said of each kind that has no definition of its own. */
typedef struct {
    const char *c_type;
    const char *word;       /* in names of containers */
    const char *lower;      /* the same in names of functions */
    const char *wire_name;  /* in names of functions that read and write it */
    const char *list;       /* of these, ready made */
    const char *expression; /* of its WeftThriftType */
    const char *kind;       /* of WeftThriftKind */
} Row;

static const Row rows[] = {
    [WEFT_IDL_VOID] = {"void", "Void", "void", "", NULL, "NULL", "WEFT_THRIFT_STOP"},
    [WEFT_IDL_BOOL] = {"bool", "Bool", "bool", "bool", "WeftBoolList", "&weft_thrift_bool",
                       "WEFT_THRIFT_BOOL"},
    [WEFT_IDL_I8] = {"int8_t", "I8", "i8", "i8", "WeftI8List", "&weft_thrift_i8", "WEFT_THRIFT_I8"},
    [WEFT_IDL_I16] = {"int16_t", "I16", "i16", "i16", "WeftI16List", "&weft_thrift_i16",
                      "WEFT_THRIFT_I16"},
    [WEFT_IDL_I32] = {"int32_t", "I32", "i32", "i32", "WeftI32List", "&weft_thrift_i32",
                      "WEFT_THRIFT_I32"},
    [WEFT_IDL_I64] = {"int64_t", "I64", "i64", "i64", "WeftI64List", "&weft_thrift_i64",
                      "WEFT_THRIFT_I64"},
    [WEFT_IDL_DOUBLE] = {"double", "Double", "double", "double", "WeftDoubleList",
                         "&weft_thrift_double", "WEFT_THRIFT_DOUBLE"},
    [WEFT_IDL_STRING] = {"WeftString", "String", "string", "string", "WeftStringList",
                         "&weft_thrift_string", "WEFT_THRIFT_STRING"},
    [WEFT_IDL_BINARY] = {"WeftString", "Binary", "binary", "string", "WeftStringList",
                         "&weft_thrift_binary", "WEFT_THRIFT_STRING"},
    [WEFT_IDL_UUID] = {"WeftUuid", "Uuid", "uuid", "uuid", "WeftUuidList", "&weft_thrift_uuid",
                       "WEFT_THRIFT_UUID"},
    [WEFT_IDL_LIST] = {NULL, "List", "list", NULL, NULL, NULL, "WEFT_THRIFT_LIST"},
    [WEFT_IDL_SET] = {NULL, "Set", "set", NULL, NULL, NULL, "WEFT_THRIFT_SET"},
    [WEFT_IDL_MAP] = {NULL, "Map", "map", NULL, NULL, NULL, "WEFT_THRIFT_MAP"},
    [WEFT_IDL_ENUM] = {NULL, NULL, NULL, "i32", NULL, NULL, "WEFT_THRIFT_I32"},
    [WEFT_IDL_STRUCT] = {NULL, NULL, NULL, NULL, NULL, NULL, "WEFT_THRIFT_STRUCT"},
    [WEFT_IDL_TYPEDEF] = {NULL, NULL, NULL, NULL, NULL, NULL, NULL},
};

bool
weft_emit_is_container(const WeftIdlType *type)
{
    const WeftIdlKind kind = weft_idl_type_true(type)->kind;

    return kind == WEFT_IDL_LIST || kind == WEFT_IDL_SET || kind == WEFT_IDL_MAP;
}

bool
weft_emit_is_struct(const WeftIdlType *type)
{
    return weft_idl_type_true(type)->kind == WEFT_IDL_STRUCT;
}

bool
weft_emit_is_string(const WeftIdlType *type)
{
    const WeftIdlKind kind = weft_idl_type_true(type)->kind;

    return kind == WEFT_IDL_STRING || kind == WEFT_IDL_BINARY;
}

const WeftIdlStruct *
weft_emit_struct_of(const WeftIdlType *type)
{
    type = weft_idl_type_true(type);
    return type->kind == WEFT_IDL_STRUCT ? type->structure : NULL;
}

/** The definition of an enum or struct; NULL: @type, a true one, has none. */
static const WeftIdlDefinition *
definition_of(const WeftIdlType *type)
{
    if (type->kind == WEFT_IDL_ENUM)
        return &type->enumeration->definition;
    if (type->kind == WEFT_IDL_STRUCT)
        return &type->structure->definition;
    return NULL;
}

/* ---- containers ---- */

/** Append what tells @type from others. */
static void
put_key(GString *key, const WeftIdlType *type)
{
    type = weft_idl_type_true(type);
    g_string_append_printf(key, "%d", (int)type->kind);
    if (definition_of(type) != NULL)
        g_string_append_printf(key, "%p", (const void *)definition_of(type));
    if (weft_emit_is_container(type)) {
        g_string_append_c(key, '<');
        if (type->kind == WEFT_IDL_MAP) {
            put_key(key, type->key);
            g_string_append_c(key, ',');
        }
        put_key(key, type->element);
        g_string_append_c(key, '>');
    }
}

const WeftEmitContainer *
weft_emit_container(const WeftEmitFile *file, const WeftIdlType *type)
{
    g_autoptr(GString) key = g_string_new(NULL);

    put_key(key, type);
    return g_hash_table_lookup(file->by_key, key->str);
}

/** Whether a definition is called as a kind is in the names of containers: "String". */
static bool
is_word(const char *c_type)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].word != NULL && strcmp(rows[i].word, c_type) == 0)
            return true;
    }
    return false;
}

/** How @type is called in the name of a container of it: "I64", "Profile", "StringType" for what
 * the IDL defines as String.  (transfer full) */
static char *
word_of(const WeftEmitFile *file, const WeftIdlType *type)
{
    type = weft_idl_type_true(type);
    if (definition_of(type) != NULL)
        return g_strconcat(definition_of(type)->c_type,
                           is_word(definition_of(type)->c_type) ? "Type" : "", NULL);
    if (!weft_emit_is_container(type))
        return g_strdup(rows[type->kind].word);
    const WeftEmitContainer *container = weft_emit_container(file, type);
    return g_strdup(container->c_type + (container->is_ready_made ? strlen("Weft") : 0));
}

/** The same in the names of its functions: "i64".  (transfer full) */
static char *
lower_word_of(const WeftEmitFile *file, const WeftIdlType *type)
{
    const WeftIdlDefinition *definition = definition_of(weft_idl_type_true(type));

    return g_strconcat(weft_emit_c_lower(file, type),
                       definition != NULL && is_word(definition->c_type) ? "_type" : "", NULL);
}

const char *
weft_emit_c_lower(const WeftEmitFile *file, const WeftIdlType *type)
{
    type = weft_idl_type_true(type);
    if (definition_of(type) != NULL)
        return definition_of(type)->c_lower;
    if (!weft_emit_is_container(type))
        return rows[type->kind].lower;
    return weft_emit_container(file, type)->c_lower;
}

/** Note what @program and those it includes call their types. */
static void
add_names(GHashTable *names, GHashTable *seen, const WeftIdlProgram *program)
{
    if (!g_hash_table_add(seen, (gpointer)program))
        return;
    for (const WeftIdlDefinition *one = program->definitions; one != NULL; one = one->next) {
        if (one->what != WEFT_IDL_DEFINES_CONST)
            g_hash_table_add(names, (gpointer)one->c_type);
    }
    for (const WeftIdlInclude *include = program->includes; include != NULL;
         include = include->next)
        add_names(names, seen, include->program);
}

/** Whether a definition of @program is a part of @type. */
static bool
is_made_of(const WeftIdlType *type, const WeftIdlProgram *program)
{
    type = weft_idl_type_true(type);
    if (definition_of(type) != NULL)
        return definition_of(type)->program == program;
    return weft_emit_is_container(type) && (is_made_of(type->element, program) ||
                                            (type->key != NULL && is_made_of(type->key, program)));
}

static void
name_container(const WeftEmitFile *file, GHashTable *names, WeftEmitContainer *container)
{
    const WeftIdlType *type = container->type;
    const Row *row = &rows[type->kind];
    const Row *element = &rows[weft_idl_type_true(type->element)->kind];
    const bool is_map = type->kind == WEFT_IDL_MAP;
    g_autofree char *key = is_map ? word_of(file, type->key) : g_strdup("");
    g_autofree char *value = word_of(file, type->element);
    g_autofree char *lower_key = is_map ? lower_word_of(file, type->key) : g_strdup("");
    g_autofree char *lower_value = lower_word_of(file, type->element);
    g_autofree char *words = g_strconcat(key, value, NULL);
    g_autofree char *c_type = g_strconcat(words, row->word, NULL);
    g_autofree char *c_pair = g_strconcat(words, "Pair", NULL);
    /* `struct ItemList { 1: list<Item> items }` is common. */
    const char *end =
        g_hash_table_contains(names, c_type) || g_hash_table_contains(names, c_pair) ? "_" : "";

    /* A list and a set of the same are one type in C where the library has it. */
    container->is_ready_made = !is_map && element->list != NULL;
    container->c_lower =
        g_strconcat(lower_key, is_map ? "_" : "", lower_value, "_", row->lower, end, NULL);
    if (container->is_ready_made)
        container->c_type = g_strdup(element->list);
    else
        container->c_type = g_strconcat(c_type, end, NULL);
    if (is_map)
        container->c_pair = g_strconcat(c_pair, end, NULL);
}

/** Note @type of @program, and what it is made of before it. */
static void
add_type(WeftEmitFile *file, const WeftIdlProgram *program, const WeftIdlType *type)
{
    type = weft_idl_type_true(type);
    if (!weft_emit_is_container(type) || weft_emit_container(file, type) != NULL)
        return;
    if (type->kind == WEFT_IDL_MAP)
        add_type(file, program, type->key);
    add_type(file, program, type->element);

    WeftEmitContainer *container = g_new0(WeftEmitContainer, 1);
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    GString *key = g_string_new(NULL);
    add_names(names, seen, program);
    container->type = type;
    container->is_first = program == file->program;
    container->is_private = is_made_of(type, program);
    name_container(file, names, container);
    put_key(key, type);
    g_ptr_array_add(file->containers, container);
    g_hash_table_insert(file->by_key, g_string_free(key, FALSE), container);
}

static void
add_struct(WeftEmitFile *file, const WeftIdlProgram *program, const WeftIdlStruct *structure)
{
    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next)
        add_type(file, program, field->type);
}

static void
add_service(WeftEmitFile *file, const WeftIdlProgram *program, const WeftIdlService *service)
{
    for (const WeftIdlFunction *function = service->functions; function != NULL;
         function = function->next) {
        add_struct(file, program, function->arguments);
        if (function->answer != NULL)
            add_struct(file, program, function->answer);
    }
}

static void
add_program(WeftEmitFile *file, const WeftIdlProgram *program)
{
    if (!g_hash_table_add(file->programs, (gpointer)program))
        return;
    for (const WeftIdlInclude *include = program->includes; include != NULL;
         include = include->next)
        add_program(file, include->program);
    for (const WeftIdlDefinition *one = program->definitions; one != NULL; one = one->next) {
        switch (one->what) {
        case WEFT_IDL_DEFINES_TYPEDEF:
            add_type(file, program, ((const WeftIdlTypedef *)one)->type);
            break;
        case WEFT_IDL_DEFINES_CONST:
            add_type(file, program, ((const WeftIdlConst *)one)->type);
            break;
        case WEFT_IDL_DEFINES_STRUCT:
            add_struct(file, program, (const WeftIdlStruct *)one);
            break;
        case WEFT_IDL_DEFINES_SERVICE:
            add_service(file, program, (const WeftIdlService *)one);
            break;
        case WEFT_IDL_DEFINES_ENUM:
            break;
        }
    }
}

/* ---- which of them need code ---- */

static void
mark(const WeftEmitFile *file, const WeftIdlType *type, bool is_coded)
{
    type = weft_idl_type_true(type);
    if (!weft_emit_is_container(type))
        return;
    WeftEmitContainer *container = (WeftEmitContainer *)weft_emit_container(file, type);
    container->is_described = true;
    container->is_coded = container->is_coded || is_coded;
    if (type->kind == WEFT_IDL_MAP)
        mark(file, type->key, is_coded);
    mark(file, type->element, is_coded);
}

static void
mark_struct(const WeftEmitFile *file, const WeftIdlStruct *structure)
{
    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next)
        mark(file, field->type, true);
}

/** What the file's own fields lead to is read and written; keys are compared. */
static void
mark_used(const WeftEmitFile *file)
{
    for (const WeftIdlDefinition *one = file->program->definitions; one != NULL; one = one->next) {
        if (one->what == WEFT_IDL_DEFINES_STRUCT)
            mark_struct(file, (const WeftIdlStruct *)one);
        if (one->what != WEFT_IDL_DEFINES_SERVICE)
            continue;
        for (const WeftIdlFunction *function = ((const WeftIdlService *)one)->functions;
             function != NULL; function = function->next) {
            mark_struct(file, function->arguments);
            if (function->answer != NULL)
                mark_struct(file, function->answer);
        }
    }
    for (unsigned i = 0; i < file->containers->len; i++) {
        const WeftEmitContainer *container = file->containers->pdata[i];
        if (container->is_first && container->type->kind == WEFT_IDL_MAP)
            mark(file, container->type->key, false);
        if (container->is_first && container->type->kind == WEFT_IDL_SET)
            mark(file, container->type->element, false);
    }
}

static void
container_free(gpointer data)
{
    WeftEmitContainer *container = data;

    g_free(container->c_type);
    g_free(container->c_lower);
    g_free(container->c_pair);
    g_free(container);
}

void
weft_emit_file_init(WeftEmitFile *file, const WeftIdlProgram *program)
{
    file->program = program;
    file->containers = g_ptr_array_new_with_free_func(container_free);
    file->by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    file->programs = g_hash_table_new(NULL, NULL);
    file->spelled = g_ptr_array_new();
    add_program(file, program);
    mark_used(file);
}

void
weft_emit_file_clear(WeftEmitFile *file)
{
    g_ptr_array_unref(file->spelled);
    g_hash_table_unref(file->programs);
    g_hash_table_unref(file->by_key);
    g_ptr_array_unref(file->containers);
}

/* ---- names ---- */

const char *
weft_emit_true_c_type(const WeftEmitFile *file, const WeftIdlType *type)
{
    type = weft_idl_type_true(type);
    if (definition_of(type) != NULL)
        return definition_of(type)->c_type;
    if (weft_emit_is_container(type))
        return weft_emit_container(file, type)->c_type;
    return rows[type->kind].c_type;
}

const char *
weft_emit_c_type(const WeftEmitFile *file, const WeftIdlType *type)
{
    return type->kind == WEFT_IDL_TYPEDEF ? type->definition->definition.c_type
                                          : weft_emit_true_c_type(file, type);
}

char *
weft_emit_parameter(const WeftEmitFile *file, const WeftIdlType *type, const char *name)
{
    if (weft_emit_is_struct(type))
        return g_strdup_printf("const %s *%s", weft_emit_c_type(file, type), name);
    return g_strdup_printf("%s %s", weft_emit_c_type(file, type), name);
}

const char *
weft_emit_kind(const WeftIdlType *type)
{
    return rows[weft_idl_type_true(type)->kind].kind;
}

const char *
weft_emit_wire_name(const WeftIdlType *type)
{
    return rows[weft_idl_type_true(type)->kind].wire_name;
}

char *
weft_emit_type_expression(const WeftEmitFile *file, const WeftIdlType *type)
{
    type = weft_idl_type_true(type);
    if (rows[type->kind].expression != NULL)
        return g_strdup(rows[type->kind].expression);
    return g_strdup_printf("&%s_type", weft_emit_c_lower(file, type));
}

bool
weft_emit_needs_arena(const WeftIdlType *type)
{
    type = weft_idl_type_true(type);
    if (weft_emit_is_string(type) || weft_emit_is_container(type))
        return true;
    if (type->kind != WEFT_IDL_STRUCT)
        return false;
    for (const WeftIdlField *field = type->structure->fields; field != NULL; field = field->next) {
        if (field->is_pointer || weft_emit_needs_arena(field->type))
            return true;
    }
    return false;
}

unsigned
weft_emit_size_estimate(const WeftIdlType *type)
{
    const WeftIdlStruct *structure = weft_emit_struct_of(type);
    unsigned n_bytes = 0;

    if (structure == NULL)
        return 16;
    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next)
        n_bytes +=
            weft_emit_is_pointer(structure, field) ? 8 : weft_emit_size_estimate(field->type);
    return n_bytes;
}

/* ---- fields ---- */

bool
weft_emit_is_pointer(const WeftIdlStruct *structure, const WeftIdlField *field)
{
    if (structure->flavour == WEFT_IDL_RESULT)
        return field->id != 0;
    if (structure->flavour == WEFT_IDL_ARGUMENTS)
        return field->is_pointer || weft_emit_is_struct(field->type);
    return field->is_pointer;
}

bool
weft_emit_begins_somewhere(const WeftIdlStruct *structure, const WeftIdlField *field)
{
    return weft_emit_is_struct(field->type) &&
           (structure->flavour == WEFT_IDL_ARGUMENTS || !weft_emit_is_pointer(structure, field));
}

bool
weft_emit_has_presence(const WeftIdlStruct *structure, const WeftIdlField *field)
{
    if (structure->flavour == WEFT_IDL_RESULT)
        return field->id == 0;
    return structure->flavour != WEFT_IDL_UNION && field->requiredness == WEFT_IDL_OPTIONAL &&
           !field->is_pointer;
}

bool
weft_emit_any_presence(const WeftIdlStruct *structure)
{
    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next) {
        if (weft_emit_has_presence(structure, field))
            return true;
    }
    return false;
}
