/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/arena.h>
#include <weft/error.h>

G_BEGIN_DECLS

/**
 * A fiber is one line of control on its own small stack.  It runs until it parks, and it parks only
 * inside a function marked WEFT_PARKS.  Between two such calls nothing else runs on this thread,
 * and a fiber never changes threads.
 *
 * Cancellation and the deadline (weft/deadline.h) belong to the fiber.  Once it is cancelled or
 * late, every WEFT_PARKS function in it fails at once, each time it is called.
 *
 * fork(2): the child of a program with fibers may only exec or _exit.  In it every WEFT_PARKS call
 * fails, no other fiber runs, and to return to the scheduler ends it with a message; or else two
 * processes would answer the same peers.  Programs of several processes fork before weft_run().
 */
typedef struct WeftFiber WeftFiber;

/** What a fiber runs.  FALSE with @error set is failure; its group hears of it (weft/group.h). */
typedef gboolean (*WeftFiberFunc)(gpointer data, GError **error);

/** Let the other ready fibers run once. */
WEFT_PARKS gboolean weft_fiber_yield(GError **error);

/** Park for at least @duration_ms milliseconds. */
WEFT_PARKS gboolean weft_fiber_sleep_ms(int64_t duration_ms, GError **error);

/** Park until the monotonic clock (weft_clock_now_us()) shows @until_us; if it does, yield. */
WEFT_PARKS gboolean weft_fiber_sleep_until_us(int64_t until_us, GError **error);

/** Returns: (nullable): the running fiber; NULL outside of fibers */
WeftFiber *weft_fiber_current(void);

/** As given to weft_group_spawn(), or set since; a literal. */
const char *weft_fiber_name(const WeftFiber *fiber);

/** Name the running fiber, for logs and dumps.  @name: must outlive the fiber: a literal, as a rule
 */
void weft_fiber_set_name(const char *name);

/** TRUE once the running fiber, or a group around it, was cancelled. */
gboolean weft_fiber_is_cancelled(void);

/** Returns: (nullable): the reason of the first cancellation; NULL if there was none */
const char *weft_fiber_cancel_reason(void);

/** Bytes left on the running fiber's stack; what recursive code tests before it goes deeper. */
size_t weft_fiber_stack_left(void);

/**
 * For the rest of the C scope the running fiber is shielded: neither cancellation nor a deadline of
 * outside the scope makes its WEFT_PARKS calls fail; a deadline scope opened inside does.  For what
 * must be finished once begun.  Both are heard again when the scope ends.
 *
 *     g_auto(WeftShieldScope) shield = weft_shield_scope();
 */
typedef struct {
    int64_t outer_deadline_us;
} G_GNUC_UNUSED WeftShieldScope;

/** Begin the shield; it ends with the C scope that the result is in. */
WeftShieldScope weft_shield_scope(void);
void weft_shield_scope_end(WeftShieldScope *scope);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WeftShieldScope, weft_shield_scope_end)

/**
 * Call @func when the running fiber ends: its body has returned, whether well, failed or cancelled.
 * What was deferred last is called first, before the data given at spawning is freed.  It runs in
 * the fiber and may park; if the fiber was cancelled it needs a shield for that.
 */
void weft_defer(GDestroyNotify func, gpointer data);

/**
 * Memory that ends with the running fiber, after what was deferred.
 * Returns: (transfer none): without a limit
 */
WeftArena *weft_fiber_arena(void);

/**
 * Who runs first of those that are ready.  A system fiber runs at the next switch, before all
 * normal ones; in every 128 switches it may overtake at most WEFT_PRIORITY_MAX_OVERTAKES times, so
 * that normal ones always get on.  For timers, shedding and administration, not for work.
 */
typedef enum {
    WEFT_PRIORITY_NORMAL,
    WEFT_PRIORITY_SYSTEM,
} WeftPriority;

#define WEFT_PRIORITY_MAX_OVERTAKES 64

/** Counts from the next time that @fiber gets ready.  Not inherited. */
void weft_fiber_set_priority(WeftFiber *fiber, WeftPriority priority);

G_END_DECLS
