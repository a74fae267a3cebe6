/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What weftgen made of everything.thrift: values of its types, and its services, called by its
 * clients.
 */

#include "everything.weft.h"

#include "../in_fiber.h"

#include <cstring>
#include <memory>
#include <string>
#include <weft/service.h>

extern "C" {
#include "thrift/client.h"
}

using namespace weft_test;

namespace
{

std::string
str(WeftString string)
{
    return std::string(string.data, string.length);
}

/* ---- handlers ---- */

struct Served {
    int n_pings;
    std::string noted;
};

Served *
served(WeftCall *call)
{
    return static_cast<Served *>(weft_call_data(call));
}

gboolean
ping(WeftCall *call, GError **)
{
    served(call)->n_pings++;
    return TRUE;
}

gboolean
origin(WeftCall *, SharedTicket ticket, SharedOrigin *result, GError **error)
{
    const SharedBusy busy = {250};

    if (ticket < 0)
        return shared_busy_throw(&busy, error);
    result->place = WEFT_STRING("here");
    result->ticket = ticket;
    return TRUE;
}

gboolean
negate(WeftCall *, bool value, bool *result, GError **)
{
    *result = !value;
    return TRUE;
}

gboolean
add(WeftCall *, int32_t left, int32_t right, int32_t *result, GError **)
{
    *result = left + right;
    return TRUE;
}

gboolean
mix(WeftCall *, Color first, Color second, Color *result, GError **error)
{
    const Refused refused = {WEFT_STRING("one colour twice")};

    if (first == second)
        return refused_throw(&refused, error);
    *result = COLOR_GREEN;
    return TRUE;
}

gboolean
echo(WeftCall *, const Everything *everything, Everything *result, GError **)
{
    *result = *everything;
    return TRUE;
}

gboolean
echo_list(WeftCall *, TreeList trees, TreeList *result, GError **)
{
    *result = trees;
    return TRUE;
}

gboolean
count(WeftCall *call, WeftStringList words, StringI64Map *result, GError **)
{
    WeftArena *arena = weft_call_arena(call);

    result->items = static_cast<StringI64Pair *>(
        weft_arena_alloc(arena, words.n_items * sizeof *result->items));
    for (uint32_t i = 0; i < words.n_items; i++)
        result->items[i] = {words.items[i], words.items[i].length};
    result->n_items = words.n_items;
    return TRUE;
}

gboolean
find(WeftCall *, int64_t id, WeftString, int32_t, Texts *result, GError **error)
{
    const NotFound not_found = {id, WEFT_STRING("nothing")};

    if (id == 0)
        return not_found_throw(&not_found, error);
    result->text = WEFT_STRING("found");
    return TRUE;
}

gboolean
note(WeftCall *call, WeftString text, GError **)
{
    served(call)->noted = str(text);
    return TRUE;
}

gboolean
more(WeftCall *, int32_t *result, GError **)
{
    *result = 7;
    return TRUE;
}

ExtendedHandler
make_handler()
{
    ExtendedHandler handler = {};

    handler.base.base.ping = ping;
    handler.base.base.origin = origin;
    handler.base.negate = negate;
    handler.base.add = add;
    handler.base.mix = mix;
    handler.base.echo = echo;
    handler.base.echo_list = echo_list;
    handler.base.count = count;
    handler.base.find = find;
    handler.base.note = note;
    handler.more = more;
    return handler;
}

/* ---- a client, and a server behind it in memory ---- */

class House
{
  public:
    explicit House(const char *url)
        : service(extended_service_new(&handler, &data, nullptr)), group(weft_group_new())
    {
        g_autoptr(GError) error = nullptr;

        extended = reinterpret_cast<ExtendedClient *>(
            weft_thrift_client_new_with(url, connect, this, &error));
        EXPECT_NE(extended, nullptr) << error->message;
        calls = extended_client_base(extended);
        base = calls_client_base(calls);
        weft_arena_init(&arena, SIZE_MAX);
    }
    ~House()
    {
        weft_arena_clear(&arena);
        extended_client_free(extended);
        weft_group_free(group);
        weft_service_free(service);
    }
    House(const House &) = delete;
    House &operator=(const House &) = delete;

    const ExtendedHandler handler = make_handler();
    Served data = {};
    WeftService *service;
    WeftGroup *group;
    ExtendedClient *extended;
    CallsClient *calls;
    SharedBaseClient *base;
    WeftArena arena;

  private:
    static WeftStream *connect(const WeftThriftUrlHost *, gpointer data, GError **)
    {
        auto *house = static_cast<House *>(data);
        WeftStream *ours;
        WeftStream *theirs;

        weft_stream_pair(1 << 20, &ours, &theirs);
        spawn(house->group, [house, theirs] {
            WeftDeadlineScope callers = {WEFT_DEADLINE_NEVER};

            weft_deadline_scope_end(&callers);
            gboolean is_served G_GNUC_UNUSED =
                weft_service_serve_stream(house->service, theirs, nullptr);
        });
        return ours;
    }
};

class Generated : public FakeClock
{
};

void
for_each_protocol(const std::function<void(House &)> &test)
{
    for (const char *url : {"thrift://a:1", "thrift://a:1?protocol=compact&transport=buffered",
                            "thrift://a:1?protocol=json", "thrift://a:1?transport=header"}) {
        SCOPED_TRACE(url);
        in_fiber([&] {
            House house(url);
            test(house);
        });
    }
}

} // namespace

TEST_F(Generated, CallsReachTheHandlersOfAServiceAndItsBases)
{
    for_each_protocol([](House &house) {
        g_autoptr(GError) error = nullptr;
        SharedOrigin place;
        int32_t number = 0;
        bool truth = true;

        EXPECT_TRUE(shared_base_ping(house.base, &error));
        EXPECT_EQ(house.data.n_pings, 1);
        ASSERT_TRUE(shared_base_origin(house.base, &house.arena, 12, &place, &error));
        EXPECT_EQ(str(place.place), "here");
        EXPECT_EQ(place.ticket, 12);
        ASSERT_TRUE(calls_negate(house.calls, true, &truth, &error));
        EXPECT_FALSE(truth);
        ASSERT_TRUE(calls_add(house.calls, 40, 2, &number, &error));
        EXPECT_EQ(number, 42);
        ASSERT_TRUE(extended_more(house.extended, &number, &error));
        EXPECT_EQ(number, 7);
    });
}

TEST_F(Generated, DeclaredExceptionsAreThrownAndCaught)
{
    for_each_protocol([](House &house) {
        g_autoptr(GError) error = nullptr;
        SharedOrigin place;
        Color color = COLOR_RED;
        Texts texts;

        EXPECT_FALSE(shared_base_origin(house.base, &house.arena, -1, &place, &error));
        ASSERT_NE(shared_busy_caught(error), nullptr);
        EXPECT_EQ(shared_busy_caught(error)->wait_ms, 250);
        EXPECT_EQ(refused_caught(error), nullptr);
        g_clear_error(&error);

        EXPECT_FALSE(calls_mix(house.calls, COLOR_BLUE, COLOR_BLUE, &color, &error));
        ASSERT_NE(refused_caught(error), nullptr);
        EXPECT_EQ(str(refused_caught(error)->reason), "one colour twice");
        EXPECT_EQ(color, COLOR_RED);
        g_clear_error(&error);

        EXPECT_FALSE(calls_find(house.calls, &house.arena, 0, WEFT_STRING("x"), 1, &texts, &error));
        ASSERT_NE(not_found_caught(error), nullptr);
        g_clear_error(&error);
        EXPECT_TRUE(calls_find(house.calls, &house.arena, 1, WEFT_STRING("x"), 1, &texts, &error));
        EXPECT_EQ(str(texts.text), "found");
    });
}

TEST_F(Generated, WhatNothingHandlesIsRefused)
{
    for_each_protocol([](House &house) {
        g_autoptr(GError) error = nullptr;
        double half = 0;

        EXPECT_FALSE(calls_half(house.calls, 1, &half, &error));
        EXPECT_TRUE(g_error_matches(error, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_UNKNOWN_METHOD))
            << error->message;
    });
}

TEST_F(Generated, StructsContainersAndOnewayCallsTravel)
{
    for_each_protocol([](House &house) {
        g_autoptr(GError) error = nullptr;
        auto everything = std::make_unique<Everything>();
        auto back = std::make_unique<Everything>();
        WeftString words[] = {WEFT_STRING("one"), WEFT_STRING("three")};
        Tree trees[] = {{}, {}};
        StringI64Map counted;
        TreeList list;

        everything_init(everything.get());
        everything->optionals.shape.which = SHAPE_NUMBER;
        everything->optionals.shape.number = 5;
        everything->optionals.has.shape = true;
        ASSERT_TRUE(calls_echo(house.calls, &house.arena, everything.get(), back.get(), &error))
            << error->message;
        EXPECT_TRUE(everything_equal(everything.get(), back.get()));

        ASSERT_TRUE(calls_count(house.calls, &house.arena, {words, 2}, &counted, &error));
        ASSERT_NE(string_i64_map_find(counted, WEFT_STRING("three")), nullptr);
        EXPECT_EQ(*string_i64_map_find(counted, WEFT_STRING("three")), 5);
        EXPECT_EQ(string_i64_map_find(counted, WEFT_STRING("two")), nullptr);

        trees[1].label = WEFT_STRING("leaf");
        trees[0].right = &trees[1];
        ASSERT_TRUE(calls_echo_list(house.calls, &house.arena, {trees, 1}, &list, &error));
        ASSERT_EQ(list.n_items, 1u);
        EXPECT_TRUE(tree_equal(&list.items[0], &trees[0]));

        EXPECT_TRUE(calls_note(house.calls, WEFT_STRING("by the way"), &error));
        EXPECT_TRUE(shared_base_ping(house.base, &error));
        EXPECT_EQ(house.data.noted, "by the way");
    });
}

TEST_F(Generated, AMissingStructArgumentIsThereWithItsDefaults)
{
    in_fiber([] {
        House house("thrift://a:1");
        g_autoptr(GError) error = nullptr;
        const WeftThriftMethod *method =
            weft_thrift_interface_find(&calls_interface, "echo", strlen("echo"));
        g_autofree void *arguments = g_malloc0(method->arguments->size);
        g_autofree void *result = g_malloc0(method->result->size);

        /* All zeros: no pointer, so the field is not written. */
        weft_thrift_init(method->result, result);
        ASSERT_TRUE(weft_thrift_client_call(reinterpret_cast<WeftThriftClient *>(house.calls),
                                            method, arguments, &house.arena, result, &error))
            << error->message;
        const auto *back = reinterpret_cast<const Everything *>(static_cast<uint8_t *>(result) +
                                                                method->result->fields[0].offset);
        EXPECT_EQ(back->defaults.maybe, 42);
    });
}

TEST_F(Generated, TheTablesOfMethodsSayWhatAnnotationsDo)
{
    const WeftThriftMethod *add_method =
        weft_thrift_interface_find(&extended_interface, "add", strlen("add"));
    ASSERT_NE(add_method, nullptr);
    EXPECT_TRUE(add_method->is_idempotent);
    EXPECT_EQ(add_method->timeout_ms, 500);
    EXPECT_EQ(weft_thrift_interface_find(&calls_interface, "note", 4)->result, nullptr);
    EXPECT_NE(weft_thrift_interface_find(&extended_interface, "ping", 4), nullptr);
    EXPECT_EQ(weft_thrift_interface_find(&empty_interface, "ping", 4), nullptr);
    for (uint32_t i = 1; i < calls_interface.n_methods; i++)
        EXPECT_LT(strcmp(calls_interface.methods[i - 1].name, calls_interface.methods[i].name), 0);
}

TEST(GeneratedValues, BeginWithTheirDefaults)
{
    Defaults defaults;

    defaults_init(&defaults);
    EXPECT_TRUE(defaults.yes);
    EXPECT_EQ(defaults.tiny, -128);
    EXPECT_EQ(defaults.medium, INT32_MIN);
    EXPECT_EQ(defaults.large, INT64_MIN);
    EXPECT_EQ(defaults.real, 3.14159265358979323846);
    EXPECT_EQ(defaults.id.bytes[1], 0x11);
    EXPECT_EQ(defaults.color, COLOR_GREEN);
    EXPECT_EQ(str(defaults.text), "tab\t\"quote\" \\ ?\?/ \xc3\xa9");
    ASSERT_EQ(defaults.numbers.n_items, 3u);
    EXPECT_EQ(defaults.numbers.items[2], 3);
    EXPECT_TRUE(string_set_contains(defaults.words, WEFT_STRING("b")));
    EXPECT_FALSE(string_set_contains(defaults.words, WEFT_STRING("c")));
    EXPECT_EQ(*string_i64_map_find(defaults.counters, WEFT_STRING("two")), 2);
    EXPECT_EQ(str(defaults.many_texts.items[1].bytes), "b");
    EXPECT_EQ(color_double_list_map_find(defaults.by_color, COLOR_RED)->items[1], 1e300);
    EXPECT_EQ(defaults.maybe, 42);
    EXPECT_FALSE(defaults.has.maybe);
    EXPECT_EQ(defaults.origin.ticket, 7);
    EXPECT_EQ(defaults.plain_origin.ticket, 7);
    EXPECT_EQ(defaults.shape.which, SHAPE_CIRCLE);
    EXPECT_EQ(defaults.shape.circle.radius, 2);
    EXPECT_EQ(defaults.mood, SHARED_MOOD_SAD);
    EXPECT_EQ(defaults.of_constant, 1000);
    EXPECT_EQ(str(defaults.nested.items[2].items[1]), "c");
}

TEST(GeneratedValues, ConstantsAreThere)
{
    EXPECT_EQ(TINY, -5);
    EXPECT_EQ(LARGEST, SHARED_LARGEST_ORIGIN);
    EXPECT_EQ(HUGE_NUMBER, INT64_MAX);
    EXPECT_EQ(PI, 3.14159265358979323846);
    EXPECT_EQ(FAVOURITE, COLOR_BLUE);
    EXPECT_EQ(str(GREETING), "hello");
    EXPECT_EQ(NIL.bytes[15], 1);
    EXPECT_EQ(str(DAYS.items[1]), "Tuesday");
    EXPECT_TRUE(i32_set_contains(PRIMES, 5));
    EXPECT_EQ(string_i32_list_map_find(TABLE, WEFT_STRING("even"))->n_items, 2u);
    EXPECT_EQ(str(TEXTS.bytes), "b");
    EXPECT_EQ(UNIT_CIRCLE.circle.radius, 1);
    EXPECT_EQ(str(i32_texts_map_find(NUMBERED, 2)->text), "two");
}

TEST(GeneratedValues, EnumsHaveNames)
{
    Color color = COLOR_RED;

    EXPECT_STREQ(color_name(COLOR_BLUE), "BLUE");
    EXPECT_EQ(color_name(static_cast<Color>(77)), nullptr);
    EXPECT_TRUE(color_from_name("GREEN", &color));
    EXPECT_EQ(color, COLOR_GREEN);
    EXPECT_FALSE(color_from_name("green", &color));
    EXPECT_EQ(color, COLOR_GREEN);
}

TEST(GeneratedValues, WrappersHaveTheRightType)
{
    g_auto(WeftArena) arena;
    g_autoptr(GError) error = nullptr;
    Texts texts;
    Texts back;

    weft_arena_init(&arena, SIZE_MAX);
    texts_init(&texts);
    texts.text = WEFT_STRING("a \"b\"");
    g_autofree char *json = texts_to_json(&texts, 0);
    ASSERT_TRUE(texts_from_json(&back, json, strlen(json), &arena, &error)) << error->message;
    EXPECT_TRUE(texts_equal(&texts, &back));
    EXPECT_EQ(texts_hash(&texts), texts_hash(&back));
    g_autoptr(GBytes) bytes = texts_encode(&texts, WEFT_THRIFT_PROTOCOL_COMPACT, &error);
    ASSERT_EQ(g_bytes_get_size(bytes), texts_size(&texts, WEFT_THRIFT_PROTOCOL_COMPACT));
    ASSERT_TRUE(texts_decode(&back, WEFT_THRIFT_PROTOCOL_COMPACT, g_bytes_get_data(bytes, nullptr),
                             g_bytes_get_size(bytes), &arena, &error));
    EXPECT_TRUE(texts_equal(&texts, &back));
    g_autofree char *text = texts_to_string(&back);
    EXPECT_NE(strstr(text, "Texts"), nullptr);
    texts_copy(&texts, &arena, &back);
    EXPECT_NE(back.text.data, texts.text.data);
}

TEST(GeneratedValues, AUnionHasExactlyOneField)
{
    g_auto(WeftArena) arena;
    g_autoptr(GError) error = nullptr;
    Shape shape;
    /* i64 number (4) and bool yes (5). */
    static const uint8_t two[] = {10, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 5, 1, 0};
    static const uint8_t none[] = {0};

    weft_arena_init(&arena, SIZE_MAX);
    EXPECT_FALSE(
        shape_decode(&shape, WEFT_THRIFT_PROTOCOL_BINARY, two, sizeof two, &arena, &error));
    g_clear_error(&error);
    EXPECT_FALSE(
        shape_decode(&shape, WEFT_THRIFT_PROTOCOL_BINARY, none, sizeof none, &arena, &error));
    g_clear_error(&error);
    shape_init(&shape);
    EXPECT_EQ(shape_encode(&shape, WEFT_THRIFT_PROTOCOL_BINARY, &error), nullptr);
    EXPECT_NE(error, nullptr);
}

TEST(GeneratedValues, WhatIsAbsentIsNotLookedAt)
{
    g_autoptr(GError) error = nullptr;
    Square square;

    square_init(&square);
    square.note = {nullptr, UINT32_MAX};
    for (const WeftThriftProtocol protocol :
         {WEFT_THRIFT_PROTOCOL_BINARY, WEFT_THRIFT_PROTOCOL_COMPACT, WEFT_THRIFT_PROTOCOL_JSON}) {
        g_autoptr(GBytes) bytes = square_encode(&square, protocol, &error);
        ASSERT_NE(bytes, nullptr) << error->message;
        EXPECT_EQ(g_bytes_get_size(bytes), square_size(&square, protocol));
    }
}
