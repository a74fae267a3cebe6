/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Where a fiber is, by the chain of frame pointers on its stack (all of weft is compiled with
 * them).
 */

#include <ucontext.h>
#include <weft/fiber.h>

/* The return addresses of @fiber, innermost first: of a parked one from where it was left, of the
 * running one from the caller.  Returns: how many */
size_t weft_backtrace_fiber(const WeftFiber *fiber, void **ret_frames, size_t max_frames);

/* The same from the registers that a signal handler was given.  Async-signal-safe. */
size_t weft_backtrace_machine(const ucontext_t *machine, const WeftFiber *fiber, void **ret_frames,
                              size_t max_frames);

/* Longer ones are cut. */
#define WEFT_BACKTRACE_LINE_BYTES 256

/* "    ADDRESS function+0x1c (module+0x1234)": the function where known, module and offset for
 * addr2line.  Does not allocate. */
void weft_backtrace_format(const void *address, char *line, size_t size);

/* One line a frame.  Does not allocate. */
void weft_backtrace_print(int fd, void *const *frames, size_t n_frames);
