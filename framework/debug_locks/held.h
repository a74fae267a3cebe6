/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which locks the calling thread's fibers hold.  Outside of fibers nothing is noted.
 */

#include <weft/base.h>

/* Before a lock is asked for: is it held here by another fiber?  Then this thread stops for ever.
 */
void weft_held_check(const void *lock, const void *caller);

/* The running fiber has taken @lock. */
void weft_held_add(const void *lock, const void *caller);

/* It is about to be released. */
void weft_held_remove(const void *lock);
