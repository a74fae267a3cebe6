/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Stacks of fibers: carved from slabs, each with a guard page at its low end and the fiber's
 * control block at its top, so that a parked fiber touches one page.  Control blocks are shifted
 * ("coloured") by cache lines, or else all of them would compete for the same few cache sets.
 */

#include "fiber/sanitizer.h"
#include <weft/fiber.h>

/* Address space of one stack, guard page included; only what is touched costs memory. */
#define WEFT_STACK_BYTES ((size_t)(WEFT_STACKS_ARE_SANITIZED ? 256 : 64) * 1024)

/* Where pages are larger no guard fits; the first fiber says so. */
#define WEFT_STACK_GUARD_BYTES ((size_t)4096)

typedef struct WeftStackSlab WeftStackSlab;

/* Of one scheduler. */
typedef struct {
    WeftFiber *warm; /* free, with their first page in memory; last in, first out */
    size_t n_warm;
    WeftStackSlab *slabs;     /* newest first */
    WeftStackSlab *cold_slab; /* where to look first for one that is not warm */
    size_t n_lent;
    size_t peak_lent; /* in this and in the last trim interval: what to keep warm */
    size_t last_peak_lent;
    size_t n_unguarded;
} WeftStackPool;

void weft_stack_pool_init(WeftStackPool *pool);

/* All stacks are back. */
void weft_stack_pool_clear(WeftStackPool *pool);

/*
 * Borrow a stack: the zeroed, or last used, control block at its top.  Aborts without memory, like
 * g_malloc().  One that is not warm; otherwise weft_stack_pool_take() in fiber.h.
 */
WeftFiber *weft_stack_pool_take_cold(WeftStackPool *pool);

/* Give it back; the calling fiber may still stand on it until it switches away. */
void weft_stack_pool_put(WeftStackPool *pool, WeftFiber *fiber);

/* Begin a new interval of measuring the peak. */
void weft_stack_pool_next_interval(WeftStackPool *pool);

/*
 * Give memory of some stacks that the last two intervals did not need back to the system.
 * Returns: TRUE if there is more to trim
 */
gboolean weft_stack_pool_trim(WeftStackPool *pool);

/* TRUE if there may be something to trim once the peak has passed. */
gboolean weft_stack_pool_has_surplus(const WeftStackPool *pool);

/* The stack's first byte, of the guard page. */
static inline char *
weft_stack_base(const WeftFiber *fiber)
{
    return (char *)((uintptr_t)fiber & ~(WEFT_STACK_BYTES - 1));
}

/* Lowest usable byte. */
static inline void *
weft_stack_bottom(const WeftFiber *fiber)
{
    return weft_stack_base(fiber) + WEFT_STACK_GUARD_BYTES;
}

/* Bytes of the stack that were ever touched since it was last trimmed, rounded up to pages. */
size_t weft_stack_used_bytes(const WeftFiber *fiber);

/* The fiber in whose guard page @address lies.  Async-signal-safe. */
WeftFiber *weft_stack_pool_find_guard(const WeftStackPool *pool, const void *address);
