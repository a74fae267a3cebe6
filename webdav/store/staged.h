/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/store/dir_place.h"

G_BEGIN_DECLS

/**
 * A file or folder that is being built where nobody sees it, and is then put in its place at once.
 * Files have no name at all where the kernel allows it (O_TMPFILE).  All of it blocks.
 */
typedef struct {
    int fd;            /* of a file, open for reading and writing; -1 for none */
    gboolean is_named; /* name stands for something that is to be removed in the end */
    WeftDavStagedName name;
} WeftDavStaged;

#define WEFT_DAV_STAGED_NONE ((WeftDavStaged){.fd = -1})

/**
 * Begin a file that will stand in, or come from, the folder @beside_fd.
 * @path: where it is to stand, for messages
 */
gboolean weft_dav_staged_open(WeftDavStaged *staged, WeftDavDirStore *store, int beside_fd,
                              const char *path, GError **error);

/** The same for one that will replace another: that takes a name, so let it have one at once. */
gboolean weft_dav_staged_open_named(WeftDavStaged *staged, WeftDavDirStore *store, int beside_fd,
                                    const char *path, GError **error);

/** The same for a folder, empty; it has no fd. */
gboolean weft_dav_staged_make_folder(WeftDavStaged *staged, WeftDavDirStore *store, int beside_fd,
                                     const char *path, mode_t mode, GError **error);

/**
 * Put it in @place, in one step, over what stands there.  Afterwards @staged has what stood there,
 * unless that went in the same step: look at is_named.  On failure both are as before.
 * @sight: what stands there.  EXISTS if that was nothing, and by now is something
 * @path: of the place
 */
gboolean weft_dav_staged_put(WeftDavStaged *staged, WeftDavDirStore *store,
                             const WeftDavPlace *place, const WeftDavSight *sight, const char *path,
                             GError **error);

/** Close and remove what is left of it. */
void weft_dav_staged_clear(WeftDavStaged *staged);

G_END_DECLS
