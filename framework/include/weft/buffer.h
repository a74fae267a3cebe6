/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/**
 * Bytes on their way: filled at the end, consumed from the beginning.  A plain struct, for speed;
 * data[begin..end) is what is in it.
 */
typedef struct {
    uint8_t *data;
    size_t begin;
    size_t end;
    size_t capacity;
} WeftBuffer;

void weft_buffer_init(WeftBuffer *buffer, size_t capacity);
void weft_buffer_clear(WeftBuffer *buffer);

/** How many bytes are in it. */
static inline size_t
weft_buffer_length(const WeftBuffer *buffer)
{
    return buffer->end - buffer->begin;
}

/** Where they begin; valid until the buffer changes. */
static inline uint8_t *
weft_buffer_bytes(const WeftBuffer *buffer)
{
    return buffer->data + buffer->begin;
}

/** Room behind what is in it. */
static inline size_t
weft_buffer_room(const WeftBuffer *buffer)
{
    return buffer->capacity - buffer->end;
}

/** Drop @size bytes from the beginning; an empty buffer starts over. */
static inline void
weft_buffer_consume(WeftBuffer *buffer, size_t size)
{
    buffer->begin += size;
    if (buffer->begin == buffer->end)
        buffer->begin = buffer->end = 0;
}

/** Move what is in it to the front, so that all room is behind. */
void weft_buffer_compact(WeftBuffer *buffer);

/** Make room for @size bytes behind, by moving and by growing; g_malloc rules. */
void weft_buffer_reserve(WeftBuffer *buffer, size_t size);

/** Append, growing as needed. */
void weft_buffer_append(WeftBuffer *buffer, const void *bytes, size_t size);
void weft_buffer_append_string(WeftBuffer *buffer, const char *string);

G_END_DECLS
