/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/store/dir_job.h"

G_BEGIN_DECLS

/** Where a path ends: the folder that holds the name or is to hold it, and what stands there. */
typedef struct {
    int dir_fd;
    gboolean is_owned; /* dir_fd is closed with the place; the root's is not */
    const char *name;  /* (transfer none): the end of the path */
} WeftDavPlace;

#define WEFT_DAV_PLACE_NONE ((WeftDavPlace){.dir_fd = -1})

/** What a place is looked up for: it must exist, or is to be made or replaced. */
typedef enum {
    WEFT_DAV_PLACE_SOURCE, /* NOT_FOUND without the folder, and for reserved names */
    WEFT_DAV_PLACE_TARGET, /* NO_PARENT without the folder, FORBIDDEN for reserved names */
} WeftDavPlaceRole;

/**
 * Open the folder of @path, following links that stay below the root.  The root itself has none:
 * FORBIDDEN.
 * @path: must outlive the place
 */
gboolean weft_dav_place_open(WeftDavDirJob *job, const char *path, WeftDavPlaceRole role,
                             WeftDavPlace *ret_place, GError **error);
void weft_dav_place_clear(WeftDavPlace *place);

/** What stands in a place, as a client sees it. */
typedef enum {
    WEFT_DAV_SIGHT_NOTHING,
    WEFT_DAV_SIGHT_FILE,
    WEFT_DAV_SIGHT_COLLECTION,
    WEFT_DAV_SIGHT_HIDDEN, /* a link to nowhere or out of the root, a device: clients see nothing */
} WeftDavSightKind;

typedef struct {
    WeftDavSightKind kind;
    gboolean is_link; /* a link to what kind and st tell of */
    struct statx st;  /* links followed */
} WeftDavSight;

/** @path: of the place */
gboolean weft_dav_place_look(WeftDavDirJob *job, const WeftDavPlace *place, const char *path,
                             WeftDavSight *ret_sight, GError **error);

/** The same for one that must be there: NOT_FOUND for nothing and for what is hidden. */
gboolean weft_dav_place_see(WeftDavDirJob *job, const WeftDavPlace *place, const char *path,
                            WeftDavSight *ret_sight, GError **error);

/**
 * Whether the folder @dir_fd is the resource @top or lies below it, told by device and inode on the
 * way up to the root.
 * Returns: FALSE with errno; *@ret_is_within is the answer
 */
gboolean weft_dav_is_within(const WeftDavDirStore *store, int dir_fd, const struct statx *top,
                            gboolean *ret_is_within);

/** Segments that stores take.  @reserved_code: the error for names kept for the staging folder */
gboolean weft_dav_path_check(const char *path, WeftDavError reserved_code, GError **error);

static inline gboolean
weft_dav_path_is_root(const char *path)
{
    return path[1] == '\0';
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WeftDavPlace, weft_dav_place_clear)

G_END_DECLS
