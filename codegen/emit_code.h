/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * C that is being written: lines with their indentation, long ones broken as clang-format would.
 */

#include <glib.h>
#include <stdbool.h>

typedef struct {
    GString *text;
    unsigned depth;   /* of indentation */
    GPtrArray *notes; /* of the members since the last weft_code_end_members(): text, note, ... */
} WeftCode;

void weft_code_init(WeftCode *code);

/** End it.  Returns: (transfer full): the text, without empty lines at its end */
char *weft_code_steal(WeftCode *code);

/** One line.  What is longer than a line may be is continued behind its innermost bracket. */
void weft_code_line(WeftCode *code, const char *format, ...) G_GNUC_PRINTF(2, 3);

/** A line that ends with an initialiser, part by part where it is long.  @end: behind it */
void weft_code_initialiser(WeftCode *code, const char *text, const char *end);

/** An empty line, unless one stands there, or a block begins there. */
void weft_code_gap(WeftCode *code);

/** A line that ends with ` {`, and what belongs to it stands deeper; and the line that ends it. */
void weft_code_open(WeftCode *code, const char *format, ...) G_GNUC_PRINTF(2, 3);
void weft_code_close(WeftCode *code, const char *end);

/** The head of a function's definition, with its brace. */
void weft_code_function(WeftCode *code, const char *result, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/** A line with a note behind it; the notes of neighbours stand below each other.
 * @note: (nullable) */
void weft_code_member(WeftCode *code, const char *line, const char *note);
void weft_code_end_members(WeftCode *code);

/** What documents the following line.  @text: lines parted by '\n' */
void weft_code_comment(WeftCode *code, const char *text);

/** A line that parts the file. */
void weft_code_section(WeftCode *code, const char *title);
