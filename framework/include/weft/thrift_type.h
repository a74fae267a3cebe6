/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <weft/arena.h>
#include <weft/error.h>

G_BEGIN_DECLS

/**
 * How Thrift's types look in C, and the tables by which the library knows the types that `weftgen`
 * made of an IDL file.  All values are plain structs whose pointers lead into an arena (or to
 * whatever outlives them): copying a struct copies it flatly, nothing is freed one by one.
 */

/** `string` and `binary`: bytes, with a NUL behind that is not counted.  {NULL, 0} is empty. */
typedef struct {
    const char *data;
    uint32_t length;
} WeftString;

/** A literal. */
#define WEFT_STRING(literal) ((WeftString){"" literal, sizeof(literal) - 1})

/** What a NUL-terminated text holds; borrowed.  @text: (nullable) */
WeftString weft_string(const char *text);

/** A copy in @arena.  @format: as for printf() */
WeftString weft_string_printf(WeftArena *arena, const char *format, ...) G_GNUC_PRINTF(2, 3);

/** The same bytes. */
bool weft_string_equal(WeftString left, WeftString right);

/** RFC 9562; in the order of the text form. */
typedef struct {
    uint8_t bytes[16];
} WeftUuid;

/** Lists and sets: @n_items items in the order of the wire. */
typedef struct {
    bool *items;
    uint32_t n_items;
} WeftBoolList;
typedef struct {
    int8_t *items;
    uint32_t n_items;
} WeftI8List;
typedef struct {
    int16_t *items;
    uint32_t n_items;
} WeftI16List;
typedef struct {
    int32_t *items;
    uint32_t n_items;
} WeftI32List;
typedef struct {
    int64_t *items;
    uint32_t n_items;
} WeftI64List;
typedef struct {
    double *items;
    uint32_t n_items;
} WeftDoubleList;
typedef struct {
    WeftString *items;
    uint32_t n_items;
} WeftStringList;
typedef struct {
    WeftUuid *items;
    uint32_t n_items;
} WeftUuidList;

/** What every list, set and map begins with.  A map's items are pairs: {key, value}. */
typedef struct {
    void *items;
    uint32_t n_items;
} WeftThriftContainer;

/** Kinds of values, with the numbers of the binary protocol. */
typedef enum {
    WEFT_THRIFT_STOP = 0, /* no value: the end of a struct's fields */
    WEFT_THRIFT_BOOL = 2,
    WEFT_THRIFT_I8 = 3,
    WEFT_THRIFT_DOUBLE = 4,
    WEFT_THRIFT_I16 = 6,
    WEFT_THRIFT_I32 = 8,
    WEFT_THRIFT_I64 = 10,
    WEFT_THRIFT_STRING = 11,
    WEFT_THRIFT_STRUCT = 12,
    WEFT_THRIFT_MAP = 13,
    WEFT_THRIFT_SET = 14,
    WEFT_THRIFT_LIST = 15,
    WEFT_THRIFT_UUID = 16,
} WeftThriftKind;

/** What a kind does not say; of no matter on the wire. */
typedef enum {
    WEFT_THRIFT_PLAIN,
    WEFT_THRIFT_ENUM,   /* of I32 */
    WEFT_THRIFT_BINARY, /* of STRING: not text */
    WEFT_THRIFT_UNION,  /* of STRUCT */
    WEFT_THRIFT_THROWN, /* of STRUCT: an exception */
} WeftThriftFlavour;

typedef enum {
    WEFT_THRIFT_DEFAULT,  /* always written; may lack when read */
    WEFT_THRIFT_REQUIRED, /* always written; its lack fails the reader */
    WEFT_THRIFT_OPTIONAL, /* written where present */
} WeftThriftRequiredness;

typedef struct WeftThriftType WeftThriftType;
typedef struct WeftThriftReader WeftThriftReader; /* weft/thrift_codec.h */
typedef struct WeftThriftWriter WeftThriftWriter;

/** A field of a struct, union or exception. */
typedef struct {
    const char *name; /* as in the IDL */
    const WeftThriftType *type;
    int16_t id;
    uint8_t requiredness; /* WeftThriftRequiredness */
    bool is_pointer;      /* the member is a pointer into the arena; NULL: absent */
    uint32_t offset;      /* of the member, bytes */
    uint32_t
        presence_offset; /* of the bool in `has`, for what is optional and no pointer; else 0 */
} WeftThriftField;

typedef struct {
    const char *name;
    int32_t value;
} WeftThriftEnumValue;

/**
 * How one protocol reads and writes a struct: generated code, straight over a buffer.  All NULL in
 * a type that was made at run time: then the fields' table is followed.
 */
typedef struct {
    /** @value: as init left it.  Returns: behind what was read; NULL: @reader has the failure */
    const uint8_t *(*read)(void *value, const uint8_t *at, WeftThriftReader *reader);
    /** Returns: behind what was written; NULL: @writer has the failure */
    uint8_t *(*write)(const void *value, uint8_t *at, WeftThriftWriter *writer);
    /** How many bytes it takes. */
    size_t (*size)(const void *value);
} WeftThriftCodec;

/** A type; constant once made, shared by all threads. */
struct WeftThriftType {
    const char *name;                  /* as in the IDL: "Profile", "i32", "map<string,i64>" */
    uint8_t kind;                      /* WeftThriftKind */
    uint8_t flavour;                   /* WeftThriftFlavour */
    uint16_t n_fields;                 /* or values of an enum */
    uint32_t size;                     /* of a value in C, bytes */
    uint32_t item_size;                /* containers: of an item; maps: of a pair, bytes */
    uint32_t value_offset;             /* maps: of the value in a pair, bytes */
    const WeftThriftType *key;         /* maps */
    const WeftThriftType *element;     /* lists and sets: of an item; maps: of a value */
    const WeftThriftField *fields;     /* in the order of the IDL */
    const WeftThriftEnumValue *values; /* in the order of the IDL */
    const void *initial;               /* structs: a value as init leaves it; NULL: zeros */
    WeftThriftCodec binary;
    WeftThriftCodec compact;
};

/** A union begins with an int32_t: the id of the field that is set, 0 if none is.  Its members
 * share one place. */

extern const WeftThriftType weft_thrift_bool;
extern const WeftThriftType weft_thrift_i8;
extern const WeftThriftType weft_thrift_i16;
extern const WeftThriftType weft_thrift_i32;
extern const WeftThriftType weft_thrift_i64;
extern const WeftThriftType weft_thrift_double;
extern const WeftThriftType weft_thrift_string;
extern const WeftThriftType weft_thrift_binary;
extern const WeftThriftType weft_thrift_uuid;

/* ---- what can be done with a value of any type; generated functions are these with a type ---- */

/** Set to the IDL's defaults, zero elsewhere. */
void weft_thrift_init(const WeftThriftType *type, void *value);

/** A deep copy: @ret_copy shares nothing with @value, all it needs is in @arena. */
void weft_thrift_copy(const WeftThriftType *type, const void *value, WeftArena *arena,
                      void *ret_copy);

/** Sets and maps are compared without their order; doubles by value, NaN being equal to itself. */
bool weft_thrift_equal(const WeftThriftType *type, const void *left, const void *right);

/** The same for equal values; not the same from one release to the next. */
uint64_t weft_thrift_hash(const WeftThriftType *type, const void *value);

/** For logs and debuggers: `Profile{id: 7, name: "Ann"}`; long strings and containers are cut.
 * Returns: (transfer full): to g_free() */
char *weft_thrift_to_string(const WeftThriftType *type, const void *value);

/**
 * JSON as a person would write it, not that of the wire: fields by name, what is absent left out,
 * enums by name, binary as base64, maps as objects (of pairs where a key is no scalar), i64 as
 * numbers, NaN and infinities as strings.
 * Returns: (transfer full): to g_free(); one line where @indent is 0
 */
char *weft_thrift_to_json(const WeftThriftType *type, const void *value, unsigned indent);

/** @value: as init left it.  A field that is unknown, or of another type, is WEFT_ERROR_INVALID
 * with its path and place: `counters.a: "x" is no i64, at byte 34`. */
gboolean weft_thrift_from_json(const WeftThriftType *type, void *value, const char *json,
                               size_t length, WeftArena *arena, GError **error);

G_END_DECLS
