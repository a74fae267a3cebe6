/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Stack overflow: a fiber that touches its guard page ends the program with a message that names
 * it.
 */

/* Give the calling thread, a scheduler, a stack for signal handlers; the first call also installs
 * the handler of SIGSEGV and SIGBUS. */
void weft_overflow_watch_thread(void);
void weft_overflow_unwatch_thread(void);
