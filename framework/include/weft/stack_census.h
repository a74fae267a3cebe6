/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/**
 * How deep fibers go into their stacks, by the place that spawned them: for the question whether
 * the stack is large enough, and who needs so much of it.
 */

/**
 * From now on, measure fibers when they end.  Before the first weft_run().  A fiber's end then
 * costs some 10 us; without this call nothing.  Not under sanitizers, whose frames are larger.
 */
void weft_stack_census_begin(void);

/** Write a line for each place to descriptor @fd, those that went deepest first: the deepest, the
 * mean, how many fibers ended.  From any thread. */
void weft_dump_stack_use(int fd);

G_END_DECLS
