/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of reading a message: its limits, and how its failures are told.
 */

#include <weft/thrift_wire.h>

#include <weft/thrift_error.h>

enum {
    /* A reader of structs takes some 200 bytes of a fiber's stack for each. */
    MAX_DEPTH = 128,
};

const WeftThriftLimits weft_thrift_limits_default = {
    .max_frame_bytes = 16U << 20,
    .max_string_bytes = 16U << 20,
    .max_items = 1U << 20,
    .max_depth = 64,
    .max_memory_bytes = 64U << 20,
};

void
weft_thrift_reader_init(WeftThriftReader *reader, const void *data, size_t size, WeftArena *arena,
                        const WeftThriftLimits *limits, bool borrows)
{
    if (limits == NULL)
        limits = &weft_thrift_limits_default;

    const size_t n_bytes = arena->n_bytes;
    /* Signed on the wire: what is negative there must be too large here. */
    const uint32_t max_string_bytes = MIN(limits->max_string_bytes, (uint32_t)INT32_MAX);
    *reader = (WeftThriftReader){
        .begin = data,
        .end = size > 0 ? (const uint8_t *)data + size : data,
        .nul = &reader->no_string,
        .arena = arena,
        .max_string_bytes = max_string_bytes,
        .borrow_bound = borrows ? max_string_bytes + 1 : 0,
        .max_items = MIN(limits->max_items, (uint32_t)INT32_MAX),
        .depth_left = (int32_t)MIN(limits->max_depth, (uint32_t)MAX_DEPTH),
        .borrows = borrows,
        .arena_max_bytes = arena->max_bytes,
    };
    if (limits->max_memory_bytes < SIZE_MAX - n_bytes)
        arena->max_bytes = MIN(arena->max_bytes, n_bytes + limits->max_memory_bytes);
}

const uint8_t *
weft_thrift_reader_fail(WeftThriftReader *reader, const uint8_t *at, WeftThriftFailure failure,
                        const char *reason)
{
    if (reader->failure != WEFT_THRIFT_FINE)
        return NULL;
    reader->failure = (uint8_t)failure;
    reader->failed_at = at;
    reader->reason = reason;
    /* The byte behind the last string may not have been read, and may not even be ours. */
    reader->nul = &reader->no_string;
    return NULL;
}

const uint8_t *
weft_thrift_reader_fail_in(WeftThriftReader *reader, const WeftThriftType *type, uint32_t key)
{
    if (reader->where_type == NULL) {
        reader->where_type = type;
        reader->where_id = weft_thrift_key_id(key);
    }
    return NULL;
}

const uint8_t *
weft_thrift_reader_missing(WeftThriftReader *reader, const uint8_t *at, const WeftThriftType *type,
                           int16_t id)
{
    weft_thrift_reader_fail(reader, at, WEFT_THRIFT_FIELD_MISSING, NULL);
    return weft_thrift_reader_fail_in(reader, type, WEFT_THRIFT_KEY(0, id));
}

void
weft_thrift_reader_bad_string(WeftThriftReader *reader, const uint8_t *at, uint32_t length)
{
    if (length > INT32_MAX)
        weft_thrift_reader_malformed(reader, at, "a string of negative length");
    else if (length > reader->max_string_bytes)
        weft_thrift_reader_fail(reader, at, WEFT_THRIFT_TOO_LARGE, "a string");
    else
        weft_thrift_reader_fail(reader, at, WEFT_THRIFT_TRUNCATED, "a string");
}

const uint8_t *
weft_thrift_reader_take_string_apart(WeftThriftReader *reader, const uint8_t *at, uint32_t length,
                                     WeftString *ret_string)
{
    if (length > (size_t)(reader->end - at) || length > reader->max_string_bytes) {
        weft_thrift_reader_bad_string(reader, at, length);
        return NULL;
    }

    char *copy = weft_arena_try_alloc(reader->arena, (size_t)length + 1);
    if (copy == NULL)
        return weft_thrift_reader_fail(reader, at, WEFT_THRIFT_NO_MEMORY, NULL);
    memcpy(copy, at, length);
    copy[length] = '\0';
    *ret_string = (WeftString){copy, length};
    return at + length;
}

void
weft_thrift_reader_bad_items(WeftThriftReader *reader, const uint8_t *at, uint32_t n_items)
{
    if (n_items > INT32_MAX)
        weft_thrift_reader_malformed(reader, at, "a negative number of items");
    else if (n_items > reader->max_items)
        weft_thrift_reader_fail(reader, at, WEFT_THRIFT_TOO_LARGE, "a container");
    else
        weft_thrift_reader_fail(reader, at, WEFT_THRIFT_TRUNCATED, "a container");
}

void *
weft_thrift_reader_new_value(WeftThriftReader *reader, const uint8_t *at,
                             const WeftThriftType *type)
{
    void *value = weft_arena_try_alloc(reader->arena, type->size);

    if (value == NULL) {
        weft_thrift_reader_fail(reader, at, WEFT_THRIFT_NO_MEMORY, NULL);
        return NULL;
    }
    weft_thrift_init(type, value);
    return value;
}

/* "Profile.name: ", or nothing where it is not known. */
static char *
describe_place(const WeftThriftReader *reader)
{
    const WeftThriftType *type = reader->where_type;

    if (type == NULL)
        return g_strdup("");
    for (unsigned i = 0; i < type->n_fields; i++)
        if (type->fields[i].id == reader->where_id)
            return g_strdup_printf("%s.%s: ", type->name, type->fields[i].name);
    return g_strdup_printf("%s, field %d: ", type->name, reader->where_id);
}

static const char *
describe_failure(WeftThriftFailure failure)
{
    switch (failure) {
    case WEFT_THRIFT_FINE:
        return "nothing is wrong";
    case WEFT_THRIFT_TRUNCATED:
        return "the message ends inside";
    case WEFT_THRIFT_MALFORMED:
        return "cannot be";
    case WEFT_THRIFT_TOO_LARGE:
        return "larger than the limit";
    case WEFT_THRIFT_TOO_DEEP:
        return "nested deeper than the limit";
    case WEFT_THRIFT_NO_MEMORY:
        return "takes more memory than the limit";
    case WEFT_THRIFT_FIELD_MISSING:
        return "required, and not there";
    case WEFT_THRIFT_UNION_UNSET:
        return "a union has exactly one of its fields";
    }
    return "unknown failure";
}

static void
set_failure(GError **error, WeftThriftFailure failure, const char *message)
{
    switch (failure) {
    case WEFT_THRIFT_FINE:
    case WEFT_THRIFT_TRUNCATED:
    case WEFT_THRIFT_MALFORMED:
    case WEFT_THRIFT_FIELD_MISSING:
    case WEFT_THRIFT_UNION_UNSET:
        g_set_error_literal(error, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_PROTOCOL, message);
        return;
    case WEFT_THRIFT_TOO_LARGE:
    case WEFT_THRIFT_TOO_DEEP:
    case WEFT_THRIFT_NO_MEMORY:
        g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_LIMIT, message);
        return;
    }
}

gboolean
weft_thrift_reader_set_error(const WeftThriftReader *reader, GError **error)
{
    g_autofree char *place = describe_place(reader);
    const char *reason = reader->reason;
    g_autofree char *message = g_strdup_printf(
        "%s%s%s%s, at byte %td", place, reason != NULL ? reason : "", reason != NULL ? ": " : "",
        describe_failure(reader->failure),
        reader->failed_at != NULL ? reader->failed_at - reader->begin : (ptrdiff_t)0);

    set_failure(error, reader->failure, message);
    return FALSE;
}

gboolean
weft_thrift_writer_set_error(const WeftThriftWriter *writer, GError **error)
{
    const WeftThriftType *type = writer->where_type;
    g_autofree char *message =
        g_strdup_printf("%s%s%s", type != NULL ? type->name : "", type != NULL ? ": " : "",
                        describe_failure(writer->failure));

    set_failure(error, writer->failure, message);
    return FALSE;
}
