/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The context switch: from one stack to another, in a handful of instructions.
 *
 * weft_context_switch() is inlined where it is used and leaves by an indirect jump: the compiler is
 * told that every register dies, so it saves only what is alive there, and the processor's return
 * stack stays balanced (no call, no ret).  Keep its uses few.
 *
 * What all contexts of a thread share need not be kept across a switch either: it stays in a
 * register, where the one who switches back has it, too.
 *
 * Not switched: the floating-point control words (rounding, exceptions).  They belong to the
 * thread.
 *
 * A suspended context, for debuggers: [sp] holds the frame pointer (and on aarch64 the link
 * register behind it), the rest of the frame begins WEFT_CONTEXT_FRAME_BYTES above, and the code
 * goes on at pc.
 */

/* The compiler's headers only: tests build this file alone, for other machines. */
#include <stddef.h>
#include <stdint.h>

#if !defined(WEFT_CONTEXT_UCONTEXT) && !defined(__x86_64__) && !defined(__aarch64__)
#define WEFT_CONTEXT_UCONTEXT
#endif

#ifdef WEFT_CONTEXT_UCONTEXT
#include <ucontext.h>
#endif

typedef struct {
    void *sp;
    void *pc;
    void *fp;
#ifdef WEFT_CONTEXT_UCONTEXT
    ucontext_t ucontext;
#endif
} WeftContext;

/* What a new context runs: never returns.  @context: the one that was switched to */
typedef void (*WeftContextEntry)(WeftContext *context);

/* Defined by fiber.c: the first function of every new context.  Only assembly calls it. */
_Noreturn __attribute__((used)) void weft_context_main(WeftContext *context);

/*
 * Go on in @to, and come back when somebody goes on in @from.
 * @shared: (inout): something that is the same for all who switch among each other
 * Returns: @from, from a register
 */
static inline WeftContext *weft_context_switch(WeftContext *from, WeftContext *to, void **shared);

#ifdef WEFT_CONTEXT_UCONTEXT

/*
 * Make @context begin in weft_context_main() on the stack that ends below @stack_top (16-byte
 * aligned).  @stack_bottom: its lowest usable byte.
 */
void weft_context_init(WeftContext *context, void *stack_bottom, void *stack_top);

static inline WeftContext *
weft_context_switch(WeftContext *from, WeftContext *to, void **shared)
{
    (void)shared;
    swapcontext(&from->ucontext, &to->ucontext);
    return from;
}

#else

/* Where a new context begins, in assembly: context.c. */
void weft_context_enter(void);

static inline void
weft_context_init(WeftContext *context, void *stack_bottom, void *stack_top)
{
    (void)stack_bottom;
    context->sp = stack_top;
    context->pc = (void *)weft_context_enter;
    context->fp = NULL;
}

#if defined(__x86_64__)

#ifdef __AVX512F__
#define WEFT_CONTEXT_CLOBBERS_AVX512                                                               \
    , "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25",    \
        "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31", "k1", "k2", "k3", "k4", "k5", "k6",  \
        "k7"
#else
#define WEFT_CONTEXT_CLOBBERS_AVX512
#endif

__attribute__((always_inline)) static inline WeftContext *
weft_context_switch(WeftContext *from, WeftContext *to, void **shared)
{
    /* rbp cannot be clobbered where it is the frame pointer, so it travels in the context. */
    __asm__ volatile("lea 1f(%%rip), %%rax\n\t"
                     "mov %%rsp, 0(%%rdi)\n\t"
                     "mov %%rax, 8(%%rdi)\n\t"
                     "mov %%rbp, 16(%%rdi)\n\t"
                     "mov 0(%%rsi), %%rsp\n\t"
                     "mov 16(%%rsi), %%rbp\n\t"
                     "jmp *8(%%rsi)\n"
                     "1:\n\t"
                     "endbr64\n\t"
                     : "+D"(from), "+S"(to), "+d"(*shared)
                     :
                     : "rax", "rbx", "rcx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
                       "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                       "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "st", "st(1)",
                       "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)", "cc",
                       "memory" WEFT_CONTEXT_CLOBBERS_AVX512);
    return to; /* as the other one named it */
}

#else /* __aarch64__ */

__attribute__((always_inline)) static inline WeftContext *
weft_context_switch(WeftContext *from, WeftContext *to, void **shared)
{
    register WeftContext *from_x0 __asm__("x0") = from;
    register WeftContext *to_x1 __asm__("x1") = to;
    register void *shared_x2 __asm__("x2") = *shared;

    /* AAPCS64: x19-x28, x30 and the low halves of v8-v15 must survive; here they are clobbered, so
     * that only a function that uses them pays.  x29 travels in the context. */
    __asm__ volatile("adr x16, 1f\n\t"
                     "mov x17, sp\n\t"
                     "stp x17, x16, [x0]\n\t"
                     "str x29, [x0, #16]\n\t"
                     "ldp x17, x16, [x1]\n\t"
                     "ldr x29, [x1, #16]\n\t"
                     "mov sp, x17\n\t"
                     "br x16\n"
                     "1:\n\t"
                     "hint #36\n\t" /* bti j */
                     : "+r"(from_x0), "+r"(to_x1), "+r"(shared_x2)
                     :
                     : "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",
                       "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25",
                       "x26", "x27", "x28", "x30", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7",
                       "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16", "v17", "v18",
                       "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29",
                       "v30", "v31", "cc", "memory");
    *shared = shared_x2;
    return to_x1; /* as the other one named it */
}

#endif
#endif
