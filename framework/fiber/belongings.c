/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a fiber leaves to be done, and what it leaves behind.
 */

#include "fiber/belongings.h"
#include "fiber/fiber.h"

WeftBelongings *
weft_belongings_here(void)
{
    WeftFiber *self = weft_scheduler_here->current;

    g_assert(self != &weft_scheduler_here->loop); /* it never ends */
    if (self->belongings == NULL) {
        self->belongings = g_new0(WeftBelongings, 1);
        weft_arena_init(&self->belongings->arena, SIZE_MAX);
    }
    return self->belongings;
}

static void
call_newest(WeftBelongings *belongings)
{
    const WeftDeferred deferred = *belongings->newest_deferred;

    g_free(belongings->newest_deferred);
    belongings->newest_deferred = deferred.older;
    deferred.func(deferred.data);
}

static void
free_newest_value(WeftBelongings *belongings)
{
    const WeftLocalValue value = *belongings->newest_value;

    g_free(belongings->newest_value);
    belongings->newest_value = value.older;
    weft_local_free_value(value.local, value.value);
}

void
weft_belongings_end(WeftFiber *self)
{
    WeftBelongings *belongings = self->belongings;

    while (belongings->newest_deferred != NULL || belongings->newest_value != NULL)
        if (belongings->newest_deferred != NULL)
            call_newest(belongings);
        else
            free_newest_value(belongings);
    self->belongings = NULL;
    weft_arena_clear(&belongings->arena);
    g_free(belongings);
}

void
weft_defer(GDestroyNotify func, gpointer data)
{
    WeftBelongings *belongings = weft_belongings_here();
    WeftDeferred *deferred = g_new(WeftDeferred, 1);

    *deferred = (WeftDeferred){belongings->newest_deferred, func, data};
    belongings->newest_deferred = deferred;
}

WeftArena *
weft_fiber_arena(void)
{
    return &weft_belongings_here()->arena;
}
