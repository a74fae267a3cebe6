/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LOCK (RFC 4918 9.10): with a body it takes a lock, and makes an empty file where nothing is;
 * without one it refreshes the lock whose token If submits.
 */
#include <string.h>

#include "webdav/if_header.h"
#include "webdav/lock_check.h"
#include "webdav/properties/lock_discovery.h"
#include "webdav/rights.h"

#define MAX_BODY_BYTES (64 * 1024)

gboolean
weft_dav_lock_receive(WeftDavCall *call, GError **error)
{
    size_t size = 0;
    g_autoptr(GBytes) body = weft_http_request_read_all(call->request, MAX_BODY_BYTES, error);

    if (body == NULL)
        return FALSE;

    const void *bytes = g_bytes_get_data(body, &size);
    if (size == 0)
        return TRUE;
    call->xml = weft_dav_xml_read(bytes, size, error);
    return call->xml != NULL;
}

/* ---- the answer ---- */

/* RFC 4918 9.10.1: all locks of the resource, not the new one alone. */
static gboolean
answer(WeftDavCall *call, unsigned status, gboolean is_collection, GError **error)
{
    g_autoptr(GPtrArray) locks = weft_dav_locks_new();
    WeftBuffer out;

    if (!call->locks->methods->find_covering(call->locks, call->path, locks, error))
        return FALSE;
    weft_buffer_init(&out, 1024);
    weft_buffer_append_string(&out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                                    "<D:prop xmlns:D=\"DAV:\"><D:lockdiscovery>");
    weft_dav_append_active_locks(&out, call, locks, call->path, is_collection);
    weft_buffer_append_string(&out, "</D:lockdiscovery></D:prop>\n");

    gboolean ok = weft_dav_call_answer_xml(call, status, &out, error);
    weft_buffer_clear(&out);
    return ok;
}

/* ---- a new lock ---- */

static gboolean
refuse(GError **error, WeftHttpStatus status, const char *reason)
{
    g_set_error(error, WEFT_HTTP_ERROR, status, "LOCK: %s", reason);
    return FALSE;
}

/* Without a Depth a lock is of depth infinity, which Windows does not mean when it locks a file;
 * and below a file there is nothing. */
static gboolean
read_depth(WeftDavCall *call, gboolean *ret_is_infinite, GError **error)
{
    const char *value = weft_dav_call_header(call, "Depth");
    WeftDavDepth depth = WEFT_DAV_DEPTH_0;

    if (!weft_dav_parse_depth(value, &depth, error))
        return FALSE;
    if (depth == WEFT_DAV_DEPTH_1)
        return refuse(error, 400, "Depth: 1");
    *ret_is_infinite =
        depth == WEFT_DAV_DEPTH_INFINITY && (value != NULL || call->on == WEFT_DAV_ON_COLLECTION);
    return TRUE;
}

/* RFC 4918 14.11.  @ret_owner: (transfer full) (nullable) */
static gboolean
read_body(const WeftDavXmlNode *root, gboolean *ret_is_shared, char **ret_owner, GError **error)
{
    const WeftDavXmlNode *scope = weft_dav_xml_find(root, "DAV:", "lockscope");
    const WeftDavXmlNode *type = weft_dav_xml_find(root, "DAV:", "locktype");
    const WeftDavXmlNode *owner = weft_dav_xml_find(root, "DAV:", "owner");

    if (!weft_dav_xml_is(root, "DAV:", "lockinfo") || scope == NULL || type == NULL)
        return refuse(error, 400, "no lockinfo with lockscope and locktype");
    if (weft_dav_xml_find(type, "DAV:", "write") == NULL)
        return refuse(error, 422, "a locktype that is not write");

    const gboolean is_shared = weft_dav_xml_find(scope, "DAV:", "shared") != NULL;
    if (is_shared == (weft_dav_xml_find(scope, "DAV:", "exclusive") != NULL))
        return refuse(error, 400, "a lockscope that is neither exclusive nor shared");
    *ret_is_shared = is_shared;
    *ret_owner = owner != NULL ? weft_dav_xml_element_to_string(owner) : NULL;
    return TRUE;
}

/* RFC 4918 7.3. */
static gboolean
make_empty(WeftDavCall *call, GError **error)
{
    const WeftDavStoreMethods *store = call->store->methods;
    WeftDavInfo info;

    call->upload = store->upload_new(call->store, call->path, 0, error);
    return call->upload != NULL && store->upload_commit(call->upload, FALSE, &info, error);
}

/* Whether what stands against a lock is below it, all of it. */
static gboolean
are_all_below(const WeftDavCall *call, const GPtrArray *locks)
{
    for (guint i = 0; i < locks->len; i++)
        if (weft_dav_lock_covers(locks->pdata[i], call->path))
            return FALSE;
    return TRUE;
}

static WeftDavLock *
take_lock(WeftDavCall *call, const WeftDavLockRequest *request, GError **error)
{
    g_autoptr(GPtrArray) conflicts = weft_dav_locks_new();
    WeftDavLock *lock = call->locks->methods->take(call->locks, request, conflicts, error);

    if (lock == NULL && conflicts->len > 0) {
        call->is_against_members = are_all_below(call, conflicts);
        call->against = g_steal_pointer(&conflicts);
        call->condition = "no-conflicting-lock";
    }
    return lock;
}

static gboolean
take(WeftDavCall *call, GError **error)
{
    const gboolean is_new = call->on == WEFT_DAV_ON_NOTHING;
    g_autofree char *owner = NULL;
    WeftDavLockRequest request = {
        .root = call->path,
        .user = weft_http_request_user(call->request),
        .timeout_s = weft_dav_parse_timeout(weft_dav_call_header(call, "Timeout")),
    };

    if (is_new && g_str_has_suffix(weft_http_request_path(call->request), "/"))
        return refuse(error, 405, "the name of a collection that is not there");
    if (!read_depth(call, &request.is_infinite, error) ||
        !read_body(weft_dav_xml_root(call->xml), &request.is_shared, &owner, error))
        return FALSE;
    /* Who may not write there must not keep those out who may. */
    if (request.is_infinite && !weft_dav_check_rights(call, WEFT_DAV_NEEDS_TO_REMOVE, error))
        return FALSE;
    request.owner_xml = owner;

    g_autoptr(WeftDavLock) lock = take_lock(call, &request, error);
    if (lock == NULL)
        return FALSE;
    if (is_new && !make_empty(call, error)) {
        (void)call->locks->methods->release(call->locks, lock->token, NULL);
        return FALSE;
    }

    g_autofree char *coded = g_strdup_printf("<%s>", lock->token);
    weft_http_response_set_header(call->response, "Lock-Token", coded);
    return answer(call, is_new ? 201 : 200, call->on == WEFT_DAV_ON_COLLECTION, error);
}

/* ---- a lock that goes on ---- */

/* RFC 4918 9.10.2: the token is that of If.  That the lock holds this resource was judged with If;
 * here the first of them is meant, where a client names all the tokens it has. */
static gboolean
refresh(WeftDavCall *call, GError **error)
{
    g_autoptr(GPtrArray) locks = weft_dav_locks_new();
    const char *timeout = weft_dav_call_header(call, "Timeout");

    if (call->if_field == NULL)
        return refuse(error, 400, "neither a body nor an If field");
    if (!call->locks->methods->find_covering(call->locks, call->path, locks, error))
        return FALSE;
    for (guint i = 0; i < locks->len; i++) {
        const WeftDavLock *lock = locks->pdata[i];

        if (!weft_dav_if_submits(call->if_field, lock->token))
            continue;
        if (!weft_dav_is_lock_creator(call, lock))
            return refuse(error, 403, "somebody else has taken the lock");

        int64_t timeout_s = timeout != NULL ? weft_dav_parse_timeout(timeout) : lock->timeout_s;
        g_autoptr(WeftDavLock) now =
            call->locks->methods->refresh(call->locks, lock->token, timeout_s, error);
        return now != NULL && answer(call, 200, call->on == WEFT_DAV_ON_COLLECTION, error);
    }
    call->condition = "lock-token-matches-request-uri";
    return refuse(error, 412, "no lock here has the token of If");
}

gboolean
weft_dav_lock(WeftDavCall *call, GError **error)
{
    return call->xml != NULL ? take(call, error) : refresh(call, error);
}
