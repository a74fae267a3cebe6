/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The timer heap.  Each fiber knows its place in it (timer_index), so that moving and removing need
 * no search.
 */

#include "fiber/timer.h"
#include "fiber/fiber.h"

#define ARITY 4
#define MAX_TIMERS (1u << 24) /* what a fiber's timer_index holds */

static void
place(WeftTimerHeap *heap, size_t index, WeftTimer timer)
{
    heap->timers[index] = timer;
    timer.fiber->timer_index = (uint32_t)index & (MAX_TIMERS - 1);
}

static void
sift_up(WeftTimerHeap *heap, size_t index, WeftTimer timer)
{
    while (index > 0) {
        const size_t parent = (index - 1) / ARITY;

        if (heap->timers[parent].when_us <= timer.when_us)
            break;
        place(heap, index, heap->timers[parent]);
        index = parent;
    }
    place(heap, index, timer);
}

static size_t
earliest_child(const WeftTimerHeap *heap, size_t index)
{
    const size_t first = index * ARITY + 1;
    const size_t end = MIN(first + ARITY, heap->n_timers);
    size_t earliest = first;

    for (size_t child = first + 1; child < end; child++)
        if (heap->timers[child].when_us < heap->timers[earliest].when_us)
            earliest = child;
    return earliest;
}

static void
sift_down(WeftTimerHeap *heap, size_t index, WeftTimer timer)
{
    while (index * ARITY + 1 < heap->n_timers) {
        const size_t child = earliest_child(heap, index);

        if (timer.when_us <= heap->timers[child].when_us)
            break;
        place(heap, index, heap->timers[child]);
        index = child;
    }
    place(heap, index, timer);
}

void
weft_timer_heap_clear(WeftTimerHeap *heap)
{
    g_free(heap->timers);
    *heap = (WeftTimerHeap){0};
}

void
weft_timer_heap_arm(WeftTimerHeap *heap, WeftFiber *fiber, int64_t when_us)
{
    if (fiber->timer_us == WEFT_DEADLINE_NEVER) {
        if (heap->n_timers == heap->capacity) {
            heap->capacity = MAX(64, heap->capacity * 2);
            heap->timers = g_renew(WeftTimer, heap->timers, heap->capacity);
        }
        g_assert(heap->n_timers < MAX_TIMERS);
        fiber->timer_index = (uint32_t)heap->n_timers++ & (MAX_TIMERS - 1);
    }
    fiber->timer_us = when_us;
    sift_up(heap, fiber->timer_index, (WeftTimer){when_us, fiber});
}

void
weft_timer_heap_remove(WeftTimerHeap *heap, WeftFiber *fiber)
{
    if (fiber->timer_us == WEFT_DEADLINE_NEVER)
        return;

    const size_t index = fiber->timer_index;
    const WeftTimer last = heap->timers[--heap->n_timers];
    fiber->timer_us = WEFT_DEADLINE_NEVER;
    if (last.fiber == fiber)
        return;
    sift_up(heap, index, last);
    sift_down(heap, last.fiber->timer_index, last);
}

int64_t
weft_timer_heap_next_us(const WeftTimerHeap *heap)
{
    return heap->n_timers == 0 ? WEFT_DEADLINE_NEVER : heap->timers[0].when_us;
}

WeftFiber *
weft_timer_heap_pop_due(WeftTimerHeap *heap, int64_t now_us)
{
    if (weft_timer_heap_next_us(heap) > now_us)
        return NULL;

    WeftFiber *fiber = heap->timers[0].fiber;
    weft_timer_heap_remove(heap, fiber);
    return fiber;
}
