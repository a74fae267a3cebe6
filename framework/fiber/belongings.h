/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What few fibers have: deferred calls, values of their own, an arena.  Made when first asked for,
 * so that all others pay one test of a pointer at their end.
 */

#include "fiber/fiber.h"
#include <weft/arena.h>
#include <weft/local.h>

typedef struct WeftDeferred WeftDeferred;
struct WeftDeferred {
    WeftDeferred *older;
    GDestroyNotify func;
    gpointer data;
};

typedef struct WeftLocalValue WeftLocalValue;
struct WeftLocalValue {
    WeftLocalValue *older;
    const WeftLocal *local;
    gpointer value; /* owned */
};

struct WeftBelongings {
    WeftDeferred *newest_deferred;
    WeftLocalValue *newest_value;
    WeftArena arena;
};

static inline void
weft_local_free_value(const WeftLocal *local, gpointer value)
{
    if (local->value_free != NULL && value != NULL)
        local->value_free(value);
}

/* Those of the running fiber, made if there are none. */
WeftBelongings *weft_belongings_here(void);

/* Call what was deferred, then free the values; again, if that has made new ones; then the arena.
 * On the fiber's own stack. */
void weft_belongings_end(WeftFiber *self) __attribute__((cold, noinline));
