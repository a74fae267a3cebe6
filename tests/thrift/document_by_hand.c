/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A generated codec, written by hand.
 */

#include "document_by_hand.h"

#include <weft/thrift_binary.h>
#include <weft/thrift_compact.h>

static const WeftThriftType string_i64_map_type = {
    .name = "map<string,i64>",
    .kind = WEFT_THRIFT_MAP,
    .size = sizeof(HandMap),
    .item_size = sizeof(HandPair),
    .value_offset = offsetof(HandPair, value),
    .key = &weft_thrift_string,
    .element = &weft_thrift_i64,
};

static const WeftThriftType item_list_type = {
    .name = "list<Item>",
    .kind = WEFT_THRIFT_LIST,
    .size = sizeof(HandItemList),
    .item_size = sizeof(HandItem),
    .element = &hand_item_type,
};

/* ---- Item, binary ---- */

static uint8_t *
write_item_binary(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const HandItem *item = value;

    at = weft_thrift_writer_reserve(writer, at,
                                    11 + 7 + weft_thrift_writer_string_room(writer, item->title) +
                                        11 + 4 + 3 + WEFT_THRIFT_BINARY_MAP_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_I64, 1);
    at = weft_thrift_binary_put_i64(at, item->id);
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRING, 2);
    at = weft_thrift_binary_put_string(writer, at, item->title);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_DOUBLE, 3);
    at = weft_thrift_binary_put_double(at, item->score);
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_BOOL, 4);
    at = weft_thrift_binary_put_bool(at, item->is_active);
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_MAP, 5);
    at =
        weft_thrift_binary_put_map(at, WEFT_THRIFT_STRING, WEFT_THRIFT_I64, item->counters.n_items);
    for (uint32_t i = 0; i < item->counters.n_items; i++) {
        const HandPair *pair = &item->counters.items[i];
        at = weft_thrift_writer_reserve(writer, at,
                                        12 + weft_thrift_writer_string_room(writer, pair->key));
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_binary_put_string(writer, at, pair->key);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_binary_put_i64(at, pair->value);
    }
    at = weft_thrift_writer_reserve(writer, at, 1);
    return G_LIKELY(at != NULL) ? weft_thrift_binary_put_stop(at) : NULL;
}

static const uint8_t *
read_string_i64_map_binary(HandMap *map, const uint8_t *at, WeftThriftReader *reader)
{
    WeftThriftContainer container = {0};

    at =
        weft_thrift_binary_get_map(at, reader, WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, WEFT_THRIFT_I64),
                                   12, sizeof(HandPair), &container);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    map->items = container.items;
    map->n_items = container.n_items;
    for (uint32_t i = 0; i < container.n_items; i++) {
        HandPair *pair = &map->items[i];
        at = weft_thrift_binary_get_string(at, reader, &pair->key);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_binary_get_i64(at, reader, &pair->value);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    return at;
}

static const uint8_t *
read_item_binary(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    HandItem *item = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I64, 1):
            at = weft_thrift_binary_get_i64(at, reader, &item->id);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 2):
            at = weft_thrift_binary_get_string(at, reader, &item->title);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_DOUBLE, 3):
            at = weft_thrift_binary_get_double(at, reader, &item->score);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_BOOL, 4):
            at = weft_thrift_binary_get_bool(at, reader, &item->is_active);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_MAP, 5):
            at = read_string_i64_map_binary(&item->counters, at, reader);
            break;
        default:
            if (weft_thrift_key_is_stop(key)) {
                weft_thrift_reader_leave(reader);
                return at;
            }
            at = weft_thrift_binary_skip(at, reader, weft_thrift_key_kind(key));
        }
        if (G_UNLIKELY(at == NULL))
            break;
    }
    return weft_thrift_reader_fail_in(reader, &hand_item_type, key);
}

static size_t
size_item_binary(const void *value)
{
    const HandItem *item = value;
    size_t size = 11 + 7 + item->title.length + 11 + 4 + 3 + WEFT_THRIFT_BINARY_MAP_BYTES + 1;

    for (uint32_t i = 0; i < item->counters.n_items; i++)
        size += 12 + item->counters.items[i].key.length;
    return size;
}

/* ---- Item, compact ---- */

static uint8_t *
write_item_compact(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const HandItem *item = value;
    int16_t last_id = 0;

    at = weft_thrift_writer_reserve(
        writer, at,
        4 * WEFT_THRIFT_COMPACT_FIELD_BYTES + WEFT_THRIFT_COMPACT_I64_BYTES +
            WEFT_THRIFT_COMPACT_STRING_BYTES + weft_thrift_writer_string_room(writer, item->title) +
            8 + WEFT_THRIFT_COMPACT_MAP_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_I64, 1, &last_id);
    at = weft_thrift_compact_put_i64(at, item->id);
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRING, 2, &last_id);
    at = weft_thrift_compact_put_string(writer, at, item->title);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_DOUBLE, 3, &last_id);
    at = weft_thrift_compact_put_double(at, item->score);
    at = weft_thrift_compact_put_bool_field(at, item->is_active, 4, &last_id);
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_MAP, 5, &last_id);
    at = weft_thrift_compact_put_map(at, WEFT_THRIFT_STRING, WEFT_THRIFT_I64,
                                     item->counters.n_items);
    for (uint32_t i = 0; i < item->counters.n_items; i++) {
        const HandPair *pair = &item->counters.items[i];
        at = weft_thrift_writer_reserve(writer, at,
                                        WEFT_THRIFT_COMPACT_STRING_BYTES +
                                            WEFT_THRIFT_COMPACT_I64_BYTES +
                                            weft_thrift_writer_string_room(writer, pair->key));
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_compact_put_string(writer, at, pair->key);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_compact_put_i64(at, pair->value);
    }
    at = weft_thrift_writer_reserve(writer, at, 1);
    return G_LIKELY(at != NULL) ? weft_thrift_compact_put_stop(at) : NULL;
}

static const uint8_t *
read_string_i64_map_compact(HandMap *map, const uint8_t *at, WeftThriftReader *reader)
{
    WeftThriftContainer container = {0};

    at = weft_thrift_compact_get_map(at, reader,
                                     WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, WEFT_THRIFT_I64), 2,
                                     sizeof(HandPair), &container);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    map->items = container.items;
    map->n_items = container.n_items;
    for (uint32_t i = 0; i < container.n_items; i++) {
        HandPair *pair = &map->items[i];
        at = weft_thrift_compact_get_string(at, reader, &pair->key);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_compact_get_i64(at, reader, &pair->value);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    return at;
}

static const uint8_t *
read_item_compact(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    HandItem *item = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I64, 1):
            at = weft_thrift_compact_get_i64(at, reader, &item->id);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 2):
            at = weft_thrift_compact_get_string(at, reader, &item->title);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_DOUBLE, 3):
            at = weft_thrift_compact_get_double(at, reader, &item->score);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_BOOL, 4):
            at = weft_thrift_compact_get_bool_field(at, reader, &item->is_active);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_MAP, 5):
            at = read_string_i64_map_compact(&item->counters, at, reader);
            break;
        default:
            if (weft_thrift_key_is_stop(key)) {
                weft_thrift_reader_leave(reader);
                return at;
            }
            at = weft_thrift_compact_skip(at, reader, weft_thrift_key_kind(key));
        }
        if (G_UNLIKELY(at == NULL))
            break;
    }
    return weft_thrift_reader_fail_in(reader, &hand_item_type, key);
}

static size_t
size_item_compact(const void *value)
{
    const HandItem *item = value;
    int16_t last_id = 0;
    size_t size = 1;

    size += weft_thrift_compact_field_size(1, &last_id) + weft_thrift_compact_i64_size(item->id);
    size +=
        weft_thrift_compact_field_size(2, &last_id) + weft_thrift_compact_string_size(item->title);
    size += weft_thrift_compact_field_size(3, &last_id) + 8;
    size += weft_thrift_compact_field_size(4, &last_id);
    size += weft_thrift_compact_field_size(5, &last_id) +
            weft_thrift_compact_map_size(item->counters.n_items);
    for (uint32_t i = 0; i < item->counters.n_items; i++)
        size += weft_thrift_compact_string_size(item->counters.items[i].key) +
                weft_thrift_compact_i64_size(item->counters.items[i].value);
    return size;
}

static const WeftThriftField item_fields[] = {
    {.name = "id", .type = &weft_thrift_i64, .id = 1, .offset = offsetof(HandItem, id)},
    {.name = "title", .type = &weft_thrift_string, .id = 2, .offset = offsetof(HandItem, title)},
    {.name = "score", .type = &weft_thrift_double, .id = 3, .offset = offsetof(HandItem, score)},
    {.name = "is_active",
     .type = &weft_thrift_bool,
     .id = 4,
     .offset = offsetof(HandItem, is_active)},
    {.name = "counters",
     .type = &string_i64_map_type,
     .id = 5,
     .offset = offsetof(HandItem, counters)},
};

const WeftThriftType hand_item_type = {
    .name = "Item",
    .kind = WEFT_THRIFT_STRUCT,
    .n_fields = G_N_ELEMENTS(item_fields),
    .size = sizeof(HandItem),
    .fields = item_fields,
    .binary = {read_item_binary, write_item_binary, size_item_binary},
    .compact = {read_item_compact, write_item_compact, size_item_compact},
};

/* ---- Document, binary ---- */

static uint8_t *
write_document_binary(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const HandDocument *document = value;

    at =
        weft_thrift_writer_reserve(writer, at,
                                   11 + 7 + weft_thrift_writer_string_room(writer, document->name) +
                                       3 + WEFT_THRIFT_BINARY_LIST_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_I64, 1);
    at = weft_thrift_binary_put_i64(at, document->id);
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRING, 2);
    at = weft_thrift_binary_put_string(writer, at, document->name);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_LIST, 3);
    at = weft_thrift_binary_put_list(at, WEFT_THRIFT_STRUCT, document->items.n_items);
    for (uint32_t i = 0; i < document->items.n_items; i++) {
        at = write_item_binary(&document->items.items[i], at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at, 1);
    return G_LIKELY(at != NULL) ? weft_thrift_binary_put_stop(at) : NULL;
}

static const uint8_t *
read_item_list_binary(HandItemList *list, const uint8_t *at, WeftThriftReader *reader)
{
    WeftThriftContainer container = {0};

    at = weft_thrift_binary_get_list(at, reader, WEFT_THRIFT_STRUCT, 1, sizeof(HandItem),
                                     &container);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    list->items = container.items;
    list->n_items = container.n_items;
    for (uint32_t i = 0; i < container.n_items; i++) {
        list->items[i] = (HandItem){0};
        at = read_item_binary(&list->items[i], at, reader);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    return at;
}

static const uint8_t *
read_document_binary(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    HandDocument *document = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I64, 1):
            at = weft_thrift_binary_get_i64(at, reader, &document->id);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 2):
            at = weft_thrift_binary_get_string(at, reader, &document->name);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_LIST, 3):
            at = read_item_list_binary(&document->items, at, reader);
            break;
        default:
            if (weft_thrift_key_is_stop(key)) {
                weft_thrift_reader_leave(reader);
                return at;
            }
            at = weft_thrift_binary_skip(at, reader, weft_thrift_key_kind(key));
        }
        if (G_UNLIKELY(at == NULL))
            break;
    }
    return weft_thrift_reader_fail_in(reader, &hand_document_type, key);
}

static size_t
size_document_binary(const void *value)
{
    const HandDocument *document = value;
    size_t size = 11 + 7 + document->name.length + 3 + WEFT_THRIFT_BINARY_LIST_BYTES + 1;

    for (uint32_t i = 0; i < document->items.n_items; i++)
        size += size_item_binary(&document->items.items[i]);
    return size;
}

/* ---- Document, compact ---- */

static uint8_t *
write_document_compact(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const HandDocument *document = value;
    int16_t last_id = 0;

    at = weft_thrift_writer_reserve(writer, at,
                                    3 * WEFT_THRIFT_COMPACT_FIELD_BYTES +
                                        WEFT_THRIFT_COMPACT_I64_BYTES +
                                        WEFT_THRIFT_COMPACT_STRING_BYTES +
                                        weft_thrift_writer_string_room(writer, document->name) +
                                        WEFT_THRIFT_COMPACT_LIST_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_I64, 1, &last_id);
    at = weft_thrift_compact_put_i64(at, document->id);
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRING, 2, &last_id);
    at = weft_thrift_compact_put_string(writer, at, document->name);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_LIST, 3, &last_id);
    at = weft_thrift_compact_put_list(at, WEFT_THRIFT_STRUCT, document->items.n_items);
    for (uint32_t i = 0; i < document->items.n_items; i++) {
        at = write_item_compact(&document->items.items[i], at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at, 1);
    return G_LIKELY(at != NULL) ? weft_thrift_compact_put_stop(at) : NULL;
}

static const uint8_t *
read_item_list_compact(HandItemList *list, const uint8_t *at, WeftThriftReader *reader)
{
    WeftThriftContainer container = {0};

    at = weft_thrift_compact_get_list(at, reader, WEFT_THRIFT_STRUCT, 1, sizeof(HandItem),
                                      &container);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    list->items = container.items;
    list->n_items = container.n_items;
    for (uint32_t i = 0; i < container.n_items; i++) {
        list->items[i] = (HandItem){0};
        at = read_item_compact(&list->items[i], at, reader);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    return at;
}

static const uint8_t *
read_document_compact(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    HandDocument *document = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I64, 1):
            at = weft_thrift_compact_get_i64(at, reader, &document->id);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 2):
            at = weft_thrift_compact_get_string(at, reader, &document->name);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_LIST, 3):
            at = read_item_list_compact(&document->items, at, reader);
            break;
        default:
            if (weft_thrift_key_is_stop(key)) {
                weft_thrift_reader_leave(reader);
                return at;
            }
            at = weft_thrift_compact_skip(at, reader, weft_thrift_key_kind(key));
        }
        if (G_UNLIKELY(at == NULL))
            break;
    }
    return weft_thrift_reader_fail_in(reader, &hand_document_type, key);
}

static size_t
size_document_compact(const void *value)
{
    const HandDocument *document = value;
    int16_t last_id = 0;
    size_t size = 1;

    size +=
        weft_thrift_compact_field_size(1, &last_id) + weft_thrift_compact_i64_size(document->id);
    size += weft_thrift_compact_field_size(2, &last_id) +
            weft_thrift_compact_string_size(document->name);
    size += weft_thrift_compact_field_size(3, &last_id) +
            weft_thrift_compact_list_size(document->items.n_items);
    for (uint32_t i = 0; i < document->items.n_items; i++)
        size += size_item_compact(&document->items.items[i]);
    return size;
}

static const WeftThriftField document_fields[] = {
    {.name = "id", .type = &weft_thrift_i64, .id = 1, .offset = offsetof(HandDocument, id)},
    {.name = "name", .type = &weft_thrift_string, .id = 2, .offset = offsetof(HandDocument, name)},
    {.name = "items", .type = &item_list_type, .id = 3, .offset = offsetof(HandDocument, items)},
};

const WeftThriftType hand_document_type = {
    .name = "Document",
    .kind = WEFT_THRIFT_STRUCT,
    .n_fields = G_N_ELEMENTS(document_fields),
    .size = sizeof(HandDocument),
    .fields = document_fields,
    .binary = {read_document_binary, write_document_binary, size_document_binary},
    .compact = {read_document_compact, write_document_compact, size_document_compact},
};
