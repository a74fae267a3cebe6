/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Blocks of memory that bytes pass through, lent from a pool of the calling thread.  They are plain
 * g_malloc() memory: who does not put one back may g_free() it, on any thread.
 */

#include <weft/base.h>

typedef enum {
    WEFT_BLOCK_SMALL, /* WEFT_BLOCK_SMALL_BYTES: a connection's input */
    WEFT_BLOCK_LARGE, /* WEFT_BLOCK_LARGE_BYTES: a piece of a file */
} WeftBlockKind;

#define WEFT_BLOCK_SMALL_BYTES ((size_t)16 * 1024)
#define WEFT_BLOCK_LARGE_BYTES ((size_t)256 * 1024)

gpointer weft_block_take(WeftBlockKind kind);
void weft_block_put(WeftBlockKind kind, gpointer block);

/* Free the blocks that nobody needed since the last trim.  Returns: TRUE if some are left idle */
gboolean weft_block_trim(void);
