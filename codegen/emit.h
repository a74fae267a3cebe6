/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * C made of an IDL file: NAME.weft.h, which a person reads, and NAME.weft.c.
 */

#include "codegen/program.h"

/** The two texts.  Returns: (transfer full): to g_free(); ends with a newline */
char *weft_idl_emit_header(const WeftIdlProgram *program);
char *weft_idl_emit_source(const WeftIdlProgram *program);

/** Write both to @folder, which is there; a file that has that text already is left alone. */
gboolean weft_idl_emit(const WeftIdlProgram *program, const char *folder, GError **error);
