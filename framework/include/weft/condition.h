/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/mutex.h>

G_BEGIN_DECLS

/**
 * A place where fibers of one thread wait until another says that something has changed.
 *
 * There are no spurious wake-ups: wait returns TRUE only after a signal or broadcast that came
 * while it waited.  But others may have run between that and the return: test what you wait for in
 * a loop.
 *
 *     while (queue_is_empty(queue))
 *         if (!weft_condition_wait(queue->filled, NULL, error))
 *             return FALSE;
 */
typedef struct WeftCondition WeftCondition;

WeftCondition *weft_condition_new(void);

/** Nobody may wait on it.  NULL is fine. */
void weft_condition_free(WeftCondition *condition);

/**
 * Park until signalled.
 * @mutex: (nullable): held by the caller; given back while it waits, and held again on return, on
 * failure, too.  NULL where what is waited for changes only between two WEFT_PARKS calls: then no
 * mutex is needed.
 */
WEFT_PARKS gboolean weft_condition_wait(WeftCondition *condition, WeftMutex *mutex, GError **error);

/** Wake the fiber that waits longest, if there is one. */
void weft_condition_signal(WeftCondition *condition);

/** Wake all that wait now. */
void weft_condition_broadcast(WeftCondition *condition);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftCondition, weft_condition_free)

G_END_DECLS
