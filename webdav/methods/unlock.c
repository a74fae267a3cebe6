/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UNLOCK (RFC 4918 9.11): the lock of the token ends, with all it held.  Who may unlock where it
 * begins (RFC 3744 3.6) ends that of somebody who has gone home, too.
 */
#include <string.h>

#include "webdav/lock_check.h"
#include "webdav/rights.h"

static gboolean
refuse_token(WeftDavCall *call, GError **error)
{
    call->condition = "lock-token-matches-request-uri";
    g_set_error_literal(error, WEFT_HTTP_ERROR, 409, "UNLOCK: no lock here has this token");
    return FALSE;
}

/* (nullable): the one of @locks that has @token. */
static const WeftDavLock *
find_lock(const GPtrArray *locks, const char *token)
{
    for (guint i = 0; i < locks->len; i++) {
        const WeftDavLock *lock = locks->pdata[i];

        if (strcmp(lock->token, token) == 0)
            return lock;
    }
    return NULL;
}

static gboolean
may_unlock(const WeftDavCall *call, const WeftDavLock *lock)
{
    const unsigned rights = weft_dav_call_rights(call, lock->root, WEFT_DAV_RIGHTS_HERE);

    return (rights & WEFT_DAV_MAY_UNLOCK) != 0;
}

gboolean
weft_dav_unlock(WeftDavCall *call, GError **error)
{
    g_autofree char *token =
        weft_dav_parse_lock_token(weft_dav_call_header(call, "Lock-Token"), error);
    g_autoptr(GPtrArray) locks = weft_dav_locks_new();
    g_autoptr(GError) problem = NULL;

    if (token == NULL ||
        !call->locks->methods->find_covering(call->locks, call->path, locks, error))
        return FALSE;

    const WeftDavLock *lock = find_lock(locks, token);
    if (lock == NULL)
        return refuse_token(call, error);
    if (!weft_dav_is_lock_creator(call, lock) && !may_unlock(call, lock)) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 403, "UNLOCK: somebody else's lock");
        return FALSE;
    }
    if (call->locks->methods->release(call->locks, token, &problem))
        return weft_dav_call_answer(call, 204, error);
    /* Expired since, or somebody was faster. */
    if (g_error_matches(problem, WEFT_DAV_ERROR, WEFT_DAV_ERROR_NOT_FOUND))
        return refuse_token(call, error);
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
}
