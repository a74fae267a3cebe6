/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two files that are made of an IDL file.
 */

#include "codegen/emit.h"

#include "codegen/emit_code.h"
#include "codegen/emit_codec.h"
#include "codegen/emit_declaration.h"
#include "codegen/emit_interface.h"
#include "codegen/emit_service.h"
#include "codegen/emit_table.h"
#include "codegen/emit_type.h"
#include "codegen/emit_value.h"

#include <string.h>

static bool
defines(const WeftIdlProgram *program, WeftIdlDefines what)
{
    for (const WeftIdlDefinition *one = program->definitions; one != NULL; one = one->next) {
        if (one->what == what)
            return true;
    }
    return false;
}

static void
put_origin(WeftCode *code, const WeftIdlProgram *program)
{
    weft_code_line(code, "/* Made by weftgen of %s.thrift: changes are lost. */", program->name);
}

/* ---- constants ---- */

/** Whether a constant of @type is a number to the compiler, too. */
static bool
is_number(const WeftIdlType *type)
{
    const WeftIdlKind kind = weft_idl_type_true(type)->kind;

    return kind == WEFT_IDL_BOOL || kind == WEFT_IDL_I8 || kind == WEFT_IDL_I16 ||
           kind == WEFT_IDL_I32 || kind == WEFT_IDL_I64 || kind == WEFT_IDL_DOUBLE ||
           kind == WEFT_IDL_ENUM;
}

static void
put_constant(WeftCode *code, const WeftEmitFile *file, const WeftIdlConst *constant)
{
    const WeftIdlDefinition *definition = &constant->definition;

    if (definition->doc.text != NULL) {
        weft_code_gap(code);
        weft_code_comment(code, definition->doc.text);
    }
    if (!is_number(constant->type)) {
        weft_code_line(code, "extern const %s %s;", weft_emit_c_type(file, constant->type),
                       definition->c_upper);
        return;
    }
    g_autofree char *value = weft_emit_value(file, constant->type, constant->value);
    const bool needs_brackets = strpbrk(value, "-(") == value;
    weft_code_line(code, "#define %s %s%s%s", definition->c_upper, needs_brackets ? "(" : "", value,
                   needs_brackets ? ")" : "");
}

static void
put_constants(WeftCode *code, const WeftEmitFile *file)
{
    if (!defines(file->program, WEFT_IDL_DEFINES_CONST))
        return;
    weft_code_section(code, "constants");
    for (const WeftIdlDefinition *one = file->program->definitions; one != NULL; one = one->next) {
        if (one->what == WEFT_IDL_DEFINES_CONST)
            put_constant(code, file, (const WeftIdlConst *)one);
    }
}

static void
put_constant_values(WeftCode *code, const WeftEmitFile *file)
{
    weft_code_gap(code);
    for (const WeftIdlDefinition *one = file->program->definitions; one != NULL; one = one->next) {
        const WeftIdlConst *constant = (const WeftIdlConst *)one;
        if (one->what != WEFT_IDL_DEFINES_CONST || is_number(constant->type))
            continue;
        g_autofree char *value = weft_emit_value(file, constant->type, constant->value);
        g_autofree char *text = g_strdup_printf(
            "const %s %s = %s", weft_emit_c_type(file, constant->type), one->c_upper, value);
        weft_code_initialiser(code, text, ";");
    }
    weft_code_gap(code);
}

/* ---- the header ---- */

/** "shared/types.weft.h" of "shared/types.thrift".  (transfer full) */
static char *
header_of(const WeftIdlInclude *include)
{
    const char *path = include->path;
    const size_t length =
        g_str_has_suffix(path, ".thrift") ? strlen(path) - strlen(".thrift") : strlen(path);

    return g_strdup_printf("%.*s.weft.h", (int)length, path);
}

static void
put_includes(WeftCode *code, const WeftIdlProgram *program)
{
    weft_code_line(code, "#include <weft/thrift.h>");
    weft_code_gap(code);
    for (const WeftIdlInclude *include = program->includes; include != NULL;
         include = include->next) {
        g_autofree char *header = header_of(include);
        weft_code_line(code, "#include \"%s\"", header);
    }
    weft_code_gap(code);
}

static void
put_services(WeftCode *code, const WeftEmitFile *file)
{
    for (const WeftIdlDefinition *one = file->program->definitions; one != NULL; one = one->next) {
        if (one->what != WEFT_IDL_DEFINES_SERVICE)
            continue;
        g_autofree char *title = g_strdup_printf("service %s", one->name);
        weft_code_section(code, title);
        weft_emit_service_prototypes(code, file, (const WeftIdlService *)one);
    }
}

static void
put_interface(WeftCode *code, const WeftEmitFile *file)
{
    WeftCode interface;

    weft_code_init(&interface);
    weft_emit_interface_prototypes(&interface, file);
    g_autofree char *text = weft_code_steal(&interface);
    if (*text == '\0')
        return;
    weft_code_section(code, "what can be done with values, as in <weft/thrift_type.h>");
    g_string_append(code->text, text);
}

char *
weft_idl_emit_header(const WeftIdlProgram *program)
{
    WeftEmitFile file;
    WeftCode code;

    weft_emit_file_init(&file, program);
    weft_code_init(&code);
    put_origin(&code, program);
    weft_code_line(&code, "#pragma once");
    weft_code_gap(&code);
    if (program->doc.text != NULL)
        weft_code_comment(&code, program->doc.text);
    weft_code_gap(&code);
    put_includes(&code, program);
    weft_code_line(&code, "G_BEGIN_DECLS");
    weft_code_gap(&code);
    weft_emit_declarations(&code, &file);
    put_constants(&code, &file);
    put_services(&code, &file);
    put_interface(&code, &file);
    weft_code_gap(&code);
    weft_code_line(&code, "G_END_DECLS");
    weft_emit_file_clear(&file);
    return weft_code_steal(&code);
}

/* ---- the source ---- */

static void
put_service_parts(WeftCode *code, const WeftEmitFile *file,
                  void (*put)(WeftCode *code, const WeftEmitFile *file,
                              const WeftIdlService *service))
{
    for (const WeftIdlDefinition *one = file->program->definitions; one != NULL; one = one->next) {
        if (one->what == WEFT_IDL_DEFINES_SERVICE)
            put(code, file, (const WeftIdlService *)one);
    }
}

static bool
has_functions(const WeftIdlProgram *program)
{
    for (const WeftIdlDefinition *one = program->definitions; one != NULL; one = one->next) {
        if (one->what == WEFT_IDL_DEFINES_SERVICE &&
            ((const WeftIdlService *)one)->functions != NULL)
            return true;
    }
    return false;
}

char *
weft_idl_emit_source(const WeftIdlProgram *program)
{
    WeftEmitFile file;
    WeftCode code;

    weft_emit_file_init(&file, program);
    weft_code_init(&code);
    put_origin(&code, program);
    weft_code_line(&code, "#include \"%s.weft.h\"", program->name);
    weft_code_gap(&code);
    weft_code_line(&code, "#include <weft/thrift_binary.h>");
    weft_code_line(&code, "#include <weft/thrift_compact.h>");
    put_service_parts(&code, &file, weft_emit_service_messages);
    weft_emit_table_heads(&code, &file);
    weft_emit_initials(&code, &file);
    weft_emit_codecs(&code, &file);
    weft_emit_tables(&code, &file);
    weft_emit_interface_functions(&code, &file);
    put_constant_values(&code, &file);
    if (has_functions(program))
        weft_emit_service_preamble(&code);
    put_service_parts(&code, &file, weft_emit_service_functions);
    weft_emit_file_clear(&file);
    return weft_code_steal(&code);
}

/* ---- files ---- */

/** A file that is the same as before keeps its time, so that what is made of it is not made again.
 */
static gboolean
write_file(const char *folder, const char *name, const char *text, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *before = NULL;

    if (g_file_get_contents(path, &before, NULL, NULL) && strcmp(before, text) == 0)
        return TRUE;
    return g_file_set_contents(path, text, -1, error);
}

gboolean
weft_idl_emit(const WeftIdlProgram *program, const char *folder, GError **error)
{
    g_autofree char *header_name = g_strconcat(program->name, ".weft.h", NULL);
    g_autofree char *source_name = g_strconcat(program->name, ".weft.c", NULL);
    g_autofree char *header = weft_idl_emit_header(program);
    g_autofree char *source = weft_idl_emit_source(program);

    return write_file(folder, header_name, header, error) &&
           write_file(folder, source_name, source, error);
}
