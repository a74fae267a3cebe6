/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The header's types, in an order in which C knows each before it needs it.
 */

#include "codegen/emit_code.h"
#include "codegen/emit_type.h"

void weft_emit_declarations(WeftCode *code, const WeftEmitFile *file);

/** The members of @structure, without the lines around them. */
void weft_emit_members(WeftCode *code, const WeftEmitFile *file, const WeftIdlStruct *structure);
