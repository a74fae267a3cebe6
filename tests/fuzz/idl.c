/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: an IDL file.  What is refused has an error with a place; what is taken is whole:
 * types lead somewhere, values are of their types, names are there.
 */

#include <string.h>

#include "codegen/document.h"
#include "codegen/emit.h"
#include "codegen/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_type(const WeftIdlType *type)
{
    g_assert(type->name != NULL && type->position.line > 0);
    switch (weft_idl_type_true(type)->kind) {
    case WEFT_IDL_LIST:
    case WEFT_IDL_SET:
    case WEFT_IDL_MAP:
        g_assert(weft_idl_type_true(type)->element != NULL);
        break;
    case WEFT_IDL_TYPEDEF:
        g_assert_not_reached();
    default:
        break;
    }
}

static void
check_value(const WeftIdlValue *value, const WeftIdlType *type)
{
    g_assert(value->type == weft_idl_type_true(type));
    g_assert(value->literal != NULL);
    g_assert((value->type->kind == WEFT_IDL_ENUM) == (value->enum_value != NULL));
}

static void
check_fields(const WeftIdlStruct *structure)
{
    unsigned n_fields = 0;

    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next) {
        g_assert(field->id != 0 || structure->flavour == WEFT_IDL_RESULT);
        g_assert(field->c_name != NULL && field->c_name[0] != '\0');
        check_type(field->type);
        if (field->initial != NULL)
            check_value(field->initial, field->type);
        n_fields++;
    }
    g_assert(n_fields == structure->n_fields);
}

static void
check_definition(const WeftIdlDefinition *definition)
{
    g_assert(definition->name != NULL && definition->c_type != NULL &&
             definition->c_lower != NULL && definition->c_upper != NULL);
    if (definition->what == WEFT_IDL_DEFINES_STRUCT)
        check_fields((const WeftIdlStruct *)definition);
    if (definition->what == WEFT_IDL_DEFINES_CONST)
        check_value(((const WeftIdlConst *)definition)->value,
                    ((const WeftIdlConst *)definition)->type);
    if (definition->what != WEFT_IDL_DEFINES_SERVICE)
        return;
    const WeftIdlService *service = (const WeftIdlService *)definition;
    for (const WeftIdlFunction *one = service->functions; one != NULL; one = one->next) {
        check_fields(one->arguments);
        g_assert((one->answer == NULL) == one->is_oneway);
        if (one->answer != NULL)
            check_fields(one->answer);
    }
}

static void
write_all(const WeftIdlProgram *program, const WeftIdlProgram *programs)
{
    g_autofree char *header = weft_idl_emit_header(program);
    g_autofree char *source = weft_idl_emit_source(program);
    g_autofree char *page = weft_document(program, programs);

    g_assert(g_str_has_suffix(header, "\n") && g_str_has_suffix(source, "\n") &&
             g_str_has_suffix(page, "</html>\n"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(WeftIdlTree) tree = weft_idl_tree_new();
    const WeftIdlProgram *program =
        weft_idl_tree_load_text(tree, "/nonexistent/fuzz.thrift", (const char *)data, size);
    g_autofree char *errors = weft_idl_errors_text(weft_idl_tree_errors(tree));

    g_assert((program == NULL) == (errors[0] != '\0'));
    for (const WeftIdlDefinition *one = program == NULL ? NULL : program->definitions; one != NULL;
         one = one->next)
        check_definition(one);
    if (program != NULL)
        write_all(program, weft_idl_tree_programs(tree));
    return 0;
}
