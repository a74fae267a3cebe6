/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON that people write, as values: what is wrong is told with its path and place.
 */

#include <weft/thrift_type.h>

#include "thrift/json_text.h"
#include "thrift/value.h"

enum {
    MAX_SHOWN_BYTES = 40, /* of a value that is wrong */
};

typedef struct {
    WeftThriftReader reader;
    GError *failure; /* the first */
} Input;

/* Where in the value the reader is; each lives on the stack of the function that goes down. */
typedef struct Place Place;
struct Place {
    const Place *parent;
    WeftString name; /* of a field or a map's key; .data NULL: an item */
    uint32_t index;
};

static const uint8_t *read_value(Input *input, const WeftThriftType *type, void *value,
                                 const uint8_t *at, const Place *place);

/* ---- failures ---- */

static void
append_path(GString *path, const Place *place)
{
    if (place == NULL)
        return;
    append_path(path, place->parent);
    if (place->name.data == NULL) {
        g_string_append_printf(path, "[%u]", place->index);
        return;
    }
    if (path->len > 0)
        g_string_append_c(path, '.');
    g_string_append_len(path, place->name.data, MIN(place->name.length, (uint32_t)MAX_SHOWN_BYTES));
}

/* @what: behind the path; bytes that a peer chose become text */
static void
set_failure(Input *input, const Place *place, WeftError code, const char *what)
{
    g_autoptr(GString) path = g_string_new(NULL);

    append_path(path, place);
    if (path->len > 0)
        g_string_append(path, ": ");
    g_string_append(path, what);
    g_autofree char *valid = g_utf8_make_valid(path->str, (gssize)path->len);
    g_set_error_literal(&input->failure, WEFT_ERROR, code, valid);
}

/* "what, at byte 34" */
static const uint8_t *
fail(Input *input, const Place *place, const uint8_t *at, const char *what)
{
    if (input->failure != NULL)
        return NULL;
    g_autofree char *message = g_strdup_printf("%s, at byte %td", what, at - input->reader.begin);
    set_failure(input, place, WEFT_ERROR_INVALID, message);
    return NULL;
}

/* What the reader found in the text. */
static const uint8_t *
fail_as_reader(Input *input, const Place *place)
{
    g_autoptr(GError) found = NULL;

    if (input->failure != NULL || weft_thrift_reader_set_error(&input->reader, &found))
        return NULL;
    const bool is_limit = g_error_matches(found, WEFT_ERROR, WEFT_ERROR_LIMIT);
    set_failure(input, place, is_limit ? WEFT_ERROR_LIMIT : WEFT_ERROR_INVALID,
                found != NULL ? found->message : "");
    return NULL;
}

/* What a person sees at @at: a token, or the beginning of one. */
static char *
describe_found(const Input *input, const uint8_t *at)
{
    const uint8_t *end = input->reader.end;

    while (at < end && g_ascii_isspace(*at))
        at++;
    if (at == end)
        return g_strdup("nothing");
    if (*at == '{')
        return g_strdup("an object");
    if (*at == '[')
        return g_strdup("an array");
    const uint8_t *to = at + 1;
    while (to < end && to - at < MAX_SHOWN_BYTES &&
           (*at == '"' ? to[-1] != '"' || to == at + 1 : strchr(",:]}\" \n\r\t", *to) == NULL))
        to++;
    return g_strndup((const char *)at, (size_t)(to - at));
}

/* `"x" is no i64` */
static const uint8_t *
fail_as_type(Input *input, const Place *place, const uint8_t *at, const WeftThriftType *type)
{
    g_autofree char *found = describe_found(input, at);
    g_autofree char *what = g_strdup_printf("%s is no %s", found, type->name);

    return fail(input, place, at, what);
}

/* `x "name" of Profile` */
static const uint8_t *
fail_as_field(Input *input, const Place *place, const uint8_t *at, const char *format,
              WeftString name)
{
    g_autofree char *shown = g_strndup(name.data, MIN(name.length, (uint32_t)MAX_SHOWN_BYTES));
    g_autofree char *what = g_strdup_printf("%s \"%s\"", format, shown);

    return fail(input, place, at, what);
}

/* ---- scalars ---- */

/* As the reader does, but blanks are passed over. */
static bool
take_word(Input *input, const uint8_t **at, const char *word)
{
    const size_t length = strlen(word);
    const uint8_t *found = *at;

    while (found < input->reader.end && g_ascii_isspace(*found))
        found++;
    if ((size_t)(input->reader.end - found) < length || memcmp(found, word, length) != 0)
        return false;
    *at = found + length;
    return true;
}

static const uint8_t *
read_bool(Input *input, const uint8_t *at, const Place *place, bool *ret_value)
{
    if (take_word(input, &at, "true"))
        *ret_value = true;
    else if (take_word(input, &at, "false"))
        *ret_value = false;
    else
        return fail_as_type(input, place, at, &weft_thrift_bool);
    return at;
}

static const uint8_t *
read_integer(Input *input, const WeftThriftType *type, const uint8_t *at, const Place *place,
             int64_t *ret_value)
{
    const int64_t max = (int64_t)(UINT64_MAX >> 1 >> (64 - 8 * type->size));
    const uint8_t *end = weft_json_get_integer(at, &input->reader, -max - 1, max, ret_value);

    return end != NULL ? end : fail_as_type(input, place, at, type);
}

static const uint8_t *
read_enum(Input *input, const WeftThriftType *type, const uint8_t *at, const Place *place,
          int64_t *ret_value)
{
    WeftString name;

    if (weft_json_peek(at, &input->reader) != '"')
        return read_integer(input, type, at, place, ret_value);
    const uint8_t *end = weft_json_get_string(at, &input->reader, &name);
    if (end == NULL)
        return fail_as_reader(input, place);
    for (unsigned i = 0; i < type->n_fields; i++) {
        if (weft_string_equal(name, weft_string(type->values[i].name))) {
            *ret_value = type->values[i].value;
            return end;
        }
    }
    return fail_as_type(input, place, at, type);
}

static const uint8_t *
read_number(Input *input, const WeftThriftType *type, void *value, const uint8_t *at,
            const Place *place)
{
    int64_t wide = 0;

    if (type->flavour == WEFT_THRIFT_ENUM)
        at = read_enum(input, type, at, place, &wide);
    else
        at = read_integer(input, type, at, place, &wide);
    if (type->size == sizeof(int8_t))
        *(int8_t *)value = (int8_t)wide;
    else if (type->size == sizeof(int16_t))
        *(int16_t *)value = (int16_t)wide;
    else if (type->size == sizeof(int32_t))
        *(int32_t *)value = (int32_t)wide;
    else
        *(int64_t *)value = wide;
    return at;
}

static const uint8_t *
read_double(Input *input, const uint8_t *at, const Place *place, double *ret_value)
{
    const uint8_t *end = weft_json_get_double(at, &input->reader, ret_value);

    return end != NULL ? end : fail_as_type(input, place, at, &weft_thrift_double);
}

static const uint8_t *
read_string(Input *input, const WeftThriftType *type, WeftString *ret_string, const uint8_t *at,
            const Place *place)
{
    if (weft_json_peek(at, &input->reader) != '"')
        return fail_as_type(input, place, at, type);
    const uint8_t *end = weft_json_get_string(at, &input->reader, ret_string);
    if (end == NULL)
        return fail_as_reader(input, place);
    if (type->flavour == WEFT_THRIFT_BINARY && !weft_json_decode_base64(ret_string))
        return fail(input, place, at, "no base64");
    return end;
}

static const uint8_t *
read_uuid(Input *input, WeftUuid *ret_uuid, const uint8_t *at, const Place *place)
{
    WeftString text;
    const uint8_t *end = read_string(input, &weft_thrift_string, &text, at, place);

    if (end != NULL && !weft_json_parse_uuid(text, ret_uuid))
        return fail_as_type(input, place, at, &weft_thrift_uuid);
    return end;
}

/* ---- containers ---- */

static const uint8_t *
get_byte(Input *input, const uint8_t *at, uint8_t byte, const Place *place)
{
    at = weft_json_get_byte(at, &input->reader, byte);
    return at != NULL ? at : fail_as_reader(input, place);
}

/* Behind a member of what ends with @bracket.  @ret_is_last: the bracket was there */
static const uint8_t *
end_member(Input *input, const uint8_t *at, uint8_t bracket, const Place *place, bool *ret_is_last)
{
    *ret_is_last = weft_json_peek(at, &input->reader) == bracket;
    return get_byte(input, at, *ret_is_last ? bracket : ',', place);
}

/* Room for one item more: twice as much as before, in the arena. */
static void *
add_item(Input *input, const WeftThriftType *type, WeftThriftContainer *container,
         const uint8_t *at)
{
    const uint32_t n_items = container->n_items;
    const bool is_full = n_items == 0 || (n_items >= 4 && (n_items & (n_items - 1)) == 0);

    if (n_items >= input->reader.max_items) {
        weft_thrift_reader_fail(&input->reader, at, WEFT_THRIFT_TOO_LARGE, "a container");
        return NULL;
    }
    if (is_full) {
        const size_t room = n_items == 0 ? 4 : (size_t)n_items * 2;
        void *items = weft_arena_try_alloc(input->reader.arena, room * type->item_size);
        if (items == NULL) {
            weft_thrift_reader_fail(&input->reader, at, WEFT_THRIFT_NO_MEMORY, NULL);
            return NULL;
        }
        if (n_items > 0)
            memcpy(items, container->items, (size_t)n_items * type->item_size);
        container->items = items;
    }
    container->n_items++;
    return memset((uint8_t *)container->items + (size_t)n_items * type->item_size, 0,
                  type->item_size);
}

/* `"5"` as a key of numbers: the quotes are not theirs */
static const uint8_t *
read_key(Input *input, const WeftThriftType *type, void *key, const uint8_t *at, const Place *place)
{
    const uint8_t *inside = weft_json_get_byte(at, &input->reader, '"');
    if (inside == NULL)
        return fail_as_reader(input, place);

    const size_t n_left = (size_t)(input->reader.end - inside);
    const bool is_number = n_left > 1 && (g_ascii_isdigit(inside[0]) ||
                                          (inside[0] == '-' && g_ascii_isdigit(inside[1])));
    const bool has_quotes_itself = type->kind == WEFT_THRIFT_STRING ||
                                   type->kind == WEFT_THRIFT_UUID ||
                                   (type->flavour == WEFT_THRIFT_ENUM && !is_number) ||
                                   (type->kind == WEFT_THRIFT_DOUBLE && !is_number);
    if (has_quotes_itself)
        return read_value(input, type, key, at, place);
    at = read_value(input, type, key, inside, place);
    return at != NULL ? get_byte(input, at, '"', place) : NULL;
}

/* What a path shows of a key: the text between its quotes. */
static WeftString
key_name(const Input *input, const uint8_t *at)
{
    while (at < input->reader.end && *at != '"')
        at++;
    const uint8_t *begin = at < input->reader.end ? at + 1 : at;
    const uint8_t *end = begin;
    while (end < input->reader.end && *end != '"' && end - begin < MAX_SHOWN_BYTES)
        end++;
    return (WeftString){(const char *)begin, (uint32_t)(end - begin)};
}

/* `"key": value` */
static const uint8_t *
read_member_pair(Input *input, const WeftThriftType *type, uint8_t *pair, const uint8_t *at,
                 const Place *place)
{
    const Place member = {.parent = place, .name = key_name(input, at)};

    at = read_key(input, type->key, pair, at, &member);
    if (at != NULL)
        at = get_byte(input, at, ':', &member);
    if (at == NULL)
        return NULL;
    return read_value(input, type->element, pair + type->value_offset, at, &member);
}

/* `[key, value]` */
static const uint8_t *
read_array_pair(Input *input, const WeftThriftType *type, uint8_t *pair, const uint8_t *at,
                const Place *place)
{
    at = get_byte(input, at, '[', place);
    if (at != NULL)
        at = read_value(input, type->key, pair, at, place);
    if (at != NULL)
        at = get_byte(input, at, ',', place);
    if (at != NULL)
        at = read_value(input, type->element, pair + type->value_offset, at, place);
    return at != NULL ? get_byte(input, at, ']', place) : NULL;
}

static const uint8_t *
read_item(Input *input, const WeftThriftType *type, WeftThriftContainer *container,
          const uint8_t *at, const Place *place)
{
    const Place item_place = {.parent = place, .index = container->n_items};
    uint8_t *item = add_item(input, type, container, at);

    if (item == NULL)
        return fail_as_reader(input, place);
    if (type->kind != WEFT_THRIFT_MAP)
        return read_value(input, type->element, item, at, &item_place);
    if (weft_thrift_is_scalar(type->key))
        return read_member_pair(input, type, item, at, place);
    return read_array_pair(input, type, item, at, &item_place);
}

static const uint8_t *
read_container(Input *input, const WeftThriftType *type, void *value, const uint8_t *at,
               const Place *place)
{
    const bool is_object = type->kind == WEFT_THRIFT_MAP && weft_thrift_is_scalar(type->key);
    const uint8_t bracket = is_object ? '}' : ']';
    WeftThriftContainer container = {0};
    bool is_last = false;

    if (weft_json_peek(at, &input->reader) != (is_object ? '{' : '['))
        return fail_as_type(input, place, at, type);
    at = get_byte(input, at, is_object ? '{' : '[', place);
    if (at != NULL && weft_json_peek(at, &input->reader) == bracket) {
        at = get_byte(input, at, bracket, place);
        is_last = true;
    }
    while (at != NULL && !is_last) {
        at = read_item(input, type, &container, at, place);
        if (at != NULL)
            at = end_member(input, at, bracket, place, &is_last);
    }
    memcpy(value, &container, sizeof container);
    return at;
}

/* ---- structs ---- */

static const WeftThriftField *
find_field(const WeftThriftType *type, WeftString name)
{
    for (unsigned i = 0; i < type->n_fields; i++)
        if (weft_string_equal(name, weft_string(type->fields[i].name)))
            return &type->fields[i];
    return NULL;
}

static const uint8_t *
read_field(Input *input, const WeftThriftField *field, uint8_t *value, const uint8_t *at,
           const Place *place)
{
    void *member = value + field->offset;

    if (field->is_pointer) {
        void *target = weft_thrift_reader_new_value(&input->reader, at, field->type);
        if (target == NULL)
            return fail_as_reader(input, place);
        memcpy(member, &target, sizeof target);
        member = target;
    }
    at = read_value(input, field->type, member, at, place);
    if (field->presence_offset != 0)
        value[field->presence_offset] = true;
    return at;
}

/* A field's name has been read: its value.  null: as if it were not there. */
static const uint8_t *
read_named(Input *input, const WeftThriftType *type, WeftString name, void *value, uint8_t *seen,
           const uint8_t *at, const Place *place)
{
    const WeftThriftField *field = find_field(type, name);
    const Place field_place = {.parent = place, .name = name};

    if (field == NULL)
        return fail_as_field(input, place, at, "there is no field", name);
    const unsigned index = (unsigned)(field - type->fields);
    if (seen[index])
        return fail_as_field(input, place, at, "twice the field", name);
    if (take_word(input, &at, "null"))
        return at;
    seen[index] = true;
    if (type->flavour == WEFT_THRIFT_UNION)
        memcpy(value, &(int32_t){field->id}, sizeof(int32_t));
    return read_field(input, field, value, at, &field_place);
}

static const uint8_t *
read_fields(Input *input, const WeftThriftType *type, void *value, uint8_t *seen, const uint8_t *at,
            const Place *place)
{
    bool is_last = false;

    at = get_byte(input, at, '{', place);
    if (at != NULL && weft_json_peek(at, &input->reader) == '}')
        return get_byte(input, at, '}', place);
    while (at != NULL && !is_last) {
        WeftString name;
        at = weft_json_get_string(at, &input->reader, &name);
        if (at == NULL)
            return fail_as_reader(input, place);
        const uint8_t *colon = get_byte(input, at, ':', place);
        if (colon == NULL)
            return NULL;
        at = read_named(input, type, name, value, seen, colon, place);
        if (at != NULL)
            at = end_member(input, at, '}', place, &is_last);
    }
    return at;
}

static const uint8_t *
check_seen(Input *input, const WeftThriftType *type, const uint8_t *seen, const uint8_t *at,
           const Place *place)
{
    unsigned n_seen = 0;

    for (unsigned i = 0; i < type->n_fields; i++) {
        n_seen += seen[i];
        if (!seen[i] && type->fields[i].requiredness == WEFT_THRIFT_REQUIRED)
            return fail_as_field(input, place, at, "there must be a field",
                                 weft_string(type->fields[i].name));
    }
    if (type->flavour == WEFT_THRIFT_UNION && n_seen != 1)
        return fail(input, place, at, "a union has exactly one of its fields");
    return at;
}

static const uint8_t *
read_struct(Input *input, const WeftThriftType *type, void *value, const uint8_t *at,
            const Place *place)
{
    if (weft_json_peek(at, &input->reader) != '{')
        return fail_as_type(input, place, at, type);

    uint8_t *seen = weft_arena_try_alloc(input->reader.arena, (size_t)type->n_fields + 1);
    if (seen == NULL) {
        weft_thrift_reader_fail(&input->reader, at, WEFT_THRIFT_NO_MEMORY, NULL);
        return fail_as_reader(input, place);
    }
    memset(seen, 0, (size_t)type->n_fields + 1);
    at = read_fields(input, type, value, seen, at, place);
    return at != NULL ? check_seen(input, type, seen, at, place) : NULL;
}

static const uint8_t *
read_nested(Input *input, const WeftThriftType *type, void *value, const uint8_t *at,
            const Place *place)
{
    if (!weft_thrift_reader_enter(&input->reader, at))
        return fail_as_reader(input, place);
    if (type->kind == WEFT_THRIFT_STRUCT) {
        weft_thrift_init(type, value);
        at = read_struct(input, type, value, at, place);
    } else {
        at = read_container(input, type, value, at, place);
    }
    weft_thrift_reader_leave(&input->reader);
    return at;
}

static const uint8_t *
read_value(Input *input, const WeftThriftType *type, void *value, const uint8_t *at,
           const Place *place)
{
    switch ((WeftThriftKind)type->kind) {
    case WEFT_THRIFT_BOOL:
        return read_bool(input, at, place, value);
    case WEFT_THRIFT_I8:
    case WEFT_THRIFT_I16:
    case WEFT_THRIFT_I32:
    case WEFT_THRIFT_I64:
        return read_number(input, type, value, at, place);
    case WEFT_THRIFT_DOUBLE:
        return read_double(input, at, place, value);
    case WEFT_THRIFT_STRING:
        return read_string(input, type, value, at, place);
    case WEFT_THRIFT_UUID:
        return read_uuid(input, value, at, place);
    case WEFT_THRIFT_STRUCT:
    case WEFT_THRIFT_MAP:
    case WEFT_THRIFT_SET:
    case WEFT_THRIFT_LIST:
        return read_nested(input, type, value, at, place);
    case WEFT_THRIFT_STOP:
        break;
    }
    g_assert_not_reached();
}

gboolean
weft_thrift_from_json(const WeftThriftType *type, void *value, const char *json, size_t length,
                      WeftArena *arena, GError **error)
{
    Input input = {.failure = NULL};

    weft_thrift_reader_init(&input.reader, json, length, arena, NULL, false);
    const uint8_t *at = read_value(&input, type, value, input.reader.begin, NULL);
    while (at != NULL && at < input.reader.end && g_ascii_isspace(*at))
        at++;
    if (at != NULL && at != input.reader.end)
        at = fail(&input, NULL, at, "text behind the value");
    weft_thrift_reader_finish(&input.reader);
    if (at != NULL)
        return TRUE;
    g_propagate_error(error, input.failure);
    return FALSE;
}
