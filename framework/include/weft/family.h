/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/fiber.h>

G_BEGIN_DECLS

/**
 * Who spawned whom.  The parent of a fiber is the one that spawned it; when that one ends, the
 * grandparent adopts its children, so that the tree never breaks.  Groups say who waits for whom;
 * the family only says where a fiber comes from, and whose values it sees (weft/local.h).
 * A fiber is valid until it ends, so look at none across a WEFT_PARKS call.
 */

/** Returns: (nullable): NULL for what the scheduler itself began */
WeftFiber *weft_fiber_parent(const WeftFiber *fiber);

/** Returns: (nullable): the child that was spawned, or adopted, last */
WeftFiber *weft_fiber_newest_child(const WeftFiber *fiber);

/** Returns: (nullable): the next child of the same parent, for a loop over all */
WeftFiber *weft_fiber_older_sibling(const WeftFiber *fiber);

/** How many fibers stand above it; 0 for what the scheduler itself began. */
size_t weft_fiber_level(const WeftFiber *fiber);

/**
 * Wait until the running fiber has no children, adopted ones included.  Their errors are for their
 * groups, and for who joins them.
 */
WEFT_PARKS gboolean weft_fiber_join_children(GError **error);

/**
 * The family below @fiber for people: a line each, two spaces deeper for each level: name, number,
 * and what it waits for.
 * @fiber: (nullable): NULL: all fibers of this thread
 * Returns: (transfer full)
 */
char *weft_fiber_family_to_string(const WeftFiber *fiber);

G_END_DECLS
