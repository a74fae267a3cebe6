/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/dav_store.h>

G_BEGIN_DECLS

/** What errno values mean to the directory store. */

/** Whether @error_number says that there is nothing a client may see. */
gboolean weft_dav_errno_is_absence(int error_number);

/**
 * Set the WEFT_DAV_ERROR that @error_number stands for: `create "/a/b": No space left on device`.
 * Returns FALSE, for `return`.
 */
gboolean weft_dav_set_system_error(GError **error, int error_number, const char *doing,
                                   const char *path);

/** The same where @path is to be made: what is missing is its parent. */
gboolean weft_dav_set_parent_error(GError **error, int error_number, const char *path);

G_END_DECLS
