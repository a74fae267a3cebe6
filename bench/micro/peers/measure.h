/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the programs of ../compare.py have in common: each row does something @n times; how often
 * is found out; a line says how much of the processor's time one took, whoever else is on it.
 */

#include <stdint.h>
#include <stdio.h>
#include <time.h>

typedef void (*MeasuredRow)(uint64_t n);

static inline double
measure_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* @name: as in compare.py */
static inline void
measure(const char *name, MeasuredRow row)
{
    const double wanted_ns = 40e6;
    uint64_t n = 64;

    for (;;) {
        const double begin_ns = measure_now_ns();
        row(n);
        const double took_ns = measure_now_ns() - begin_ns;
        if (took_ns >= wanted_ns) {
            printf("%s %.2f\n", name, took_ns / (double)n);
            fflush(stdout);
            return;
        }
        n *= took_ns < wanted_ns / 16 ? 8 : 2;
    }
}
