/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A member gets a dead property by an extended attribute, or by being linked or moved in with one;
 * either sets its time of change.  So what was changed before everybody was looked at, has none
 * still.  What is mounted on a member comes with old times, but from another device.  And as clocks
 * are set back at times, nothing is believed for long.
 */
#include "webdav/store/plain_folders.h"

#include <pthread.h>
#include <weft/clock.h>

#define N_SLOTS 256
#define MAX_AGE_US ((int64_t)60 * G_USEC_PER_SEC)

/* How far a file system's clock may be behind ours. */
#define MARGIN_US ((int64_t)2 * G_USEC_PER_SEC)

typedef struct {
    uint64_t ino;
    uint32_t dev_major;
    uint32_t dev_minor;
    WeftDavPlainFolder plain;
} Slot;

struct WeftDavPlainFolders {
    pthread_mutex_t mutex;
    Slot slots[N_SLOTS];
};

WeftDavPlainFolders *
weft_dav_plain_folders_new(void)
{
    WeftDavPlainFolders *folders = g_new0(WeftDavPlainFolders, 1);

    pthread_mutex_init(&folders->mutex, NULL);
    return folders;
}

void
weft_dav_plain_folders_free(WeftDavPlainFolders *folders)
{
    if (folders == NULL)
        return;
    pthread_mutex_destroy(&folders->mutex);
    g_free(folders);
}

static Slot *
slot_of(WeftDavPlainFolders *folders, const struct statx *folder)
{
    return &folders->slots[(folder->stx_ino ^ folder->stx_ino >> 8) % N_SLOTS];
}

void
weft_dav_plain_folders_add(WeftDavPlainFolders *folders, const struct statx *folder,
                           WeftDavPlainFolder plain)
{
    pthread_mutex_lock(&folders->mutex);
    *slot_of(folders, folder) =
        (Slot){folder->stx_ino, folder->stx_dev_major, folder->stx_dev_minor, plain};
    pthread_mutex_unlock(&folders->mutex);
}

WeftDavPlainFolder
weft_dav_plain_folders_find(WeftDavPlainFolders *folders, const struct statx *folder)
{
    const int64_t now_us = weft_clock_wall_us();

    pthread_mutex_lock(&folders->mutex);
    const Slot slot = *slot_of(folders, folder);
    pthread_mutex_unlock(&folders->mutex);

    if (slot.ino != folder->stx_ino || slot.dev_major != folder->stx_dev_major ||
        slot.dev_minor != folder->stx_dev_minor || slot.plain.since_us > now_us ||
        now_us - slot.plain.full_us >= MAX_AGE_US)
        return (WeftDavPlainFolder){0};
    return slot.plain;
}

gboolean
weft_dav_is_plain_member(const struct statx *member, const struct statx *folder,
                         WeftDavPlainFolder plain)
{
    const struct statx_timestamp *changed = &member->stx_ctime;
    const int64_t changed_us = changed->tv_sec * G_USEC_PER_SEC + changed->tv_nsec / 1000;

    return plain.since_us > 0 && changed_us + MARGIN_US < plain.since_us &&
           member->stx_dev_major == folder->stx_dev_major &&
           member->stx_dev_minor == folder->stx_dev_minor;
}
