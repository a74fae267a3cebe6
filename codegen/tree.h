/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A file and all it includes: loading them, and what is wrong with them.
 */

#include "codegen/errors.h"

/** What goes beyond is an error of the file; other limits stand in parser.h and resolve.h. */
enum {
    WEFT_IDL_MAX_FILE_BYTES = 16 * 1024 * 1024,
    WEFT_IDL_MAX_INCLUDE_DEPTH = 64,
};

typedef struct WeftIdlTree WeftIdlTree;

WeftIdlTree *weft_idl_tree_new(void);
void weft_idl_tree_free(WeftIdlTree *tree);

/** Look for included files in @folder, too, after the folder of the file that includes; in the
 * order of the calls. */
void weft_idl_tree_add_search_folder(WeftIdlTree *tree, const char *folder);

/**
 * Read @path and what it includes.  Once for each tree.
 * Returns: (nullable): its program, as long as @tree; NULL: weft_idl_tree_errors() has the reasons
 */
const WeftIdlProgram *weft_idl_tree_load(WeftIdlTree *tree, const char *path);

/** The same for a text in memory; @path is what it is called.  Includes are read from files. */
const WeftIdlProgram *weft_idl_tree_load_text(WeftIdlTree *tree, const char *path, const char *text,
                                              size_t size);

/** All files that were read, what is included before what includes. */
const WeftIdlProgram *weft_idl_tree_programs(const WeftIdlTree *tree);

/** What is wrong. */
const WeftIdlErrors *weft_idl_tree_errors(const WeftIdlTree *tree);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftIdlTree, weft_idl_tree_free)
