/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which fibers of the calling thread have switched cooperation off for a scope.
 */

#include <weft/cooperative.h>
#include <weft/fiber.h>

typedef struct WeftCooperativeOff WeftCooperativeOff;
struct WeftCooperativeOff {
    const WeftFiber *fiber;
    WeftCooperativeOff *older;
};

/* Of the thread; few at a time. */
extern __thread WeftCooperativeOff *weft_off_newest;

static inline gboolean
weft_off_covers(const WeftFiber *fiber)
{
    for (const WeftCooperativeOff *each = weft_off_newest; each != NULL; each = each->older)
        if (each->fiber == fiber)
            return TRUE;
    return FALSE;
}
