/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/store/property_backend.h"

G_BEGIN_DECLS

/**
 * Removing a resource with all below it, in pieces, so that a large one holds no thread for long.
 * Links are removed as links.  Members that stay keep their ancestors.
 */
typedef struct WeftDavTreeRemoval WeftDavTreeRemoval;

/**
 * @dir_fd, @name: (transfer none): where it stands; the descriptor outlives the removal
 * @path: of the resource, for messages and failures
 * @failures: (nullable): array of WeftDavFailure: what stays
 * @properties: (nullable): which go with what is removed
 */
WeftDavTreeRemoval *weft_dav_tree_removal_new(int dir_fd, const char *name, const char *path,
                                              GArray *failures, WeftDavPropertyBackend *properties);
void weft_dav_tree_removal_free(WeftDavTreeRemoval *removal);

/**
 * Remove some hundred members.  Blocks; from any thread, one at a time.
 * *@ret_done: TRUE: there is nothing left to do
 * Returns: FALSE with @error if nothing was done and nothing can be
 */
gboolean weft_dav_tree_removal_step(WeftDavTreeRemoval *removal, gboolean *ret_done,
                                    GError **error);

/** All of it at once, keeping quiet about what stays. */
void weft_dav_tree_remove_quietly(int dir_fd, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavTreeRemoval, weft_dav_tree_removal_free)

G_END_DECLS
