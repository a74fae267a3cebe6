/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An arena: blocks from the allocator, handed out from front to back and freed together, so that
 * a tree of any shape is freed without walking it.
 */
#include "webdav/xml/arena.h"

#include <stdalign.h>
#include <string.h>

#define BLOCK_BYTES 4000

struct WeftDavArenaBlock {
    WeftDavArenaBlock *next;
    size_t used;
    size_t size;
    alignas(max_align_t) char bytes[];
};

static WeftDavArenaBlock *
add_block(WeftDavArena *arena, size_t size)
{
    WeftDavArenaBlock *block = g_malloc(sizeof *block + size);

    block->used = 0;
    block->size = size;
    block->next = arena->blocks;
    arena->blocks = block;
    return block;
}

void *
weft_dav_arena_take(WeftDavArena *arena, size_t size)
{
    const size_t alignment = alignof(max_align_t);
    size_t rounded = (size + alignment - 1) & ~(alignment - 1);
    WeftDavArenaBlock *block = arena->blocks;

    if (block == NULL || block->size - block->used < rounded)
        block = add_block(arena, MAX(rounded, BLOCK_BYTES));

    void *taken = block->bytes + block->used;
    block->used += rounded;
    return taken;
}

char *
weft_dav_arena_copy(WeftDavArena *arena, const void *text, size_t length)
{
    char *copy = weft_dav_arena_take(arena, length + 1);

    if (length > 0)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

void
weft_dav_arena_clear(WeftDavArena *arena)
{
    while (arena->blocks != NULL) {
        WeftDavArenaBlock *block = arena->blocks;

        arena->blocks = block->next;
        g_free(block);
    }
}
