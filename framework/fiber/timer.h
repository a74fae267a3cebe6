/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * When fibers must be looked at: a 4-ary heap with at most one entry a fiber.  Entries are lazy: a
 * deadline that moves later, or a fiber that ends, leaves its entry where it is; when that fires,
 * the scheduler looks at the fiber and arms it anew if it still needs it.  So a wait with a
 * deadline costs a comparison, nearly always.
 */

#include <weft/fiber.h>

typedef struct {
    int64_t when_us;
    WeftFiber *fiber;
} WeftTimer;

typedef struct {
    WeftTimer *timers;
    size_t n_timers;
    size_t capacity;
} WeftTimerHeap;

void weft_timer_heap_clear(WeftTimerHeap *heap);

/* Have @fiber looked at by @when_us: moves its entry earlier, or makes one. */
void weft_timer_heap_arm(WeftTimerHeap *heap, WeftFiber *fiber, int64_t when_us);

/* Drop the entry of @fiber, if it has one. */
void weft_timer_heap_remove(WeftTimerHeap *heap, WeftFiber *fiber);

/* WEFT_DEADLINE_NEVER if empty. */
int64_t weft_timer_heap_next_us(const WeftTimerHeap *heap);

/* Take out the earliest if it is due.  Returns: (nullable) */
WeftFiber *weft_timer_heap_pop_due(WeftTimerHeap *heap, int64_t now_us);
