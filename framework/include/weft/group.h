/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/fiber.h>

G_BEGIN_DECLS

/**
 * A group owns the fibers spawned into it: none outlives it.  The first fiber to fail cancels the
 * others, and its error is what weft_group_wait() gives.
 */
typedef struct WeftGroup WeftGroup;

WeftGroup *weft_group_new(void);

/**
 * Cancel what still runs, wait for it, free.  NULL is fine.  Parks while fibers of the group end,
 * whether or not the caller itself is cancelled.
 */
void weft_group_free(WeftGroup *group);

/**
 * Start @func in a new fiber; it first runs when the caller next parks.  A fiber spawned into a
 * cancelled group ends without having run @func.  The fiber starts with the deadline in force here.
 * @name: for logs and dumps; must outlive the fiber: a literal, as a rule
 * @data: (transfer full): freed with @data_free when the fiber has ended
 * @data_free: (nullable)
 * Returns: (transfer none): valid until the fiber ends.  Without memory for a stack the program
 * ends with a message, as in g_malloc(); bound what you spawn.
 */
WeftFiber *weft_group_spawn(WeftGroup *group, const char *name, WeftFiberFunc func, gpointer data,
                            GDestroyNotify data_free);

/**
 * Cancel every fiber of the group, and those spawned later; returns at once.
 * @reason: for the message of the fibers' error: `cancelled: the server stops`
 */
void weft_group_cancel(WeftGroup *group, const char *reason);

/**
 * TRUE: a failure does not cancel the others, and weft_group_wait() does not give it; for tasks
 * whose errors somebody joins (weft/task.h).  Default FALSE; TRUE in the root group.
 */
void weft_group_set_keeps_going(WeftGroup *group, gboolean keeps_going);

/** Fibers of the group that have not ended. */
size_t weft_group_n_fibers(const WeftGroup *group);

/** Wait for all; FALSE with the error of the first fiber that failed, or with the waiter's own. */
WEFT_PARKS gboolean weft_group_wait(WeftGroup *group, GError **error);

/**
 * Cancel one fiber; sticky: its WEFT_PARKS calls fail from now on.  Safe before it first ran, and
 * on oneself.  Of several reasons the first counts.
 */
void weft_fiber_cancel(WeftFiber *fiber, const char *reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftGroup, weft_group_free)

G_END_DECLS
