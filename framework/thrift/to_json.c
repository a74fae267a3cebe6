/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values as JSON that people read.
 */

#include <weft/thrift_type.h>

#include "thrift/json_text.h"
#include "thrift/value.h"

typedef struct {
    WeftThriftWriter writer;
    uint8_t *at;
    unsigned indent; /* spaces for each level; 0: all in one line */
    unsigned level;
} Output;

static void write_value(Output *output, const WeftThriftType *type, const void *value);

static void
write_text(Output *output, const char *text)
{
    output->at = weft_json_put_text(&output->writer, output->at, text);
}

static void
begin_line(Output *output)
{
    if (output->indent == 0)
        return;
    write_text(output, "\n");
    for (unsigned i = 0; i < output->indent * output->level; i++)
        write_text(output, " ");
}

/* Before each member of what is in brackets.  @is_first: not behind another */
static void
begin_member(Output *output, bool is_first)
{
    if (!is_first)
        write_text(output, ",");
    begin_line(output);
}

static void
write_colon(Output *output)
{
    write_text(output, output->indent > 0 ? ": " : ":");
}

static void
open_bracket(Output *output, const char *bracket)
{
    write_text(output, bracket);
    output->level++;
}

static void
close_bracket(Output *output, const char *bracket, bool is_empty)
{
    output->level--;
    if (!is_empty)
        begin_line(output);
    write_text(output, bracket);
}

static void
write_string(Output *output, WeftString string)
{
    output->at = weft_json_put_string(&output->writer, output->at, string, WEFT_JSON_UNICODE);
}

static void
write_integer(Output *output, int64_t value)
{
    output->at = weft_json_put_integer(&output->writer, output->at, value);
}

static void
write_i32(Output *output, const WeftThriftType *type, int32_t value)
{
    const char *name =
        type->flavour == WEFT_THRIFT_ENUM ? weft_thrift_enum_name(type, value) : NULL;

    if (name != NULL)
        write_string(output, weft_string(name));
    else
        write_integer(output, value);
}

static void
write_fields(Output *output, const WeftThriftType *type, const void *value)
{
    bool is_first = true;

    open_bracket(output, "{");
    for (unsigned i = 0; i < type->n_fields; i++) {
        const WeftThriftField *field = &type->fields[i];
        const void *member = weft_thrift_member(type, field, value);
        if (member == NULL)
            continue;
        begin_member(output, is_first);
        is_first = false;
        write_string(output, weft_string(field->name));
        write_colon(output);
        write_value(output, field->type, member);
    }
    close_bracket(output, "}", is_first);
}

static void
write_list(Output *output, const WeftThriftType *type, const void *value)
{
    const WeftThriftContainer container = weft_thrift_container(value);
    const uint8_t *item = container.items;

    open_bracket(output, "[");
    for (uint32_t i = 0; i < container.n_items; i++) {
        begin_member(output, i == 0);
        write_value(output, type->element, item);
        item += type->item_size;
    }
    close_bracket(output, "]", container.n_items == 0);
}

/* The name of an object's member is a string, whatever the key's type. */
static void
write_key(Output *output, const WeftThriftType *type, const void *key)
{
    uint8_t *begin = weft_thrift_writer_reserve(&output->writer, output->at, 1);
    const size_t before = (size_t)(begin - output->writer.begin);

    output->at = begin;
    write_value(output, type, key);
    if (output->writer.begin[before] == '"')
        return;
    /* A number or bool was written: put quotes around it. */
    const size_t length = (size_t)(output->at - output->writer.begin) - before;
    output->at = weft_thrift_writer_reserve(&output->writer, output->at, 2);
    uint8_t *text = output->writer.begin + before;
    memmove(text + 1, text, length);
    text[0] = '"';
    text[length + 1] = '"';
    output->at = text + length + 2;
}

static void
write_pair(Output *output, const WeftThriftType *type, const uint8_t *pair)
{
    open_bracket(output, "[");
    begin_member(output, true);
    write_value(output, type->key, pair);
    begin_member(output, false);
    write_value(output, type->element, pair + type->value_offset);
    close_bracket(output, "]", false);
}

static void
write_map(Output *output, const WeftThriftType *type, const void *value)
{
    const WeftThriftContainer container = weft_thrift_container(value);
    const bool is_object = weft_thrift_is_scalar(type->key);
    const uint8_t *pair = container.items;

    open_bracket(output, is_object ? "{" : "[");
    for (uint32_t i = 0; i < container.n_items; i++) {
        begin_member(output, i == 0);
        if (is_object) {
            write_key(output, type->key, pair);
            write_colon(output);
            write_value(output, type->element, pair + type->value_offset);
        } else {
            write_pair(output, type, pair);
        }
        pair += type->item_size;
    }
    close_bracket(output, is_object ? "}" : "]", container.n_items == 0);
}

static void
write_bytes(Output *output, const WeftThriftType *type, WeftString string)
{
    if (type->flavour == WEFT_THRIFT_BINARY)
        output->at = weft_json_put_base64(&output->writer, output->at, string, true);
    else
        write_string(output, string);
}

static void
write_value(Output *output, const WeftThriftType *type, const void *value)
{
    switch ((WeftThriftKind)type->kind) {
    case WEFT_THRIFT_BOOL:
        write_text(output, *(const bool *)value ? "true" : "false");
        return;
    case WEFT_THRIFT_I8:
        write_integer(output, *(const int8_t *)value);
        return;
    case WEFT_THRIFT_I16:
        write_integer(output, *(const int16_t *)value);
        return;
    case WEFT_THRIFT_I32:
        write_i32(output, type, *(const int32_t *)value);
        return;
    case WEFT_THRIFT_I64:
        write_integer(output, *(const int64_t *)value);
        return;
    case WEFT_THRIFT_DOUBLE:
        output->at = weft_json_put_double(&output->writer, output->at, *(const double *)value);
        return;
    case WEFT_THRIFT_STRING:
        write_bytes(output, type, *(const WeftString *)value);
        return;
    case WEFT_THRIFT_UUID:
        output->at = weft_json_put_uuid(&output->writer, output->at, *(const WeftUuid *)value);
        return;
    case WEFT_THRIFT_STRUCT:
        write_fields(output, type, value);
        return;
    case WEFT_THRIFT_SET:
    case WEFT_THRIFT_LIST:
        write_list(output, type, value);
        return;
    case WEFT_THRIFT_MAP:
        write_map(output, type, value);
        return;
    case WEFT_THRIFT_STOP:
        break;
    }
    g_assert_not_reached();
}

char *
weft_thrift_to_json(const WeftThriftType *type, const void *value, unsigned indent)
{
    Output output = {.indent = indent};

    g_return_val_if_fail(value != NULL, NULL);
    weft_thrift_writer_init(&output.writer, NULL, SIZE_MAX, false);
    write_value(&output, type, value);
    output.at = weft_thrift_writer_reserve(&output.writer, output.at, 1);
    g_assert(output.at != NULL);
    *output.at = '\0';
    return (char *)g_steal_pointer(&output.writer.block);
}
