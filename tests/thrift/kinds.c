/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A struct with a field of every kind.
 */

#include "kinds.h"

#include <math.h>
#include <string.h>

static const WeftThriftEnumValue color_values[] = {{"RED", 1}, {"GREEN", 2}, {"BLUE", -7}};

static const WeftThriftType color_type = {.name = "Color",
                                          .kind = WEFT_THRIFT_I32,
                                          .flavour = WEFT_THRIFT_ENUM,
                                          .n_fields = G_N_ELEMENTS(color_values),
                                          .size = sizeof(int32_t),
                                          .values = color_values};

#define LIST_TYPE(variable, idl_name, type_kind, c_type, item_type)                                \
    static const WeftThriftType variable = {.name = idl_name,                                      \
                                            .kind = type_kind,                                     \
                                            .size = sizeof(c_type),                                \
                                            .item_size = sizeof(*((c_type *)0)->items),            \
                                            .element = item_type}

#define MAP_TYPE(variable, idl_name, c_type, pair_type, key_type, value_type)                      \
    static const WeftThriftType variable = {.name = idl_name,                                      \
                                            .kind = WEFT_THRIFT_MAP,                               \
                                            .size = sizeof(c_type),                                \
                                            .item_size = sizeof(pair_type),                        \
                                            .value_offset = offsetof(pair_type, value),            \
                                            .key = key_type,                                       \
                                            .element = value_type}

LIST_TYPE(i32_list_type, "list<i32>", WEFT_THRIFT_LIST, WeftI32List, &weft_thrift_i32);
LIST_TYPE(i64_list_type, "list<i64>", WEFT_THRIFT_LIST, WeftI64List, &weft_thrift_i64);
LIST_TYPE(bool_list_type, "list<bool>", WEFT_THRIFT_LIST, WeftBoolList, &weft_thrift_bool);
LIST_TYPE(string_set_type, "set<string>", WEFT_THRIFT_SET, WeftStringList, &weft_thrift_string);
LIST_TYPE(choice_list_type, "list<Choice>", WEFT_THRIFT_LIST, KindsChoiceList, &kinds_choice_type);
MAP_TYPE(string_map_type, "map<string,i64>", KindsStringMap, KindsStringPair, &weft_thrift_string,
         &weft_thrift_i64);
MAP_TYPE(number_map_type, "map<i32,list<bool>>", KindsNumberMap, KindsNumberPair, &weft_thrift_i32,
         &bool_list_type);
MAP_TYPE(double_map_type, "map<double,bool>", KindsDoubleMap, KindsDoublePair, &weft_thrift_double,
         &weft_thrift_bool);
MAP_TYPE(list_map_type, "map<list<i32>,string>", KindsListMap, KindsListPair, &i32_list_type,
         &weft_thrift_string);

#define CHOICE_FIELD(member, number, member_type)                                                  \
    {                                                                                              \
        .name = #member, .type = member_type, .id = number, .requiredness = WEFT_THRIFT_OPTIONAL,  \
        .offset = offsetof(KindsChoice, member)                                                    \
    }

static const WeftThriftField choice_fields[] = {
    CHOICE_FIELD(number, 1, &weft_thrift_i64),
    CHOICE_FIELD(text, 2, &weft_thrift_string),
    CHOICE_FIELD(list, 3, &i32_list_type),
};

const WeftThriftType kinds_choice_type = {.name = "Choice",
                                          .kind = WEFT_THRIFT_STRUCT,
                                          .flavour = WEFT_THRIFT_UNION,
                                          .n_fields = G_N_ELEMENTS(choice_fields),
                                          .size = sizeof(KindsChoice),
                                          .fields = choice_fields};

#define FIELD(member, number, member_type)                                                         \
    {                                                                                              \
        .name = #member, .type = member_type, .id = number, .offset = offsetof(Kinds, member)      \
    }

static const WeftThriftField kinds_fields[] = {
    FIELD(truth, 1, &weft_thrift_bool),
    FIELD(tiny, 2, &weft_thrift_i8),
    FIELD(small, 3, &weft_thrift_i16),
    FIELD(medium, 4, &weft_thrift_i32),
    {.name = "large",
     .type = &weft_thrift_i64,
     .id = 5,
     .requiredness = WEFT_THRIFT_REQUIRED,
     .offset = offsetof(Kinds, large)},
    FIELD(real, 6, &weft_thrift_double),
    FIELD(text, 7, &weft_thrift_string),
    FIELD(bytes, 8, &weft_thrift_binary),
    FIELD(uuid, 9, &weft_thrift_uuid),
    FIELD(color, 10, &color_type),
    FIELD(numbers, 11, &i64_list_type),
    FIELD(words, 12, &string_set_type),
    FIELD(counters, 13, &string_map_type),
    FIELD(flags, 14, &number_map_type),
    FIELD(weights, 15, &double_map_type),
    FIELD(names, 16, &list_map_type),
    FIELD(choices, 17, &choice_list_type),
    {.name = "next",
     .type = &kinds_type,
     .id = 18,
     .requiredness = WEFT_THRIFT_OPTIONAL,
     .is_pointer = true,
     .offset = offsetof(Kinds, next)},
    {.name = "maybe",
     .type = &weft_thrift_i32,
     .id = 40,
     .requiredness = WEFT_THRIFT_OPTIONAL,
     .offset = offsetof(Kinds, maybe),
     .presence_offset = offsetof(Kinds, has.maybe)},
    FIELD(truths, -1, &bool_list_type),
};

static const Kinds kinds_initial = {.medium = 12, .color = 2};

const WeftThriftType kinds_type = {.name = "Kinds",
                                   .kind = WEFT_THRIFT_STRUCT,
                                   .n_fields = G_N_ELEMENTS(kinds_fields),
                                   .size = sizeof(Kinds),
                                   .fields = kinds_fields,
                                   .initial = &kinds_initial};

WeftThriftType
kinds_struct_type(const char *name, const WeftThriftField *fields, uint16_t n_fields, uint32_t size)
{
    return (WeftThriftType){.name = name,
                            .kind = WEFT_THRIFT_STRUCT,
                            .n_fields = n_fields,
                            .size = size,
                            .fields = fields};
}

/* ---- values ---- */

/* Numbers of all lengths, so that each varint has its turn. */
static int64_t
any_integer(GRand *random)
{
    const uint64_t bits = (uint64_t)g_rand_int(random) << 32 | g_rand_int(random);

    return (int64_t)(bits >> g_rand_int_range(random, 0, 64));
}

static double
any_double(GRand *random)
{
    static const double corners[] = {0, 1.5, -1e300, 5e-324, 0.1, 1e20, 123456789.123};
    const int pick = g_rand_int_range(random, 0, 10);

    if (pick == 0)
        return (double)INFINITY;
    if (pick == 1)
        return -(double)INFINITY;
    if (pick < 6)
        return corners[g_rand_int_range(random, 0, G_N_ELEMENTS(corners))];
    return g_rand_double_range(random, -1e6, 1e6);
}

static WeftString
any_bytes(GRand *random, WeftArena *arena, int max_length, bool is_text)
{
    const uint32_t length = (uint32_t)g_rand_int_range(random, 0, max_length);
    char *bytes = weft_arena_alloc(arena, length + 1);

    for (uint32_t i = 0; i < length; i++)
        bytes[i] = (char)g_rand_int_range(random, 0, is_text ? 0x80 : 0x100);
    bytes[length] = '\0';
    return (WeftString){bytes, length};
}

static WeftI32List
any_i32_list(GRand *random, WeftArena *arena)
{
    WeftI32List list = {.n_items = (uint32_t)g_rand_int_range(random, 0, 4)};

    list.items = weft_arena_alloc0(arena, list.n_items * sizeof *list.items);
    for (uint32_t i = 0; i < list.n_items; i++)
        list.items[i] = (int32_t)any_integer(random);
    return list;
}

static WeftBoolList
any_bool_list(GRand *random, WeftArena *arena)
{
    WeftBoolList list = {.n_items = (uint32_t)g_rand_int_range(random, 0, 20)};

    list.items = weft_arena_alloc0(arena, list.n_items * sizeof *list.items);
    for (uint32_t i = 0; i < list.n_items; i++)
        list.items[i] = g_rand_boolean(random);
    return list;
}

static void
fill_choices(KindsChoiceList *list, WeftArena *arena, GRand *random)
{
    list->n_items = (uint32_t)g_rand_int_range(random, 0, 4);
    list->items = weft_arena_alloc0(arena, list->n_items * sizeof *list->items);
    for (uint32_t i = 0; i < list->n_items; i++) {
        KindsChoice *choice = &list->items[i];
        choice->which = g_rand_int_range(random, 1, 4);
        if (choice->which == 1)
            choice->number = any_integer(random);
        else if (choice->which == 2)
            choice->text = any_bytes(random, arena, 40, true);
        else
            choice->list = any_i32_list(random, arena);
    }
}

static void
fill_maps(Kinds *kinds, WeftArena *arena, GRand *random)
{
    kinds->counters.n_items = (uint32_t)g_rand_int_range(random, 0, 5);
    kinds->counters.items =
        weft_arena_alloc0(arena, kinds->counters.n_items * sizeof *kinds->counters.items);
    for (uint32_t i = 0; i < kinds->counters.n_items; i++)
        kinds->counters.items[i] =
            (KindsStringPair){any_bytes(random, arena, 12, true), any_integer(random)};

    kinds->flags.n_items = (uint32_t)g_rand_int_range(random, 0, 3);
    kinds->flags.items =
        weft_arena_alloc0(arena, kinds->flags.n_items * sizeof *kinds->flags.items);
    for (uint32_t i = 0; i < kinds->flags.n_items; i++)
        kinds->flags.items[i] =
            (KindsNumberPair){(int32_t)any_integer(random), any_bool_list(random, arena)};

    kinds->weights.n_items = (uint32_t)g_rand_int_range(random, 0, 3);
    kinds->weights.items =
        weft_arena_alloc0(arena, kinds->weights.n_items * sizeof *kinds->weights.items);
    for (uint32_t i = 0; i < kinds->weights.n_items; i++) {
        kinds->weights.items[i].key = any_double(random);
        kinds->weights.items[i].value = g_rand_boolean(random);
    }

    kinds->names.n_items = (uint32_t)g_rand_int_range(random, 0, 3);
    kinds->names.items =
        weft_arena_alloc0(arena, kinds->names.n_items * sizeof *kinds->names.items);
    for (uint32_t i = 0; i < kinds->names.n_items; i++)
        kinds->names.items[i] =
            (KindsListPair){any_i32_list(random, arena), any_bytes(random, arena, 8, true)};
}

static void
fill(Kinds *kinds, WeftArena *arena, GRand *random, int depth)
{
    weft_thrift_init(&kinds_type, kinds);
    kinds->truth = g_rand_boolean(random);
    kinds->tiny = (int8_t)any_integer(random);
    kinds->small = (int16_t)any_integer(random);
    kinds->medium = (int32_t)any_integer(random);
    kinds->large = any_integer(random);
    kinds->real = any_double(random);
    kinds->text = any_bytes(random, arena, 100, true);
    kinds->bytes = any_bytes(random, arena, 100, false);
    for (unsigned i = 0; i < sizeof kinds->uuid.bytes; i++)
        kinds->uuid.bytes[i] = (uint8_t)g_rand_int(random);
    kinds->color = color_values[g_rand_int_range(random, 0, 3)].value;
    kinds->numbers.n_items = (uint32_t)g_rand_int_range(random, 0, 20);
    kinds->numbers.items =
        weft_arena_alloc0(arena, kinds->numbers.n_items * sizeof *kinds->numbers.items);
    for (uint32_t i = 0; i < kinds->numbers.n_items; i++)
        kinds->numbers.items[i] = any_integer(random);
    kinds->words.n_items = (uint32_t)g_rand_int_range(random, 0, 5);
    kinds->words.items =
        weft_arena_alloc0(arena, kinds->words.n_items * sizeof *kinds->words.items);
    for (uint32_t i = 0; i < kinds->words.n_items; i++)
        kinds->words.items[i] = any_bytes(random, arena, 30, true);
    fill_maps(kinds, arena, random);
    fill_choices(&kinds->choices, arena, random);
    kinds->has.maybe = g_rand_boolean(random);
    kinds->maybe = kinds->has.maybe ? (int32_t)any_integer(random) : 0;
    kinds->truths = any_bool_list(random, arena);
    if (depth > 0 && g_rand_boolean(random)) {
        kinds->next = weft_arena_alloc0(arena, sizeof *kinds->next);
        fill(kinds->next, arena, random, depth - 1);
    }
}

void
kinds_fill(Kinds *kinds, WeftArena *arena, uint32_t seed)
{
    GRand *random = g_rand_new_with_seed(seed);

    fill(kinds, arena, random, 4);
    g_rand_free(random);
}
