/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Names of the program's own functions, static ones, too: the dynamic linker knows only what is
 * exported.
 */

#include <stddef.h>

/* Returns: (nullable): the function of the executable that @address lies in; it lives for ever.
 * Async-signal-safe.  @ret_offset: from its beginning */
const char *weft_symbol_find(const void *address, size_t *ret_offset);
