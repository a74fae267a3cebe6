/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/**
 * Copying the content of one open file into another, in pieces: by sharing blocks, in the kernel,
 * or by hand, whichever works.
 */
typedef struct {
    int in_fd;  /* (transfer full); -1: nothing is being copied */
    int out_fd; /* (transfer none) */
    gboolean is_begun;
    gboolean is_by_hand;
    void *buffer; /* for copying by hand */
} WeftDavFileCopy;

#define WEFT_DAV_FILE_COPY_NONE ((WeftDavFileCopy){.in_fd = -1, .out_fd = -1})

/**
 * Copy some MiB from where the descriptors stand.  Blocks.
 * *@ret_done: TRUE: all is copied
 * Returns: FALSE with errno
 */
gboolean weft_dav_file_copy_step(WeftDavFileCopy *copy, gboolean *ret_done);

void weft_dav_file_copy_clear(WeftDavFileCopy *copy);

G_END_DECLS
