/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <string.h>
#include <weft/dav_store.h>

G_BEGIN_DECLS

/**
 * Where a directory store builds what is not yet to be seen: a hidden folder at its root, in it one
 * folder for each living store, which that store holds by flock(2).  What a dead one left behind is
 * swept by the next.  Made when first needed, removed at the end.
 */
typedef struct WeftDavStaging WeftDavStaging;

/** No client sees a name that begins like this, nor can it make one. */
#define WEFT_DAV_STAGING_PREFIX ".weft-staging"

static inline gboolean
weft_dav_is_staging_name(const char *name)
{
    return name[0] == '.' &&
           strncmp(name, WEFT_DAV_STAGING_PREFIX, sizeof WEFT_DAV_STAGING_PREFIX - 1) == 0;
}

/** Sweeps what dead stores left, as far as permissions go.  @root_fd: (transfer none) */
WeftDavStaging *weft_dav_staging_new(int root_fd);

/** Removes the folders that are empty.  NULL is fine. */
void weft_dav_staging_free(WeftDavStaging *staging);

#define WEFT_DAV_STAGED_NAME_BYTES 64

/** A name nobody else uses, in a folder on the mount where it is needed. */
typedef struct {
    int dir_fd; /* (transfer none): valid as long as the staging and @beside_fd are */
    char name[WEFT_DAV_STAGED_NAME_BYTES];
} WeftDavStagedName;

/**
 * A fresh name for what is to be renamed into the folder @beside_fd, or out of it: in the staging
 * folder, or where that is on another mount or cannot be made, in @beside_fd itself.  Blocks; from
 * any thread. Returns: FALSE with errno
 */
gboolean weft_dav_staging_take(WeftDavStaging *staging, int beside_fd, WeftDavStagedName *ret_name);

/** Whether @name in @dir_fd (it begins with the prefix) lies about since the death of its store. */
gboolean weft_dav_staging_is_stale(WeftDavStaging *staging, int dir_fd, const char *name);

G_END_DECLS
