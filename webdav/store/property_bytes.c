/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the byte string that a store keeps and the set of properties that the service sees.
 */
#include "webdav/store/property_bytes.h"

WeftDavPropertySet *
weft_dav_property_bytes_read(GBytes *bytes, GError **error)
{
    if (bytes == NULL)
        return NULL;
    return weft_dav_property_set_decode(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes),
                                        error);
}

gboolean
weft_dav_property_bytes_change(GBytes *bytes, const WeftDavProperty *changes, size_t n_changes,
                               GBytes **ret_bytes, GError **error)
{
    g_autoptr(WeftDavPropertySet) set =
        bytes == NULL ? weft_dav_property_set_new() : weft_dav_property_bytes_read(bytes, error);

    if (set == NULL)
        return FALSE;
    for (size_t i = 0; i < n_changes; i++)
        weft_dav_property_set_apply(set, &changes[i]);
    *ret_bytes = weft_dav_property_set_size(set) == 0 ? NULL : weft_dav_property_set_encode(set);
    return TRUE;
}
