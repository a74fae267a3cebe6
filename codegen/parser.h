/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * From the text of one file to its program.  The scanner (lexer.l) and the grammar (grammar.y)
 * share what stands here; token.c says what tokens mean, build.c makes definitions of them.  Names
 * are not looked up: that is resolve.c, when all files are there.
 */

#include "codegen/errors.h"
#include "codegen/literal.h"

/** Of containers in a type, of lists and maps in a value. */
enum { WEFT_IDL_MAX_NESTING = 64 };

/** Where a token or a rule begins, and the comment that documents it. */
typedef struct {
    unsigned line; /* 0: of a rule that matched nothing */
    unsigned column;
    WeftIdlDoc doc;
} WeftIdlLocation;

/** A string or a name, in the arena, a NUL behind. */
typedef struct {
    const char *data;
    uint32_t length;
} WeftIdlText;

typedef struct {
    WeftArena *arena;
    WeftIdlErrors *errors;
    WeftIdlProgram *program;
    unsigned line; /* where the next token begins */
    unsigned column;
    WeftIdlDoc doc;          /* read, and not yet before a token */
    bool has_token;          /* one was read: no comment is the file's any more */
    unsigned n_open;         /* types, lists and maps around this place */
    char found[48];          /* the last token, for messages */
    GPtrArray *cpp_includes; /* of const char */
} WeftIdlParser;

/**
 * Read the file that @program->path names; what is wrong goes to @errors.  Included files are named
 * only: their `program` is NULL.
 */
void weft_idl_parse(WeftIdlProgram *program, const char *text, size_t size, WeftArena *arena,
                    WeftIdlErrors *errors);

/** The grammar over a scanner's tokens. */
void weft_idl_parse_tokens(WeftIdlParser *parser, void *scanner);

/** A failure at @location.  @format: as for printf() */
void weft_idl_parser_fail(WeftIdlParser *parser, const WeftIdlLocation *location,
                          const char *format, ...) G_GNUC_PRINTF(3, 4);

WeftIdlPosition weft_idl_parser_position(const WeftIdlParser *parser,
                                         const WeftIdlLocation *location);

/** One level deeper, and out again.  Returns: FALSE with an error where it is too deep */
bool weft_idl_parser_enter(WeftIdlParser *parser, const WeftIdlLocation *location);
void weft_idl_parser_leave(WeftIdlParser *parser);
