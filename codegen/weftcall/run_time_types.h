/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The tables that weftgen would write of an IDL file, made while the program runs: a struct has a
 * layout of our own, and is read and written by its fields' table.
 */

#include "codegen/tree.h"

#include <weft/thrift.h>

G_BEGIN_DECLS

typedef struct WeftRunTimeTypes WeftRunTimeTypes;

/**
 * @tree: loaded; outlives the types
 * Returns: NULL: WEFT_ERROR_LIMIT: a struct is too large
 */
WeftRunTimeTypes *weft_run_time_types_new(const WeftIdlTree *tree, GError **error);
void weft_run_time_types_free(WeftRunTimeTypes *types);

/** The table of a struct, union or exception. */
const WeftThriftType *weft_run_time_types_struct(const WeftRunTimeTypes *types,
                                                 const WeftIdlStruct *structure);

/** The row of @function for a client; lives as long as @types. */
const WeftThriftMethod *weft_run_time_types_method(WeftRunTimeTypes *types,
                                                   const WeftIdlFunction *function, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftRunTimeTypes, weft_run_time_types_free)

G_END_DECLS
