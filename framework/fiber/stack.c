/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slabs of stacks.  A slab is one mapping; guards are installed a chunk at a time, when the chunk
 * is first carved, with MADV_GUARD_INSTALL where the kernel has it (6.13): it costs no mapping, so
 * a million guarded stacks fit.  Elsewhere mprotect() splits the mapping, of which a process has
 * only vm.max_map_count: guards stop at a budget, and that is said once.
 */

#include "fiber/stack.h"
#include "fiber/fiber.h"
#include "fiber/stack_census.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#define SLAB_BYTES ((size_t)64 * 1024 * 1024)
#define STACKS_PER_SLAB (SLAB_BYTES / WEFT_STACK_BYTES)
#define CARVE_CHUNK 64
#define PAGE_BYTES ((size_t)4096)

/* 32 colours of one cache line: control block and first frames stay on one page.  Neighbours are 11
 * apart: loads of one fiber then do not look like loads of what the other has just stored, of which
 * the processor compares the place within the page. */
#define N_COLOURS 32
#define COLOUR_STEP 11
#define CACHE_LINE_BYTES 64

/* A fiber that went deeper than this gives the pages below back when it ends. */
#define KEEP_BYTES ((size_t)16 * 1024)
/* Words looked at around KEEP_BYTES, to see whether a frame reached there. */
#define N_MARK_WORDS 8

/* Stacks that stay warm even when nothing runs; and how many are cooled at a time. */
#define MIN_WARM 64
#define TRIM_CHUNK 64

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

struct WeftStackSlab {
    WeftStackSlab *next;
    char *base;
    size_t n_carved;
    size_t n_cold; /* stacks whose memory was given back */
    uint16_t cold[STACKS_PER_SLAB];
    unsigned valgrind_numbers[STACKS_PER_SLAB];
};

typedef enum { GUARD_UNKNOWN, GUARD_MADVISE, GUARD_MPROTECT } GuardKind;

static WeftFiber *
slot_fiber(const WeftStackSlab *slab, size_t index)
{
    char *top = slab->base + (index + 1) * WEFT_STACK_BYTES;
    const size_t block =
        (sizeof(WeftFiber) + CACHE_LINE_BYTES - 1) & ~(size_t)(CACHE_LINE_BYTES - 1);

    return (WeftFiber *)(top - block - (index * COLOUR_STEP % N_COLOURS) * CACHE_LINE_BYTES);
}

/* Aligned to the stack size, so that a stack is found from any address in it. */
static char *
map_slab(void)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK;
    const size_t size = SLAB_BYTES + WEFT_STACK_BYTES;
    char *base = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);

    if (base == MAP_FAILED)
        g_error("cannot map %zu bytes for fiber stacks: %s", size, g_strerror(errno));

    char *aligned = (char *)(((uintptr_t)base + WEFT_STACK_BYTES - 1) & ~(WEFT_STACK_BYTES - 1));
    if (aligned > base)
        munmap(base, (size_t)(aligned - base));
    munmap(aligned + SLAB_BYTES, size - SLAB_BYTES - (size_t)(aligned - base));

    /* With transparent huge pages a touched page would cost 2 MiB. */
    madvise(aligned, SLAB_BYTES, MADV_NOHUGEPAGE);
#ifdef PR_SET_VMA
    prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, aligned, SLAB_BYTES, "weft fiber stacks");
#endif
    return aligned;
}

/* mprotect() guards that may still be made, in this process: a quarter of the mappings a process
 * may have, as each guard makes two. */
static atomic_long mprotect_budget;

static GuardKind
probe_guard_kind(void)
{
    void *page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const gboolean works = page != MAP_FAILED && madvise(page, PAGE_BYTES, MADV_GUARD_INSTALL) == 0;
    long max_mappings = 65530;

    if (page != MAP_FAILED)
        munmap(page, PAGE_BYTES);
    if (works)
        return GUARD_MADVISE;

    FILE *file = fopen("/proc/sys/vm/max_map_count", "re");
    if (file != NULL) {
        if (fscanf(file, "%ld", &max_mappings) != 1)
            max_mappings = 65530;
        fclose(file);
    }
    atomic_store(&mprotect_budget, max_mappings / 4);
    return GUARD_MPROTECT;
}

/* The words at the mark are zero unless a frame has been there (new memory is zero). */
static inline uint64_t *
depth_mark(const WeftFiber *fiber)
{
    return (uint64_t *)(weft_stack_base(fiber) + WEFT_STACK_BYTES - KEEP_BYTES);
}

static GuardKind
guard_kind(void)
{
    static gsize kind;

    if (g_once_init_enter(&kind))
        g_once_init_leave(&kind, (gsize)probe_guard_kind());
    return (GuardKind)kind;
}

static gboolean
protect_guard(char *guard)
{
    if (atomic_fetch_sub(&mprotect_budget, 1) <= 0)
        return FALSE;
    return mprotect(guard, WEFT_STACK_GUARD_BYTES, PROT_NONE) == 0;
}

static void
install_guards(WeftStackPool *pool, WeftStackSlab *slab, size_t first, size_t n_stacks)
{
    for (size_t i = first; i < first + n_stacks; i++) {
        char *guard = slab->base + i * WEFT_STACK_BYTES;
        gboolean is_guarded;

        if (guard_kind() == GUARD_MADVISE)
            is_guarded = madvise(guard, WEFT_STACK_GUARD_BYTES, MADV_GUARD_INSTALL) == 0 ||
                         protect_guard(guard);
        else
            is_guarded = protect_guard(guard);
        if (!is_guarded && pool->n_unguarded++ == 0)
            g_warning("fiber stacks beyond the first %zu have no guard page: this kernel lacks "
                      "MADV_GUARD_INSTALL, and vm.max_map_count limits the others",
                      i);
    }
}

static void
carve(WeftStackPool *pool, WeftStackSlab *slab)
{
    const size_t first = slab->n_carved;

    install_guards(pool, slab, first, CARVE_CHUNK);
    for (size_t i = first; i < first + CARVE_CHUNK; i++) {
        slab->valgrind_numbers[i] = weft_valgrind_register(
            slab->base + i * WEFT_STACK_BYTES + WEFT_STACK_GUARD_BYTES, slot_fiber(slab, i));
        slab->cold[slab->n_cold++] = (uint16_t)(first + CARVE_CHUNK - 1 - (i - first));
    }
    slab->n_carved += CARVE_CHUNK;
}

static WeftStackSlab *
slab_with_room(WeftStackPool *pool)
{
    for (WeftStackSlab *slab = pool->slabs; slab != NULL; slab = slab->next)
        if (slab->n_cold > 0 || slab->n_carved < STACKS_PER_SLAB)
            return slab;

    WeftStackSlab *slab = g_new0(WeftStackSlab, 1);
    slab->base = map_slab();
    slab->next = pool->slabs;
    pool->slabs = slab;
    return slab;
}

WeftFiber *
weft_stack_pool_take_cold(WeftStackPool *pool)
{
    WeftStackSlab *slab = pool->cold_slab;

    if (slab == NULL || (slab->n_cold == 0 && slab->n_carved == STACKS_PER_SLAB))
        slab = pool->cold_slab = slab_with_room(pool);
    if (slab->n_cold == 0)
        carve(pool, slab);

    WeftFiber *fiber = slot_fiber(slab, slab->cold[--slab->n_cold]);
    fiber->timer_us = WEFT_DEADLINE_NEVER;
    char *bottom = weft_stack_bottom(fiber);
    weft_sanitizer_stack_init(&fiber->sanitizer, bottom, (size_t)((char *)fiber - bottom));
    if (weft_stack_census_is_on)
        weft_stack_census_mark(depth_mark(fiber));
    return fiber;
}

void
weft_stack_pool_init(WeftStackPool *pool)
{
    *pool = (WeftStackPool){0};
}

static inline gboolean
was_deep(const WeftFiber *fiber)
{
    const uint64_t *mark = depth_mark(fiber);
    uint64_t seen = 0;

#pragma GCC unroll 8
    for (size_t i = 0; i < N_MARK_WORDS; i++)
        seen |= mark[i];
    return seen != 0;
}

static __attribute__((noinline)) void
drop_deep_pages(WeftFiber *fiber)
{
    char *bottom = weft_stack_bottom(fiber);
    char *mark = (char *)depth_mark(fiber);

    if (weft_stack_census_is_on) {
        weft_stack_census_note(fiber, depth_mark(fiber));
        return;
    }
    madvise(bottom, (size_t)(mark + PAGE_BYTES - bottom), MADV_DONTNEED);
}

void
weft_stack_pool_put(WeftStackPool *pool, WeftFiber *fiber)
{
    /* A fiber that went deep leaves its pages to the system. */
    if (!WEFT_STACKS_ARE_SANITIZED && G_UNLIKELY(was_deep(fiber)))
        drop_deep_pages(fiber);
    fiber->next = pool->warm;
    pool->warm = fiber;
    pool->n_warm++;
    pool->n_lent--;
}

static size_t
surplus(const WeftStackPool *pool)
{
    const size_t keep = MAX(MAX(pool->peak_lent, pool->last_peak_lent), MIN_WARM);
    const size_t have = pool->n_lent + pool->n_warm;

    return have > keep ? MIN(have - keep, pool->n_warm) : 0;
}

gboolean
weft_stack_pool_has_surplus(const WeftStackPool *pool)
{
    return pool->n_warm > MIN_WARM;
}

static void
cool(WeftStackPool *pool, WeftFiber *fiber)
{
    char *base = weft_stack_base(fiber);
    WeftStackSlab *slab = pool->slabs;

    while (base < slab->base || base >= slab->base + SLAB_BYTES)
        slab = slab->next;
    slab->cold[slab->n_cold++] = (uint16_t)((size_t)(base - slab->base) / WEFT_STACK_BYTES);
    pool->cold_slab = slab;

    weft_timer_heap_remove(&fiber->scheduler->timers, fiber);
    weft_sanitizer_stack_clear(&fiber->sanitizer);
    weft_sanitizer_stack_reuse(&fiber->sanitizer);
    madvise(base, WEFT_STACK_BYTES, MADV_DONTNEED); /* guards stay */
}

gboolean
weft_stack_pool_trim(WeftStackPool *pool)
{
    for (size_t n = MIN(surplus(pool), TRIM_CHUNK); n > 0; n--) {
        WeftFiber *fiber = pool->warm;

        pool->warm = fiber->next;
        pool->n_warm--;
        cool(pool, fiber);
    }
    return surplus(pool) > 0;
}

void
weft_stack_pool_next_interval(WeftStackPool *pool)
{
    pool->last_peak_lent = pool->peak_lent;
    pool->peak_lent = pool->n_lent;
}

void
weft_stack_pool_clear(WeftStackPool *pool)
{
    g_assert(pool->n_lent == 0);
    for (WeftFiber *fiber = pool->warm; fiber != NULL; fiber = fiber->next)
        weft_sanitizer_stack_clear(&fiber->sanitizer);
    while (pool->slabs != NULL) {
        WeftStackSlab *slab = pool->slabs;

        for (size_t i = 0; i < slab->n_carved; i++)
            weft_valgrind_deregister(slab->valgrind_numbers[i]);
        pool->slabs = slab->next;
        weft_sanitizer_memory_free(slab->base, SLAB_BYTES);
        munmap(slab->base, SLAB_BYTES);
        g_free(slab);
    }
}

size_t
weft_stack_used_bytes(const WeftFiber *fiber)
{
    const char *bottom = weft_stack_bottom(fiber);
    const char *top = weft_stack_base(fiber) + WEFT_STACK_BYTES;
    unsigned char residency[WEFT_STACK_BYTES / PAGE_BYTES];
    const size_t n_pages = (size_t)(top - bottom) / PAGE_BYTES;
    size_t i = 0;

    if (mincore((void *)(uintptr_t)bottom, (size_t)(top - bottom), residency) != 0)
        return 0;
    while (i < n_pages && (residency[i] & 1) == 0)
        i++;
    return (n_pages - i) * PAGE_BYTES;
}

WeftFiber *
weft_stack_pool_find_guard(const WeftStackPool *pool, const void *address)
{
    const char *byte = address;

    for (const WeftStackSlab *slab = pool->slabs; slab != NULL; slab = slab->next) {
        if (byte < slab->base || byte >= slab->base + SLAB_BYTES)
            continue;
        const size_t offset = (size_t)(byte - slab->base);
        if (offset % WEFT_STACK_BYTES >= WEFT_STACK_GUARD_BYTES)
            return NULL;
        return slot_fiber(slab, offset / WEFT_STACK_BYTES);
    }
    return NULL;
}
