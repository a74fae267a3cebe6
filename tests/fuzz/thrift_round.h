/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <string.h>
#include <weft/thrift_codec.h>

/**
 * What must hold for any input, whatever the protocol: it is refused with a message, or what was
 * read is written and read again the same.
 */

static inline void
round_trip(const WeftThriftType *type, WeftThriftProtocol protocol, const void *value,
           WeftArena *arena)
{
    g_autoptr(GError) error = NULL;
    g_autofree void *again = g_malloc(type->size);
    g_autoptr(GBytes) first = weft_thrift_encode(type, protocol, value, &error);
    g_assert_no_error(error);

    size_t size = 0;
    const void *data = g_bytes_get_data(first, &size);
    g_assert_cmpuint(weft_thrift_size(type, protocol, value), ==, size);
    weft_thrift_init(type, again);
    weft_thrift_decode(type, protocol, again, data, size, arena, &error);
    g_assert_no_error(error);
    g_assert_true(weft_thrift_equal(type, value, again));
    g_assert_cmpuint(weft_thrift_hash(type, value), ==, weft_thrift_hash(type, again));
    g_autoptr(GBytes) second = weft_thrift_encode(type, protocol, again, &error);
    g_assert_no_error(error);
    g_assert_true(g_bytes_equal(first, second));
}

/* Strings in place must be those that are copied. */
static inline void
read_in_place(const WeftThriftType *type, WeftThriftProtocol protocol, const void *copied,
              const uint8_t *data, size_t size, WeftArena *arena)
{
    WeftThriftReader reader;
    g_autofree uint8_t *bytes = g_memdup2(data, size);
    g_autofree void *value = g_malloc(type->size);

    weft_thrift_init(type, value);
    weft_thrift_reader_init(&reader, bytes, size, arena, NULL, true);
    const uint8_t *end = weft_thrift_read(type, protocol, value, reader.begin, &reader);
    weft_thrift_reader_finish(&reader);
    if (copied != NULL) {
        g_assert_true(end == reader.end);
        g_assert_true(weft_thrift_equal(type, copied, value));
    }
}

static inline void
check_type(const WeftThriftType *type, WeftThriftProtocol protocol, const uint8_t *data,
           size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(WeftArena) arena = weft_arena_new();
    void *value = weft_arena_alloc(arena, type->size);

    weft_thrift_init(type, value);
    if (weft_thrift_decode(type, protocol, value, data, size, arena, &error)) {
        round_trip(type, protocol, value, arena);
        read_in_place(type, protocol, value, data, size, arena);
        g_autofree char *text = weft_thrift_to_string(type, value);
        g_assert_nonnull(text);
    } else {
        g_assert_nonnull(strstr(error->message, ", at byte "));
        read_in_place(type, protocol, NULL, data, size, arena);
    }
}
