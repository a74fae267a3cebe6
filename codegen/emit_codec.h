/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Functions that read and write one type in one protocol, straight over a buffer, with the pieces
 * of <weft/thrift_binary.h> and <weft/thrift_compact.h>.
 */

#include "codegen/emit_code.h"
#include "codegen/emit_type.h"

typedef struct {
    const char *name;  /* "binary": begins what belongs to it, behind weft_thrift_ */
    const char *upper; /* the same behind WEFT_THRIFT_ */
    bool is_compact;
} WeftEmitProtocol;

/** What the functions of a type are written to, and for. */
typedef struct {
    WeftCode *code;
    const WeftEmitFile *file;
    const WeftEmitProtocol *protocol;
} WeftEmitCodec;

/** All of the file: each type behind those it calls. */
void weft_emit_codecs(WeftCode *code, const WeftEmitFile *file);

/** A value in the generated code. */
typedef struct {
    char *value;   /* "typed->name" */
    char *address; /* "&typed->name" */
} WeftEmitPlace;

WeftEmitPlace weft_emit_place(const char *value);
WeftEmitPlace weft_emit_pointer_place(const char *pointer);
void weft_emit_place_clear(WeftEmitPlace *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WeftEmitPlace, weft_emit_place_clear)

/** Where a field of `typed` is, or what it points to. */
WeftEmitPlace weft_emit_member_place(const WeftIdlStruct *structure, const WeftIdlField *field);

/** The condition under which a field is written; NULL: always.  (transfer full) */
char *weft_emit_condition(const WeftIdlStruct *structure, const WeftIdlField *field);

/** The function that does @verb ("read", "write", "size") with a struct or container: of this file,
 * or out of another's table.  (transfer full) */
char *weft_emit_function_of(const WeftEmitCodec *codec, const WeftIdlType *type, const char *verb);

/** What container functions call their container: "list". */
const char *weft_emit_container_noun(const WeftIdlType *type);

/** Whether its size on the wire is the same for all values, or nearly so. */
bool weft_emit_is_short(const WeftIdlType *type);

/** `return NULL` unless @at is there. */
void weft_emit_check(const WeftEmitCodec *codec);

void weft_emit_struct_write(const WeftEmitCodec *codec, const WeftIdlStruct *structure);
void weft_emit_struct_read(const WeftEmitCodec *codec, const WeftIdlStruct *structure);
void weft_emit_struct_size(const WeftEmitCodec *codec, const WeftIdlStruct *structure);
void weft_emit_container_write(const WeftEmitCodec *codec, const WeftEmitContainer *container);
void weft_emit_container_read(const WeftEmitCodec *codec, const WeftEmitContainer *container);
void weft_emit_container_size(const WeftEmitCodec *codec, const WeftEmitContainer *container);
