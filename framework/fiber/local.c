/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of fibers: a short list in each that has any.
 */

#include "fiber/belongings.h"
#include "fiber/fiber.h"

/* The link that leads to the value of @local, or to the end of the list. */
static WeftLocalValue **
find_link(WeftBelongings *belongings, const WeftLocal *local)
{
    WeftLocalValue **link = &belongings->newest_value;

    while (*link != NULL && (*link)->local != local)
        link = &(*link)->older;
    return link;
}

static const WeftLocalValue *
find_value(const WeftFiber *fiber, const WeftLocal *local)
{
    return fiber->belongings == NULL ? NULL : *find_link(fiber->belongings, local);
}

/* Returns: (transfer full): what was there before; @ret_had: if there was something */
static gpointer
exchange(const WeftLocal *local, gpointer value, gboolean *ret_had)
{
    WeftBelongings *belongings = weft_belongings_here();
    WeftLocalValue *found = *find_link(belongings, local);

    *ret_had = found != NULL;
    if (found == NULL) {
        found = g_new(WeftLocalValue, 1);
        *found = (WeftLocalValue){belongings->newest_value, local, NULL};
        belongings->newest_value = found;
    }
    gpointer outer = found->value;
    found->value = value;
    return outer;
}

void
weft_local_set(const WeftLocal *local, gpointer value)
{
    gboolean had_one;

    weft_local_free_value(local, exchange(local, value, &had_one));
}

void
weft_local_unset(const WeftLocal *local)
{
    if (find_value(weft_scheduler_here->current, local) == NULL)
        return;

    WeftLocalValue **link = find_link(weft_belongings_here(), local);
    WeftLocalValue *found = *link;
    gpointer value = found->value;
    *link = found->older;
    g_free(found);
    weft_local_free_value(local, value);
}

gpointer
weft_local_get(const WeftLocal *local)
{
    const WeftLocalValue *found = find_value(weft_scheduler_here->current, local);

    return found == NULL ? NULL : found->value;
}

gpointer
weft_local_find(const WeftLocal *local)
{
    const WeftFiber *fiber = weft_scheduler_here->current;

    /* The event loop is everybody's first parent, and has no values. */
    for (; fiber != NULL; fiber = fiber->parent) {
        const WeftLocalValue *found = find_value(fiber, local);

        if (found != NULL)
            return found->value;
    }
    return NULL;
}

WeftLocalScope
weft_local_scope(const WeftLocal *local, gpointer value)
{
    WeftLocalScope scope = {.local = local};

    scope.outer = exchange(local, value, &scope.had_outer);
    return scope;
}

void
weft_local_scope_end(WeftLocalScope *scope)
{
    if (scope->had_outer)
        weft_local_set(scope->local, scope->outer);
    else
        weft_local_unset(scope->local);
}
