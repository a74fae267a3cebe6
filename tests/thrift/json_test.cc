/* SPDX-License-Identifier: Apache-2.0 */
#include <weft/thrift_codec.h>

#include <cmath>
#include <gtest/gtest.h>
#include <string>
#include <vector>
#include <weft/thrift_error.h>

#include "kinds.h"

namespace
{

struct Json : testing::Test {
    Json()
    {
        weft_arena_init(&arena, SIZE_MAX);
        weft_thrift_init(&kinds_type, &kinds);
        weft_thrift_init(&kinds_choice_type, &choice);
    }
    ~Json() override
    {
        weft_arena_clear(&arena);
    }

    std::string wire(const WeftThriftType *type, const void *value)
    {
        g_autoptr(GBytes) bytes =
            weft_thrift_encode(type, WEFT_THRIFT_PROTOCOL_JSON, value, nullptr);
        size_t size = 0;
        const auto *data = static_cast<const char *>(g_bytes_get_data(bytes, &size));
        return std::string(data, size);
    }

    std::string read_wire(const WeftThriftType *type, void *value, const std::string &text)
    {
        g_autoptr(GError) error = nullptr;
        std::vector<char> exact(text.begin(), text.end());
        exact.shrink_to_fit();
        weft_thrift_init(type, value);
        if (weft_thrift_decode(type, WEFT_THRIFT_PROTOCOL_JSON, value, exact.data(), exact.size(),
                               &arena, &error))
            return "";
        return error->message;
    }

    std::string to_json(const WeftThriftType *type, const void *value, unsigned indent = 0)
    {
        g_autofree char *text = weft_thrift_to_json(type, value, indent);
        return text;
    }

    std::string from_json(const WeftThriftType *type, void *value, const std::string &text)
    {
        g_autoptr(GError) error = nullptr;
        std::vector<char> exact(text.begin(), text.end());
        exact.shrink_to_fit();
        weft_thrift_init(type, value);
        if (weft_thrift_from_json(type, value, exact.data(), exact.size(), &arena, &error))
            return "";
        EXPECT_EQ(error->domain, WEFT_ERROR);
        return error->message;
    }

    WeftArena arena;
    Kinds kinds;
    KindsChoice choice;
};

/* ---- Apache's protocol ---- */

TEST_F(Json, WireTextIsThatOfApache)
{
    KindsStringPair counters[] = {{WEFT_STRING("a"), 1}, {WEFT_STRING("b"), -2}};
    bool truths[] = {true, false};
    KindsNumberPair flags[] = {{5, {truths, 2}}};
    KindsDoublePair weights[] = {{0.5, true}, {INFINITY, false}};
    WeftString words[] = {WEFT_STRING("x")};
    KindsChoice choices[] = {{1, {9}}};

    kinds.truth = true;
    kinds.tiny = -1;
    kinds.real = 0.1;
    kinds.text = WEFT_STRING("q\"b\\n\n\x01\xc3\xbc/");
    kinds.bytes = WEFT_STRING("\x01\x02\x03\x04");
    kinds.uuid = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255}};
    kinds.words = {words, 1};
    kinds.counters = {counters, 2};
    kinds.flags = {flags, 1};
    kinds.weights = {weights, 2};
    kinds.choices = {choices, 1};
    EXPECT_EQ(wire(&kinds_type, &kinds),
              R"({"1":{"tf":1},"2":{"i8":-1},"3":{"i16":0},"4":{"i32":12},"5":{"i64":0},)"
              R"("6":{"dbl":0.1},"7":{"str":"q\"b\\n\n\u0001)"
              "\xc3\xbc"
              R"(/"},"8":{"str":"AQIDBA"},)"
              R"("9":{"uid":"00010203-0405-0607-0809-0a0b0c0d0eff"},"10":{"i32":2},)"
              R"("11":{"lst":["i64",0]},"12":{"set":["str",1,"x"]},)"
              R"("13":{"map":["str","i64",2,{"a":1,"b":-2}]},)"
              R"("14":{"map":["i32","lst",1,{"5":["tf",2,1,0]}]},)"
              R"("15":{"map":["dbl","tf",2,{"0.5":1,"Infinity":0}]},)"
              R"("16":{"map":["lst","str",0,{}]},"17":{"lst":["rec",1,{"1":{"i64":9}}]},)"
              R"("-1":{"lst":["tf",0]}})");
}

TEST_F(Json, WireStringsMayHaveAnyEscape)
{
    EXPECT_EQ(read_wire(&kinds_choice_type, &choice,
                        R"({"2":{"str":"\u0041\u00fc\u20ac\ud83d\ude00\/\b\f\n\r\t\"\\"}})"),
              "");
    EXPECT_STREQ(choice.text.data, "A\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80/\b\f\n\r\t\"\\");
    for (const char *bad : {R"(\u12)", R"(\u12g4)", R"(\x41)", R"(\ud83d)", R"(\ud83dx)",
                            R"(\ude00)", R"(\ud83d\u0041)"})
        EXPECT_NE(
            read_wire(&kinds_choice_type, &choice, std::string(R"({"2":{"str":")") + bad + "\"}}"),
            "")
            << bad;
}

TEST_F(Json, WireDoublesMayBeNoNumbers)
{
    const WeftThriftField field = {"real", &weft_thrift_double, 1, 0, false, 0, 0};
    const WeftThriftType type = kinds_struct_type("Real", &field, 1, sizeof(double));
    double value = 0;

    EXPECT_EQ(read_wire(&type, &value, R"({"1":{"dbl":"NaN"}})"), "");
    EXPECT_TRUE(std::isnan(value));
    EXPECT_EQ(wire(&type, &value), R"({"1":{"dbl":"NaN"}})");
    EXPECT_EQ(read_wire(&type, &value, R"({"1":{"dbl":"-Infinity"}})"), "");
    EXPECT_EQ(value, -INFINITY);
    EXPECT_EQ(wire(&type, &value), R"({"1":{"dbl":"-Infinity"}})");
    EXPECT_EQ(read_wire(&type, &value, R"( { "1" : { "dbl" : -1.5e3 } })"), "");
    EXPECT_EQ(value, -1500);
    EXPECT_NE(read_wire(&type, &value, R"({"1":{"dbl":1e999}})"), "");
    EXPECT_NE(read_wire(&type, &value, R"({"1":{"dbl":1e5e5}})"), "");
    EXPECT_NE(read_wire(&type, &value, R"({"1":{"dbl":)" + std::string(200, '1') + "}}"), "");
}

TEST_F(Json, WireBase64MayHavePadding)
{
    const WeftThriftField field = {"bytes", &weft_thrift_binary, 1, 0, false, 0, 0};
    const WeftThriftType type = kinds_struct_type("Bytes", &field, 1, sizeof(WeftString));
    WeftString value = {};

    for (const char *text : {"YWI=", "YWI"}) {
        EXPECT_EQ(read_wire(&type, &value, std::string(R"({"1":{"str":")") + text + "\"}}"), "");
        EXPECT_STREQ(value.data, "ab");
    }
    EXPECT_EQ(read_wire(&type, &value, R"({"1":{"str":""}})"), "");
    EXPECT_EQ(value.length, 0U);
    for (const char *bad : {"Y", "YW!I", "YWI=YWI="})
        EXPECT_NE(read_wire(&type, &value, std::string(R"({"1":{"str":")") + bad + "\"}}"), "")
            << bad;
}

TEST_F(Json, WireRefusesWhatIsWrong)
{
    for (const char *bad :
         {"", "[]", "{", "{}}", R"({"1")", R"({"x":{"i64":1}})", R"({"1":{"i65":1}})",
          R"({"1":{"i64":1.5}})", R"({"1":{"i64":9223372036854775808}})", R"({"1":{"i64":1})",
          R"({"99999":{"i64":1}})", R"({"3":{"lst":["i32",-1]}})", R"({"3":{"lst":["i32",2,1]}})",
          R"({"3":{"lst":["i32",2147483647]}})", R"({"3":{"lst":["str",1,"x"]}})",
          R"({"3":{"lst":["i32",1,4294967296]}})", R"({"1":{"i64":1},})"})
        EXPECT_NE(read_wire(&kinds_choice_type, &choice, bad), "") << bad;
    EXPECT_EQ(read_wire(&kinds_choice_type, &choice, R"({"1":{"i64":-9223372036854775808}})"), "");
    EXPECT_EQ(choice.number, INT64_MIN);
}

TEST_F(Json, WireNestingIsLimitedWhereItIsPassedOver)
{
    std::string text = R"({"9":{"lst":)";
    for (unsigned i = 0; i < 100000; i++)
        text += "[";

    EXPECT_EQ(read_wire(&kinds_choice_type, &choice, text),
              "Choice, field 9: nested deeper than the limit, at byte 75");
    EXPECT_EQ(
        read_wire(&kinds_choice_type, &choice,
                  R"({"9":{"map":["lst","rec",1,{["i32",0]:{"1":{"tf":1}}}]},"1":{"i64":3}})"),
        "");
    EXPECT_EQ(choice.number, 3);
}

/* ---- for people ---- */

TEST_F(Json, PeopleReadNamesAndNumbers)
{
    KindsStringPair counters[] = {{WEFT_STRING("a"), 1}};
    bool truths[] = {true, false};
    KindsNumberPair flags[] = {{-5, {truths, 2}}};
    KindsDoublePair weights[] = {{0.5, true}, {NAN, false}};
    int32_t numbers[] = {1, 2};
    KindsListPair names[] = {{{numbers, 2}, WEFT_STRING("x")}};
    KindsChoice choices[] = {{1, {9}}, {}};

    choices[1].which = 2;
    choices[1].text = WEFT_STRING("bad \xff utf");
    kinds.bytes = WEFT_STRING("ab");
    kinds.counters = {counters, 1};
    kinds.flags = {flags, 1};
    kinds.weights = {weights, 2};
    kinds.names = {names, 1};
    kinds.choices = {choices, 2};
    EXPECT_EQ(to_json(&kinds_type, &kinds),
              R"({"truth":false,"tiny":0,"small":0,"medium":12,"large":0,"real":0,"text":"",)"
              R"("bytes":"YWI=","uuid":"00000000-0000-0000-0000-000000000000","color":"GREEN",)"
              R"("numbers":[],"words":[],"counters":{"a":1},"flags":{"-5":[true,false]},)"
              R"("weights":{"0.5":true,"NaN":false},"names":[[[1,2],"x"]],)"
              R"("choices":[{"number":9},{"text":"bad )"
              "\xef\xbf\xbd"
              R"( utf"}],"truths":[]})");
}

TEST_F(Json, PeopleMayHaveLines)
{
    int32_t numbers[] = {1, 2};
    choice.which = 3;
    choice.list = {numbers, 2};

    EXPECT_EQ(to_json(&kinds_choice_type, &choice, 2), "{\n  \"list\": [\n    1,\n    2\n  ]\n}");
    choice.list.n_items = 0;
    EXPECT_EQ(to_json(&kinds_choice_type, &choice, 4), "{\n    \"list\": []\n}");
}

TEST_F(Json, WhatPeopleReadIsReadAgain)
{
    for (uint32_t seed = 0; seed < 200; seed++) {
        Kinds again;
        kinds_fill(&kinds, &arena, seed);
        const std::string text = to_json(&kinds_type, &kinds, seed % 3);
        ASSERT_EQ(from_json(&kinds_type, &again, text), "") << text;
        ASSERT_TRUE(weft_thrift_equal(&kinds_type, &kinds, &again)) << text;
        weft_arena_reset(&arena);
    }
}

TEST_F(Json, NullIsAsIfAFieldWereNotThere)
{
    EXPECT_EQ(from_json(&kinds_type, &kinds, R"({"large":1,"medium":null,"maybe":null})"), "");
    EXPECT_EQ(kinds.medium, 12);
    EXPECT_FALSE(kinds.has.maybe);
}

TEST_F(Json, EnumsMayBeNamesOrNumbers)
{
    EXPECT_EQ(from_json(&kinds_type, &kinds, R"({"large":1,"color":"BLUE"})"), "");
    EXPECT_EQ(kinds.color, -7);
    EXPECT_EQ(from_json(&kinds_type, &kinds, R"({"large":1,"color":44})"), "");
    EXPECT_EQ(kinds.color, 44);
    EXPECT_EQ(from_json(&kinds_type, &kinds, R"({"large":1,"color":"PINK"})"),
              R"(color: "PINK" is no Color, at byte 19)");
}

TEST_F(Json, MistakesAreToldWithPathAndPlace)
{
    const struct {
        const char *text;
        const char *message;
    } mistakes[] = {
        {"", "nothing is no Kinds, at byte 0"},
        {"[]", "an array is no Kinds, at byte 0"},
        {R"({"large":"x"})", R"(large: "x" is no i64, at byte 9)"},
        {R"({"large":1.5})", "large: 1.5 is no i64, at byte 9"},
        {R"({"tiny":200})", "tiny: 200 is no i8, at byte 8"},
        {R"({"truth":1})", "truth: 1 is no bool, at byte 9"},
        {R"({"text":5})", "text: 5 is no string, at byte 8"},
        {R"({"uuid":"5"})", R"(uuid: "5" is no uuid, at byte 8)"},
        {R"({"bytes":"?"})", "bytes: no base64, at byte 9"},
        {R"({"real":"x"})", R"(real: "x" is no double, at byte 8)"},
        {R"({"counters":{"a":1,"b":"x"}})", R"(counters.b: "x" is no i64, at byte 23)"},
        {R"({"flags":{"x":[]}})", "flags.x: x is no i32, at byte 11"},
        {R"({"numbers":[1,{}]})", "numbers[1]: an object is no i64, at byte 14"},
        {R"({"choices":[{}]})", "choices[0]: a union has exactly one of its fields, at byte 14"},
        {R"({"nmae":1})", R"(there is no field "nmae", at byte 8)"},
        {R"({"tiny":1,"tiny":1})", R"(twice the field "tiny", at byte 17)"},
        {R"({"next":{"tiny":1}})", R"(next: there must be a field "large", at byte 18)"},
        {R"({"large":1} x)", "text behind the value, at byte 12"},
        {R"({"large":1)", "large: 1 is no i64, at byte 9"},
        {R"({"large" 1})", "no ':' where it is due: cannot be, at byte 9"},
    };

    for (const auto &mistake : mistakes)
        EXPECT_EQ(from_json(&kinds_type, &kinds, mistake.text), mistake.message) << mistake.text;
}

TEST_F(Json, NestingIsLimited)
{
    std::string text;
    for (unsigned i = 0; i < 100000; i++)
        text += R"({"next":)";

    const std::string message = from_json(&kinds_type, &kinds, text);
    EXPECT_NE(message.find("nested deeper than the limit, at byte 512"), std::string::npos)
        << message;
}

} // namespace
