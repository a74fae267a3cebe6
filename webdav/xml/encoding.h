/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/**
 * What is done to a body before the XML parser sees it.
 */

/**
 * Turn a body in UTF-8, UTF-16, US-ASCII or ISO-8859-1 into UTF-8, told by its byte order mark, its
 * first bytes and its XML declaration.
 * Returns: (transfer full): with a NUL behind it; NULL with a WEFT_HTTP_ERROR: 415, or 400 where
 * the bytes are not what they claim to be
 */
char *weft_dav_xml_to_utf8(const void *bytes, size_t size, size_t *ret_size, GError **error);

/** FALSE with a WEFT_HTTP_ERROR if one tag has more than @max_attributes. */
gboolean weft_dav_xml_check_tags(const char *text, size_t size, size_t max_attributes,
                                 GError **error);

G_END_DECLS
