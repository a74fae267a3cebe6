/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Off scopes: a list of the thread, because a fiber knows nothing of libc.
 */

#include "cooperative/off.h"

__thread WeftCooperativeOff *weft_off_newest;

WeftCooperativeOffScope
weft_cooperative_off_scope(void)
{
    const WeftFiber *self = weft_fiber_current();
    if (self == NULL)
        return (WeftCooperativeOffScope){NULL};

    WeftCooperativeOff *off = g_new(WeftCooperativeOff, 1);
    *off = (WeftCooperativeOff){.fiber = self, .older = weft_off_newest};
    weft_off_newest = off;
    return (WeftCooperativeOffScope){off};
}

void
weft_cooperative_off_scope_end(WeftCooperativeOffScope *scope)
{
    WeftCooperativeOff **link = &weft_off_newest;

    if (scope->off == NULL)
        return;
    while (*link != scope->off)
        link = &(*link)->older;
    *link = scope->off->older;
    g_free(g_steal_pointer(&scope->off));
}
