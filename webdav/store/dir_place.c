/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a path to a descriptor and a name.  Behind this point there are no paths: what is done is
 * done by *at() calls on the last segment, which follow no link.
 */
#include "webdav/store/dir_place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "webdav/store/system_error.h"
#include "webdav/store/tree_walk.h"

#define MAX_NAME_BYTES 255
#define MAX_PATH_BYTES 4095 /* PATH_MAX without its NUL: what one open can take */

/* The service has sorted such names out; whatever it let through ends here. */
static gboolean
is_unfit(const char *segment, size_t len)
{
    return len == 0 || (len == 1 && segment[0] == '.') ||
           (len == 2 && segment[0] == '.' && segment[1] == '.');
}

static gboolean
check_segment(const char *segment, size_t len, const char *path, WeftDavError reserved_code,
              GError **error)
{
    if (is_unfit(segment, len)) {
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_FORBIDDEN, "impossible name in \"%s\"",
                    path);
        return FALSE;
    }
    if (len > MAX_NAME_BYTES) {
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_NAME_TOO_LONG,
                    "name longer than %d bytes in \"%s\"", MAX_NAME_BYTES, path);
        return FALSE;
    }
    /* The segment ends with '/' or NUL: the test stops there. */
    if (weft_dav_is_staging_name(segment)) {
        g_set_error(error, WEFT_DAV_ERROR, reserved_code, "reserved name in \"%s\"", path);
        return FALSE;
    }
    return TRUE;
}

gboolean
weft_dav_path_check(const char *path, WeftDavError reserved_code, GError **error)
{
    const char *segment = path;

    g_assert(path[0] == '/');
    while (*segment == '/' && !weft_dav_path_is_root(path)) {
        const char *end = strchrnul(++segment, '/');

        if (!check_segment(segment, (size_t)(end - segment), path, reserved_code, error))
            return FALSE;
        segment = end;
    }
    if (segment - path > MAX_PATH_BYTES) {
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_NAME_TOO_LONG,
                    "path longer than %d bytes", MAX_PATH_BYTES);
        return FALSE;
    }
    return TRUE;
}

/* Syncing a folder needs it open for reading; otherwise O_PATH does, and asks for no permission. */
static int
folder_flags(const WeftDavDirStore *store)
{
    const gboolean will_sync = g_atomic_int_get(&store->durability) == WEFT_DAV_DURABILITY_POWER &&
                               store->kind != WEFT_FILE_MEMORY;

    return (will_sync ? O_RDONLY : O_PATH) | O_DIRECTORY;
}

gboolean
weft_dav_place_open(WeftDavDirJob *job, const char *path, WeftDavPlaceRole role,
                    WeftDavPlace *ret_place, GError **error)
{
    const WeftDavError reserved_code =
        role == WEFT_DAV_PLACE_SOURCE ? WEFT_DAV_ERROR_NOT_FOUND : WEFT_DAV_ERROR_FORBIDDEN;

    if (weft_dav_path_is_root(path)) {
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_FORBIDDEN,
                    "the root can be neither removed nor replaced");
        return FALSE;
    }
    if (!weft_dav_path_check(path, reserved_code, error))
        return FALSE;

    const char *name = strrchr(path, '/') + 1;

    if (name == path + 1) {
        *ret_place = (WeftDavPlace){job->store->root.fd, FALSE, name};
        return TRUE;
    }

    g_autofree char *folder = g_strndup(path + 1, (size_t)(name - path) - 2);
    const int fd =
        weft_dav_beneath_open(&job->store->root, folder, folder_flags(job->store), job->limits);

    if (fd >= 0) {
        *ret_place = (WeftDavPlace){fd, TRUE, name};
        return TRUE;
    }
    weft_dav_dir_job_failed(job, errno);
    if (role == WEFT_DAV_PLACE_TARGET)
        return weft_dav_set_parent_error(error, errno, path);
    return weft_dav_set_system_error(error, errno, "find", path);
}

void
weft_dav_place_clear(WeftDavPlace *place)
{
    if (place->is_owned)
        close(place->dir_fd);
    *place = WEFT_DAV_PLACE_NONE;
}

/* What a link leads to; hidden if that is nowhere, outside, or not for us. */
static gboolean
look_through_link(WeftDavDirJob *job, const char *path, WeftDavSight *sight)
{
    const int fd = weft_dav_beneath_open(&job->store->root, path + 1, O_PATH, job->limits);

    if (fd < 0) {
        weft_dav_dir_job_failed(job, errno);
        return !job->met_limit;
    }
    if (statx(fd, "", AT_EMPTY_PATH, WEFT_DAV_STATX_MASK, &sight->st) == 0 &&
        weft_dav_statx_is_resource(&sight->st))
        sight->kind = S_ISDIR(sight->st.stx_mode) ? WEFT_DAV_SIGHT_COLLECTION : WEFT_DAV_SIGHT_FILE;
    close(fd);
    return TRUE;
}

gboolean
weft_dav_place_look(WeftDavDirJob *job, const WeftDavPlace *place, const char *path,
                    WeftDavSight *ret_sight, GError **error)
{
    WeftDavSight sight = {.kind = WEFT_DAV_SIGHT_HIDDEN};

    if (statx(place->dir_fd, place->name, AT_SYMLINK_NOFOLLOW,
              WEFT_DAV_STATX_MASK | STATX_UID | STATX_GID, &sight.st) != 0) {
        if (errno != ENOENT)
            return weft_dav_set_system_error(error, errno, "look at", path);
        sight.kind = WEFT_DAV_SIGHT_NOTHING;
    } else if (weft_dav_statx_is_link(&sight.st)) {
        sight.is_link = TRUE;
        if (!look_through_link(job, path, &sight))
            return weft_dav_set_system_error(error, EAGAIN, "look at", path);
    } else if (weft_dav_statx_is_resource(&sight.st)) {
        sight.kind = S_ISDIR(sight.st.stx_mode) ? WEFT_DAV_SIGHT_COLLECTION : WEFT_DAV_SIGHT_FILE;
    }
    *ret_sight = sight;
    return TRUE;
}

gboolean
weft_dav_place_see(WeftDavDirJob *job, const WeftDavPlace *place, const char *path,
                   WeftDavSight *ret_sight, GError **error)
{
    WeftDavSight sight = {.kind = WEFT_DAV_SIGHT_NOTHING};

    if (!weft_dav_place_look(job, place, path, &sight, error))
        return FALSE;
    if (sight.kind == WEFT_DAV_SIGHT_NOTHING || sight.kind == WEFT_DAV_SIGHT_HIDDEN)
        return weft_dav_set_system_error(error, ENOENT, "find", path);
    *ret_sight = sight;
    return TRUE;
}

gboolean
weft_dav_is_within(const WeftDavDirStore *store, int dir_fd, const struct statx *top,
                   gboolean *ret_is_within)
{
    struct statx root;
    struct statx at;
    int fd = openat(dir_fd, ".", O_PATH | O_CLOEXEC);
    gboolean is_known = FALSE;

    if (statx(store->root.fd, "", AT_EMPTY_PATH, STATX_INO, &root) != 0)
        goto out;
    for (unsigned i = 0; i < WEFT_DAV_TREE_MAX_DEPTH && fd >= 0; i++) {
        if (statx(fd, "", AT_EMPTY_PATH, STATX_INO, &at) != 0)
            goto out;
        *ret_is_within = weft_dav_statx_is_same(&at, top);
        if (*ret_is_within || weft_dav_statx_is_same(&at, &root)) {
            is_known = TRUE;
            goto out;
        }

        const int parent = openat(fd, "..", O_PATH | O_CLOEXEC);

        close(fd);
        fd = parent;
    }
    if (fd >= 0)
        errno = ELOOP;
out:
    if (fd >= 0) {
        const int reason = errno;

        close(fd);
        errno = reason;
    }
    return is_known;
}
