/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a grammar cannot say: ids and names that are there twice, exceptions, oneway, enums.
 */

#include "codegen/resolve.h"

#include <string.h>
#include <weft/scan.h>

typedef struct {
    WeftIdlErrors *errors;
    GHashTable *names; /* name to WeftIdlPosition, of what is looked at */
    GHashTable *ids;   /* id or value to WeftIdlPosition */
} Checker;

static void
begin(Checker *checker)
{
    g_hash_table_remove_all(checker->names);
    g_hash_table_remove_all(checker->ids);
}

static void
check_name(Checker *checker, const char *what, const char *name, const WeftIdlPosition *position)
{
    const WeftIdlPosition *first = g_hash_table_lookup(checker->names, name);

    if (first == NULL)
        g_hash_table_insert(checker->names, (gpointer)name, (gpointer)position);
    else
        weft_idl_errors_add(checker->errors, *position,
                            "found %s \"%s\" again, expected another name; the first is in line %u",
                            what, name, first->line);
}

static void
check_id(Checker *checker, const char *what, int32_t id, const WeftIdlPosition *position)
{
    const WeftIdlPosition *first = g_hash_table_lookup(checker->ids, GINT_TO_POINTER(id));

    if (first == NULL)
        g_hash_table_insert(checker->ids, GINT_TO_POINTER(id), (gpointer)position);
    else
        weft_idl_errors_add(checker->errors, *position,
                            "found %s %d again, expected another; the first is in line %u", what,
                            id, first->line);
}

/* ---- annotations that mean something to us ---- */

static bool
is_duration(const char *text)
{
    uint64_t value = 0;
    const size_t length = strlen(text);

    return length > 0 && weft_scan_decimal(text, length, &value) == length && value > 0 &&
           value <= INT64_MAX;
}

/* Other prefixes are other programs' matter. */
static void
check_annotations(const Checker *checker, const WeftIdlAnnotation *annotations, bool is_function)
{
    for (const WeftIdlAnnotation *one = annotations; one != NULL; one = one->next) {
        const bool is_timeout = strcmp(one->name, "weft.timeout_ms") == 0;
        if (!g_str_has_prefix(one->name, "weft.") || strcmp(one->name, "weft.name") == 0)
            continue;
        if (!is_timeout && strcmp(one->name, "weft.idempotent") != 0)
            weft_idl_errors_add(checker->errors, one->position,
                                "found annotation \"%s\", expected weft.name, weft.timeout_ms or "
                                "weft.idempotent",
                                one->name);
        else if (!is_function)
            weft_idl_errors_add(checker->errors, one->position,
                                "found annotation \"%s\" here, expected it behind a function",
                                one->name);
        else if (is_timeout && !is_duration(one->value))
            weft_idl_errors_add(checker->errors, one->position,
                                "found \"%s\" for weft.timeout_ms, expected milliseconds",
                                one->value);
    }
}

/* ---- definitions ---- */

static void
check_enum(Checker *checker, const WeftIdlEnum *enumeration)
{
    begin(checker);
    if (enumeration->values == NULL)
        weft_idl_errors_add(checker->errors, enumeration->definition.position,
                            "found enum \"%s\" without a value, expected one",
                            enumeration->definition.name);
    for (WeftIdlEnumValue *value = enumeration->values; value != NULL; value = value->next) {
        check_name(checker, "value", value->name, &value->position);
        check_annotations(checker, value->annotations, false);
        /* Two names for one value are allowed, as the reference compiler has it. */
        value->is_alias = !g_hash_table_add(checker->ids, GINT_TO_POINTER(value->value));
    }
}

static void
check_fields(Checker *checker, const WeftIdlField *fields)
{
    begin(checker);
    for (const WeftIdlField *field = fields; field != NULL; field = field->next) {
        check_name(checker, "field", field->name, &field->position);
        check_annotations(checker, field->annotations, false);
        check_id(checker, "field id", field->id, &field->position);
    }
}

static void
check_union(Checker *checker, const WeftIdlStruct *structure)
{
    const WeftIdlField *first = NULL;

    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next) {
        if (field->initial == NULL)
            continue;
        if (first != NULL)
            weft_idl_errors_add(checker->errors, field->position,
                                "found a default for \"%s\", expected one in a union; "
                                "\"%s\" in line %u has it",
                                field->name, first->name, first->position.line);
        first = first != NULL ? first : field;
    }
}

static void
check_exceptions(Checker *checker, const WeftIdlField *exceptions)
{
    for (const WeftIdlField *field = exceptions; field != NULL; field = field->next) {
        const WeftIdlType *type = weft_idl_type_true(field->type);
        if (type->kind == WEFT_IDL_VOID ||
            (type->kind == WEFT_IDL_STRUCT && type->structure->flavour == WEFT_IDL_EXCEPTION))
            continue;
        weft_idl_errors_add(checker->errors, field->type->position,
                            "found \"%s\", expected an exception behind throws", field->type->name);
    }
}

static void
check_function(Checker *checker, const WeftIdlFunction *function)
{
    check_annotations(checker, function->annotations, true);
    check_fields(checker, function->arguments->fields);
    if (function->answer != NULL)
        check_fields(checker, function->answer->fields);
    check_exceptions(checker, function->exceptions);
    if (!function->is_oneway)
        return;
    if (function->result->kind != WEFT_IDL_VOID)
        weft_idl_errors_add(
            checker->errors, function->result->position,
            "found \"%s\", expected void: \"%s\" is oneway, nobody hears of a result",
            function->result->name, function->name);
    if (function->exceptions != NULL)
        weft_idl_errors_add(checker->errors, function->exceptions->position,
                            "found throws, expected none: \"%s\" is oneway, nobody hears of it",
                            function->name);
}

static void
check_service(Checker *checker, const WeftIdlService *service)
{
    begin(checker);
    for (const WeftIdlFunction *one = service->functions; one != NULL; one = one->next)
        check_name(checker, "function", one->name, &one->position);
    for (const WeftIdlFunction *one = service->functions; one != NULL; one = one->next)
        check_function(checker, one);
}

static void
check_struct(Checker *checker, const WeftIdlStruct *structure)
{
    check_fields(checker, structure->fields);
    if (structure->flavour == WEFT_IDL_UNION)
        check_union(checker, structure);
}

void
weft_idl_check(const WeftIdlProgram *program, WeftIdlErrors *errors)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) ids = g_hash_table_new(NULL, NULL);
    Checker checker = {errors, names, ids};

    for (const WeftIdlDefinition *one = program->definitions; one != NULL; one = one->next) {
        check_annotations(&checker, one->annotations, false);
        switch (one->what) {
        case WEFT_IDL_DEFINES_ENUM:
            check_enum(&checker, (const WeftIdlEnum *)one);
            break;
        case WEFT_IDL_DEFINES_STRUCT:
            check_struct(&checker, (const WeftIdlStruct *)one);
            break;
        case WEFT_IDL_DEFINES_SERVICE:
            check_service(&checker, (const WeftIdlService *)one);
            break;
        case WEFT_IDL_DEFINES_TYPEDEF:
        case WEFT_IDL_DEFINES_CONST:
            break;
        }
    }
}
