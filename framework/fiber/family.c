/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The family tree of fibers.
 */

#include "fiber/family.h"
#include "fiber/dispatch.h"

void
weft_family_adopt(WeftFiber *self)
{
    WeftFiber *child;

    while ((child = self->newest_child) != NULL) {
        weft_family_unlink(child);
        weft_family_join(child, self->parent);
    }
}

void
weft_family_tell_parent(WeftFiber *parent)
{
    if (parent->newest_child == NULL)
        weft_fiber_interrupt(parent, WEFT_WAKE_GIVEN);
}

/* The event loop is nobody's parent, to users. */
static WeftFiber *
unless_loop(WeftFiber *fiber)
{
    return fiber == &fiber->scheduler->loop ? NULL : fiber;
}

WeftFiber *
weft_fiber_parent(const WeftFiber *fiber)
{
    return unless_loop(fiber->parent);
}

WeftFiber *
weft_fiber_newest_child(const WeftFiber *fiber)
{
    return fiber->newest_child;
}

WeftFiber *
weft_fiber_older_sibling(const WeftFiber *fiber)
{
    return fiber->older_sibling;
}

size_t
weft_fiber_level(const WeftFiber *fiber)
{
    size_t level = 0;

    while ((fiber = weft_fiber_parent(fiber)) != NULL)
        level++;
    return level;
}

static gboolean
wait_for_no_child(WeftScheduler *scheduler, WeftFiber *self, GError **error)
{
    if (!weft_fiber_check_self(scheduler, self, "join of children", error))
        return FALSE;

    self->awaits_children = TRUE;
    const WeftWakeCause cause = weft_fiber_park(scheduler, self, "join of children");
    self->awaits_children = FALSE;
    return cause == WEFT_WAKE_GIVEN || weft_fiber_fail(cause, "join of children", error);
}

gboolean
weft_fiber_join_children(GError **error)
{
    WeftScheduler *scheduler = weft_scheduler_here;
    WeftFiber *self = scheduler->current;

    while (self->newest_child != NULL)
        if (!wait_for_no_child(scheduler, self, error))
            return FALSE;
    return TRUE;
}

static void
append_line(GString *text, const WeftFiber *fiber, size_t depth)
{
    g_string_append_printf(text, "%*s%s %" G_GUINT64_FORMAT ": %s\n", (int)MIN(depth, 100) * 2, "",
                           fiber->name, fiber->id,
                           fiber->is_parked                        ? fiber->waits_for
                           : fiber == weft_scheduler_here->current ? "running"
                                                                   : "ready");
}

/* The next one in the order of the tree, below @root.  No recursion: families may be deep. */
static const WeftFiber *
next_in_tree(const WeftFiber *fiber, const WeftFiber *root, size_t *depth)
{
    if (fiber->newest_child != NULL) {
        (*depth)++;
        return fiber->newest_child;
    }
    while (fiber != root && fiber->older_sibling == NULL) {
        (*depth)--;
        fiber = fiber->parent;
    }
    return fiber == root ? NULL : fiber->older_sibling;
}

char *
weft_fiber_family_to_string(const WeftFiber *fiber)
{
    const WeftFiber *root = fiber != NULL ? fiber : &weft_scheduler_here->loop;
    GString *text = g_string_new(NULL);
    size_t depth = 0;

    if (fiber != NULL)
        append_line(text, fiber, 0);
    for (fiber = next_in_tree(root, root, &depth); fiber != NULL;
         fiber = next_in_tree(fiber, root, &depth))
        append_line(text, fiber, depth - (root == &weft_scheduler_here->loop));
    return g_string_free(text, FALSE);
}
