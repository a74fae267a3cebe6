/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of slots, one for each hash of a path, for each thread: no locks, and a bound on memory
 * by its shape.
 *
 * Two rules make the look at the file enough.  A file is kept only if it was last changed some time
 * before it was read: then whatever changes it later gives it another time of change, however
 * coarse the clock of the file system is.  And an entry lives for seconds only: so long its path is
 * in the kernel's cache, so that the look waits for no disk, and so long at most goes unseen what
 * leaves no trace in any time (stores through a memory mapping).
 */
#include "webdav/store/file_cache.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <weft/clock.h>

#define N_SLOTS 256
#define MAX_FILE_BYTES ((size_t)16 * 1024)
#define MIN_QUIET_US (2 * G_USEC_PER_SEC)
#define MAX_AGE_US (10 * G_USEC_PER_SEC)

typedef struct {
    uint64_t store_id;
    unsigned hash; /* of the path that was last asked for here */
    char *path;    /* NULL: empty */
    GBytes *content;
    WeftDavInfo info;
    struct statx st;
    int64_t read_at_us;
} Slot;

static void
slot_clear(Slot *slot)
{
    g_clear_pointer(&slot->path, g_free);
    g_clear_pointer(&slot->content, g_bytes_unref);
}

/* As the GPrivate has it, which is there for the end of a thread; this one costs no call. */
static _Thread_local Slot *slots_here;

static void
slots_free(gpointer data)
{
    Slot *slots = data;

    slots_here = NULL;
    for (size_t i = 0; i < N_SLOTS; i++)
        slot_clear(&slots[i]);
    g_free(slots);
}

static Slot *
slot_of(unsigned hash)
{
    static GPrivate private = G_PRIVATE_INIT(slots_free);

    if (G_UNLIKELY(slots_here == NULL)) {
        slots_here = g_new0(Slot, N_SLOTS);
        g_private_set(&private, slots_here);
    }
    return &slots_here[hash % N_SLOTS];
}

static gboolean
is_same_time(const struct statx_timestamp *one, const struct statx_timestamp *other)
{
    return one->tv_sec == other->tv_sec && one->tv_nsec == other->tv_nsec;
}

static gboolean
is_unchanged(const struct statx *now, const struct statx *then)
{
    return now->stx_ino == then->stx_ino && now->stx_dev_major == then->stx_dev_major &&
           now->stx_dev_minor == then->stx_dev_minor && now->stx_size == then->stx_size &&
           is_same_time(&now->stx_mtime, &then->stx_mtime) &&
           is_same_time(&now->stx_ctime, &then->stx_ctime);
}

WeftFile *
weft_dav_file_cache_find(const WeftDavDirStore *store, const char *path, WeftDavInfo *ret_info)
{
    Slot *slot = slot_of(g_str_hash(path));
    struct statx st;

    if (slot->path == NULL || slot->store_id != store->id || strcmp(slot->path, path) != 0)
        return NULL;
    /* What the name leads to need not be looked at for links: it is the file that was opened
     * beneath the root, or it is nothing. */
    if (weft_clock_now_us() - slot->read_at_us > MAX_AGE_US ||
        statx(store->root.fd, path + 1, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, WEFT_DAV_STATX_MASK,
              &st) != 0 ||
        !is_unchanged(&st, &slot->st)) {
        slot_clear(slot);
        return NULL;
    }
    *ret_info = slot->info;
    return weft_file_new_for_bytes(slot->content);
}

static gboolean
is_quiet(const struct statx *st)
{
    const int64_t changed_us = st->stx_ctime.tv_sec * G_USEC_PER_SEC + st->stx_ctime.tv_nsec / 1000;

    return changed_us + MIN_QUIET_US < weft_clock_wall_us();
}

/* Returns: (transfer full) (nullable): NULL where not all of it is in memory */
static GBytes *
read_content(int fd, WeftFileKind kind, size_t size)
{
    const int flags = kind == WEFT_FILE_MEMORY ? 0 : RWF_NOWAIT; /* tmpfs does not know it */
    g_autofree void *bytes = g_malloc(size + 1);
    const struct iovec piece = {bytes, size + 1}; /* one more shows that it has not grown */

    if (preadv2(fd, &piece, 1, 0, flags) != (ssize_t)size)
        return NULL;
    return g_bytes_new_take(g_steal_pointer(&bytes), size);
}

void
weft_dav_file_cache_add(const WeftDavDirStore *store, const char *path, int fd, WeftFileKind kind,
                        const struct statx *st)
{
    const unsigned hash = g_str_hash(path);
    Slot *slot = slot_of(hash);
    const gboolean is_asked_again = slot->hash == hash && slot->store_id == store->id;

    slot_clear(slot);
    slot->hash = hash;
    slot->store_id = store->id;
    /* First what it is, then what is in it: a change in between shows at the next look. */
    if (kind == WEFT_FILE_REMOTE || !is_asked_again || st->stx_size > MAX_FILE_BYTES ||
        !is_quiet(st))
        return;
    slot->content = read_content(fd, kind, (size_t)st->stx_size);
    if (slot->content == NULL)
        return;
    slot->path = g_strdup(path);
    slot->st = *st;
    slot->read_at_us = weft_clock_now_us();
    weft_dav_info_of_statx(st, &slot->info);
}
