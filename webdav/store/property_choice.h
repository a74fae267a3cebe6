/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/store/sqlite_properties.h"

G_BEGIN_DECLS

/** Where a program keeps the dead properties of the folders it serves. */
typedef enum {
    WEFT_DAV_PROPERTIES_AUTO,   /* with the files where that is possible, otherwise in SQLite */
    WEFT_DAV_PROPERTIES_XATTR,  /* in extended attributes, or nowhere */
    WEFT_DAV_PROPERTIES_SQLITE, /* in SQLite, or nowhere */
} WeftDavPropertyPlace;

/** "auto", "xattr", "sqlite"; FALSE for other names. */
gboolean weft_dav_property_place_parse(const char *name, WeftDavPropertyPlace *ret_place);

typedef struct {
    WeftDavPropertyPlace place;
    const char *state_path; /* (nullable): the folder for a database */
    WeftDavDurability durability;
} WeftDavPropertyChoice;

/**
 * The backend for the folder @root_path.
 * @database: in and out, (nullable) (transfer full): the one for all folders of a program; opened
 * when it is first needed
 * Returns: (transfer full): NULL with a message for the person who started the program: with
 * NO_SPACE properties cannot be kept for this folder as @choice wants it, with another error a
 * database cannot be used
 */
WeftDavPropertyBackend *weft_dav_property_choose(const char *root_path,
                                                 const WeftDavPropertyChoice *choice,
                                                 WeftDavPropertyDatabase **database,
                                                 GError **error);

G_END_DECLS
