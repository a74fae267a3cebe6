/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The links of the family tree.  The event loop stands for the scheduler at its root; it never
 * ends, so every fiber has a parent.
 */

#include "fiber/fiber.h"
#include <weft/family.h>

/* The children of @self become its parent's. */
void weft_family_adopt(WeftFiber *self) __attribute__((cold, noinline));

/* The last child has gone, and its parent waits for that. */
void weft_family_tell_parent(WeftFiber *parent) __attribute__((cold, noinline));

static inline void
weft_family_join(WeftFiber *child, WeftFiber *parent)
{
    WeftFiber *older = parent->newest_child;

    child->parent = parent;
    child->link_here = &parent->newest_child;
    child->older_sibling = older;
    if (older != NULL)
        older->link_here = &child->older_sibling;
    parent->newest_child = child;
}

static inline void
weft_family_unlink(WeftFiber *child)
{
    *child->link_here = child->older_sibling;
    if (child->older_sibling != NULL)
        child->older_sibling->link_here = child->link_here;
}

/* A fiber ends. */
static inline void
weft_family_leave(WeftFiber *self)
{
    WeftFiber *parent = self->parent;

    if (G_UNLIKELY(self->newest_child != NULL))
        weft_family_adopt(self);
    weft_family_unlink(self);
    if (G_UNLIKELY(parent->awaits_children))
        weft_family_tell_parent(parent);
}
