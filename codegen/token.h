/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the scanner's matches mean.
 */

#include "codegen/parser.h"

/** The scanner has matched @length bytes; @location is set to where they begin. */
void weft_idl_token_advance(WeftIdlParser *parser, const char *text, size_t length,
                            WeftIdlLocation *location);

/** A comment between its marks; kept if it documents. */
void weft_idl_token_comment(WeftIdlParser *parser, const char *text, size_t length,
                            const WeftIdlLocation *location);

/** A token was read: the comment before it is its own. */
void weft_idl_token_take(WeftIdlParser *parser, const char *text, size_t length,
                         WeftIdlLocation *location);

/** The end of the file was read. */
void weft_idl_token_take_end(WeftIdlParser *parser, WeftIdlLocation *location);

/** Bytes that begin no token. */
void weft_idl_token_refuse(WeftIdlParser *parser, const char *text, size_t length,
                           const WeftIdlLocation *location);

WeftIdlText weft_idl_token_name(WeftIdlParser *parser, const char *text, size_t length);

/** Decimal, or hexadecimal behind 0x.  Out of the range of i64: 0 and an error. */
int64_t weft_idl_token_integer(WeftIdlParser *parser, const char *text, size_t length,
                               const WeftIdlLocation *location);

/** @text: NUL-terminated.  The nearest double there is; beyond them: 0 and an error. */
double weft_idl_token_double(WeftIdlParser *parser, const char *text,
                             const WeftIdlLocation *location);

/** What stands between the quotes. */
WeftIdlText weft_idl_token_string(WeftIdlParser *parser, const char *text, size_t length,
                                  const WeftIdlLocation *location);
