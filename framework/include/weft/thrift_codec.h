/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <sys/uio.h>
#include <weft/thrift_type.h>

G_BEGIN_DECLS

/** Reading and writing values: the state that codecs share, and what users call. */

typedef enum {
    WEFT_THRIFT_PROTOCOL_BINARY,
    WEFT_THRIFT_PROTOCOL_COMPACT,
    WEFT_THRIFT_PROTOCOL_JSON, /* Apache's TJSONProtocol; for people see weft_thrift_to_json() */
} WeftThriftProtocol;

/** What a peer may ask of us.  All limits refuse, none cuts. */
typedef struct {
    uint32_t max_frame_bytes;  /* one message */
    uint32_t max_string_bytes; /* one string */
    uint32_t max_items;        /* of one container */
    uint32_t max_depth;        /* structs inside each other; in what is skipped, containers, too;
                                  128 at most */
    size_t max_memory_bytes;   /* what one message may take when decoded */
} WeftThriftLimits;

/** 16 MiB a frame and a string, 1 Mi items, depth 64, 64 MiB. */
extern const WeftThriftLimits weft_thrift_limits_default;

/** Why reading or writing ended. */
typedef enum {
    WEFT_THRIFT_FINE,
    WEFT_THRIFT_TRUNCATED,     /* the bytes end inside the value */
    WEFT_THRIFT_MALFORMED,     /* what is there cannot be: a negative size, an unknown type */
    WEFT_THRIFT_TOO_LARGE,     /* a limit */
    WEFT_THRIFT_TOO_DEEP,      /* a limit */
    WEFT_THRIFT_NO_MEMORY,     /* a limit, or there is none */
    WEFT_THRIFT_FIELD_MISSING, /* a required one */
    WEFT_THRIFT_UNION_UNSET,   /* none of its fields, or (reading) several */
} WeftThriftFailure;

struct WeftThriftReader {
    const uint8_t *begin;
    const uint8_t *end;
    /*
     * Where strings are borrowed, a NUL is due behind each; the byte there is the first of what
     * follows on the wire, so it is written once that has been read: at the next string, or at the
     * end.
     */
    uint8_t *nul;
    WeftArena *arena;
    uint32_t max_string_bytes;
    uint32_t borrow_bound; /* strings shorter than this are borrowed; 0: none */
    uint32_t max_items;
    int32_t depth_left;
    bool borrows;       /* strings point into the input, which is changed; else they are copied */
    bool field_bool;    /* compact: the value that came with the last bool field's head */
    bool is_key;        /* JSON: what comes next is a map's key */
    uint8_t failure;    /* WeftThriftFailure */
    uint8_t no_string;  /* what nul points to before the first string */
    int16_t where_id;   /* of the failure: the field of where_type */
    const char *reason; /* of the failure: "a list of i32 where i64 is due"; (nullable) */
    const WeftThriftType *where_type; /* (nullable): the innermost struct */
    const uint8_t *failed_at;
    size_t arena_max_bytes; /* what the arena's limit was, and will be again */
};

struct WeftThriftWriter {
    uint8_t *begin; /* of the block that is filled */
    uint8_t *limit; /* its end */
    uint8_t failure;
    bool is_key;           /* JSON: what comes next is a map's key */
    uint32_t gather_bytes; /* strings from here on are referred to, not copied; UINT32_MAX: none */
    const WeftThriftType *where_type; /* of the failure (nullable): the innermost struct */
    size_t max_bytes;
    size_t n_closed_bytes; /* in pieces before this block */
    struct iovec *pieces;
    uint32_t n_pieces;
    uint32_t n_pieces_room;
    WeftArena *arena;   /* (nullable): where blocks come from; NULL: the heap */
    GSList *own_blocks; /* from the heap, all but the one that is filled */
    uint8_t *block;     /* where the one that is filled begins */
};

/**
 * Prepare to read @size bytes of @data.
 * @borrows: strings are not copied: they point into @data, which is changed (NULs), must be
 * writable and outlive what is read.
 * @limits: (nullable): the default ones
 */
void weft_thrift_reader_init(WeftThriftReader *reader, const void *data, size_t size,
                             WeftArena *arena, const WeftThriftLimits *limits, bool borrows);

/** Give the last borrowed string its NUL and the arena its own limit again; call when a message has
 * been read, or could not be. */
static inline void
weft_thrift_reader_finish(WeftThriftReader *reader)
{
    *reader->nul = 0;
    reader->nul = &reader->no_string;
    reader->arena->max_bytes = reader->arena_max_bytes;
}

/**
 * Note a failure, the first one counts.
 * @reason: (nullable): static text
 * Returns: NULL, for `return`
 */
const uint8_t *weft_thrift_reader_fail(WeftThriftReader *reader, const uint8_t *at,
                                       WeftThriftFailure failure,
                                       const char *reason) G_GNUC_NO_INLINE __attribute__((cold));

/** What went wrong, as WEFT_THRIFT_ERROR PROTOCOL, or WEFT_ERROR_LIMIT.  Returns: FALSE */
gboolean weft_thrift_reader_set_error(const WeftThriftReader *reader, GError **error);

/**
 * Writing begins at @writer->begin, which is NULL until something is reserved.
 * @arena: (nullable): blocks come from it; NULL: from the heap
 * @gathers: strings of more than a few KiB are not copied but referred to; else all bytes end up in
 * one piece
 */
void weft_thrift_writer_init(WeftThriftWriter *writer, WeftArena *arena, size_t max_bytes,
                             bool gathers);
void weft_thrift_writer_clear(WeftThriftWriter *writer);

/** Note a failure, the first one counts.
 * @where: (nullable): the struct
 * Returns: NULL, for `return` */
uint8_t *weft_thrift_writer_fail(WeftThriftWriter *writer, WeftThriftFailure failure,
                                 const WeftThriftType *where);
gboolean weft_thrift_writer_set_error(const WeftThriftWriter *writer, GError **error);

/** The slow way of weft_thrift_writer_reserve(): a larger block. */
uint8_t *weft_thrift_writer_grow(WeftThriftWriter *writer, uint8_t *at, size_t size);

/** Room for @size bytes, at least one, from @at.  Returns: @at, or where it has moved to; NULL: the
 * limit */
static inline uint8_t *
weft_thrift_writer_reserve(WeftThriftWriter *writer, uint8_t *at, size_t size)
{
    if (G_UNLIKELY((size_t)(writer->limit - at) < size))
        return weft_thrift_writer_grow(writer, at, size);
    return at;
}

/** All that was written, in order; valid until the writer is cleared.  @at: where writing ended */
const struct iovec *weft_thrift_writer_pieces(WeftThriftWriter *writer, uint8_t *at,
                                              uint32_t *ret_n_pieces, size_t *ret_size);

/**
 * Read or write a value of a struct type, by its codec where it has one, else by its table.  As the
 * codec's functions (weft/thrift_type.h).
 */
const uint8_t *weft_thrift_read(const WeftThriftType *type, WeftThriftProtocol protocol,
                                void *value, const uint8_t *at, WeftThriftReader *reader);
uint8_t *weft_thrift_write(const WeftThriftType *type, WeftThriftProtocol protocol,
                           const void *value, uint8_t *at, WeftThriftWriter *writer);

/** Returns: (transfer full): NULL with @error set */
GBytes *weft_thrift_encode(const WeftThriftType *type, WeftThriftProtocol protocol,
                           const void *value, GError **error);

/** Everything it needs is copied into @arena; bytes behind the value are WEFT_THRIFT_ERROR
 * PROTOCOL. */
gboolean weft_thrift_decode(const WeftThriftType *type, WeftThriftProtocol protocol, void *value,
                            const void *data, size_t size, WeftArena *arena, GError **error);

/** Bytes that encoding takes. */
size_t weft_thrift_size(const WeftThriftType *type, WeftThriftProtocol protocol, const void *value);

G_END_DECLS
