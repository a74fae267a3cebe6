/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks frame pointers: [fp] is the caller's frame pointer, [fp + 8] the return address, on both
 * machines.  A frame outside of the fiber's stack, or one that does not lie above the last, ends
 * it.
 */

#include "fiber/backtrace.h"
#include "fiber/fiber.h"
#include "fiber/symbols.h"
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static size_t
walk(const WeftFiber *fiber, const uintptr_t *frame, void **ret_frames, size_t n, size_t max_frames)
{
    const uintptr_t *bottom = weft_stack_bottom(fiber);
    const uintptr_t *top = (const uintptr_t *)fiber;

    while (n < max_frames && frame >= bottom && frame + 2 <= top &&
           (uintptr_t)frame % sizeof(uintptr_t) == 0 && frame[1] != 0) {
        const uintptr_t *caller = (const uintptr_t *)frame[0];

        ret_frames[n++] = (void *)frame[1];
        if (caller <= frame)
            break;
        frame = caller;
    }
    return n;
}

size_t
weft_backtrace_fiber(const WeftFiber *fiber, void **ret_frames, size_t max_frames)
{
    if (fiber == weft_fiber_current())
        return walk(fiber, __builtin_frame_address(0), ret_frames, 0, max_frames);

#ifdef WEFT_CONTEXT_UCONTEXT
    return weft_backtrace_machine(&fiber->context.ucontext, fiber, ret_frames, max_frames);
#else
    if (max_frames == 0 || fiber->context.fp == NULL)
        return 0; /* it has not run yet */
    ret_frames[0] = fiber->context.pc;
    return walk(fiber, fiber->context.fp, ret_frames, 1, max_frames);
#endif
}

size_t
weft_backtrace_machine(const ucontext_t *machine, const WeftFiber *fiber, void **ret_frames,
                       size_t max_frames)
{
#if defined(__x86_64__)
    const uintptr_t pc = (uintptr_t)machine->uc_mcontext.gregs[REG_RIP];
    const uintptr_t fp = (uintptr_t)machine->uc_mcontext.gregs[REG_RBP];
#elif defined(__aarch64__)
    const uintptr_t pc = (uintptr_t)machine->uc_mcontext.pc;
    const uintptr_t fp = (uintptr_t)machine->uc_mcontext.regs[29];
#else
    const uintptr_t pc = 0;
    const uintptr_t fp = 0;
    (void)machine;
#endif

    if (max_frames == 0 || pc == 0)
        return 0;
    ret_frames[0] = (void *)pc;
    return walk(fiber, (const uintptr_t *)fp, ret_frames, 1, max_frames);
}

void
weft_backtrace_format(const void *address, char *line, size_t size)
{
    size_t into = 0;
    Dl_info info;

    if (dladdr(address, &info) == 0) {
        snprintf(line, size, "    %p", address);
        return;
    }
    const char *slash = strrchr(info.dli_fname, '/');
    const char *module = slash != NULL ? slash + 1 : info.dli_fname;
    const size_t offset = (size_t)((const char *)address - (char *)info.dli_fbase);
    const char *function = weft_symbol_find(address, &into);
    if (function == NULL && info.dli_sname != NULL) {
        function = info.dli_sname;
        into = (size_t)((const char *)address - (char *)info.dli_saddr);
    }
    if (function != NULL)
        snprintf(line, size, "    %p %s+0x%zx (%s+0x%zx)", address, function, into, module, offset);
    else
        snprintf(line, size, "    %p (%s+0x%zx)", address, module, offset);
}

/* A recursion without end is one line and a count. */
void
weft_backtrace_print(int fd, void *const *frames, size_t n_frames)
{
    char line[WEFT_BACKTRACE_LINE_BYTES];

    for (size_t i = 0; i < n_frames;) {
        size_t n_same = 1;

        while (i + n_same < n_frames && frames[i + n_same] == frames[i])
            n_same++;
        weft_backtrace_format(frames[i], line, sizeof line);
        dprintf(fd, "%s\n", line);
        if (n_same > 1)
            dprintf(fd, "    ... and %zu times more\n", n_same - 1);
        i += n_same;
    }
}
