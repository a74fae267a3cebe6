/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking into what an IDL file says.
 */

#include "codegen/program.h"

#include <string.h>

const WeftIdlType *
weft_idl_type_true(const WeftIdlType *type)
{
    while (type->kind == WEFT_IDL_TYPEDEF)
        type = type->definition->type;
    return type;
}

const char *
weft_idl_type_text(const WeftIdlType *type, WeftArena *arena)
{
    /* Nesting is bounded by WEFT_IDL_MAX_NESTING. */
    switch (type->kind) {
    case WEFT_IDL_LIST:
        return weft_arena_printf(arena, "list<%s>", weft_idl_type_text(type->element, arena));
    case WEFT_IDL_SET:
        return weft_arena_printf(arena, "set<%s>", weft_idl_type_text(type->element, arena));
    case WEFT_IDL_MAP:
        return weft_arena_printf(arena, "map<%s,%s>", weft_idl_type_text(type->key, arena),
                                 weft_idl_type_text(type->element, arena));
    case WEFT_IDL_VOID:
    case WEFT_IDL_BOOL:
    case WEFT_IDL_I8:
    case WEFT_IDL_I16:
    case WEFT_IDL_I32:
    case WEFT_IDL_I64:
    case WEFT_IDL_DOUBLE:
    case WEFT_IDL_STRING:
    case WEFT_IDL_BINARY:
    case WEFT_IDL_UUID:
    case WEFT_IDL_ENUM:
    case WEFT_IDL_STRUCT:
    case WEFT_IDL_TYPEDEF:
        return type->name;
    }
    g_assert_not_reached();
}

const char *
weft_idl_annotation_find(const WeftIdlAnnotation *annotations, const char *name)
{
    const char *value = NULL;

    for (const WeftIdlAnnotation *one = annotations; one != NULL; one = one->next) {
        if (strcmp(one->name, name) == 0)
            value = one->value;
    }
    return value;
}
