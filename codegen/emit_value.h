/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Values of the IDL as initialisers in C, such as may stand outside functions.
 */

#include "codegen/emit_type.h"

/** (transfer full) */
char *weft_emit_value(const WeftEmitFile *file, const WeftIdlType *type, const WeftIdlValue *value);

/** What init sets a value of @structure to.  (transfer full) (nullable): NULL: all zeros */
char *weft_emit_initial(const WeftEmitFile *file, const WeftIdlStruct *structure);
