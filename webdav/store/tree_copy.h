/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/store/dir_store.h"
#include "webdav/store/staging.h"

G_BEGIN_DECLS

/**
 * Copying a collection with all below it into an empty folder, in pieces.  Memory and descriptors
 * do not grow with the tree.
 */
typedef struct WeftDavTreeCopy WeftDavTreeCopy;

typedef enum {
    /** What clients see: files, also those behind links; links to collections as links; names that
     * clients do not see are left out.  Members that cannot be read go to the failures. */
    WEFT_DAV_TREE_COPY_VISIBLE,
    /** All there is, as it is, for moving to another mount; what cannot be copied ends it. */
    WEFT_DAV_TREE_COPY_EXACT,
} WeftDavTreeCopyMode;

typedef struct {
    WeftDavDirStore *store;
    const char *from_path; /* of the collection that is copied */
    const char *to_path;   /* where it will stand; for messages and failures */
    WeftDavTreeCopyMode mode;
    GArray *failures; /* of WeftDavFailure */
} WeftDavTreeCopyPlan;

/**
 * @plan: what it points to must outlive the copy
 * @from_fd: (transfer full): the collection, open for reading
 * @to_fd: (transfer full): the empty folder
 */
WeftDavTreeCopy *weft_dav_tree_copy_new(const WeftDavTreeCopyPlan *plan, int from_fd, int to_fd);
void weft_dav_tree_copy_free(WeftDavTreeCopy *copy);

/** Copy some hundred members or some MiB.  Blocks.  *@ret_done: TRUE: that was all */
gboolean weft_dav_tree_copy_step(WeftDavTreeCopy *copy, gboolean *ret_done, GError **error);

/** Make the file @to_fd, whose content stands, like @from_fd: permissions, dead properties, and as
 * @mode asks for, a modification time of its own or the same. */
gboolean weft_dav_tree_copy_attributes(WeftDavDirStore *store, int from_fd, int to_fd,
                                       WeftDavTreeCopyMode mode, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavTreeCopy, weft_dav_tree_copy_free)

G_END_DECLS
