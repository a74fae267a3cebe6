/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What an IDL file says, checked and resolved: what emitters read.  Names of types and constants
 * lead to what they name, values have been fitted to their types, and everything has its name in C.
 * All of it lies in the arena of a WeftIdlTree, and nothing in it changes once it has been loaded.
 * Lists are chains by `next`, in the order of the file.
 */

#include <stdbool.h>
#include <weft/arena.h>

typedef struct WeftIdlProgram WeftIdlProgram;
typedef struct WeftIdlInclude WeftIdlInclude;
typedef struct WeftIdlNamespace WeftIdlNamespace;
typedef struct WeftIdlAnnotation WeftIdlAnnotation;
typedef struct WeftIdlDefinition WeftIdlDefinition;
typedef struct WeftIdlTypedef WeftIdlTypedef;
typedef struct WeftIdlEnum WeftIdlEnum;
typedef struct WeftIdlEnumValue WeftIdlEnumValue;
typedef struct WeftIdlConst WeftIdlConst;
typedef struct WeftIdlStruct WeftIdlStruct;
typedef struct WeftIdlField WeftIdlField;
typedef struct WeftIdlService WeftIdlService;
typedef struct WeftIdlFunction WeftIdlFunction;
typedef struct WeftIdlType WeftIdlType;
typedef struct WeftIdlValue WeftIdlValue;
typedef struct WeftIdlItem WeftIdlItem;
typedef struct WeftIdlLiteral WeftIdlLiteral; /* codegen/literal.h */

/** Where something stands.  Lines and columns (of bytes) count from 1. */
typedef struct {
    const char *path; /* of the file, as it was opened */
    unsigned line;
    unsigned column;
} WeftIdlPosition;

/** A comment of the form that documents: without its marks, lines parted by '\n', none at the end.
 */
typedef struct {
    const char *text; /* NULL: there is none */
    unsigned line;    /* where it begins */
} WeftIdlDoc;

/** (name = "value"); without a value it is "1". */
struct WeftIdlAnnotation {
    WeftIdlAnnotation *next;
    const char *name;
    const char *value;
    WeftIdlPosition position;
};

/* ---- types ---- */

typedef enum {
    WEFT_IDL_VOID, /* as a result only */
    WEFT_IDL_BOOL,
    WEFT_IDL_I8,
    WEFT_IDL_I16,
    WEFT_IDL_I32,
    WEFT_IDL_I64,
    WEFT_IDL_DOUBLE,
    WEFT_IDL_STRING,
    WEFT_IDL_BINARY,
    WEFT_IDL_UUID,
    WEFT_IDL_LIST,
    WEFT_IDL_SET,
    WEFT_IDL_MAP,
    WEFT_IDL_ENUM,
    WEFT_IDL_STRUCT, /* or union, or exception */
    WEFT_IDL_TYPEDEF,
} WeftIdlKind;

/** A type where it is used. */
struct WeftIdlType {
    WeftIdlKind kind;
    const WeftIdlType *key;           /* MAP */
    const WeftIdlType *element;       /* LIST and SET: of an item; MAP: of a value */
    const WeftIdlEnum *enumeration;   /* ENUM */
    WeftIdlStruct *structure;         /* STRUCT */
    const WeftIdlTypedef *definition; /* TYPEDEF */
    WeftIdlAnnotation *annotations;   /* those of this use */
    const char *cpp_type;             /* (nullable): of containers */
    const char *name;                 /* as written: "shared.Profile", "i32", "map" */
    WeftIdlPosition position;
};

/** What is behind all typedefs; @type itself where it is none. */
const WeftIdlType *weft_idl_type_true(const WeftIdlType *type);

/** "map<string,list<shared.Profile>>": typedefs by their names.  In @arena. */
const char *weft_idl_type_text(const WeftIdlType *type, WeftArena *arena);

/* ---- values ---- */

/** An item of a list or set, a pair of a map, a member of a struct. */
struct WeftIdlItem {
    WeftIdlItem *next;
    WeftIdlValue *key;   /* MAP */
    WeftIdlValue *value; /* of each */
    WeftIdlField *field; /* STRUCT */
};

/**
 * A value, fitted to @type: a reference to another constant has that one's value, integers lie
 * within their type's range, text for a UUID has been read.
 */
struct WeftIdlValue {
    const WeftIdlType *type; /* the true one: which of the members below counts */
    union {
        bool boolean;
        int64_t integer; /* I8 to I64, ENUM */
        double real;
        uint8_t uuid[16];
        struct {
            const char *data; /* with a NUL behind; may have others */
            uint32_t length;
        } string;           /* STRING, BINARY */
        WeftIdlItem *items; /* LIST, SET, MAP, STRUCT */
    };
    uint32_t n_items;
    const WeftIdlEnumValue *enum_value; /* ENUM */
    const WeftIdlConst *constant;       /* (nullable): it is this one, and written as its name */
    const WeftIdlLiteral *literal;      /* as it is written */
    WeftIdlPosition position;
};

/* ---- definitions ---- */

typedef enum {
    WEFT_IDL_DEFINES_TYPEDEF,
    WEFT_IDL_DEFINES_ENUM,
    WEFT_IDL_DEFINES_CONST,
    WEFT_IDL_DEFINES_STRUCT,
    WEFT_IDL_DEFINES_SERVICE,
} WeftIdlDefines;

/** What all definitions begin with. */
struct WeftIdlDefinition {
    WeftIdlDefinition *next;
    WeftIdlDefines what;
    WeftIdlProgram *program; /* the file it stands in */
    const char *name;        /* as in the IDL: "Profile" */
    const char *c_type;      /* with the namespace's prefix: "Profile", "TutorialProfile" */
    const char *c_lower; /* begins its functions, without the '_': "profile", "tutorial_profile" */
    const char *c_upper; /* the same for constants: "PROFILE"; of a const: all of its name */
    WeftIdlPosition position;
    WeftIdlDoc doc;
    WeftIdlAnnotation *annotations;
};

struct WeftIdlTypedef {
    WeftIdlDefinition definition;
    WeftIdlType *type;
    unsigned depth; /* how deep the types behind it nest; resolve.c counts it */
};

struct WeftIdlEnumValue {
    WeftIdlEnumValue *next;
    const char *name;
    const char *c_name; /* "COLOR_RED" */
    int32_t value;
    bool is_explicit;
    bool is_alias; /* one before it has the same value */
    WeftIdlPosition position;
    WeftIdlDoc doc;
    WeftIdlAnnotation *annotations;
};

struct WeftIdlEnum {
    WeftIdlDefinition definition;
    WeftIdlEnumValue *values;
    unsigned n_values;
};

struct WeftIdlConst {
    WeftIdlDefinition definition;
    WeftIdlType *type;
    WeftIdlValue *value;
};

typedef enum {
    WEFT_IDL_DEFAULT,
    WEFT_IDL_REQUIRED,
    WEFT_IDL_OPTIONAL,
} WeftIdlRequiredness;

struct WeftIdlField {
    WeftIdlField *next;
    int16_t id;
    bool has_explicit_id;
    WeftIdlRequiredness requiredness;
    bool is_reference; /* written with '&' */
    bool is_pointer;   /* a struct by '&', an exception of a result, or what would embed itself */
    WeftIdlType *type;
    const char *name;
    const char *c_name;     /* "note"; "class_" for `class` */
    const char *c_constant; /* of a union: "SHAPE_CIRCLE"; else NULL */
    WeftIdlValue *initial;  /* (nullable): its default */
    WeftIdlPosition position;
    WeftIdlDoc doc;
    WeftIdlAnnotation *annotations;
};

typedef enum {
    WEFT_IDL_PLAIN_STRUCT,
    WEFT_IDL_UNION,
    WEFT_IDL_EXCEPTION,
    WEFT_IDL_ARGUMENTS, /* of a function */
    WEFT_IDL_RESULT,    /* of a function: field 0 "success" unless void, then its exceptions */
} WeftIdlStructFlavour;

struct WeftIdlStruct {
    WeftIdlDefinition definition;
    WeftIdlStructFlavour flavour;
    WeftIdlField *fields;
    unsigned n_fields;
    WeftIdlStruct *next_embedded; /* WeftIdlProgram.structs_by_embedding */
};

struct WeftIdlFunction {
    WeftIdlFunction *next;
    const char *name;
    const char *c_name; /* in the handler, and behind the service's c_lower and '_': "get" */
    bool is_oneway;
    WeftIdlType *result;      /* VOID where there is none */
    WeftIdlStruct *arguments; /* its name: "Profiles.get.arguments" */
    WeftIdlStruct *answer;    /* of flavour RESULT; NULL: oneway */
    WeftIdlField *exceptions; /* the end of answer's fields: those that are thrown */
    WeftIdlPosition position;
    WeftIdlDoc doc;
    WeftIdlAnnotation *annotations;
};

struct WeftIdlService {
    WeftIdlDefinition definition;
    const WeftIdlService *base; /* (nullable): `extends`; may stand in another file */
    const char *base_name;      /* (nullable): as written: "shared.SharedService" */
    WeftIdlPosition base_position;
    WeftIdlFunction *functions;
    unsigned n_functions;
};

/* ---- files ---- */

struct WeftIdlInclude {
    WeftIdlInclude *next;
    const char *path;        /* as written: "shared/types.thrift" */
    WeftIdlProgram *program; /* what it is */
    WeftIdlPosition position;
};

struct WeftIdlNamespace {
    WeftIdlNamespace *next;
    const char *language; /* "*" for all */
    const char *name;
    WeftIdlAnnotation *annotations;
    WeftIdlPosition position;
};

/** One file. */
struct WeftIdlProgram {
    WeftIdlProgram *next; /* of the tree: what it includes comes before it */
    const char *path;     /* as it was opened */
    const char *name;     /* "types" for "shared/types.thrift": what stands before the '.' */
    const char *c_prefix; /* of `namespace weft` or `namespace *`, "Tutorial"; "" for none */
    WeftIdlDoc doc;       /* of the file: stands first, before a header */
    WeftIdlInclude *includes;
    WeftIdlNamespace *namespaces;
    const char **cpp_includes; /* NULL ends it */
    WeftIdlDefinition *definitions;
    /* Its structs, unions and exceptions in an order in which each comes after those of this file
     * that it embeds. */
    WeftIdlStruct *structs_by_embedding;
    struct WeftIdlScope *scope; /* codegen/scope.h */
};

/** The annotation's value, the last one written; NULL: there is none. */
const char *weft_idl_annotation_find(const WeftIdlAnnotation *annotations, const char *name);
