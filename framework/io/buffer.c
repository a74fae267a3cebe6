/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes on their way: what of WeftBuffer is not inline.
 */

#include <weft/buffer.h>

#include <string.h>

void
weft_buffer_init(WeftBuffer *buffer, size_t capacity)
{
    buffer->data = capacity > 0 ? g_malloc(capacity) : NULL;
    buffer->begin = 0;
    buffer->end = 0;
    buffer->capacity = capacity;
}

void
weft_buffer_clear(WeftBuffer *buffer)
{
    g_clear_pointer(&buffer->data, g_free);
    buffer->begin = 0;
    buffer->end = 0;
    buffer->capacity = 0;
}

void
weft_buffer_compact(WeftBuffer *buffer)
{
    size_t length = weft_buffer_length(buffer);

    if (buffer->begin == 0)
        return;
    memmove(buffer->data, buffer->data + buffer->begin, length);
    buffer->begin = 0;
    buffer->end = length;
}

void
weft_buffer_reserve(WeftBuffer *buffer, size_t size)
{
    if (weft_buffer_room(buffer) >= size)
        return;
    weft_buffer_compact(buffer);
    if (weft_buffer_room(buffer) >= size)
        return;

    g_assert(size <= SIZE_MAX / 2 - buffer->end);
    size_t needed = buffer->end + size;
    /* Doubling: many small appends cost one copy of each byte, on average. */
    size_t capacity = MAX(needed, buffer->capacity * 2);
    buffer->data = g_realloc(buffer->data, capacity);
    buffer->capacity = capacity;
}

void
weft_buffer_append(WeftBuffer *buffer, const void *bytes, size_t size)
{
    if (size == 0)
        return;
    weft_buffer_reserve(buffer, size);
    memcpy(buffer->data + buffer->end, bytes, size);
    buffer->end += size;
}

void
weft_buffer_append_string(WeftBuffer *buffer, const char *string)
{
    weft_buffer_append(buffer, string, strlen(string));
}
