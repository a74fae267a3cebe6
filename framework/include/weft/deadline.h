/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/** A deadline that never comes. */
#define WEFT_DEADLINE_NEVER INT64_MAX

/** The running fiber's deadline before a scope narrowed it; restored when the scope ends. */
typedef struct {
    int64_t outer_us; /* monotonic clock */
} G_GNUC_UNUSED WeftDeadlineScope;

/**
 * Give the rest of the C scope at most @timeout_ms milliseconds.  A scope can only shorten the time
 * left, never lengthen it.
 *
 *     g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(50);
 */
WeftDeadlineScope weft_deadline_scope_ms(int64_t timeout_ms);

/** The same with a point in time (weft_clock_now_us()). */
WeftDeadlineScope weft_deadline_scope_at_us(int64_t deadline_us);

void weft_deadline_scope_end(WeftDeadlineScope *scope);

/** The deadline in force for the running fiber, WEFT_DEADLINE_NEVER if there is none. */
int64_t weft_deadline_us(void);

/** TRUE if the deadline in force has passed. */
gboolean weft_deadline_passed(void);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WeftDeadlineScope, weft_deadline_scope_end)

G_END_DECLS
