/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments from JSON.  An object is what the library reads; the items of an array are found here,
 * and each is read as a value of its argument's type.
 */

#include "codegen/weftcall/arguments.h"

#include <string.h>

static bool
is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static size_t
skip_blanks(const char *text, size_t length, size_t at)
{
    while (at < length && is_blank(text[at]))
        at++;
    return at;
}

/* Behind the string that begins at @at, or @length. */
static size_t
skip_string(const char *text, size_t length, size_t at)
{
    for (at++; at < length && text[at] != '"'; at++) {
        if (text[at] == '\\')
            at++;
    }
    return MIN(at + 1, length);
}

/* Where the item ends that begins at @at: at a comma or a bracket of this array. */
static size_t
find_item_end(const char *text, size_t length, size_t at)
{
    size_t depth = 0;

    while (at < length) {
        const char byte = text[at];

        if (byte == '"') {
            at = skip_string(text, length, at);
            continue;
        }
        if (depth == 0 && (byte == ',' || byte == ']' || byte == '}'))
            break;
        if (byte == '[' || byte == '{')
            depth++;
        else if (byte == ']' || byte == '}')
            depth--;
        at++;
    }
    return at;
}

static gboolean
set_invalid(GError **error, const char *what, size_t at)
{
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID, "arguments: %s, at byte %zu", what, at);
    return FALSE;
}

static gboolean
read_item(const WeftThriftField *field, uint8_t *value, const char *json, size_t length,
          WeftArena *arena, GError **error)
{
    uint8_t *member = value + field->offset;
    /* A number ends where something else begins: so it is not the last thing there is. */
    char *item = weft_arena_alloc(arena, length + 1);

    memcpy(item, json, length);
    item[length] = ' ';
    if (field->is_pointer) {
        uint8_t *target = weft_arena_alloc0(arena, field->type->size);

        weft_thrift_init(field->type, target);
        memcpy(member, &target, sizeof target);
        member = target;
    }
    if (!weft_thrift_from_json(field->type, member, item, length + 1, arena, error)) {
        g_prefix_error(error, "argument \"%s\": ", field->name);
        return FALSE;
    }
    if (field->presence_offset > 0)
        value[field->presence_offset] = true;
    return TRUE;
}

static gboolean
read_items(const WeftThriftType *type, uint8_t *value, const char *json, size_t length,
           WeftArena *arena, GError **error)
{
    size_t at = skip_blanks(json, length, 1);
    unsigned n_items = 0;

    while (at < length && json[at] != ']') {
        const size_t end = find_item_end(json, length, at);

        if (n_items == type->n_fields) {
            g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID, "arguments: there are more than %u",
                        type->n_fields);
            return FALSE;
        }
        if (!read_item(&type->fields[n_items++], value, json + at, end - at, arena, error))
            return FALSE;
        at = end;
        if (at < length && json[at] == ',') {
            at = skip_blanks(json, length, at + 1);
            if (at < length && json[at] == ']')
                return set_invalid(error, "an item is missing", at);
        } else if (at < length && json[at] == '}') {
            break;
        }
    }
    if (at >= length || json[at] != ']')
        return set_invalid(error, "expected \"]\"", at);
    at = skip_blanks(json, length, at + 1);
    if (at < length)
        return set_invalid(error, "something stands behind the array", at);
    return TRUE;
}

gboolean
weft_arguments_from_json(const WeftThriftType *type, void *value, const char *json, size_t length,
                         WeftArena *arena, GError **error)
{
    const size_t at = skip_blanks(json, length, 0);

    if (at < length && json[at] == '[')
        return read_items(type, value, json + at, length - at, arena, error);
    if (at == length || json[at] != '{')
        return set_invalid(error, "expected a JSON object or array", at);
    return weft_thrift_from_json(type, value, json, length, arena, error);
}
