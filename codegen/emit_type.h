/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What IDL types are called in C, and which containers a file has to define for itself.
 */

#include "codegen/program.h"

#include <glib.h>

/** A list, set or map that the file uses.  Types behind typedefs count as the same. */
typedef struct {
    const WeftIdlType *type; /* the true one */
    char *c_type;            /* "ItemList", "StringI64Map", "WeftI32List" */
    char *c_lower;           /* "item_list", "string_i64_map", "i32_list" */
    char *c_pair;            /* "StringI64Pair"; NULL: no map */
    bool is_ready_made;      /* of the library: its struct need not be defined */
    bool is_first;           /* no file that this one includes has it: this one defines it */
    bool is_private;         /* only files that include this one can have the same: no guard */
    bool is_coded;           /* fields lead to it: it has functions that read and write it */
    bool is_described;       /* it needs a WeftThriftType */
} WeftEmitContainer;

/** What one file's emitters share. */
typedef struct {
    const WeftIdlProgram *program;
    GPtrArray *containers; /* of WeftEmitContainer, each behind those it is made of */
    GHashTable *by_key;    /* of the same, by what tells types apart */
    GHashTable *programs;  /* those whose containers are there */
    GPtrArray *spelled;    /* structs whose members emit_value.c is putting */
} WeftEmitFile;

void weft_emit_file_init(WeftEmitFile *file, const WeftIdlProgram *program);
void weft_emit_file_clear(WeftEmitFile *file);

/** Of a list, set or map that the file or one that it includes uses. */
const WeftEmitContainer *weft_emit_container(const WeftEmitFile *file, const WeftIdlType *type);

/* ---- types ---- */

bool weft_emit_is_container(const WeftIdlType *type);
bool weft_emit_is_struct(const WeftIdlType *type);

/** STRING or BINARY. */
bool weft_emit_is_string(const WeftIdlType *type);

/** The structure behind @type; NULL: it is none. */
const WeftIdlStruct *weft_emit_struct_of(const WeftIdlType *type);

/** Its value in C, by the name the IDL uses: "int64_t", "Profile", "ProfileId", "ItemList". */
const char *weft_emit_c_type(const WeftEmitFile *file, const WeftIdlType *type);

/** The same behind all typedefs. */
const char *weft_emit_true_c_type(const WeftEmitFile *file, const WeftIdlType *type);

/** How a function takes it: "const Item *item", "int64_t id".  (transfer full) */
char *weft_emit_parameter(const WeftEmitFile *file, const WeftIdlType *type, const char *name);

/** How its functions are called: "string_i64_map", "profile". */
const char *weft_emit_c_lower(const WeftEmitFile *file, const WeftIdlType *type);

/** "WEFT_THRIFT_I32" */
const char *weft_emit_kind(const WeftIdlType *type);

/** "i32", as in weft_thrift_binary_put_i32(), of what is neither struct nor container. */
const char *weft_emit_wire_name(const WeftIdlType *type);

/** The expression of its WeftThriftType: "&profile_type".  (transfer full) */
char *weft_emit_type_expression(const WeftEmitFile *file, const WeftIdlType *type);

/** Whether a value leads to memory that is not its own: strings, containers, pointers. */
bool weft_emit_needs_arena(const WeftIdlType *type);

/* ---- fields ---- */

/** Whether the member is a pointer: of a result, all exceptions are; of arguments, all structs. */
bool weft_emit_is_pointer(const WeftIdlStruct *structure, const WeftIdlField *field);

/** Whether it is a struct that is there from the beginning, with its defaults: what is embedded,
 * and arguments, so that no handler meets NULL where a caller left one out. */
bool weft_emit_begins_somewhere(const WeftIdlStruct *structure, const WeftIdlField *field);

/** About how many bytes a value takes in C. */
unsigned weft_emit_size_estimate(const WeftIdlType *type);

/** Whether its struct's `has` tells of it. */
bool weft_emit_has_presence(const WeftIdlStruct *structure, const WeftIdlField *field);
bool weft_emit_any_presence(const WeftIdlStruct *structure);
