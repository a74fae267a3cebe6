/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/service.h"

G_BEGIN_DECLS

/**
 * How clients address the server, where a proxy stands in front of it: by another host and port
 * than the proxy's request says, and by paths of which the proxy may have taken away the beginning.
 */

/** Take the URL of the share's root apart.  @ret_path: "" for "/", otherwise without a slash at its
 * end.  FALSE for what is no http or https URL, or has more than these two */
gboolean weft_dav_base_url_parse(const char *url, char **ret_authority, char **ret_path);

/** The host of the first element of Forwarded (RFC 7239).  Returns: (transfer full) (nullable) */
char *weft_dav_forwarded_host(const char *forwarded);

/** The path that a request target's @path means.  Returns: (transfer full) */
WEFT_PARKS char *weft_dav_call_path_of_target(const WeftDavCall *call, const char *path,
                                              GError **error);

/**
 * The path of @sent, a URI in @field, as weft_dav_path_of_uri() has it, by whatever name of this
 * server: that of the request, that a proxy says the client used, or that of the base URL. Returns:
 * (transfer full): NULL with a WEFT_HTTP_ERROR; 502 for another server's
 */
WEFT_PARKS char *weft_dav_call_path_of_uri(const WeftDavCall *call, const char *field,
                                           const char *sent, GError **error);

/** The path of COPY's and MOVE's Destination; @uri: its value.  Where a store takes several names
 * for one resource, a MOVE may still change one into another.  Returns: (transfer full) */
WEFT_PARKS char *weft_dav_call_destination(const WeftDavCall *call, const char *uri,
                                           GError **error);

/** Tell who asked for a collection without the slash at its end how it is called (RFC 4918 5.2). */
void weft_dav_call_set_content_location(WeftDavCall *call);

G_END_DECLS
