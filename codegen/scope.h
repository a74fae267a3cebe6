/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which names a file defines, and how another file's are reached: "Profile", "shared.Profile".
 */

#include "codegen/errors.h"

typedef enum {
    WEFT_IDL_SCOPE_TYPES,
    WEFT_IDL_SCOPE_CONSTANTS,
    WEFT_IDL_SCOPE_SERVICES,
    WEFT_IDL_N_SCOPES,
} WeftIdlScopeKind;

typedef struct WeftIdlScope WeftIdlScope;

/** What @program defines; what is defined twice goes to @errors. */
WeftIdlScope *weft_idl_scope_new(const WeftIdlProgram *program, WeftIdlErrors *errors);
void weft_idl_scope_free(WeftIdlScope *scope);

/**
 * What @name means in @program: its own, or with an include's name before it.
 * @length: of @name, bytes
 * Returns: (nullable)
 */
WeftIdlDefinition *weft_idl_scope_find(const WeftIdlProgram *program, WeftIdlScopeKind kind,
                                       const char *name, size_t length);

/** Whether two includes of one name both define @name, so that it says not which. */
bool weft_idl_scope_is_ambiguous(const WeftIdlProgram *program, WeftIdlScopeKind kind,
                                 const char *name);

/** Returns: (nullable): the value of @enumeration that is called @name */
const WeftIdlEnumValue *weft_idl_enum_find(const WeftIdlEnum *enumeration, const char *name);
