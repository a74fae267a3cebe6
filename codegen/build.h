/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the grammar's rules make.  Chains grow at their front while they are read, and are turned
 * around when they are whole.
 */

#include "codegen/parser.h"

/** Of a field, as written. */
typedef struct {
    int16_t id;
    bool is_explicit;
} WeftIdlFieldId;

/** Of `extends`, as written. */
typedef struct {
    const char *name; /* NULL: there is none */
    WeftIdlPosition position;
} WeftIdlBaseName;

/** What every definition has. */
typedef struct {
    const char *name;
    WeftIdlAnnotation *annotations;
    const WeftIdlLocation *begin;    /* of all of it: its comment */
    const WeftIdlLocation *location; /* of its name */
} WeftIdlHead;

/** Put @thing, which begins with its `next`, before @chain. */
void *weft_idl_chain_push(void *chain, void *thing);

/** Turn it around. */
void *weft_idl_chain_reverse(void *chain);

/** How many it has. */
unsigned weft_idl_chain_length(const void *chain);

/** A name that may have no dots. */
const char *weft_idl_build_name(WeftIdlParser *parser, WeftIdlText name,
                                const WeftIdlLocation *location);

/** Each comment before the first header is about the file. */
void weft_idl_build_include(WeftIdlParser *parser, WeftIdlText path,
                            const WeftIdlLocation *location);
void weft_idl_build_cpp_include(WeftIdlParser *parser, WeftIdlText path,
                                const WeftIdlLocation *location);
void weft_idl_build_namespace(WeftIdlParser *parser, const char *language, const char *name,
                              WeftIdlAnnotation *annotations, const WeftIdlLocation *location);

/** Definitions are added to the program; they take their chains unturned. */
void weft_idl_build_typedef(WeftIdlParser *parser, WeftIdlHead head, WeftIdlType *type);
void weft_idl_build_enum(WeftIdlParser *parser, WeftIdlHead head, WeftIdlEnumValue *values);
void weft_idl_build_const(WeftIdlParser *parser, WeftIdlHead head, WeftIdlType *type,
                          WeftIdlLiteral *literal);
void weft_idl_build_struct(WeftIdlParser *parser, WeftIdlHead head, WeftIdlStructFlavour flavour,
                           WeftIdlField *fields);
void weft_idl_build_service(WeftIdlParser *parser, WeftIdlHead head, WeftIdlBaseName base,
                            WeftIdlFunction *functions);

/** @value: NULL where it is implied */
WeftIdlEnumValue *weft_idl_build_enum_value(WeftIdlParser *parser, WeftIdlHead head,
                                            const int64_t *value);
WeftIdlFieldId weft_idl_build_field_id(WeftIdlParser *parser, int64_t id,
                                       const WeftIdlLocation *location);
WeftIdlField *weft_idl_build_field(WeftIdlParser *parser, WeftIdlHead head, WeftIdlType *type);

/** Turns them around and gives those an id that have none. */
WeftIdlField *weft_idl_build_fields(WeftIdlField *fields);

/** @arguments and @exceptions: in their order */
WeftIdlFunction *weft_idl_build_function(WeftIdlParser *parser, WeftIdlHead head,
                                         WeftIdlType *result, WeftIdlField *arguments,
                                         WeftIdlField *exceptions);

/** @name: of what is defined elsewhere; NULL for a type of the language */
WeftIdlType *weft_idl_build_type(WeftIdlParser *parser, WeftIdlKind kind, const char *name,
                                 const WeftIdlLocation *location);
WeftIdlType *weft_idl_build_container(WeftIdlParser *parser, WeftIdlKind kind, WeftIdlType *key,
                                      WeftIdlType *element, const WeftIdlLocation *location);
WeftIdlAnnotation *weft_idl_build_annotation(WeftIdlParser *parser, const char *name,
                                             const char *value, const WeftIdlLocation *location);
WeftIdlLiteral *weft_idl_build_literal(WeftIdlParser *parser, WeftIdlLiteralForm form,
                                       const WeftIdlLocation *location);
WeftIdlLiteral *weft_idl_build_text(WeftIdlParser *parser, WeftIdlLiteralForm form,
                                    WeftIdlText text, const WeftIdlLocation *location);
WeftIdlLiteralItem *weft_idl_build_literal_item(WeftIdlParser *parser, WeftIdlLiteral *key,
                                                WeftIdlLiteral *value);

/** A place for the value of @literal.  Returns: NULL for NULL */
WeftIdlValue *weft_idl_build_value(WeftArena *arena, const WeftIdlLiteral *literal);

/** All is read: chains of the program are turned around. */
void weft_idl_build_program(WeftIdlParser *parser);
