/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/buffer.h>

#include "webdav/service.h"

G_BEGIN_DECLS

/**
 * What a body asks to set and to remove: of PROPPATCH (RFC 4918 9.2), of extended MKCOL (RFC 5689).
 * Dead properties are stored; those that are made of a resource's times and flags change these.
 */
typedef struct {
    GArray *changes; /* of one property each, in the order of the document; names live in the XML */
    WeftDavAttributes attributes;
    gboolean is_of_collection;
    gboolean makes_collection; /* of MKCOL: resourcetype says what is made */
    gboolean is_refused;       /* one of them cannot be, and so none */
    size_t size_bytes;
} WeftDavPropertyChanges;

/** For a file or a collection that is there, or for a collection that is to be made. */
void weft_dav_property_changes_init(WeftDavPropertyChanges *changes, gboolean is_of_collection);
void weft_dav_property_changes_init_for_new(WeftDavPropertyChanges *changes);
void weft_dav_property_changes_clear(WeftDavPropertyChanges *changes);

/** Add a DAV:set or DAV:remove.  FALSE with a WEFT_HTTP_ERROR where the body is none; a property
 * that cannot be set is no error here. */
gboolean weft_dav_property_changes_add(WeftDavPropertyChanges *changes,
                                       const WeftDavXmlNode *instruction, GError **error);

/** The status for the whole of refused changes. */
unsigned weft_dav_property_changes_status(const WeftDavPropertyChanges *changes);

/** Do all of it at the call's path, or nothing.  Not if is_refused. */
WEFT_PARKS gboolean weft_dav_property_changes_apply(const WeftDavPropertyChanges *changes,
                                                    WeftDavCall *call, GError **error);

/** Append a DAV:propstat for each way it went.  @status: of what is not refused by itself */
void weft_dav_property_changes_append_propstats(const WeftDavPropertyChanges *changes,
                                                WeftBuffer *out, unsigned status);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WeftDavPropertyChanges, weft_dav_property_changes_clear)

G_END_DECLS
