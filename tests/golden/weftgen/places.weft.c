/* Made by weftgen of places.thrift: changes are lost. */
#include "places.weft.h"

#include <weft/thrift_binary.h>
#include <weft/thrift_compact.h>

typedef struct GeoFinderFindArguments {
    WeftString name;
} GeoFinderFindArguments;

typedef struct GeoFinderFindResult {
    GeoPlace success;     /* optional */
    struct GeoLost *lost; /* NULL: absent */
    struct {
        bool success;
    } has;
} GeoFinderFindResult;

static const WeftThriftType geo_finder_find_arguments_type;
static const WeftThriftType geo_finder_find_result_type;

static const GeoPlace geo_place_initial = {
    .latitude = 48.200000000000003,
    .longitude = 16.370000000000001,
    .name = {"Vienna", 6},
};
static const GeoLost geo_lost_initial = {
    .last_seen = {
        .latitude = 48.200000000000003,
        .longitude = 16.370000000000001,
        .name = {"Vienna", 6},
    },
};
static const GeoFinderFindResult geo_finder_find_result_initial = {
    .success = {
        .latitude = 48.200000000000003,
        .longitude = 16.370000000000001,
        .name = {"Vienna", 6},
    },
};

static uint8_t *
geo_place_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const GeoPlace *typed = value;

    at = weft_thrift_writer_reserve(writer, at,
                                    26 + WEFT_THRIFT_BINARY_STRING_BYTES +
                                        weft_thrift_writer_string_room(writer, typed->name));
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_DOUBLE, 1);
    at = weft_thrift_binary_put_double(at, typed->latitude);
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_DOUBLE, 2);
    at = weft_thrift_binary_put_double(at, typed->longitude);
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRING, 3);
    at = weft_thrift_binary_put_string(writer, at, typed->name);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_binary_put_stop(at);
}

static const uint8_t *
geo_place_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    GeoPlace *typed = value;
    uint32_t key = 0;
    uint64_t seen_0 = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_DOUBLE, 1):
            at = weft_thrift_binary_get_double(at, reader, &typed->latitude);
            seen_0 |= UINT64_C(0x1);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_DOUBLE, 2):
            at = weft_thrift_binary_get_double(at, reader, &typed->longitude);
            seen_0 |= UINT64_C(0x2);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 3):
            at = weft_thrift_binary_get_string(at, reader, &typed->name);
            break;
        default:
            if (weft_thrift_key_is_stop(key)) {
                if (G_UNLIKELY((seen_0 & UINT64_C(0x1)) == 0))
                    return weft_thrift_reader_missing(reader, at, &geo_place_type, 1);
                if (G_UNLIKELY((seen_0 & UINT64_C(0x2)) == 0))
                    return weft_thrift_reader_missing(reader, at, &geo_place_type, 2);
                weft_thrift_reader_leave(reader);
                return at;
            }
            at = weft_thrift_binary_skip(at, reader, weft_thrift_key_kind(key));
        }
        if (G_UNLIKELY(at == NULL))
            break;
    }
    return weft_thrift_reader_fail_in(reader, &geo_place_type, key);
}

static size_t
geo_place_size_binary(const void *value)
{
    const GeoPlace *typed = value;
    size_t size = 23;

    size += 3 + 4 + (size_t)typed->name.length;
    return size;
}

static uint8_t *
geo_place_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const GeoPlace *typed = value;
    int16_t last_id = 0;

    at = weft_thrift_writer_reserve(writer, at,
                                    3 * WEFT_THRIFT_COMPACT_FIELD_BYTES + 17 +
                                        WEFT_THRIFT_COMPACT_STRING_BYTES +
                                        weft_thrift_writer_string_room(writer, typed->name));
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_DOUBLE, 1, &last_id);
    at = weft_thrift_compact_put_double(at, typed->latitude);
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_DOUBLE, 2, &last_id);
    at = weft_thrift_compact_put_double(at, typed->longitude);
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRING, 3, &last_id);
    at = weft_thrift_compact_put_string(writer, at, typed->name);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_compact_put_stop(at);
}

static const uint8_t *
geo_place_read_compact(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    GeoPlace *typed = value;
    uint32_t key = 0;
    uint64_t seen_0 = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_DOUBLE, 1):
            at = weft_thrift_compact_get_double(at, reader, &typed->latitude);
            seen_0 |= UINT64_C(0x1);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_DOUBLE, 2):
            at = weft_thrift_compact_get_double(at, reader, &typed->longitude);
            seen_0 |= UINT64_C(0x2);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 3):
            at = weft_thrift_compact_get_string(at, reader, &typed->name);
            break;
        default:
            if (weft_thrift_key_is_stop(key)) {
                if (G_UNLIKELY((seen_0 & UINT64_C(0x1)) == 0))
                    return weft_thrift_reader_missing(reader, at, &geo_place_type, 1);
                if (G_UNLIKELY((seen_0 & UINT64_C(0x2)) == 0))
                    return weft_thrift_reader_missing(reader, at, &geo_place_type, 2);
                weft_thrift_reader_leave(reader);
                return at;
            }
            at = weft_thrift_compact_skip(at, reader, weft_thrift_key_kind(key));
        }
        if (G_UNLIKELY(at == NULL))
            break;
    }
    return weft_thrift_reader_fail_in(reader, &geo_place_type, key);
}

static size_t
geo_place_size_compact(const void *value)
{
    const GeoPlace *typed = value;
    int16_t last_id = 0;
    size_t size = 1;

    size += weft_thrift_compact_field_size(1, &last_id) + 8;
    size += weft_thrift_compact_field_size(2, &last_id) + 8;
    size +=
        weft_thrift_compact_field_size(3, &last_id) + weft_thrift_compact_string_size(typed->name);
    return size;
}

static uint8_t *
geo_lost_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const GeoLost *typed = value;

    at = weft_thrift_writer_reserve(writer, at, 3);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRUCT, 1);
    at = geo_place_write_binary(&typed->last_seen, at, writer);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_writer_reserve(writer, at, 1);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_binary_put_stop(at);
}

static const uint8_t *
geo_lost_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    GeoLost *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 1):
            typed->last_seen = geo_place_initial;
            at = geo_place_read_binary(&typed->last_seen, at, reader);
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
    return weft_thrift_reader_fail_in(reader, &geo_lost_type, key);
}

static size_t
geo_lost_size_binary(const void *value)
{
    const GeoLost *typed = value;
    size_t size = 1;

    size += 3 + geo_place_size_binary(&typed->last_seen);
    return size;
}

static uint8_t *
geo_lost_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const GeoLost *typed = value;
    int16_t last_id = 0;

    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_FIELD_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRUCT, 1, &last_id);
    at = geo_place_write_compact(&typed->last_seen, at, writer);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_writer_reserve(writer, at, 1);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_compact_put_stop(at);
}

static const uint8_t *
geo_lost_read_compact(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    GeoLost *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 1):
            typed->last_seen = geo_place_initial;
            at = geo_place_read_compact(&typed->last_seen, at, reader);
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
    return weft_thrift_reader_fail_in(reader, &geo_lost_type, key);
}

static size_t
geo_lost_size_compact(const void *value)
{
    const GeoLost *typed = value;
    int16_t last_id = 0;
    size_t size = 1;

    size += weft_thrift_compact_field_size(1, &last_id) + geo_place_size_compact(&typed->last_seen);
    return size;
}

static uint8_t *
geo_finder_find_arguments_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const GeoFinderFindArguments *typed = value;

    at = weft_thrift_writer_reserve(writer, at,
                                    4 + WEFT_THRIFT_BINARY_STRING_BYTES +
                                        weft_thrift_writer_string_room(writer, typed->name));
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRING, 1);
    at = weft_thrift_binary_put_string(writer, at, typed->name);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_binary_put_stop(at);
}

static const uint8_t *
geo_finder_find_arguments_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    GeoFinderFindArguments *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 1):
            at = weft_thrift_binary_get_string(at, reader, &typed->name);
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
    return weft_thrift_reader_fail_in(reader, &geo_finder_find_arguments_type, key);
}

static size_t
geo_finder_find_arguments_size_binary(const void *value)
{
    const GeoFinderFindArguments *typed = value;
    size_t size = 1;

    size += 3 + 4 + (size_t)typed->name.length;
    return size;
}

static uint8_t *
geo_finder_find_arguments_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const GeoFinderFindArguments *typed = value;
    int16_t last_id = 0;

    at = weft_thrift_writer_reserve(writer, at,
                                    WEFT_THRIFT_COMPACT_FIELD_BYTES + 1 +
                                        WEFT_THRIFT_COMPACT_STRING_BYTES +
                                        weft_thrift_writer_string_room(writer, typed->name));
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRING, 1, &last_id);
    at = weft_thrift_compact_put_string(writer, at, typed->name);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_compact_put_stop(at);
}

static const uint8_t *
geo_finder_find_arguments_read_compact(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    GeoFinderFindArguments *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 1):
            at = weft_thrift_compact_get_string(at, reader, &typed->name);
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
    return weft_thrift_reader_fail_in(reader, &geo_finder_find_arguments_type, key);
}

static size_t
geo_finder_find_arguments_size_compact(const void *value)
{
    const GeoFinderFindArguments *typed = value;
    int16_t last_id = 0;
    size_t size = 1;

    size +=
        weft_thrift_compact_field_size(1, &last_id) + weft_thrift_compact_string_size(typed->name);
    return size;
}

static uint8_t *
geo_finder_find_result_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const GeoFinderFindResult *typed = value;

    at = weft_thrift_writer_reserve(writer, at, 3);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->has.success) {
        at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRUCT, 0);
        at = geo_place_write_binary(&typed->success, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at, 3);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->lost != NULL) {
        at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRUCT, 1);
        at = geo_lost_write_binary(typed->lost, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at, 1);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_binary_put_stop(at);
}

static const uint8_t *
geo_finder_find_result_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    GeoFinderFindResult *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 0):
            typed->success = geo_place_initial;
            at = geo_place_read_binary(&typed->success, at, reader);
            typed->has.success = true;
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 1):
            typed->lost = weft_thrift_reader_new_value(reader, at, &geo_lost_type);
            at = typed->lost != NULL ? geo_lost_read_binary(typed->lost, at, reader) : NULL;
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
    return weft_thrift_reader_fail_in(reader, &geo_finder_find_result_type, key);
}

static size_t
geo_finder_find_result_size_binary(const void *value)
{
    const GeoFinderFindResult *typed = value;
    size_t size = 1;

    if (typed->has.success)
        size += 3 + geo_place_size_binary(&typed->success);
    if (typed->lost != NULL)
        size += 3 + geo_lost_size_binary(typed->lost);
    return size;
}

static uint8_t *
geo_finder_find_result_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const GeoFinderFindResult *typed = value;
    int16_t last_id = 0;

    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_FIELD_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->has.success) {
        at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRUCT, 0, &last_id);
        at = geo_place_write_compact(&typed->success, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_FIELD_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->lost != NULL) {
        at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRUCT, 1, &last_id);
        at = geo_lost_write_compact(typed->lost, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at, 1);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_compact_put_stop(at);
}

static const uint8_t *
geo_finder_find_result_read_compact(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    GeoFinderFindResult *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 0):
            typed->success = geo_place_initial;
            at = geo_place_read_compact(&typed->success, at, reader);
            typed->has.success = true;
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 1):
            typed->lost = weft_thrift_reader_new_value(reader, at, &geo_lost_type);
            at = typed->lost != NULL ? geo_lost_read_compact(typed->lost, at, reader) : NULL;
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
    return weft_thrift_reader_fail_in(reader, &geo_finder_find_result_type, key);
}

static size_t
geo_finder_find_result_size_compact(const void *value)
{
    const GeoFinderFindResult *typed = value;
    int16_t last_id = 0;
    size_t size = 1;

    if (typed->has.success)
        size +=
            weft_thrift_compact_field_size(0, &last_id) + geo_place_size_compact(&typed->success);
    if (typed->lost != NULL)
        size += weft_thrift_compact_field_size(1, &last_id) + geo_lost_size_compact(typed->lost);
    return size;
}

static const WeftThriftField geo_place_fields[] = {
    {"latitude", &weft_thrift_double, 1, WEFT_THRIFT_REQUIRED, false, offsetof(GeoPlace, latitude),
     0},
    {"longitude", &weft_thrift_double, 2, WEFT_THRIFT_REQUIRED, false,
     offsetof(GeoPlace, longitude), 0},
    {"name", &weft_thrift_string, 3, WEFT_THRIFT_DEFAULT, false, offsetof(GeoPlace, name), 0},
};

const WeftThriftType geo_place_type = {
    .name = "Place",
    .kind = WEFT_THRIFT_STRUCT,
    .flavour = WEFT_THRIFT_PLAIN,
    .size = sizeof(GeoPlace),
    .n_fields = G_N_ELEMENTS(geo_place_fields),
    .fields = geo_place_fields,
    .initial = &geo_place_initial,
    .binary = {geo_place_read_binary, geo_place_write_binary, geo_place_size_binary},
    .compact = {geo_place_read_compact, geo_place_write_compact, geo_place_size_compact},
};

static const WeftThriftField geo_lost_fields[] = {
    {"last_seen", &geo_place_type, 1, WEFT_THRIFT_DEFAULT, false, offsetof(GeoLost, last_seen), 0},
};

const WeftThriftType geo_lost_type = {
    .name = "Lost",
    .kind = WEFT_THRIFT_STRUCT,
    .flavour = WEFT_THRIFT_THROWN,
    .size = sizeof(GeoLost),
    .n_fields = G_N_ELEMENTS(geo_lost_fields),
    .fields = geo_lost_fields,
    .initial = &geo_lost_initial,
    .binary = {geo_lost_read_binary, geo_lost_write_binary, geo_lost_size_binary},
    .compact = {geo_lost_read_compact, geo_lost_write_compact, geo_lost_size_compact},
};

static const WeftThriftField geo_finder_find_arguments_fields[] = {
    {"name", &weft_thrift_string, 1, WEFT_THRIFT_DEFAULT, false,
     offsetof(GeoFinderFindArguments, name), 0},
};

static const WeftThriftType geo_finder_find_arguments_type = {
    .name = "Finder.find.arguments",
    .kind = WEFT_THRIFT_STRUCT,
    .flavour = WEFT_THRIFT_PLAIN,
    .size = sizeof(GeoFinderFindArguments),
    .n_fields = G_N_ELEMENTS(geo_finder_find_arguments_fields),
    .fields = geo_finder_find_arguments_fields,
    .binary = {geo_finder_find_arguments_read_binary, geo_finder_find_arguments_write_binary,
               geo_finder_find_arguments_size_binary},
    .compact = {geo_finder_find_arguments_read_compact, geo_finder_find_arguments_write_compact,
                geo_finder_find_arguments_size_compact},
};

static const WeftThriftField geo_finder_find_result_fields[] = {
    {"success", &geo_place_type, 0, WEFT_THRIFT_OPTIONAL, false,
     offsetof(GeoFinderFindResult, success), offsetof(GeoFinderFindResult, has.success)},
    {"lost", &geo_lost_type, 1, WEFT_THRIFT_OPTIONAL, true, offsetof(GeoFinderFindResult, lost), 0},
};

static const WeftThriftType geo_finder_find_result_type = {
    .name = "Finder.find.result",
    .kind = WEFT_THRIFT_STRUCT,
    .flavour = WEFT_THRIFT_PLAIN,
    .size = sizeof(GeoFinderFindResult),
    .n_fields = G_N_ELEMENTS(geo_finder_find_result_fields),
    .fields = geo_finder_find_result_fields,
    .initial = &geo_finder_find_result_initial,
    .binary = {geo_finder_find_result_read_binary, geo_finder_find_result_write_binary,
               geo_finder_find_result_size_binary},
    .compact = {geo_finder_find_result_read_compact, geo_finder_find_result_write_compact,
                geo_finder_find_result_size_compact},
};

void
geo_place_init(GeoPlace *value)
{
    *value = geo_place_initial;
}

void
geo_place_copy(const GeoPlace *value, WeftArena *arena, GeoPlace *ret_copy)
{
    weft_thrift_copy(&geo_place_type, value, arena, ret_copy);
}

bool
geo_place_equal(const GeoPlace *left, const GeoPlace *right)
{
    return weft_thrift_equal(&geo_place_type, left, right);
}

uint64_t
geo_place_hash(const GeoPlace *value)
{
    return weft_thrift_hash(&geo_place_type, value);
}

char *
geo_place_to_string(const GeoPlace *value)
{
    return weft_thrift_to_string(&geo_place_type, value);
}

char *
geo_place_to_json(const GeoPlace *value, unsigned indent)
{
    return weft_thrift_to_json(&geo_place_type, value, indent);
}

gboolean
geo_place_from_json(GeoPlace *value, const char *json, size_t length, WeftArena *arena,
                    GError **error)
{
    geo_place_init(value);
    return weft_thrift_from_json(&geo_place_type, value, json, length, arena, error);
}

GBytes *
geo_place_encode(const GeoPlace *value, WeftThriftProtocol protocol, GError **error)
{
    return weft_thrift_encode(&geo_place_type, protocol, value, error);
}

gboolean
geo_place_decode(GeoPlace *value, WeftThriftProtocol protocol, const void *data, size_t size,
                 WeftArena *arena, GError **error)
{
    geo_place_init(value);
    return weft_thrift_decode(&geo_place_type, protocol, value, data, size, arena, error);
}

size_t
geo_place_size(const GeoPlace *value, WeftThriftProtocol protocol)
{
    return weft_thrift_size(&geo_place_type, protocol, value);
}

void
geo_lost_init(GeoLost *value)
{
    *value = geo_lost_initial;
}

void
geo_lost_copy(const GeoLost *value, WeftArena *arena, GeoLost *ret_copy)
{
    weft_thrift_copy(&geo_lost_type, value, arena, ret_copy);
}

bool
geo_lost_equal(const GeoLost *left, const GeoLost *right)
{
    return weft_thrift_equal(&geo_lost_type, left, right);
}

uint64_t
geo_lost_hash(const GeoLost *value)
{
    return weft_thrift_hash(&geo_lost_type, value);
}

char *
geo_lost_to_string(const GeoLost *value)
{
    return weft_thrift_to_string(&geo_lost_type, value);
}

char *
geo_lost_to_json(const GeoLost *value, unsigned indent)
{
    return weft_thrift_to_json(&geo_lost_type, value, indent);
}

gboolean
geo_lost_from_json(GeoLost *value, const char *json, size_t length, WeftArena *arena,
                   GError **error)
{
    geo_lost_init(value);
    return weft_thrift_from_json(&geo_lost_type, value, json, length, arena, error);
}

GBytes *
geo_lost_encode(const GeoLost *value, WeftThriftProtocol protocol, GError **error)
{
    return weft_thrift_encode(&geo_lost_type, protocol, value, error);
}

gboolean
geo_lost_decode(GeoLost *value, WeftThriftProtocol protocol, const void *data, size_t size,
                WeftArena *arena, GError **error)
{
    geo_lost_init(value);
    return weft_thrift_decode(&geo_lost_type, protocol, value, data, size, arena, error);
}

size_t
geo_lost_size(const GeoLost *value, WeftThriftProtocol protocol)
{
    return weft_thrift_size(&geo_lost_type, protocol, value);
}

gboolean
geo_lost_throw(const GeoLost *exception, GError **error)
{
    return weft_thrift_throw(&geo_lost_type, exception, error);
}

const GeoLost *
geo_lost_caught(const GError *error)
{
    return weft_thrift_caught(&geo_lost_type, error);
}

static gboolean
refuse_call(const WeftCall *call, GError **error)
{
    g_set_error(error, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_UNKNOWN_METHOD,
                "nothing handles \"%s\"", weft_call_method_name(call));
    return FALSE;
}

/* ---- service Finder ---- */

static gboolean
geo_finder_find_invoke(WeftCall *call, const void *handler, const void *arguments, void *result,
                       GError **error)
{
    const GeoFinderHandler *typed = handler;
    const GeoFinderFindArguments *given = arguments;
    GeoFinderFindResult *answer = result;

    if (typed->find == NULL)
        return refuse_call(call, error);
    answer->has.success = typed->find(call, given->name, &answer->success, error);
    return answer->has.success;
}

static const WeftThriftMethod geo_finder_methods[] = {
    {
        .name = "find",
        .arguments = &geo_finder_find_arguments_type,
        .result = &geo_finder_find_result_type,
        .invoke = geo_finder_find_invoke,
    },
};

const WeftThriftInterface geo_finder_interface = {
    .name = "Finder",
    .methods = geo_finder_methods,
    .n_methods = G_N_ELEMENTS(geo_finder_methods),
};

void
geo_finder_add_to(WeftThriftProcessor *processor, const GeoFinderHandler *handler, gpointer data,
                  GDestroyNotify data_free)
{
    weft_thrift_processor_add(processor, &geo_finder_interface, handler, data, data_free);
}

WeftService *
geo_finder_service_new(const GeoFinderHandler *handler, gpointer data, GDestroyNotify data_free)
{
    WeftThriftProcessor *processor = weft_thrift_processor_new();

    geo_finder_add_to(processor, handler, data, data_free);
    return weft_thrift_service_new(processor);
}

GeoFinderClient *
geo_finder_client_new(const char *url, GError **error)
{
    return (GeoFinderClient *)weft_thrift_client_new(url, error);
}

void
geo_finder_client_free(GeoFinderClient *client)
{
    weft_thrift_client_free((WeftThriftClient *)client);
}

WeftThriftClient *
geo_finder_client_base(GeoFinderClient *client)
{
    return (WeftThriftClient *)client;
}

gboolean
geo_finder_find(GeoFinderClient *client, WeftArena *arena, WeftString name, GeoPlace *ret_result,
                GError **error)
{
    const GeoFinderFindArguments arguments = {
        .name = name,
    };
    GeoFinderFindResult result = geo_finder_find_result_initial;

    if (!weft_thrift_client_call((WeftThriftClient *)client, &geo_finder_methods[0], &arguments,
                                 arena, &result, error))
        return FALSE;
    *ret_result = result.success;
    return TRUE;
}
