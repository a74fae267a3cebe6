/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What stands in the files of a new project.  All texts are (transfer full).
 */

#include "codegen/emit_type.h"

/** A project's services: each behind the one it extends. */
typedef struct {
    const char *name; /* of the project */
    WeftEmitFile file;
    GPtrArray *services; /* of const WeftIdlService */
} WeftScaffoldProject;

/** Files that are written once and belong to whoever writes the service. */
char *weft_scaffold_cmake(const WeftScaffoldProject *project);
char *weft_scaffold_server(const WeftScaffoldProject *project);
char *weft_scaffold_client(const WeftScaffoldProject *project);
char *weft_scaffold_handlers_head(const WeftScaffoldProject *project,
                                  const WeftIdlService *service);
char *weft_scaffold_tests_head(const WeftScaffoldProject *project, const WeftIdlService *service);

/** What is put behind those heads, a function each. */
char *weft_scaffold_handler(const WeftScaffoldProject *project, const WeftIdlService *service,
                            const WeftIdlFunction *function);
char *weft_scaffold_test(const WeftScaffoldProject *project, const WeftIdlService *service,
                         const WeftIdlFunction *function);

/** How it is known that those are there: "handle_profiles_get(", "(ProfilesTest, get)". */
char *weft_scaffold_handler_mark(const WeftIdlService *service, const WeftIdlFunction *function);
char *weft_scaffold_test_mark(const WeftIdlService *service, const WeftIdlFunction *function);

/** Files that are weftgen's, and written anew each time: they tie handlers to services. */
char *weft_scaffold_table_header(const WeftScaffoldProject *project);
char *weft_scaffold_table(const WeftScaffoldProject *project);
