/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/** No media type is longer. */
#define WEFT_DAV_CONTENT_TYPE_MAX_BYTES 96

/**
 * The media type that the end of a file's name tells; "application/octet-stream" where it tells
 * none.  Cheap enough for each entry of a listing.
 * Returns: (transfer none): a literal
 */
const char *weft_dav_content_type(const char *name, size_t name_length, size_t *ret_length);

G_END_DECLS
