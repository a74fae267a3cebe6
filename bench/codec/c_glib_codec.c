/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Apache's c_glib: generated GObjects over its buffer in memory.
 */

#include "codec.h"

#include "peer_document_types.h"
#include <string.h>
#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol.h>
#include <thrift/c_glib/transport/thrift_memory_buffer.h>

static peerDocument *document;
static GByteArray *encoded;

static void
prepare(void)
{
    if (document != NULL)
        return;
    document = g_object_new(PEER_TYPE_DOCUMENT, "id", (gint64)42, "name", DOCUMENT_NAME, NULL);
    encoded = g_byte_array_new();
    for (int i = 0; i < N_ITEMS; i++) {
        char title[64];
        g_snprintf(title, sizeof title, TITLE_FORMAT, i);
        peerItem *item = g_object_new(PEER_TYPE_ITEM, "id", (gint64)1000 + i, "title", title,
                                      "score", i * 0.5, "is_active", i % 2 == 1, NULL);
        for (int k = 0; k < N_COUNTERS; k++) {
            gint64 *value = g_new(gint64, 1);
            *value = counter_value(i, k);
            g_hash_table_insert(item->counters, g_strdup(counter_names[k]), value);
        }
        g_ptr_array_add(document->items, item);
    }
    document->__isset_items = TRUE;
}

static size_t
encode(GType protocol_type, const uint8_t **ret_bytes)
{
    g_byte_array_set_size(encoded, 0);
    ThriftMemoryBuffer *buffer =
        g_object_new(THRIFT_TYPE_MEMORY_BUFFER, "buf", encoded, "owner", FALSE, NULL);
    ThriftProtocol *protocol = g_object_new(protocol_type, "transport", buffer, NULL);

    thrift_struct_write(THRIFT_STRUCT(document), protocol, NULL);
    g_object_unref(protocol);
    g_object_unref(buffer);
    *ret_bytes = encoded->data;
    return encoded->len;
}

static size_t
decode(GType protocol_type, const uint8_t *bytes, size_t size)
{
    GByteArray *input = g_byte_array_sized_new((guint)size);
    g_byte_array_append(input, bytes, (guint)size);
    ThriftMemoryBuffer *buffer =
        g_object_new(THRIFT_TYPE_MEMORY_BUFFER, "buf", input, "owner", FALSE, NULL);
    ThriftProtocol *protocol = g_object_new(protocol_type, "transport", buffer, NULL);
    peerDocument *read = g_object_new(PEER_TYPE_DOCUMENT, NULL);

    thrift_struct_read(THRIFT_STRUCT(read), protocol, NULL);
    const size_t n_items = read->items->len;
    g_object_unref(read);
    g_object_unref(protocol);
    g_object_unref(buffer);
    g_byte_array_unref(input);
    return n_items;
}

static size_t
encode_binary(const uint8_t **ret_bytes)
{
    return encode(THRIFT_TYPE_BINARY_PROTOCOL, ret_bytes);
}

static size_t
encode_compact(const uint8_t **ret_bytes)
{
    return encode(THRIFT_TYPE_COMPACT_PROTOCOL, ret_bytes);
}

static size_t
decode_binary(const uint8_t *bytes, size_t size)
{
    return decode(THRIFT_TYPE_BINARY_PROTOCOL, bytes, size);
}

static size_t
decode_compact(const uint8_t *bytes, size_t size)
{
    return decode(THRIFT_TYPE_COMPACT_PROTOCOL, bytes, size);
}

const Codec c_glib_codecs[] = {
    {"c_glib", false, prepare, encode_binary, decode_binary},
    {"c_glib", true, prepare, encode_compact, decode_compact},
    {0},
};
