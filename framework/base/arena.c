/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arenas: blocks of memory, each larger than the one before, that end together.
 */

#include <weft/arena.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_BLOCK_BYTES = 4096 - 64, /* with malloc's own word below a page */
    LARGEST_STEP_BYTES = 1 << 20,  /* blocks stop doubling here */
    KEPT_BLOCK_BYTES = 64 << 10,   /* what a reset arena may go on holding */
};

struct WeftArenaBlock {
    WeftArenaBlock *older;
    size_t size;       /* of the pieces' room */
    uint64_t pieces[]; /* aligned for any type that try_alloc promises */
};

static void
use_block(WeftArena *arena, WeftArenaBlock *block)
{
    arena->at = (uint8_t *)block->pieces;
    arena->end = arena->at + block->size;
}

/* Room for @size bytes and more, as far as the limit allows; 0: it does not. */
static size_t
choose_block_size(const WeftArena *arena, size_t size)
{
    const size_t left = arena->max_bytes - MIN(arena->n_bytes, arena->max_bytes);
    const WeftArenaBlock *newest = arena->blocks;
    size_t step = FIRST_BLOCK_BYTES;

    if (size > left || size > SIZE_MAX - sizeof(WeftArenaBlock) - 8)
        return 0;
    if (newest != NULL)
        step = MIN(newest->size * 2, (size_t)LARGEST_STEP_BYTES);
    return MAX(size, MIN(step, left & ~(size_t)7));
}

void *
weft_arena_try_alloc_block(WeftArena *arena, size_t size)
{
    const size_t n_bytes = MAX((size + 7) & ~(size_t)7, (size_t)8);
    if (n_bytes < size)
        return NULL;

    const size_t block_size = choose_block_size(arena, n_bytes);
    if (block_size == 0)
        return NULL;
    WeftArenaBlock *block = g_try_malloc(sizeof *block + block_size);
    if (block == NULL)
        return NULL;

    block->size = block_size;
    block->older = arena->blocks;
    arena->blocks = block;
    arena->n_bytes += block_size;
    use_block(arena, block);
    arena->at += n_bytes;
    return block->pieces;
}

WeftArena *
weft_arena_new(void)
{
    WeftArena *arena = g_new(WeftArena, 1);

    weft_arena_init(arena, SIZE_MAX);
    return arena;
}

void
weft_arena_free(WeftArena *arena)
{
    if (arena == NULL)
        return;
    weft_arena_clear(arena);
    g_free(arena);
}

void
weft_arena_init(WeftArena *arena, size_t max_bytes)
{
    *arena = (WeftArena){.max_bytes = max_bytes};
}

void
weft_arena_clear(WeftArena *arena)
{
    WeftArenaBlock *block = arena->blocks;

    while (block != NULL) {
        WeftArenaBlock *older = block->older;
        g_free(block);
        block = older;
    }
    weft_arena_init(arena, arena->max_bytes);
}

void
weft_arena_reset(WeftArena *arena)
{
    WeftArenaBlock *kept = NULL;
    WeftArenaBlock *block = arena->blocks;

    while (block != NULL) {
        WeftArenaBlock *older = block->older;
        if (block->size <= KEPT_BLOCK_BYTES && (kept == NULL || block->size > kept->size)) {
            g_free(kept);
            kept = block;
        } else {
            g_free(block);
        }
        block = older;
    }
    weft_arena_init(arena, arena->max_bytes);
    if (kept == NULL)
        return;
    kept->older = NULL;
    arena->blocks = kept;
    arena->n_bytes = kept->size;
    use_block(arena, kept);
}

void *
weft_arena_alloc(WeftArena *arena, size_t size)
{
    void *piece = weft_arena_try_alloc(arena, size);

    if (G_UNLIKELY(piece == NULL))
        g_error("arena: no %zu bytes beside the %zu it has", size, arena->n_bytes);
    return piece;
}

void *
weft_arena_alloc0(WeftArena *arena, size_t size)
{
    return memset(weft_arena_alloc(arena, size), 0, size);
}

char *
weft_arena_strndup(WeftArena *arena, const char *text, size_t size)
{
    char *copy = weft_arena_alloc(arena, size + 1);

    if (size > 0)
        memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

char *
weft_arena_printf(WeftArena *arena, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    char *text = weft_arena_vprintf(arena, NULL, format, arguments);
    va_end(arguments);
    return text;
}

char *
weft_arena_vprintf(WeftArena *arena, size_t *ret_length, const char *format, va_list arguments)
{
    va_list again;

    va_copy(again, arguments);
    const int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    g_assert(length >= 0);

    char *text = weft_arena_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    if (ret_length != NULL)
        *ret_length = (size_t)length;
    return text;
}
