/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WeftThriftType and what it leads to.
 */

#include "codegen/emit_table.h"

#include "codegen/emit_value.h"

static void
put_initial(WeftCode *code, const WeftEmitFile *file, const WeftIdlStruct *structure)
{
    g_autofree char *initial = weft_emit_initial(file, structure);

    if (initial == NULL)
        return;
    g_autofree char *text =
        g_strdup_printf("static const %s %s_initial = %s", structure->definition.c_type,
                        structure->definition.c_lower, initial);
    weft_code_initialiser(code, text, ";");
}

static void
visit_messages(WeftCode *code, const WeftEmitFile *file, const WeftIdlService *service,
               void (*visit)(WeftCode *code, const WeftEmitFile *file,
                             const WeftIdlStruct *structure))
{
    for (const WeftIdlFunction *function = service->functions; function != NULL;
         function = function->next) {
        visit(code, file, function->arguments);
        if (function->answer != NULL)
            visit(code, file, function->answer);
    }
}

void
weft_emit_initials(WeftCode *code, const WeftEmitFile *file)
{
    weft_code_gap(code);
    for (const WeftIdlDefinition *one = file->program->definitions; one != NULL; one = one->next) {
        if (one->what == WEFT_IDL_DEFINES_STRUCT)
            put_initial(code, file, (const WeftIdlStruct *)one);
        if (one->what == WEFT_IDL_DEFINES_SERVICE)
            visit_messages(code, file, (const WeftIdlService *)one, put_initial);
    }
    weft_code_gap(code);
}

static void
put_head(WeftCode *code, const WeftEmitFile *file G_GNUC_UNUSED, const WeftIdlStruct *structure)
{
    weft_code_line(code, "static const WeftThriftType %s_type;", structure->definition.c_lower);
}

void
weft_emit_table_heads(WeftCode *code, const WeftEmitFile *file)
{
    weft_code_gap(code);
    for (const WeftIdlDefinition *one = file->program->definitions; one != NULL; one = one->next) {
        if (one->what == WEFT_IDL_DEFINES_SERVICE)
            visit_messages(code, file, (const WeftIdlService *)one, put_head);
    }
    weft_code_gap(code);
}

/* ---- enums ---- */

static void
put_enum(WeftCode *code, const WeftIdlEnum *enumeration)
{
    const WeftIdlDefinition *definition = &enumeration->definition;
    const char *lower = definition->c_lower;

    weft_code_gap(code);
    if (enumeration->values != NULL) {
        weft_code_open(code, "static const WeftThriftEnumValue %s_values[] =", lower);
        for (const WeftIdlEnumValue *value = enumeration->values; value != NULL;
             value = value->next)
            weft_code_line(code, "{\"%s\", %s},", value->name, value->c_name);
        weft_code_close(code, "};");
        weft_code_gap(code);
    }
    weft_code_open(code, "const WeftThriftType %s_type =", lower);
    weft_code_line(code, ".name = \"%s\",", definition->name);
    weft_code_line(code, ".kind = WEFT_THRIFT_I32,");
    weft_code_line(code, ".flavour = WEFT_THRIFT_ENUM,");
    weft_code_line(code, ".size = sizeof(%s),", definition->c_type);
    if (enumeration->values != NULL) {
        weft_code_line(code, ".n_fields = G_N_ELEMENTS(%s_values),", lower);
        weft_code_line(code, ".values = %s_values,", lower);
    }
    weft_code_close(code, "};");
}

/* ---- containers ---- */

static void
put_container(WeftCode *code, const WeftEmitFile *file, const WeftEmitContainer *container)
{
    const WeftIdlType *type = container->type;
    g_autoptr(WeftArena) arena = weft_arena_new();
    g_autofree char *element = weft_emit_type_expression(file, type->element);

    weft_code_gap(code);
    weft_code_open(code, "static const WeftThriftType %s_type =", container->c_lower);
    weft_code_line(code, ".name = \"%s\",", weft_idl_type_text(type, arena));
    weft_code_line(code, ".kind = %s,", weft_emit_kind(type));
    weft_code_line(code, ".size = sizeof(%s),", container->c_type);
    if (type->kind == WEFT_IDL_MAP) {
        g_autofree char *key = weft_emit_type_expression(file, type->key);
        weft_code_line(code, ".item_size = sizeof(%s),", container->c_pair);
        weft_code_line(code, ".value_offset = offsetof(%s, value),", container->c_pair);
        weft_code_line(code, ".key = %s,", key);
    } else {
        weft_code_line(code, ".item_size = sizeof(%s),",
                       weft_emit_true_c_type(file, type->element));
    }
    weft_code_line(code, ".element = %s,", element);
    weft_code_close(code, "};");
}

/* ---- structs ---- */

static const char *
flavour_of(const WeftIdlStruct *structure)
{
    switch (structure->flavour) {
    case WEFT_IDL_UNION:
        return "WEFT_THRIFT_UNION";
    case WEFT_IDL_EXCEPTION:
        return "WEFT_THRIFT_THROWN";
    case WEFT_IDL_PLAIN_STRUCT:
    case WEFT_IDL_ARGUMENTS:
    case WEFT_IDL_RESULT:
        break;
    }
    return "WEFT_THRIFT_PLAIN";
}

static const char *
requiredness_of(const WeftIdlStruct *structure, const WeftIdlField *field)
{
    /* A union's fields are there or not by its tag, a result's by what happened. */
    if (structure->flavour == WEFT_IDL_RESULT)
        return "WEFT_THRIFT_OPTIONAL";
    if (structure->flavour == WEFT_IDL_UNION)
        return "WEFT_THRIFT_DEFAULT";
    switch (field->requiredness) {
    case WEFT_IDL_REQUIRED:
        return "WEFT_THRIFT_REQUIRED";
    case WEFT_IDL_OPTIONAL:
        return "WEFT_THRIFT_OPTIONAL";
    case WEFT_IDL_DEFAULT:
        break;
    }
    return "WEFT_THRIFT_DEFAULT";
}

static void
put_field(WeftCode *code, const WeftEmitFile *file, const WeftIdlStruct *structure,
          const WeftIdlField *field)
{
    const char *c_type = structure->definition.c_type;
    g_autofree char *type = weft_emit_type_expression(file, field->type);
    g_autofree char *presence = weft_emit_has_presence(structure, field)
                                    ? g_strdup_printf("offsetof(%s, has.%s)", c_type, field->c_name)
                                    : g_strdup("0");

    weft_code_line(code, "{\"%s\", %s, %d, %s, %s, offsetof(%s, %s), %s},", field->name, type,
                   field->id, requiredness_of(structure, field),
                   weft_emit_is_pointer(structure, field) ? "true" : "false", c_type, field->c_name,
                   presence);
}

static void
put_struct(WeftCode *code, const WeftEmitFile *file, const WeftIdlStruct *structure)
{
    const WeftIdlDefinition *definition = &structure->definition;
    const char *lower = definition->c_lower;
    const bool is_message =
        structure->flavour == WEFT_IDL_ARGUMENTS || structure->flavour == WEFT_IDL_RESULT;
    g_autofree char *initial = weft_emit_initial(file, structure);

    weft_code_gap(code);
    if (structure->fields != NULL) {
        weft_code_open(code, "static const WeftThriftField %s_fields[] =", lower);
        for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next)
            put_field(code, file, structure, field);
        weft_code_close(code, "};");
        weft_code_gap(code);
    }
    weft_code_open(code, "%sconst WeftThriftType %s_type =", is_message ? "static " : "", lower);
    weft_code_line(code, ".name = \"%s\",", definition->name);
    weft_code_line(code, ".kind = WEFT_THRIFT_STRUCT,");
    weft_code_line(code, ".flavour = %s,", flavour_of(structure));
    weft_code_line(code, ".size = sizeof(%s),", definition->c_type);
    if (structure->fields != NULL) {
        weft_code_line(code, ".n_fields = G_N_ELEMENTS(%s_fields),", lower);
        weft_code_line(code, ".fields = %s_fields,", lower);
    }
    if (initial != NULL)
        weft_code_line(code, ".initial = &%s_initial,", lower);
    weft_code_line(code, ".binary = {%s_read_binary, %s_write_binary, %s_size_binary},", lower,
                   lower, lower);
    weft_code_line(code, ".compact = {%s_read_compact, %s_write_compact, %s_size_compact},", lower,
                   lower, lower);
    weft_code_close(code, "};");
}

void
weft_emit_tables(WeftCode *code, const WeftEmitFile *file)
{
    for (unsigned i = 0; i < file->containers->len; i++) {
        const WeftEmitContainer *container = file->containers->pdata[i];
        if (container->is_described)
            put_container(code, file, container);
    }
    for (const WeftIdlDefinition *one = file->program->definitions; one != NULL; one = one->next) {
        if (one->what == WEFT_IDL_DEFINES_ENUM)
            put_enum(code, (const WeftIdlEnum *)one);
        if (one->what == WEFT_IDL_DEFINES_STRUCT)
            put_struct(code, file, (const WeftIdlStruct *)one);
        if (one->what == WEFT_IDL_DEFINES_SERVICE)
            visit_messages(code, file, (const WeftIdlService *)one, put_struct);
    }
}
