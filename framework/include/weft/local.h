/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/fiber.h>

G_BEGIN_DECLS

/**
 * A value that each fiber has for itself, and lends to those it spawned: who the request is for,
 * its number in the log.  The key is a constant of the program; its address is what counts.
 *
 *     static const WeftLocal request_name = {"request name", g_free};
 *     weft_local_set(&request_name, g_strdup(path));
 *     ... in a child, or further down ...
 *     const char *name = weft_local_find(&request_name);
 */
typedef struct {
    const char *name;          /* for people */
    GDestroyNotify value_free; /* (nullable): how a value ends */
} WeftLocal;

/**
 * Set the running fiber's own value; an older one is freed.  It is freed when the fiber ends.
 * @value: (transfer full) (nullable): NULL hides what the parents have
 */
void weft_local_set(const WeftLocal *local, gpointer value);

/** Free the running fiber's own value, if it has one, so that its parents' is seen again. */
void weft_local_unset(const WeftLocal *local);

/** Returns: (nullable): the running fiber's own value; NULL if it has none */
gpointer weft_local_get(const WeftLocal *local);

/**
 * The running fiber's own value, or else that of the nearest fiber up the family tree
 * (weft/family.h) that has one; NULL if none has.  A parent's value goes when the parent ends: then
 * the grandparent's is seen.
 * Returns: (nullable): valid until the caller next parks, if it is not its own
 */
gpointer weft_local_find(const WeftLocal *local);

/** For the rest of the C scope the running fiber has another value. */
typedef struct {
    const WeftLocal *local;
    gpointer outer; /* owned: what comes back when the scope ends */
    gboolean had_outer;
} G_GNUC_UNUSED WeftLocalScope;

/**
 * @value: (transfer full) (nullable): freed when the scope ends
 *
 *     g_auto(WeftLocalScope) as_root = weft_local_scope(&user, user_new("root"));
 */
WeftLocalScope weft_local_scope(const WeftLocal *local, gpointer value);
void weft_local_scope_end(WeftLocalScope *scope);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WeftLocalScope, weft_local_scope_end)

G_END_DECLS
