/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What is wrong with IDL files: collected, so that one run tells several.
 */

#include "codegen/program.h"

/** Of a run; then it says that there are more. */
enum { WEFT_IDL_MAX_ERRORS = 50 };

typedef struct {
    WeftIdlPosition position;
    char *message; /* "found ..., expected ..." */
} WeftIdlError;

typedef struct {
    GArray *items;   /* WeftIdlError, in the order of their finding */
    size_t n_beyond; /* that were not kept */
} WeftIdlErrors;

void weft_idl_errors_init(WeftIdlErrors *errors);
void weft_idl_errors_clear(WeftIdlErrors *errors);

/** @format: as for printf() */
void weft_idl_errors_add(WeftIdlErrors *errors, WeftIdlPosition position, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/** How many were found so far. */
size_t weft_idl_errors_count(const WeftIdlErrors *errors);

/** `file:line:column: message`, one a line, each file's in the order of its lines.
 * Returns: (transfer full) */
char *weft_idl_errors_text(const WeftIdlErrors *errors);
