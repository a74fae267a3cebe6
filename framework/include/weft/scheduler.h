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

/**
 * Keep what the runtime knows of itself in the tree of weft/statistics.h, below "runtime": turns of
 * event loops and how long they take, fibers, stacks, timers, jobs offloaded.  Switches pay nothing
 * for it, a turn some 50 ns.  From any thread; more than once is once.
 */
void weft_runtime_statistics_begin(void);

/**
 * How long the running scheduler goes on asking for events when it has nothing to do, before its
 * thread sleeps: to be woken costs some microseconds, more on a virtual machine, and whoever waits
 * for an answer waits for them, too.  The price is this much processor time for each sleep.
 * Default 0.
 */
void weft_scheduler_set_idle_poll_us(int64_t duration_us);

/** Fibers that live, of all schedulers: a look from any thread, old as soon as it is there. */
size_t weft_count_fibers(void);

/**
 * Write what every fiber of every scheduler does to descriptor @fd: name, state, what it waits for
 * and since when, deadline, stack use, backtrace, and where it was spawned.  Fibers with the same
 * backtrace, spawned at the same place, are one entry: "120 fibers parked in channel recv".  From
 * any fiber.  Functions have names unless the program is stripped.
 */
void weft_dump_fibers(int fd);

/** How to list fibers. */
typedef enum {
    WEFT_DUMP_GROUPED,
    WEFT_DUMP_EACH, /* an entry for every fiber */
} WeftDumpForm;

/** The same in a form of choice. */
void weft_dump_fibers_as(WeftDumpForm form, int fd);

G_END_DECLS
