/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/**
 * Where requests point to, and the header fields of RFC 4918 10 that say how: Destination, Depth,
 * Overwrite, Timeout, Lock-Token.  Failures are WEFT_HTTP_ERRORs.
 */

/**
 * A path as stores take it: without the slash at the end that collections have in URLs.
 * @path: decoded and normalised, as weft_http_request_path() gives it
 * Returns: (transfer full)
 */
char *weft_dav_path_for_store(const char *path, GError **error);

/** TRUE if @path is @ancestor, or lies below it.  Both as stores take them. */
gboolean weft_dav_path_is_at_or_below(const char *path, const char *ancestor);

/** The last segment; "" for the root.  Points into @path. */
const char *weft_dav_path_name(const char *path);

/**
 * What a URI within a field names: an absolute URI or an absolute path.
 * @field: its name, for messages
 * @authority: of the request; another server's name in @uri is 502
 * Returns: (transfer full): a path as stores take it
 */
char *weft_dav_path_of_uri(const char *field, const char *uri, const char *authority,
                           GError **error);

/**
 * Read a Destination field (RFC 4918 10.3): an absolute URI or an absolute path.
 * @value: (nullable): 400 without one
 * @authority: of the request; another server's name in @value is 502
 * Returns: (transfer full): a path as stores take it
 */
char *weft_dav_path_of_destination(const char *value, const char *authority, GError **error);

typedef enum {
    WEFT_DAV_DEPTH_0,
    WEFT_DAV_DEPTH_1,
    WEFT_DAV_DEPTH_INFINITY,
} WeftDavDepth;

/** Read a Depth field (RFC 4918 10.2).  @value: (nullable): infinity without one */
gboolean weft_dav_parse_depth(const char *value, WeftDavDepth *ret_depth, GError **error);

/** Read an Overwrite field (RFC 4918 10.6).  @value: (nullable): T without one */
gboolean weft_dav_parse_overwrite(const char *value, gboolean *ret_overwrite, GError **error);

/**
 * Read a Timeout field (RFC 4918 10.7): the first time in it that we know.
 * @value: (nullable)
 * Returns: seconds, at least 1; a default where nothing in it is known
 */
int64_t weft_dav_parse_timeout(const char *value);

/**
 * Read a Lock-Token field (RFC 4918 10.5).  Windows sends the token without its brackets.
 * @value: (nullable): 400 without one
 * Returns: (transfer full)
 */
char *weft_dav_parse_lock_token(const char *value, GError **error);

G_END_DECLS
