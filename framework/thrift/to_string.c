/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values for logs and debuggers: Profile{id: 7, tags: ["a", "b", ... 12]}
 */

#include <weft/thrift_type.h>

#include "thrift/value.h"

enum {
    MAX_SHOWN_BYTES = 64, /* of a string */
    MAX_SHOWN_ITEMS = 8,  /* of a container */
    MAX_TEXT_BYTES = 4096,
};

static void append_value(GString *text, const WeftThriftType *type, const void *value);

static bool
is_full(const GString *text)
{
    return text->len >= MAX_TEXT_BYTES;
}

static void
append_string(GString *text, WeftString string)
{
    const uint32_t n_shown = MIN(string.length, (uint32_t)MAX_SHOWN_BYTES);

    g_string_append_c(text, '"');
    for (uint32_t i = 0; i < n_shown; i++) {
        const char byte = string.data[i];
        if (byte == '"' || byte == '\\')
            g_string_append_printf(text, "\\%c", byte);
        else if ((uint8_t)byte >= 0x20 && byte != 0x7f)
            g_string_append_c(text, byte);
        else
            g_string_append_printf(text, "\\x%02x", (uint8_t)byte);
    }
    g_string_append_c(text, '"');
    if (n_shown < string.length)
        g_string_append_printf(text, "... %u", string.length);
}

static void
append_binary(GString *text, WeftString bytes)
{
    const uint32_t n_shown = MIN(bytes.length, (uint32_t)MAX_SHOWN_BYTES / 2);

    g_string_append(text, "0x");
    for (uint32_t i = 0; i < n_shown; i++)
        g_string_append_printf(text, "%02x", (uint8_t)bytes.data[i]);
    if (n_shown < bytes.length)
        g_string_append_printf(text, "... %u", bytes.length);
}

static void
append_uuid(GString *text, const WeftUuid *uuid)
{
    for (unsigned i = 0; i < sizeof uuid->bytes; i++)
        g_string_append_printf(text, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x",
                               uuid->bytes[i]);
}

static void
append_double(GString *text, double value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append(text, g_ascii_formatd(digits, sizeof digits, "%.15g", value));
}

static void
append_items(GString *text, const WeftThriftType *type, const void *value)
{
    const WeftThriftContainer container = weft_thrift_container(value);
    const bool is_list = type->kind == WEFT_THRIFT_LIST;
    const uint8_t *item = container.items;
    uint32_t i = 0;

    g_string_append_c(text, is_list ? '[' : '{');
    for (; i < MIN(container.n_items, (uint32_t)MAX_SHOWN_ITEMS) && !is_full(text); i++) {
        if (i > 0)
            g_string_append(text, ", ");
        if (type->kind == WEFT_THRIFT_MAP) {
            append_value(text, type->key, item);
            g_string_append(text, ": ");
        }
        append_value(text, type->element, item + type->value_offset);
        item += type->item_size;
    }
    if (i < container.n_items)
        g_string_append_printf(text, ", ... %u", container.n_items);
    g_string_append_c(text, is_list ? ']' : '}');
}

static void
append_fields(GString *text, const WeftThriftType *type, const void *value)
{
    const char *separator = "";

    g_string_append_printf(text, "%s{", type->name);
    for (unsigned i = 0; i < type->n_fields; i++) {
        const void *member = weft_thrift_member(type, &type->fields[i], value);
        if (member == NULL)
            continue;
        if (is_full(text)) {
            g_string_append_printf(text, "%s...", separator);
            break;
        }
        g_string_append_printf(text, "%s%s: ", separator, type->fields[i].name);
        append_value(text, type->fields[i].type, member);
        separator = ", ";
    }
    g_string_append_c(text, '}');
}

static void
append_i32(GString *text, const WeftThriftType *type, int32_t value)
{
    const char *name =
        type->flavour == WEFT_THRIFT_ENUM ? weft_thrift_enum_name(type, value) : NULL;

    if (name != NULL)
        g_string_append(text, name);
    else
        g_string_append_printf(text, "%" G_GINT32_FORMAT, value);
}

static void
append_value(GString *text, const WeftThriftType *type, const void *value)
{
    switch ((WeftThriftKind)type->kind) {
    case WEFT_THRIFT_BOOL:
        g_string_append(text, *(const bool *)value ? "true" : "false");
        return;
    case WEFT_THRIFT_I8:
        g_string_append_printf(text, "%d", *(const int8_t *)value);
        return;
    case WEFT_THRIFT_DOUBLE:
        append_double(text, *(const double *)value);
        return;
    case WEFT_THRIFT_I16:
        g_string_append_printf(text, "%d", *(const int16_t *)value);
        return;
    case WEFT_THRIFT_I32:
        append_i32(text, type, *(const int32_t *)value);
        return;
    case WEFT_THRIFT_I64:
        g_string_append_printf(text, "%" G_GINT64_FORMAT, *(const int64_t *)value);
        return;
    case WEFT_THRIFT_STRING:
        if (type->flavour == WEFT_THRIFT_BINARY)
            append_binary(text, *(const WeftString *)value);
        else
            append_string(text, *(const WeftString *)value);
        return;
    case WEFT_THRIFT_UUID:
        append_uuid(text, value);
        return;
    case WEFT_THRIFT_STRUCT:
        append_fields(text, type, value);
        return;
    case WEFT_THRIFT_MAP:
    case WEFT_THRIFT_SET:
    case WEFT_THRIFT_LIST:
        append_items(text, type, value);
        return;
    case WEFT_THRIFT_STOP:
        break;
    }
    g_assert_not_reached();
}

char *
weft_thrift_to_string(const WeftThriftType *type, const void *value)
{
    GString *text = g_string_new(NULL);

    append_value(text, type, value);
    return g_string_free(text, FALSE);
}
