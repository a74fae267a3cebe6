/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/properties/live.h"
#include "webdav/xml/reader.h"

G_BEGIN_DECLS

/** What a PROPFIND asks for (RFC 4918 9.1). */

typedef enum {
    WEFT_DAV_QUERY_PROP,     /* those in asked */
    WEFT_DAV_QUERY_ALLPROP,  /* all that allprop means, and those in asked */
    WEFT_DAV_QUERY_PROPNAME, /* the names of all there are */
} WeftDavQueryKind;

/** One property by name. */
typedef struct {
    const char *ns;
    const char *name;
    const WeftDavLive *live; /* (nullable): NULL for what can only be a dead property */
} WeftDavAsked;

typedef struct {
    WeftDavQueryKind kind;
    GArray *asked;   /* of WeftDavAsked, in the client's order; of ALLPROP the live ones first */
    WeftDavXml *xml; /* (nullable): where the names live */
} WeftDavQuery;

/**
 * Read the body of a PROPFIND; none at all means allprop.
 * Returns: (transfer full): NULL with a WEFT_HTTP_ERROR
 */
WeftDavQuery *weft_dav_query_read(const void *body, size_t size, GError **error);
void weft_dav_query_free(WeftDavQuery *query);

/** FALSE if live properties answer it all, so that no dead ones need be looked up. */
gboolean weft_dav_query_needs_dead(const WeftDavQuery *query);

/** TRUE if the value of a property is asked for that has one of @flags (of WeftDavLiveFlags). */
gboolean weft_dav_query_asks(const WeftDavQuery *query, unsigned flags);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavQuery, weft_dav_query_free)

G_END_DECLS
