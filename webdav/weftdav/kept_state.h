/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/locks/lock_store.h"
#include "webdav/weftdav/options.h"

G_BEGIN_DECLS

/**
 * What a server keeps beside the files it serves: locks, and dead properties where files cannot
 * have them.  The state folder, if there is one, is claimed before.  Errors are sentences for the
 * person who started the program.
 */

/** The locks of the program: in the state folder, or without one in memory. */
WeftDavLockStore *weft_dav_kept_locks_new(const WeftDavProgramOptions *options, GError **error);

/**
 * Let @store, a directory store over @directory, keep dead properties where @options want them.
 * Where nobody asked for a place and there is none, the log says so, and the store refuses them.
 * @database: as weft_dav_property_choose() takes it
 */
gboolean weft_dav_kept_properties_begin(const WeftDavProgramOptions *options, WeftDavStore *store,
                                        const char *directory, WeftDavPropertyDatabase **database,
                                        GError **error);

G_END_DECLS
