/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/buffer.h>
#include <weft/dav.h>

#include "webdav/path.h"
#include "webdav/xml/reader.h"

G_BEGIN_DECLS

/** What stands at a path; a method says on which of them it works. */
typedef enum {
    WEFT_DAV_ON_NOTHING = 1 << 0,
    WEFT_DAV_ON_FILE = 1 << 1,
    WEFT_DAV_ON_COLLECTION = 1 << 2,
} WeftDavOn;

typedef struct WeftDavIf WeftDavIf;
typedef struct WeftDavMethod WeftDavMethod;
typedef struct WeftDavPathLock WeftDavPathLock;

/** One request on its way through the service. */
typedef struct {
    WeftDavStore *store;
    WeftDavLockStore *locks;
    const WeftDavOptions *options;
    WeftHttpRequest *request;
    WeftHttpResponse *response;
    const WeftDavMethod *method;
    char *path;            /* as stores take it */
    char *destination;     /* of COPY and MOVE, otherwise NULL */
    WeftDavPathLock *lock; /* of a method that writes, until it answers */
    WeftDavIf *if_field;   /* NULL without one */

    /* Of WeftDavOptions.base_url, if there is one: a name of this server, and what a proxy takes
     * away from the beginning of targets. */
    const char *base_authority;
    const char *base_path;

    /* What was found at path when last looked; of methods that write, under the lock.
     * 0 before the first look. */
    WeftDavOn on;
    WeftDavInfo info;

    /* What receive has left for run. */
    WeftDavUpload *upload;
    int64_t received_bytes; /* of the body, into upload */
    WeftDavXml *xml;

    /* What the answer to a failure tells beside its status (RFC 4918 16). */
    const char *condition;       /* (nullable) */
    GPtrArray *against;          /* (nullable): of WeftDavLock, those that forbid what was asked */
    gboolean is_against_members; /* none of them holds the resource itself */
} WeftDavCall;

/** TRUE: it has answered. */
typedef gboolean (*WeftDavMethodFunc)(WeftDavCall *call, GError **error);

/* The methods, each in methods/NAME.c.  Those named receive read the body of a method that writes:
 * after the conditions were judged a first time, before anything is locked; or under the lock,
 * where the body has come with the head. */
gboolean weft_dav_options(WeftDavCall *call, GError **error);
gboolean weft_dav_get(WeftDavCall *call, GError **error);
gboolean weft_dav_propfind(WeftDavCall *call, GError **error);
gboolean weft_dav_put_receive(WeftDavCall *call, GError **error);
gboolean weft_dav_put(WeftDavCall *call, GError **error);
gboolean weft_dav_patch_receive(WeftDavCall *call, GError **error);
gboolean weft_dav_patch(WeftDavCall *call, GError **error);
gboolean weft_dav_delete(WeftDavCall *call, GError **error);
gboolean weft_dav_mkcol_receive(WeftDavCall *call, GError **error);
gboolean weft_dav_mkcol(WeftDavCall *call, GError **error);
gboolean weft_dav_copy(WeftDavCall *call, GError **error);
gboolean weft_dav_move(WeftDavCall *call, GError **error);
gboolean weft_dav_proppatch_receive(WeftDavCall *call, GError **error);
gboolean weft_dav_proppatch(WeftDavCall *call, GError **error);
gboolean weft_dav_lock_receive(WeftDavCall *call, GError **error);
gboolean weft_dav_lock(WeftDavCall *call, GError **error);
gboolean weft_dav_unlock(WeftDavCall *call, GError **error);

/* ---- what methods share ---- */

/** Look what stands at the call's path; nothing is no error. */
WEFT_PARKS gboolean weft_dav_call_look(WeftDavCall *call, GError **error);

/**
 * Give the lock back: nothing is changed from here on.  The calls below that answer do it first, so
 * that a client that is slow to take its answer keeps nobody waiting.
 */
void weft_dav_call_unlock(WeftDavCall *call);

/** A request header. (nullable) */
const char *weft_dav_call_header(WeftDavCall *call, const char *name);

/** Set the Allow field: what works on @on. */
void weft_dav_call_set_allow(WeftDavCall *call, WeftDavOn on);

/** Answer with a status and no body. */
WEFT_PARKS gboolean weft_dav_call_answer(WeftDavCall *call, unsigned status, GError **error);

/** Answer @status with XML. */
WEFT_PARKS gboolean weft_dav_call_answer_xml(WeftDavCall *call, unsigned status,
                                             const WeftBuffer *xml, GError **error);

/** Answer @status with a DAV:error that names a condition of RFC 4918 16. */
WEFT_PARKS gboolean weft_dav_call_answer_condition(WeftDavCall *call, unsigned status,
                                                   const char *condition, GError **error);

/** Answer a recursive change: 207 with @failures (of WeftDavFailure), @status if there are none. */
WEFT_PARKS gboolean weft_dav_call_answer_failures(WeftDavCall *call, GArray *failures,
                                                  unsigned status, GError **error);

/** Returns: (transfer full): an empty array of WeftDavFailure that frees them */
GArray *weft_dav_failures_new(void);

G_END_DECLS
