/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A flag, and a queue of those who wait until it is set.
 */

#include <weft/event.h>

#include "fiber/wait.h"

struct WeftEvent {
    gboolean is_set;
    WeftWaitQueue waiters; /* empty while it is set */
};

WeftEvent *
weft_event_new(void)
{
    return g_new0(WeftEvent, 1);
}

void
weft_event_free(WeftEvent *event)
{
    if (event == NULL)
        return;
    g_assert(weft_wait_queue_is_empty(&event->waiters));
    g_free(event);
}

void
weft_event_set(WeftEvent *event)
{
    event->is_set = TRUE;
    weft_wait_queue_wake_all(&event->waiters);
}

void
weft_event_clear(WeftEvent *event)
{
    event->is_set = FALSE;
}

gboolean
weft_event_is_set(const WeftEvent *event)
{
    return event->is_set;
}

gboolean
weft_event_wait(WeftEvent *event, GError **error)
{
    if (!weft_fiber_check(error))
        return FALSE;
    return event->is_set || weft_wait(&event->waiters, "event", error);
}
