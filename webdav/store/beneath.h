/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/**
 * Opening what lies beneath one folder, and never anything else, whatever links and renames say.
 * Links that stay beneath are followed; the others, absolute ones among them, end nowhere.
 */
typedef struct {
    int fd;               /* of the folder */
    gboolean has_openat2; /* without it (old kernel, seccomp) no link at all is followed */
} WeftDavBeneath;

/** How an open may go about it. */
typedef enum {
    WEFT_DAV_OPEN_MAY_BLOCK = 0,
    WEFT_DAV_OPEN_SAME_MOUNT = 1, /* EXDEV where the path crosses into another mount */
    WEFT_DAV_OPEN_CACHED = 2,     /* EAGAIN where the path is not in the kernel's cache */
} WeftDavOpenLimit;

/** @fd: (transfer none) */
WeftDavBeneath weft_dav_beneath(int fd);

/**
 * Open @path with @flags of open(2); O_CLOEXEC is added.
 * @path: relative, "" for the folder itself; a link at its end is followed unless O_NOFOLLOW is
 * given
 * @limits: of WeftDavOpenLimit
 * Returns: a descriptor, -1 with errno
 */
int weft_dav_beneath_open(const WeftDavBeneath *beneath, const char *path, int flags,
                          unsigned limits);

G_END_DECLS
