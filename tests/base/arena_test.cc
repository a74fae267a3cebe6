/* SPDX-License-Identifier: Apache-2.0 */
#include <weft/arena.h>

#include <cstring>
#include <gtest/gtest.h>

TEST(Arena, GivesPiecesThatDoNotOverlap)
{
    g_auto(WeftArena) arena;
    weft_arena_init(&arena, SIZE_MAX);
    uint8_t *pieces[300];

    for (unsigned i = 0; i < 300; i++) {
        pieces[i] = static_cast<uint8_t *>(weft_arena_alloc(&arena, i));
        ASSERT_NE(pieces[i], nullptr);
        ASSERT_EQ(reinterpret_cast<uintptr_t>(pieces[i]) % 8, 0U);
        memset(pieces[i], static_cast<int>(i & 0xff), i);
    }
    for (unsigned i = 0; i < 300; i++)
        for (unsigned k = 0; k < i; k++)
            ASSERT_EQ(pieces[i][k], i & 0xff);
}

TEST(Arena, RefusesWhatIsBeyondItsLimit)
{
    g_auto(WeftArena) arena;
    weft_arena_init(&arena, 10000);

    EXPECT_EQ(weft_arena_try_alloc(&arena, 10001), nullptr);
    EXPECT_EQ(weft_arena_try_alloc(&arena, SIZE_MAX), nullptr);
    EXPECT_EQ(weft_arena_try_alloc(&arena, SIZE_MAX - 6), nullptr);
    size_t n_bytes = 0;
    while (weft_arena_try_alloc(&arena, 100) != nullptr)
        n_bytes += 104;
    EXPECT_LE(n_bytes, 10000U);
    EXPECT_GE(n_bytes, 9000U);
    EXPECT_LE(arena.n_bytes, 10000U);
}

TEST(Arena, ResetKeepsABlockForTheNextRound)
{
    g_auto(WeftArena) arena;
    weft_arena_init(&arena, SIZE_MAX);

    weft_arena_alloc(&arena, 100);
    weft_arena_alloc(&arena, 20000);
    weft_arena_alloc(&arena, 1000000);
    weft_arena_reset(&arena);
    EXPECT_GE(arena.n_bytes, 20000U);
    EXPECT_LE(arena.n_bytes, 65536U);
    const size_t before = arena.n_bytes;
    weft_arena_alloc(&arena, 20000);
    EXPECT_EQ(arena.n_bytes, before);
}

TEST(Arena, ResetOfAnEmptyOneIsNothing)
{
    g_auto(WeftArena) arena;
    weft_arena_init(&arena, SIZE_MAX);

    weft_arena_reset(&arena);
    EXPECT_EQ(arena.n_bytes, 0U);
    EXPECT_NE(weft_arena_alloc0(&arena, 0), nullptr);
}

TEST(Arena, CopiesAndFormatsText)
{
    g_autoptr(WeftArena) arena = weft_arena_new();

    EXPECT_STREQ(weft_arena_strndup(arena, "fiber", 3), "fib");
    EXPECT_STREQ(weft_arena_strndup(arena, nullptr, 0), "");
    EXPECT_STREQ(weft_arena_printf(arena, "%d of %s", 3, "many"), "3 of many");
    weft_arena_free(nullptr);
}
