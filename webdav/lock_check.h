/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/locks/lock_store.h"
#include "webdav/service.h"

G_BEGIN_DECLS

/** What write locks (RFC 4918 7) forbid to whoever does not submit their tokens. */

/** What a method changes; a column of the method table. */
typedef enum {
    WEFT_DAV_CHANGES_NOTHING,
    WEFT_DAV_CHANGES_RESOURCE,    /* PUT, PROPPATCH, MKCOL: it, and what it is in where it is new */
    WEFT_DAV_CHANGES_MEMBERSHIP,  /* LOCK: what the resource is in, where it is new */
    WEFT_DAV_CHANGES_TREE,        /* DELETE: it, all below it, and what it is in */
    WEFT_DAV_CHANGES_DESTINATION, /* COPY: the same of the destination */
    WEFT_DAV_CHANGES_BOTH_TREES,  /* MOVE: both of the last two */
} WeftDavChanges;

/**
 * Judge the locks that hold what the call is to change; under its path lock, after it has looked.
 * Returns: FALSE with LOCKED, and what stands against it in call->against
 */
WEFT_PARKS gboolean weft_dav_check_locks(WeftDavCall *call, WeftDavChanges changes, GError **error);

/** TRUE if the call's user took @lock, or nobody known by a name did (RFC 4918 6.4). */
gboolean weft_dav_is_lock_creator(const WeftDavCall *call, const WeftDavLock *lock);

/**
 * Answer a call that the locks in call->against stand against: 423, or 207 where it is members that
 * are locked, with the condition in call->condition.
 */
WEFT_PARKS gboolean weft_dav_answer_locked(WeftDavCall *call, GError **error);

/**
 * End the locks on what the call has removed: those whose root is in @range of @path, and where it
 * had @failures (of WeftDavFailure) those of them whose resource is gone.
 */
WEFT_PARKS gboolean weft_dav_forget_locks(WeftDavCall *call, const char *path,
                                          WeftDavLocksRange range, const GArray *failures,
                                          GError **error);

G_END_DECLS
