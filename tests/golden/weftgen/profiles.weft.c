/* Made by weftgen of profiles.thrift: changes are lost. */
#include "profiles.weft.h"

#include <weft/thrift_binary.h>
#include <weft/thrift_compact.h>

typedef struct ProfilesGetArguments {
    int64_t id;
} ProfilesGetArguments;

typedef struct ProfilesGetResult {
    Profile success;            /* optional */
    struct NotFound *not_found; /* NULL: absent */
    struct {
        bool success;
    } has;
} ProfilesGetResult;

static const WeftThriftType profiles_get_arguments_type;
static const WeftThriftType profiles_get_result_type;

static uint8_t *
string_list_write_binary(const WeftStringList *list, uint8_t *at, WeftThriftWriter *writer)
{
    const WeftString *items = list->items;
    const uint32_t n_items = list->n_items;

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
string_list_read_binary(WeftStringList *list, const uint8_t *at, WeftThriftReader *reader)
{
    WeftThriftContainer container = {NULL, 0};

    at = weft_thrift_binary_get_list(at, reader, WEFT_THRIFT_STRING, 4, sizeof *list->items,
                                     &container);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    WeftString *items = container.items;
    for (uint32_t i = 0; i < container.n_items; i++) {
        at = weft_thrift_binary_get_string(at, reader, &items[i]);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    list->items = items;
    list->n_items = container.n_items;
    return at;
}

static size_t
string_list_size_binary(const WeftStringList *list)
{
    size_t size = 5;

    for (uint32_t i = 0; i < list->n_items; i++)
        size += 4 + (size_t)list->items[i].length;
    return size;
}

static uint8_t *
string_list_write_compact(const WeftStringList *list, uint8_t *at, WeftThriftWriter *writer)
{
    const WeftString *items = list->items;
    const uint32_t n_items = list->n_items;

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
string_list_read_compact(WeftStringList *list, const uint8_t *at, WeftThriftReader *reader)
{
    WeftThriftContainer container = {NULL, 0};

    at = weft_thrift_compact_get_list(at, reader, WEFT_THRIFT_STRING, 1, sizeof *list->items,
                                      &container);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    WeftString *items = container.items;
    for (uint32_t i = 0; i < container.n_items; i++) {
        at = weft_thrift_compact_get_string(at, reader, &items[i]);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    list->items = items;
    list->n_items = container.n_items;
    return at;
}

static size_t
string_list_size_compact(const WeftStringList *list)
{
    size_t size = weft_thrift_compact_list_size(list->n_items);

    for (uint32_t i = 0; i < list->n_items; i++)
        size += weft_thrift_compact_string_size(list->items[i]);
    return size;
}

static uint8_t *
profile_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const Profile *typed = value;

    at = weft_thrift_writer_reserve(writer, at,
                                    17 + WEFT_THRIFT_BINARY_STRING_BYTES +
                                        weft_thrift_writer_string_room(writer, typed->name));
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_I64, 1);
    at = weft_thrift_binary_put_i64(at, typed->id);
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRING, 2);
    at = weft_thrift_binary_put_string(writer, at, typed->name);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->has.note) {
        at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRING, 3);
        at = weft_thrift_writer_reserve(writer, at,
                                        WEFT_THRIFT_BINARY_STRING_BYTES +
                                            weft_thrift_writer_string_room(writer, typed->note));
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_binary_put_string(writer, at, typed->note);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at, 3 + WEFT_THRIFT_BINARY_LIST_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_LIST, 4);
    at = string_list_write_binary(&typed->hobbies, at, writer);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_writer_reserve(writer, at, 1);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_binary_put_stop(at);
}

static const uint8_t *
profile_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    Profile *typed = value;
    uint32_t key = 0;
    uint64_t seen_0 = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I64, 1):
            at = weft_thrift_binary_get_i64(at, reader, &typed->id);
            seen_0 |= UINT64_C(0x1);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 2):
            at = weft_thrift_binary_get_string(at, reader, &typed->name);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 3):
            at = weft_thrift_binary_get_string(at, reader, &typed->note);
            typed->has.note = true;
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_LIST, 4):
            at = string_list_read_binary(&typed->hobbies, at, reader);
            break;
        default:
            if (weft_thrift_key_is_stop(key)) {
                if (G_UNLIKELY((seen_0 & UINT64_C(0x1)) == 0))
                    return weft_thrift_reader_missing(reader, at, &profile_type, 1);
                weft_thrift_reader_leave(reader);
                return at;
            }
            at = weft_thrift_binary_skip(at, reader, weft_thrift_key_kind(key));
        }
        if (G_UNLIKELY(at == NULL))
            break;
    }
    return weft_thrift_reader_fail_in(reader, &profile_type, key);
}

static size_t
profile_size_binary(const void *value)
{
    const Profile *typed = value;
    size_t size = 12;

    size += 3 + 4 + (size_t)typed->name.length;
    if (typed->has.note)
        size += 3 + 4 + (size_t)typed->note.length;
    size += 3 + string_list_size_binary(&typed->hobbies);
    return size;
}

static uint8_t *
profile_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const Profile *typed = value;
    int16_t last_id = 0;

    at = weft_thrift_writer_reserve(writer, at,
                                    3 * WEFT_THRIFT_COMPACT_FIELD_BYTES +
                                        WEFT_THRIFT_COMPACT_I64_BYTES +
                                        WEFT_THRIFT_COMPACT_STRING_BYTES +
                                        weft_thrift_writer_string_room(writer, typed->name));
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_I64, 1, &last_id);
    at = weft_thrift_compact_put_i64(at, typed->id);
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRING, 2, &last_id);
    at = weft_thrift_compact_put_string(writer, at, typed->name);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->has.note) {
        at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRING, 3, &last_id);
        at = weft_thrift_writer_reserve(writer, at,
                                        WEFT_THRIFT_COMPACT_STRING_BYTES +
                                            weft_thrift_writer_string_room(writer, typed->note));
        if (G_UNLIKELY(at == NULL))
            return NULL;
        at = weft_thrift_compact_put_string(writer, at, typed->note);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at,
                                    WEFT_THRIFT_COMPACT_FIELD_BYTES +
                                        WEFT_THRIFT_COMPACT_LIST_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_LIST, 4, &last_id);
    at = string_list_write_compact(&typed->hobbies, at, writer);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_writer_reserve(writer, at, 1);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_compact_put_stop(at);
}

static const uint8_t *
profile_read_compact(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    Profile *typed = value;
    uint32_t key = 0;
    uint64_t seen_0 = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I64, 1):
            at = weft_thrift_compact_get_i64(at, reader, &typed->id);
            seen_0 |= UINT64_C(0x1);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 2):
            at = weft_thrift_compact_get_string(at, reader, &typed->name);
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRING, 3):
            at = weft_thrift_compact_get_string(at, reader, &typed->note);
            typed->has.note = true;
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_LIST, 4):
            at = string_list_read_compact(&typed->hobbies, at, reader);
            break;
        default:
            if (weft_thrift_key_is_stop(key)) {
                if (G_UNLIKELY((seen_0 & UINT64_C(0x1)) == 0))
                    return weft_thrift_reader_missing(reader, at, &profile_type, 1);
                weft_thrift_reader_leave(reader);
                return at;
            }
            at = weft_thrift_compact_skip(at, reader, weft_thrift_key_kind(key));
        }
        if (G_UNLIKELY(at == NULL))
            break;
    }
    return weft_thrift_reader_fail_in(reader, &profile_type, key);
}

static size_t
profile_size_compact(const void *value)
{
    const Profile *typed = value;
    int16_t last_id = 0;
    size_t size = 1;

    size += weft_thrift_compact_field_size(1, &last_id) + weft_thrift_compact_i64_size(typed->id);
    size +=
        weft_thrift_compact_field_size(2, &last_id) + weft_thrift_compact_string_size(typed->name);
    if (typed->has.note)
        size += weft_thrift_compact_field_size(3, &last_id) +
            weft_thrift_compact_string_size(typed->note);
    size += weft_thrift_compact_field_size(4, &last_id) + string_list_size_compact(&typed->hobbies);
    return size;
}

static uint8_t *
not_found_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const NotFound *typed = value;

    at = weft_thrift_writer_reserve(writer, at, 12);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_I64, 1);
    at = weft_thrift_binary_put_i64(at, typed->id);
    return weft_thrift_binary_put_stop(at);
}

static const uint8_t *
not_found_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    NotFound *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I64, 1):
            at = weft_thrift_binary_get_i64(at, reader, &typed->id);
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
    return weft_thrift_reader_fail_in(reader, &not_found_type, key);
}

static size_t
not_found_size_binary(const void *value G_GNUC_UNUSED)
{
    size_t size = 12;

    return size;
}

static uint8_t *
not_found_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const NotFound *typed = value;
    int16_t last_id = 0;

    at = weft_thrift_writer_reserve(writer, at,
                                    WEFT_THRIFT_COMPACT_FIELD_BYTES + 1 +
                                        WEFT_THRIFT_COMPACT_I64_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_I64, 1, &last_id);
    at = weft_thrift_compact_put_i64(at, typed->id);
    return weft_thrift_compact_put_stop(at);
}

static const uint8_t *
not_found_read_compact(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    NotFound *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I64, 1):
            at = weft_thrift_compact_get_i64(at, reader, &typed->id);
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
    return weft_thrift_reader_fail_in(reader, &not_found_type, key);
}

static size_t
not_found_size_compact(const void *value)
{
    const NotFound *typed = value;
    int16_t last_id = 0;
    size_t size = 1;

    size += weft_thrift_compact_field_size(1, &last_id) + weft_thrift_compact_i64_size(typed->id);
    return size;
}

static uint8_t *
profiles_get_arguments_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const ProfilesGetArguments *typed = value;

    at = weft_thrift_writer_reserve(writer, at, 12);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_binary_put_field(at, WEFT_THRIFT_I64, 1);
    at = weft_thrift_binary_put_i64(at, typed->id);
    return weft_thrift_binary_put_stop(at);
}

static const uint8_t *
profiles_get_arguments_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    ProfilesGetArguments *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I64, 1):
            at = weft_thrift_binary_get_i64(at, reader, &typed->id);
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
    return weft_thrift_reader_fail_in(reader, &profiles_get_arguments_type, key);
}

static size_t
profiles_get_arguments_size_binary(const void *value G_GNUC_UNUSED)
{
    size_t size = 12;

    return size;
}

static uint8_t *
profiles_get_arguments_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const ProfilesGetArguments *typed = value;
    int16_t last_id = 0;

    at = weft_thrift_writer_reserve(writer, at,
                                    WEFT_THRIFT_COMPACT_FIELD_BYTES + 1 +
                                        WEFT_THRIFT_COMPACT_I64_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    at = weft_thrift_compact_put_field(at, WEFT_THRIFT_I64, 1, &last_id);
    at = weft_thrift_compact_put_i64(at, typed->id);
    return weft_thrift_compact_put_stop(at);
}

static const uint8_t *
profiles_get_arguments_read_compact(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    ProfilesGetArguments *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_I64, 1):
            at = weft_thrift_compact_get_i64(at, reader, &typed->id);
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
    return weft_thrift_reader_fail_in(reader, &profiles_get_arguments_type, key);
}

static size_t
profiles_get_arguments_size_compact(const void *value)
{
    const ProfilesGetArguments *typed = value;
    int16_t last_id = 0;
    size_t size = 1;

    size += weft_thrift_compact_field_size(1, &last_id) + weft_thrift_compact_i64_size(typed->id);
    return size;
}

static uint8_t *
profiles_get_result_write_binary(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const ProfilesGetResult *typed = value;

    at = weft_thrift_writer_reserve(writer, at, 3);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->has.success) {
        at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRUCT, 0);
        at = profile_write_binary(&typed->success, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at, 3);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->not_found != NULL) {
        at = weft_thrift_binary_put_field(at, WEFT_THRIFT_STRUCT, 1);
        at = not_found_write_binary(typed->not_found, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at, 1);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_binary_put_stop(at);
}

static const uint8_t *
profiles_get_result_read_binary(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    ProfilesGetResult *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_binary_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 0):
            typed->success = (Profile){0};
            at = profile_read_binary(&typed->success, at, reader);
            typed->has.success = true;
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 1):
            typed->not_found = weft_thrift_reader_new_value(reader, at, &not_found_type);
            at = typed->not_found != NULL ?
                not_found_read_binary(typed->not_found, at, reader) : NULL;
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
    return weft_thrift_reader_fail_in(reader, &profiles_get_result_type, key);
}

static size_t
profiles_get_result_size_binary(const void *value)
{
    const ProfilesGetResult *typed = value;
    size_t size = 1;

    if (typed->has.success)
        size += 3 + profile_size_binary(&typed->success);
    if (typed->not_found != NULL)
        size += 3 + not_found_size_binary(typed->not_found);
    return size;
}

static uint8_t *
profiles_get_result_write_compact(const void *value, uint8_t *at, WeftThriftWriter *writer)
{
    const ProfilesGetResult *typed = value;
    int16_t last_id = 0;

    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_FIELD_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->has.success) {
        at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRUCT, 0, &last_id);
        at = profile_write_compact(&typed->success, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at, WEFT_THRIFT_COMPACT_FIELD_BYTES);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    if (typed->not_found != NULL) {
        at = weft_thrift_compact_put_field(at, WEFT_THRIFT_STRUCT, 1, &last_id);
        at = not_found_write_compact(typed->not_found, at, writer);
        if (G_UNLIKELY(at == NULL))
            return NULL;
    }
    at = weft_thrift_writer_reserve(writer, at, 1);
    if (G_UNLIKELY(at == NULL))
        return NULL;
    return weft_thrift_compact_put_stop(at);
}

static const uint8_t *
profiles_get_result_read_compact(void *value, const uint8_t *at, WeftThriftReader *reader)
{
    ProfilesGetResult *typed = value;
    uint32_t key = 0;

    if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))
        return NULL;
    while ((at = weft_thrift_compact_get_field(at, reader, &key)) != NULL) {
        switch (key) {
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 0):
            typed->success = (Profile){0};
            at = profile_read_compact(&typed->success, at, reader);
            typed->has.success = true;
            break;
        case WEFT_THRIFT_KEY(WEFT_THRIFT_STRUCT, 1):
            typed->not_found = weft_thrift_reader_new_value(reader, at, &not_found_type);
            at = typed->not_found != NULL ?
                not_found_read_compact(typed->not_found, at, reader) : NULL;
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
    return weft_thrift_reader_fail_in(reader, &profiles_get_result_type, key);
}

static size_t
profiles_get_result_size_compact(const void *value)
{
    const ProfilesGetResult *typed = value;
    int16_t last_id = 0;
    size_t size = 1;

    if (typed->has.success)
        size += weft_thrift_compact_field_size(0, &last_id) + profile_size_compact(&typed->success);
    if (typed->not_found != NULL)
        size +=
            weft_thrift_compact_field_size(1, &last_id) + not_found_size_compact(typed->not_found);
    return size;
}

static const WeftThriftType string_list_type = {
    .name = "list<string>",
    .kind = WEFT_THRIFT_LIST,
    .size = sizeof(WeftStringList),
    .item_size = sizeof(WeftString),
    .element = &weft_thrift_string,
};

static const WeftThriftField profile_fields[] = {
    {"id", &weft_thrift_i64, 1, WEFT_THRIFT_REQUIRED, false, offsetof(Profile, id), 0},
    {"name", &weft_thrift_string, 2, WEFT_THRIFT_DEFAULT, false, offsetof(Profile, name), 0},
    {"note", &weft_thrift_string, 3, WEFT_THRIFT_OPTIONAL, false, offsetof(Profile, note),
     offsetof(Profile, has.note)},
    {"hobbies", &string_list_type, 4, WEFT_THRIFT_DEFAULT, false, offsetof(Profile, hobbies), 0},
};

const WeftThriftType profile_type = {
    .name = "Profile",
    .kind = WEFT_THRIFT_STRUCT,
    .flavour = WEFT_THRIFT_PLAIN,
    .size = sizeof(Profile),
    .n_fields = G_N_ELEMENTS(profile_fields),
    .fields = profile_fields,
    .binary = {profile_read_binary, profile_write_binary, profile_size_binary},
    .compact = {profile_read_compact, profile_write_compact, profile_size_compact},
};

static const WeftThriftField not_found_fields[] = {
    {"id", &weft_thrift_i64, 1, WEFT_THRIFT_DEFAULT, false, offsetof(NotFound, id), 0},
};

const WeftThriftType not_found_type = {
    .name = "NotFound",
    .kind = WEFT_THRIFT_STRUCT,
    .flavour = WEFT_THRIFT_THROWN,
    .size = sizeof(NotFound),
    .n_fields = G_N_ELEMENTS(not_found_fields),
    .fields = not_found_fields,
    .binary = {not_found_read_binary, not_found_write_binary, not_found_size_binary},
    .compact = {not_found_read_compact, not_found_write_compact, not_found_size_compact},
};

static const WeftThriftField profiles_get_arguments_fields[] = {
    {"id", &weft_thrift_i64, 1, WEFT_THRIFT_DEFAULT, false, offsetof(ProfilesGetArguments, id), 0},
};

static const WeftThriftType profiles_get_arguments_type = {
    .name = "Profiles.get.arguments",
    .kind = WEFT_THRIFT_STRUCT,
    .flavour = WEFT_THRIFT_PLAIN,
    .size = sizeof(ProfilesGetArguments),
    .n_fields = G_N_ELEMENTS(profiles_get_arguments_fields),
    .fields = profiles_get_arguments_fields,
    .binary = {profiles_get_arguments_read_binary, profiles_get_arguments_write_binary,
               profiles_get_arguments_size_binary},
    .compact = {profiles_get_arguments_read_compact, profiles_get_arguments_write_compact,
                profiles_get_arguments_size_compact},
};

static const WeftThriftField profiles_get_result_fields[] = {
    {"success", &profile_type, 0, WEFT_THRIFT_OPTIONAL, false, offsetof(ProfilesGetResult, success),
     offsetof(ProfilesGetResult, has.success)},
    {"not_found", &not_found_type, 1, WEFT_THRIFT_OPTIONAL, true,
     offsetof(ProfilesGetResult, not_found), 0},
};

static const WeftThriftType profiles_get_result_type = {
    .name = "Profiles.get.result",
    .kind = WEFT_THRIFT_STRUCT,
    .flavour = WEFT_THRIFT_PLAIN,
    .size = sizeof(ProfilesGetResult),
    .n_fields = G_N_ELEMENTS(profiles_get_result_fields),
    .fields = profiles_get_result_fields,
    .binary = {profiles_get_result_read_binary, profiles_get_result_write_binary,
               profiles_get_result_size_binary},
    .compact = {profiles_get_result_read_compact, profiles_get_result_write_compact,
                profiles_get_result_size_compact},
};

void
profile_init(Profile *value)
{
    *value = (Profile){0};
}

void
profile_copy(const Profile *value, WeftArena *arena, Profile *ret_copy)
{
    weft_thrift_copy(&profile_type, value, arena, ret_copy);
}

bool
profile_equal(const Profile *left, const Profile *right)
{
    return weft_thrift_equal(&profile_type, left, right);
}

uint64_t
profile_hash(const Profile *value)
{
    return weft_thrift_hash(&profile_type, value);
}

char *
profile_to_string(const Profile *value)
{
    return weft_thrift_to_string(&profile_type, value);
}

char *
profile_to_json(const Profile *value, unsigned indent)
{
    return weft_thrift_to_json(&profile_type, value, indent);
}

gboolean
profile_from_json(Profile *value, const char *json, size_t length, WeftArena *arena, GError **error)
{
    profile_init(value);
    return weft_thrift_from_json(&profile_type, value, json, length, arena, error);
}

GBytes *
profile_encode(const Profile *value, WeftThriftProtocol protocol, GError **error)
{
    return weft_thrift_encode(&profile_type, protocol, value, error);
}

gboolean
profile_decode(Profile *value, WeftThriftProtocol protocol, const void *data, size_t size,
               WeftArena *arena, GError **error)
{
    profile_init(value);
    return weft_thrift_decode(&profile_type, protocol, value, data, size, arena, error);
}

size_t
profile_size(const Profile *value, WeftThriftProtocol protocol)
{
    return weft_thrift_size(&profile_type, protocol, value);
}

void
not_found_init(NotFound *value)
{
    *value = (NotFound){0};
}

void
not_found_copy(const NotFound *value, WeftArena *arena, NotFound *ret_copy)
{
    weft_thrift_copy(&not_found_type, value, arena, ret_copy);
}

bool
not_found_equal(const NotFound *left, const NotFound *right)
{
    return weft_thrift_equal(&not_found_type, left, right);
}

uint64_t
not_found_hash(const NotFound *value)
{
    return weft_thrift_hash(&not_found_type, value);
}

char *
not_found_to_string(const NotFound *value)
{
    return weft_thrift_to_string(&not_found_type, value);
}

char *
not_found_to_json(const NotFound *value, unsigned indent)
{
    return weft_thrift_to_json(&not_found_type, value, indent);
}

gboolean
not_found_from_json(NotFound *value, const char *json, size_t length, WeftArena *arena,
                    GError **error)
{
    not_found_init(value);
    return weft_thrift_from_json(&not_found_type, value, json, length, arena, error);
}

GBytes *
not_found_encode(const NotFound *value, WeftThriftProtocol protocol, GError **error)
{
    return weft_thrift_encode(&not_found_type, protocol, value, error);
}

gboolean
not_found_decode(NotFound *value, WeftThriftProtocol protocol, const void *data, size_t size,
                 WeftArena *arena, GError **error)
{
    not_found_init(value);
    return weft_thrift_decode(&not_found_type, protocol, value, data, size, arena, error);
}

size_t
not_found_size(const NotFound *value, WeftThriftProtocol protocol)
{
    return weft_thrift_size(&not_found_type, protocol, value);
}

gboolean
not_found_throw(const NotFound *exception, GError **error)
{
    return weft_thrift_throw(&not_found_type, exception, error);
}

const NotFound *
not_found_caught(const GError *error)
{
    return weft_thrift_caught(&not_found_type, error);
}

static gboolean
refuse_call(const WeftCall *call, GError **error)
{
    g_set_error(error, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_UNKNOWN_METHOD,
                "nothing handles \"%s\"", weft_call_method_name(call));
    return FALSE;
}

/* ---- service Profiles ---- */

static gboolean
profiles_get_invoke(WeftCall *call, const void *handler, const void *arguments, void *result,
                    GError **error)
{
    const ProfilesHandler *typed = handler;
    const ProfilesGetArguments *given = arguments;
    ProfilesGetResult *answer = result;

    if (typed->get == NULL)
        return refuse_call(call, error);
    answer->has.success = typed->get(call, given->id, &answer->success, error);
    return answer->has.success;
}

static const WeftThriftMethod profiles_methods[] = {
    {
        .name = "get",
        .arguments = &profiles_get_arguments_type,
        .result = &profiles_get_result_type,
        .invoke = profiles_get_invoke,
        .is_idempotent = true,
    },
};

const WeftThriftInterface profiles_interface = {
    .name = "Profiles",
    .methods = profiles_methods,
    .n_methods = G_N_ELEMENTS(profiles_methods),
};

void
profiles_add_to(WeftThriftProcessor *processor, const ProfilesHandler *handler, gpointer data,
                GDestroyNotify data_free)
{
    weft_thrift_processor_add(processor, &profiles_interface, handler, data, data_free);
}

WeftService *
profiles_service_new(const ProfilesHandler *handler, gpointer data, GDestroyNotify data_free)
{
    WeftThriftProcessor *processor = weft_thrift_processor_new();

    profiles_add_to(processor, handler, data, data_free);
    return weft_thrift_service_new(processor);
}

ProfilesClient *
profiles_client_new(const char *url, GError **error)
{
    return (ProfilesClient *)weft_thrift_client_new(url, error);
}

void
profiles_client_free(ProfilesClient *client)
{
    weft_thrift_client_free((WeftThriftClient *)client);
}

WeftThriftClient *
profiles_client_base(ProfilesClient *client)
{
    return (WeftThriftClient *)client;
}

gboolean
profiles_get(ProfilesClient *client, WeftArena *arena, int64_t id, Profile *ret_result,
             GError **error)
{
    const ProfilesGetArguments arguments = {
        .id = id,
    };
    ProfilesGetResult result = {0};

    if (!weft_thrift_client_call((WeftThriftClient *)client, &profiles_methods[0], &arguments,
                                 arena, &result, error))
        return FALSE;
    *ret_result = result.success;
    return TRUE;
}
