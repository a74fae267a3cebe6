/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Lines: fibers that wait for something that is handed to them, where who hands it over must see
 * what each of them wants.  A place lies on the stack of the fiber that waits.  Whoever serves it
 * takes it out of the line at that moment; who is served has what he was handed, though he be
 * cancelled before he runs again.
 */

#include "fiber/wait.h"

typedef struct WeftLine WeftLine;

typedef struct WeftPlace WeftPlace;
struct WeftPlace {
    WeftPlace *older;
    WeftPlace *newer;
    gboolean is_in_line;
    WeftWaitQueue parked; /* the one fiber; empty from the moment that it was woken, by whatever */
    gpointer item;        /* what the owner of the line hands over, either way */
    size_t n_wanted;      /* the same, for those who count */
};

/* First come, first served.  Zeroed is empty. */
struct WeftLine {
    WeftPlace *oldest;
    WeftPlace *newest;
    size_t n_places; /* with those who are gone, and have not run since */
};

static inline void
weft_line_remove(WeftLine *line, WeftPlace *place)
{
    if (place->older == NULL)
        line->oldest = place->newer;
    else
        place->older->newer = place->newer;
    if (place->newer == NULL)
        line->newest = place->older;
    else
        place->newer->older = place->older;
    place->is_in_line = FALSE;
    line->n_places--;
}

/* Returns: (nullable): @place, or the first behind it that still waits; those who were cancelled or
 * late, and have not run since, are taken out. */
static inline WeftPlace *
weft_line_skip_gone(WeftLine *line, WeftPlace *place)
{
    while (place != NULL && weft_wait_queue_is_empty(&place->parked)) {
        WeftPlace *newer = place->newer;

        weft_line_remove(line, place);
        place = newer;
    }
    return place;
}

/* Returns: (nullable): who waits longest */
static inline WeftPlace *
weft_line_oldest(WeftLine *line)
{
    return weft_line_skip_gone(line, line->oldest);
}

/* Returns: (nullable): who waits longest of those behind @place */
static inline WeftPlace *
weft_line_next(WeftLine *line, const WeftPlace *place)
{
    return weft_line_skip_gone(line, place->newer);
}

static inline gboolean
weft_line_is_empty(WeftLine *line)
{
    return weft_line_oldest(line) == NULL;
}

/* End the wait at @place, which still waits. */
static inline void
weft_line_serve(WeftLine *line, WeftPlace *place)
{
    weft_line_remove(line, place);
    weft_wait_queue_wake_oldest(&place->parked);
}

/* Make all waits fail with WEFT_ERROR_CLOSED. */
static inline void
weft_line_close(WeftLine *line)
{
    WeftPlace *place;

    while ((place = weft_line_oldest(line)) != NULL) {
        weft_line_remove(line, place);
        weft_wait_queue_close(&place->parked);
    }
}

/*
 * Wait at the end of @line until served.  The object that the line belongs to may be gone
 * afterwards if it was closed.
 * @place: item and n_wanted set, the rest zeroed
 */
WEFT_PARKS static inline gboolean
weft_line_wait(WeftLine *line, WeftPlace *place, const char *what, GError **error)
{
    place->older = line->newest;
    place->newer = NULL;
    place->is_in_line = TRUE;
    if (line->newest == NULL)
        line->oldest = place;
    else
        line->newest->newer = place;
    line->newest = place;
    line->n_places++;

    const gboolean is_served = weft_wait(&place->parked, what, error);
    if (place->is_in_line)
        weft_line_remove(line, place);
    return is_served;
}
