/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What can be done with values of a file's types: prototypes for the header, functions for the
 * source.
 */

#include "codegen/emit_code.h"
#include "codegen/emit_type.h"

/** Of its containers: they stand with the types. */
void weft_emit_interface_prototypes(WeftCode *code, const WeftEmitFile *file);
void weft_emit_interface_functions(WeftCode *code, const WeftEmitFile *file);
