/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/store/property_backend.h"

G_BEGIN_DECLS

/**
 * Dead properties in SQLite, for file systems without extended attributes.  One database serves all
 * folders; it counts references.
 */
typedef struct WeftDavPropertyDatabase WeftDavPropertyDatabase;

/**
 * Open the file "properties.sqlite" in the folder @state_path, or make it.
 * Returns: NULL with a message for the person who started the program
 */
WeftDavPropertyDatabase *weft_dav_property_database_open(const char *state_path,
                                                         WeftDavDurability durability,
                                                         GError **error);
/** NULL is fine. */
void weft_dav_property_database_unref(WeftDavPropertyDatabase *database);

/** How many files it has properties of. */
size_t weft_dav_property_database_size(WeftDavPropertyDatabase *database);

/** Whether it can keep properties of files on the file system that @fd is on. */
gboolean weft_dav_sqlite_properties_work(int fd);

WeftDavPropertyBackend *weft_dav_sqlite_properties_new(WeftDavPropertyDatabase *database);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavPropertyDatabase, weft_dav_property_database_unref)

G_END_DECLS
