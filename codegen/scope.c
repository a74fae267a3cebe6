/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which names a file defines.
 */

#include "codegen/scope.h"

#include <string.h>

struct WeftIdlScope {
    GHashTable *names[WEFT_IDL_N_SCOPES]; /* name to WeftIdlDefinition */
};

static WeftIdlScopeKind
scope_of(const WeftIdlDefinition *definition)
{
    switch (definition->what) {
    case WEFT_IDL_DEFINES_CONST:
        return WEFT_IDL_SCOPE_CONSTANTS;
    case WEFT_IDL_DEFINES_SERVICE:
        return WEFT_IDL_SCOPE_SERVICES;
    case WEFT_IDL_DEFINES_TYPEDEF:
    case WEFT_IDL_DEFINES_ENUM:
    case WEFT_IDL_DEFINES_STRUCT:
        break;
    }
    return WEFT_IDL_SCOPE_TYPES;
}

WeftIdlScope *
weft_idl_scope_new(const WeftIdlProgram *program, WeftIdlErrors *errors)
{
    WeftIdlScope *scope = g_new0(WeftIdlScope, 1);

    for (int i = 0; i < WEFT_IDL_N_SCOPES; i++)
        scope->names[i] = g_hash_table_new(g_str_hash, g_str_equal);
    for (WeftIdlDefinition *one = program->definitions; one != NULL; one = one->next) {
        GHashTable *names = scope->names[scope_of(one)];
        const WeftIdlDefinition *first = g_hash_table_lookup(names, one->name);

        if (first == NULL)
            g_hash_table_insert(names, (gpointer)one->name, one);
        else
            weft_idl_errors_add(
                errors, one->position,
                "found \"%s\" again, expected one definition; the other is in line %u", one->name,
                first->position.line);
    }
    return scope;
}

void
weft_idl_scope_free(WeftIdlScope *scope)
{
    if (scope == NULL)
        return;
    for (int i = 0; i < WEFT_IDL_N_SCOPES; i++)
        g_hash_table_unref(scope->names[i]);
    g_free(scope);
}

/* The next definition of @name behind @include's name, @include included; it is moved behind. */
static WeftIdlDefinition *
find_included(const WeftIdlInclude **include, WeftIdlScopeKind kind, const char *name)
{
    for (const WeftIdlInclude *one = *include; one != NULL; one = one->next) {
        const size_t prefix = one->program == NULL ? 0 : strlen(one->program->name);
        WeftIdlDefinition *found = NULL;

        if (prefix > 0 && strncmp(name, one->program->name, prefix) == 0 && name[prefix] == '.')
            found = g_hash_table_lookup(one->program->scope->names[kind], name + prefix + 1);
        if (found != NULL) {
            *include = one->next;
            return found;
        }
    }
    *include = NULL;
    return NULL;
}

WeftIdlDefinition *
weft_idl_scope_find(const WeftIdlProgram *program, WeftIdlScopeKind kind, const char *name,
                    size_t length)
{
    g_autofree char *wanted = g_strndup(name, length);
    const WeftIdlInclude *include = program->includes;
    WeftIdlDefinition *own = g_hash_table_lookup(program->scope->names[kind], wanted);

    return own != NULL ? own : find_included(&include, kind, wanted);
}

bool
weft_idl_scope_is_ambiguous(const WeftIdlProgram *program, WeftIdlScopeKind kind, const char *name)
{
    const WeftIdlInclude *include = program->includes;
    const WeftIdlDefinition *first = find_included(&include, kind, name);
    const WeftIdlDefinition *second = NULL;

    /* One file may be included twice. */
    do
        second = find_included(&include, kind, name);
    while (second != NULL && second == first);
    return second != NULL;
}

const WeftIdlEnumValue *
weft_idl_enum_find(const WeftIdlEnum *enumeration, const char *name)
{
    for (const WeftIdlEnumValue *value = enumeration->values; value != NULL; value = value->next) {
        if (strcmp(value->name, name) == 0)
            return value;
    }
    return NULL;
}
