/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <sys/stat.h>
#include <weft/dav_store.h>

G_BEGIN_DECLS

/** What the file system knows, as WebDAV sees it. */

/** What weft_dav_info_of_statx() reads, and the time of change. */
#define WEFT_DAV_STATX_MASK                                                                        \
    (STATX_TYPE | STATX_MODE | STATX_INO | STATX_SIZE | STATX_MTIME | STATX_CTIME | STATX_BTIME)

static inline gboolean
weft_dav_statx_is_link(const struct statx *st)
{
    return S_ISLNK(st->stx_mode);
}

/** Files and folders are resources; devices, sockets and pipes are not. */
static inline gboolean
weft_dav_statx_is_resource(const struct statx *st)
{
    return S_ISREG(st->stx_mode) || S_ISDIR(st->stx_mode);
}

static inline gboolean
weft_dav_statx_is_same(const struct statx *st, const struct statx *other)
{
    return st->stx_ino == other->stx_ino && st->stx_dev_major == other->stx_dev_major &&
           st->stx_dev_minor == other->stx_dev_minor;
}

void weft_dav_info_of_statx(const struct statx *st, WeftDavInfo *ret_info);

/**
 * Give the file @fd a modification time that no other file of this process has or will have, about
 * now: the entity tag is made of it, and must differ for two versions written within one tick of
 * the clock, be their inode numbers the same or not.
 * Returns: FALSE with errno
 */
gboolean weft_dav_stamp_modified(int fd);

/**
 * The same for a second that a client asks for, and a time of access: what is below the second is
 * made up, so that two versions to which a client gives one time still differ.
 * @attributes: only the times
 * Returns: FALSE with errno
 */
gboolean weft_dav_stamp_times(int fd, const WeftDavAttributes *attributes);

G_END_DECLS
