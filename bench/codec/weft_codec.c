/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weft's codec, as its server uses it: answers are gathered in an arena; requests are read where
 * they were received, and their strings get a NUL there.
 */

#include "codec.h"
#include "document.weft.h"

#include <string.h>

static WeftArena source;
static WeftArena arena;
static Document document;
static uint8_t received[64 << 10];

static void
prepare(void)
{
    weft_arena_init(&source, SIZE_MAX);
    weft_arena_init(&arena, SIZE_MAX);
    document_init(&document);
    document.id = 42;
    document.name = WEFT_STRING(DOCUMENT_NAME);
    document.items.n_items = N_ITEMS;
    document.items.items = weft_arena_alloc0(&source, N_ITEMS * sizeof(Item));
    for (int i = 0; i < N_ITEMS; i++) {
        Item *item = &document.items.items[i];
        item->id = 1000 + i;
        item->title = weft_string_printf(&source, TITLE_FORMAT, i);
        item->score = i * 0.5;
        item->is_active = i % 2 == 1;
        item->counters.n_items = N_COUNTERS;
        item->counters.items = weft_arena_alloc0(&source, N_COUNTERS * sizeof(StringI64Pair));
        for (int k = 0; k < N_COUNTERS; k++)
            item->counters.items[k] =
                (StringI64Pair){weft_string(counter_names[k]), counter_value(i, k)};
    }
}

static size_t
encode(WeftThriftProtocol protocol, const uint8_t **ret_bytes)
{
    WeftThriftWriter writer;

    weft_arena_reset(&arena);
    weft_thrift_writer_init(&writer, &arena, SIZE_MAX, false);
    uint8_t *end = weft_thrift_write(&document_type, protocol, &document, writer.begin, &writer);
    *ret_bytes = writer.begin;
    return (size_t)(end - writer.begin);
}

/* The copy stands for recv(), which others need not do again. */
static size_t
decode_in_place(WeftThriftProtocol protocol, const uint8_t *bytes, size_t size)
{
    WeftThriftReader reader;
    Document read;

    memcpy(received, bytes, size);
    weft_arena_reset(&arena);
    weft_thrift_reader_init(&reader, received, size, &arena, NULL, true);
    document_init(&read);
    const uint8_t *end = weft_thrift_read(&document_type, protocol, &read, received, &reader);
    weft_thrift_reader_finish(&reader);
    return end == reader.end ? read.items.n_items : 0;
}

static size_t
decode_copying(WeftThriftProtocol protocol, const uint8_t *bytes, size_t size)
{
    Document read;

    weft_arena_reset(&arena);
    document_init(&read);
    if (!document_decode(&read, protocol, bytes, size, &arena, NULL))
        return 0;
    return read.items.n_items;
}

static size_t
encode_binary(const uint8_t **ret_bytes)
{
    return encode(WEFT_THRIFT_PROTOCOL_BINARY, ret_bytes);
}

static size_t
encode_compact(const uint8_t **ret_bytes)
{
    return encode(WEFT_THRIFT_PROTOCOL_COMPACT, ret_bytes);
}

static size_t
decode_binary(const uint8_t *bytes, size_t size)
{
    return decode_in_place(WEFT_THRIFT_PROTOCOL_BINARY, bytes, size);
}

static size_t
decode_compact(const uint8_t *bytes, size_t size)
{
    return decode_in_place(WEFT_THRIFT_PROTOCOL_COMPACT, bytes, size);
}

static size_t
decode_copying_binary(const uint8_t *bytes, size_t size)
{
    return decode_copying(WEFT_THRIFT_PROTOCOL_BINARY, bytes, size);
}

static size_t
decode_copying_compact(const uint8_t *bytes, size_t size)
{
    return decode_copying(WEFT_THRIFT_PROTOCOL_COMPACT, bytes, size);
}

const Codec weft_codecs[] = {
    {"weft", false, prepare, encode_binary, decode_binary},
    {"weft", true, prepare, encode_compact, decode_compact},
    {"weft, strings copied", false, prepare, encode_binary, decode_copying_binary},
    {"weft, strings copied", true, prepare, encode_compact, decode_copying_compact},
    {0},
};
