/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The context switch alone, without GLib or a test framework, so that it is built for another
 * machine and run under an emulator: what must survive a switch does, and a new context begins as
 * it should.
 */

#include "fiber/context.h"
#include <stdio.h>
#include <stdlib.h>

#define N_CONTEXTS 8
#define N_ROUNDS 20000
#define STACK_BYTES ((size_t)64 * 1024)

static WeftContext contexts[N_CONTEXTS + 1]; /* the last one is main's */
static int current = N_CONTEXTS;
static int n_failures;

static void
check(int holds, const char *what)
{
    if (holds)
        return;
    n_failures++;
    fprintf(stderr, "switch_test: context %d: %s\n", current, what);
}

static __attribute__((noinline)) void
switch_to(int next)
{
    const int self = current;
    void *shared = &current;

    current = next;
    WeftContext *back = weft_context_switch(&contexts[self], &contexts[next], &shared);
    current = self;
    check(back == &contexts[self], "came back as somebody else");
    check(shared == &current, "what all share is lost");
}

/* More values alive across the switch than there are registers: integers and floating point. */
static __attribute__((noinline)) void
keep_values(int self, int round)
{
    volatile double source = self * 1000.0 + round;
    const double a = source + 0.25, b = source * 2, c = source - 1, d = source / 3, e = source + 7;
    const double f = source * 5, g = source - 9, h = source / 11, i = source + 13, j = source * 17;
    const long k = self + 1L, l = self * 3L + round, m = round ^ 0x55L, n = round + 99L;
    const long o = self - 4L, p = round * 7L, q = self * round + 1L, r = round - 8L, s = self + 77L;

    switch_to((self + 1) % (N_CONTEXTS + 1));

    const double real = source;
    check(a == real + 0.25 && b == real * 2 && c == real - 1 && d == real / 3 && e == real + 7,
          "floating point, first half");
    check(f == real * 5 && g == real - 9 && h == real / 11 && i == real + 13 && j == real * 17,
          "floating point, second half");
    check(k == self + 1L && l == self * 3L + round && m == (round ^ 0x55L) && n == round + 99L,
          "integers, first half");
    check(o == self - 4L && p == round * 7L && q == self * round + 1L && r == round - 8L &&
              s == self + 77L,
          "integers, second half");
}

void
weft_context_main(WeftContext *context)
{
    const int self = (int)(context - contexts);

    check((uintptr_t)__builtin_frame_address(0) % 16 == 0, "the stack is not aligned");
    check(current == self, "entered as somebody else");
    for (int round = 0;; round++)
        keep_values(self, round);
}

int
main(void)
{
    for (int i = 0; i < N_CONTEXTS; i++) {
        char *stack = aligned_alloc(4096, STACK_BYTES);

        if (stack == NULL)
            return EXIT_FAILURE;
        weft_context_init(&contexts[i], stack, stack + STACK_BYTES - (size_t)i * 64);
    }
    for (int round = 0; round < N_ROUNDS; round++)
        keep_values(N_CONTEXTS, round);
    printf("switch_test: %d rounds over %d contexts, %d failures\n", N_ROUNDS, N_CONTEXTS + 1,
           n_failures);
    return n_failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
