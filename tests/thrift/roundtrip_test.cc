/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random values of every type in everything.thrift, through every protocol and back; the generated
 * codecs beside the one that follows tables.
 */

#include "everything.weft.h"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <weft/thrift.h>

namespace
{

constexpr unsigned kSeed = 20260301;
constexpr int kDepth = 5; /* what is deeper stays as init left it */

/** Fills values by the tables of their types. */
class Filler
{
  public:
    Filler(unsigned seed, WeftArena *arena) : random_(seed), arena_(arena)
    {
    }

    void fill(const WeftThriftType *type, void *value, int depth)
    {
        switch (static_cast<WeftThriftKind>(type->kind)) {
        case WEFT_THRIFT_BOOL:
            *static_cast<bool *>(value) = below(2) != 0;
            break;
        case WEFT_THRIFT_I8:
            put<int8_t>(value);
            break;
        case WEFT_THRIFT_I16:
            put<int16_t>(value);
            break;
        case WEFT_THRIFT_I32:
            fill_i32(type, value);
            break;
        case WEFT_THRIFT_I64:
            put<int64_t>(value);
            break;
        case WEFT_THRIFT_DOUBLE:
            fill_double(value);
            break;
        case WEFT_THRIFT_STRING:
            fill_string(type, value);
            break;
        case WEFT_THRIFT_UUID:
            for (uint8_t &byte : static_cast<WeftUuid *>(value)->bytes)
                byte = static_cast<uint8_t>(random_());
            break;
        case WEFT_THRIFT_STRUCT:
            fill_struct(type, value, depth);
            break;
        case WEFT_THRIFT_MAP:
        case WEFT_THRIFT_SET:
        case WEFT_THRIFT_LIST:
            fill_container(type, value, depth);
            break;
        case WEFT_THRIFT_STOP:
            FAIL();
        }
    }

  private:
    uint32_t below(uint32_t limit)
    {
        return static_cast<uint32_t>(random_() % limit);
    }

    /** Few bits or all of them: short and long forms on the wire. */
    template <class Number> void put(void *value)
    {
        const auto wide = static_cast<int64_t>(random_()) >> below(64);
        const auto number = static_cast<Number>(wide);
        memcpy(value, &number, sizeof number);
    }

    void fill_i32(const WeftThriftType *type, void *value)
    {
        if (type->flavour != WEFT_THRIFT_ENUM) {
            put<int32_t>(value);
            return;
        }
        const int32_t number = type->values[below(type->n_fields)].value;
        memcpy(value, &number, sizeof number);
    }

    void fill_double(void *value)
    {
        static const double some[] = {0, 1, -0.5, 1e300, 5e-324, 3.141592653589793, INFINITY, NAN};
        memcpy(value, &some[below(G_N_ELEMENTS(some))], sizeof(double));
    }

    void fill_string(const WeftThriftType *type, void *value)
    {
        static const char *const pieces[] = {"a",   "Zürich", "\"",  "\\", "\n",
                                             "\t/", "0",      "x y", "€"};
        std::string text;
        const uint32_t n_pieces = below(20) == 0 ? below(3000) : below(6);
        for (uint32_t i = 0; i < n_pieces; i++) {
            if (type->flavour == WEFT_THRIFT_BINARY)
                text += static_cast<char>(random_());
            else
                text += pieces[below(G_N_ELEMENTS(pieces))];
        }
        *static_cast<WeftString *>(value) = {weft_arena_strndup(arena_, text.data(), text.size()),
                                             static_cast<uint32_t>(text.size())};
    }

    void fill_member(const WeftThriftField *field, uint8_t *value, int depth)
    {
        void *member = value + field->offset;
        if (field->is_pointer) {
            member = weft_arena_alloc0(arena_, field->type->size);
            memcpy(value + field->offset, &member, sizeof member);
        }
        if (field->presence_offset != 0)
            value[field->presence_offset] = 1;
        fill(field->type, member, depth + 1);
    }

    void fill_struct(const WeftThriftType *type, void *value, int depth)
    {
        weft_thrift_init(type, value);
        if (type->flavour == WEFT_THRIFT_UNION) {
            const WeftThriftField *field = nullptr;
            do
                field = &type->fields[below(type->n_fields)];
            while (depth >= kDepth && (field->is_pointer || field->type->size > 16));
            const int32_t which = field->id;
            memcpy(value, &which, sizeof which);
            fill_member(field, static_cast<uint8_t *>(value), depth);
            return;
        }
        for (unsigned i = 0; i < type->n_fields; i++) {
            const WeftThriftField *field = &type->fields[i];
            const bool may_lack = field->requiredness == WEFT_THRIFT_OPTIONAL || field->is_pointer;
            if (may_lack && (depth >= kDepth || below(2) == 0)) {
                if (field->presence_offset != 0)
                    static_cast<uint8_t *>(value)[field->presence_offset] = 0;
                continue;
            }
            fill_member(field, static_cast<uint8_t *>(value), depth);
        }
    }

    void fill_container(const WeftThriftType *type, void *value, int depth)
    {
        WeftThriftContainer container = {nullptr, depth >= kDepth ? 0 : below(4)};
        /* Long ones have another head in the compact protocol. */
        if (depth < 3 && type->element->kind != WEFT_THRIFT_STRUCT && below(10) == 0)
            container.n_items = 15 + below(30);
        auto *items = static_cast<uint8_t *>(
            weft_arena_alloc0(arena_, static_cast<size_t>(container.n_items) * type->item_size));
        uint32_t n_items = 0;
        for (uint32_t i = 0; i < container.n_items; i++) {
            uint8_t *item = items + static_cast<size_t>(n_items) * type->item_size;
            const WeftThriftType *key = type->kind == WEFT_THRIFT_MAP ? type->key : type->element;
            fill(key, item, depth + 1);
            if (type->kind != WEFT_THRIFT_LIST && holds(key, items, n_items, type->item_size))
                continue;
            if (type->kind == WEFT_THRIFT_MAP)
                fill(type->element, item + type->value_offset, depth + 1);
            n_items++;
        }
        container.items = items;
        container.n_items = n_items;
        memcpy(value, &container, sizeof container);
    }

    /** Whether the item behind the first @n_items is one of them. */
    static bool holds(const WeftThriftType *key, const uint8_t *items, uint32_t n_items,
                      size_t size)
    {
        for (uint32_t i = 0; i < n_items; i++) {
            if (weft_thrift_equal(key, items + i * size, items + n_items * size))
                return true;
        }
        return false;
    }

    std::mt19937_64 random_;
    WeftArena *arena_;
};

/** The same type for who follows tables: structs in it keep their codecs. */
WeftThriftType
without_codecs(const WeftThriftType &type)
{
    WeftThriftType bare = type;
    bare.binary = {};
    bare.compact = {};
    return bare;
}

struct Value {
    explicit Value(const WeftThriftType *type) : data(static_cast<uint8_t *>(g_malloc0(type->size)))
    {
        weft_thrift_init(type, data);
    }
    ~Value()
    {
        g_free(data);
    }
    Value(const Value &) = delete;
    Value &operator=(const Value &) = delete;

    uint8_t *data;
};

const WeftThriftType *const kTypes[] = {
    &scalars_type,    &texts_type,     &optionals_type, &defaults_type,      &circle_type,
    &square_type,     &shape_type,     &lists_type,     &sets_type,          &maps_type,
    &tree_type,       &other_type,     &nothing_type,   &words_type,         &texts_list_type,
    &everything_type, &not_found_type, &refused_type,   &shared_origin_type,
};

class RoundTrip : public testing::TestWithParam<const WeftThriftType *>
{
  protected:
    static constexpr unsigned kRounds = 12;

    RoundTrip()
    {
        weft_arena_init(&arena, SIZE_MAX);
    }
    ~RoundTrip() override
    {
        weft_arena_clear(&arena);
    }

    void expect_same(const WeftThriftType *type, const void *left, const void *right)
    {
        if (weft_thrift_equal(type, left, right)) {
            EXPECT_EQ(weft_thrift_hash(type, left), weft_thrift_hash(type, right));
            return;
        }
        g_autofree char *before = weft_thrift_to_json(type, left, 2);
        g_autofree char *after = weft_thrift_to_json(type, right, 2);
        EXPECT_STREQ(before, after);
        ADD_FAILURE() << type->name << " came back as another value";
    }

    WeftArena arena;
};

TEST_P(RoundTrip, WhatIsEncodedComesBackByEachProtocol)
{
    const WeftThriftType *type = GetParam();
    Filler filler(kSeed, &arena);

    for (unsigned round = 0; round < kRounds; round++) {
        Value value(type);
        filler.fill(type, value.data, 0);
        for (const WeftThriftProtocol protocol :
             {WEFT_THRIFT_PROTOCOL_BINARY, WEFT_THRIFT_PROTOCOL_COMPACT,
              WEFT_THRIFT_PROTOCOL_JSON}) {
            g_autoptr(GError) error = nullptr;
            g_autoptr(GBytes) bytes = weft_thrift_encode(type, protocol, value.data, &error);
            ASSERT_NE(bytes, nullptr) << error->message;
            EXPECT_EQ(g_bytes_get_size(bytes), weft_thrift_size(type, protocol, value.data));
            Value back(type);
            ASSERT_TRUE(weft_thrift_decode(type, protocol, back.data,
                                           g_bytes_get_data(bytes, nullptr),
                                           g_bytes_get_size(bytes), &arena, &error))
                << type->name << " by protocol " << protocol << ": " << error->message;
            expect_same(type, value.data, back.data);
        }
    }
}

TEST_P(RoundTrip, TheGeneratedCodecWritesWhatTheTablesSay)
{
    const WeftThriftType *type = GetParam();
    const WeftThriftType bare = without_codecs(*type);
    Filler filler(kSeed + 1, &arena);

    for (unsigned round = 0; round < kRounds; round++) {
        Value value(type);
        filler.fill(type, value.data, 0);
        for (const WeftThriftProtocol protocol :
             {WEFT_THRIFT_PROTOCOL_BINARY, WEFT_THRIFT_PROTOCOL_COMPACT}) {
            g_autoptr(GError) error = nullptr;
            g_autoptr(GBytes) made = weft_thrift_encode(type, protocol, value.data, &error);
            g_autoptr(GBytes) walked = weft_thrift_encode(&bare, protocol, value.data, &error);
            ASSERT_EQ(error, nullptr) << error->message;
            EXPECT_TRUE(g_bytes_equal(made, walked)) << type->name << " by protocol " << protocol;
            Value back(type);
            ASSERT_TRUE(weft_thrift_decode(&bare, protocol, back.data,
                                           g_bytes_get_data(made, nullptr), g_bytes_get_size(made),
                                           &arena, &error))
                << error->message;
            expect_same(type, value.data, back.data);
        }
    }
}

TEST_P(RoundTrip, JsonForPeopleComesBack)
{
    const WeftThriftType *type = GetParam();
    Filler filler(kSeed + 2, &arena);

    for (unsigned round = 0; round < kRounds; round++) {
        Value value(type);
        filler.fill(type, value.data, 0);
        g_autofree char *json = weft_thrift_to_json(type, value.data, round % 2 * 2);
        g_autoptr(GError) error = nullptr;
        Value back(type);
        ASSERT_TRUE(weft_thrift_from_json(type, back.data, json, strlen(json), &arena, &error))
            << error->message << "\n"
            << json;
        expect_same(type, value.data, back.data);
    }
}

TEST_P(RoundTrip, ACopySharesNothing)
{
    const WeftThriftType *type = GetParam();
    Filler filler(kSeed + 3, &arena);
    Value value(type);
    Value copy(type);
    WeftArena other;

    weft_arena_init(&other, SIZE_MAX);
    filler.fill(type, value.data, 0);
    g_autofree char *before = weft_thrift_to_json(type, value.data, 0);
    weft_thrift_copy(type, value.data, &other, copy.data);
    expect_same(type, value.data, copy.data);
    weft_arena_clear(&arena);
    weft_arena_init(&arena, SIZE_MAX);
    g_autofree char *after = weft_thrift_to_json(type, copy.data, 0);
    EXPECT_STREQ(before, after);
    weft_arena_clear(&other);
}

/* Every beginning of a message is refused, and nothing is read behind it. */
TEST_P(RoundTrip, WhatIsCutShortIsRefused)
{
    const WeftThriftType *type = GetParam();
    Filler filler(kSeed + 4, &arena);
    Value value(type);

    filler.fill(type, value.data, 2);
    for (const WeftThriftProtocol protocol :
         {WEFT_THRIFT_PROTOCOL_BINARY, WEFT_THRIFT_PROTOCOL_COMPACT}) {
        g_autoptr(GBytes) bytes = weft_thrift_encode(type, protocol, value.data, nullptr);
        const size_t size = g_bytes_get_size(bytes);
        const size_t step = 1 + size / 200;
        for (size_t length = 0; length < size; length += step) {
            g_autofree void *piece = g_memdup2(g_bytes_get_data(bytes, nullptr), MAX(length, 1));
            g_autoptr(GError) error = nullptr;
            Value back(type);
            EXPECT_FALSE(
                weft_thrift_decode(type, protocol, back.data, piece, length, &arena, &error));
            EXPECT_NE(error, nullptr);
        }
    }
}

/* Bytes changed, put in and taken out: who follows tables is of the same opinion. */
TEST_P(RoundTrip, WhatIsDamagedIsTheSameToBoth)
{
    const WeftThriftType *type = GetParam();
    const WeftThriftType bare = without_codecs(*type);
    Filler filler(kSeed + 5, &arena);
    std::mt19937 random(kSeed + 6);
    unsigned n_read = 0;

    for (unsigned round = 0; round < 10 * kRounds; round++) {
        const WeftThriftProtocol protocol =
            round % 2 == 0 ? WEFT_THRIFT_PROTOCOL_BINARY : WEFT_THRIFT_PROTOCOL_COMPACT;
        Value value(type);
        filler.fill(type, value.data, 2);
        g_autoptr(GBytes) bytes = weft_thrift_encode(type, protocol, value.data, nullptr);
        std::string damaged(static_cast<const char *>(g_bytes_get_data(bytes, nullptr)),
                            g_bytes_get_size(bytes));
        for (unsigned i = 0; i <= random() % 3; i++) {
            const size_t place = random() % damaged.size();
            if (random() % 4 == 0)
                damaged.insert(place, 1, static_cast<char>(random() % 16));
            else if (random() % 4 == 0 && damaged.size() > 1)
                damaged.erase(place, 1);
            else
                damaged[place] = static_cast<char>(random() % 2 == 0 ? random() : random() % 16);
        }
        g_autoptr(GError) made_error = nullptr;
        g_autoptr(GError) walked_error = nullptr;
        Value made(type);
        Value walked(type);
        const gboolean is_made = weft_thrift_decode(type, protocol, made.data, damaged.data(),
                                                    damaged.size(), &arena, &made_error);
        const gboolean is_walked = weft_thrift_decode(&bare, protocol, walked.data, damaged.data(),
                                                      damaged.size(), &arena, &walked_error);
        ASSERT_EQ(is_made, is_walked) << (is_made ? walked_error->message : made_error->message);
        if (is_made) {
            n_read++;
            expect_same(type, made.data, walked.data);
        } else {
            EXPECT_STREQ(made_error->message, walked_error->message);
        }
    }
    EXPECT_GT(n_read, 0u);
}

INSTANTIATE_TEST_SUITE_P(Everything, RoundTrip, testing::ValuesIn(kTypes),
                         [](const testing::TestParamInfo<const WeftThriftType *> &type) {
                             return std::string(type.param->name);
                         });

} // namespace
