/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/**
 * Bytes that nobody can guess, of the kernel: for keys, tokens, serial numbers.
 */

/** Fill @bytes; from any thread.  Cannot fail: a machine without chance ends the program, for
 * nobody could be kept out. */
void weft_random_fill(void *bytes, size_t size);

G_END_DECLS
