/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which way a value is read or written: by generated code, by its table, or as JSON.
 */

#include <weft/thrift_wire.h>

#include <weft/thrift_error.h>

#include "thrift/walk.h"

const uint8_t *
weft_thrift_read(const WeftThriftType *type, WeftThriftProtocol protocol, void *value,
                 const uint8_t *at, WeftThriftReader *reader)
{
    g_return_val_if_fail(type->kind == WEFT_THRIFT_STRUCT, NULL);

    switch (protocol) {
    case WEFT_THRIFT_PROTOCOL_BINARY:
        if (type->binary.read != NULL)
            return type->binary.read(value, at, reader);
        return weft_thrift_walk_read(&weft_thrift_binary_read_methods, type, value, at, reader);
    case WEFT_THRIFT_PROTOCOL_COMPACT:
        if (type->compact.read != NULL)
            return type->compact.read(value, at, reader);
        return weft_thrift_walk_read(&weft_thrift_compact_read_methods, type, value, at, reader);
    case WEFT_THRIFT_PROTOCOL_JSON:
        return weft_thrift_walk_read(&weft_thrift_json_read_methods, type, value, at, reader);
    }
    g_return_val_if_reached(NULL);
}

uint8_t *
weft_thrift_write(const WeftThriftType *type, WeftThriftProtocol protocol, const void *value,
                  uint8_t *at, WeftThriftWriter *writer)
{
    g_return_val_if_fail(type->kind == WEFT_THRIFT_STRUCT, NULL);

    at = weft_thrift_writer_reserve(writer, at, 1);
    if (at == NULL)
        return NULL;
    switch (protocol) {
    case WEFT_THRIFT_PROTOCOL_BINARY:
        if (type->binary.write != NULL)
            return type->binary.write(value, at, writer);
        return weft_thrift_walk_write(&weft_thrift_binary_write_methods, type, value, at, writer);
    case WEFT_THRIFT_PROTOCOL_COMPACT:
        if (type->compact.write != NULL)
            return type->compact.write(value, at, writer);
        return weft_thrift_walk_write(&weft_thrift_compact_write_methods, type, value, at, writer);
    case WEFT_THRIFT_PROTOCOL_JSON:
        return weft_thrift_walk_write(&weft_thrift_json_write_methods, type, value, at, writer);
    }
    g_return_val_if_reached(NULL);
}

GBytes *
weft_thrift_encode(const WeftThriftType *type, WeftThriftProtocol protocol, const void *value,
                   GError **error)
{
    WeftThriftWriter writer;

    weft_thrift_writer_init(&writer, NULL, INT32_MAX, false);
    const uint8_t *end = weft_thrift_write(type, protocol, value, writer.begin, &writer);
    if (end == NULL) {
        weft_thrift_writer_set_error(&writer, error);
        weft_thrift_writer_clear(&writer);
        return NULL;
    }
    const size_t size = (size_t)(end - writer.begin);
    return g_bytes_new_take(g_steal_pointer(&writer.block), size);
}

gboolean
weft_thrift_decode(const WeftThriftType *type, WeftThriftProtocol protocol, void *value,
                   const void *data, size_t size, WeftArena *arena, GError **error)
{
    WeftThriftReader reader;

    weft_thrift_reader_init(&reader, data, size, arena, NULL, false);
    const uint8_t *at = weft_thrift_read(type, protocol, value, reader.begin, &reader);
    if (at != NULL && at != reader.end)
        at = weft_thrift_reader_malformed(&reader, at, "bytes behind the value");
    weft_thrift_reader_finish(&reader);
    return at != NULL ? TRUE : weft_thrift_reader_set_error(&reader, error);
}

static size_t
measure(const WeftThriftType *type, WeftThriftProtocol protocol, const void *value)
{
    WeftThriftWriter writer;
    size_t size = 0;
    uint32_t n_pieces;

    weft_thrift_writer_init(&writer, NULL, SIZE_MAX, true);
    uint8_t *end = weft_thrift_write(type, protocol, value, writer.begin, &writer);
    if (end != NULL)
        weft_thrift_writer_pieces(&writer, end, &n_pieces, &size);
    weft_thrift_writer_clear(&writer);
    return size;
}

size_t
weft_thrift_size(const WeftThriftType *type, WeftThriftProtocol protocol, const void *value)
{
    if (protocol == WEFT_THRIFT_PROTOCOL_BINARY && type->binary.size != NULL)
        return type->binary.size(value);
    if (protocol == WEFT_THRIFT_PROTOCOL_COMPACT && type->compact.size != NULL)
        return type->compact.size(value);
    return measure(type, protocol, value);
}
