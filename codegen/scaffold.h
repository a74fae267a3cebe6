/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A project that serves an IDL file's services: `weftgen new`.  It is made once, and added to
 * later: what somebody may have written is never changed, only what is new is put behind it.
 */

#include "codegen/program.h"

/**
 * The IDL files of @program and all it includes into @folder/idl, unless it lies there already.
 * @programs: all of them
 * @report: what was made is appended, a line each
 */
gboolean weft_scaffold_copy_idl(const WeftIdlProgram *program, const WeftIdlProgram *programs,
                                const char *folder, GString *report, GError **error);

/** Everything else: CMakeLists.txt, server, client, handlers, tests. */
gboolean weft_scaffold(const WeftIdlProgram *program, const char *folder, GString *report,
                       GError **error);
