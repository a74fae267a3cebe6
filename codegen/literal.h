/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A value as it is written, before anybody asked for which type.
 */

#include "codegen/program.h"

typedef enum {
    WEFT_IDL_LITERAL_INTEGER,
    WEFT_IDL_LITERAL_DOUBLE,
    WEFT_IDL_LITERAL_STRING,
    WEFT_IDL_LITERAL_BOOL, /* true, false */
    WEFT_IDL_LITERAL_NAME, /* of a constant, or of an enum's value */
    WEFT_IDL_LITERAL_LIST, /* [a, b] */
    WEFT_IDL_LITERAL_MAP,  /* {a: b} */
} WeftIdlLiteralForm;

typedef struct WeftIdlLiteralItem WeftIdlLiteralItem;

struct WeftIdlLiteralItem {
    WeftIdlLiteralItem *next;
    WeftIdlLiteral *key; /* MAP */
    WeftIdlLiteral *value;
};

struct WeftIdlLiteral {
    WeftIdlLiteralForm form;
    int64_t integer; /* INTEGER, BOOL */
    double real;
    const char *text; /* STRING, NAME; a NUL behind */
    uint32_t length;  /* of text, bytes */
    WeftIdlLiteralItem *items;
    WeftIdlPosition position;
};
