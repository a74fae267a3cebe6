/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of types and services to what they name.
 */

#include "codegen/resolve.h"

#include <string.h>

#include "codegen/scope.h"

enum { DEPTH_OPEN = G_MAXUINT }; /* of a typedef: being counted */

typedef struct {
    const WeftIdlProgram *program;
    WeftIdlErrors *errors;
} Resolver;

/* The type is wrong, and that has been said. */
static void
make_void(WeftIdlType *type)
{
    type->kind = WEFT_IDL_VOID;
    type->definition = NULL;
}

static void
name_definition(WeftIdlType *type, WeftIdlDefinition *found)
{
    switch (found->what) {
    case WEFT_IDL_DEFINES_TYPEDEF:
        type->definition = (const WeftIdlTypedef *)found;
        return;
    case WEFT_IDL_DEFINES_ENUM:
        type->kind = WEFT_IDL_ENUM;
        type->enumeration = (const WeftIdlEnum *)found;
        return;
    case WEFT_IDL_DEFINES_STRUCT:
        type->kind = WEFT_IDL_STRUCT;
        type->structure = (WeftIdlStruct *)found;
        return;
    case WEFT_IDL_DEFINES_CONST:
    case WEFT_IDL_DEFINES_SERVICE:
        break;
    }
    g_assert_not_reached();
}

static void
resolve_type(const Resolver *resolver, WeftIdlType *type)
{
    /* Parts that containers point to as const are this file's own. */
    if (type->key != NULL)
        resolve_type(resolver, (WeftIdlType *)type->key);
    if (type->element != NULL)
        resolve_type(resolver, (WeftIdlType *)type->element);
    if (type->kind != WEFT_IDL_TYPEDEF)
        return;

    WeftIdlDefinition *found = weft_idl_scope_find(resolver->program, WEFT_IDL_SCOPE_TYPES,
                                                   type->name, strlen(type->name));
    if (found == NULL && strcmp(type->name, "uuid") == 0) {
        type->kind = WEFT_IDL_UUID;
    } else if (found == NULL) {
        weft_idl_errors_add(resolver->errors, type->position,
                            "found \"%s\", expected a type that is defined", type->name);
        make_void(type);
    } else {
        if (weft_idl_scope_is_ambiguous(resolver->program, WEFT_IDL_SCOPE_TYPES, type->name))
            weft_idl_errors_add(resolver->errors, type->position,
                                "found \"%s\", which two included files define, expected one",
                                type->name);
        name_definition(type, found);
    }
}

/* ---- typedefs that lead to themselves ---- */

static unsigned count_typedef(const Resolver *resolver, WeftIdlTypedef *alias, unsigned n_calls);

/* Returns: how deep @type nests, 0 where that is more than is allowed */
static unsigned
count_depth(const Resolver *resolver, const WeftIdlType *type, unsigned n_calls)
{
    unsigned key = 1, element = 1;

    if (n_calls > WEFT_IDL_MAX_TYPE_DEPTH)
        return 0;
    if (type->kind == WEFT_IDL_TYPEDEF)
        return count_typedef(resolver, (WeftIdlTypedef *)type->definition, n_calls + 1);
    if (type->key != NULL)
        key = count_depth(resolver, type->key, n_calls + 1);
    if (type->element != NULL)
        element = count_depth(resolver, type->element, n_calls + 1);
    if (key == 0 || element == 0 || MAX(key, element) >= WEFT_IDL_MAX_TYPE_DEPTH)
        return 0;
    return MAX(key, element) + 1;
}

static unsigned
count_typedef(const Resolver *resolver, WeftIdlTypedef *alias, unsigned n_calls)
{
    if (alias->depth == DEPTH_OPEN)
        return 0;
    if (alias->depth > 0)
        return alias->depth;

    alias->depth = DEPTH_OPEN;
    unsigned depth = count_depth(resolver, alias->type, n_calls);
    alias->depth = 0;
    if (depth > 0 && depth < WEFT_IDL_MAX_TYPE_DEPTH)
        alias->depth = depth + 1;
    return alias->depth;
}

static void
check_typedef(const Resolver *resolver, WeftIdlTypedef *alias)
{
    if (count_typedef(resolver, alias, 0) > 0)
        return;
    weft_idl_errors_add(
        resolver->errors, alias->definition.position,
        "found typedef \"%s\", which leads to itself or through more than %d types, "
        "expected an end",
        alias->definition.name, WEFT_IDL_MAX_TYPE_DEPTH);
    make_void(alias->type);
    alias->type->key = NULL;
    alias->type->element = NULL;
    alias->depth = 1;
}

/* A use whose own containers and the typedefs behind them are too deep together. */
static void
check_depth(const Resolver *resolver, WeftIdlType *type)
{
    if (count_depth(resolver, type, 0) > 0)
        return;
    weft_idl_errors_add(resolver->errors, type->position,
                        "found a type nested deeper than %d levels, expected less",
                        WEFT_IDL_MAX_TYPE_DEPTH);
    make_void(type);
    type->key = NULL;
    type->element = NULL;
}

/* ---- services ---- */

static void
resolve_base(const Resolver *resolver, WeftIdlService *service)
{
    if (service->base_name == NULL)
        return;
    service->base = (const WeftIdlService *)weft_idl_scope_find(
        resolver->program, WEFT_IDL_SCOPE_SERVICES, service->base_name, strlen(service->base_name));
    if (service->base == NULL)
        weft_idl_errors_add(resolver->errors, service->base_position,
                            "found \"%s\", expected a service that is defined", service->base_name);
}

static void
check_bases(const Resolver *resolver, WeftIdlService *service)
{
    unsigned n_bases = 0;

    for (const WeftIdlService *base = service->base; base != NULL; base = base->base) {
        if (base != service && n_bases++ < WEFT_IDL_MAX_BASES)
            continue;
        weft_idl_errors_add(resolver->errors, service->base_position,
                            "found service \"%s\", which extends itself or more than %d, "
                            "expected an end",
                            service->definition.name, WEFT_IDL_MAX_BASES);
        service->base = NULL;
        return;
    }
}

/* ---- all of a file ---- */

typedef void (*VisitType)(const Resolver *resolver, WeftIdlType *type);

static void
visit_fields(const Resolver *resolver, const WeftIdlField *fields, VisitType visit)
{
    for (const WeftIdlField *field = fields; field != NULL; field = field->next)
        visit(resolver, field->type);
}

static void
visit_types(const Resolver *resolver, const WeftIdlDefinition *definition, VisitType visit)
{
    switch (definition->what) {
    case WEFT_IDL_DEFINES_TYPEDEF:
        visit(resolver, ((const WeftIdlTypedef *)definition)->type);
        return;
    case WEFT_IDL_DEFINES_CONST:
        visit(resolver, ((const WeftIdlConst *)definition)->type);
        return;
    case WEFT_IDL_DEFINES_STRUCT:
        visit_fields(resolver, ((const WeftIdlStruct *)definition)->fields, visit);
        return;
    case WEFT_IDL_DEFINES_ENUM:
        return;
    case WEFT_IDL_DEFINES_SERVICE:
        break;
    }
    const WeftIdlService *service = (const WeftIdlService *)definition;
    for (const WeftIdlFunction *one = service->functions; one != NULL; one = one->next) {
        visit(resolver, one->result);
        visit_fields(resolver, one->arguments->fields, visit);
        visit_fields(resolver, one->exceptions, visit);
    }
}

void
weft_idl_resolve(WeftIdlProgram *program, WeftIdlErrors *errors)
{
    const Resolver resolver = {program, errors};

    for (WeftIdlDefinition *one = program->definitions; one != NULL; one = one->next) {
        visit_types(&resolver, one, resolve_type);
        if (one->what == WEFT_IDL_DEFINES_SERVICE)
            resolve_base(&resolver, (WeftIdlService *)one);
    }
    for (WeftIdlDefinition *one = program->definitions; one != NULL; one = one->next) {
        if (one->what == WEFT_IDL_DEFINES_TYPEDEF)
            check_typedef(&resolver, (WeftIdlTypedef *)one);
        if (one->what == WEFT_IDL_DEFINES_SERVICE)
            check_bases(&resolver, (WeftIdlService *)one);
    }
    for (WeftIdlDefinition *one = program->definitions; one != NULL; one = one->next) {
        if (one->what != WEFT_IDL_DEFINES_TYPEDEF)
            visit_types(&resolver, one, check_depth);
    }
}
