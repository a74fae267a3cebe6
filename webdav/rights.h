/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/service.h"

G_BEGIN_DECLS

/**
 * Judging what the user of a call may do.  Each check answers TRUE, or FALSE with the refusal: 401
 * where nobody has signed in and rights ask for that, 404 where the resource must not even be seen,
 * 403 otherwise.  They look at paths alone, never at what is there, so that a refusal tells
 * nothing; and paths of stores have no slash at the end, so that "/a" and "/a/" are one.
 */

/** What a method needs; the column of the method table. */
typedef enum {
    WEFT_DAV_NEEDS_TO_ASK,    /* OPTIONS: to see or to add; nothing at "/", or for strangers */
    WEFT_DAV_NEEDS_TO_SEE,    /* GET (files: to read, checked when known to be one), PROPFIND */
    WEFT_DAV_NEEDS_TO_MAKE,   /* PUT, MKCOL: to write, or to add where nothing is */
    WEFT_DAV_NEEDS_TO_WRITE,  /* PROPPATCH, PATCH, LOCK, UNLOCK */
    WEFT_DAV_NEEDS_TO_REMOVE, /* DELETE: to write all below, too */
    WEFT_DAV_NEEDS_TO_COPY,   /* COPY: to read all below; its destination:
                                 weft_dav_check_destination() */
    WEFT_DAV_NEEDS_TO_MOVE,   /* MOVE: both of the last two */
} WeftDavNeeds;

/** Bits of WeftDavMay that the call's user has at @path. */
unsigned weft_dav_call_rights(const WeftDavCall *call, const char *path, WeftDavExtent extent);

/** Judge the call's path; before anything is looked at. */
gboolean weft_dav_check_rights(const WeftDavCall *call, WeftDavNeeds needs, GError **error);

/**
 * TRUE if the call's user has not signed in and may not see its path.  Office and LibreOffice ask
 * for the OPTIONS of a document first, and give up at a 401: they are told of the server alone.
 */
gboolean weft_dav_is_stranger(const WeftDavCall *call);

/** Judge the call's destination: to write all below, or to add there. */
gboolean weft_dav_check_destination(const WeftDavCall *call, GError **error);

/** FALSE for who may at most add at @path. */
gboolean weft_dav_may_replace(const WeftDavCall *call, const char *path);

/** The same as a check. */
gboolean weft_dav_check_replace(const WeftDavCall *call, const char *path, GError **error);

/** TRUE if the call's user may read the file at its path. */
gboolean weft_dav_check_read(const WeftDavCall *call, GError **error);

/** TRUE if nothing at or below @path is hidden from the user: its members need no filter. */
gboolean weft_dav_sees_all_below(const WeftDavCall *call, const char *path);

/** TRUE if the user may know of the resource at @path: a member of a listing, the root of a lock.
 */
gboolean weft_dav_may_see(const WeftDavCall *call, const char *path);

/** The same of a member of @collection, which may end with a slash. */
gboolean weft_dav_may_see_member(const WeftDavCall *call, const char *collection,
                                 const WeftDavEntry *entry);

G_END_DECLS
