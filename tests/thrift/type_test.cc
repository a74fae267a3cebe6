/* SPDX-License-Identifier: Apache-2.0 */
#include <weft/thrift_type.h>

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <vector>

#include "kinds.h"

namespace
{

struct Type : testing::Test {
    Type()
    {
        weft_arena_init(&arena, SIZE_MAX);
        weft_thrift_init(&kinds_type, &kinds);
        weft_thrift_init(&kinds_type, &other);
    }
    ~Type() override
    {
        weft_arena_clear(&arena);
    }

    bool equal() const
    {
        const bool answer = weft_thrift_equal(&kinds_type, &kinds, &other);
        EXPECT_EQ(answer, weft_thrift_equal(&kinds_type, &other, &kinds));
        if (!answer)
            return false;
        EXPECT_EQ(weft_thrift_hash(&kinds_type, &kinds), weft_thrift_hash(&kinds_type, &other));
        return true;
    }

    WeftArena arena;
    Kinds kinds;
    Kinds other;
};

TEST_F(Type, StringsAreBytesWithALength)
{
    EXPECT_TRUE(weft_string_equal(WEFT_STRING("a\0b"), WeftString{"a\0b", 3}));
    EXPECT_FALSE(weft_string_equal(WEFT_STRING("a\0b"), WEFT_STRING("a\0c")));
    EXPECT_TRUE(weft_string_equal(weft_string(nullptr), weft_string("")));
    const WeftString text = weft_string_printf(&arena, "%d-%s", 4, "x");
    EXPECT_STREQ(text.data, "4-x");
    EXPECT_EQ(text.length, 3U);
}

TEST_F(Type, InitSetsDefaults)
{
    EXPECT_EQ(kinds.medium, 12);
    EXPECT_EQ(kinds.color, 2);
    EXPECT_EQ(kinds.large, 0);
}

TEST_F(Type, ACopySharesNothing)
{
    g_autoptr(WeftArena) source = weft_arena_new();

    for (uint32_t seed = 0; seed < 50; seed++) {
        kinds_fill(&kinds, source, seed);
        weft_thrift_copy(&kinds_type, &kinds, &arena, &other);
        ASSERT_TRUE(equal());
        const uint64_t hash = weft_thrift_hash(&kinds_type, &other);
        weft_arena_clear(source);
        ASSERT_EQ(weft_thrift_hash(&kinds_type, &other), hash);
    }
}

TEST_F(Type, CopiedStringsHaveANul)
{
    kinds.text = WeftString{"abcdef", 3};
    weft_thrift_copy(&kinds_type, &kinds, &arena, &other);
    EXPECT_STREQ(other.text.data, "abc");
}

TEST_F(Type, EqualityIgnoresTheOrderOfSetsAndMaps)
{
    WeftString words[] = {WEFT_STRING("a"), WEFT_STRING("b"), WEFT_STRING("a")};
    WeftString turned[] = {WEFT_STRING("b"), WEFT_STRING("a"), WEFT_STRING("a")};
    WeftString twice[] = {WEFT_STRING("b"), WEFT_STRING("b"), WEFT_STRING("a")};
    KindsStringPair counters[] = {{WEFT_STRING("a"), 1}, {WEFT_STRING("b"), 2}};
    KindsStringPair swapped[] = {{WEFT_STRING("b"), 2}, {WEFT_STRING("a"), 1}};
    KindsStringPair crossed[] = {{WEFT_STRING("b"), 1}, {WEFT_STRING("a"), 2}};
    int64_t numbers[] = {1, 2};
    int64_t backwards[] = {2, 1};

    kinds.words = {words, 3};
    other.words = {turned, 3};
    EXPECT_TRUE(equal());
    other.words = {twice, 3};
    EXPECT_FALSE(equal());
    other.words = kinds.words;
    kinds.counters = {counters, 2};
    other.counters = {swapped, 2};
    EXPECT_TRUE(equal());
    other.counters = {crossed, 2};
    EXPECT_FALSE(equal());
    other.counters = kinds.counters;
    kinds.numbers = {numbers, 2};
    other.numbers = {backwards, 2};
    EXPECT_FALSE(equal());
}

TEST_F(Type, ManyEqualItemsAreComparedQuickly)
{
    std::vector<WeftString> words(20000, WEFT_STRING("same"));
    std::vector<WeftString> others = words;

    words.front() = WEFT_STRING("one");
    others.back() = WEFT_STRING("one");
    kinds.words = {words.data(), 20000};
    other.words = {others.data(), 20000};
    EXPECT_TRUE(equal());
}

TEST_F(Type, DoublesAreComparedByValue)
{
    kinds.real = NAN;
    other.real = -NAN;
    EXPECT_TRUE(equal());
    kinds.real = 0.0;
    other.real = -0.0;
    EXPECT_TRUE(equal());
    other.real = 1e-300;
    EXPECT_FALSE(equal());
}

TEST_F(Type, PresenceIsPartOfTheValue)
{
    other.has.maybe = true;
    EXPECT_FALSE(equal());
    kinds.maybe = 5; /* not there: of no matter */
    other.has.maybe = false;
    EXPECT_TRUE(equal());
    kinds.next = &other;
    EXPECT_FALSE(equal());
}

TEST_F(Type, ToStringIsForLogs)
{
    KindsChoice choices[] = {{1, {9}}};
    WeftString words[] = {WEFT_STRING("x\n\""), WEFT_STRING("")};
    const std::vector<char> much(100, 'y');
    std::vector<int64_t> numbers(10, 4);

    kinds.text = WeftString{much.data(), 100};
    kinds.bytes = WEFT_STRING("\x01\xff");
    kinds.choices = {choices, 1};
    kinds.words = {words, 2};
    kinds.numbers = {numbers.data(), 10};
    g_autofree char *text = weft_thrift_to_string(&kinds_type, &kinds);
    EXPECT_STREQ(text,
                 "Kinds{truth: false, tiny: 0, small: 0, medium: 12, large: 0, real: 0, text: "
                 "\"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\"... 100, "
                 "bytes: 0x01ff, uuid: 00000000-0000-0000-0000-000000000000, color: GREEN, "
                 "numbers: [4, 4, 4, 4, 4, 4, 4, 4, ... 10], words: {\"x\\x0a\\\"\", \"\"}, "
                 "counters: {}, flags: {}, weights: {}, names: {}, choices: [Choice{number: 9}], "
                 "truths: []}");
}

} // namespace
