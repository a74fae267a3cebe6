/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <string.h>
#include <weft/thrift_codec.h>

G_BEGIN_DECLS

/**
 * What generated codecs of all protocols share; nothing here is for users.  Reading functions take
 * the place they read from and return the place behind, or NULL with the failure in the reader.
 * Writing functions write where weft_thrift_writer_reserve() made room, and return the place
 * behind.
 */

enum {
    WEFT_THRIFT_NO_KIND = 1, /* what no value has */
};

/** A field's kind and id in one value, for `switch`. */
#define WEFT_THRIFT_KEY(kind, id) ((uint32_t)(kind) << 16 | (uint16_t)(id))

/** The parts of a key. */
static inline WeftThriftKind
weft_thrift_key_kind(uint32_t key)
{
    return (WeftThriftKind)(key >> 16);
}

/** The parts of a key. */
static inline int16_t
weft_thrift_key_id(uint32_t key)
{
    return (int16_t)(uint16_t)key;
}

/** TRUE if @key is what get_field() says at the end of a struct. */
static inline bool
weft_thrift_key_is_stop(uint32_t key)
{
    return key < 0x10000;
}

/** What a peer sent cannot be read.  Each notes why, and returns NULL, which the compiler is to
 * see. */
static inline const uint8_t *
weft_thrift_reader_truncated(WeftThriftReader *reader, const uint8_t *at)
{
    weft_thrift_reader_fail(reader, at, WEFT_THRIFT_TRUNCATED, NULL);
    return NULL;
}

/** @reason: static text */
static inline const uint8_t *
weft_thrift_reader_malformed(WeftThriftReader *reader, const uint8_t *at, const char *reason)
{
    weft_thrift_reader_fail(reader, at, WEFT_THRIFT_MALFORMED, reason);
    return NULL;
}

/** Note the field in which reading failed, if none is noted yet.  @key: as WEFT_THRIFT_KEY().
 * Returns: NULL */
const uint8_t *weft_thrift_reader_fail_in(WeftThriftReader *reader, const WeftThriftType *type,
                                          uint32_t key) G_GNUC_NO_INLINE __attribute__((cold));

/** Note that the required field @id of @type was not there.  Returns: NULL */
const uint8_t *weft_thrift_reader_missing(WeftThriftReader *reader, const uint8_t *at,
                                          const WeftThriftType *type, int16_t id) G_GNUC_NO_INLINE
    __attribute__((cold));

/** Every struct begins and ends with these.  Returns: FALSE: too deep; the failure is noted */
static inline bool
weft_thrift_reader_enter(WeftThriftReader *reader, const uint8_t *at)
{
    if (G_LIKELY(--reader->depth_left >= 0))
        return true;
    weft_thrift_reader_fail(reader, at, WEFT_THRIFT_TOO_DEEP, NULL);
    return false;
}

/** Behind a struct that enter() let in. */
static inline void
weft_thrift_reader_leave(WeftThriftReader *reader)
{
    reader->depth_left++;
}

/** The ways that are not taken often. */
const uint8_t *weft_thrift_reader_take_string_apart(WeftThriftReader *reader, const uint8_t *at,
                                                    uint32_t length, WeftString *ret_string);
void weft_thrift_reader_bad_string(WeftThriftReader *reader, const uint8_t *at,
                                   uint32_t length) G_GNUC_NO_INLINE __attribute__((cold));
void weft_thrift_reader_bad_items(WeftThriftReader *reader, const uint8_t *at,
                                  uint32_t n_items) G_GNUC_NO_INLINE __attribute__((cold));

/** A string whose @length has been read. */
static inline const uint8_t *
weft_thrift_reader_take_string(WeftThriftReader *reader, const uint8_t *at, uint32_t length,
                               WeftString *ret_string)
{
    if (G_UNLIKELY(length > (size_t)(reader->end - at) || length >= reader->borrow_bound))
        return weft_thrift_reader_take_string_apart(reader, at, length, ret_string);
    *reader->nul = 0;
    reader->nul = (uint8_t *)at + length;
    ret_string->data = (const char *)at;
    ret_string->length = length;
    return at + length;
}

/**
 * Room for the items of a container whose count has been read.
 * @min_item_bytes: the least that one takes on the wire
 * @item_size: in C
 * @ret_container: of any type that begins as WeftThriftContainer does; items not initialised
 */
static inline const uint8_t *
weft_thrift_reader_take_items(WeftThriftReader *reader, const uint8_t *at, uint32_t n_items,
                              size_t min_item_bytes, size_t item_size,
                              WeftThriftContainer *ret_container)
{
    void *items = NULL;

    if (G_UNLIKELY(n_items > reader->max_items ||
                   (uint64_t)n_items * min_item_bytes > (uint64_t)(reader->end - at))) {
        weft_thrift_reader_bad_items(reader, at, n_items);
        return NULL;
    }
    if (n_items > 0) {
        items = weft_arena_try_alloc(reader->arena, n_items * item_size);
        if (G_UNLIKELY(items == NULL)) {
            weft_thrift_reader_fail(reader, at, WEFT_THRIFT_NO_MEMORY, NULL);
            return NULL;
        }
    }
    ret_container->items = items;
    ret_container->n_items = n_items;
    return at;
}

/** A zeroed or initialised value that a pointer member leads to.  Returns: NULL: the failure is
 * noted */
void *weft_thrift_reader_new_value(WeftThriftReader *reader, const uint8_t *at,
                                   const WeftThriftType *type);

/** TRUE if @string is not copied but becomes a piece of its own. */
static inline bool
weft_thrift_writer_refers_to(const WeftThriftWriter *writer, WeftString string)
{
    return string.length >= writer->gather_bytes;
}

/** How much room a string's bytes take; what becomes a piece of its own needs less. */
static inline size_t
weft_thrift_writer_string_room(const WeftThriftWriter *writer, WeftString string)
{
    return MIN(string.length, writer->gather_bytes);
}

/** Close the piece that is filled at @at and put @string behind it; the room behind @at stays.
 * Returns: @at; NULL: the limit */
uint8_t *weft_thrift_writer_refer(WeftThriftWriter *writer, uint8_t *at, WeftString string);

/** Copy @size bytes, which are few mostly: two moves that may overlap instead of a call. */
static inline void
weft_thrift_copy_bytes(uint8_t *to, const char *from, size_t size)
{
    struct {
        uint64_t words[2];
    } first, last;

    if (size <= 16) {
        if (size >= 8) {
            memcpy(&first, from, 8);
            memcpy(&last, from + size - 8, 8);
            memcpy(to, &first, 8);
            memcpy(to + size - 8, &last, 8);
        } else if (size >= 4) {
            memcpy(&first, from, 4);
            memcpy(&last, from + size - 4, 4);
            memcpy(to, &first, 4);
            memcpy(to + size - 4, &last, 4);
        } else if (size > 0) {
            to[0] = (uint8_t)from[0];
            to[size / 2] = (uint8_t)from[size / 2];
            to[size - 1] = (uint8_t)from[size - 1];
        }
    } else if (size <= 32) {
        memcpy(&first, from, 16);
        memcpy(&last, from + size - 16, 16);
        memcpy(to, &first, 16);
        memcpy(to + size - 16, &last, 16);
    } else {
        memcpy(to, from, size);
    }
}

/** A string's bytes.  Returns: NULL: the limit */
static inline uint8_t *
weft_thrift_writer_put_string_bytes(WeftThriftWriter *writer, uint8_t *at, WeftString string)
{
    if (G_UNLIKELY(weft_thrift_writer_refers_to(writer, string)))
        return weft_thrift_writer_refer(writer, at, string);
    weft_thrift_copy_bytes(at, string.data, string.length);
    return at + string.length;
}

G_END_DECLS
