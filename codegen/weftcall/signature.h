/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Services and functions of an IDL file: found by name, and written as a person reads them.
 */

#include "codegen/program.h"

/**
 * Find "Service.function", or "function" where @program has one service only; a function may be
 * that of a service that is extended.
 * @ret_service: (nullable): whose name was given
 * Returns: NULL: WEFT_ERROR_INVALID, with what there is
 */
const WeftIdlFunction *weft_signature_find(const WeftIdlProgram *program, const char *name,
                                           const WeftIdlService **ret_service, GError **error);

/** "Calculator.add(i32 a, i32 b): i32 throws InvalidOperation"  (transfer full) */
char *weft_signature_text(const WeftIdlService *service, const WeftIdlFunction *function);

/** One line for each function of each service of @program.  (transfer full) */
char *weft_signature_list(const WeftIdlProgram *program);
