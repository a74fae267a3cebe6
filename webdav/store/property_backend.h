/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/dav_store.h>

G_BEGIN_DECLS

/**
 * Where a directory store keeps the dead properties of its files and folders: as one byte string
 * each.  All methods block and may be called from any thread.
 */
typedef struct WeftDavPropertyBackend WeftDavPropertyBackend;
struct WeftDavPropertyBackend {
    /** Of the open file or folder @fd.  *@ret_bytes: (transfer full) (nullable): NULL: it has none
     */
    gboolean (*load)(WeftDavPropertyBackend *backend, int fd, GBytes **ret_bytes, GError **error);
    /** The same for the member @name of the folder @dir_fd; a link has none. */
    gboolean (*load_member)(WeftDavPropertyBackend *backend, int dir_fd, const char *name,
                            GBytes **ret_bytes, GError **error);
    /** Replace them at once; on failure the old ones stand.  @bytes: (nullable): NULL: none */
    gboolean (*save)(WeftDavPropertyBackend *backend, int fd, GBytes *bytes, GError **error);
    void (*free)(WeftDavPropertyBackend *backend);
};

/** In one extended attribute, user.weft.properties. */
WeftDavPropertyBackend *weft_dav_xattr_properties_new(void);

G_END_DECLS
