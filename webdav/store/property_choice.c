/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Extended attributes go with their file wherever it is taken, by whatever program: so they come
 * first.
 */
#include "webdav/store/property_choice.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char *const places[] = {
    [WEFT_DAV_PROPERTIES_AUTO] = "auto",
    [WEFT_DAV_PROPERTIES_XATTR] = "xattr",
    [WEFT_DAV_PROPERTIES_SQLITE] = "sqlite",
};

/* What the folder's file system can do. */
typedef struct {
    const char *root_path;
    gboolean has_attributes;
    gboolean has_identities;
} Folder;

gboolean
weft_dav_property_place_parse(const char *name, WeftDavPropertyPlace *ret_place)
{
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        if (strcmp(name, places[i]) == 0) {
            *ret_place = (WeftDavPropertyPlace)i;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
look_at(Folder *folder, GError **error)
{
    const int fd = open(folder->root_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return weft_error_set_errno(error, errno, "cannot open %s", folder->root_path);
    folder->has_attributes = weft_dav_xattr_properties_work(fd);
    folder->has_identities = weft_dav_sqlite_properties_work(fd);
    close(fd);
    return TRUE;
}

static WeftDavPropertyBackend *
refuse(const Folder *folder, const char *reason, GError **error)
{
    g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_NO_SPACE,
                "cannot keep dead properties in %s: %s", folder->root_path, reason);
    return NULL;
}

static WeftDavPropertyBackend *
new_in_database(const Folder *folder, const WeftDavPropertyChoice *choice,
                WeftDavPropertyDatabase **database, GError **error)
{
    if (!folder->has_identities)
        return refuse(folder,
                      folder->has_attributes
                          ? "its file system gives files no lasting identity, which SQLite needs; "
                            "extended attributes would work"
                          : "its file system has neither user extended attributes nor, for SQLite, "
                            "files with a lasting identity",
                      error);
    if (choice->state_path == NULL)
        return refuse(folder,
                      folder->has_attributes
                          ? "SQLite needs a state folder (--state)"
                          : "its file system has no user extended attributes, and SQLite needs a "
                            "state folder (--state)",
                      error);
    if (*database == NULL)
        *database = weft_dav_property_database_open(choice->state_path, choice->durability, error);
    return *database == NULL ? NULL : weft_dav_sqlite_properties_new(*database);
}

WeftDavPropertyBackend *
weft_dav_property_choose(const char *root_path, const WeftDavPropertyChoice *choice,
                         WeftDavPropertyDatabase **database, GError **error)
{
    Folder folder = {.root_path = root_path};

    if (!look_at(&folder, error))
        return NULL;
    switch (choice->place) {
    case WEFT_DAV_PROPERTIES_AUTO:
        if (folder.has_attributes)
            return weft_dav_xattr_properties_new();
        return new_in_database(&folder, choice, database, error);
    case WEFT_DAV_PROPERTIES_XATTR:
        if (folder.has_attributes)
            return weft_dav_xattr_properties_new();
        return refuse(&folder, "its file system has no user extended attributes", error);
    case WEFT_DAV_PROPERTIES_SQLITE:
        return new_in_database(&folder, choice, database, error);
    }
    g_assert_not_reached();
}
