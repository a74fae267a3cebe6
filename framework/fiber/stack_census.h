/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The census of stacks, as the pool of stacks sees it.  A word is left where only deep fibers come;
 * so the pool takes every fiber for a deep one, and brings it here: those who do not measure pay
 * nothing.
 */

#include "fiber/stack.h"

extern gboolean weft_stack_census_is_on;

/* A stack of zeros that nobody has used: leave the word at @mark. */
void weft_stack_census_mark(uint64_t *mark);

/* @fiber, on whose stack we are, has ended: note how deep it went, and make the stack one of zeros
 * again. */
void weft_stack_census_note(WeftFiber *fiber, uint64_t *mark);
