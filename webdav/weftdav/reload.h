/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/weftdav/program.h"

/*
 * Read the configuration again, while requests go on: SIGHUP.  If anything in it is wrong, or
 * cannot be done, that is logged and all stays as it was; otherwise new requests have what can
 * change at run time, and what waits for the next start is logged.  In a fiber; parks.
 */
void weft_dav_program_reload(WeftDavProgram *program);
