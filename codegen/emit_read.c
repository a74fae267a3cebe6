/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that read.  A field is known by its kind and its id together, so what has another type
 * than the IDL says is passed over like what is unknown.
 */

#include "codegen/emit_codec.h"

#include "codegen/emit_value.h"

enum {
    SEEN_BITS = 64, /* of one variable that notes which required fields were there */
};

/** The least that a value takes on the wire, bytes. */
static unsigned
min_bytes(const WeftEmitCodec *codec, const WeftIdlType *type)
{
    static const uint8_t binary[] = {
        [WEFT_IDL_BOOL] = 1,  [WEFT_IDL_I8] = 1,     [WEFT_IDL_I16] = 2,    [WEFT_IDL_I32] = 4,
        [WEFT_IDL_I64] = 8,   [WEFT_IDL_DOUBLE] = 8, [WEFT_IDL_STRING] = 4, [WEFT_IDL_BINARY] = 4,
        [WEFT_IDL_UUID] = 16, [WEFT_IDL_LIST] = 5,   [WEFT_IDL_SET] = 5,    [WEFT_IDL_MAP] = 6,
        [WEFT_IDL_ENUM] = 4,  [WEFT_IDL_STRUCT] = 1,
    };
    const WeftIdlKind kind = weft_idl_type_true(type)->kind;

    if (!codec->protocol->is_compact)
        return binary[kind];
    if (kind == WEFT_IDL_UUID)
        return 16;
    return kind == WEFT_IDL_DOUBLE ? 8 : 1;
}

/** The statement that sets a struct at @place to its defaults. */
static void
put_init(const WeftEmitCodec *codec, const WeftIdlStruct *structure, const WeftEmitPlace *place)
{
    const WeftIdlDefinition *definition = &structure->definition;

    if (definition->program != codec->file->program) {
        weft_code_line(codec->code, "%s_init(%s);", definition->c_lower, place->address);
        return;
    }
    g_autofree char *initial = weft_emit_initial(codec->file, structure);
    if (initial != NULL)
        weft_code_line(codec->code, "%s = %s_initial;", place->value, definition->c_lower);
    else
        weft_code_line(codec->code, "%s = (%s){0};", place->value, definition->c_type);
}

/** The call that reads @type to @place: "weft_thrift_binary_get_i32(at, reader, &typed->n)". */
static char *
reading_of(const WeftEmitCodec *codec, const WeftIdlType *type, const WeftEmitPlace *place,
           bool is_field)
{
    const WeftIdlKind kind = weft_idl_type_true(type)->kind;

    if (weft_emit_is_struct(type) || weft_emit_is_container(type)) {
        g_autofree char *function = weft_emit_function_of(codec, type, "read");
        return g_strdup_printf("%s(%s, at, reader)", function, place->address);
    }
    return g_strdup_printf(
        "weft_thrift_%s_get_%s%s(at, reader, %s%s)", codec->protocol->name,
        weft_emit_wire_name(type),
        is_field && codec->protocol->is_compact && kind == WEFT_IDL_BOOL ? "_field" : "",
        kind == WEFT_IDL_ENUM ? "(int32_t *)" : "", place->address);
}

/* ---- structs ---- */

static void
put_pointer_reading(const WeftEmitCodec *codec, const WeftIdlField *field,
                    const WeftEmitPlace *place, const char *reading)
{
    g_autofree char *type = weft_emit_type_expression(codec->file, field->type);

    weft_code_line(codec->code, "%s = weft_thrift_reader_new_value(reader, at, %s);",
                   place->address, type);
    weft_code_line(codec->code, "at = %s != NULL ? %s : NULL;", place->address, reading);
}

static void
put_case(const WeftEmitCodec *codec, const WeftIdlStruct *structure, const WeftIdlField *field,
         int n_required)
{
    WeftCode *code = codec->code;
    g_auto(WeftEmitPlace) place = weft_emit_member_place(structure, field);
    g_autofree char *reading = reading_of(codec, field->type, &place, true);

    weft_code_line(code, "case WEFT_THRIFT_KEY(%s, %d):", weft_emit_kind(field->type), field->id);
    code->depth++;
    if (structure->flavour == WEFT_IDL_UNION) {
        weft_code_line(code, "is_one = typed->which == 0 || (is_one && typed->which == %s);",
                       field->c_constant);
        weft_code_line(code, "typed->which = %s;", field->c_constant);
    }
    if (weft_emit_is_pointer(structure, field)) {
        put_pointer_reading(codec, field, &place, reading);
    } else {
        if (weft_emit_is_struct(field->type))
            put_init(codec, weft_emit_struct_of(field->type), &place);
        weft_code_line(code, "at = %s;", reading);
    }
    if (weft_emit_has_presence(structure, field))
        weft_code_line(code, "typed->has.%s = true;", field->c_name);
    if (n_required >= 0)
        weft_code_line(code, "seen_%d |= UINT64_C(0x%" G_GINT64_MODIFIER "x);",
                       n_required / SEEN_BITS, UINT64_C(1) << (n_required % SEEN_BITS));
    weft_code_line(code, "break;");
    code->depth--;
}

static bool
must_be_seen(const WeftIdlStruct *structure, const WeftIdlField *field)
{
    return structure->flavour != WEFT_IDL_UNION && field->requiredness == WEFT_IDL_REQUIRED;
}

static int
count_required(const WeftIdlStruct *structure)
{
    int n_required = 0;

    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next)
        n_required += must_be_seen(structure, field);
    return n_required;
}

static void
put_missing(const WeftEmitCodec *codec, const WeftIdlStruct *structure)
{
    int n_required = 0;

    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next) {
        if (!must_be_seen(structure, field))
            continue;
        weft_code_line(codec->code,
                       "if (G_UNLIKELY((seen_%d & UINT64_C(0x%" G_GINT64_MODIFIER "x)) == 0))",
                       n_required / SEEN_BITS, UINT64_C(1) << (n_required % SEEN_BITS));
        weft_code_line(codec->code,
                       "    return weft_thrift_reader_missing(reader, at, &%s_type, %d);",
                       structure->definition.c_lower, field->id);
        n_required++;
    }
}

static void
put_one_field_check(const WeftEmitCodec *codec, const WeftIdlStruct *structure)
{
    weft_code_open(codec->code, "if (G_UNLIKELY(!is_one))");
    weft_code_line(codec->code,
                   "weft_thrift_reader_fail(reader, at, WEFT_THRIFT_UNION_UNSET, NULL);");
    weft_code_line(codec->code, "return weft_thrift_reader_fail_in(reader, &%s_type, 0);",
                   structure->definition.c_lower);
    weft_code_close(codec->code, "}");
}

/** What is done at the end of the struct, or with a field that nobody asked for. */
static void
put_end_or_skip(const WeftEmitCodec *codec, const WeftIdlStruct *structure)
{
    WeftCode *code = codec->code;

    weft_code_open(code, "if (weft_thrift_key_is_stop(key))");
    put_missing(codec, structure);
    if (structure->flavour == WEFT_IDL_UNION)
        put_one_field_check(codec, structure);
    weft_code_line(code, "weft_thrift_reader_leave(reader);");
    weft_code_line(code, "return at;");
    weft_code_close(code, "}");
    weft_code_line(code, "at = weft_thrift_%s_skip(at, reader, weft_thrift_key_kind(key));",
                   codec->protocol->name);
}

/** What reads all fields, known or not, up to the end of the struct. */
static void
put_loop(const WeftEmitCodec *codec, const WeftIdlStruct *structure)
{
    WeftCode *code = codec->code;
    int n_required = 0;

    weft_code_open(code, "while ((at = weft_thrift_%s_get_field(at, reader, &key)) != NULL)",
                   codec->protocol->name);
    if (structure->fields == NULL) {
        put_end_or_skip(codec, structure);
    } else {
        weft_code_line(code, "switch (key) {");
        for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next) {
            const bool is_required = must_be_seen(structure, field);
            put_case(codec, structure, field, is_required ? n_required : -1);
            n_required += is_required;
        }
        weft_code_line(code, "default:");
        code->depth++;
        put_end_or_skip(codec, structure);
        code->depth--;
        weft_code_line(code, "}");
    }
    weft_code_line(code, "if (G_UNLIKELY(at == NULL))");
    weft_code_line(code, "    break;");
    weft_code_close(code, "}");
}

void
weft_emit_struct_read(const WeftEmitCodec *codec, const WeftIdlStruct *structure)
{
    WeftCode *code = codec->code;
    const WeftIdlDefinition *definition = &structure->definition;
    const bool is_empty = structure->fields == NULL;
    const int n_required = count_required(structure);

    weft_code_function(code, "static const uint8_t *",
                       "%s_read_%s(void *value%s, const uint8_t *at, WeftThriftReader *reader)",
                       definition->c_lower, codec->protocol->name,
                       is_empty ? " G_GNUC_UNUSED" : "");
    if (!is_empty)
        weft_code_line(code, "%s *typed = value;", definition->c_type);
    weft_code_line(code, "uint32_t key = 0;");
    if (structure->flavour == WEFT_IDL_UNION)
        weft_code_line(code, "bool is_one = false;");
    for (int i = 0; i < n_required; i += SEEN_BITS)
        weft_code_line(code, "uint64_t seen_%d = 0;", i / SEEN_BITS);
    weft_code_gap(code);
    weft_code_line(code, "if (G_UNLIKELY(!weft_thrift_reader_enter(reader, at)))");
    weft_code_line(code, "    return NULL;");
    put_loop(codec, structure);
    weft_code_line(code, "return weft_thrift_reader_fail_in(reader, &%s_type, key);",
                   definition->c_lower);
    weft_code_close(code, "}");
}

/* ---- containers ---- */

static void
put_item(const WeftEmitCodec *codec, const WeftIdlType *type, const char *item)
{
    g_auto(WeftEmitPlace) place = weft_emit_place(item);
    g_autofree char *reading = reading_of(codec, type, &place, false);

    if (weft_emit_is_struct(type))
        put_init(codec, weft_emit_struct_of(type), &place);
    weft_code_line(codec->code, "at = %s;", reading);
    weft_emit_check(codec);
}

static void
put_head(const WeftEmitCodec *codec, const WeftIdlType *type)
{
    if (type->kind == WEFT_IDL_MAP)
        weft_code_line(codec->code,
                       "at = weft_thrift_%s_get_map(at, reader, WEFT_THRIFT_KEY(%s, %s), %u, "
                       "sizeof *map->items, &container);",
                       codec->protocol->name, weft_emit_kind(type->key),
                       weft_emit_kind(type->element),
                       min_bytes(codec, type->key) + min_bytes(codec, type->element));
    else
        weft_code_line(codec->code,
                       "at = weft_thrift_%s_get_list(at, reader, %s, %u, sizeof *%s->items, "
                       "&container);",
                       codec->protocol->name, weft_emit_kind(type->element),
                       min_bytes(codec, type->element), weft_emit_container_noun(type));
    weft_emit_check(codec);
}

void
weft_emit_container_read(const WeftEmitCodec *codec, const WeftEmitContainer *container)
{
    WeftCode *code = codec->code;
    const WeftIdlType *type = container->type;
    const char *noun = weft_emit_container_noun(type);
    const bool is_map = type->kind == WEFT_IDL_MAP;

    weft_code_function(code, "static const uint8_t *",
                       "%s_read_%s(%s *%s, const uint8_t *at, WeftThriftReader *reader)",
                       container->c_lower, codec->protocol->name, container->c_type, noun);
    weft_code_line(code, "WeftThriftContainer container = {NULL, 0};");
    weft_code_gap(code);
    put_head(codec, type);
    weft_code_line(code, "%s *items = container.items;",
                   is_map ? container->c_pair : weft_emit_true_c_type(codec->file, type->element));
    weft_code_open(code, "for (uint32_t i = 0; i < container.n_items; i++)");
    if (is_map)
        put_item(codec, type->key, "items[i].key");
    put_item(codec, type->element, is_map ? "items[i].value" : "items[i]");
    weft_code_close(code, "}");
    weft_code_line(code, "%s->items = items;", noun);
    weft_code_line(code, "%s->n_items = container.n_items;", noun);
    weft_code_line(code, "return at;");
    weft_code_close(code, "}");
}
