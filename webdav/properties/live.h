/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/buffer.h>
#include <weft/dav_store.h>

G_BEGIN_DECLS

/** Live properties (RFC 4918 15): what the server itself knows of a resource. */

struct WeftDavView;

/** What PROPFIND tells of one resource. */
typedef struct {
    const char *name; /* the last segment of its path, decoded; "" for the root */
    size_t name_len;
    const WeftDavInfo *info;
    const WeftDavPropertySet *properties; /* (nullable): its dead properties */
    const struct WeftDavView *view;       /* properties/view.h; NULL where no such row is asked */
} WeftDavResource;

typedef enum {
    WEFT_DAV_LIVE_ON_FILE = 1 << 0,
    WEFT_DAV_LIVE_ON_COLLECTION = 1 << 1,
    WEFT_DAV_LIVE_IN_ALLPROP = 1 << 2,
    WEFT_DAV_LIVE_SETTABLE = 1 << 3, /* PROPPATCH may put a dead property before it */
    WEFT_DAV_LIVE_APPLIED = 1 << 4,  /* PROPPATCH changes what it is made of */
    WEFT_DAV_LIVE_OF_SPACE = 1 << 5, /* the view must have measured the room there is */
    WEFT_DAV_LIVE_OF_LOCKS = 1 << 6, /* the view must have looked for locks */
} WeftDavLiveFlags;

/** No value is longer, the one made of the name apart. */
#define WEFT_DAV_LIVE_MAX_VALUE_BYTES 96

typedef struct {
    const char *ns;
    const char *name;
    unsigned flags;
    const char *open;  /* text before the value; with a NULL put it is all there is */
    const char *close; /* and behind it */
    /* Write the value; @at has room for WEFT_DAV_LIVE_MAX_VALUE_BYTES and the name, escaped. */
    char *(*put)(char *at, const WeftDavResource *resource);
    const char *on_collection; /* (nullable): all of it, where it differs for collections */
    /* (nullable): instead of put, for a value that no length bounds: append it to @out. */
    void (*append)(WeftBuffer *out, const WeftDavResource *resource);
} WeftDavLive;

/** All of them, @ret_n. */
const WeftDavLive *weft_dav_live_properties(size_t *ret_n);

/** (nullable): the row of {@ns}@name. */
const WeftDavLive *weft_dav_live_find(const char *ns, const char *name);

/** TRUE if PROPPATCH must not touch {@ns}@name. */
gboolean weft_dav_live_is_protected(const char *ns, const char *name);

/** TRUE if a file or a collection has it. */
gboolean weft_dav_live_is_on(const WeftDavLive *live, gboolean is_collection);

G_END_DECLS
