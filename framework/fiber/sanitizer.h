/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What AddressSanitizer, ThreadSanitizer and valgrind must be told about stacks.  The one header
 * with #ifdefs for them; without them everything here is empty.
 */

#include <weft/base.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WEFT_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define WEFT_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define WEFT_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define WEFT_TSAN 1
#endif

#ifdef WEFT_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef WEFT_TSAN
#include <sanitizer/tsan_interface.h>
#endif
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#define WEFT_VALGRIND 1
#endif

/* Instrumented frames are several times larger. */
#if defined(WEFT_ASAN) || defined(WEFT_TSAN)
#define WEFT_STACKS_ARE_SANITIZED TRUE
#else
#define WEFT_STACKS_ARE_SANITIZED FALSE
#endif

/* Of one stack. */
typedef struct {
    void *fake_stack;   /* ASan's, while the stack is not running */
    void *tsan_fiber;   /* TSan's name for it */
    const void *bottom; /* lowest usable byte; for the thread's own stack learned on leaving it */
    size_t size;
} WeftSanitizerStack;

/* A fiber's stack was carved; once for each. */
static inline void
weft_sanitizer_stack_init(G_GNUC_UNUSED WeftSanitizerStack *stack, G_GNUC_UNUSED void *bottom,
                          G_GNUC_UNUSED size_t size)
{
#ifdef WEFT_ASAN
    stack->bottom = bottom;
    stack->size = size;
#endif
#ifdef WEFT_TSAN
    stack->tsan_fiber = __tsan_create_fiber(0);
#endif
}

static inline void
weft_sanitizer_stack_clear(G_GNUC_UNUSED WeftSanitizerStack *stack)
{
#ifdef WEFT_TSAN
    __tsan_destroy_fiber(stack->tsan_fiber);
#endif
}

/* The calling thread's own stack. */
static inline void
weft_sanitizer_thread_init(G_GNUC_UNUSED WeftSanitizerStack *stack)
{
#ifdef WEFT_TSAN
    stack->tsan_fiber = __tsan_get_current_fiber();
#endif
}

/* A new fiber is about to run on the stack: what the last one left poisoned is free again. */
static inline void
weft_sanitizer_stack_reuse(G_GNUC_UNUSED WeftSanitizerStack *stack)
{
#ifdef WEFT_ASAN
    stack->fake_stack = NULL;
    ASAN_UNPOISON_MEMORY_REGION(stack->bottom, stack->size);
#endif
}

/* Memory of stacks goes back to the system: whatever is mapped there next is not poisoned. */
static inline void
weft_sanitizer_memory_free(G_GNUC_UNUSED void *memory, G_GNUC_UNUSED size_t size)
{
#ifdef WEFT_ASAN
    ASAN_UNPOISON_MEMORY_REGION(memory, size);
#endif
}

/* The last act before a switch.  @from_ends: the fiber on @from is over and will not come back */
__attribute__((always_inline)) static inline void
weft_sanitizer_leave(G_GNUC_UNUSED WeftSanitizerStack *from, G_GNUC_UNUSED WeftSanitizerStack *to,
                     G_GNUC_UNUSED gboolean from_ends)
{
#ifdef WEFT_ASAN
    __sanitizer_start_switch_fiber(from_ends ? NULL : &from->fake_stack, to->bottom, to->size);
#endif
#ifdef WEFT_TSAN
    __tsan_switch_to_fiber(to->tsan_fiber, 0);
#endif
}

/* The first act after a switch.  @from: whose stack was left to come here */
__attribute__((always_inline)) static inline void
weft_sanitizer_arrive(G_GNUC_UNUSED WeftSanitizerStack *here,
                      G_GNUC_UNUSED WeftSanitizerStack *from)
{
#ifdef WEFT_ASAN
    __sanitizer_finish_switch_fiber(here->fake_stack, &from->bottom, &from->size);
#endif
}

/* Returns: valgrind's number for the stack */
static inline unsigned
weft_valgrind_register(G_GNUC_UNUSED void *bottom, G_GNUC_UNUSED void *top)
{
#ifdef WEFT_VALGRIND
    return VALGRIND_STACK_REGISTER(bottom, top);
#else
    return 0;
#endif
}

static inline void
weft_valgrind_deregister(G_GNUC_UNUSED unsigned number)
{
#ifdef WEFT_VALGRIND
    VALGRIND_STACK_DEREGISTER(number);
#endif
}
