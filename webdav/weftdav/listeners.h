/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/weftdav/program.h"

/*
 * Listen where the options say, or, where a supervisor has opened sockets for us, on those instead.
 * program->service becomes the server's.
 */
gboolean weft_dav_program_listen(WeftDavProgram *program, GError **error);
