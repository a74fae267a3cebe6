/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heads of messages.
 */

#include "thrift/message.h"

#include <weft/thrift_binary.h>
#include <weft/thrift_compact.h>

#include "thrift/json.h"
#include "thrift/json_text.h"

enum {
    BINARY_VERSION = 0x8001, /* the first 16 bits of the strict form */
    COMPACT_PROTOCOL_ID = 0x82,
    COMPACT_VERSION = 1,
    COMPACT_VERSION_MASK = 0x1f,
    COMPACT_KIND_SHIFT = 5,
    JSON_VERSION = 1,
};

static const WeftThriftField application_exception_fields[] = {
    {.name = "message",
     .type = &weft_thrift_string,
     .id = 1,
     .offset = offsetof(WeftThriftApplicationException, message)},
    {.name = "type",
     .type = &weft_thrift_i32,
     .id = 2,
     .offset = offsetof(WeftThriftApplicationException, code)},
};

const WeftThriftType weft_thrift_application_exception_type = {
    .name = "TApplicationException",
    .kind = WEFT_THRIFT_STRUCT,
    .flavour = WEFT_THRIFT_THROWN,
    .n_fields = G_N_ELEMENTS(application_exception_fields),
    .size = sizeof(WeftThriftApplicationException),
    .fields = application_exception_fields,
};

bool
weft_thrift_protocol_of(uint8_t first, WeftThriftProtocol *ret_protocol)
{
    switch (first) {
    case BINARY_VERSION >> 8:
    case 0:
        *ret_protocol = WEFT_THRIFT_PROTOCOL_BINARY;
        return true;
    case COMPACT_PROTOCOL_ID:
        *ret_protocol = WEFT_THRIFT_PROTOCOL_COMPACT;
        return true;
    case '[':
        *ret_protocol = WEFT_THRIFT_PROTOCOL_JSON;
        return true;
    default:
        return false;
    }
}

static const uint8_t *
read_binary(const uint8_t *at, WeftThriftReader *reader, WeftThriftMessage *message)
{
    int32_t first = 0;

    const uint8_t *begin = at;
    at = weft_thrift_binary_get_i32(at, reader, &first);
    if (at == NULL)
        return NULL;
    if (first >= 0) {
        int8_t kind = 0;
        message->is_old = true;
        at = weft_thrift_binary_get_string(begin, reader, &message->name);
        if (at != NULL)
            at = weft_thrift_binary_get_i8(at, reader, &kind);
        message->kind = (uint8_t)kind;
    } else {
        if ((uint32_t)first >> 16 != BINARY_VERSION)
            return weft_thrift_reader_malformed(reader, begin, "another version of the protocol");
        message->is_old = false;
        message->kind = (uint8_t)first;
        at = weft_thrift_binary_get_string(at, reader, &message->name);
    }
    return at != NULL ? weft_thrift_binary_get_i32(at, reader, &message->sequence_id) : NULL;
}

static const uint8_t *
read_compact(const uint8_t *at, WeftThriftReader *reader, WeftThriftMessage *message)
{
    uint32_t sequence_id = 0;

    if (reader->end - at < 2)
        return weft_thrift_reader_truncated(reader, at);
    if (at[0] != COMPACT_PROTOCOL_ID || (at[1] & COMPACT_VERSION_MASK) != COMPACT_VERSION)
        return weft_thrift_reader_malformed(reader, at, "another version of the protocol");
    message->kind = at[1] >> COMPACT_KIND_SHIFT;
    at = weft_thrift_compact_get_size(at + 2, reader, &sequence_id);
    message->sequence_id = (int32_t)sequence_id;
    return at != NULL ? weft_thrift_compact_get_string(at, reader, &message->name) : NULL;
}

static const uint8_t *
read_json(const uint8_t *at, WeftThriftReader *reader, WeftThriftMessage *message)
{
    int64_t version = 0;
    int64_t kind = 0;
    int64_t sequence_id = 0;

    at = weft_json_get_byte(at, reader, '[');
    if (at != NULL)
        at = weft_json_get_integer(at, reader, JSON_VERSION, JSON_VERSION, &version);
    if (at != NULL)
        at = weft_json_get_byte(at, reader, ',');
    if (at != NULL)
        at = weft_json_get_string(at, reader, &message->name);
    if (at != NULL)
        at = weft_json_get_byte(at, reader, ',');
    if (at != NULL)
        at = weft_json_get_integer(at, reader, 0, UINT8_MAX, &kind);
    if (at != NULL)
        at = weft_json_get_byte(at, reader, ',');
    if (at != NULL)
        at = weft_json_get_integer(at, reader, INT32_MIN, INT32_MAX, &sequence_id);
    message->kind = (uint8_t)kind;
    message->sequence_id = (int32_t)sequence_id;
    return at != NULL ? weft_json_get_byte(at, reader, ',') : NULL;
}

const uint8_t *
weft_thrift_read_message(WeftThriftProtocol protocol, const uint8_t *at, WeftThriftReader *reader,
                         WeftThriftMessage *ret_message)
{
    WeftThriftMessage message = {0};
    const uint8_t *begin = at;

    switch (protocol) {
    case WEFT_THRIFT_PROTOCOL_BINARY:
        at = read_binary(at, reader, &message);
        break;
    case WEFT_THRIFT_PROTOCOL_COMPACT:
        at = read_compact(at, reader, &message);
        break;
    case WEFT_THRIFT_PROTOCOL_JSON:
        at = read_json(at, reader, &message);
        break;
    }
    if (at == NULL)
        return NULL;
    if (message.kind < WEFT_THRIFT_MESSAGE_CALL || message.kind > WEFT_THRIFT_MESSAGE_ONEWAY)
        return weft_thrift_reader_malformed(reader, begin, "a message of an unknown kind");
    *ret_message = message;
    return at;
}

const uint8_t *
weft_thrift_read_message_end(WeftThriftProtocol protocol, const uint8_t *at,
                             WeftThriftReader *reader)
{
    return protocol == WEFT_THRIFT_PROTOCOL_JSON ? weft_json_get_byte(at, reader, ']') : at;
}

const uint8_t *
weft_thrift_skip_struct(WeftThriftProtocol protocol, const uint8_t *at, WeftThriftReader *reader)
{
    switch (protocol) {
    case WEFT_THRIFT_PROTOCOL_BINARY:
        return weft_thrift_binary_skip(at, reader, WEFT_THRIFT_STRUCT);
    case WEFT_THRIFT_PROTOCOL_COMPACT:
        return weft_thrift_compact_skip(at, reader, WEFT_THRIFT_STRUCT);
    case WEFT_THRIFT_PROTOCOL_JSON:
        return weft_thrift_json_skip_struct(at, reader);
    }
    g_return_val_if_reached(NULL);
}

static uint8_t *
write_binary(const WeftThriftMessage *message, uint8_t *at, WeftThriftWriter *writer)
{
    const size_t room = weft_thrift_writer_string_room(writer, message->name);

    at = weft_thrift_writer_reserve(writer, at, 4 + WEFT_THRIFT_BINARY_STRING_BYTES + room + 4);
    if (at == NULL)
        return NULL;
    if (!message->is_old)
        at = weft_thrift_binary_put_i32(at,
                                        (int32_t)((uint32_t)BINARY_VERSION << 16 | message->kind));
    at = weft_thrift_binary_put_string(writer, at, message->name);
    if (at != NULL && message->is_old)
        at = weft_thrift_binary_put_i8(at, (int8_t)message->kind);
    return at != NULL ? weft_thrift_binary_put_i32(at, message->sequence_id) : NULL;
}

static uint8_t *
write_compact(const WeftThriftMessage *message, uint8_t *at, WeftThriftWriter *writer)
{
    const size_t room = weft_thrift_writer_string_room(writer, message->name);

    at = weft_thrift_writer_reserve(
        writer, at, 2 + WEFT_THRIFT_COMPACT_I32_BYTES + WEFT_THRIFT_COMPACT_STRING_BYTES + room);
    if (at == NULL)
        return NULL;
    *at++ = COMPACT_PROTOCOL_ID;
    *at++ = (uint8_t)(message->kind << COMPACT_KIND_SHIFT | COMPACT_VERSION);
    at = weft_thrift_compact_put_varint(at, (uint32_t)message->sequence_id);
    return weft_thrift_compact_put_string(writer, at, message->name);
}

static uint8_t *
write_json(const WeftThriftMessage *message, uint8_t *at, WeftThriftWriter *writer)
{
    at = weft_json_put_text(writer, at, "[1,");
    if (at != NULL)
        at = weft_json_put_string(writer, at, message->name, WEFT_JSON_BYTES);
    if (at != NULL)
        at = weft_json_put_text(writer, at, ",");
    if (at != NULL)
        at = weft_json_put_integer(writer, at, message->kind);
    if (at != NULL)
        at = weft_json_put_text(writer, at, ",");
    if (at != NULL)
        at = weft_json_put_integer(writer, at, message->sequence_id);
    return at != NULL ? weft_json_put_text(writer, at, ",") : NULL;
}

uint8_t *
weft_thrift_write_message(WeftThriftProtocol protocol, const WeftThriftMessage *message,
                          uint8_t *at, WeftThriftWriter *writer)
{
    switch (protocol) {
    case WEFT_THRIFT_PROTOCOL_BINARY:
        return write_binary(message, at, writer);
    case WEFT_THRIFT_PROTOCOL_COMPACT:
        return write_compact(message, at, writer);
    case WEFT_THRIFT_PROTOCOL_JSON:
        return write_json(message, at, writer);
    }
    g_return_val_if_reached(NULL);
}

uint8_t *
weft_thrift_write_message_end(WeftThriftProtocol protocol, uint8_t *at, WeftThriftWriter *writer)
{
    return protocol == WEFT_THRIFT_PROTOCOL_JSON ? weft_json_put_text(writer, at, "]") : at;
}
