/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Block pools: a list of idle blocks for each kind and thread, linked through the blocks
 * themselves.
 */

#include "io/block.h"

#include <malloc.h>

/* What was freed goes back to the system once there is this much of it. */
#define GIVE_BACK_BYTES ((size_t)1024 * 1024)

typedef struct IdleBlock IdleBlock;
struct IdleBlock {
    IdleBlock *next;
};

typedef struct {
    IdleBlock *newest;
    size_t n_idle;
    size_t n_unneeded; /* the least n_idle has been since the last trim */
} BlockList;

typedef struct {
    BlockList lists[2]; /* by WeftBlockKind */
} BlockPool;

static const size_t block_bytes[] = {WEFT_BLOCK_SMALL_BYTES, WEFT_BLOCK_LARGE_BYTES};

static IdleBlock *
list_pop(BlockList *list)
{
    IdleBlock *block = list->newest;

    list->newest = block->next;
    list->n_idle--;
    list->n_unneeded = MIN(list->n_unneeded, list->n_idle);
    return block;
}

static _Thread_local BlockPool *pool_of_thread;

static void
pool_free(gpointer data)
{
    BlockPool *pool = data;

    pool_of_thread = NULL;
    for (size_t kind = 0; kind < G_N_ELEMENTS(pool->lists); kind++)
        while (pool->lists[kind].newest != NULL)
            g_free(list_pop(&pool->lists[kind]));
    g_free(pool);
}

/* Frees the pool of a thread that ends; to find it, the pointer above costs no call. */
static GPrivate thread_pool = G_PRIVATE_INIT(pool_free);

static BlockPool *
pool_here(void)
{
    if (G_UNLIKELY(pool_of_thread == NULL)) {
        pool_of_thread = g_new0(BlockPool, 1);
        g_private_set(&thread_pool, pool_of_thread);
    }
    return pool_of_thread;
}

gpointer
weft_block_take(WeftBlockKind kind)
{
    BlockList *list = &pool_here()->lists[kind];

    return list->newest != NULL ? (gpointer)list_pop(list) : g_malloc(block_bytes[kind]);
}

void
weft_block_put(WeftBlockKind kind, gpointer block)
{
    BlockList *list = &pool_here()->lists[kind];
    IdleBlock *idle = block;

    idle->next = list->newest;
    list->newest = idle;
    list->n_idle++;
}

gboolean
weft_block_trim(void)
{
    BlockPool *pool = pool_here();
    size_t freed_bytes = 0;
    gboolean some_left = FALSE;

    for (size_t kind = 0; kind < G_N_ELEMENTS(pool->lists); kind++) {
        BlockList *list = &pool->lists[kind];
        size_t n_excess = list->n_unneeded;

        freed_bytes += n_excess * block_bytes[kind];
        while (n_excess-- > 0)
            g_free(list_pop(list));
        list->n_unneeded = list->n_idle;
        some_left = some_left || list->n_idle > 0;
    }
    if (freed_bytes >= GIVE_BACK_BYTES)
        malloc_trim(0);
    return some_left;
}
