/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/** Memory for many small things that end together.  Zeroed bytes make an empty one. */
typedef struct WeftDavArenaBlock WeftDavArenaBlock;

typedef struct {
    WeftDavArenaBlock *blocks; /* the newest first; it is the one that has room */
} WeftDavArena;

/** Returns: @size bytes, aligned for any type, not zeroed; valid until the arena is cleared */
void *weft_dav_arena_take(WeftDavArena *arena, size_t size);

/** A copy of @length bytes of @text, with a NUL behind them. */
char *weft_dav_arena_copy(WeftDavArena *arena, const void *text, size_t length);

void weft_dav_arena_clear(WeftDavArena *arena);

G_END_DECLS
