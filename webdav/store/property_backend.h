/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/dav_store.h>

G_BEGIN_DECLS

/**
 * Where a directory store keeps the dead properties of its files and folders: as one byte string
 * each.  They belong to the file, not to its name: who renames it takes them along.  All methods
 * block and may be called from any thread.
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
    /**
     * What forget() needs to know of the member @name of @dir_fd, which is about to lose that name.
     * NULL method: properties go with the file by themselves.
     * Returns: (transfer full) (nullable): NULL if there is nothing to forget
     */
    GBytes *(*recall)(WeftDavPropertyBackend *backend, int dir_fd, const char *name);
    /** The file is gone: its properties may go, too.  @file: what recall returned */
    void (*forget)(WeftDavPropertyBackend *backend, GBytes *file);
    void (*free)(WeftDavPropertyBackend *backend);
    gboolean waits_for_disk; /* whatever the files lie on */
};

/** In one extended attribute, user.weft.properties. */
WeftDavPropertyBackend *weft_dav_xattr_properties_new(void);

/** Whether files of the file system that @fd is on may have user extended attributes. */
gboolean weft_dav_xattr_properties_work(int fd);

/** unlinkat(2), with the properties of what is gone. */
int weft_dav_property_unlink(WeftDavPropertyBackend *backend, int dir_fd, const char *name,
                             int flags);

/** renameat(2), with the properties of what is replaced. */
int weft_dav_property_rename_over(WeftDavPropertyBackend *backend, int from_fd, const char *from,
                                  int to_fd, const char *to);

G_END_DECLS
