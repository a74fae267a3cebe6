/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the grammar's rules make.
 */

#include "codegen/build.h"

#include <inttypes.h>
#include <string.h>

/* ---- chains ---- */

/* The first member of everything that is chained. */
static void *
next_of(const void *thing)
{
    void *next;

    memcpy(&next, thing, sizeof next);
    return next;
}

void *
weft_idl_chain_push(void *chain, void *thing)
{
    memcpy(thing, &chain, sizeof chain);
    return thing;
}

void *
weft_idl_chain_reverse(void *chain)
{
    void *reversed = NULL;

    while (chain != NULL) {
        void *next = next_of(chain);
        reversed = weft_idl_chain_push(reversed, chain);
        chain = next;
    }
    return reversed;
}

unsigned
weft_idl_chain_length(const void *chain)
{
    unsigned length = 0;

    for (; chain != NULL; chain = next_of(chain))
        length++;
    return length;
}

/* ---- headers ---- */

const char *
weft_idl_build_name(WeftIdlParser *parser, WeftIdlText name, const WeftIdlLocation *location)
{
    if (memchr(name.data, '.', name.length) != NULL)
        weft_idl_parser_fail(parser, location, "found \"%s\", expected a name without dots",
                             name.data);
    return name.data;
}

static void
take_file_doc(WeftIdlParser *parser, const WeftIdlLocation *location)
{
    WeftIdlProgram *program = parser->program;

    if (program->doc.text == NULL && program->definitions == NULL && program->includes == NULL &&
        program->namespaces == NULL && parser->cpp_includes->len == 0)
        program->doc = location->doc;
}

void
weft_idl_build_include(WeftIdlParser *parser, WeftIdlText path, const WeftIdlLocation *location)
{
    WeftIdlInclude *include = weft_arena_alloc0(parser->arena, sizeof *include);

    take_file_doc(parser, location);
    if (path.length == 0 || strlen(path.data) != path.length) {
        weft_idl_parser_fail(parser, location, "found include without a name, expected a file's");
        return;
    }
    include->path = path.data;
    include->position = weft_idl_parser_position(parser, location);
    parser->program->includes = weft_idl_chain_push(parser->program->includes, include);
}

void
weft_idl_build_cpp_include(WeftIdlParser *parser, WeftIdlText path, const WeftIdlLocation *location)
{
    take_file_doc(parser, location);
    g_ptr_array_add(parser->cpp_includes, (gpointer)path.data);
}

void
weft_idl_build_namespace(WeftIdlParser *parser, const char *language, const char *name,
                         WeftIdlAnnotation *annotations, const WeftIdlLocation *location)
{
    WeftIdlNamespace *namespace = weft_arena_alloc0(parser->arena, sizeof *namespace);

    take_file_doc(parser, location);
    namespace->language = language;
    namespace->name = name;
    namespace->annotations = annotations;
    namespace->position = weft_idl_parser_position(parser, location);
    parser->program->namespaces = weft_idl_chain_push(parser->program->namespaces, namespace);
}

/* ---- definitions ---- */

static void
add_definition(WeftIdlParser *parser, WeftIdlDefinition *definition, WeftIdlDefines what,
               WeftIdlHead head)
{
    definition->what = what;
    definition->program = parser->program;
    definition->name = head.name;
    definition->position = weft_idl_parser_position(parser, head.location);
    definition->doc = head.begin->doc;
    definition->annotations = head.annotations;
    parser->program->definitions = weft_idl_chain_push(parser->program->definitions, definition);
}

void
weft_idl_build_typedef(WeftIdlParser *parser, WeftIdlHead head, WeftIdlType *type)
{
    WeftIdlTypedef *alias = weft_arena_alloc0(parser->arena, sizeof *alias);

    alias->type = type;
    add_definition(parser, &alias->definition, WEFT_IDL_DEFINES_TYPEDEF, head);
}

WeftIdlEnumValue *
weft_idl_build_enum_value(WeftIdlParser *parser, WeftIdlHead head, const int64_t *value)
{
    WeftIdlEnumValue *made = weft_arena_alloc0(parser->arena, sizeof *made);

    made->name = head.name;
    made->position = weft_idl_parser_position(parser, head.location);
    made->doc = head.begin->doc;
    made->annotations = head.annotations;
    if (value == NULL)
        return made;
    if (*value < INT32_MIN || *value > INT32_MAX)
        weft_idl_parser_fail(parser, head.location,
                             "found %" PRIi64 " for \"%s\", expected a value of 32 bits", *value,
                             head.name);
    made->is_explicit = true;
    made->value = (int32_t)*value;
    return made;
}

void
weft_idl_build_enum(WeftIdlParser *parser, WeftIdlHead head, WeftIdlEnumValue *values)
{
    WeftIdlEnum *enumeration = weft_arena_alloc0(parser->arena, sizeof *enumeration);
    int64_t next = 0;

    enumeration->values = weft_idl_chain_reverse(values);
    enumeration->n_values = weft_idl_chain_length(enumeration->values);
    for (WeftIdlEnumValue *value = enumeration->values; value != NULL; value = value->next) {
        if (!value->is_explicit && next > INT32_MAX) {
            weft_idl_errors_add(parser->errors, value->position,
                                "found \"%s\" behind the largest value, expected one of its own",
                                value->name);
            next = 0;
        }
        if (!value->is_explicit)
            value->value = (int32_t)next;
        next = (int64_t)value->value + 1;
    }
    add_definition(parser, &enumeration->definition, WEFT_IDL_DEFINES_ENUM, head);
}

void
weft_idl_build_const(WeftIdlParser *parser, WeftIdlHead head, WeftIdlType *type,
                     WeftIdlLiteral *literal)
{
    WeftIdlConst *constant = weft_arena_alloc0(parser->arena, sizeof *constant);

    constant->type = type;
    constant->value = weft_idl_build_value(parser->arena, literal);
    add_definition(parser, &constant->definition, WEFT_IDL_DEFINES_CONST, head);
}

void
weft_idl_build_struct(WeftIdlParser *parser, WeftIdlHead head, WeftIdlStructFlavour flavour,
                      WeftIdlField *fields)
{
    WeftIdlStruct *structure = weft_arena_alloc0(parser->arena, sizeof *structure);

    structure->flavour = flavour;
    structure->fields = fields;
    structure->n_fields = weft_idl_chain_length(fields);
    /* One of a union's members is there, whatever is said of it. */
    for (WeftIdlField *field = fields; field != NULL && flavour == WEFT_IDL_UNION;
         field = field->next)
        field->requiredness = WEFT_IDL_OPTIONAL;
    add_definition(parser, &structure->definition, WEFT_IDL_DEFINES_STRUCT, head);
}

WeftIdlFieldId
weft_idl_build_field_id(WeftIdlParser *parser, int64_t id, const WeftIdlLocation *location)
{
    if (id < INT16_MIN || id > INT16_MAX || id == 0) {
        weft_idl_parser_fail(parser, location,
                             "found field id %" PRIi64 ", expected one of 1 to 32767", id);
        id = 0;
    }
    return (WeftIdlFieldId){(int16_t)id, id != 0};
}

WeftIdlField *
weft_idl_build_field(WeftIdlParser *parser, WeftIdlHead head, WeftIdlType *type)
{
    WeftIdlField *field = weft_arena_alloc0(parser->arena, sizeof *field);

    field->type = type;
    field->name = head.name;
    field->annotations = head.annotations;
    field->position = weft_idl_parser_position(parser, head.location);
    field->doc = head.begin->doc;
    return field;
}

WeftIdlField *
weft_idl_build_fields(WeftIdlField *fields)
{
    int16_t next = -1;

    fields = weft_idl_chain_reverse(fields);
    for (WeftIdlField *field = fields; field != NULL; field = field->next) {
        if (!field->has_explicit_id)
            field->id = next--;
    }
    return fields;
}

/* ---- services ---- */

static WeftIdlStruct *
build_message(WeftIdlParser *parser, WeftIdlHead head, WeftIdlStructFlavour flavour,
              WeftIdlField *fields)
{
    WeftIdlStruct *structure = weft_arena_alloc0(parser->arena, sizeof *structure);

    structure->definition = (WeftIdlDefinition){
        .what = WEFT_IDL_DEFINES_STRUCT,
        .program = parser->program,
        .position = weft_idl_parser_position(parser, head.location),
    };
    structure->flavour = flavour;
    structure->fields = fields;
    structure->n_fields = weft_idl_chain_length(fields);
    return structure;
}

WeftIdlFunction *
weft_idl_build_function(WeftIdlParser *parser, WeftIdlHead head, WeftIdlType *result,
                        WeftIdlField *arguments, WeftIdlField *exceptions)
{
    WeftIdlFunction *function = weft_arena_alloc0(parser->arena, sizeof *function);
    WeftIdlField *answered = exceptions;

    /* Arguments are there or not as the caller's language has it; `optional` says nothing more. */
    for (WeftIdlField *field = arguments; field != NULL; field = field->next) {
        if (field->requiredness == WEFT_IDL_OPTIONAL)
            field->requiredness = WEFT_IDL_DEFAULT;
    }
    if (result->kind != WEFT_IDL_VOID) {
        WeftIdlHead success = {
            .name = "success", .begin = head.location, .location = head.location};
        answered = weft_idl_build_field(parser, success, result);
        answered->doc = (WeftIdlDoc){0};
        answered->next = exceptions;
    }
    /* A result holds one of its fields. */
    for (WeftIdlField *field = answered; field != NULL; field = field->next)
        field->requiredness = WEFT_IDL_OPTIONAL;
    function->name = head.name;
    function->annotations = head.annotations;
    function->doc = head.begin->doc;
    function->position = weft_idl_parser_position(parser, head.location);
    function->result = result;
    function->exceptions = exceptions;
    function->arguments = build_message(parser, head, WEFT_IDL_ARGUMENTS, arguments);
    function->answer = build_message(parser, head, WEFT_IDL_RESULT, answered);
    return function;
}

void
weft_idl_build_service(WeftIdlParser *parser, WeftIdlHead head, WeftIdlBaseName base,
                       WeftIdlFunction *functions)
{
    WeftIdlService *service = weft_arena_alloc0(parser->arena, sizeof *service);

    service->base_name = base.name;
    service->base_position = base.position;
    service->functions = weft_idl_chain_reverse(functions);
    service->n_functions = weft_idl_chain_length(service->functions);
    for (WeftIdlFunction *one = service->functions; one != NULL; one = one->next) {
        one->arguments->definition.name =
            weft_arena_printf(parser->arena, "%s.%s.arguments", head.name, one->name);
        one->answer->definition.name =
            weft_arena_printf(parser->arena, "%s.%s.result", head.name, one->name);
        if (one->is_oneway)
            one->answer = NULL;
    }
    add_definition(parser, &service->definition, WEFT_IDL_DEFINES_SERVICE, head);
}

/* ---- types and values ---- */

static const char *
kind_name(WeftIdlKind kind)
{
    switch (kind) {
    case WEFT_IDL_VOID:
        return "void";
    case WEFT_IDL_BOOL:
        return "bool";
    case WEFT_IDL_I8:
        return "i8";
    case WEFT_IDL_I16:
        return "i16";
    case WEFT_IDL_I32:
        return "i32";
    case WEFT_IDL_I64:
        return "i64";
    case WEFT_IDL_DOUBLE:
        return "double";
    case WEFT_IDL_STRING:
        return "string";
    case WEFT_IDL_BINARY:
        return "binary";
    case WEFT_IDL_UUID:
        return "uuid";
    case WEFT_IDL_LIST:
        return "list";
    case WEFT_IDL_SET:
        return "set";
    case WEFT_IDL_MAP:
        return "map";
    case WEFT_IDL_ENUM:
    case WEFT_IDL_STRUCT:
    case WEFT_IDL_TYPEDEF:
        break;
    }
    return NULL;
}

WeftIdlType *
weft_idl_build_type(WeftIdlParser *parser, WeftIdlKind kind, const char *name,
                    const WeftIdlLocation *location)
{
    WeftIdlType *type = weft_arena_alloc0(parser->arena, sizeof *type);

    type->kind = kind;
    type->name = name != NULL ? name : kind_name(kind);
    type->position = weft_idl_parser_position(parser, location);
    return type;
}

WeftIdlType *
weft_idl_build_container(WeftIdlParser *parser, WeftIdlKind kind, WeftIdlType *key,
                         WeftIdlType *element, const WeftIdlLocation *location)
{
    WeftIdlType *type = weft_idl_build_type(parser, kind, NULL, location);

    type->key = key;
    type->element = element;
    weft_idl_parser_leave(parser);
    return type;
}

WeftIdlAnnotation *
weft_idl_build_annotation(WeftIdlParser *parser, const char *name, const char *value,
                          const WeftIdlLocation *location)
{
    WeftIdlAnnotation *annotation = weft_arena_alloc0(parser->arena, sizeof *annotation);

    annotation->name = name;
    annotation->value = value;
    annotation->position = weft_idl_parser_position(parser, location);
    return annotation;
}

WeftIdlLiteral *
weft_idl_build_literal(WeftIdlParser *parser, WeftIdlLiteralForm form,
                       const WeftIdlLocation *location)
{
    WeftIdlLiteral *literal = weft_arena_alloc0(parser->arena, sizeof *literal);

    literal->form = form;
    literal->position = weft_idl_parser_position(parser, location);
    return literal;
}

WeftIdlLiteral *
weft_idl_build_text(WeftIdlParser *parser, WeftIdlLiteralForm form, WeftIdlText text,
                    const WeftIdlLocation *location)
{
    WeftIdlLiteral *literal = weft_idl_build_literal(parser, form, location);

    literal->text = text.data;
    literal->length = text.length;
    return literal;
}

WeftIdlLiteralItem *
weft_idl_build_literal_item(WeftIdlParser *parser, WeftIdlLiteral *key, WeftIdlLiteral *value)
{
    WeftIdlLiteralItem *item = weft_arena_alloc0(parser->arena, sizeof *item);

    item->key = key;
    item->value = value;
    return item;
}

WeftIdlValue *
weft_idl_build_value(WeftArena *arena, const WeftIdlLiteral *literal)
{
    if (literal == NULL)
        return NULL;
    WeftIdlValue *value = weft_arena_alloc0(arena, sizeof *value);
    value->literal = literal;
    value->position = literal->position;
    return value;
}

void
weft_idl_build_program(WeftIdlParser *parser)
{
    WeftIdlProgram *program = parser->program;
    const size_t n_cpp_includes = parser->cpp_includes->len;

    program->includes = weft_idl_chain_reverse(program->includes);
    program->namespaces = weft_idl_chain_reverse(program->namespaces);
    program->definitions = weft_idl_chain_reverse(program->definitions);
    program->cpp_includes =
        weft_arena_alloc0(parser->arena, (n_cpp_includes + 1) * sizeof *program->cpp_includes);
    if (n_cpp_includes > 0)
        memcpy(program->cpp_includes, parser->cpp_includes->pdata,
               n_cpp_includes * sizeof *program->cpp_includes);
}
