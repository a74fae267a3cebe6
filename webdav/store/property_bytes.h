/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/dav_store.h>

G_BEGIN_DECLS

/**
 * Dead properties as stores keep them: one byte string a resource, NULL where it has none.
 */

/** Returns: (transfer full) (nullable): NULL without error for NULL @bytes */
WeftDavPropertySet *weft_dav_property_bytes_read(GBytes *bytes, GError **error);

/**
 * What @bytes become by @changes.
 * @bytes: (nullable)
 * @ret_bytes: (transfer full) (nullable): NULL if no property is left
 */
gboolean weft_dav_property_bytes_change(GBytes *bytes, const WeftDavProperty *changes,
                                        size_t n_changes, GBytes **ret_bytes, GError **error);

G_END_DECLS
