/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/thrift_codec.h>

G_BEGIN_DECLS

/**
 * A struct with a field of every kind, and its table: what codecs are tested with.  It has no
 * generated code, so tables are followed.
 */

typedef struct {
    int32_t which;
    union {
        int64_t number;   /* 1 */
        WeftString text;  /* 2 */
        WeftI32List list; /* 3 */
    };
} KindsChoice;

typedef struct {
    WeftString key;
    int64_t value;
} KindsStringPair;

typedef struct {
    KindsStringPair *items;
    uint32_t n_items;
} KindsStringMap;

typedef struct {
    int32_t key;
    WeftBoolList value;
} KindsNumberPair;

typedef struct {
    KindsNumberPair *items;
    uint32_t n_items;
} KindsNumberMap;

typedef struct {
    double key;
    bool value;
} KindsDoublePair;

typedef struct {
    KindsDoublePair *items;
    uint32_t n_items;
} KindsDoubleMap;

typedef struct {
    WeftI32List key;
    WeftString value;
} KindsListPair;

typedef struct {
    KindsListPair *items;
    uint32_t n_items;
} KindsListMap;

typedef struct {
    KindsChoice *items;
    uint32_t n_items;
} KindsChoiceList;

typedef struct Kinds Kinds;
struct Kinds {
    bool truth;              /* 1 */
    int8_t tiny;             /* 2 */
    int16_t small;           /* 3 */
    int32_t medium;          /* 4 */
    int64_t large;           /* 5 */
    double real;             /* 6 */
    WeftString text;         /* 7 */
    WeftString bytes;        /* 8 */
    WeftUuid uuid;           /* 9 */
    int32_t color;           /* 10, an enum */
    WeftI64List numbers;     /* 11 */
    WeftStringList words;    /* 12, a set */
    KindsStringMap counters; /* 13 */
    KindsNumberMap flags;    /* 14 */
    KindsDoubleMap weights;  /* 15 */
    KindsListMap names;      /* 16 */
    KindsChoiceList choices; /* 17 */
    Kinds *next;             /* 18 */
    int32_t maybe;           /* 40, optional */
    WeftBoolList truths;     /* -1 */
    struct {
        bool maybe;
    } has;
};

extern const WeftThriftType kinds_type;
extern const WeftThriftType kinds_choice_type;

/** A struct's type without generated code. */
WeftThriftType kinds_struct_type(const char *name, const WeftThriftField *fields, uint16_t n_fields,
                                 uint32_t size);

/** Any value that @seed stands for, in @arena; the same for the same seed. */
void kinds_fill(Kinds *kinds, WeftArena *arena, uint32_t seed);

G_END_DECLS
