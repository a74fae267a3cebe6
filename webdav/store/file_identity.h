/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/**
 * What tells a file from all others that its file system has or had, whatever its name: for as long
 * as it exists, over restarts and mounts.  All of it blocks.
 */
#define WEFT_DAV_FILE_IDENTITY_BYTES 160

typedef struct {
    size_t size;
    uint8_t bytes[WEFT_DAV_FILE_IDENTITY_BYTES];
} WeftDavFileIdentity;

/** Of the open file @fd.  FALSE with errno; EOPNOTSUPP: its file system tells of none that lasts */
gboolean weft_dav_file_identify(int fd, WeftDavFileIdentity *ret_identity);

/** The same for the member @name of the folder @dir_fd; of a link itself. */
gboolean weft_dav_file_identify_member(int dir_fd, const char *name,
                                       WeftDavFileIdentity *ret_identity);

G_END_DECLS
