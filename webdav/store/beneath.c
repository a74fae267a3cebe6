/* SPDX-License-Identifier: Apache-2.0 */
/*
 * openat2(RESOLVE_BENEATH), and for kernels without it a walk of the same safety: segment by
 * segment, by descriptors, following no link.
 */
#include "webdav/store/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_NAME_BYTES 255
#define MAX_RACES 64

static int
openat2_beneath(int fd, const char *path, int flags, uint64_t resolve)
{
    const struct open_how how = {
        .flags = (uint64_t)(flags | O_CLOEXEC),
        .resolve = resolve | RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    int opened;

    /* EAGAIN without RESOLVE_CACHED: a rename somewhere made ".." of a link doubtful; look again.
     */
    for (int i = 0; i < MAX_RACES; i++) {
        opened = (int)syscall(SYS_openat2, fd, path, &how, sizeof how);
        if (opened >= 0 || errno != EAGAIN || (resolve & RESOLVE_CACHED) != 0)
            break;
    }
    return opened;
}

WeftDavBeneath
weft_dav_beneath(int fd)
{
    const int probe = openat2_beneath(fd, ".", O_PATH, 0);
    const gboolean has_openat2 = probe >= 0;

    if (has_openat2)
        close(probe);
    return (WeftDavBeneath){.fd = fd, .has_openat2 = has_openat2};
}

/* One step down.  O_PATH|O_NOFOLLOW opens a link itself instead of failing: refuse it. */
static int
step_into(int fd, const char *segment)
{
    const int next = openat(fd, segment, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;

    if (next < 0)
        return -1;
    if (fstat(next, &st) != 0 || !S_ISDIR(st.st_mode)) {
        errno = ENOTDIR;
        close(next);
        return -1;
    }
    return next;
}

static int
open_last(int fd, const char *segment, int flags)
{
    const int opened = openat(fd, segment, flags | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;

    if (opened < 0 || (flags & O_PATH) == 0 || (flags & O_NOFOLLOW) != 0)
        return opened;
    if (fstat(opened, &st) != 0 || S_ISLNK(st.st_mode)) {
        errno = ELOOP;
        close(opened);
        return -1;
    }
    return opened;
}

static int
walk_beneath(int fd, const char *path, int flags)
{
    char segment[MAX_NAME_BYTES + 1];
    int at = fd;

    for (;;) {
        const char *end = strchrnul(path, '/');
        const size_t len = (size_t)(end - path);
        const gboolean is_last = *end == '\0';
        int next;

        if (len > MAX_NAME_BYTES) {
            errno = ENAMETOOLONG;
            next = -1;
        } else {
            memcpy(segment, path, len);
            segment[len] = '\0';
            next = is_last ? open_last(at, segment, flags) : step_into(at, segment);
        }
        if (at != fd) {
            const int reason = errno;

            close(at);
            errno = reason;
        }
        if (next < 0 || is_last)
            return next;
        at = next;
        path = end + 1;
    }
}

int
weft_dav_beneath_open(const WeftDavBeneath *beneath, const char *path, int flags, unsigned limits)
{
    if (path[0] == '\0')
        path = ".";
    if (!beneath->has_openat2) {
        /* The walk can promise neither limit. */
        if (limits != WEFT_DAV_OPEN_MAY_BLOCK) {
            errno = EAGAIN;
            return -1;
        }
        return walk_beneath(beneath->fd, path, flags);
    }

    const uint64_t resolve = ((limits & WEFT_DAV_OPEN_SAME_MOUNT) != 0 ? RESOLVE_NO_XDEV : 0) |
                             ((limits & WEFT_DAV_OPEN_CACHED) != 0 ? RESOLVE_CACHED : 0);
    const int opened = openat2_beneath(beneath->fd, path, flags, resolve);

    /* Before Linux 5.12 RESOLVE_CACHED is no flag. */
    if (opened < 0 && errno == EINVAL && (limits & WEFT_DAV_OPEN_CACHED) != 0)
        errno = EAGAIN;
    return opened;
}
