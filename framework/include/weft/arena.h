/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/**
 * Memory that ends together: pieces are taken one by one and never given back; clearing the arena
 * ends them all.  A plain struct, for speed; only the functions below change it.  Belongs to one
 * thread.
 */
typedef struct WeftArenaBlock WeftArenaBlock;

typedef struct {
    uint8_t *at;            /* the next piece begins here */
    uint8_t *end;           /* of the block in use */
    WeftArenaBlock *blocks; /* newest first; owned */
    size_t n_bytes;         /* of all blocks */
    size_t max_bytes;       /* no block is added beyond */
} WeftArena;

/** No limit, no memory yet. */
WeftArena *weft_arena_new(void);
void weft_arena_free(WeftArena *arena);

/** For memory the caller has.  @max_bytes: what it may grow to; SIZE_MAX: no limit */
void weft_arena_init(WeftArena *arena, size_t max_bytes);
void weft_arena_clear(WeftArena *arena);

/** End all pieces, keep one block of them for the next round. */
void weft_arena_reset(WeftArena *arena);

/** The slow way of weft_arena_try_alloc(): another block. */
void *weft_arena_try_alloc_block(WeftArena *arena, size_t size);

/**
 * A piece of @size bytes, aligned for any type, not initialised; of 0 bytes: not NULL.
 * Returns: (transfer none): NULL where the limit is reached or there is no memory
 */
static inline void *
weft_arena_try_alloc(WeftArena *arena, size_t size)
{
    const size_t n_bytes = (size + 7) & ~(size_t)7;

    if (G_UNLIKELY(n_bytes < size || n_bytes > (size_t)(arena->end - arena->at) ||
                   arena->at == NULL))
        return weft_arena_try_alloc_block(arena, size);
    uint8_t *piece = arena->at;
    arena->at += n_bytes;
    return piece;
}

/** As try_alloc, for sizes the program chose: ends the program where there is no memory, or the
 * limit is reached, as g_malloc() does. */
void *weft_arena_alloc(WeftArena *arena, size_t size);

/** The same, filled with zeros. */
void *weft_arena_alloc0(WeftArena *arena, size_t size);

/** A copy of @size bytes with a NUL behind. */
char *weft_arena_strndup(WeftArena *arena, const char *text, size_t size);

/** @format: as for printf() */
char *weft_arena_printf(WeftArena *arena, const char *format, ...) G_GNUC_PRINTF(2, 3);

/** @ret_length: (nullable): of the text without its NUL, bytes */
char *weft_arena_vprintf(WeftArena *arena, size_t *ret_length, const char *format,
                         va_list arguments) G_GNUC_PRINTF(3, 0);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftArena, weft_arena_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WeftArena, weft_arena_clear)

G_END_DECLS
