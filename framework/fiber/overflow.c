/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A handler of SIGSEGV and SIGBUS on a stack of its own.  If the address lies in a guard page of
 * this thread's fibers, it says whose; then it steps aside, the fault repeats, and whoever was
 * there before (the system, a sanitizer) ends the program.
 */

#include "fiber/overflow.h"
#include "fiber/backtrace.h"
#include "fiber/fiber.h"
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Room for the handler, on top of what the kernel saves (AVX-512 state: 3 KiB). */
#define SIGNAL_STACK_BYTES ((size_t)64 * 1024)
#define MAX_FRAMES 64

static struct sigaction before_segv;
static struct sigaction before_bus;

/* snprintf() is not on the list of what handlers may call; the program is lost anyway, and glibc's
 * does not allocate for these formats. */
static void
say(const WeftFiber *fiber, const ucontext_t *machine)
{
    void *frames[MAX_FRAMES];
    char line[256];
    int n = snprintf(line, sizeof line,
                     "weft: stack overflow in fiber %" G_GUINT64_FORMAT
                     " \"%s\": it has %zu KiB of stack\n",
                     fiber->id, fiber->name, (WEFT_STACK_BYTES - 4096) / 1024);
    const ssize_t written = write(STDERR_FILENO, line, (size_t)n);

    (void)written;
    const size_t n_frames = weft_backtrace_machine(machine, fiber, frames, MAX_FRAMES);
    weft_backtrace_print(STDERR_FILENO, frames, n_frames);
}

static void
handle_fault(int signal_number, siginfo_t *info, void *machine)
{
    const WeftScheduler *scheduler = weft_scheduler_here;

    if (scheduler != NULL && scheduler->current != &scheduler->loop) {
        const WeftFiber *fiber = weft_stack_pool_find_guard(&scheduler->stacks, info->si_addr);
        if (fiber != NULL)
            say(scheduler->current, machine);
    }
    sigaction(signal_number, signal_number == SIGSEGV ? &before_segv : &before_bus, NULL);
}

static void
install_handler(void)
{
    struct sigaction action = {.sa_sigaction = handle_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};

    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, &before_segv);
    sigaction(SIGBUS, &action, &before_bus);
}

void
weft_overflow_watch_thread(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    stack_t current;

    pthread_once(&once, install_handler);
    /* A sanitizer may have given the thread one already. */
    if (sigaltstack(NULL, &current) == 0 && (current.ss_flags & SS_DISABLE) == 0)
        return;

    stack_t stack = {.ss_sp = g_malloc(SIGNAL_STACK_BYTES), .ss_size = SIGNAL_STACK_BYTES};
    weft_scheduler_here->signal_stack = stack.ss_sp;
    sigaltstack(&stack, NULL);
}

void
weft_overflow_unwatch_thread(void)
{
    stack_t none = {.ss_flags = SS_DISABLE};

    if (weft_scheduler_here->signal_stack == NULL)
        return;
    sigaltstack(&none, NULL);
    g_clear_pointer(&weft_scheduler_here->signal_stack, g_free);
}
