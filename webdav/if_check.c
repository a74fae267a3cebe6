/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether an If field holds.  A resource is looked at when the first list about it is come to, and
 * again where another stood between: fields that do so are rare, and a field ends with the first
 * list that holds.
 */
#include "webdav/if_check.h"

#include <string.h>

#include "webdav/address.h"
#include "webdav/if_header.h"
#include "webdav/locks/lock_store.h"
#include "webdav/rights.h"

/* The state of the resource that a list is about. */
typedef struct {
    const char *tag;                /* as in the field; NULL: the request's resource */
    GPtrArray *locks;               /* of WeftDavLock, those that hold it */
    char etag[WEFT_DAV_ETAG_BYTES]; /* "" for none */
} State;

/* A URL that is not ours or not to be seen has no state, and what is denied of it holds (RFC 4918
 * 10.4.4).  One where nothing is has the tokens of the locks that would hold it: clients that make
 * something in a locked tree mean that. */
static gboolean
find_state_at(WeftDavCall *call, const char *path, State *state, GError **error)
{
    const gboolean is_own = strcmp(path, call->path) == 0;
    WeftDavInfo info;

    if (!weft_dav_may_see(call, path))
        return TRUE;
    if (is_own ? call->on == WEFT_DAV_ON_FILE
               : call->store->methods->stat(call->store, path, &info, NULL) && !info.is_collection)
        weft_dav_info_etag(is_own ? &call->info : &info, state->etag);
    return weft_dav_lock_store_is_empty(call->locks) ||
           call->locks->methods->find_covering(call->locks, path, state->locks, error);
}

static gboolean
find_state(WeftDavCall *call, const WeftDavIfList *list, State *state, GError **error)
{
    state->tag = list->tag;
    state->etag[0] = '\0';
    g_ptr_array_set_size(state->locks, 0);
    if (list->tag == NULL)
        return find_state_at(call, call->path, state, error);

    g_autofree char *uri = g_strndup(list->tag, list->tag_length);
    g_autofree char *path = weft_dav_call_path_of_uri(call, "If", uri, NULL);
    return path == NULL || find_state_at(call, path, state, error);
}

static gboolean
is_text(const WeftDavIfCondition *condition, const char *text)
{
    return strlen(text) == condition->length &&
           memcmp(text, condition->text, condition->length) == 0;
}

static gboolean
has_token(const State *state, const WeftDavIfCondition *condition)
{
    for (guint i = 0; i < state->locks->len; i++) {
        const WeftDavLock *lock = state->locks->pdata[i];

        if (is_text(condition, lock->token))
            return TRUE;
    }
    return FALSE;
}

static gboolean
list_holds(const WeftDavIf *field, const WeftDavIfList *list, const State *state)
{
    for (size_t i = 0; i < list->n_conditions; i++) {
        const WeftDavIfCondition *condition = weft_dav_if_condition(field, list, i);
        /* Ours are strong, so that a weak one never matches, as it must not (10.4.4). */
        const gboolean matches =
            condition->is_etag ? is_text(condition, state->etag) : has_token(state, condition);

        if (matches == condition->is_negated)
            return FALSE;
    }
    return TRUE;
}

static gboolean
is_refresh(const WeftDavCall *call)
{
    return strcmp(weft_http_request_method(call->request), "LOCK") == 0 &&
           weft_http_request_content_length(call->request) == 0;
}

gboolean
weft_dav_read_if(WeftDavCall *call, GError **error)
{
    const char *value = weft_dav_call_header(call, "If");

    if (value == NULL)
        return TRUE;
    call->if_field = weft_dav_if_parse(value, strlen(value), error);
    return call->if_field != NULL;
}

gboolean
weft_dav_check_if(WeftDavCall *call, GError **error)
{
    const WeftDavIf *field = call->if_field;

    if (field == NULL)
        return TRUE;

    g_autoptr(GPtrArray) locks = weft_dav_locks_new();
    State state = {.locks = locks};
    for (guint i = 0; i < field->lists->len; i++) {
        const WeftDavIfList *list = &g_array_index(field->lists, WeftDavIfList, i);

        if ((i == 0 || list->tag != state.tag) && !find_state(call, list, &state, error))
            return FALSE;
        if (list_holds(field, list, &state))
            return TRUE;
    }
    /* RFC 4918 9.10.6: what refreshes a lock elsewhere is told so. */
    if (is_refresh(call))
        call->condition = "lock-token-matches-request-uri";
    g_set_error_literal(error, WEFT_HTTP_ERROR, 412, "the If field does not hold");
    return FALSE;
}
