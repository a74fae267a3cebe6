/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a context begins: a first frame that nobody called, so that debuggers and backtraces stop
 * there.  It goes on by a jump with a return address put in place by hand: a call that never
 * returns would leave the processor's return stack one off, and every return after the fiber
 * mispredicted.
 */

#include "fiber/context.h"

#ifdef WEFT_CONTEXT_UCONTEXT

static void
enter(unsigned low, unsigned high)
{
    weft_context_main((WeftContext *)((uintptr_t)low | (uintptr_t)high << 32));
}

void
weft_context_init(WeftContext *context, void *stack_bottom, void *stack_top)
{
    const uintptr_t self = (uintptr_t)context;

    getcontext(&context->ucontext);
    context->ucontext.uc_stack.ss_sp = stack_bottom;
    context->ucontext.uc_stack.ss_size = (size_t)((char *)stack_top - (char *)stack_bottom);
    context->ucontext.uc_link = NULL;
    /* makecontext() passes ints. */
    makecontext(&context->ucontext, (void (*)(void))enter, 2, (unsigned)self,
                (unsigned)((uint64_t)self >> 32));
}

#else

/* On entry the register of weft_context_switch()'s second argument still holds the context. */
#if defined(__x86_64__)
__asm__(".text\n"
        ".p2align 4\n"
        ".hidden weft_context_enter\n"
        ".globl weft_context_enter\n"
        ".type weft_context_enter, @function\n"
        "weft_context_enter:\n"
        ".cfi_startproc\n"
        ".cfi_undefined rip\n"
        "endbr64\n"
        "xor %ebp, %ebp\n"
        "mov %rsi, %rdi\n"
        "lea 1f(%rip), %rax\n"
        "push %rax\n"
        "jmp weft_context_main\n"
        "nop\n"
        "1:\n"
        "ud2\n"
        ".cfi_endproc\n"
        ".size weft_context_enter, . - weft_context_enter\n");
#else
__asm__(".text\n"
        ".p2align 4\n"
        ".hidden weft_context_enter\n"
        ".globl weft_context_enter\n"
        ".type weft_context_enter, %function\n"
        "weft_context_enter:\n"
        ".cfi_startproc\n"
        ".cfi_undefined x30\n"
        "hint #36\n" /* bti j */
        "mov x29, #0\n"
        "adr x30, 1f\n"
        "mov x0, x1\n"
        "b weft_context_main\n"
        "nop\n"
        "1:\n"
        "brk #0\n"
        ".cfi_endproc\n"
        ".size weft_context_enter, . - weft_context_enter\n");
#endif

#endif
