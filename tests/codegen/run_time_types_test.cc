/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables made at run time against those that weftgen wrote of the same IDL file: their values say
 * the same, as JSON and on the wire.
 */

#include "everything.weft.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>

extern "C" {
#include "codegen/weftcall/run_time_types.h"
}

namespace
{

const WeftThriftType *const generated[] = {
    &scalars_type,   &texts_type,   &optionals_type, &defaults_type,    &circle_type,
    &square_type,    &lists_type,   &sets_type,      &maps_type,        &tree_type,
    &other_type,     &nothing_type, &words_type,     &texts_list_type,  &everything_type,
    &not_found_type, &refused_type, &shape_type,     &shared_busy_type, &shared_origin_type,
};

/* The file, and tables of it. */
class Loaded
{
  public:
    Loaded() : tree(weft_idl_tree_new())
    {
        g_autoptr(GError) error = nullptr;

        EXPECT_NE(weft_idl_tree_load(tree, EVERYTHING_IDL), nullptr) << EVERYTHING_IDL;
        types = weft_run_time_types_new(tree, &error);
        EXPECT_NE(types, nullptr) << (error != nullptr ? error->message : "");
        weft_arena_init(&arena, SIZE_MAX);
    }
    ~Loaded()
    {
        weft_arena_clear(&arena);
        weft_run_time_types_free(types);
        weft_idl_tree_free(tree);
    }
    Loaded(const Loaded &) = delete;

    const WeftThriftType *find(const char *name) const
    {
        for (const WeftIdlProgram *program = weft_idl_tree_programs(tree); program != nullptr;
             program = program->next) {
            for (const WeftIdlStruct *structure = program->structs_by_embedding;
                 structure != nullptr; structure = structure->next_embedded) {
                if (strcmp(structure->definition.name, name) == 0)
                    return weft_run_time_types_struct(types, structure);
            }
        }
        return nullptr;
    }

    void *make(const WeftThriftType *type)
    {
        void *value = weft_arena_alloc(&arena, type->size);

        weft_thrift_init(type, value);
        return value;
    }

    WeftIdlTree *tree;
    WeftRunTimeTypes *types = nullptr;
    WeftArena arena;
};

std::string
json_of(const WeftThriftType *type, const void *value)
{
    g_autofree char *json = weft_thrift_to_json(type, value, 2);

    return json;
}

std::string
bytes_of(const WeftThriftType *type, const void *value, WeftThriftProtocol protocol)
{
    g_autoptr(GError) error = nullptr;
    g_autoptr(GBytes) bytes = weft_thrift_encode(type, protocol, value, &error);

    EXPECT_NE(bytes, nullptr) << error->message;
    if (bytes == nullptr)
        return "";
    gsize size;
    const auto *data = static_cast<const char *>(g_bytes_get_data(bytes, &size));
    return std::string(data, size);
}

const WeftThriftProtocol protocols[] = {
    WEFT_THRIFT_PROTOCOL_BINARY,
    WEFT_THRIFT_PROTOCOL_COMPACT,
    WEFT_THRIFT_PROTOCOL_JSON,
};

/* Something of everything that is not in the defaults. */
const char *const document = R"({
  "scalars": {},
  "texts": {"text": "a", "bytes": "Ynl0ZXM="},
  "optionals": {"needed": 1, "text": "", "far": 7, "negative": -1, "marks": [3, 1], "counters": {"a": 5},
                "shape": {"circle": {"radius": 1.5}}, "words": ["x", "y"]},
  "lists": {"bools": [true, false], "smalls": [-1, 2], "reals": [0.25], "colors": ["RED"],
            "ids": ["00112233-4455-6677-8899-aabbccddeeff"], "lists": [[1], [], [2, 3]],
            "maps": [{"a": 1}, {}], "shapes": [{"number": 5}, {"name": "n"}],
            "origins": [{"place": "p"}]},
  "sets": {"tinies": [1, 2], "texts": ["a"], "structs": [{"text": "in a set"}]},
  "maps": {"tinies": {"1": true}, "mediums": {"-5": 6}, "texts": {"k": "dg=="},
           "colors": {"RED": "00112233-4455-6677-8899-aabbccddeeff"},
           "deep": {"a": {"b": [{"text": "deep"}]}}},
  "tree": {"label": "root", "children": [{"label": "child", "right": {"label": "of child"}}],
           "left": {"label": "left"}, "by_name": {"x": {"label": "named"}},
           "other": {"tree": {"label": "again"}}},
  "shapes": [{"circles": [{"radius": 2}]}, {"nested": {"yes": true}}, {"color": "GREEN"},
             {"by_name": {"a": {"real": 0.5}}}],
  "words": {"class": 1, "items": [1, 2]},
  "origin": {"place": "there"}
})";

} // namespace

TEST(RunTimeTypes, ValuesBeginAsTheyDoInC)
{
    Loaded loaded;

    for (const WeftThriftType *type : generated) {
        const WeftThriftType *made = loaded.find(type->name);
        ASSERT_NE(made, nullptr) << type->name;
        EXPECT_EQ(made->kind, type->kind) << type->name;
        EXPECT_EQ(made->flavour, type->flavour) << type->name;
        EXPECT_EQ(json_of(made, loaded.make(made)), json_of(type, loaded.make(type)));
    }
}

TEST(RunTimeTypes, FieldsAreWhatTheyAreInC)
{
    Loaded loaded;

    for (const WeftThriftType *type : generated) {
        const WeftThriftType *made = loaded.find(type->name);
        ASSERT_NE(made, nullptr) << type->name;
        ASSERT_EQ(made->n_fields, type->n_fields) << type->name;
        for (unsigned i = 0; i < type->n_fields; i++) {
            EXPECT_STREQ(made->fields[i].name, type->fields[i].name);
            EXPECT_EQ(made->fields[i].id, type->fields[i].id);
            EXPECT_EQ(made->fields[i].requiredness, type->fields[i].requiredness) << type->name;
            EXPECT_EQ(made->fields[i].is_pointer, type->fields[i].is_pointer)
                << type->name << "." << type->fields[i].name;
            EXPECT_EQ(made->fields[i].presence_offset > 0, type->fields[i].presence_offset > 0)
                << type->name << "." << type->fields[i].name;
            EXPECT_EQ(made->fields[i].type->kind, type->fields[i].type->kind);
            EXPECT_EQ(made->fields[i].type->flavour, type->fields[i].type->flavour);
        }
    }
}

TEST(RunTimeTypes, TheWireIsTheSame)
{
    Loaded loaded;
    const WeftThriftType *made = loaded.find("Everything");
    ASSERT_NE(made, nullptr);
    void *left = loaded.make(made);
    void *right = loaded.make(&everything_type);
    g_autoptr(GError) error = nullptr;

    ASSERT_TRUE(
        weft_thrift_from_json(made, left, document, strlen(document), &loaded.arena, &error))
        << error->message;
    ASSERT_TRUE(weft_thrift_from_json(&everything_type, right, document, strlen(document),
                                      &loaded.arena, &error))
        << error->message;
    EXPECT_EQ(json_of(made, left), json_of(&everything_type, right));
    for (WeftThriftProtocol protocol : protocols) {
        const std::string bytes = bytes_of(&everything_type, right, protocol);
        void *back = loaded.make(made);

        EXPECT_TRUE(bytes_of(made, left, protocol) == bytes) << protocol;
        ASSERT_TRUE(weft_thrift_decode(made, protocol, back, bytes.data(), bytes.size(),
                                       &loaded.arena, &error))
            << error->message;
        EXPECT_TRUE(weft_thrift_equal(made, left, back)) << protocol;
    }
}

TEST(RunTimeTypes, AStructThatGrowsBeyondMeasureIsRefused)
{
    std::string idl = "struct S0 { 1: i64 a, 2: i64 b }\n";
    g_autoptr(WeftIdlTree) tree = weft_idl_tree_new();
    g_autoptr(GError) error = nullptr;

    for (int i = 1; i < 40; i++) {
        const std::string inner = "S" + std::to_string(i - 1);
        idl += "struct S" + std::to_string(i) + " { 1: " + inner + " a, 2: " + inner + " b }\n";
    }
    ASSERT_NE(weft_idl_tree_load_text(tree, "grows.thrift", idl.data(), idl.size()), nullptr);
    EXPECT_EQ(weft_run_time_types_new(tree, &error), nullptr);
    ASSERT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_LIMIT));
    EXPECT_STREQ(error->message, "grows.thrift:18:8: S17 is too large");
}
