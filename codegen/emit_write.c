/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that write.  Fields whose room is known before they are written share one reservation:
 * what is behind it is put without a look at the end of the buffer.
 */

#include "codegen/emit_codec.h"

#include <string.h>

/** The room that a value takes, without a string's bytes, a container's items, and a struct, which
 * makes room for itself: "4", "WEFT_THRIFT_COMPACT_I32_BYTES". */
static char *
room_of(const WeftEmitCodec *codec, const WeftIdlType *type)
{
    static const char *const fixed[] = {
        [WEFT_IDL_BOOL] = "1", [WEFT_IDL_I8] = "1",    [WEFT_IDL_I16] = "2",
        [WEFT_IDL_I32] = "4",  [WEFT_IDL_I64] = "8",   [WEFT_IDL_DOUBLE] = "8",
        [WEFT_IDL_ENUM] = "4", [WEFT_IDL_UUID] = "16",
    };
    type = weft_idl_type_true(type);
    const WeftIdlKind kind = type->kind;

    if (weft_emit_is_string(type))
        return g_strdup_printf("WEFT_THRIFT_%s_STRING_BYTES", codec->protocol->upper);
    if (weft_emit_is_container(type))
        return g_strdup_printf("WEFT_THRIFT_%s_%s_BYTES", codec->protocol->upper,
                               kind == WEFT_IDL_MAP ? "MAP" : "LIST");
    if (kind == WEFT_IDL_STRUCT)
        return g_strdup("0");
    if (codec->protocol->is_compact && (kind == WEFT_IDL_I16 || kind == WEFT_IDL_I32 ||
                                        kind == WEFT_IDL_I64 || kind == WEFT_IDL_ENUM)) {
        g_autofree char *upper = g_ascii_strup(weft_emit_wire_name(type), -1);
        return g_strdup_printf("WEFT_THRIFT_COMPACT_%s_BYTES", upper);
    }
    return g_strdup(fixed[kind]);
}

/** A number that is added up where it is one, and spelled out where it has a name. */
typedef struct {
    unsigned n_bytes;
    unsigned n_heads; /* of fields, in the compact protocol */
    GString *names;   /* " + ..." */
} Room;

static void
add_room(Room *room, const char *amount)
{
    if (g_ascii_isdigit(amount[0]))
        room->n_bytes += (unsigned)g_ascii_strtoull(amount, NULL, 10);
    else
        g_string_append_printf(room->names, " + %s", amount);
}

/** Append what @type, at @place, needs: with the bytes of a string. */
static void
add_value_room(Room *room, const WeftEmitCodec *codec, const WeftIdlType *type,
               const WeftEmitPlace *place)
{
    g_autofree char *amount = room_of(codec, type);

    add_room(room, amount);
    if (weft_emit_is_string(type))
        g_string_append_printf(room->names, " + weft_thrift_writer_string_room(writer, %s)",
                               place->value);
}

/** Of a field's head. */
static void
add_head_room(Room *room, const WeftEmitCodec *codec)
{
    if (codec->protocol->is_compact)
        room->n_heads++;
    else
        room->n_bytes += 3;
}

static void
put_reservation(const WeftEmitCodec *codec, Room *room)
{
    g_autoptr(GString) sum = g_string_new(NULL);

    if (room->n_heads == 1)
        g_string_append(sum, " + WEFT_THRIFT_COMPACT_FIELD_BYTES");
    else if (room->n_heads > 1)
        g_string_append_printf(sum, " + %u * WEFT_THRIFT_COMPACT_FIELD_BYTES", room->n_heads);
    if (room->n_bytes > 0)
        g_string_append_printf(sum, " + %u", room->n_bytes);
    g_string_append(sum, room->names->str);
    weft_code_line(codec->code, "at = weft_thrift_writer_reserve(writer, at, %s);",
                   sum->str + strlen(" + "));
    weft_emit_check(codec);
    g_string_free(room->names, TRUE);
}

/** Statements that put a value for which there is room, or call who makes it. */
static void
put_value(const WeftEmitCodec *codec, const WeftIdlType *type, const WeftEmitPlace *place)
{
    const char *cast = weft_idl_type_true(type)->kind == WEFT_IDL_ENUM ? "(int32_t)" : "";

    if (weft_emit_is_short(type)) {
        weft_code_line(codec->code, "at = weft_thrift_%s_put_%s(at, %s%s);", codec->protocol->name,
                       weft_emit_wire_name(type), cast, place->value);
        return;
    }
    if (weft_emit_is_string(type)) {
        weft_code_line(codec->code, "at = weft_thrift_%s_put_string(writer, at, %s);",
                       codec->protocol->name, place->value);
    } else {
        g_autofree char *function = weft_emit_function_of(codec, type, "write");
        weft_code_line(codec->code, "at = %s(%s, at, writer);", function, place->address);
    }
    weft_emit_check(codec);
}

/* ---- structs ---- */

/** Whether the value of @field makes room for itself, but for the head of a container. */
static bool
ends_run(const WeftIdlStruct *structure, const WeftIdlField *field)
{
    /* A string that is not there has no length. */
    if (weft_emit_is_string(field->type))
        return weft_emit_is_pointer(structure, field) || weft_emit_has_presence(structure, field);
    return !weft_emit_is_short(field->type);
}

static void
put_field_value(const WeftEmitCodec *codec, const WeftIdlStruct *structure,
                const WeftIdlField *field)
{
    const char *last_id = codec->protocol->is_compact ? ", &last_id" : "";
    g_auto(WeftEmitPlace) place = weft_emit_member_place(structure, field);

    if (codec->protocol->is_compact && weft_idl_type_true(field->type)->kind == WEFT_IDL_BOOL) {
        weft_code_line(codec->code,
                       "at = weft_thrift_compact_put_bool_field(at, %s, %d, &last_id);",
                       place.value, field->id);
        return;
    }
    weft_code_line(codec->code, "at = weft_thrift_%s_put_field(at, %s, %d%s);",
                   codec->protocol->name, weft_emit_kind(field->type), field->id, last_id);
    if (weft_emit_is_string(field->type) && ends_run(structure, field)) {
        Room room = {.names = g_string_new(NULL)};
        add_value_room(&room, codec, field->type, &place);
        put_reservation(codec, &room);
    }
    put_value(codec, field->type, &place);
}

static void
put_field(const WeftEmitCodec *codec, const WeftIdlStruct *structure, const WeftIdlField *field)
{
    g_autofree char *condition = weft_emit_condition(structure, field);

    if (condition == NULL) {
        put_field_value(codec, structure, field);
        return;
    }
    weft_code_open(codec->code, "if (%s)", condition);
    put_field_value(codec, structure, field);
    if (field->requiredness != WEFT_IDL_REQUIRED) {
        weft_code_close(codec->code, "}");
        return;
    }
    codec->code->depth--;
    weft_code_open(codec->code, "} else");
    weft_code_line(codec->code,
                   "return weft_thrift_writer_fail(writer, WEFT_THRIFT_FIELD_MISSING, &%s_type);",
                   structure->definition.c_lower);
    weft_code_close(codec->code, "}");
}

/** Room for the fields from @first up to one that makes its own.  Returns: the one behind them */
static const WeftIdlField *
put_run_room(const WeftEmitCodec *codec, const WeftIdlStruct *structure, const WeftIdlField *first)
{
    Room room = {.names = g_string_new(NULL)};
    const WeftIdlField *field = first;
    bool is_over = false;

    for (; field != NULL && !is_over; field = field->next) {
        add_head_room(&room, codec);
        is_over = ends_run(structure, field);
        if (is_over && weft_emit_is_string(field->type))
            continue;
        g_auto(WeftEmitPlace) place = weft_emit_member_place(structure, field);
        add_value_room(&room, codec, field->type, &place);
    }
    if (!is_over)
        add_room(&room, "1"); /* the end of the struct */
    put_reservation(codec, &room);
    return field;
}

static void
put_fields(const WeftEmitCodec *codec, const WeftIdlStruct *structure)
{
    const WeftIdlField *field = structure->fields;
    bool has_room_for_stop = false;

    while (field != NULL) {
        const WeftIdlField *end = put_run_room(codec, structure, field);
        for (; field != end; field = field->next) {
            put_field(codec, structure, field);
            has_room_for_stop = !ends_run(structure, field);
        }
    }
    if (!has_room_for_stop) {
        weft_code_line(codec->code, "at = weft_thrift_writer_reserve(writer, at, 1);");
        weft_emit_check(codec);
    }
}

#define UNSET "return weft_thrift_writer_fail(writer, WEFT_THRIFT_UNION_UNSET, &%s_type);"

static void
put_union(const WeftEmitCodec *codec, const WeftIdlStruct *structure)
{
    WeftCode *code = codec->code;

    weft_code_line(code, "switch (typed->which) {");
    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next) {
        Room room = {.names = g_string_new(NULL)};
        g_auto(WeftEmitPlace) place = weft_emit_member_place(structure, field);
        weft_code_line(code, "case %s:", field->c_constant);
        code->depth++;
        if (weft_emit_is_pointer(structure, field)) {
            weft_code_line(code, "if (typed->%s == NULL)", field->c_name);
            weft_code_line(code, "    " UNSET, structure->definition.c_lower);
        }
        add_head_room(&room, codec);
        add_value_room(&room, codec, field->type, &place);
        put_reservation(codec, &room);
        put_field_value(codec, structure, field);
        weft_code_line(code, "break;");
        code->depth--;
    }
    weft_code_line(code, "default:");
    weft_code_line(code, "    " UNSET, structure->definition.c_lower);
    weft_code_line(code, "}");
    weft_code_line(code, "at = weft_thrift_writer_reserve(writer, at, 1);");
    weft_emit_check(codec);
}

void
weft_emit_struct_write(const WeftEmitCodec *codec, const WeftIdlStruct *structure)
{
    WeftCode *code = codec->code;
    const WeftIdlDefinition *definition = &structure->definition;
    const bool is_empty = structure->fields == NULL;

    weft_code_function(code, "static uint8_t *",
                       "%s_write_%s(const void *value%s, uint8_t *at%s, WeftThriftWriter *writer)",
                       definition->c_lower, codec->protocol->name, is_empty ? " G_GNUC_UNUSED" : "",
                       is_empty && structure->flavour == WEFT_IDL_UNION ? " G_GNUC_UNUSED" : "");
    if (!is_empty)
        weft_code_line(code, "const %s *typed = value;", definition->c_type);
    if (!is_empty && codec->protocol->is_compact)
        weft_code_line(code, "int16_t last_id = 0;");
    weft_code_gap(code);
    if (structure->flavour == WEFT_IDL_UNION && !is_empty)
        put_union(codec, structure);
    else if (structure->flavour == WEFT_IDL_UNION)
        weft_code_line(code, UNSET, definition->c_lower);
    else
        put_fields(codec, structure);
    if (!is_empty || structure->flavour != WEFT_IDL_UNION)
        weft_code_line(code, "return weft_thrift_%s_put_stop(at);", codec->protocol->name);
    weft_code_close(code, "}");
}

/* ---- containers ---- */

/** Whether a map's key makes room for itself, so that the value's comes after it. */
static bool
key_is_apart(const WeftIdlType *type)
{
    return type->kind == WEFT_IDL_MAP && !weft_emit_is_short(type->key) &&
           !weft_emit_is_string(type->key);
}

/** Room for one item or pair, without a key that is apart. */
static Room
item_room(const WeftEmitCodec *codec, const WeftIdlType *type)
{
    const bool is_map = type->kind == WEFT_IDL_MAP;
    Room room = {.names = g_string_new(NULL)};
    g_auto(WeftEmitPlace) key = weft_emit_place("pair->key");
    g_auto(WeftEmitPlace) value = weft_emit_place(is_map ? "pair->value" : "items[i]");

    if (is_map && !key_is_apart(type))
        add_value_room(&room, codec, type->key, &key);
    add_value_room(&room, codec, type->element, &value);
    return room;
}

static void
put_head(const WeftEmitCodec *codec, const WeftIdlType *type)
{
    if (type->kind == WEFT_IDL_MAP)
        weft_code_line(codec->code, "at = weft_thrift_%s_put_map(at, %s, %s, n_items);",
                       codec->protocol->name, weft_emit_kind(type->key),
                       weft_emit_kind(type->element));
    else
        weft_code_line(codec->code, "at = weft_thrift_%s_put_list(at, %s, n_items);",
                       codec->protocol->name, weft_emit_kind(type->element));
}

/** Whether all items together have one reservation: exact in the binary protocol; in the other,
 * room for the longest numbers would be many times what is needed. */
static bool
reserves_at_once(const WeftEmitCodec *codec, const WeftIdlType *type)
{
    return !codec->protocol->is_compact && weft_emit_is_short(type->element) &&
           (type->kind != WEFT_IDL_MAP || weft_emit_is_short(type->key));
}

static void
put_room(const WeftEmitCodec *codec, Room *room)
{
    if (room->n_bytes > 0 || room->names->len > 0)
        put_reservation(codec, room);
    else
        g_string_free(room->names, TRUE);
}

static void
put_items(const WeftEmitCodec *codec, const WeftIdlType *type)
{
    const bool is_map = type->kind == WEFT_IDL_MAP;
    g_auto(WeftEmitPlace) key = weft_emit_place("pair->key");
    g_auto(WeftEmitPlace) value = weft_emit_place(is_map ? "pair->value" : "items[i]");

    if (key_is_apart(type)) {
        Room head = {.names = g_string_new(NULL)};
        add_value_room(&head, codec, type->key, &key);
        put_room(codec, &head);
        put_value(codec, type->key, &key);
    }
    if (!reserves_at_once(codec, type)) {
        Room room = item_room(codec, type);
        put_room(codec, &room);
    }
    if (is_map && !key_is_apart(type))
        put_value(codec, type->key, &key);
    put_value(codec, type->element, &value);
}

/* There is room for the head: who calls reserves that with what stands before it.  The container is
 * read once: for all the compiler knows, each byte that is put might change it. */
void
weft_emit_container_write(const WeftEmitCodec *codec, const WeftEmitContainer *container)
{
    WeftCode *code = codec->code;
    const WeftIdlType *type = container->type;
    const char *noun = weft_emit_container_noun(type);
    Room items = item_room(codec, type);

    weft_code_function(code, "static uint8_t *",
                       "%s_write_%s(const %s *%s, uint8_t *at, WeftThriftWriter *writer)",
                       container->c_lower, codec->protocol->name, container->c_type, noun);
    if (type->kind == WEFT_IDL_MAP)
        weft_code_line(code, "const %s *pairs = map->items;", container->c_pair);
    else
        weft_code_line(code, "const %s *items = %s->items;",
                       weft_emit_true_c_type(codec->file, type->element), noun);
    weft_code_line(code, "const uint32_t n_items = %s->n_items;", noun);
    weft_code_gap(code);
    put_head(codec, type);
    if (reserves_at_once(codec, type)) {
        weft_code_line(code, "at = weft_thrift_writer_reserve(writer, at, (size_t)n_items * %u);",
                       items.n_bytes);
        weft_emit_check(codec);
    }
    weft_code_open(code, "for (uint32_t i = 0; i < n_items; i++)");
    if (type->kind == WEFT_IDL_MAP)
        weft_code_line(code, "const %s *pair = &pairs[i];", container->c_pair);
    put_items(codec, type);
    weft_code_close(code, "}");
    weft_code_line(code, "return at;");
    weft_code_close(code, "}");
    g_string_free(items.names, TRUE);
}
