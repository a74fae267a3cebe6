/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/store/resource_info.h"

G_BEGIN_DECLS

/**
 * Folders in which a listing has looked at every member for dead properties, lately, and found
 * none: the next listing need look only at members that were changed since, which their time of
 * change tells for free.  Thread-safe.
 */
typedef struct WeftDavPlainFolders WeftDavPlainFolders;

WeftDavPlainFolders *weft_dav_plain_folders_new(void);
void weft_dav_plain_folders_free(WeftDavPlainFolders *folders);

/** What is known of one; zeroed: nothing, look at every member. */
typedef struct {
    int64_t since_us; /* wall clock: before all members were looked at, or known to be plain */
    int64_t full_us;  /* wall clock: before every single one was looked at */
} WeftDavPlainFolder;

/** None of the members of @folder has a dead property. */
void weft_dav_plain_folders_add(WeftDavPlainFolders *folders, const struct statx *folder,
                                WeftDavPlainFolder plain);

/** Returns: what was added, unless every single member was looked at too long ago */
WeftDavPlainFolder weft_dav_plain_folders_find(WeftDavPlainFolders *folders,
                                               const struct statx *folder);

/** TRUE if @member of @folder cannot have a property, as @plain is known of the folder. */
gboolean weft_dav_is_plain_member(const struct statx *member, const struct statx *folder,
                                  WeftDavPlainFolder plain);

G_END_DECLS
