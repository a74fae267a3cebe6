/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/store/dir_store.h"

G_BEGIN_DECLS

/**
 * Small files that are read again and again, with their content: each thread keeps some hundred.
 * Nothing stale is ever given: each use looks at the file on disk first, and goes by its identity,
 * size, and times of change to the nanosecond.  That look is one system call in place of four.
 */

/**
 * Returns: (transfer full) (nullable): the file at @path as it is now; NULL: open it
 * @ret_info: of that state
 */
WeftFile *weft_dav_file_cache_find(const WeftDavDirStore *store, const char *path,
                                   WeftDavInfo *ret_info);

/**
 * @path was not found and is now open as @fd: keep its content, if it is small, was left alone for
 * a while, and is asked for not for the first time.  Reads only what is in memory; does not park.
 * @st: of @fd since it was opened
 */
void weft_dav_file_cache_add(const WeftDavDirStore *store, const char *path, int fd,
                             WeftFileKind kind, const struct statx *st);

G_END_DECLS
