/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Constants and defaults to their types.  A name of a constant is read anew as the type that is
 * wanted there: what `const i32 A = 1` says may also be a double.
 */

#include "codegen/resolve.h"

#include <inttypes.h>
#include <string.h>
#include <weft/scan.h>

#include "codegen/literal.h"
#include "codegen/scope.h"

enum {
    MAX_SHOWN_BYTES = 32,   /* of a literal that a message repeats */
    MAX_COMPARED_LEVELS = 8 /* of two types; what nests deeper counts as different */
};

typedef struct {
    const WeftIdlProgram *program; /* where names are looked up */
    WeftArena *arena;
    WeftIdlErrors *errors;
    const WeftIdlPosition *blame; /* the name by which a constant was reached; NULL: the literal */
    unsigned n_constants;         /* gone through to get here */
    size_t n_values;              /* made so far */
} Fitter;

static bool fit(Fitter *fitter, const WeftIdlLiteral *literal, const WeftIdlType *type,
                WeftIdlValue *value);

/* ---- messages ---- */

static char *
show(const WeftIdlLiteral *literal)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];

    switch (literal->form) {
    case WEFT_IDL_LITERAL_INTEGER:
        return g_strdup_printf("%" PRIi64, literal->integer);
    case WEFT_IDL_LITERAL_DOUBLE:
        return g_strdup(g_ascii_dtostr(number, sizeof number, literal->real));
    case WEFT_IDL_LITERAL_BOOL:
        return g_strdup(literal->integer ? "true" : "false");
    case WEFT_IDL_LITERAL_STRING:
    case WEFT_IDL_LITERAL_NAME: {
        g_autofree char *start = g_strndup(literal->text, MAX_SHOWN_BYTES);
        g_autofree char *escaped = g_strescape(start, NULL);
        return g_strdup_printf(literal->form == WEFT_IDL_LITERAL_NAME ? "name \"%s%s\""
                                                                      : "string \"%s%s\"",
                               escaped, literal->length > MAX_SHOWN_BYTES ? "..." : "");
    }
    case WEFT_IDL_LITERAL_LIST:
        return g_strdup("a list");
    case WEFT_IDL_LITERAL_MAP:
        return g_strdup("a map");
    }
    g_assert_not_reached();
}

static WeftIdlPosition
position_of(const Fitter *fitter, const WeftIdlLiteral *literal)
{
    return fitter->blame != NULL ? *fitter->blame : literal->position;
}

/* Returns: false */
static bool
refuse(Fitter *fitter, const WeftIdlLiteral *literal, const char *expected)
{
    g_autofree char *shown = show(literal);

    weft_idl_errors_add(fitter->errors, position_of(fitter, literal), "found %s%s, expected %s",
                        shown, fitter->blame != NULL ? " behind this name" : "", expected);
    return false;
}

/* ---- names ---- */

/* The enum's value that a name with a dot means: "Color.RED", "shared.Color.RED". */
static const WeftIdlEnumValue *
find_enum_value(const WeftIdlProgram *program, const char *name, const WeftIdlEnum **ret_enum)
{
    const char *dot = strrchr(name, '.');
    const WeftIdlType *type = NULL;

    if (dot == NULL)
        return NULL;
    WeftIdlDefinition *found =
        weft_idl_scope_find(program, WEFT_IDL_SCOPE_TYPES, name, (size_t)(dot - name));
    if (found != NULL && found->what == WEFT_IDL_DEFINES_TYPEDEF)
        type = weft_idl_type_true(((const WeftIdlTypedef *)found)->type);
    if (type != NULL && type->kind == WEFT_IDL_ENUM)
        *ret_enum = type->enumeration;
    else if (found != NULL && found->what == WEFT_IDL_DEFINES_ENUM)
        *ret_enum = (const WeftIdlEnum *)found;
    else
        return NULL;
    return weft_idl_enum_find(*ret_enum, dot + 1);
}

/* A value of @enumeration itself, by its name or behind the enum's, without that of its file. */
static const WeftIdlEnumValue *
find_own_value(const WeftIdlEnum *enumeration, const char *name)
{
    const size_t prefix = strlen(enumeration->definition.name);

    if (strchr(name, '.') == NULL)
        return weft_idl_enum_find(enumeration, name);
    if (strncmp(name, enumeration->definition.name, prefix) != 0 || name[prefix] != '.')
        return NULL;
    return weft_idl_enum_find(enumeration, name + prefix + 1);
}

/* Whether a value of @left is one of @right as it stands. */
static bool
is_same_type(const WeftIdlType *left, const WeftIdlType *right, unsigned n_levels)
{
    left = weft_idl_type_true(left);
    right = weft_idl_type_true(right);
    if (left == right)
        return true;
    if (left->kind != right->kind || left->enumeration != right->enumeration ||
        left->structure != right->structure || n_levels == MAX_COMPARED_LEVELS)
        return false;
    if (left->key != NULL && !is_same_type(left->key, right->key, n_levels + 1))
        return false;
    return left->element == NULL || is_same_type(left->element, right->element, n_levels + 1);
}

static bool
fit_constant(Fitter *fitter, const WeftIdlLiteral *literal, const WeftIdlConst *constant,
             const WeftIdlType *type, WeftIdlValue *value)
{
    Fitter inner = *fitter;

    if (fitter->n_constants == WEFT_IDL_MAX_CONSTANT_DEPTH)
        return refuse(fitter, literal, "a constant that does not lead to itself");
    inner.program = constant->definition.program;
    inner.n_constants++;
    if (inner.blame == NULL)
        inner.blame = &literal->position;
    const bool is_good = fit(&inner, constant->value->literal, type, value);
    fitter->n_values = inner.n_values;
    if (is_good && is_same_type(constant->type, type, 0))
        value->constant = constant;
    return is_good;
}

static bool
fit_enum_value(Fitter *fitter, const WeftIdlLiteral *literal, const WeftIdlType *type,
               const WeftIdlEnum *enumeration, WeftIdlValue *value)
{
    const WeftIdlEnumValue *found = value->enum_value;

    if (type->kind == WEFT_IDL_ENUM && type->enumeration != enumeration) {
        g_autofree char *expected = g_strdup_printf("a value of enum \"%s\"", type->name);
        return refuse(fitter, literal, expected);
    }
    if (type->kind == WEFT_IDL_ENUM) {
        value->integer = found->value;
        return true;
    }
    value->enum_value = NULL;
    WeftIdlLiteral number = *literal;
    number.form = WEFT_IDL_LITERAL_INTEGER;
    number.integer = found->value;
    const bool is_good = fit(fitter, &number, type, value);
    value->literal = literal;
    return is_good;
}

static bool
fit_name(Fitter *fitter, const WeftIdlLiteral *literal, const WeftIdlType *type,
         WeftIdlValue *value)
{
    const WeftIdlEnum *enumeration = NULL;
    const WeftIdlDefinition *constant;

    if (type->kind == WEFT_IDL_ENUM) {
        enumeration = type->enumeration;
        value->enum_value = find_own_value(enumeration, literal->text);
    }
    if (value->enum_value == NULL)
        value->enum_value = find_enum_value(fitter->program, literal->text, &enumeration);
    if (value->enum_value != NULL)
        return fit_enum_value(fitter, literal, type, enumeration, value);

    constant = weft_idl_scope_find(fitter->program, WEFT_IDL_SCOPE_CONSTANTS, literal->text,
                                   literal->length);
    if (constant != NULL)
        return fit_constant(fitter, literal, (const WeftIdlConst *)constant, type, value);
    return refuse(fitter, literal, "a constant or a value of an enum");
}

/* ---- one kind after the other ---- */

static bool
fit_integer(Fitter *fitter, const WeftIdlLiteral *literal, int64_t largest, const char *expected,
            WeftIdlValue *value)
{
    if (literal->form != WEFT_IDL_LITERAL_INTEGER || literal->integer > largest ||
        literal->integer < -largest - 1)
        return refuse(fitter, literal, expected);
    value->integer = literal->integer;
    return true;
}

static bool
fit_bool(Fitter *fitter, const WeftIdlLiteral *literal, WeftIdlValue *value)
{
    const bool is_number = literal->form == WEFT_IDL_LITERAL_INTEGER &&
                           (literal->integer == 0 || literal->integer == 1);

    if (literal->form != WEFT_IDL_LITERAL_BOOL && !is_number)
        return refuse(fitter, literal, "true or false");
    value->boolean = literal->integer != 0;
    return true;
}

static bool
fit_double(Fitter *fitter, const WeftIdlLiteral *literal, WeftIdlValue *value)
{
    if (literal->form == WEFT_IDL_LITERAL_DOUBLE)
        value->real = literal->real;
    else if (literal->form == WEFT_IDL_LITERAL_INTEGER)
        value->real = (double)literal->integer;
    else
        return refuse(fitter, literal, "a double");
    return true;
}

static bool
fit_string(Fitter *fitter, const WeftIdlLiteral *literal, WeftIdlValue *value)
{
    if (literal->form != WEFT_IDL_LITERAL_STRING)
        return refuse(fitter, literal, "a string");
    value->string.data = literal->text;
    value->string.length = literal->length;
    return true;
}

/* RFC 9562 4: digits in groups of 8, 4, 4, 4 and 12. */
static bool
fit_uuid(Fitter *fitter, const WeftIdlLiteral *literal, WeftIdlValue *value)
{
    static const char pattern[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    uint8_t bytes[16];
    unsigned n_digits = 0;
    bool is_good = literal->form == WEFT_IDL_LITERAL_STRING && literal->length == strlen(pattern);

    for (size_t i = 0; is_good && i < strlen(pattern); i++) {
        int digit = weft_byte_hex_value(literal->text[i]);
        is_good = pattern[i] == '-' ? literal->text[i] == '-' : digit >= 0;
        if (!is_good || pattern[i] == '-')
            continue;
        bytes[n_digits / 2] = (uint8_t)((n_digits % 2 ? bytes[n_digits / 2] << 4 : 0) | digit);
        n_digits++;
    }
    if (!is_good)
        return refuse(fitter, literal, "a UUID in quotes, 8-4-4-4-12 hexadecimal digits");
    memcpy(value->uuid, bytes, sizeof bytes);
    return true;
}

static bool
fit_enum(Fitter *fitter, const WeftIdlLiteral *literal, const WeftIdlType *type,
         WeftIdlValue *value)
{
    const WeftIdlEnumValue *one =
        literal->form == WEFT_IDL_LITERAL_INTEGER ? type->enumeration->values : NULL;

    while (one != NULL && one->value != literal->integer)
        one = one->next;
    if (one == NULL) {
        g_autofree char *expected = g_strdup_printf("a value of enum \"%s\"", type->name);
        return refuse(fitter, literal, expected);
    }
    value->enum_value = one;
    value->integer = one->value;
    return true;
}

static WeftIdlValue *
fit_part(Fitter *fitter, const WeftIdlLiteral *literal, const WeftIdlType *type, bool *is_good)
{
    WeftIdlValue *value = weft_arena_alloc0(fitter->arena, sizeof *value);

    if (!fit(fitter, literal, type, value))
        *is_good = false;
    return value;
}

static bool
fit_container(Fitter *fitter, const WeftIdlLiteral *literal, const WeftIdlType *type,
              WeftIdlValue *value)
{
    const bool is_map = type->kind == WEFT_IDL_MAP;
    WeftIdlItem **end = &value->items;
    bool is_good = true;

    /* What is empty may be written either way, as the reference compiler has it. */
    const bool is_empty = literal->items == NULL && (literal->form == WEFT_IDL_LITERAL_MAP ||
                                                     literal->form == WEFT_IDL_LITERAL_LIST);
    if (literal->form != (is_map ? WEFT_IDL_LITERAL_MAP : WEFT_IDL_LITERAL_LIST) && !is_empty)
        return refuse(fitter, literal, is_map ? "a map: {key: value}" : "a list: [value]");
    for (const WeftIdlLiteralItem *part = literal->items; part != NULL; part = part->next) {
        WeftIdlItem *item = weft_arena_alloc0(fitter->arena, sizeof *item);
        if (is_map)
            item->key = fit_part(fitter, part->key, type->key, &is_good);
        item->value = fit_part(fitter, part->value, type->element, &is_good);
        *end = item;
        end = &item->next;
        value->n_items++;
    }
    return is_good;
}

/* Returns: (nullable): the field of @structure that @key names; else an error was told */
static WeftIdlField *
find_member(Fitter *fitter, const WeftIdlLiteral *key, const WeftIdlStruct *structure,
            const WeftIdlItem *before)
{
    WeftIdlField *field = structure->fields;

    while (field != NULL &&
           (key->form != WEFT_IDL_LITERAL_STRING || key->length != strlen(field->name) ||
            memcmp(key->text, field->name, key->length) != 0))
        field = field->next;
    if (field == NULL) {
        g_autofree char *expected =
            g_strdup_printf("a field of \"%s\", in quotes", structure->definition.name);
        refuse(fitter, key, expected);
        return NULL;
    }
    for (const WeftIdlItem *item = before; item != NULL; item = item->next) {
        if (item->field != field)
            continue;
        refuse(fitter, key, "each field once");
        return NULL;
    }
    return field;
}

static bool
fit_struct(Fitter *fitter, const WeftIdlLiteral *literal, const WeftIdlType *type,
           WeftIdlValue *value)
{
    const WeftIdlStruct *structure = type->structure;
    WeftIdlItem **end = &value->items;
    bool is_good = true;

    if (literal->form != WEFT_IDL_LITERAL_MAP)
        return refuse(fitter, literal, "a struct: {\"field\": value}");
    for (const WeftIdlLiteralItem *part = literal->items; part != NULL; part = part->next) {
        WeftIdlField *field = find_member(fitter, part->key, structure, value->items);
        if (field == NULL) {
            is_good = false;
            continue;
        }
        WeftIdlItem *item = weft_arena_alloc0(fitter->arena, sizeof *item);
        item->field = field;
        item->value = fit_part(fitter, part->value, field->type, &is_good);
        *end = item;
        end = &item->next;
        value->n_items++;
    }
    if (structure->flavour == WEFT_IDL_UNION && value->n_items > 1)
        return refuse(fitter, literal, "one field, since this is a union");
    return is_good;
}

/* What @value needs of @type: its true one, or why it cannot be. */
static bool
fit_kind(Fitter *fitter, const WeftIdlLiteral *literal, const WeftIdlType *type,
         WeftIdlValue *value)
{
    switch (type->kind) {
    case WEFT_IDL_BOOL:
        return fit_bool(fitter, literal, value);
    case WEFT_IDL_I8:
        return fit_integer(fitter, literal, INT8_MAX, "an integer of 8 bits", value);
    case WEFT_IDL_I16:
        return fit_integer(fitter, literal, INT16_MAX, "an integer of 16 bits", value);
    case WEFT_IDL_I32:
        return fit_integer(fitter, literal, INT32_MAX, "an integer of 32 bits", value);
    case WEFT_IDL_I64:
        return fit_integer(fitter, literal, INT64_MAX, "an integer", value);
    case WEFT_IDL_DOUBLE:
        return fit_double(fitter, literal, value);
    case WEFT_IDL_STRING:
    case WEFT_IDL_BINARY:
        return fit_string(fitter, literal, value);
    case WEFT_IDL_UUID:
        return fit_uuid(fitter, literal, value);
    case WEFT_IDL_LIST:
    case WEFT_IDL_SET:
    case WEFT_IDL_MAP:
        return fit_container(fitter, literal, type, value);
    case WEFT_IDL_ENUM:
        return fit_enum(fitter, literal, type, value);
    case WEFT_IDL_STRUCT:
        return fit_struct(fitter, literal, type, value);
    case WEFT_IDL_VOID: /* the type is wrong; that was said */
    case WEFT_IDL_TYPEDEF:
        break;
    }
    return false;
}

static bool
fit(Fitter *fitter, const WeftIdlLiteral *literal, const WeftIdlType *type, WeftIdlValue *value)
{
    type = weft_idl_type_true(type);
    value->type = type;
    value->literal = literal;
    value->position = literal->position;
    if (fitter->n_values == WEFT_IDL_MAX_VALUES)
        return false;
    if (++fitter->n_values == WEFT_IDL_MAX_VALUES) {
        g_autofree char *expected = g_strdup_printf("less than %d values", WEFT_IDL_MAX_VALUES);
        return refuse(fitter, literal, expected);
    }
    if (literal->form == WEFT_IDL_LITERAL_NAME)
        return fit_name(fitter, literal, type, value);
    return fit_kind(fitter, literal, type, value);
}

static void
fit_fields(Fitter *fitter, const WeftIdlField *fields)
{
    for (const WeftIdlField *field = fields; field != NULL; field = field->next) {
        if (field->initial != NULL)
            fit(fitter, field->initial->literal, field->type, field->initial);
    }
}

void
weft_idl_fit(WeftIdlProgram *program, WeftArena *arena, WeftIdlErrors *errors)
{
    Fitter fitter = {.program = program, .arena = arena, .errors = errors};

    for (WeftIdlDefinition *one = program->definitions; one != NULL; one = one->next) {
        if (one->what == WEFT_IDL_DEFINES_CONST) {
            const WeftIdlConst *constant = (const WeftIdlConst *)one;
            fit(&fitter, constant->value->literal, constant->type, constant->value);
        } else if (one->what == WEFT_IDL_DEFINES_STRUCT) {
            fit_fields(&fitter, ((const WeftIdlStruct *)one)->fields);
        } else if (one->what == WEFT_IDL_DEFINES_SERVICE) {
            const WeftIdlService *service = (const WeftIdlService *)one;
            for (const WeftIdlFunction *call = service->functions; call != NULL; call = call->next)
                fit_fields(&fitter, call->arguments->fields);
        }
    }
}
