/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * One thing that is done to a folder by its path, which may hang: on the offload pool, so that
 * whoever asked can leave it there.
 */

#include <weft/offload.h>

/* Returns: 0, or an errno */
typedef int (*WeftDavFolderFunc)(const char *path);

/*
 * Have @func done to @path.
 * @path: (transfer full)
 * Returns: FALSE where the fiber left before it was done
 */
WEFT_PARKS gboolean weft_dav_folder_do(WeftOffloadLane lane, WeftDavFolderFunc func, char *path,
                                       int *ret_failure, GError **error);
