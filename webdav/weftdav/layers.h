/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/weftdav/options.h"

G_BEGIN_DECLS

/** What stands between the service and the stores of folders: quota, names, prefix. */

/** @share: (transfer full): of one folder.  Returns: (transfer full) */
WeftDavStore *weft_dav_layers_of_share(const WeftDavProgramOptions *options, WeftDavStore *share);

/** Returns: (transfer full) (nullable): the path below which clients see all that is served, of
 * base-url and prefix; NULL for the root */
char *weft_dav_layers_prefix(const WeftDavProgramOptions *options);

/** Put @store below @prefix.  @store: (transfer full); @prefix: (nullable).
 * Returns: (transfer full) */
WeftDavStore *weft_dav_layers_below(WeftDavStore *store, const char *prefix);

/** For the table of options. */
gboolean weft_dav_layers_check(gconstpointer options, GError **error);

G_END_DECLS
