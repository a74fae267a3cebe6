/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of the access log.  The service knows its descriptor; the file behind that number is
 * exchanged by dup3(2), which no writer can see half done.
 */
#include "webdav/weftdav/access_log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int
open_file(const char *path, GError **error)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);

    if (fd < 0)
        weft_error_set_errno(error, errno, "cannot write the access log %s", path);
    return fd;
}

gboolean
weft_dav_access_log_open(WeftDavProgram *program, GError **error)
{
    const char *path = program->options.access_log;

    program->access_log_fd = -1;
    if (path == NULL)
        return TRUE;
    program->access_log_fd = strcmp(path, "-") == 0 ? STDOUT_FILENO : open_file(path, error);
    if (program->access_log_fd < 0)
        return FALSE;
    weft_http_service_set_access_log(program->service, program->options.access_log_format,
                                     program->access_log_fd);
    return TRUE;
}

gboolean
weft_dav_access_log_reopen(WeftDavProgram *program, GError **error)
{
    if (program->access_log_fd < 0 || program->access_log_fd == STDOUT_FILENO)
        return TRUE;

    /* What was logged until now belongs to the old file. */
    (void)weft_http_service_flush_access_log(program->service);

    const int fd = open_file(program->options.access_log, error);
    if (fd < 0)
        return FALSE;
    const gboolean succeeded = dup3(fd, program->access_log_fd, O_CLOEXEC) >= 0;
    if (!succeeded)
        weft_error_set_errno(error, errno, "cannot reopen the access log %s",
                             program->options.access_log);
    close(fd);
    return succeeded;
}
