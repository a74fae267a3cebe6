/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/group.h>

G_BEGIN_DECLS

/**
 * A task is a fiber with a result: a handle that outlives the fiber, by which any number of fibers
 * wait for it, any number of times, each hearing the same.  Reference counted; belongs to one
 * scheduler's thread.  Letting go of the handle does not end the task: its group owns that.
 *
 *     g_autoptr(WeftTask) price = weft_spawn("price", find_price, article, NULL);
 *     g_autoptr(WeftTask) stock = weft_spawn("stock", find_stock, article, NULL);
 *     const Price *found = weft_task_join(price, error);
 */
typedef struct WeftTask WeftTask;

/**
 * What a task runs.  It has failed if it sets @error (and then returns NULL); NULL without an error
 * is a result like any other.
 * Returns: (transfer full): freed as weft_task_set_result_free() says
 */
typedef gpointer (*WeftTaskFunc)(gpointer data, GError **error);

/**
 * Start @func in a new fiber of the root group; it first runs when the caller next parks.  It
 * starts with the deadline in force here.
 * @name: for logs, dumps and errors; must outlive the task: a literal, as a rule
 * @data: (transfer full): freed with @data_free when the fiber has ended
 * @data_free: (nullable)
 * Returns: (transfer full)
 */
WeftTask *weft_spawn(const char *name, WeftTaskFunc func, gpointer data, GDestroyNotify data_free);

/**
 * The same in a group.  The group hears of a failure as it hears of any fiber's: it cancels the
 * others, unless weft_group_set_keeps_going() said otherwise.
 */
WeftTask *weft_group_spawn_task(WeftGroup *group, const char *name, WeftTaskFunc func,
                                gpointer data, GDestroyNotify data_free);

WeftTask *weft_task_ref(WeftTask *task);

/** NULL is fine.  The last one frees the result. */
void weft_task_unref(WeftTask *task);

/** How the result ends, with the last reference.  Default: nothing is done to it.  At any time. */
void weft_task_set_result_free(WeftTask *task, GDestroyNotify result_free);

/**
 * Wait until the task has ended.
 * Returns: (transfer none) (nullable): its result, while there is a reference to the task.  NULL
 * with @error set if it failed: a copy of its error, prefixed: `task "price": timed out in sleep`;
 * or if the caller's own deadline or cancellation came first: without that prefix.  A task that
 * joins itself gets WEFT_ERROR_INVALID.
 */
WEFT_PARKS gpointer weft_task_join(WeftTask *task, GError **error);

/**
 * Wait until all @n_tasks have ended, well or not; what became of each is then in
 * weft_task_result() and weft_task_error().
 * @tasks: an entry may be NULL: there is none
 * Returns: FALSE if the caller's own deadline or cancellation came first, with @error naming how
 * many have not ended, and one of them
 */
WEFT_PARKS gboolean weft_task_join_all(WeftTask *const *tasks, size_t n_tasks, GError **error);

/** TRUE once it has ended, well or not. */
gboolean weft_task_is_done(const WeftTask *task);

/** Returns: (transfer none) (nullable): its result; NULL while it runs, and if it failed */
gpointer weft_task_result(const WeftTask *task);

/** Returns: (nullable): why it failed, without a prefix; NULL while it runs, and if it did not */
const GError *weft_task_error(const WeftTask *task);

/** As given when it was spawned. */
const char *weft_task_name(const WeftTask *task);

/** Returns: (nullable): its fiber; NULL once it has ended */
WeftFiber *weft_task_fiber(const WeftTask *task);

/**
 * Cancel it, as weft_fiber_cancel() does; returns at once.  Before it first ran: its body is not
 * entered.  After its end: nothing.  On oneself: the next WEFT_PARKS call fails.
 */
void weft_task_cancel(WeftTask *task, const char *reason);

/**
 * Cancel it and wait for its end, however it ends; the deadline in force says how long.  On
 * oneself it does not wait, and fails as any WEFT_PARKS call of a cancelled fiber.
 * Returns: FALSE if it had not ended by then: WEFT_ERROR_TIMED_OUT with its name and what it still
 * waits for; or if the caller is cancelled
 */
WEFT_PARKS gboolean weft_task_kill(WeftTask *task, const char *reason, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftTask, weft_task_unref)

G_END_DECLS
