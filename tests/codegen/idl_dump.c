/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What weft_idl has read of a file and all it includes, as JSON that oracle_test.py compares with
 * the reference compiler's: idl_dump [-I FOLDER]... FILE.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codegen/literal.h"
#include "codegen/tree.h"

static void
put_text(const char *text, size_t length)
{
    putchar('"');
    for (size_t i = 0; i < length; i++) {
        const uint8_t byte = (uint8_t)text[i];
        if (byte == '"' || byte == '\\' || byte < 0x20)
            printf("\\u%04x", byte);
        else
            putchar(byte);
    }
    putchar('"');
}

static void
put_member(const char *name, const char *text)
{
    printf("\"%s\": ", name);
    put_text(text, strlen(text));
    printf(", ");
}

static void
put_doc(const WeftIdlDoc *doc)
{
    put_member("doc", doc->text == NULL ? "" : doc->text);
}

static void
put_annotations(const WeftIdlAnnotation *annotations)
{
    printf("\"annotations\": {");
    for (const WeftIdlAnnotation *one = annotations; one != NULL; one = one->next) {
        put_text(one->name, strlen(one->name));
        printf(": ");
        put_text(one->value, strlen(one->value));
        printf(one->next != NULL ? ", " : "");
    }
    printf("}, ");
}

static void
put_type(const WeftIdlType *type)
{
    const WeftIdlDefinition *named = NULL;

    if (type->kind == WEFT_IDL_TYPEDEF)
        named = &type->definition->definition;
    else if (type->kind == WEFT_IDL_STRUCT)
        named = &type->structure->definition;
    else if (type->kind == WEFT_IDL_ENUM)
        named = &type->enumeration->definition;
    if (named != NULL) {
        printf("\"%s.%s\"", named->program->name, named->name);
        return;
    }
    if (type->element == NULL) {
        printf("\"%s\"", type->name);
        return;
    }
    printf("[\"%s\", ", type->name);
    if (type->key != NULL) {
        put_type(type->key);
        printf(", ");
    }
    put_type(type->element);
    printf("]");
}

static void
put_value(const WeftIdlValue *value)
{
    switch (value->type->kind) {
    case WEFT_IDL_BOOL:
        printf("%d", value->boolean);
        return;
    case WEFT_IDL_DOUBLE:
        if (value->literal->form == WEFT_IDL_LITERAL_INTEGER)
            printf("%" PRIi64, value->literal->integer);
        else
            printf("%.15g", value->real);
        return;
    case WEFT_IDL_STRING:
    case WEFT_IDL_BINARY:
        put_text(value->string.data, value->string.length);
        return;
    case WEFT_IDL_LIST:
    case WEFT_IDL_SET:
        printf("[");
        for (const WeftIdlItem *item = value->items; item != NULL; item = item->next) {
            put_value(item->value);
            printf(item->next != NULL ? ", " : "");
        }
        printf("]");
        return;
    case WEFT_IDL_MAP:
    case WEFT_IDL_STRUCT:
        printf("{\"map\": [");
        for (const WeftIdlItem *item = value->items; item != NULL; item = item->next) {
            printf("[");
            if (item->key != NULL)
                put_value(item->key);
            else
                put_text(item->field->name, strlen(item->field->name));
            printf(", ");
            put_value(item->value);
            printf(item->next != NULL ? "], " : "]");
        }
        printf("]}");
        return;
    default:
        printf("%" PRIi64, value->integer);
    }
}

static void
put_fields(const char *name, const WeftIdlField *fields)
{
    static const char *const requiredness[] = {"", "required", "optional"};

    printf("\"%s\": [", name);
    for (const WeftIdlField *field = fields; field != NULL; field = field->next) {
        printf("{");
        put_member("name", field->name);
        put_doc(&field->doc);
        put_annotations(field->annotations);
        put_member("required", requiredness[field->requiredness]);
        if (field->initial != NULL) {
            printf("\"default\": ");
            put_value(field->initial);
            printf(", ");
        }
        printf("\"id\": %d, \"type\": ", field->id);
        put_type(field->type);
        printf(field->next != NULL ? "}, " : "}");
    }
    printf("]");
}

static void
put_enum(const WeftIdlEnum *enumeration)
{
    printf("\"values\": [");
    for (const WeftIdlEnumValue *one = enumeration->values; one != NULL; one = one->next) {
        printf("{");
        put_member("name", one->name);
        put_doc(&one->doc);
        put_annotations(one->annotations);
        printf("\"value\": %d}%s", one->value, one->next != NULL ? ", " : "");
    }
    printf("]");
}

static void
put_service(const WeftIdlService *service)
{
    if (service->base != NULL)
        printf("\"base\": \"%s.%s\", ", service->base->definition.program->name,
               service->base->definition.name);
    printf("\"functions\": [");
    for (const WeftIdlFunction *one = service->functions; one != NULL; one = one->next) {
        printf("{");
        put_member("name", one->name);
        put_doc(&one->doc);
        put_annotations(one->annotations);
        printf("\"oneway\": %s, \"result\": ", one->is_oneway ? "true" : "false");
        put_type(one->result);
        printf(", ");
        put_fields("arguments", one->arguments->fields);
        printf(", ");
        /* What a result holds is optional; the reference says so of what was written so. */
        printf("\"exceptions\": [");
        for (const WeftIdlField *field = one->exceptions; field != NULL; field = field->next) {
            printf("{\"id\": %d, ", field->id);
            put_member("name", field->name);
            printf("\"type\": ");
            put_type(field->type);
            printf(field->next != NULL ? "}, " : "}");
        }
        printf("]}%s", one->next != NULL ? ", " : "");
    }
    printf("]");
}

static void
put_definition(const WeftIdlDefinition *definition)
{
    static const char *const flavours[] = {"struct", "union", "exception"};

    printf("{");
    put_member("name", definition->name);
    put_doc(&definition->doc);
    put_annotations(definition->annotations);
    switch (definition->what) {
    case WEFT_IDL_DEFINES_TYPEDEF:
        printf("\"what\": \"typedef\", \"type\": ");
        put_type(weft_idl_type_true(((const WeftIdlTypedef *)definition)->type));
        break;
    case WEFT_IDL_DEFINES_ENUM:
        printf("\"what\": \"enum\", ");
        put_enum((const WeftIdlEnum *)definition);
        break;
    case WEFT_IDL_DEFINES_CONST:
        printf("\"what\": \"const\", \"type\": ");
        put_type(((const WeftIdlConst *)definition)->type);
        printf(", \"value\": ");
        put_value(((const WeftIdlConst *)definition)->value);
        break;
    case WEFT_IDL_DEFINES_STRUCT:
        put_member("what", flavours[((const WeftIdlStruct *)definition)->flavour]);
        put_fields("fields", ((const WeftIdlStruct *)definition)->fields);
        break;
    case WEFT_IDL_DEFINES_SERVICE:
        printf("\"what\": \"service\", ");
        put_service((const WeftIdlService *)definition);
        break;
    }
    printf("}");
}

static void
put_program(const WeftIdlProgram *program)
{
    printf("{");
    put_member("name", program->name);
    put_member("path", program->path);
    put_doc(&program->doc);
    printf("\"namespaces\": {");
    for (const WeftIdlNamespace *one = program->namespaces; one != NULL; one = one->next)
        printf("\"%s\": \"%s\"%s", one->language, one->name, one->next != NULL ? ", " : "");
    printf("}, \"includes\": [");
    for (const WeftIdlInclude *one = program->includes; one != NULL; one = one->next)
        printf("\"%s\"%s", one->program->name, one->next != NULL ? ", " : "");
    printf("], \"definitions\": [");
    for (const WeftIdlDefinition *one = program->definitions; one != NULL; one = one->next) {
        put_definition(one);
        printf(one->next != NULL ? ",\n" : "");
    }
    printf("]}");
}

int
main(int argc, char **argv)
{
    g_autoptr(WeftIdlTree) tree = weft_idl_tree_new();
    int i = 1;

    for (; i + 2 < argc && strcmp(argv[i], "-I") == 0; i += 2)
        weft_idl_tree_add_search_folder(tree, argv[i + 1]);
    if (i + 1 != argc) {
        g_printerr("usage: idl_dump [-I FOLDER]... FILE\n");
        return 2;
    }
    if (weft_idl_tree_load(tree, argv[i]) == NULL) {
        g_autofree char *errors = weft_idl_errors_text(weft_idl_tree_errors(tree));
        g_printerr("%s", errors);
        return EXIT_FAILURE;
    }
    printf("[");
    for (const WeftIdlProgram *one = weft_idl_tree_programs(tree); one != NULL; one = one->next) {
        put_program(one);
        printf(one->next != NULL ? ",\n" : "]\n");
    }
    return EXIT_SUCCESS;
}
