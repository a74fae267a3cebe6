/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ROOT/.weft-staging/INSTANCE/, where INSTANCE is drawn by lot and locked while its store lives.
 * On other mounts below the root, where nothing can be renamed from there, the same names stand in
 * the folders themselves; whether one is stale is told by whether its instance has a folder.  An
 * instance that may not make one marks its names, which are stale when they are a day old.
 */
#include "webdav/store/staging.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <weft/clock.h>

#include "webdav/store/tree_removal.h"
#include "webdav/store/tree_walk.h"

#define INSTANCE_BYTES 17 /* 16 hexadecimal digits and NUL */
#define MAX_TRIES 16
#define FOLDER_MODE 0700
#define HOUSED_MARK '-'
#define HOMELESS_MARK '~'
#define HOMELESS_STALE_S (24 * 60 * 60)

/* Renames work within one mount of one device. */
typedef struct {
    uint64_t mount_id;
    uint32_t device_major;
    uint32_t device_minor;
} MountPlace;

struct WeftDavStaging {
    int root_fd;
    char instance[INSTANCE_BYTES];
    atomic_uint_fast64_t last_number;
    pthread_mutex_t mutex; /* for making the folders */
    _Atomic int folder_fd; /* ROOT/.weft-staging/INSTANCE, -1 before it is needed */
    MountPlace place;      /* of folder_fd, set before it */
};

static gboolean
get_mount_place(int fd, MountPlace *ret_place)
{
    struct statx st;

    if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st) != 0)
        return FALSE;
    *ret_place = (MountPlace){st.stx_mnt_id, st.stx_dev_major, st.stx_dev_minor};
    return TRUE;
}

static int
open_folder(int dir_fd, const char *name)
{
    return openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* A folder that somebody else owns, or may write to, could be made to hand us his files. */
static gboolean
is_ours_alone(int fd)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return FALSE;
    if (st.st_uid == geteuid() && (st.st_mode & 022) == 0)
        return TRUE;
    errno = EPERM;
    return FALSE;
}

/* Remove the folders in @top_fd that no living store holds. */
static void
sweep_instances(int top_fd)
{
    g_autoptr(WeftDavTreeWalk) walk = weft_dav_tree_walk_new(top_fd, WEFT_DAV_TREE_READS);

    while (weft_dav_tree_walk_next(walk) == WEFT_DAV_TREE_MEMBER) {
        const char *name = weft_dav_tree_walk_name(walk);
        const int fd = open_folder(top_fd, name);

        if (fd < 0)
            continue;
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            weft_dav_tree_remove_quietly(top_fd, name);
        close(fd);
    }
}

static void
sweep(int root_fd)
{
    const int top_fd = open_folder(root_fd, WEFT_DAV_STAGING_PREFIX);

    if (top_fd < 0)
        return;
    if (!is_ours_alone(top_fd)) {
        close(top_fd);
        return;
    }
    sweep_instances(top_fd);
    /* Fails while others live, and is meant to. */
    unlinkat(root_fd, WEFT_DAV_STAGING_PREFIX, AT_REMOVEDIR);
}

WeftDavStaging *
weft_dav_staging_new(int root_fd)
{
    WeftDavStaging *staging = g_new0(WeftDavStaging, 1);

    staging->root_fd = root_fd;
    staging->folder_fd = -1;
    pthread_mutex_init(&staging->mutex, NULL);
    snprintf(staging->instance, sizeof staging->instance, "%08x%08x", g_random_int(),
             g_random_int());
    sweep(root_fd);
    return staging;
}

static void
remove_folders(WeftDavStaging *staging)
{
    const int top_fd = open_folder(staging->root_fd, WEFT_DAV_STAGING_PREFIX);

    if (top_fd < 0)
        return;
    weft_dav_tree_remove_quietly(top_fd, staging->instance);
    close(top_fd);
    unlinkat(staging->root_fd, WEFT_DAV_STAGING_PREFIX, AT_REMOVEDIR);
}

void
weft_dav_staging_free(WeftDavStaging *staging)
{
    if (staging == NULL)
        return;
    if (staging->folder_fd >= 0) {
        remove_folders(staging);
        close(staging->folder_fd);
    }
    pthread_mutex_destroy(&staging->mutex);
    g_free(staging);
}

/* Make INSTANCE and hold it; -1 with errno, 0 if a sweeper was quicker. */
static int
try_make_instance(WeftDavStaging *staging, int top_fd)
{
    struct stat st;

    if (mkdirat(top_fd, staging->instance, FOLDER_MODE) != 0)
        return errno == ENOENT ? 0 : -1;

    const int fd = open_folder(top_fd, staging->instance);

    if (fd < 0)
        return errno == ENOENT ? 0 : -1;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0 && st.st_nlink > 0 &&
        faccessat(top_fd, staging->instance, F_OK, 0) == 0)
        return fd;
    close(fd);
    return 0;
}

static int
make_folders_locked(WeftDavStaging *staging)
{
    /* Another store may remove the upper folder at its end, or sweep what we have not yet locked.
     */
    for (int i = 0; i < MAX_TRIES; i++) {
        if (mkdirat(staging->root_fd, WEFT_DAV_STAGING_PREFIX, FOLDER_MODE) != 0 && errno != EEXIST)
            return -1;

        const int top_fd = open_folder(staging->root_fd, WEFT_DAV_STAGING_PREFIX);

        if (top_fd < 0 && errno == ENOENT)
            continue;
        if (top_fd < 0)
            return -1;

        const int fd = is_ours_alone(top_fd) ? try_make_instance(staging, top_fd) : -1;
        const int reason = errno;

        close(top_fd);
        errno = reason;
        if (fd != 0)
            return fd;
    }
    errno = EBUSY;
    return -1;
}

static int
get_folder(WeftDavStaging *staging)
{
    int fd = staging->folder_fd;

    if (fd >= 0)
        return fd;
    pthread_mutex_lock(&staging->mutex);
    fd = staging->folder_fd;
    if (fd < 0) {
        fd = make_folders_locked(staging);
        if (fd >= 0 && !get_mount_place(fd, &staging->place)) {
            close(fd);
            fd = -1;
        }
        staging->folder_fd = fd;
    }
    pthread_mutex_unlock(&staging->mutex);
    return fd;
}

/* Where no folder can be made at the root, one may still be allowed to write further down. */
static gboolean
is_refusal(int error_number)
{
    return error_number == EACCES || error_number == EPERM || error_number == EROFS;
}

static gboolean
is_in_place(const WeftDavStaging *staging, int fd, gboolean *ret_is_in_place)
{
    MountPlace place;

    if (!get_mount_place(fd, &place))
        return FALSE;
    *ret_is_in_place = place.mount_id == staging->place.mount_id &&
                       place.device_major == staging->place.device_major &&
                       place.device_minor == staging->place.device_minor;
    return TRUE;
}

gboolean
weft_dav_staging_take(WeftDavStaging *staging, int beside_fd, WeftDavStagedName *ret_name)
{
    const int folder_fd = get_folder(staging);
    gboolean is_same_mount = FALSE;

    if (folder_fd < 0 ? !is_refusal(errno) : !is_in_place(staging, beside_fd, &is_same_mount))
        return FALSE;
    ret_name->dir_fd = is_same_mount ? folder_fd : beside_fd;
    snprintf(ret_name->name, sizeof ret_name->name, "%s-%s%c%" G_GINT64_MODIFIER "x",
             WEFT_DAV_STAGING_PREFIX, staging->instance,
             folder_fd < 0 ? HOMELESS_MARK : HOUSED_MARK, (guint64)++staging->last_number);
    return TRUE;
}

static gboolean
is_old(int dir_fd, const char *name)
{
    struct stat st;

    return fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           weft_clock_wall_us() / G_USEC_PER_SEC - st.st_mtime > HOMELESS_STALE_S;
}

gboolean
weft_dav_staging_is_stale(WeftDavStaging *staging, int dir_fd, const char *name)
{
    char folder[sizeof WEFT_DAV_STAGING_PREFIX + INSTANCE_BYTES];
    const char *instance = name + sizeof WEFT_DAV_STAGING_PREFIX;

    if (strlen(name) <= sizeof WEFT_DAV_STAGING_PREFIX + INSTANCE_BYTES || instance[-1] != '-' ||
        strncmp(instance, staging->instance, INSTANCE_BYTES - 1) == 0)
        return FALSE;
    if (instance[INSTANCE_BYTES - 1] == HOMELESS_MARK)
        return is_old(dir_fd, name);
    snprintf(folder, sizeof folder, "%s/%.*s", WEFT_DAV_STAGING_PREFIX, INSTANCE_BYTES - 1,
             instance);
    return faccessat(staging->root_fd, folder, F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
}
