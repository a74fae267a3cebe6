/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/properties/live.h"
#include "webdav/service.h"

G_BEGIN_DECLS

/**
 * What live properties may need of the request that asks for them, and the properties that do: room
 * (RFC 4331), and who asks and what he may do (RFC 5397, RFC 3744).
 */
typedef struct WeftDavView {
    const WeftDavCall *call;
    const char *folder; /* path of the collection that holds the resource, with a slash at its end;
                           with the resource's name, its path.  "" for the root itself */
    WeftDavSpace space; /* measured where a row that is asked has WEFT_DAV_LIVE_OF_SPACE */
    struct WeftDavLockView *locks; /* properties/lock_discovery.h; NULL where there are none */
} WeftDavView;

/** The path of @resource, as stores take it.  Returns: (transfer full) */
char *weft_dav_resource_path(const WeftDavResource *resource);

/* Values, as WeftDavLive.put and WeftDavLive.append write them. */
char *weft_dav_view_put_available(char *at, const WeftDavResource *resource);
char *weft_dav_view_put_used(char *at, const WeftDavResource *resource);
char *weft_dav_view_put_quota_blocks(char *at, const WeftDavResource *resource);
char *weft_dav_view_put_used_blocks(char *at, const WeftDavResource *resource);
void weft_dav_view_append_user(WeftBuffer *out, const WeftDavResource *resource);
void weft_dav_view_append_privileges(WeftBuffer *out, const WeftDavResource *resource);

G_END_DECLS
