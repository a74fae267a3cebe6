/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A new name comes by linkat(2), a replacement by rename(2), another kind of resource by
 * RENAME_EXCHANGE: nothing goes before what replaces it stands.
 */
#include "webdav/store/staged.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "webdav/store/system_error.h"
#include "webdav/store/tree_removal.h"

#define FILE_MODE 0666 /* less the umask */
#define PROC_PATH_BYTES 32

/* File systems without O_TMPFILE say it in one of these ways. */
static gboolean
is_unnamed_unsupported(int error_number)
{
    return error_number == EOPNOTSUPP || error_number == EISDIR || error_number == EINVAL ||
           error_number == ENOSYS;
}

gboolean
weft_dav_staged_open(WeftDavStaged *staged, WeftDavDirStore *store, int beside_fd, const char *path,
                     GError **error)
{
    if (!store->can_link_unnamed)
        return weft_dav_staged_open_named(staged, store, beside_fd, path, error);
    staged->fd = openat(beside_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, FILE_MODE);
    if (staged->fd >= 0)
        return TRUE;
    if (is_unnamed_unsupported(errno))
        return weft_dav_staged_open_named(staged, store, beside_fd, path, error);
    return weft_dav_set_system_error(error, errno, "create", path);
}

gboolean
weft_dav_staged_open_named(WeftDavStaged *staged, WeftDavDirStore *store, int beside_fd,
                           const char *path, GError **error)
{
    if (!weft_dav_staging_take(store->staging, beside_fd, &staged->name))
        return weft_dav_set_system_error(error, errno, "stage", path);
    staged->fd = openat(staged->name.dir_fd, staged->name.name,
                        O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    staged->is_named = staged->fd >= 0;
    return staged->is_named || weft_dav_set_system_error(error, errno, "create", path);
}

gboolean
weft_dav_staged_make_folder(WeftDavStaged *staged, WeftDavDirStore *store, int beside_fd,
                            const char *path, mode_t mode, GError **error)
{
    if (!weft_dav_staging_take(store->staging, beside_fd, &staged->name))
        return weft_dav_set_system_error(error, errno, "stage", path);
    staged->is_named = mkdirat(staged->name.dir_fd, staged->name.name, mode) == 0;
    return staged->is_named || weft_dav_set_system_error(error, errno, "create", path);
}

/* Give the unnamed file a name; by its descriptor, or where that takes a privilege, by /proc. */
static gboolean
link_unnamed(int fd, int dir_fd, const char *name)
{
    char proc_path[PROC_PATH_BYTES];

    if (linkat(fd, "", dir_fd, name, AT_EMPTY_PATH) == 0)
        return TRUE;
    if (errno != ENOENT)
        return FALSE;
    snprintf(proc_path, sizeof proc_path, "/proc/self/fd/%d", fd);
    return linkat(AT_FDCWD, proc_path, dir_fd, name, AT_SYMLINK_FOLLOW) == 0;
}

static gboolean
is_flag_unsupported(int error_number)
{
    return error_number == EINVAL || error_number == ENOSYS || error_number == EOPNOTSUPP;
}

static gboolean
put_where_nothing_is(WeftDavStaged *staged, const WeftDavPlace *place)
{
    const WeftDavStagedName *name = &staged->name;

    if (!staged->is_named)
        return link_unnamed(staged->fd, place->dir_fd, place->name);
    if (renameat2(name->dir_fd, name->name, place->dir_fd, place->name, RENAME_NOREPLACE) != 0) {
        /* Without the flag: the service's path lock keeps others away from an empty place. */
        if (!is_flag_unsupported(errno) ||
            renameat(name->dir_fd, name->name, place->dir_fd, place->name) != 0)
            return FALSE;
    }
    staged->is_named = FALSE;
    return TRUE;
}

/* File systems that cannot exchange: the old one aside, the new one in, and back if that fails. */
static gboolean
swap_by_hand(WeftDavStaged *staged, WeftDavDirStore *store, const WeftDavPlace *place)
{
    WeftDavStagedName aside;

    if (!weft_dav_staging_take(store->staging, place->dir_fd, &aside))
        return FALSE;
    if (renameat(place->dir_fd, place->name, aside.dir_fd, aside.name) != 0)
        return FALSE;
    if (renameat(staged->name.dir_fd, staged->name.name, place->dir_fd, place->name) != 0) {
        const int reason = errno;

        if (renameat(aside.dir_fd, aside.name, place->dir_fd, place->name) != 0)
            g_warning("a resource that could not be replaced is left in the staging folder");
        errno = reason;
        return FALSE;
    }
    staged->name = aside;
    return TRUE;
}

static gboolean
swap(WeftDavStaged *staged, WeftDavDirStore *store, const WeftDavPlace *place)
{
    if (renameat2(staged->name.dir_fd, staged->name.name, place->dir_fd, place->name,
                  RENAME_EXCHANGE) == 0)
        return TRUE;
    return is_flag_unsupported(errno) && swap_by_hand(staged, store, place);
}

static gboolean
put_over(WeftDavStaged *staged, WeftDavDirStore *store, const WeftDavPlace *place,
         const WeftDavSight *sight)
{
    const gboolean is_file = staged->fd >= 0;
    const gboolean stands_a_file = sight->kind == WEFT_DAV_SIGHT_FILE || sight->is_link;

    if (!staged->is_named) {
        if (!weft_dav_staging_take(store->staging, place->dir_fd, &staged->name) ||
            !link_unnamed(staged->fd, staged->name.dir_fd, staged->name.name))
            return FALSE;
        staged->is_named = TRUE;
    }
    if (!is_file || !stands_a_file)
        return swap(staged, store, place);
    if (weft_dav_property_rename_over(store->properties, staged->name.dir_fd, staged->name.name,
                                      place->dir_fd, place->name) != 0)
        return FALSE;
    staged->is_named = FALSE;
    return TRUE;
}

gboolean
weft_dav_staged_put(WeftDavStaged *staged, WeftDavDirStore *store, const WeftDavPlace *place,
                    const WeftDavSight *sight, const char *path, GError **error)
{
    const gboolean is_put = sight->kind == WEFT_DAV_SIGHT_NOTHING
                                ? put_where_nothing_is(staged, place)
                                : put_over(staged, store, place, sight);

    /* EXDEV is no link out of the root here: the folder has come to lie on another mount. */
    return is_put ||
           weft_dav_set_system_error(error, errno == EXDEV ? EIO : errno, "put in place", path);
}

void
weft_dav_staged_clear(WeftDavStaged *staged)
{
    if (staged->is_named)
        weft_dav_tree_remove_quietly(staged->name.dir_fd, staged->name.name);
    if (staged->fd >= 0)
        close(staged->fd);
    *staged = WEFT_DAV_STAGED_NONE;
}
