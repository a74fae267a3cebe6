/* Made by weftgen of services.thrift: changes are lost. */
#include "services.weft.h"

#include <weft/thrift_binary.h>
#include <weft/thrift_compact.h>

typedef struct PlannerPlanArguments {
    struct GeoPlace *from; /* NULL: absent */
    struct GeoPlace *to;   /* NULL: absent */
    Speed speed;
} PlannerPlanArguments;

typedef struct PlannerPlanResult {
    Trip success; /* optional */
    struct {
        bool success;
    } has;
} PlannerPlanResult;

typedef struct PlannerJoinArguments {
    int64_t trip;
    WeftString traveller;
} PlannerJoinArguments;

typedef struct PlannerJoinResult {
    struct Full *full;    /* NULL: absent */
    struct GeoLost *lost; /* NULL: absent */
} PlannerJoinResult;

typedef struct PlannerLeaveArguments {
    int64_t trip;
    WeftString traveller;
} PlannerLeaveArguments;

static const WeftThriftType planner_plan_arguments_type;
static const WeftThriftType planner_plan_result_type;
static const WeftThriftType planner_join_arguments_type;
static const WeftThriftType planner_join_result_type;
static const WeftThriftType planner_leave_arguments_type;

static const Trip trip_initial = {
    .destination = {
        .latitude = 48.200000000000003,
        .longitude = 16.370000000000001,
        .name = {"Vienna", 6},
    },
    .speed = SPEED_FAST,
};
static const PlannerPlanArguments planner_plan_arguments_initial = {
    .from = &(GeoPlace){
        .latitude = 48.200000000000003,
        .longitude = 16.370000000000001,
        .name = {"Vienna", 6},
    },
    .to = &(GeoPlace){
        .latitude = 48.200000000000003,
        .longitude = 16.370000000000001,
        .name = {"Vienna", 6},
    },
};
static const PlannerPlanResult planner_plan_result_initial = {
    .success = {
        .destination = {
            .latitude = 48.200000000000003,
            .longitude = 16.370000000000001,
            .name = {"Vienna", 6},
        },
        .speed = SPEED_FAST,
    },
};

static uint8_t *
geo_place_list_write_binary(const GeoPlaceList *list, uint8_t *at, WeftThriftWriter *writer)
{
    const GeoPlace *items = list->items;
    const uint32_t n_items = list->n_items;

    at = weft_thrift_binary_put_list(at, WEFT_THRIFT_STRUCT, n_items);
    for (uint32_t i = 0; i < n_items; i++) {
        at = geo_place_type.binary.write(&items[i], at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    return at;
}

static const uint8_t *
geo_place_list_read_binary(GeoPlaceList *list, const uint8_t *at, WeftThriftReader *reader)
{
    WeftThriftContainer container = {NULL, 0};

    at = weft_thrift_binary_get_list(at, reader, WEFT_THRIFT_STRUCT, 1, sizeof *list->items,
                                     &container);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    GeoPlace *items = container.items;
    for (uint32_t i = 0; i < container.n_items; i++) {
        geo_place_init(&items[i]);
        at = geo_place_type.binary.read(&items[i], at, reader);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    list->items = items;
    list->n_items = container.n_items;
    return at;
}

static size_t
geo_place_list_size_binary(const GeoPlaceList *list)
{
    size_t size = 5;

    for (uint32_t i = 0; i < list->n_items; i++)
        size += geo_place_type.binary.size(&list->items[i]);
    return size;
}

static uint8_t *
geo_place_list_write_compact(const GeoPlaceList *list, uint8_t *at, WeftThriftWriter *writer)
{
    const GeoPlace *items = list->items;
    const uint32_t n_items = list->n_items;

    at = weft_thrift_compact_put_list(at, WEFT_THRIFT_STRUCT, n_items);
    for (uint32_t i = 0; i < n_items; i++) {
        at = geo_place_type.compact.write(&items[i], at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    return at;
}

static const uint8_t *
geo_place_list_read_compact(GeoPlaceList *list, const uint8_t *at, WeftThriftReader *reader)
{
    WeftThriftContainer container = {NULL, 0};

    at = weft_thrift_compact_get_list(at, reader, WEFT_THRIFT_STRUCT, 1, sizeof *list->items,
                                      &container);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    GeoPlace *items = container.items;
    for (uint32_t i = 0; i < container.n_items; i++) {
        geo_place_init(&items[i]);
        at = geo_place_type.compact.read(&items[i], at, reader);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    list->items = items;
    list->n_items = container.n_items;
    return at;
}

static size_t
geo_place_list_size_compact(const GeoPlaceList *list)
{
    size_t size = weft_thrift_compact_list_size(list->n_items);

    for (uint32_t i = 0; i < list->n_items; i++)
        size += geo_place_type.compact.size(&list->items[i]);
    return size;
}

static uint8_t *
string_geo_place_map_write_binary(const StringGeoPlaceMap *map, uint8_t *at,
                                  WeftThriftWriter *writer)
{
    const StringGeoPlacePair *pairs = map->items;
    const uint32_t n_items = map->n_items;

    at = weft_thrift_binary_put_map(at, WEFT_THRIFT_STRING, WEFT_THRIFT_STRUCT, n_items);
    for (uint32_t i = 0; i < n_items; i++) {
        const StringGeoPlacePair *pair = &pairs[i];
        at = weft_thrift_writer_reserve(writer, at,
                                        WEFT_THRIFT_BINARY_STRING_BYTES +
                                            weft_thrift_writer_string_room(writer, pair->key));
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_binary_put_string(writer, at, pair->key);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = geo_place_type.binary.write(&pair->value, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    return at;
}

static const uint8_t *
string_geo_place_map_read_binary(StringGeoPlaceMap *map, const uint8_t *at,
                                 WeftThriftReader *reader)
{
    WeftThriftContainer container = {NULL, 0};

    at = weft_thrift_binary_get_map(at, reader,
                                    WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, WEFT_THRIFT_STRUCT), 5,
                                    sizeof *map->items, &container);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    StringGeoPlacePair *items = container.items;
    for (uint32_t i = 0; i < container.n_items; i++) {
        at = weft_thrift_binary_get_string(at, reader, &items[i].key);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        geo_place_init(&items[i].value);
        at = geo_place_type.binary.read(&items[i].value, at, reader);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    map->items = items;
    map->n_items = container.n_items;
    return at;
}

static size_t
string_geo_place_map_size_binary(const StringGeoPlaceMap *map)
{
    size_t size = 6;

    for (uint32_t i = 0; i < map->n_items; i++)
        size +=
            4 + (size_t)map->items[i].key.length + geo_place_type.binary.size(&map->items[i].value);
    return size;
}

static uint8_t *
string_geo_place_map_write_compact(const StringGeoPlaceMap *map, uint8_t *at,
                                   WeftThriftWriter *writer)
{
    const StringGeoPlacePair *pairs = map->items;
    const uint32_t n_items = map->n_items;

    at = weft_thrift_compact_put_map(at, WEFT_THRIFT_STRING, WEFT_THRIFT_STRUCT, n_items);
    for (uint32_t i = 0; i < n_items; i++) {
        const StringGeoPlacePair *pair = &pairs[i];
        at = weft_thrift_writer_reserve(writer, at,
                                        WEFT_THRIFT_COMPACT_STRING_BYTES +
                                            weft_thrift_writer_string_room(writer, pair->key));
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_compact_put_string(writer, at, pair->key);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = geo_place_type.compact.write(&pair->value, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    return at;
}

static const uint8_t *
string_geo_place_map_read_compact(StringGeoPlaceMap *map, const uint8_t *at,
                                  WeftThriftReader *reader)
{
    WeftThriftContainer container = {NULL, 0};

    at = weft_thrift_compact_get_map(at, reader,
                                     WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, WEFT_THRIFT_STRUCT), 2,
                                     sizeof *map->items, &container);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    StringGeoPlacePair *items = container.items;
    for (uint32_t i = 0; i < container.n_items; i++) {
        at = weft_thrift_compact_get_string(at, reader, &items[i].key);
        if (G_UNLIKELY(at == NULL))
            return NULL;
        geo_place_init(&items[i].value);
        at = geo_place_type.compact.read(&items[i].value, at, reader);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    map->items = items;
    map->n_items = container.n_items;
    return at;
}

static size_t
string_geo_place_map_size_compact(const StringGeoPlaceMap *map)
{
    size_t size = weft_thrift_compact_map_size(map->n_items);

    for (uint32_t i = 0; i < map->n_items; i++)
        size += weft_thrift_compact_string_size(map->items[i].key) +
            geo_place_type.compact.size(&map->items[i].value);
    return size;
}

static uint8_t *
string_set_write_binary(const WeftStringList *set, uint8_t *at, WeftThriftWriter *writer)
{
    const WeftString *items = set->items;
    const uint32_t n_items = set->n_items;

    at = weft_thrift_binary_put_list(at, WEFT_THRIFT_STRING, n_items);
    for (uint32_t i = 0; i < n_items; i++) {
        at = weft_thrift_writer_reserve(writer, at,
                                        WEFT_THRIFT_BINARY_STRING_BYTES +
                                            weft_thrift_writer_string_room(writer, items[i]));
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_binary_put_string(writer, at, items[i]);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    return at;
}

static const uint8_t *
string_set_read_binary(WeftStringList *set, const uint8_t *at, WeftThriftReader *reader)
{
    WeftThriftContainer container = {NULL, 0};

    at = weft_thrift_binary_get_list(at, reader, WEFT_THRIFT_STRING, 4, sizeof *set->items,
                                     &container);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    WeftString *items = container.items;
    for (uint32_t i = 0; i < container.n_items; i++) {
        at = weft_thrift_binary_get_string(at, reader, &items[i]);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    set->items = items;
    set->n_items = container.n_items;
    return at;
}

static size_t
string_set_size_binary(const WeftStringList *set)
{
    size_t size = 5;

    for (uint32_t i = 0; i < set->n_items; i++)
        size += 4 + (size_t)set->items[i].length;
    return size;
}

static uint8_t *
string_set_write_compact(const WeftStringList *set, uint8_t *at, WeftThriftWriter *writer)
{
    const WeftString *items = set->items;
    const uint32_t n_items = set->n_items;

    at = weft_thrift_compact_put_list(at, WEFT_THRIFT_STRING, n_items);
    for (uint32_t i = 0; i < n_items; i++) {
        at = weft_thrift_writer_reserve(writer, at,
                                        WEFT_THRIFT_COMPACT_STRING_BYTES +
                                            weft_thrift_writer_string_room(writer, items[i]));
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_compact_put_string(writer, at, items[i]);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    return at;
}

static const uint8_t *
string_set_read_compact(WeftStringList *set, const uint8_t *at, WeftThriftReader *reader)
{
    WeftThriftContainer container = {NULL, 0};

    at = weft_thrift_compact_get_list(at, reader, WEFT_THRIFT_STRING, 1, sizeof *set->items,
                                      &container);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    WeftString *items = container.items;
    for (uint32_t i = 0; i < container.n_items; i++) {
        at = weft_thrift_compact_get_string(at, reader, &items[i]);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    set->items = items;
    set->n_items = container.n_items;
    return at;
}

static size_t
string_set_size_compact(const WeftStringList *set)
{
    size_t size = weft_thrift_compact_list_size(set->n_items);

    for (uint32_t i = 0; i < set->n_items; i++)
        size += weft_thrift_compact_string_size(set->items[i]);
    return size;
}

static uint8_t *
trip_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const Trip *typed = value;

    at = weft_thrift_writer_reserve(writer, at, 3 + WEFT_THRIFT_BINARY_LIST_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_LIST, 1);
    at = geo_place_list_write_binary(&typed->way, at, writer);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_writer_reserve(writer, at, 3);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRUCT, 2);
    at = geo_place_type.binary.write(&typed->destination, at, writer);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_writer_reserve(writer, at, 10 + WEFT_THRIFT_BINARY_MAP_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_I32, 3);
    at = weft_thrift_binary_put_i32(at, (int32_t)typed->speed);
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_MAP, 4);
    at = string_geo_place_map_write_binary(&typed->stops, at, writer);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_writer_reserve(writer, at, 3 + WEFT_THRIFT_BINARY_LIST_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_SET, 5);
    at = string_set_write_binary(&typed->travellers, at, writer);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_writer_reserve(writer, at, 1);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_binary_put_stop(at);
}

static const uint8_t *
trip_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    Trip *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_LIST, 1):
            at = geo_place_list_read_binary(&typed->way, at, reader);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 2):
            geo_place_init(&typed->destination);
            at = geo_place_type.binary.read(&typed->destination, at, reader);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I32, 3):
            at = weft_thrift_binary_get_i32(at, reader, (int32_t *)&typed->speed);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_MAP, 4):
            at = string_geo_place_map_read_binary(&typed->stops, at, reader);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_SET, 5):
            at = string_set_read_binary(&typed->travellers, at, reader);
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
    return weft_thrift_reader_fail_in(reader, &trip_type, key);
}

static size_t
trip_size_binary(const void *value)
{
    const Trip *typed = value;
    size_t size = 8;

    size += 3 + geo_place_list_size_binary(&typed->way);
    size += 3 + geo_place_type.binary.size(&typed->destination);
    size += 3 + string_geo_place_map_size_binary(&typed->stops);
    size += 3 + string_set_size_binary(&typed->travellers);
    return size;
}

static uint8_t *
trip_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const Trip *typed = value;
    int16_t last_id = 0;

    at = weft_thrift_writer_reserve(writer, at,
                                    WEFT_THRIFT_COMPACT_FIELD_BYTES +
                                        WEFT_THRIFT_COMPACT_LIST_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_LIST, 1, &last_id);
    at = geo_place_list_write_compact(&typed->way, at, writer);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_FIELD_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRUCT, 2, &last_id);
    at = geo_place_type.compact.write(&typed->destination, at, writer);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_writer_reserve(writer, at,
                                    2 * WEFT_THRIFT_COMPACT_FIELD_BYTES +
                                        WEFT_THRIFT_COMPACT_I32_BYTES +
                                        WEFT_THRIFT_COMPACT_MAP_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_I32, 3, &last_id);
    at = weft_thrift_compact_put_i32(at, (int32_t)typed->speed);
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_MAP, 4, &last_id);
    at = string_geo_place_map_write_compact(&typed->stops, at, writer);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_writer_reserve(writer, at,
                                    WEFT_THRIFT_COMPACT_FIELD_BYTES +
                                        WEFT_THRIFT_COMPACT_LIST_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_SET, 5, &last_id);
    at = string_set_write_compact(&typed->travellers, at, writer);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_writer_reserve(writer, at, 1);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_compact_put_stop(at);
}

static const uint8_t *
trip_read_compact(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    Trip *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_LIST, 1):
            at = geo_place_list_read_compact(&typed->way, at, reader);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 2):
            geo_place_init(&typed->destination);
            at = geo_place_type.compact.read(&typed->destination, at, reader);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I32, 3):
            at = weft_thrift_compact_get_i32(at, reader, (int32_t *)&typed->speed);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_MAP, 4):
            at = string_geo_place_map_read_compact(&typed->stops, at, reader);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_SET, 5):
            at = string_set_read_compact(&typed->travellers, at, reader);
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
    return weft_thrift_reader_fail_in(reader, &trip_type, key);
}

static size_t
trip_size_compact(const void *value)
{
    const Trip *typed = value;
    int16_t last_id = 0;
    size_t size = 1;

    size += weft_thrift_compact_field_size(1, &last_id) + geo_place_list_size_compact(&typed->way);
    size += weft_thrift_compact_field_size(2, &last_id) +
        geo_place_type.compact.size(&typed->destination);
    size += weft_thrift_compact_field_size(3, &last_id) +
        weft_thrift_compact_i64_size((int32_t)typed->speed);
    size += weft_thrift_compact_field_size(4, &last_id) +
        string_geo_place_map_size_compact(&typed->stops);
    size +=
        weft_thrift_compact_field_size(5, &last_id) + string_set_size_compact(&typed->travellers);
    return size;
}

static uint8_t *
full_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const Full *typed = value;

    at = weft_thrift_writer_reserve(writer, at,
                                    4 + WEFT_THRIFT_BINARY_STRING_BYTES +
                                        weft_thrift_writer_string_room(writer, typed->reason));
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRING, 1);
    at = weft_thrift_binary_put_string(writer, at, typed->reason);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_binary_put_stop(at);
}

static const uint8_t *
full_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    Full *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 1):
            at = weft_thrift_binary_get_string(at, reader, &typed->reason);
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
    return weft_thrift_reader_fail_in(reader, &full_type, key);
}

static size_t
full_size_binary(const void *value)
{
    const Full *typed = value;
    size_t size = 1;

    size += 3 + 4 + (size_t)typed->reason.length;
    return size;
}

static uint8_t *
full_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const Full *typed = value;
    int16_t last_id = 0;

    at = weft_thrift_writer_reserve(writer, at,
                                    WEFT_THRIFT_COMPACT_FIELD_BYTES + 1 +
                                        WEFT_THRIFT_COMPACT_STRING_BYTES +
                                        weft_thrift_writer_string_room(writer, typed->reason));
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRING, 1, &last_id);
    at = weft_thrift_compact_put_string(writer, at, typed->reason);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_compact_put_stop(at);
}

static const uint8_t *
full_read_compact(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    Full *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 1):
            at = weft_thrift_compact_get_string(at, reader, &typed->reason);
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
    return weft_thrift_reader_fail_in(reader, &full_type, key);
}

static size_t
full_size_compact(const void *value)
{
    const Full *typed = value;
    int16_t last_id = 0;
    size_t size = 1;

    size += weft_thrift_compact_field_size(1, &last_id) +
        weft_thrift_compact_string_size(typed->reason);
    return size;
}

static uint8_t *
planner_plan_arguments_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const PlannerPlanArguments *typed = value;

    at = weft_thrift_writer_reserve(writer, at, 3);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->from != NULL) {
        at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRUCT, 1);
        at = geo_place_type.binary.write(typed->from, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at, 3);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->to != NULL) {
        at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRUCT, 2);
        at = geo_place_type.binary.write(typed->to, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at, 8);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_I32, 3);
    at = weft_thrift_binary_put_i32(at, (int32_t)typed->speed);
    return weft_thrift_binary_put_stop(at);
}

static const uint8_t *
planner_plan_arguments_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    PlannerPlanArguments *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 1):
            typed->from = weft_thrift_reader_new_value(reader, at, &geo_place_type);
            at = typed->from != NULL ? geo_place_type.binary.read(typed->from, at, reader) : NULL;
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 2):
            typed->to = weft_thrift_reader_new_value(reader, at, &geo_place_type);
            at = typed->to != NULL ? geo_place_type.binary.read(typed->to, at, reader) : NULL;
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I32, 3):
            at = weft_thrift_binary_get_i32(at, reader, (int32_t *)&typed->speed);
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
    return weft_thrift_reader_fail_in(reader, &planner_plan_arguments_type, key);
}

static size_t
planner_plan_arguments_size_binary(const void *value)
{
    const PlannerPlanArguments *typed = value;
    size_t size = 8;

    if (typed->from != NULL)
        size += 3 + geo_place_type.binary.size(typed->from);
    if (typed->to != NULL)
        size += 3 + geo_place_type.binary.size(typed->to);
    return size;
}

static uint8_t *
planner_plan_arguments_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const PlannerPlanArguments *typed = value;
    int16_t last_id = 0;

    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_FIELD_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->from != NULL) {
        at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRUCT, 1, &last_id);
        at = geo_place_type.compact.write(typed->from, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_FIELD_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->to != NULL) {
        at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRUCT, 2, &last_id);
        at = geo_place_type.compact.write(typed->to, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at,
                                    WEFT_THRIFT_COMPACT_FIELD_BYTES + 1 +
                                        WEFT_THRIFT_COMPACT_I32_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_I32, 3, &last_id);
    at = weft_thrift_compact_put_i32(at, (int32_t)typed->speed);
    return weft_thrift_compact_put_stop(at);
}

static const uint8_t *
planner_plan_arguments_read_compact(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    PlannerPlanArguments *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 1):
            typed->from = weft_thrift_reader_new_value(reader, at, &geo_place_type);
            at = typed->from != NULL ? geo_place_type.compact.read(typed->from, at, reader) : NULL;
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 2):
            typed->to = weft_thrift_reader_new_value(reader, at, &geo_place_type);
            at = typed->to != NULL ? geo_place_type.compact.read(typed->to, at, reader) : NULL;
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I32, 3):
            at = weft_thrift_compact_get_i32(at, reader, (int32_t *)&typed->speed);
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
    return weft_thrift_reader_fail_in(reader, &planner_plan_arguments_type, key);
}

static size_t
planner_plan_arguments_size_compact(const void *value)
{
    const PlannerPlanArguments *typed = value;
    int16_t last_id = 0;
    size_t size = 1;

    if (typed->from != NULL)
        size +=
            weft_thrift_compact_field_size(1, &last_id) + geo_place_type.compact.size(typed->from);
    if (typed->to != NULL)
        size +=
            weft_thrift_compact_field_size(2, &last_id) + geo_place_type.compact.size(typed->to);
    size += weft_thrift_compact_field_size(3, &last_id) +
        weft_thrift_compact_i64_size((int32_t)typed->speed);
    return size;
}

static uint8_t *
planner_plan_result_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const PlannerPlanResult *typed = value;

    at = weft_thrift_writer_reserve(writer, at, 3);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->has.success) {
        at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRUCT, 0);
        at = trip_write_binary(&typed->success, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at, 1);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_binary_put_stop(at);
}

static const uint8_t *
planner_plan_result_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    PlannerPlanResult *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 0):
            typed->success = trip_initial;
            at = trip_read_binary(&typed->success, at, reader);
            typed->has.success = true;
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
    return weft_thrift_reader_fail_in(reader, &planner_plan_result_type, key);
}

static size_t
planner_plan_result_size_binary(const void *value)
{
    const PlannerPlanResult *typed = value;
    size_t size = 1;

    if (typed->has.success)
        size += 3 + trip_size_binary(&typed->success);
    return size;
}

static uint8_t *
planner_plan_result_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const PlannerPlanResult *typed = value;
    int16_t last_id = 0;

    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_FIELD_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->has.success) {
        at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRUCT, 0, &last_id);
        at = trip_write_compact(&typed->success, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at, 1);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_compact_put_stop(at);
}

static const uint8_t *
planner_plan_result_read_compact(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    PlannerPlanResult *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 0):
            typed->success = trip_initial;
            at = trip_read_compact(&typed->success, at, reader);
            typed->has.success = true;
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
    return weft_thrift_reader_fail_in(reader, &planner_plan_result_type, key);
}

static size_t
planner_plan_result_size_compact(const void *value)
{
    const PlannerPlanResult *typed = value;
    int16_t last_id = 0;
    size_t size = 1;

    if (typed->has.success)
        size += weft_thrift_compact_field_size(0, &last_id) + trip_size_compact(&typed->success);
    return size;
}

static uint8_t *
planner_join_arguments_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const PlannerJoinArguments *typed = value;

    at = weft_thrift_writer_reserve(writer, at,
                                    15 + WEFT_THRIFT_BINARY_STRING_BYTES +
                                        weft_thrift_writer_string_room(writer, typed->traveller));
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_I64, 1);
    at = weft_thrift_binary_put_i64(at, typed->trip);
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRING, 2);
    at = weft_thrift_binary_put_string(writer, at, typed->traveller);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_binary_put_stop(at);
}

static const uint8_t *
planner_join_arguments_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    PlannerJoinArguments *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I64, 1):
            at = weft_thrift_binary_get_i64(at, reader, &typed->trip);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 2):
            at = weft_thrift_binary_get_string(at, reader, &typed->traveller);
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
    return weft_thrift_reader_fail_in(reader, &planner_join_arguments_type, key);
}

static size_t
planner_join_arguments_size_binary(const void *value)
{
    const PlannerJoinArguments *typed = value;
    size_t size = 12;

    size += 3 + 4 + (size_t)typed->traveller.length;
    return size;
}

static uint8_t *
planner_join_arguments_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const PlannerJoinArguments *typed = value;
    int16_t last_id = 0;

    at = weft_thrift_writer_reserve(writer, at,
                                    2 * WEFT_THRIFT_COMPACT_FIELD_BYTES + 1 +
                                        WEFT_THRIFT_COMPACT_I64_BYTES +
                                        WEFT_THRIFT_COMPACT_STRING_BYTES +
                                        weft_thrift_writer_string_room(writer, typed->traveller));
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_I64, 1, &last_id);
    at = weft_thrift_compact_put_i64(at, typed->trip);
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRING, 2, &last_id);
    at = weft_thrift_compact_put_string(writer, at, typed->traveller);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_compact_put_stop(at);
}

static const uint8_t *
planner_join_arguments_read_compact(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    PlannerJoinArguments *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I64, 1):
            at = weft_thrift_compact_get_i64(at, reader, &typed->trip);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 2):
            at = weft_thrift_compact_get_string(at, reader, &typed->traveller);
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
    return weft_thrift_reader_fail_in(reader, &planner_join_arguments_type, key);
}

static size_t
planner_join_arguments_size_compact(const void *value)
{
    const PlannerJoinArguments *typed = value;
    int16_t last_id = 0;
    size_t size = 1;

    size += weft_thrift_compact_field_size(1, &last_id) + weft_thrift_compact_i64_size(typed->trip);
    size += weft_thrift_compact_field_size(2, &last_id) +
        weft_thrift_compact_string_size(typed->traveller);
    return size;
}

static uint8_t *
planner_join_result_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const PlannerJoinResult *typed = value;

    at = weft_thrift_writer_reserve(writer, at, 3);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->full != NULL) {
        at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRUCT, 1);
        at = full_write_binary(typed->full, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at, 3);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->lost != NULL) {
        at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRUCT, 2);
        at = geo_lost_type.binary.write(typed->lost, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at, 1);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_binary_put_stop(at);
}

static const uint8_t *
planner_join_result_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    PlannerJoinResult *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 1):
            typed->full = weft_thrift_reader_new_value(reader, at, &full_type);
            at = typed->full != NULL ? full_read_binary(typed->full, at, reader) : NULL;
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 2):
            typed->lost = weft_thrift_reader_new_value(reader, at, &geo_lost_type);
            at = typed->lost != NULL ? geo_lost_type.binary.read(typed->lost, at, reader) : NULL;
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
    return weft_thrift_reader_fail_in(reader, &planner_join_result_type, key);
}

static size_t
planner_join_result_size_binary(const void *value)
{
    const PlannerJoinResult *typed = value;
    size_t size = 1;

    if (typed->full != NULL)
        size += 3 + full_size_binary(typed->full);
    if (typed->lost != NULL)
        size += 3 + geo_lost_type.binary.size(typed->lost);
    return size;
}

static uint8_t *
planner_join_result_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const PlannerJoinResult *typed = value;
    int16_t last_id = 0;

    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_FIELD_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->full != NULL) {
        at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRUCT, 1, &last_id);
        at = full_write_compact(typed->full, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_FIELD_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->lost != NULL) {
        at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRUCT, 2, &last_id);
        at = geo_lost_type.compact.write(typed->lost, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at, 1);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_compact_put_stop(at);
}

static const uint8_t *
planner_join_result_read_compact(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    PlannerJoinResult *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 1):
            typed->full = weft_thrift_reader_new_value(reader, at, &full_type);
            at = typed->full != NULL ? full_read_compact(typed->full, at, reader) : NULL;
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 2):
            typed->lost = weft_thrift_reader_new_value(reader, at, &geo_lost_type);
            at = typed->lost != NULL ? geo_lost_type.compact.read(typed->lost, at, reader) : NULL;
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
    return weft_thrift_reader_fail_in(reader, &planner_join_result_type, key);
}

static size_t
planner_join_result_size_compact(const void *value)
{
    const PlannerJoinResult *typed = value;
    int16_t last_id = 0;
    size_t size = 1;

    if (typed->full != NULL)
        size += weft_thrift_compact_field_size(1, &last_id) + full_size_compact(typed->full);
    if (typed->lost != NULL)
        size +=
            weft_thrift_compact_field_size(2, &last_id) + geo_lost_type.compact.size(typed->lost);
    return size;
}

static uint8_t *
planner_leave_arguments_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const PlannerLeaveArguments *typed = value;

    at = weft_thrift_writer_reserve(writer, at,
                                    15 + WEFT_THRIFT_BINARY_STRING_BYTES +
                                        weft_thrift_writer_string_room(writer, typed->traveller));
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_I64, 1);
    at = weft_thrift_binary_put_i64(at, typed->trip);
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRING, 2);
    at = weft_thrift_binary_put_string(writer, at, typed->traveller);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_binary_put_stop(at);
}

static const uint8_t *
planner_leave_arguments_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    PlannerLeaveArguments *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I64, 1):
            at = weft_thrift_binary_get_i64(at, reader, &typed->trip);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 2):
            at = weft_thrift_binary_get_string(at, reader, &typed->traveller);
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
    return weft_thrift_reader_fail_in(reader, &planner_leave_arguments_type, key);
}

static size_t
planner_leave_arguments_size_binary(const void *value)
{
    const PlannerLeaveArguments *typed = value;
    size_t size = 12;

    size += 3 + 4 + (size_t)typed->traveller.length;
    return size;
}

static uint8_t *
planner_leave_arguments_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const PlannerLeaveArguments *typed = value;
    int16_t last_id = 0;

    at = weft_thrift_writer_reserve(writer, at,
                                    2 * WEFT_THRIFT_COMPACT_FIELD_BYTES + 1 +
                                        WEFT_THRIFT_COMPACT_I64_BYTES +
                                        WEFT_THRIFT_COMPACT_STRING_BYTES +
                                        weft_thrift_writer_string_room(writer, typed->traveller));
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_I64, 1, &last_id);
    at = weft_thrift_compact_put_i64(at, typed->trip);
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRING, 2, &last_id);
    at = weft_thrift_compact_put_string(writer, at, typed->traveller);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_compact_put_stop(at);
}

static const uint8_t *
planner_leave_arguments_read_compact(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    PlannerLeaveArguments *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I64, 1):
            at = weft_thrift_compact_get_i64(at, reader, &typed->trip);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 2):
            at = weft_thrift_compact_get_string(at, reader, &typed->traveller);
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
    return weft_thrift_reader_fail_in(reader, &planner_leave_arguments_type, key);
}

static size_t
planner_leave_arguments_size_compact(const void *value)
{
    const PlannerLeaveArguments *typed = value;
    int16_t last_id = 0;
    size_t size = 1;

    size += weft_thrift_compact_field_size(1, &last_id) + weft_thrift_compact_i64_size(typed->trip);
    size += weft_thrift_compact_field_size(2, &last_id) +
        weft_thrift_compact_string_size(typed->traveller);
    return size;
}

static const WeftThriftType geo_place_list_type = {
    .name = "list<Place>",
    .kind = WEFT_THRIFT_LIST,
    .size = sizeof(GeoPlaceList),
    .item_size = sizeof(GeoPlace),
    .element = &geo_place_type,
};

static const WeftThriftType string_geo_place_map_type = {
    .name = "map<string,places.Place>",
    .kind = WEFT_THRIFT_MAP,
    .size = sizeof(StringGeoPlaceMap),
    .item_size = sizeof(StringGeoPlacePair),
    .value_offset = offsetof(StringGeoPlacePair, value),
    .key = &weft_thrift_string,
    .element = &geo_place_type,
};

static const WeftThriftType string_set_type = {
    .name = "set<string>",
    .kind = WEFT_THRIFT_SET,
    .size = sizeof(WeftStringList),
    .item_size = sizeof(WeftString),
    .element = &weft_thrift_string,
};

static const WeftThriftEnumValue speed_values[] = {
    {"SLOW", SPEED_SLOW},
    {"FAST", SPEED_FAST},
};

const WeftThriftType speed_type = {
    .name = "Speed",
    .kind = WEFT_THRIFT_I32,
    .flavour = WEFT_THRIFT_ENUM,
    .size = sizeof(Speed),
    .n_fields = G_N_ELEMENTS(speed_values),
    .values = speed_values,
};

static const WeftThriftField trip_fields[] = {
    {"way", &geo_place_list_type, 1, WEFT_THRIFT_DEFAULT, false, offsetof(Trip, way), 0},
    {"destination", &geo_place_type, 2, WEFT_THRIFT_DEFAULT, false, offsetof(Trip, destination), 0},
    {"speed", &speed_type, 3, WEFT_THRIFT_DEFAULT, false, offsetof(Trip, speed), 0},
    {"stops", &string_geo_place_map_type, 4, WEFT_THRIFT_DEFAULT, false, offsetof(Trip, stops), 0},
    {"travellers", &string_set_type, 5, WEFT_THRIFT_DEFAULT, false, offsetof(Trip, travellers), 0},
};

const WeftThriftType trip_type = {
    .name = "Trip",
    .kind = WEFT_THRIFT_STRUCT,
    .flavour = WEFT_THRIFT_PLAIN,
    .size = sizeof(Trip),
    .n_fields = G_N_ELEMENTS(trip_fields),
    .fields = trip_fields,
    .initial = &trip_initial,
    .binary = {trip_read_binary, trip_write_binary, trip_size_binary},
    .compact = {trip_read_compact, trip_write_compact, trip_size_compact},
};

static const WeftThriftField full_fields[] = {
    {"reason", &weft_thrift_string, 1, WEFT_THRIFT_DEFAULT, false, offsetof(Full, reason), 0},
};

const WeftThriftType full_type = {
    .name = "Full",
    .kind = WEFT_THRIFT_STRUCT,
    .flavour = WEFT_THRIFT_THROWN,
    .size = sizeof(Full),
    .n_fields = G_N_ELEMENTS(full_fields),
    .fields = full_fields,
    .binary = {full_read_binary, full_write_binary, full_size_binary},
    .compact = {full_read_compact, full_write_compact, full_size_compact},
};

static const WeftThriftField planner_plan_arguments_fields[] = {
    {"from", &geo_place_type, 1, WEFT_THRIFT_DEFAULT, true, offsetof(PlannerPlanArguments, from),
     0},
    {"to", &geo_place_type, 2, WEFT_THRIFT_DEFAULT, true, offsetof(PlannerPlanArguments, to), 0},
    {"speed", &speed_type, 3, WEFT_THRIFT_DEFAULT, false, offsetof(PlannerPlanArguments, speed), 0},
};

static const WeftThriftType planner_plan_arguments_type = {
    .name = "Planner.plan.arguments",
    .kind = WEFT_THRIFT_STRUCT,
    .flavour = WEFT_THRIFT_PLAIN,
    .size = sizeof(PlannerPlanArguments),
    .n_fields = G_N_ELEMENTS(planner_plan_arguments_fields),
    .fields = planner_plan_arguments_fields,
    .initial = &planner_plan_arguments_initial,
    .binary = {planner_plan_arguments_read_binary, planner_plan_arguments_write_binary,
               planner_plan_arguments_size_binary},
    .compact = {planner_plan_arguments_read_compact, planner_plan_arguments_write_compact,
                planner_plan_arguments_size_compact},
};

static const WeftThriftField planner_plan_result_fields[] = {
    {"success", &trip_type, 0, WEFT_THRIFT_OPTIONAL, false, offsetof(PlannerPlanResult, success),
     offsetof(PlannerPlanResult, has.success)},
};

static const WeftThriftType planner_plan_result_type = {
    .name = "Planner.plan.result",
    .kind = WEFT_THRIFT_STRUCT,
    .flavour = WEFT_THRIFT_PLAIN,
    .size = sizeof(PlannerPlanResult),
    .n_fields = G_N_ELEMENTS(planner_plan_result_fields),
    .fields = planner_plan_result_fields,
    .initial = &planner_plan_result_initial,
    .binary = {planner_plan_result_read_binary, planner_plan_result_write_binary,
               planner_plan_result_size_binary},
    .compact = {planner_plan_result_read_compact, planner_plan_result_write_compact,
                planner_plan_result_size_compact},
};

static const WeftThriftField planner_join_arguments_fields[] = {
    {"trip", &weft_thrift_i64, 1, WEFT_THRIFT_DEFAULT, false, offsetof(PlannerJoinArguments, trip),
     0},
    {"traveller", &weft_thrift_string, 2, WEFT_THRIFT_DEFAULT, false,
     offsetof(PlannerJoinArguments, traveller), 0},
};

static const WeftThriftType planner_join_arguments_type = {
    .name = "Planner.join.arguments",
    .kind = WEFT_THRIFT_STRUCT,
    .flavour = WEFT_THRIFT_PLAIN,
    .size = sizeof(PlannerJoinArguments),
    .n_fields = G_N_ELEMENTS(planner_join_arguments_fields),
    .fields = planner_join_arguments_fields,
    .binary = {planner_join_arguments_read_binary, planner_join_arguments_write_binary,
               planner_join_arguments_size_binary},
    .compact = {planner_join_arguments_read_compact, planner_join_arguments_write_compact,
                planner_join_arguments_size_compact},
};

static const WeftThriftField planner_join_result_fields[] = {
    {"full", &full_type, 1, WEFT_THRIFT_OPTIONAL, true, offsetof(PlannerJoinResult, full), 0},
    {"lost", &geo_lost_type, 2, WEFT_THRIFT_OPTIONAL, true, offsetof(PlannerJoinResult, lost), 0},
};

static const WeftThriftType planner_join_result_type = {
    .name = "Planner.join.result",
    .kind = WEFT_THRIFT_STRUCT,
    .flavour = WEFT_THRIFT_PLAIN,
    .size = sizeof(PlannerJoinResult),
    .n_fields = G_N_ELEMENTS(planner_join_result_fields),
    .fields = planner_join_result_fields,
    .binary = {planner_join_result_read_binary, planner_join_result_write_binary,
               planner_join_result_size_binary},
    .compact = {planner_join_result_read_compact, planner_join_result_write_compact,
                planner_join_result_size_compact},
};

static const WeftThriftField planner_leave_arguments_fields[] = {
    {"trip", &weft_thrift_i64, 1, WEFT_THRIFT_DEFAULT, false, offsetof(PlannerLeaveArguments, trip),
     0},
    {"traveller", &weft_thrift_string, 2, WEFT_THRIFT_DEFAULT, false,
     offsetof(PlannerLeaveArguments, traveller), 0},
};

static const WeftThriftType planner_leave_arguments_type = {
    .name = "Planner.leave.arguments",
    .kind = WEFT_THRIFT_STRUCT,
    .flavour = WEFT_THRIFT_PLAIN,
    .size = sizeof(PlannerLeaveArguments),
    .n_fields = G_N_ELEMENTS(planner_leave_arguments_fields),
    .fields = planner_leave_arguments_fields,
    .binary = {planner_leave_arguments_read_binary, planner_leave_arguments_write_binary,
               planner_leave_arguments_size_binary},
    .compact = {planner_leave_arguments_read_compact, planner_leave_arguments_write_compact,
                planner_leave_arguments_size_compact},
};

const char *
speed_name(Speed value)
{
    for (size_t i = 0; i < G_N_ELEMENTS(speed_values); i++) {
        if (speed_values[i].value == (int32_t)value)
            return speed_values[i].name;
    }
    return NULL;
}

bool
speed_from_name(const char *name, Speed *ret_value)
{
    for (size_t i = 0; i < G_N_ELEMENTS(speed_values); i++) {
        if (strcmp(speed_values[i].name, name) == 0) {
            *ret_value = (Speed)speed_values[i].value;
            return true;
        }
    }
    return false;
}

void
trip_init(Trip *value)
{
    *value = trip_initial;
}

void
trip_copy(const Trip *value, WeftArena *arena, Trip *ret_copy)
{
    weft_thrift_copy(&trip_type, value, arena, ret_copy);
}

bool
trip_equal(const Trip *left, const Trip *right)
{
    return weft_thrift_equal(&trip_type, left, right);
}

uint64_t
trip_hash(const Trip *value)
{
    return weft_thrift_hash(&trip_type, value);
}

char *
trip_to_string(const Trip *value)
{
    return weft_thrift_to_string(&trip_type, value);
}

char *
trip_to_json(const Trip *value, unsigned indent)
{
    return weft_thrift_to_json(&trip_type, value, indent);
}

gboolean
trip_from_json(Trip *value, const char *json, size_t length, WeftArena *arena, GError **error)
{
    trip_init(value);
    return weft_thrift_from_json(&trip_type, value, json, length, arena, error);
}

GBytes *
trip_encode(const Trip *value, WeftThriftProtocol protocol, GError **error)
{
    return weft_thrift_encode(&trip_type, protocol, value, error);
}

gboolean
trip_decode(Trip *value, WeftThriftProtocol protocol, const void *data, size_t size,
            WeftArena *arena, GError **error)
{
    trip_init(value);
    return weft_thrift_decode(&trip_type, protocol, value, data, size, arena, error);
}

size_t
trip_size(const Trip *value, WeftThriftProtocol protocol)
{
    return weft_thrift_size(&trip_type, protocol, value);
}

void
full_init(Full *value)
{
    *value = (Full){0};
}

void
full_copy(const Full *value, WeftArena *arena, Full *ret_copy)
{
    weft_thrift_copy(&full_type, value, arena, ret_copy);
}

bool
full_equal(const Full *left, const Full *right)
{
    return weft_thrift_equal(&full_type, left, right);
}

uint64_t
full_hash(const Full *value)
{
    return weft_thrift_hash(&full_type, value);
}

char *
full_to_string(const Full *value)
{
    return weft_thrift_to_string(&full_type, value);
}

char *
full_to_json(const Full *value, unsigned indent)
{
    return weft_thrift_to_json(&full_type, value, indent);
}

gboolean
full_from_json(Full *value, const char *json, size_t length, WeftArena *arena, GError **error)
{
    full_init(value);
    return weft_thrift_from_json(&full_type, value, json, length, arena, error);
}

GBytes *
full_encode(const Full *value, WeftThriftProtocol protocol, GError **error)
{
    return weft_thrift_encode(&full_type, protocol, value, error);
}

gboolean
full_decode(Full *value, WeftThriftProtocol protocol, const void *data, size_t size,
            WeftArena *arena, GError **error)
{
    full_init(value);
    return weft_thrift_decode(&full_type, protocol, value, data, size, arena, error);
}

size_t
full_size(const Full *value, WeftThriftProtocol protocol)
{
    return weft_thrift_size(&full_type, protocol, value);
}

gboolean
full_throw(const Full *exception, GError **error)
{
    return weft_thrift_throw(&full_type, exception, error);
}

const Full *
full_caught(const GError *error)
{
    return weft_thrift_caught(&full_type, error);
}

__attribute__((weak)) const GeoPlace *
string_geo_place_map_find(StringGeoPlaceMap map, WeftString key)
{
    for (uint32_t i = 0; i < map.n_items; i++) {
        if (weft_string_equal(map.items[i].key, key))
            return &map.items[i].value;
    }
    return NULL;
}

__attribute__((weak)) bool
string_set_contains(WeftStringList set, WeftString item)
{
    for (uint32_t i = 0; i < set.n_items; i++) {
        if (weft_string_equal(set.items[i], item))
            return true;
    }
    return false;
}

const WeftStringList FERRIES = {(WeftString[]){{"north", 5}, {"south", 5}}, 2};
const GeoPlace HARBOUR = {.latitude = 54.299999999999997, .longitude = 10.1, .name = {"Kiel", 4}};

static gboolean
refuse_call(const WeftCall *call, GError **error)
{
    g_set_error(error, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_UNKNOWN_METHOD,
                "nothing handles \"%s\"", weft_call_method_name(call));
    return FALSE;
}

/* ---- service Planner ---- */

static gboolean
planner_plan_invoke(WeftCall *call, const void *handler, const void *arguments, void *result,
                    GError **error)
{
    const PlannerHandler *typed = handler;
    const PlannerPlanArguments *given = arguments;
    PlannerPlanResult *answer = result;

    if (typed->plan == NULL)
        return refuse_call(call, error);
    answer->has.success = typed->plan(call, given->from, given->to, given->speed, &answer->success,
                                      error);
    return answer->has.success;
}

static gboolean
planner_join_invoke(WeftCall *call, const void *handler, const void *arguments,
                    void *result G_GNUC_UNUSED, GError **error)
{
    const PlannerHandler *typed = handler;
    const PlannerJoinArguments *given = arguments;

    if (typed->join == NULL)
        return refuse_call(call, error);
    return typed->join(call, given->trip, given->traveller, error);
}

static gboolean
planner_leave_invoke(WeftCall *call, const void *handler, const void *arguments,
                     void *result G_GNUC_UNUSED, GError **error)
{
    const PlannerHandler *typed = handler;
    const PlannerLeaveArguments *given = arguments;

    if (typed->leave == NULL)
        return refuse_call(call, error);
    return typed->leave(call, given->trip, given->traveller, error);
}

static const WeftThriftMethod planner_methods[] = {
    {
        .name = "join",
        .arguments = &planner_join_arguments_type,
        .result = &planner_join_result_type,
        .invoke = planner_join_invoke,
        .timeout_ms = 250,
        .is_idempotent = true,
    },
    {
        .name = "leave",
        .arguments = &planner_leave_arguments_type,
        .invoke = planner_leave_invoke,
    },
    {
        .name = "plan",
        .arguments = &planner_plan_arguments_type,
        .result = &planner_plan_result_type,
        .invoke = planner_plan_invoke,
    },
};

const WeftThriftInterface planner_interface = {
    .name = "Planner",
    .base = &geo_finder_interface,
    .methods = planner_methods,
    .n_methods = G_N_ELEMENTS(planner_methods),
};

void
planner_add_to(WeftThriftProcessor *processor, const PlannerHandler *handler, gpointer data,
               GDestroyNotify data_free)
{
    weft_thrift_processor_add(processor, &planner_interface, handler, data, data_free);
}

WeftService *
planner_service_new(const PlannerHandler *handler, gpointer data, GDestroyNotify data_free)
{
    WeftThriftProcessor *processor = weft_thrift_processor_new();

    planner_add_to(processor, handler, data, data_free);
    return weft_thrift_service_new(processor);
}

PlannerClient *
planner_client_new(const char *url, GError **error)
{
    return (PlannerClient *)weft_thrift_client_new(url, error);
}

void
planner_client_free(PlannerClient *client)
{
    weft_thrift_client_free((WeftThriftClient *)client);
}

GeoFinderClient *
planner_client_base(PlannerClient *client)
{
    return (GeoFinderClient *)client;
}

gboolean
planner_plan(PlannerClient *client, WeftArena *arena, const GeoPlace *from, const GeoPlace *to,
             Speed speed, Trip *ret_result, GError **error)
{
    const PlannerPlanArguments arguments = {
        .from = (GeoPlace *)from,
        .to = (GeoPlace *)to,
        .speed = speed,
    };
    PlannerPlanResult result = planner_plan_result_initial;

    if (!weft_thrift_client_call((WeftThriftClient *)client, &planner_methods[2], &arguments, arena,
                                 &result, error))
        return FALSE;
    *ret_result = result.success;
    return TRUE;
}

gboolean
planner_join(PlannerClient *client, int64_t trip, WeftString traveller, GError **error)
{
    const PlannerJoinArguments arguments = {
        .trip = trip,
        .traveller = traveller,
    };
    PlannerJoinResult result = {0};

    return weft_thrift_client_call((WeftThriftClient *)client, &planner_methods[0], &arguments,
                                   NULL, &result, error);
}

gboolean
planner_leave(PlannerClient *client, int64_t trip, WeftString traveller, GError **error)
{
    const PlannerLeaveArguments arguments = {
        .trip = trip,
        .traveller = traveller,
    };

    return weft_thrift_client_call((WeftThriftClient *)client, &planner_methods[1], &arguments,
                                   NULL, NULL, error);
}
