/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FICLONE, else copy_file_range(2), else read and write.
 */
#include "webdav/store/file_copy.h"

#include <errno.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define STEP_BYTES ((size_t)8 << 20)
#define HAND_BYTES ((size_t)256 << 10)

static gboolean
write_fully(int fd, const uint8_t *data, size_t size)
{
    while (size > 0) {
        const ssize_t n = write(fd, data, size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return FALSE;
        data += n;
        size -= (size_t)n;
    }
    return TRUE;
}

static gboolean
step_by_hand(WeftDavFileCopy *copy, gboolean *ret_done)
{
    if (copy->buffer == NULL)
        copy->buffer = g_malloc(HAND_BYTES);
    for (size_t copied = 0; copied < STEP_BYTES;) {
        const ssize_t n = read(copy->in_fd, copy->buffer, HAND_BYTES);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || !write_fully(copy->out_fd, copy->buffer, (size_t)n))
            return FALSE;
        if (n == 0) {
            *ret_done = TRUE;
            return TRUE;
        }
        copied += (size_t)n;
    }
    return TRUE;
}

/* Not every pair of file systems, and not every file, can be copied by the kernel. */
static gboolean
is_unsupported(int error_number)
{
    return error_number == EXDEV || error_number == EINVAL || error_number == EOPNOTSUPP ||
           error_number == ENOSYS || error_number == EBADF || error_number == EPERM;
}

gboolean
weft_dav_file_copy_step(WeftDavFileCopy *copy, gboolean *ret_done)
{
    const gboolean is_first = !copy->is_begun;

    copy->is_begun = TRUE;
    *ret_done = FALSE;
    if (is_first && ioctl(copy->out_fd, FICLONE, copy->in_fd) == 0) {
        *ret_done = TRUE;
        return TRUE;
    }
    if (copy->is_by_hand)
        return step_by_hand(copy, ret_done);

    for (size_t copied = 0; copied < STEP_BYTES;) {
        const ssize_t n =
            copy_file_range(copy->in_fd, NULL, copy->out_fd, NULL, STEP_BYTES - copied, 0);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && !is_unsupported(errno))
            return FALSE;
        /* A first answer of 0 may be an empty file, or one whose size the kernel does not know. */
        if (n < 0 || (n == 0 && is_first && copied == 0)) {
            copy->is_by_hand = TRUE;
            return step_by_hand(copy, ret_done);
        }
        if (n == 0) {
            *ret_done = TRUE;
            return TRUE;
        }
        copied += (size_t)n;
    }
    return TRUE;
}

void
weft_dav_file_copy_clear(WeftDavFileCopy *copy)
{
    if (copy->in_fd >= 0)
        close(copy->in_fd);
    g_free(copy->buffer);
    *copy = WEFT_DAV_FILE_COPY_NONE;
}
