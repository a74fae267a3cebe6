/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First the file, then its properties: a process that dies in between leaves properties without a
 * file, which nobody sees, and never a file without its properties.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "webdav/store/property_backend.h"

static GBytes *
recall(WeftDavPropertyBackend *backend, int dir_fd, const char *name)
{
    return backend == NULL || backend->recall == NULL ? NULL
                                                      : backend->recall(backend, dir_fd, name);
}

/* Returns @result, with its errno. */
static int
forget_if_gone(WeftDavPropertyBackend *backend, GBytes *file, int result)
{
    const int reason = errno;

    if (file != NULL && result == 0)
        backend->forget(backend, file);
    errno = reason;
    return result;
}

int
weft_dav_property_unlink(WeftDavPropertyBackend *backend, int dir_fd, const char *name, int flags)
{
    g_autoptr(GBytes) file = recall(backend, dir_fd, name);

    return forget_if_gone(backend, file, unlinkat(dir_fd, name, flags));
}

int
weft_dav_property_rename_over(WeftDavPropertyBackend *backend, int from_fd, const char *from,
                              int to_fd, const char *to)
{
    g_autoptr(GBytes) file = recall(backend, to_fd, to);

    return forget_if_gone(backend, file, renameat(from_fd, from, to_fd, to));
}
