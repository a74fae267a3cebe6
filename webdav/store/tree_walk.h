/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/**
 * A walk over a directory tree that follows no link, with one descriptor and one buffer however
 * deep the tree: it goes up by "..", having checked that this is where it came from.  Members may
 * be removed under it.  All of it blocks.
 */
typedef struct WeftDavTreeWalk WeftDavTreeWalk;

/** How many collections may lie in one another. */
#define WEFT_DAV_TREE_MAX_DEPTH 4096

typedef enum {
    WEFT_DAV_TREE_MEMBER, /* name is a member of the folder dir_fd */
    WEFT_DAV_TREE_LEFT,   /* the folder entered by that name is done; dir_fd is its parent again */
    WEFT_DAV_TREE_END,    /* all seen */
    WEFT_DAV_TREE_ERROR,  /* errno; the walk cannot go on */
} WeftDavTreeEvent;

/** What the walker does with the members. */
typedef enum {
    WEFT_DAV_TREE_READS,
    WEFT_DAV_TREE_REMOVES, /* all but those it keeps */
} WeftDavTreePurpose;

/** @dir_fd: (transfer full): the top, open for reading */
WeftDavTreeWalk *weft_dav_tree_walk_new(int dir_fd, WeftDavTreePurpose purpose);
void weft_dav_tree_walk_free(WeftDavTreeWalk *walk);

WeftDavTreeEvent weft_dav_tree_walk_next(WeftDavTreeWalk *walk);

/** The folder the walk is in. */
int weft_dav_tree_walk_dir_fd(const WeftDavTreeWalk *walk);

/** Of the last event; valid until the next.  The name is one segment, the path relative to the top.
 */
const char *weft_dav_tree_walk_name(const WeftDavTreeWalk *walk);
const char *weft_dav_tree_walk_path(const WeftDavTreeWalk *walk);

/** How far below the top the walk's folder lies; 0 at the top. */
unsigned weft_dav_tree_walk_depth(const WeftDavTreeWalk *walk);

/** After MEMBER: go into it; its members come next, then LEFT.  FALSE with errno: stay here. */
gboolean weft_dav_tree_walk_enter(WeftDavTreeWalk *walk);

/**
 * Something in the folder stays.  After LEFT, weft_dav_tree_walk_left_something() tells whether
 * that was so in the folder just left or below.
 */
void weft_dav_tree_walk_keep(WeftDavTreeWalk *walk);
gboolean weft_dav_tree_walk_left_something(const WeftDavTreeWalk *walk);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavTreeWalk, weft_dav_tree_walk_free)

G_END_DECLS
