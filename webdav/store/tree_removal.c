/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unlinkat() for everything, rmdir on the way up.  RFC 4918 9.6.1: what cannot be deleted keeps its
 * ancestors; only the member itself is reported, not they.
 */
#include "webdav/store/tree_removal.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "webdav/store/system_error.h"
#include "webdav/store/tree_walk.h"

#define STEP_MEMBERS 256
#define MAX_FAILURES 1000 /* an answer of more helps nobody */

struct WeftDavTreeRemoval {
    int dir_fd;
    char *name;
    char *path;
    GArray *failures;
    WeftDavPropertyBackend *properties; /* (nullable) */
    WeftDavTreeWalk *walk;              /* NULL before the first step */
    gboolean keeps;                     /* something stays, so the top does */
};

WeftDavTreeRemoval *
weft_dav_tree_removal_new(int dir_fd, const char *name, const char *path, GArray *failures,
                          WeftDavPropertyBackend *properties)
{
    WeftDavTreeRemoval *removal = g_new0(WeftDavTreeRemoval, 1);

    removal->dir_fd = dir_fd;
    removal->name = g_strdup(name);
    removal->path = g_strdup(path);
    removal->failures = failures;
    removal->properties = properties;
    return removal;
}

void
weft_dav_tree_removal_free(WeftDavTreeRemoval *removal)
{
    if (removal == NULL)
        return;
    weft_dav_tree_walk_free(removal->walk);
    g_free(removal->name);
    g_free(removal->path);
    g_free(removal);
}

static void
add_failure(WeftDavTreeRemoval *removal, int error_number)
{
    WeftDavFailure failure = {0};

    removal->keeps = TRUE;
    weft_dav_tree_walk_keep(removal->walk);
    if (removal->failures == NULL || removal->failures->len >= MAX_FAILURES)
        return;
    failure.path = g_strconcat(removal->path, "/", weft_dav_tree_walk_path(removal->walk), NULL);
    weft_dav_set_system_error(&failure.error, error_number, "remove", failure.path);
    g_array_append_val(removal->failures, failure);
}

static gboolean
unlink_here(const WeftDavTreeRemoval *removal, int flags)
{
    const WeftDavTreeWalk *walk = removal->walk;

    return weft_dav_property_unlink(removal->properties, weft_dav_tree_walk_dir_fd(walk),
                                    weft_dav_tree_walk_name(walk), flags) == 0 ||
           errno == ENOENT;
}

static gboolean
unlink_top(const WeftDavTreeRemoval *removal, int flags)
{
    return weft_dav_property_unlink(removal->properties, removal->dir_fd, removal->name, flags) ==
           0;
}

static void
remove_member(WeftDavTreeRemoval *removal)
{
    WeftDavTreeWalk *walk = removal->walk;

    if (unlink_here(removal, 0))
        return;
    /* POSIX lets unlink() of a directory fail with EPERM, Linux says EISDIR. */
    if (errno != EISDIR && errno != EPERM) {
        add_failure(removal, errno);
        return;
    }

    const int reason = errno;

    if (weft_dav_tree_walk_enter(walk))
        return;
    /* A folder that cannot be read may be an empty one. */
    if (errno != ENOTDIR && unlink_here(removal, AT_REMOVEDIR))
        return;
    add_failure(removal, errno == ENOTDIR ? reason : errno);
}

static void
remove_left_folder(WeftDavTreeRemoval *removal)
{
    if (!weft_dav_tree_walk_left_something(removal->walk) && !unlink_here(removal, AT_REMOVEDIR))
        add_failure(removal, errno);
}

/* Files go at once; a collection is opened for the walk.  *@ret_done as in step. */
static gboolean
begin(WeftDavTreeRemoval *removal, gboolean *ret_done, GError **error)
{
    if (unlink_top(removal, 0)) {
        *ret_done = TRUE;
        return TRUE;
    }
    if (errno != EISDIR && errno != EPERM)
        return weft_dav_set_system_error(error, errno, "remove", removal->path);
    if (unlink_top(removal, AT_REMOVEDIR)) {
        *ret_done = TRUE;
        return TRUE;
    }
    if (errno != ENOTEMPTY && errno != EEXIST)
        return weft_dav_set_system_error(error, errno == ENOTDIR ? EPERM : errno, "remove",
                                         removal->path);

    const int fd =
        openat(removal->dir_fd, removal->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return weft_dav_set_system_error(error, errno, "remove", removal->path);
    removal->walk = weft_dav_tree_walk_new(fd, WEFT_DAV_TREE_REMOVES);
    return TRUE;
}

static gboolean
finish(WeftDavTreeRemoval *removal, GError **error)
{
    if (removal->keeps || unlink_top(removal, AT_REMOVEDIR) || errno == ENOENT)
        return TRUE;
    return weft_dav_set_system_error(error, errno, "remove", removal->path);
}

gboolean
weft_dav_tree_removal_step(WeftDavTreeRemoval *removal, gboolean *ret_done, GError **error)
{
    *ret_done = FALSE;
    if (removal->walk == NULL) {
        if (!begin(removal, ret_done, error))
            return FALSE;
        if (*ret_done)
            return TRUE;
    }

    for (unsigned i = 0; i < STEP_MEMBERS; i++) {
        switch (weft_dav_tree_walk_next(removal->walk)) {
        case WEFT_DAV_TREE_MEMBER:
            remove_member(removal);
            break;
        case WEFT_DAV_TREE_LEFT:
            remove_left_folder(removal);
            break;
        case WEFT_DAV_TREE_END:
            *ret_done = TRUE;
            return finish(removal, error);
        case WEFT_DAV_TREE_ERROR:
            return weft_dav_set_system_error(error, errno, "remove", removal->path);
        }
    }
    return TRUE;
}

void
weft_dav_tree_remove_quietly(int dir_fd, const char *name)
{
    g_autoptr(WeftDavTreeRemoval) removal =
        weft_dav_tree_removal_new(dir_fd, name, name, NULL, NULL);
    gboolean is_done = FALSE;

    while (!is_done && weft_dav_tree_removal_step(removal, &is_done, NULL))
        continue;
}
