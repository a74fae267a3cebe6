/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/weftdav/program.h"

/* Open the access log, if there is to be one, and let the service write it. */
gboolean weft_dav_access_log_open(WeftDavProgram *program, GError **error);

/*
 * Open its file anew, under the same descriptor: after logrotate moved the old one away.  All lines
 * go to the one or to the other.
 */
gboolean weft_dav_access_log_reopen(WeftDavProgram *program, GError **error);
