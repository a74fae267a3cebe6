/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The passes over a file that has been read, in their order.  What is wrong goes to `errors`; a
 * type that is wrong becomes VOID, and no pass speaks of it again.  What a file includes has gone
 * through all of them before.
 */

#include "codegen/errors.h"

/** How deep typedefs and containers nest, how many services extend one another, how many constants
 * lead from one to the next, how many structs embed one another. */
enum {
    WEFT_IDL_MAX_TYPE_DEPTH = 64,
    WEFT_IDL_MAX_BASES = 64,
    WEFT_IDL_MAX_CONSTANT_DEPTH = 64,
    WEFT_IDL_MAX_EMBEDDING = 256,
    WEFT_IDL_MAX_VALUES = 1000 * 1000, /* of a file's constants and defaults together */
};

/** Names of types and services to what they name (resolve.c). */
void weft_idl_resolve(WeftIdlProgram *program, WeftIdlErrors *errors);

/** Ids and names that are there twice, exceptions, oneway, enums (check.c). */
void weft_idl_check(const WeftIdlProgram *program, WeftIdlErrors *errors);

/** Which members are pointers, and in which order structs are written (embed.c). */
void weft_idl_embed(WeftIdlProgram *program, WeftIdlErrors *errors);

/** Constants and defaults to their types (fit.c). */
void weft_idl_fit(WeftIdlProgram *program, WeftArena *arena, WeftIdlErrors *errors);

/** What everything is called in C (c_name.c). */
void weft_idl_name(WeftIdlProgram *program, WeftArena *arena, WeftIdlErrors *errors);
