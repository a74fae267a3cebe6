/* Made by weftgen of shapes.thrift: changes are lost. */
#include "shapes.weft.h"

#include <weft/thrift_binary.h>
#include <weft/thrift_compact.h>

static const Words words_initial = {
    .id = {
        {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee,
         0xff},
    },
    .class_ = 3,
};
static const Endless endless_initial = {
    .more = &(Endless){.n = 1},
    .all = {(Endless[]){{.n = 1}}, 1},
    .n = 1,
};

static uint8_t *
circle_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const Circle *typed = value;

    at = weft_thrift_writer_reserve(writer, at, 12);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_DOUBLE, 1);
    at = weft_thrift_binary_put_double(at, typed->radius);
    return weft_thrift_binary_put_stop(at);
}

static const uint8_t *
circle_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    Circle *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_DOUBLE, 1):
            at = weft_thrift_binary_get_double(at, reader, &typed->radius);
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
    return weft_thrift_reader_fail_in(reader, &circle_type, key);
}

static size_t
circle_size_binary(const void *value G_GNUC_UNUSED)
{
    size_t size = 12;

    return size;
}

static uint8_t *
circle_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const Circle *typed = value;
    int16_t last_id = 0;

    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_FIELD_BYTES + 9);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_DOUBLE, 1, &last_id);
    at = weft_thrift_compact_put_double(at, typed->radius);
    return weft_thrift_compact_put_stop(at);
}

static const uint8_t *
circle_read_compact(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    Circle *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_DOUBLE, 1):
            at = weft_thrift_compact_get_double(at, reader, &typed->radius);
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
    return weft_thrift_reader_fail_in(reader, &circle_type, key);
}

static size_t
circle_size_compact(const void *value G_GNUC_UNUSED)
{
    int16_t last_id = 0;
    size_t size = 1;

    size += weft_thrift_compact_field_size(1, &last_id) + 8;
    return size;
}

static uint8_t *shape_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer);
static const uint8_t *shape_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader);
static size_t shape_size_binary(const void *value);
static uint8_t *shape_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer);
static const uint8_t *shape_read_compact(void *value, const uint8_t *at, WeftThriftReader *reader);
static size_t shape_size_compact(const void *value);

static uint8_t *
shape_list__write_binary(const ShapeList_ *list, uint8_t *at, WeftThriftWriter *writer)
{
    const Shape *items = list->items;
    const uint32_t n_items = list->n_items;

    at = weft_thrift_binary_put_list(at, WEFT_THRIFT_STRUCT, n_items);
    for (uint32_t i = 0; i < n_items; i++) {
        at = shape_write_binary(&items[i], at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    return at;
}

static const uint8_t *
shape_list__read_binary(ShapeList_ *list, const uint8_t *at, WeftThriftReader *reader)
{
    WeftThriftContainer container = {NULL, 0};

    at = weft_thrift_binary_get_list(at, reader, WEFT_THRIFT_STRUCT, 1, sizeof *list->items,
                                     &container);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    Shape *items = container.items;
    for (uint32_t i = 0; i < container.n_items; i++) {
        items[i] = (Shape){0};
        at = shape_read_binary(&items[i], at, reader);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    list->items = items;
    list->n_items = container.n_items;
    return at;
}

static size_t
shape_list__size_binary(const ShapeList_ *list)
{
    size_t size = 5;

    for (uint32_t i = 0; i < list->n_items; i++)
        size += shape_size_binary(&list->items[i]);
    return size;
}

static uint8_t *
shape_list__write_compact(const ShapeList_ *list, uint8_t *at, WeftThriftWriter *writer)
{
    const Shape *items = list->items;
    const uint32_t n_items = list->n_items;

    at = weft_thrift_compact_put_list(at, WEFT_THRIFT_STRUCT, n_items);
    for (uint32_t i = 0; i < n_items; i++) {
        at = shape_write_compact(&items[i], at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    return at;
}

static const uint8_t *
shape_list__read_compact(ShapeList_ *list, const uint8_t *at, WeftThriftReader *reader)
{
    WeftThriftContainer container = {NULL, 0};

    at = weft_thrift_compact_get_list(at, reader, WEFT_THRIFT_STRUCT, 1, sizeof *list->items,
                                      &container);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    Shape *items = container.items;
    for (uint32_t i = 0; i < container.n_items; i++) {
        items[i] = (Shape){0};
        at = shape_read_compact(&items[i], at, reader);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    list->items = items;
    list->n_items = container.n_items;
    return at;
}

static size_t
shape_list__size_compact(const ShapeList_ *list)
{
    size_t size = weft_thrift_compact_list_size(list->n_items);

    for (uint32_t i = 0; i < list->n_items; i++)
        size += shape_size_compact(&list->items[i]);
    return size;
}

static uint8_t *
shape_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const Shape *typed = value;

    switch (typed->which) {
    case SHAPE_CIRCLE:
        at = weft_thrift_writer_reserve(writer, at, 3);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRUCT, 1);
        at = circle_write_binary(&typed->circle, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        break;
    case SHAPE_NAME:
        at = weft_thrift_writer_reserve(writer, at,
                                        3 + WEFT_THRIFT_BINARY_STRING_BYTES +
                                            weft_thrift_writer_string_room(writer, typed->name));
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRING, 2);
        at = weft_thrift_binary_put_string(writer, at, typed->name);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        break;
    case SHAPE_GROUP:
        at = weft_thrift_writer_reserve(writer, at, 3 + WEFT_THRIFT_BINARY_LIST_BYTES);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_binary_put_field(at, WEFT_THRIFT_LIST, 3);
        at = shape_list__write_binary(&typed->group, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        break;
    case SHAPE_MIRRORED:
        if (typed->mirrored == NULL)
            return weft_thrift_writer_fail(writer, WEFT_THRIFT_UNION_UNSET, &shape_type);
        at = weft_thrift_writer_reserve(writer, at, 3);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRUCT, 4);
        at = shape_write_binary(typed->mirrored, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        break;
    default:
        return weft_thrift_writer_fail(writer, WEFT_THRIFT_UNION_UNSET, &shape_type);
    }
    at = weft_thrift_writer_reserve(writer, at, 1);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_binary_put_stop(at);
}

static const uint8_t *
shape_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    Shape *typed = value;
    uint32_t key = 0;
    bool is_one = false;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 1):
            is_one = typed->which == 0 || (is_one && typed->which == SHAPE_CIRCLE);
            typed->which = SHAPE_CIRCLE;
            typed->circle = (Circle){0};
            at = circle_read_binary(&typed->circle, at, reader);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 2):
            is_one = typed->which == 0 || (is_one && typed->which == SHAPE_NAME);
            typed->which = SHAPE_NAME;
            at = weft_thrift_binary_get_string(at, reader, &typed->name);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_LIST, 3):
            is_one = typed->which == 0 || (is_one && typed->which == SHAPE_GROUP);
            typed->which = SHAPE_GROUP;
            at = shape_list__read_binary(&typed->group, at, reader);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 4):
            is_one = typed->which == 0 || (is_one && typed->which == SHAPE_MIRRORED);
            typed->which = SHAPE_MIRRORED;
            typed->mirrored = weft_thrift_reader_new_value(reader, at, &shape_type);
            at = typed->mirrored != NULL ? shape_read_binary(typed->mirrored, at, reader) : NULL;
            break;
        default:
            if (weft_thrift_key_is_stop(key)) {
                if (G_UNLIKELY(!is_one)) {
                    weft_thrift_reader_fail(reader, at, WEFT_THRIFT_UNION_UNSET, NULL);
                    return weft_thrift_reader_fail_in(reader, &shape_type, 0);
                }
                weft_thrift_reader_leave(reader);
                return at;
            }
            at = weft_thrift_binary_skip(at, reader, weft_thrift_key_kind(key));
        }
        if (G_UNLIKELY(at == NULL))
            break;
    }
    return weft_thrift_reader_fail_in(reader, &shape_type, key);
}

static size_t
shape_size_binary(const void *value)
{
    const Shape *typed = value;
    size_t size = 1;

    if (typed->which == SHAPE_CIRCLE)
        size += 3 + circle_size_binary(&typed->circle);
    if (typed->which == SHAPE_NAME)
        size += 3 + 4 + (size_t)typed->name.length;
    if (typed->which == SHAPE_GROUP)
        size += 3 + shape_list__size_binary(&typed->group);
    if (typed->which == SHAPE_MIRRORED && typed->mirrored != NULL)
        size += 3 + shape_size_binary(typed->mirrored);
    return size;
}

static uint8_t *
shape_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const Shape *typed = value;
    int16_t last_id = 0;

    switch (typed->which) {
    case SHAPE_CIRCLE:
        at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_FIELD_BYTES);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRUCT, 1, &last_id);
        at = circle_write_compact(&typed->circle, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        break;
    case SHAPE_NAME:
        at = weft_thrift_writer_reserve(writer, at,
                                        WEFT_THRIFT_COMPACT_FIELD_BYTES +
                                            WEFT_THRIFT_COMPACT_STRING_BYTES +
                                            weft_thrift_writer_string_room(writer, typed->name));
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRING, 2, &last_id);
        at = weft_thrift_compact_put_string(writer, at, typed->name);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        break;
    case SHAPE_GROUP:
        at = weft_thrift_writer_reserve(writer, at,
                                        WEFT_THRIFT_COMPACT_FIELD_BYTES +
                                            WEFT_THRIFT_COMPACT_LIST_BYTES);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_compact_put_field(at, WEFT_THRIFT_LIST, 3, &last_id);
        at = shape_list__write_compact(&typed->group, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        break;
    case SHAPE_MIRRORED:
        if (typed->mirrored == NULL)
            return weft_thrift_writer_fail(writer, WEFT_THRIFT_UNION_UNSET, &shape_type);
        at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_FIELD_BYTES);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRUCT, 4, &last_id);
        at = shape_write_compact(typed->mirrored, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        break;
    default:
        return weft_thrift_writer_fail(writer, WEFT_THRIFT_UNION_UNSET, &shape_type);
    }
    at = weft_thrift_writer_reserve(writer, at, 1);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_compact_put_stop(at);
}

static const uint8_t *
shape_read_compact(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    Shape *typed = value;
    uint32_t key = 0;
    bool is_one = false;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 1):
            is_one = typed->which == 0 || (is_one && typed->which == SHAPE_CIRCLE);
            typed->which = SHAPE_CIRCLE;
            typed->circle = (Circle){0};
            at = circle_read_compact(&typed->circle, at, reader);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 2):
            is_one = typed->which == 0 || (is_one && typed->which == SHAPE_NAME);
            typed->which = SHAPE_NAME;
            at = weft_thrift_compact_get_string(at, reader, &typed->name);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_LIST, 3):
            is_one = typed->which == 0 || (is_one && typed->which == SHAPE_GROUP);
            typed->which = SHAPE_GROUP;
            at = shape_list__read_compact(&typed->group, at, reader);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 4):
            is_one = typed->which == 0 || (is_one && typed->which == SHAPE_MIRRORED);
            typed->which = SHAPE_MIRRORED;
            typed->mirrored = weft_thrift_reader_new_value(reader, at, &shape_type);
            at = typed->mirrored != NULL ? shape_read_compact(typed->mirrored, at, reader) : NULL;
            break;
        default:
            if (weft_thrift_key_is_stop(key)) {
                if (G_UNLIKELY(!is_one)) {
                    weft_thrift_reader_fail(reader, at, WEFT_THRIFT_UNION_UNSET, NULL);
                    return weft_thrift_reader_fail_in(reader, &shape_type, 0);
                }
                weft_thrift_reader_leave(reader);
                return at;
            }
            at = weft_thrift_compact_skip(at, reader, weft_thrift_key_kind(key));
        }
        if (G_UNLIKELY(at == NULL))
            break;
    }
    return weft_thrift_reader_fail_in(reader, &shape_type, key);
}

static size_t
shape_size_compact(const void *value)
{
    const Shape *typed = value;
    int16_t last_id = 0;
    size_t size = 1;

    if (typed->which == SHAPE_CIRCLE)
        size += weft_thrift_compact_field_size(1, &last_id) + circle_size_compact(&typed->circle);
    if (typed->which == SHAPE_NAME)
        size += weft_thrift_compact_field_size(2, &last_id) +
            weft_thrift_compact_string_size(typed->name);
    if (typed->which == SHAPE_GROUP)
        size +=
            weft_thrift_compact_field_size(3, &last_id) + shape_list__size_compact(&typed->group);
    if (typed->which == SHAPE_MIRRORED && typed->mirrored != NULL)
        size += weft_thrift_compact_field_size(4, &last_id) + shape_size_compact(typed->mirrored);
    return size;
}

static uint8_t *node_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer);
static const uint8_t *node_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader);
static size_t node_size_binary(const void *value);
static uint8_t *node_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer);
static const uint8_t *node_read_compact(void *value, const uint8_t *at, WeftThriftReader *reader);
static size_t node_size_compact(const void *value);

static uint8_t *
i32_node_map_write_binary(const I32NodeMap *map, uint8_t *at, WeftThriftWriter *writer)
{
    const I32NodePair *pairs = map->items;
    const uint32_t n_items = map->n_items;

    at = weft_thrift_binary_put_map(at, WEFT_THRIFT_I32, WEFT_THRIFT_STRUCT, n_items);
    for (uint32_t i = 0; i < n_items; i++) {
        const I32NodePair *pair = &pairs[i];
        at = weft_thrift_writer_reserve(writer, at, 4);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_binary_put_i32(at, pair->key);
        at = node_write_binary(&pair->value, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    return at;
}

static const uint8_t *
i32_node_map_read_binary(I32NodeMap *map, const uint8_t *at, WeftThriftReader *reader)
{
    WeftThriftContainer container = {NULL, 0};

    at = weft_thrift_binary_get_map(at, reader,
                                    WEFT_THRIFT_KEY(WEFT_THRIFT_I32, WEFT_THRIFT_STRUCT), 5,
                                    sizeof *map->items, &container);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    I32NodePair *items = container.items;
    for (uint32_t i = 0; i < container.n_items; i++) {
        at = weft_thrift_binary_get_i32(at, reader, &items[i].key);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        items[i].value = (Node){0};
        at = node_read_binary(&items[i].value, at, reader);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    map->items = items;
    map->n_items = container.n_items;
    return at;
}

static size_t
i32_node_map_size_binary(const I32NodeMap *map)
{
    size_t size = 6;

    for (uint32_t i = 0; i < map->n_items; i++)
        size += 4 + node_size_binary(&map->items[i].value);
    return size;
}

static uint8_t *
i32_node_map_write_compact(const I32NodeMap *map, uint8_t *at, WeftThriftWriter *writer)
{
    const I32NodePair *pairs = map->items;
    const uint32_t n_items = map->n_items;

    at = weft_thrift_compact_put_map(at, WEFT_THRIFT_I32, WEFT_THRIFT_STRUCT, n_items);
    for (uint32_t i = 0; i < n_items; i++) {
        const I32NodePair *pair = &pairs[i];
        at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_I32_BYTES);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_compact_put_i32(at, pair->key);
        at = node_write_compact(&pair->value, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    return at;
}

static const uint8_t *
i32_node_map_read_compact(I32NodeMap *map, const uint8_t *at, WeftThriftReader *reader)
{
    WeftThriftContainer container = {NULL, 0};

    at = weft_thrift_compact_get_map(at, reader,
                                     WEFT_THRIFT_KEY(WEFT_THRIFT_I32, WEFT_THRIFT_STRUCT), 2,
                                     sizeof *map->items, &container);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    I32NodePair *items = container.items;
    for (uint32_t i = 0; i < container.n_items; i++) {
        at = weft_thrift_compact_get_i32(at, reader, &items[i].key);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        items[i].value = (Node){0};
        at = node_read_compact(&items[i].value, at, reader);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    map->items = items;
    map->n_items = container.n_items;
    return at;
}

static size_t
i32_node_map_size_compact(const I32NodeMap *map)
{
    size_t size = weft_thrift_compact_map_size(map->n_items);

    for (uint32_t i = 0; i < map->n_items; i++)
        size += weft_thrift_compact_i64_size(map->items[i].key) +
            node_size_compact(&map->items[i].value);
    return size;
}

static uint8_t *
node_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const Node *typed = value;

    at = weft_thrift_writer_reserve(writer, at,
                                    6 + WEFT_THRIFT_BINARY_STRING_BYTES +
                                        weft_thrift_writer_string_room(writer, typed->label));
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRING, 1);
    at = weft_thrift_binary_put_string(writer, at, typed->label);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->next != NULL) {
        at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRUCT, 2);
        at = node_write_binary(typed->next, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at, 3 + WEFT_THRIFT_BINARY_MAP_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_MAP, 3);
    at = i32_node_map_write_binary(&typed->children, at, writer);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_writer_reserve(writer, at, 8);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->has.weight) {
        at = weft_thrift_binary_put_field(at, WEFT_THRIFT_I32, -1);
        at = weft_thrift_binary_put_i32(at, typed->weight);
    }
    return weft_thrift_binary_put_stop(at);
}

static const uint8_t *
node_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    Node *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 1):
            at = weft_thrift_binary_get_string(at, reader, &typed->label);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 2):
            typed->next = weft_thrift_reader_new_value(reader, at, &node_type);
            at = typed->next != NULL ? node_read_binary(typed->next, at, reader) : NULL;
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_MAP, 3):
            at = i32_node_map_read_binary(&typed->children, at, reader);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I32, -1):
            at = weft_thrift_binary_get_i32(at, reader, &typed->weight);
            typed->has.weight = true;
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
    return weft_thrift_reader_fail_in(reader, &node_type, key);
}

static size_t
node_size_binary(const void *value)
{
    const Node *typed = value;
    size_t size = 1;

    size += 3 + 4 + (size_t)typed->label.length;
    if (typed->next != NULL)
        size += 3 + node_size_binary(typed->next);
    size += 3 + i32_node_map_size_binary(&typed->children);
    if (typed->has.weight)
        size += 3 + 4;
    return size;
}

static uint8_t *
node_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const Node *typed = value;
    int16_t last_id = 0;

    at = weft_thrift_writer_reserve(writer, at,
                                    2 * WEFT_THRIFT_COMPACT_FIELD_BYTES +
                                        WEFT_THRIFT_COMPACT_STRING_BYTES +
                                        weft_thrift_writer_string_room(writer, typed->label));
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRING, 1, &last_id);
    at = weft_thrift_compact_put_string(writer, at, typed->label);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->next != NULL) {
        at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRUCT, 2, &last_id);
        at = node_write_compact(typed->next, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at,
                                    WEFT_THRIFT_COMPACT_FIELD_BYTES +
                                        WEFT_THRIFT_COMPACT_MAP_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_MAP, 3, &last_id);
    at = i32_node_map_write_compact(&typed->children, at, writer);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_writer_reserve(writer, at,
                                    WEFT_THRIFT_COMPACT_FIELD_BYTES + 1 +
                                        WEFT_THRIFT_COMPACT_I32_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->has.weight) {
        at = weft_thrift_compact_put_field(at, WEFT_THRIFT_I32, -1, &last_id);
        at = weft_thrift_compact_put_i32(at, typed->weight);
    }
    return weft_thrift_compact_put_stop(at);
}

static const uint8_t *
node_read_compact(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    Node *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 1):
            at = weft_thrift_compact_get_string(at, reader, &typed->label);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 2):
            typed->next = weft_thrift_reader_new_value(reader, at, &node_type);
            at = typed->next != NULL ? node_read_compact(typed->next, at, reader) : NULL;
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_MAP, 3):
            at = i32_node_map_read_compact(&typed->children, at, reader);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I32, -1):
            at = weft_thrift_compact_get_i32(at, reader, &typed->weight);
            typed->has.weight = true;
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
    return weft_thrift_reader_fail_in(reader, &node_type, key);
}

static size_t
node_size_compact(const void *value)
{
    const Node *typed = value;
    int16_t last_id = 0;
    size_t size = 1;

    size +=
        weft_thrift_compact_field_size(1, &last_id) + weft_thrift_compact_string_size(typed->label);
    if (typed->next != NULL)
        size += weft_thrift_compact_field_size(2, &last_id) + node_size_compact(typed->next);
    size +=
        weft_thrift_compact_field_size(3, &last_id) + i32_node_map_size_compact(&typed->children);
    if (typed->has.weight)
        size += weft_thrift_compact_field_size(-1, &last_id) +
            weft_thrift_compact_i64_size(typed->weight);
    return size;
}

static uint8_t *
shape_list_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const ShapeList *typed = value;

    at = weft_thrift_writer_reserve(writer, at, 3 + WEFT_THRIFT_BINARY_LIST_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_LIST, 1);
    at = shape_list__write_binary(&typed->shapes, at, writer);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_writer_reserve(writer, at, 1);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_binary_put_stop(at);
}

static const uint8_t *
shape_list_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    ShapeList *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_LIST, 1):
            at = shape_list__read_binary(&typed->shapes, at, reader);
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
    return weft_thrift_reader_fail_in(reader, &shape_list_type, key);
}

static size_t
shape_list_size_binary(const void *value)
{
    const ShapeList *typed = value;
    size_t size = 1;

    size += 3 + shape_list__size_binary(&typed->shapes);
    return size;
}

static uint8_t *
shape_list_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const ShapeList *typed = value;
    int16_t last_id = 0;

    at = weft_thrift_writer_reserve(writer, at,
                                    WEFT_THRIFT_COMPACT_FIELD_BYTES +
                                        WEFT_THRIFT_COMPACT_LIST_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_LIST, 1, &last_id);
    at = shape_list__write_compact(&typed->shapes, at, writer);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_writer_reserve(writer, at, 1);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_compact_put_stop(at);
}

static const uint8_t *
shape_list_read_compact(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    ShapeList *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_LIST, 1):
            at = shape_list__read_compact(&typed->shapes, at, reader);
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
    return weft_thrift_reader_fail_in(reader, &shape_list_type, key);
}

static size_t
shape_list_size_compact(const void *value)
{
    const ShapeList *typed = value;
    int16_t last_id = 0;
    size_t size = 1;

    size += weft_thrift_compact_field_size(1, &last_id) + shape_list__size_compact(&typed->shapes);
    return size;
}

static uint8_t *
words_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const Words *typed = value;

    at = weft_thrift_writer_reserve(writer, at, 10);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_I32, 1);
    at = weft_thrift_binary_put_i32(at, typed->int_);
    if (typed->has.has_) {
        at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRING, 2);
        at = weft_thrift_writer_reserve(writer, at,
                                        WEFT_THRIFT_BINARY_STRING_BYTES +
                                            weft_thrift_writer_string_room(writer, typed->has_));
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_binary_put_string(writer, at, typed->has_);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at,
                                    28 + WEFT_THRIFT_BINARY_STRING_BYTES +
                                        weft_thrift_writer_string_room(writer, typed->fallback));
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRING, 3);
    at = weft_thrift_binary_put_string(writer, at, typed->fallback);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_UUID, 4);
    at = weft_thrift_binary_put_uuid(at, typed->id);
    if (typed->has.class_) {
        at = weft_thrift_binary_put_field(at, WEFT_THRIFT_I16, 5);
        at = weft_thrift_binary_put_i16(at, typed->class_);
    }
    return weft_thrift_binary_put_stop(at);
}

static const uint8_t *
words_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    Words *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I32, 1):
            at = weft_thrift_binary_get_i32(at, reader, &typed->int_);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 2):
            at = weft_thrift_binary_get_string(at, reader, &typed->has_);
            typed->has.has_ = true;
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 3):
            at = weft_thrift_binary_get_string(at, reader, &typed->fallback);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_UUID, 4):
            at = weft_thrift_binary_get_uuid(at, reader, &typed->id);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I16, 5):
            at = weft_thrift_binary_get_i16(at, reader, &typed->class_);
            typed->has.class_ = true;
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
    return weft_thrift_reader_fail_in(reader, &words_type, key);
}

static size_t
words_size_binary(const void *value)
{
    const Words *typed = value;
    size_t size = 27;

    if (typed->has.has_)
        size += 3 + 4 + (size_t)typed->has_.length;
    size += 3 + 4 + (size_t)typed->fallback.length;
    if (typed->has.class_)
        size += 3 + 2;
    return size;
}

static uint8_t *
words_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const Words *typed = value;
    int16_t last_id = 0;

    at = weft_thrift_writer_reserve(writer, at,
                                    2 * WEFT_THRIFT_COMPACT_FIELD_BYTES +
                                        WEFT_THRIFT_COMPACT_I32_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_I32, 1, &last_id);
    at = weft_thrift_compact_put_i32(at, typed->int_);
    if (typed->has.has_) {
        at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRING, 2, &last_id);
        at = weft_thrift_writer_reserve(writer, at,
                                        WEFT_THRIFT_COMPACT_STRING_BYTES +
                                            weft_thrift_writer_string_room(writer, typed->has_));
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_compact_put_string(writer, at, typed->has_);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at,
                                    3 * WEFT_THRIFT_COMPACT_FIELD_BYTES + 17 +
                                        WEFT_THRIFT_COMPACT_STRING_BYTES +
                                        weft_thrift_writer_string_room(writer, typed->fallback) +
                                        WEFT_THRIFT_COMPACT_I16_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRING, 3, &last_id);
    at = weft_thrift_compact_put_string(writer, at, typed->fallback);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_UUID, 4, &last_id);
    at = weft_thrift_compact_put_uuid(at, typed->id);
    if (typed->has.class_) {
        at = weft_thrift_compact_put_field(at, WEFT_THRIFT_I16, 5, &last_id);
        at = weft_thrift_compact_put_i16(at, typed->class_);
    }
    return weft_thrift_compact_put_stop(at);
}

static const uint8_t *
words_read_compact(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    Words *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I32, 1):
            at = weft_thrift_compact_get_i32(at, reader, &typed->int_);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 2):
            at = weft_thrift_compact_get_string(at, reader, &typed->has_);
            typed->has.has_ = true;
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 3):
            at = weft_thrift_compact_get_string(at, reader, &typed->fallback);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_UUID, 4):
            at = weft_thrift_compact_get_uuid(at, reader, &typed->id);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I16, 5):
            at = weft_thrift_compact_get_i16(at, reader, &typed->class_);
            typed->has.class_ = true;
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
    return weft_thrift_reader_fail_in(reader, &words_type, key);
}

static size_t
words_size_compact(const void *value)
{
    const Words *typed = value;
    int16_t last_id = 0;
    size_t size = 1;

    size += weft_thrift_compact_field_size(1, &last_id) + weft_thrift_compact_i64_size(typed->int_);
    if (typed->has.has_)
        size += weft_thrift_compact_field_size(2, &last_id) +
            weft_thrift_compact_string_size(typed->has_);
    size += weft_thrift_compact_field_size(3, &last_id) +
        weft_thrift_compact_string_size(typed->fallback);
    size += weft_thrift_compact_field_size(4, &last_id) + 16;
    if (typed->has.class_)
        size += weft_thrift_compact_field_size(5, &last_id) +
            weft_thrift_compact_i64_size(typed->class_);
    return size;
}

static uint8_t *
nothing_write_binary(const void *value G_GNUC_UNUSED, uint8_t *at, WeftThriftWriter *writer)
{
    at = weft_thrift_writer_reserve(writer, at, 1);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_binary_put_stop(at);
}

static const uint8_t *
nothing_read_binary(void *value G_GNUC_UNUSED, const uint8_t *at, WeftThriftReader *reader)
{
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        if (weft_thrift_key_is_stop(key)) {
            weft_thrift_reader_leave(reader);
            return at;
        }
        at = weft_thrift_binary_skip(at, reader, weft_thrift_key_kind(key));
        if (G_UNLIKELY(at == NULL))
            break;
    }
    return weft_thrift_reader_fail_in(reader, &nothing_type, key);
}

static size_t
nothing_size_binary(const void *value G_GNUC_UNUSED)
{
    size_t size = 1;

    return size;
}

static uint8_t *
nothing_write_compact(const void *value G_GNUC_UNUSED, uint8_t *at, WeftThriftWriter *writer)
{
    at = weft_thrift_writer_reserve(writer, at, 1);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_compact_put_stop(at);
}

static const uint8_t *
nothing_read_compact(void *value G_GNUC_UNUSED, const uint8_t *at, WeftThriftReader *reader)
{
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        if (weft_thrift_key_is_stop(key)) {
            weft_thrift_reader_leave(reader);
            return at;
        }
        at = weft_thrift_compact_skip(at, reader, weft_thrift_key_kind(key));
        if (G_UNLIKELY(at == NULL))
            break;
    }
    return weft_thrift_reader_fail_in(reader, &nothing_type, key);
}

static size_t
nothing_size_compact(const void *value G_GNUC_UNUSED)
{
    size_t size = 1;

    return size;
}

static uint8_t *endless_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer);
static const uint8_t *endless_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader);
static size_t endless_size_binary(const void *value);
static uint8_t *endless_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer);
static const uint8_t *endless_read_compact(void *value, const uint8_t *at,
                                           WeftThriftReader *reader);
static size_t endless_size_compact(const void *value);

static uint8_t *
endless_list_write_binary(const EndlessList *list, uint8_t *at, WeftThriftWriter *writer)
{
    const Endless *items = list->items;
    const uint32_t n_items = list->n_items;

    at = weft_thrift_binary_put_list(at, WEFT_THRIFT_STRUCT, n_items);
    for (uint32_t i = 0; i < n_items; i++) {
        at = endless_write_binary(&items[i], at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    return at;
}

static const uint8_t *
endless_list_read_binary(EndlessList *list, const uint8_t *at, WeftThriftReader *reader)
{
    WeftThriftContainer container = {NULL, 0};

    at = weft_thrift_binary_get_list(at, reader, WEFT_THRIFT_STRUCT, 1, sizeof *list->items,
                                     &container);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    Endless *items = container.items;
    for (uint32_t i = 0; i < container.n_items; i++) {
        items[i] = endless_initial;
        at = endless_read_binary(&items[i], at, reader);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    list->items = items;
    list->n_items = container.n_items;
    return at;
}

static size_t
endless_list_size_binary(const EndlessList *list)
{
    size_t size = 5;

    for (uint32_t i = 0; i < list->n_items; i++)
        size += endless_size_binary(&list->items[i]);
    return size;
}

static uint8_t *
endless_list_write_compact(const EndlessList *list, uint8_t *at, WeftThriftWriter *writer)
{
    const Endless *items = list->items;
    const uint32_t n_items = list->n_items;

    at = weft_thrift_compact_put_list(at, WEFT_THRIFT_STRUCT, n_items);
    for (uint32_t i = 0; i < n_items; i++) {
        at = endless_write_compact(&items[i], at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    return at;
}

static const uint8_t *
endless_list_read_compact(EndlessList *list, const uint8_t *at, WeftThriftReader *reader)
{
    WeftThriftContainer container = {NULL, 0};

    at = weft_thrift_compact_get_list(at, reader, WEFT_THRIFT_STRUCT, 1, sizeof *list->items,
                                      &container);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    Endless *items = container.items;
    for (uint32_t i = 0; i < container.n_items; i++) {
        items[i] = endless_initial;
        at = endless_read_compact(&items[i], at, reader);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    list->items = items;
    list->n_items = container.n_items;
    return at;
}

static size_t
endless_list_size_compact(const EndlessList *list)
{
    size_t size = weft_thrift_compact_list_size(list->n_items);

    for (uint32_t i = 0; i < list->n_items; i++)
        size += endless_size_compact(&list->items[i]);
    return size;
}

static uint8_t *
endless_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const Endless *typed = value;

    at = weft_thrift_writer_reserve(writer, at, 3);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->more != NULL) {
        at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRUCT, 1);
        at = endless_write_binary(typed->more, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at, 3 + WEFT_THRIFT_BINARY_LIST_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_LIST, 2);
    at = endless_list_write_binary(&typed->all, at, writer);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_writer_reserve(writer, at, 8);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_I32, 3);
    at = weft_thrift_binary_put_i32(at, typed->n);
    return weft_thrift_binary_put_stop(at);
}

static const uint8_t *
endless_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    Endless *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 1):
            typed->more = weft_thrift_reader_new_value(reader, at, &endless_type);
            at = typed->more != NULL ? endless_read_binary(typed->more, at, reader) : NULL;
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_LIST, 2):
            at = endless_list_read_binary(&typed->all, at, reader);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I32, 3):
            at = weft_thrift_binary_get_i32(at, reader, &typed->n);
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
    return weft_thrift_reader_fail_in(reader, &endless_type, key);
}

static size_t
endless_size_binary(const void *value)
{
    const Endless *typed = value;
    size_t size = 8;

    if (typed->more != NULL)
        size += 3 + endless_size_binary(typed->more);
    size += 3 + endless_list_size_binary(&typed->all);
    return size;
}

static uint8_t *
endless_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const Endless *typed = value;
    int16_t last_id = 0;

    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_FIELD_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->more != NULL) {
        at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRUCT, 1, &last_id);
        at = endless_write_compact(typed->more, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at,
                                    WEFT_THRIFT_COMPACT_FIELD_BYTES +
                                        WEFT_THRIFT_COMPACT_LIST_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_LIST, 2, &last_id);
    at = endless_list_write_compact(&typed->all, at, writer);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_writer_reserve(writer, at,
                                    WEFT_THRIFT_COMPACT_FIELD_BYTES + 1 +
                                        WEFT_THRIFT_COMPACT_I32_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_I32, 3, &last_id);
    at = weft_thrift_compact_put_i32(at, typed->n);
    return weft_thrift_compact_put_stop(at);
}

static const uint8_t *
endless_read_compact(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    Endless *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 1):
            typed->more = weft_thrift_reader_new_value(reader, at, &endless_type);
            at = typed->more != NULL ? endless_read_compact(typed->more, at, reader) : NULL;
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_LIST, 2):
            at = endless_list_read_compact(&typed->all, at, reader);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I32, 3):
            at = weft_thrift_compact_get_i32(at, reader, &typed->n);
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
    return weft_thrift_reader_fail_in(reader, &endless_type, key);
}

static size_t
endless_size_compact(const void *value)
{
    const Endless *typed = value;
    int16_t last_id = 0;
    size_t size = 1;

    if (typed->more != NULL)
        size += weft_thrift_compact_field_size(1, &last_id) + endless_size_compact(typed->more);
    size += weft_thrift_compact_field_size(2, &last_id) + endless_list_size_compact(&typed->all);
    size += weft_thrift_compact_field_size(3, &last_id) + weft_thrift_compact_i64_size(typed->n);
    return size;
}

static const WeftThriftType shape_list__type = {
    .name = "list<Shape>",
    .kind = WEFT_THRIFT_LIST,
    .size = sizeof(ShapeList_),
    .item_size = sizeof(Shape),
    .element = &shape_type,
};

static const WeftThriftType i32_node_map_type = {
    .name = "map<i32,Node>",
    .kind = WEFT_THRIFT_MAP,
    .size = sizeof(I32NodeMap),
    .item_size = sizeof(I32NodePair),
    .value_offset = offsetof(I32NodePair, value),
    .key = &weft_thrift_i32,
    .element = &node_type,
};

static const WeftThriftType endless_list_type = {
    .name = "list<Endless>",
    .kind = WEFT_THRIFT_LIST,
    .size = sizeof(EndlessList),
    .item_size = sizeof(Endless),
    .element = &endless_type,
};

static const WeftThriftField circle_fields[] = {
    {"radius", &weft_thrift_double, 1, WEFT_THRIFT_DEFAULT, false, offsetof(Circle, radius), 0},
};

const WeftThriftType circle_type = {
    .name = "Circle",
    .kind = WEFT_THRIFT_STRUCT,
    .flavour = WEFT_THRIFT_PLAIN,
    .size = sizeof(Circle),
    .n_fields = G_N_ELEMENTS(circle_fields),
    .fields = circle_fields,
    .binary = {circle_read_binary, circle_write_binary, circle_size_binary},
    .compact = {circle_read_compact, circle_write_compact, circle_size_compact},
};

static const WeftThriftField shape_fields[] = {
    {"circle", &circle_type, 1, WEFT_THRIFT_DEFAULT, false, offsetof(Shape, circle), 0},
    {"name", &weft_thrift_string, 2, WEFT_THRIFT_DEFAULT, false, offsetof(Shape, name), 0},
    {"group", &shape_list__type, 3, WEFT_THRIFT_DEFAULT, false, offsetof(Shape, group), 0},
    {"mirrored", &shape_type, 4, WEFT_THRIFT_DEFAULT, true, offsetof(Shape, mirrored), 0},
};

const WeftThriftType shape_type = {
    .name = "Shape",
    .kind = WEFT_THRIFT_STRUCT,
    .flavour = WEFT_THRIFT_UNION,
    .size = sizeof(Shape),
    .n_fields = G_N_ELEMENTS(shape_fields),
    .fields = shape_fields,
    .binary = {shape_read_binary, shape_write_binary, shape_size_binary},
    .compact = {shape_read_compact, shape_write_compact, shape_size_compact},
};

static const WeftThriftField node_fields[] = {
    {"label", &weft_thrift_string, 1, WEFT_THRIFT_DEFAULT, false, offsetof(Node, label), 0},
    {"next", &node_type, 2, WEFT_THRIFT_OPTIONAL, true, offsetof(Node, next), 0},
    {"children", &i32_node_map_type, 3, WEFT_THRIFT_DEFAULT, false, offsetof(Node, children), 0},
    {"weight", &weft_thrift_i32, -1, WEFT_THRIFT_OPTIONAL, false, offsetof(Node, weight),
     offsetof(Node, has.weight)},
};

const WeftThriftType node_type = {
    .name = "Node",
    .kind = WEFT_THRIFT_STRUCT,
    .flavour = WEFT_THRIFT_PLAIN,
    .size = sizeof(Node),
    .n_fields = G_N_ELEMENTS(node_fields),
    .fields = node_fields,
    .binary = {node_read_binary, node_write_binary, node_size_binary},
    .compact = {node_read_compact, node_write_compact, node_size_compact},
};

static const WeftThriftField shape_list_fields[] = {
    {"shapes", &shape_list__type, 1, WEFT_THRIFT_DEFAULT, false, offsetof(ShapeList, shapes), 0},
};

const WeftThriftType shape_list_type = {
    .name = "ShapeList",
    .kind = WEFT_THRIFT_STRUCT,
    .flavour = WEFT_THRIFT_PLAIN,
    .size = sizeof(ShapeList),
    .n_fields = G_N_ELEMENTS(shape_list_fields),
    .fields = shape_list_fields,
    .binary = {shape_list_read_binary, shape_list_write_binary, shape_list_size_binary},
    .compact = {shape_list_read_compact, shape_list_write_compact, shape_list_size_compact},
};

static const WeftThriftField words_fields[] = {
    {"int", &weft_thrift_i32, 1, WEFT_THRIFT_DEFAULT, false, offsetof(Words, int_), 0},
    {"has", &weft_thrift_string, 2, WEFT_THRIFT_OPTIONAL, false, offsetof(Words, has_),
     offsetof(Words, has.has_)},
    {"default", &weft_thrift_binary, 3, WEFT_THRIFT_DEFAULT, false, offsetof(Words, fallback), 0},
    {"id", &weft_thrift_uuid, 4, WEFT_THRIFT_DEFAULT, false, offsetof(Words, id), 0},
    {"class", &weft_thrift_i16, 5, WEFT_THRIFT_OPTIONAL, false, offsetof(Words, class_),
     offsetof(Words, has.class_)},
};

const WeftThriftType words_type = {
    .name = "Words",
    .kind = WEFT_THRIFT_STRUCT,
    .flavour = WEFT_THRIFT_PLAIN,
    .size = sizeof(Words),
    .n_fields = G_N_ELEMENTS(words_fields),
    .fields = words_fields,
    .initial = &words_initial,
    .binary = {words_read_binary, words_write_binary, words_size_binary},
    .compact = {words_read_compact, words_write_compact, words_size_compact},
};

const WeftThriftType nothing_type = {
    .name = "Nothing",
    .kind = WEFT_THRIFT_STRUCT,
    .flavour = WEFT_THRIFT_PLAIN,
    .size = sizeof(Nothing),
    .binary = {nothing_read_binary, nothing_write_binary, nothing_size_binary},
    .compact = {nothing_read_compact, nothing_write_compact, nothing_size_compact},
};

static const WeftThriftField endless_fields[] = {
    {"more", &endless_type, 1, WEFT_THRIFT_OPTIONAL, true, offsetof(Endless, more), 0},
    {"all", &endless_list_type, 2, WEFT_THRIFT_DEFAULT, false, offsetof(Endless, all), 0},
    {"n", &weft_thrift_i32, 3, WEFT_THRIFT_DEFAULT, false, offsetof(Endless, n), 0},
};

const WeftThriftType endless_type = {
    .name = "Endless",
    .kind = WEFT_THRIFT_STRUCT,
    .flavour = WEFT_THRIFT_PLAIN,
    .size = sizeof(Endless),
    .n_fields = G_N_ELEMENTS(endless_fields),
    .fields = endless_fields,
    .initial = &endless_initial,
    .binary = {endless_read_binary, endless_write_binary, endless_size_binary},
    .compact = {endless_read_compact, endless_write_compact, endless_size_compact},
};

void
circle_init(Circle *value)
{
    *value = (Circle){0};
}

void
circle_copy(const Circle *value, WeftArena *arena, Circle *ret_copy)
{
    weft_thrift_copy(&circle_type, value, arena, ret_copy);
}

bool
circle_equal(const Circle *left, const Circle *right)
{
    return weft_thrift_equal(&circle_type, left, right);
}

uint64_t
circle_hash(const Circle *value)
{
    return weft_thrift_hash(&circle_type, value);
}

char *
circle_to_string(const Circle *value)
{
    return weft_thrift_to_string(&circle_type, value);
}

char *
circle_to_json(const Circle *value, unsigned indent)
{
    return weft_thrift_to_json(&circle_type, value, indent);
}

gboolean
circle_from_json(Circle *value, const char *json, size_t length, WeftArena *arena, GError **error)
{
    circle_init(value);
    return weft_thrift_from_json(&circle_type, value, json, length, arena, error);
}

GBytes *
circle_encode(const Circle *value, WeftThriftProtocol protocol, GError **error)
{
    return weft_thrift_encode(&circle_type, protocol, value, error);
}

gboolean
circle_decode(Circle *value, WeftThriftProtocol protocol, const void *data, size_t size,
              WeftArena *arena, GError **error)
{
    circle_init(value);
    return weft_thrift_decode(&circle_type, protocol, value, data, size, arena, error);
}

size_t
circle_size(const Circle *value, WeftThriftProtocol protocol)
{
    return weft_thrift_size(&circle_type, protocol, value);
}

void
shape_init(Shape *value)
{
    *value = (Shape){0};
}

void
shape_copy(const Shape *value, WeftArena *arena, Shape *ret_copy)
{
    weft_thrift_copy(&shape_type, value, arena, ret_copy);
}

bool
shape_equal(const Shape *left, const Shape *right)
{
    return weft_thrift_equal(&shape_type, left, right);
}

uint64_t
shape_hash(const Shape *value)
{
    return weft_thrift_hash(&shape_type, value);
}

char *
shape_to_string(const Shape *value)
{
    return weft_thrift_to_string(&shape_type, value);
}

char *
shape_to_json(const Shape *value, unsigned indent)
{
    return weft_thrift_to_json(&shape_type, value, indent);
}

gboolean
shape_from_json(Shape *value, const char *json, size_t length, WeftArena *arena, GError **error)
{
    shape_init(value);
    return weft_thrift_from_json(&shape_type, value, json, length, arena, error);
}

GBytes *
shape_encode(const Shape *value, WeftThriftProtocol protocol, GError **error)
{
    return weft_thrift_encode(&shape_type, protocol, value, error);
}

gboolean
shape_decode(Shape *value, WeftThriftProtocol protocol, const void *data, size_t size,
             WeftArena *arena, GError **error)
{
    shape_init(value);
    return weft_thrift_decode(&shape_type, protocol, value, data, size, arena, error);
}

size_t
shape_size(const Shape *value, WeftThriftProtocol protocol)
{
    return weft_thrift_size(&shape_type, protocol, value);
}

void
node_init(Node *value)
{
    *value = (Node){0};
}

void
node_copy(const Node *value, WeftArena *arena, Node *ret_copy)
{
    weft_thrift_copy(&node_type, value, arena, ret_copy);
}

bool
node_equal(const Node *left, const Node *right)
{
    return weft_thrift_equal(&node_type, left, right);
}

uint64_t
node_hash(const Node *value)
{
    return weft_thrift_hash(&node_type, value);
}

char *
node_to_string(const Node *value)
{
    return weft_thrift_to_string(&node_type, value);
}

char *
node_to_json(const Node *value, unsigned indent)
{
    return weft_thrift_to_json(&node_type, value, indent);
}

gboolean
node_from_json(Node *value, const char *json, size_t length, WeftArena *arena, GError **error)
{
    node_init(value);
    return weft_thrift_from_json(&node_type, value, json, length, arena, error);
}

GBytes *
node_encode(const Node *value, WeftThriftProtocol protocol, GError **error)
{
    return weft_thrift_encode(&node_type, protocol, value, error);
}

gboolean
node_decode(Node *value, WeftThriftProtocol protocol, const void *data, size_t size,
            WeftArena *arena, GError **error)
{
    node_init(value);
    return weft_thrift_decode(&node_type, protocol, value, data, size, arena, error);
}

size_t
node_size(const Node *value, WeftThriftProtocol protocol)
{
    return weft_thrift_size(&node_type, protocol, value);
}

void
shape_list_init(ShapeList *value)
{
    *value = (ShapeList){0};
}

void
shape_list_copy(const ShapeList *value, WeftArena *arena, ShapeList *ret_copy)
{
    weft_thrift_copy(&shape_list_type, value, arena, ret_copy);
}

bool
shape_list_equal(const ShapeList *left, const ShapeList *right)
{
    return weft_thrift_equal(&shape_list_type, left, right);
}

uint64_t
shape_list_hash(const ShapeList *value)
{
    return weft_thrift_hash(&shape_list_type, value);
}

char *
shape_list_to_string(const ShapeList *value)
{
    return weft_thrift_to_string(&shape_list_type, value);
}

char *
shape_list_to_json(const ShapeList *value, unsigned indent)
{
    return weft_thrift_to_json(&shape_list_type, value, indent);
}

gboolean
shape_list_from_json(ShapeList *value, const char *json, size_t length, WeftArena *arena,
                     GError **error)
{
    shape_list_init(value);
    return weft_thrift_from_json(&shape_list_type, value, json, length, arena, error);
}

GBytes *
shape_list_encode(const ShapeList *value, WeftThriftProtocol protocol, GError **error)
{
    return weft_thrift_encode(&shape_list_type, protocol, value, error);
}

gboolean
shape_list_decode(ShapeList *value, WeftThriftProtocol protocol, const void *data, size_t size,
                  WeftArena *arena, GError **error)
{
    shape_list_init(value);
    return weft_thrift_decode(&shape_list_type, protocol, value, data, size, arena, error);
}

size_t
shape_list_size(const ShapeList *value, WeftThriftProtocol protocol)
{
    return weft_thrift_size(&shape_list_type, protocol, value);
}

void
words_init(Words *value)
{
    *value = words_initial;
}

void
words_copy(const Words *value, WeftArena *arena, Words *ret_copy)
{
    weft_thrift_copy(&words_type, value, arena, ret_copy);
}

bool
words_equal(const Words *left, const Words *right)
{
    return weft_thrift_equal(&words_type, left, right);
}

uint64_t
words_hash(const Words *value)
{
    return weft_thrift_hash(&words_type, value);
}

char *
words_to_string(const Words *value)
{
    return weft_thrift_to_string(&words_type, value);
}

char *
words_to_json(const Words *value, unsigned indent)
{
    return weft_thrift_to_json(&words_type, value, indent);
}

gboolean
words_from_json(Words *value, const char *json, size_t length, WeftArena *arena, GError **error)
{
    words_init(value);
    return weft_thrift_from_json(&words_type, value, json, length, arena, error);
}

GBytes *
words_encode(const Words *value, WeftThriftProtocol protocol, GError **error)
{
    return weft_thrift_encode(&words_type, protocol, value, error);
}

gboolean
words_decode(Words *value, WeftThriftProtocol protocol, const void *data, size_t size,
             WeftArena *arena, GError **error)
{
    words_init(value);
    return weft_thrift_decode(&words_type, protocol, value, data, size, arena, error);
}

size_t
words_size(const Words *value, WeftThriftProtocol protocol)
{
    return weft_thrift_size(&words_type, protocol, value);
}

void
nothing_init(Nothing *value)
{
    *value = (Nothing){0};
}

void
nothing_copy(const Nothing *value, WeftArena *arena, Nothing *ret_copy)
{
    weft_thrift_copy(&nothing_type, value, arena, ret_copy);
}

bool
nothing_equal(const Nothing *left, const Nothing *right)
{
    return weft_thrift_equal(&nothing_type, left, right);
}

uint64_t
nothing_hash(const Nothing *value)
{
    return weft_thrift_hash(&nothing_type, value);
}

char *
nothing_to_string(const Nothing *value)
{
    return weft_thrift_to_string(&nothing_type, value);
}

char *
nothing_to_json(const Nothing *value, unsigned indent)
{
    return weft_thrift_to_json(&nothing_type, value, indent);
}

gboolean
nothing_from_json(Nothing *value, const char *json, size_t length, WeftArena *arena, GError **error)
{
    nothing_init(value);
    return weft_thrift_from_json(&nothing_type, value, json, length, arena, error);
}

GBytes *
nothing_encode(const Nothing *value, WeftThriftProtocol protocol, GError **error)
{
    return weft_thrift_encode(&nothing_type, protocol, value, error);
}

gboolean
nothing_decode(Nothing *value, WeftThriftProtocol protocol, const void *data, size_t size,
               WeftArena *arena, GError **error)
{
    nothing_init(value);
    return weft_thrift_decode(&nothing_type, protocol, value, data, size, arena, error);
}

size_t
nothing_size(const Nothing *value, WeftThriftProtocol protocol)
{
    return weft_thrift_size(&nothing_type, protocol, value);
}

void
endless_init(Endless *value)
{
    *value = endless_initial;
}

void
endless_copy(const Endless *value, WeftArena *arena, Endless *ret_copy)
{
    weft_thrift_copy(&endless_type, value, arena, ret_copy);
}

bool
endless_equal(const Endless *left, const Endless *right)
{
    return weft_thrift_equal(&endless_type, left, right);
}

uint64_t
endless_hash(const Endless *value)
{
    return weft_thrift_hash(&endless_type, value);
}

char *
endless_to_string(const Endless *value)
{
    return weft_thrift_to_string(&endless_type, value);
}

char *
endless_to_json(const Endless *value, unsigned indent)
{
    return weft_thrift_to_json(&endless_type, value, indent);
}

gboolean
endless_from_json(Endless *value, const char *json, size_t length, WeftArena *arena, GError **error)
{
    endless_init(value);
    return weft_thrift_from_json(&endless_type, value, json, length, arena, error);
}

GBytes *
endless_encode(const Endless *value, WeftThriftProtocol protocol, GError **error)
{
    return weft_thrift_encode(&endless_type, protocol, value, error);
}

gboolean
endless_decode(Endless *value, WeftThriftProtocol protocol, const void *data, size_t size,
               WeftArena *arena, GError **error)
{
    endless_init(value);
    return weft_thrift_decode(&endless_type, protocol, value, data, size, arena, error);
}

size_t
endless_size(const Endless *value, WeftThriftProtocol protocol)
{
    return weft_thrift_size(&endless_type, protocol, value);
}

const Node *
i32_node_map_find(I32NodeMap map, int32_t key)
{
    for (uint32_t i = 0; i < map.n_items; i++) {
        if (map.items[i].key == key)
            return &map.items[i].value;
    }
    return NULL;
}
