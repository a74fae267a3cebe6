/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Untried, in somebody's hands, or done.  After a failure it goes from hand to hand without being
 * untried in between, so that nobody overtakes who waits.
 */

#include <weft/once.h>

#include "fiber/wait.h"

struct WeftOnce {
    gboolean is_done;
    WeftFiber *runner; /* NULL: nobody's; then nobody waits */
    WeftWaitQueue waiters;
};

WeftOnce *
weft_once_new(void)
{
    return g_new0(WeftOnce, 1);
}

void
weft_once_free(WeftOnce *once)
{
    if (once == NULL)
        return;
    g_assert(once->runner == NULL && weft_wait_queue_is_empty(&once->waiters));
    g_free(once);
}

gboolean
weft_once_run(WeftOnce *once, WeftFiberFunc func, gpointer data, GError **error)
{
    if (!weft_fiber_check(error))
        return FALSE;
    if (once->runner != NULL) {
        g_assert(once->runner != weft_fiber_current());
        if (!weft_wait(&once->waiters, "once", error))
            return FALSE;
    } else if (!once->is_done) {
        once->runner = weft_fiber_current();
    }
    if (once->is_done)
        return TRUE;

    g_assert(once->runner == weft_fiber_current());
    if (!func(data, error)) {
        once->runner = weft_wait_queue_wake_oldest(&once->waiters);
        return FALSE;
    }
    once->is_done = TRUE;
    once->runner = NULL;
    weft_wait_queue_wake_all(&once->waiters);
    return TRUE;
}

gboolean
weft_once_is_done(const WeftOnce *once)
{
    return once->is_done;
}
