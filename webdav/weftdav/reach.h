/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which files a server with these options must reach once it serves.  Whoever adds an option that
 * names a file adds it here.
 */

#include "webdav/weftdav/confine.h"
#include "webdav/weftdav/options.h"

/*
 * All but the state folder, which may be made only afterwards.
 * Returns: (transfer full) (nullable): NULL where the options want no confinement
 */
WeftDavConfinement *weft_dav_reach_of(const WeftDavProgramOptions *options);
