/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/**
 * Make @path the state folder of this process: what a server must keep besides the files it serves.
 * It is made if it is missing (0700), and belongs to one running server at a time: two servers that
 * share it would each order changes by themselves (webdav/path_lock.h).  It is free again when the
 * process ends, however that comes.
 * FALSE with @error: a sentence for the person at the command line
 */
gboolean weft_dav_state_folder_claim(const char *path, GError **error);

G_END_DECLS
