/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One open folder and its buffer of directory entries; for each folder above, where it was left.
 */
#include "webdav/store/tree_walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_BYTES ((size_t)16 << 10)

/* A folder above the one the walk is in. */
typedef struct {
    dev_t device;
    ino_t inode;
    off_t offset; /* behind the member that was entered */
    size_t path_len;
    gboolean keeps;
} Level;

struct WeftDavTreeWalk {
    int dir_fd;
    WeftDavTreePurpose purpose;
    gboolean is_rewound; /* dir_fd stands at its begin, not at offset */
    off_t offset;        /* behind the current member */
    gboolean keeps;      /* something in this folder stays */
    gboolean left_something;
    GArray *levels;    /* of Level, the top first */
    GString *path;     /* of the current member, relative to the top */
    size_t name_at;    /* where the name begins in path */
    size_t folder_len; /* of the folder's own path in path */
    size_t at;         /* in buffer */
    size_t end;
    _Alignas(struct dirent64) char buffer[BUFFER_BYTES];
};

WeftDavTreeWalk *
weft_dav_tree_walk_new(int dir_fd, WeftDavTreePurpose purpose)
{
    WeftDavTreeWalk *walk = g_new0(WeftDavTreeWalk, 1);

    walk->dir_fd = dir_fd;
    walk->purpose = purpose;
    walk->levels = g_array_new(FALSE, FALSE, sizeof(Level));
    walk->path = g_string_new(NULL);
    return walk;
}

void
weft_dav_tree_walk_free(WeftDavTreeWalk *walk)
{
    if (walk == NULL)
        return;
    close(walk->dir_fd);
    g_array_unref(walk->levels);
    g_string_free(walk->path, TRUE);
    g_free(walk);
}

static void
set_current(WeftDavTreeWalk *walk, const char *name)
{
    g_string_truncate(walk->path, walk->folder_len);
    if (walk->folder_len > 0)
        g_string_append_c(walk->path, '/');
    walk->name_at = walk->path->len;
    g_string_append(walk->path, name);
}

/* Back to the folder above, behind the member that was entered. */
static WeftDavTreeEvent
go_up(WeftDavTreeWalk *walk)
{
    const Level level = g_array_index(walk->levels, Level, walk->levels->len - 1);
    /* Offsets are not stable under removal on every file system (tmpfs before Linux 6.6); where all
     * before the offset is gone, the begin is as good. */
    const gboolean rewinds = walk->purpose == WEFT_DAV_TREE_REMOVES && !level.keeps && !walk->keeps;
    const int parent = openat(walk->dir_fd, "..", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;

    if (parent < 0)
        return WEFT_DAV_TREE_ERROR;
    if (fstat(parent, &st) != 0 || st.st_dev != level.device || st.st_ino != level.inode ||
        (!rewinds && lseek(parent, level.offset, SEEK_SET) < 0)) {
        /* Somebody moved the folder while the walk was in it. */
        close(parent);
        errno = ESTALE;
        return WEFT_DAV_TREE_ERROR;
    }
    close(walk->dir_fd);
    walk->dir_fd = parent;
    walk->offset = level.offset;
    walk->is_rewound = rewinds;
    walk->at = walk->end = 0;
    walk->left_something = walk->keeps;
    walk->keeps = level.keeps || walk->keeps;
    g_array_set_size(walk->levels, walk->levels->len - 1);
    g_string_truncate(walk->path, walk->folder_len);
    walk->folder_len = level.path_len;
    walk->name_at = level.path_len == 0 ? 0 : level.path_len + 1;
    return WEFT_DAV_TREE_LEFT;
}

static gboolean
is_dot_or_dot_dot(const char *name)
{
    return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

WeftDavTreeEvent
weft_dav_tree_walk_next(WeftDavTreeWalk *walk)
{
    for (;;) {
        if (walk->at == walk->end) {
            const ssize_t n = getdents64(walk->dir_fd, walk->buffer, sizeof walk->buffer);

            if (n < 0)
                return WEFT_DAV_TREE_ERROR;
            if (n == 0)
                return walk->levels->len == 0 ? WEFT_DAV_TREE_END : go_up(walk);
            walk->is_rewound = FALSE;
            walk->at = 0;
            walk->end = (size_t)n;
        }

        const struct dirent64 *entry = (const struct dirent64 *)(walk->buffer + walk->at);

        walk->at += entry->d_reclen;
        walk->offset = entry->d_off;
        if (is_dot_or_dot_dot(entry->d_name))
            continue;
        set_current(walk, entry->d_name);
        return WEFT_DAV_TREE_MEMBER;
    }
}

int
weft_dav_tree_walk_dir_fd(const WeftDavTreeWalk *walk)
{
    return walk->dir_fd;
}

const char *
weft_dav_tree_walk_name(const WeftDavTreeWalk *walk)
{
    return walk->path->str + walk->name_at;
}

const char *
weft_dav_tree_walk_path(const WeftDavTreeWalk *walk)
{
    return walk->path->str;
}

unsigned
weft_dav_tree_walk_depth(const WeftDavTreeWalk *walk)
{
    return walk->levels->len;
}

gboolean
weft_dav_tree_walk_enter(WeftDavTreeWalk *walk)
{
    struct stat st;

    if (walk->levels->len >= WEFT_DAV_TREE_MAX_DEPTH) {
        errno = ENAMETOOLONG;
        return FALSE;
    }
    if (fstat(walk->dir_fd, &st) != 0)
        return FALSE;

    const int dir_fd = openat(walk->dir_fd, weft_dav_tree_walk_name(walk),
                              O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (dir_fd < 0)
        return FALSE;

    const Level level = {
        .device = st.st_dev,
        .inode = st.st_ino,
        .offset = walk->offset,
        .path_len = walk->folder_len,
        .keeps = walk->keeps,
    };

    g_array_append_val(walk->levels, level);
    close(walk->dir_fd);
    walk->dir_fd = dir_fd;
    walk->keeps = FALSE;
    walk->is_rewound = FALSE;
    walk->folder_len = walk->path->len;
    walk->at = walk->end = 0;
    return TRUE;
}

void
weft_dav_tree_walk_keep(WeftDavTreeWalk *walk)
{
    walk->keeps = TRUE;
    /* The folder just left stays after all: do not come upon it again. */
    if (walk->is_rewound && lseek(walk->dir_fd, walk->offset, SEEK_SET) >= 0)
        walk->is_rewound = FALSE;
}

gboolean
weft_dav_tree_walk_left_something(const WeftDavTreeWalk *walk)
{
    return walk->left_something;
}
