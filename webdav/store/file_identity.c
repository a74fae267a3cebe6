/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handle by which file servers know a file: inode and generation, so that it is never that of a
 * later file with the same number.  Where there are no handles, inode and time of birth.  With it
 * the number of the file system, as the same inode exists on each.
 */
#include "webdav/store/file_identity.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef EXFAT_SUPER_MAGIC
#define EXFAT_SUPER_MAGIC 0x2011BAB0
#endif

/* name_to_handle_at(2): struct file_handle with room behind it. */
typedef union {
    struct file_handle handle;
    uint8_t room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
} Handle;

/* Which file, as system calls are told. */
typedef struct {
    int fd;
    const char *name; /* "": fd itself */
    int flags;
} Which;

static void
append(WeftDavFileIdentity *identity, const void *bytes, size_t size)
{
    g_assert(size <= sizeof identity->bytes - identity->size);
    memcpy(identity->bytes + identity->size, bytes, size);
    identity->size += size;
}

static gboolean
append_handle(const Which *which, WeftDavFileIdentity *identity)
{
    Handle handle = {.handle.handle_bytes = MAX_HANDLE_SZ};
    int mount_id;

    if (name_to_handle_at(which->fd, which->name, &handle.handle, &mount_id, which->flags) != 0)
        return FALSE;
    append(identity, &handle.handle.handle_type, sizeof handle.handle.handle_type);
    append(identity, handle.handle.f_handle, handle.handle.handle_bytes);
    return TRUE;
}

static gboolean
append_birth(const Which *which, WeftDavFileIdentity *identity)
{
    static const int no_handle_type = -1;
    struct statx st;

    if (statx(which->fd, which->name, which->flags | AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME,
              &st) != 0)
        return FALSE;
    if ((st.stx_mask & STATX_BTIME) == 0) {
        errno = EOPNOTSUPP;
        return FALSE;
    }
    append(identity, &no_handle_type, sizeof no_handle_type);
    append(identity, &st.stx_ino, sizeof st.stx_ino);
    append(identity, &st.stx_btime.tv_sec, sizeof st.stx_btime.tv_sec);
    append(identity, &st.stx_btime.tv_nsec, sizeof st.stx_btime.tv_nsec);
    return TRUE;
}

/* Kernels number the files of these anew at each mount, or sooner. */
static gboolean
has_lasting_numbers(const struct statfs *file_system)
{
    switch ((uint32_t)file_system->f_type) {
    case FUSE_SUPER_MAGIC:
    case MSDOS_SUPER_MAGIC:
    case (uint32_t)EXFAT_SUPER_MAGIC:
        return FALSE;
    default:
        return TRUE;
    }
}

/* @on_fd: on the same file system */
static gboolean
identify(const Which *which, int on_fd, WeftDavFileIdentity *identity)
{
    struct statfs file_system;

    if (fstatfs(on_fd, &file_system) != 0)
        return FALSE;
    if (!has_lasting_numbers(&file_system)) {
        errno = EOPNOTSUPP;
        return FALSE;
    }
    identity->size = 0;
    append(identity, &file_system.f_fsid, sizeof file_system.f_fsid);
    /* EPERM: a filter of system calls that does not know this one. */
    return append_handle(which, identity) ||
           ((errno == EOPNOTSUPP || errno == ENOSYS || errno == EPERM || errno == EOVERFLOW) &&
            append_birth(which, identity));
}

gboolean
weft_dav_file_identify(int fd, WeftDavFileIdentity *ret_identity)
{
    return identify(&(Which){fd, "", AT_EMPTY_PATH}, fd, ret_identity);
}

gboolean
weft_dav_file_identify_member(int dir_fd, const char *name, WeftDavFileIdentity *ret_identity)
{
    const int fd = openat(dir_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return FALSE;

    /* By descriptor, so that the file and its file system are of one moment. */
    const gboolean is_known = weft_dav_file_identify(fd, ret_identity);
    const int reason = errno;

    close(fd);
    errno = reason;
    return is_known;
}
