/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deadline scopes: the fiber holds the earliest one in force; each scope remembers the one outside.
 */

#include "fiber/fiber.h"
#include <weft/clock.h>

WeftDeadlineScope
weft_deadline_scope_at_us(int64_t deadline_us)
{
    WeftFiber *self = weft_scheduler_here->current;
    const WeftDeadlineScope scope = {self->deadline_us};

    self->deadline_us = MIN(self->deadline_us, deadline_us);
    return scope;
}

WeftDeadlineScope
weft_deadline_scope_ms(int64_t timeout_ms)
{
    const int64_t now_us = weft_scheduler_here->now_us;

    if (timeout_ms >= (INT64_MAX - now_us) / 1000)
        return weft_deadline_scope_at_us(WEFT_DEADLINE_NEVER);
    return weft_deadline_scope_at_us(now_us + timeout_ms * 1000);
}

void
weft_deadline_scope_end(WeftDeadlineScope *scope)
{
    weft_scheduler_here->current->deadline_us = scope->outer_us;
}

int64_t
weft_deadline_us(void)
{
    return weft_scheduler_here->current->deadline_us;
}

gboolean
weft_deadline_passed(void)
{
    const WeftScheduler *scheduler = weft_scheduler_here;

    return scheduler->current->deadline_us <= scheduler->now_us;
}
