/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/group.h>

G_BEGIN_DECLS

/**
 * Make this thread a scheduler, run @func as its first fiber, and the fibers that come of it, until
 * @func has returned and the root group is empty (what is left in it is cancelled).
 * Called from main() or a thread of your own, not from a fiber.
 * @name: (transfer none): of the first fiber
 * Returns: what @func returned, with its error
 */
gboolean weft_run(const char *name, WeftFiberFunc func, gpointer data, GError **error);

/**
 * The running scheduler's root group: for fibers that serve the whole thread, and end with it.
 * Returns: (transfer none)
 */
WeftGroup *weft_root_group(void);

/** Fibers that live, of all schedulers: a look from any thread, old as soon as it is there. */
size_t weft_count_fibers(void);

/**
 * Write a line or more for every fiber of every scheduler to descriptor @fd: name, state, what it
 * waits for and since when, deadline, stack use, backtrace.  From any fiber.
 */
void weft_dump_fibers(int fd);

G_END_DECLS
