/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The tables by which the library knows the types of a file, and the functions of types that work
 * by them.
 */

#include "codegen/emit_code.h"
#include "codegen/emit_type.h"

/** What init copies: structs that do not begin as zeros. */
void weft_emit_initials(WeftCode *code, const WeftEmitFile *file);

/** Types whose tables stand at the end, but are named before. */
void weft_emit_table_heads(WeftCode *code, const WeftEmitFile *file);

void weft_emit_tables(WeftCode *code, const WeftEmitFile *file);
