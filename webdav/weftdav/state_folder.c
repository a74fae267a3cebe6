/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state folder is claimed by a lock on a file in it, which holds the number of the process, for
 * the message to who comes second.
 */
#include "webdav/weftdav/state_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_NAME "lock"

static gboolean
refuse_in_use(const char *path, int fd, GError **error)
{
    char owner[32] = "";
    const ssize_t n = pread(fd, owner, sizeof owner - 1, 0);

    owner[n > 0 ? n : 0] = '\0';
    g_strstrip(owner);
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID,
                "state folder %s is in use by another weftdav (process %s)", path,
                owner[0] != '\0' ? owner : "unknown");
    return FALSE;
}

static gboolean
sign(const char *path, int fd, GError **error)
{
    char owner[32];
    const int length = snprintf(owner, sizeof owner, "%ld\n", (long)getpid());

    if (ftruncate(fd, 0) == 0 && pwrite(fd, owner, (size_t)length, 0) == length)
        return TRUE;
    return weft_error_set_errno(error, errno, "cannot write into the state folder %s", path);
}

gboolean
weft_dav_state_folder_claim(const char *path, GError **error)
{
    g_autofree char *lock_path = g_build_filename(path, LOCK_NAME, NULL);

    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return weft_error_set_errno(error, errno, "cannot make the state folder %s", path);

    const int fd = open(lock_path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return weft_error_set_errno(error, errno, "cannot write into the state folder %s", path);
    /* Held until the process ends: on success nobody closes it. */
    gboolean is_claimed = flock(fd, LOCK_EX | LOCK_NB) == 0;
    if (is_claimed)
        is_claimed = sign(path, fd, error);
    else if (errno == EWOULDBLOCK)
        refuse_in_use(path, fd, error);
    else
        weft_error_set_errno(error, errno, "cannot lock the state folder %s", path);
    if (!is_claimed)
        close(fd);
    return is_claimed;
}
