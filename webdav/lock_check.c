/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Write locks: which of them hold what a method changes, whether their tokens came with the
 * request, and the answer where they did not.  Nothing is changed of a tree in which one member is
 * locked (RFC 4918 9.6.1 asks for the ancestors of that member only): half a tree is of no use.
 */
#include "webdav/lock_check.h"

#include <string.h>

#include "webdav/if_header.h"
#include "webdav/rights.h"
#include "webdav/xml/multistatus.h"
#include "webdav/xml/writer.h"

/* ---- what stands against a change ---- */

gboolean
weft_dav_is_lock_creator(const WeftDavCall *call, const WeftDavLock *lock)
{
    return lock->user == NULL || g_strcmp0(lock->user, weft_http_request_user(call->request)) == 0;
}

static gboolean
is_submitted(const WeftDavCall *call, const WeftDavLock *lock)
{
    return call->if_field != NULL && weft_dav_if_submits(call->if_field, lock->token) &&
           weft_dav_is_lock_creator(call, lock);
}

static gboolean
stand_against(WeftDavCall *call, GPtrArray *locks, gboolean are_of_members, GError **error)
{
    call->against = g_ptr_array_ref(locks);
    call->is_against_members = are_of_members;
    call->condition = "lock-token-submitted";
    g_set_error_literal(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_LOCKED, "locked");
    return FALSE;
}

/* Of several shared locks the token of one will do (RFC 4918 6.2). */
static gboolean
check_resource(WeftDavCall *call, const char *path, GError **error)
{
    g_autoptr(GPtrArray) locks = weft_dav_locks_new();

    if (!call->locks->methods->find_covering(call->locks, path, locks, error))
        return FALSE;
    for (guint i = 0; i < locks->len; i++)
        if (is_submitted(call, locks->pdata[i]))
            return TRUE;
    return locks->len == 0 || stand_against(call, locks, FALSE, error);
}

/* RFC 4918 7.4: a lock on a collection, whatever its depth, holds which members it has. */
static gboolean
check_membership(WeftDavCall *call, const char *path, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(path);

    return check_resource(call, parent, error);
}

/* Returns: (transfer full): those of @locks whose tokens are submitted, in the order they are in */
static GPtrArray *
collect_submitted(const WeftDavCall *call, const GPtrArray *locks)
{
    GPtrArray *submitted = weft_dav_locks_new();

    for (guint i = 0; i < locks->len; i++)
        if (is_submitted(call, locks->pdata[i]))
            g_ptr_array_add(submitted, weft_dav_lock_ref(locks->pdata[i]));
    return submitted;
}

static gboolean
cover(const GPtrArray *locks, const char *path)
{
    for (guint i = 0; i < locks->len; i++)
        if (weft_dav_lock_covers(locks->pdata[i], path))
            return TRUE;
    return FALSE;
}

/* As check_resource() for each member that is the root of a lock, told all at once.  No more locks
 * than a request can name are compared with each of them. */
static gboolean
check_members(WeftDavCall *call, const char *path, GError **error)
{
    const WeftDavLockStoreMethods *store = call->locks->methods;
    g_autoptr(GPtrArray) locks = weft_dav_locks_new();
    g_autoptr(GPtrArray) against = weft_dav_locks_new();

    if (!store->find_in(call->locks, path, WEFT_DAV_LOCKS_BELOW, SIZE_MAX, locks, error))
        return FALSE;

    const guint n_below = locks->len;
    if (n_below > 0 && !store->find_covering(call->locks, path, locks, error))
        return FALSE;
    g_autoptr(GPtrArray) submitted = collect_submitted(call, locks);
    for (guint i = 0; i < n_below && against->len < WEFT_DAV_LOCK_MAX_CONFLICTS_TOLD; i++) {
        const WeftDavLock *lock = locks->pdata[i];

        if (!cover(submitted, lock->root))
            g_ptr_array_add(against, weft_dav_lock_ref(lock));
    }
    return against->len == 0 || stand_against(call, against, TRUE, error);
}

static gboolean
check_tree(WeftDavCall *call, const char *path, GError **error)
{
    return check_resource(call, path, error) && check_membership(call, path, error) &&
           check_members(call, path, error);
}

gboolean
weft_dav_check_locks(WeftDavCall *call, WeftDavChanges changes, GError **error)
{
    const gboolean is_new = call->on == WEFT_DAV_ON_NOTHING;

    if (weft_dav_lock_store_is_empty(call->locks))
        return TRUE;
    switch (changes) {
    case WEFT_DAV_CHANGES_NOTHING:
        return TRUE;
    case WEFT_DAV_CHANGES_RESOURCE:
        return check_resource(call, call->path, error) &&
               (!is_new || check_membership(call, call->path, error));
    case WEFT_DAV_CHANGES_MEMBERSHIP:
        return !is_new || check_membership(call, call->path, error);
    case WEFT_DAV_CHANGES_TREE:
        return check_tree(call, call->path, error);
    case WEFT_DAV_CHANGES_DESTINATION:
        return check_tree(call, call->destination, error);
    case WEFT_DAV_CHANGES_BOTH_TREES:
        return check_tree(call, call->path, error) && check_tree(call, call->destination, error);
    }
    g_assert_not_reached();
}

/* ---- telling it ---- */

static void
append_href(WeftBuffer *out, const char *path)
{
    weft_buffer_append_string(out, "<D:href>");
    weft_dav_xml_append_href(out, path, strlen(path));
    weft_buffer_append_string(out, "</D:href>");
}

/* Each root once: shared locks may have one in common. */
static void
append_roots(WeftBuffer *out, const GPtrArray *locks)
{
    const char *last = NULL;

    for (guint i = 0; i < locks->len; i++) {
        const WeftDavLock *lock = locks->pdata[i];

        if (last == NULL || strcmp(lock->root, last) != 0)
            append_href(out, lock->root);
        last = lock->root;
    }
}

static gboolean
answer_whole(WeftDavCall *call, const GPtrArray *locks, GError **error)
{
    WeftBuffer out;

    weft_buffer_init(&out, 512);
    weft_buffer_append_string(&out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                                    "<D:error xmlns:D=\"DAV:\"><D:");
    weft_buffer_append_string(&out, call->condition);
    weft_buffer_append_string(&out, ">");
    /* RFC 4918 16: at least one, though it may not be for this user to see. */
    if (locks->len > 0)
        append_roots(&out, locks);
    else
        append_href(&out, call->path);
    weft_buffer_append_string(&out, "</D:");
    weft_buffer_append_string(&out, call->condition);
    weft_buffer_append_string(&out, "></D:error>\n");
    gboolean ok = weft_dav_call_answer_xml(call, 423, &out, error);
    weft_buffer_clear(&out);
    return ok;
}

static void
append_member(WeftDavMultistatus *multistatus, const char *condition, const WeftDavLock *lock)
{
    WeftBuffer *out = &multistatus->buffer;

    weft_buffer_append_string(out, "<D:response>");
    append_href(out, lock->root);
    weft_dav_multistatus_append_status(out, 423);
    weft_buffer_append_string(out, "<D:error><D:");
    weft_buffer_append_string(out, condition);
    weft_buffer_append_string(out, ">");
    append_href(out, lock->root);
    weft_buffer_append_string(out, "</D:");
    weft_buffer_append_string(out, condition);
    weft_buffer_append_string(out, "></D:error></D:response>");
}

static gboolean
answer_members(WeftDavCall *call, const GPtrArray *locks, GError **error)
{
    g_auto(WeftDavMultistatus) multistatus;
    const char *last = NULL;

    weft_dav_multistatus_init(&multistatus, call->response);
    for (guint i = 0; i < locks->len; i++) {
        const WeftDavLock *lock = locks->pdata[i];

        if (last == NULL || strcmp(lock->root, last) != 0)
            append_member(&multistatus, call->condition, lock);
        last = lock->root;
    }
    /* Of LOCK the resource itself is told, too (RFC 4918 9.10.9); of the others it goes without
     * saying (9.6.1, 9.8.5, 9.9.4). */
    if (call->destination == NULL && strcmp(call->condition, "no-conflicting-lock") == 0)
        weft_dav_multistatus_add_status(&multistatus, call->path, 424, NULL);
    return weft_dav_multistatus_end(&multistatus, error);
}

gboolean
weft_dav_answer_locked(WeftDavCall *call, GError **error)
{
    g_autoptr(GPtrArray) seen = weft_dav_locks_new();

    weft_dav_call_unlock(call);
    for (guint i = 0; i < call->against->len; i++) {
        const WeftDavLock *lock = call->against->pdata[i];

        if (weft_dav_may_see(call, lock->root))
            g_ptr_array_add(seen, weft_dav_lock_ref(lock));
    }
    return call->is_against_members && seen->len > 0 ? answer_members(call, seen, error)
                                                     : answer_whole(call, seen, error);
}

/* ---- what is gone is not locked ---- */

static gboolean
forget_gone(WeftDavCall *call, const char *path, WeftDavLocksRange range, GError **error)
{
    g_autoptr(GPtrArray) locks = weft_dav_locks_new();

    if (!call->locks->methods->find_in(call->locks, path, range, SIZE_MAX, locks, error))
        return FALSE;
    for (guint i = 0; i < locks->len; i++) {
        const WeftDavLock *lock = locks->pdata[i];
        g_autoptr(GError) problem = NULL;
        WeftDavInfo info;

        if (call->store->methods->stat(call->store, lock->root, &info, NULL) ||
            call->locks->methods->release(call->locks, lock->token, &problem) ||
            g_error_matches(problem, WEFT_DAV_ERROR, WEFT_DAV_ERROR_NOT_FOUND))
            continue;
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    return TRUE;
}

gboolean
weft_dav_forget_locks(WeftDavCall *call, const char *path, WeftDavLocksRange range,
                      const GArray *failures, GError **error)
{
    if (weft_dav_lock_store_is_empty(call->locks))
        return TRUE;
    if (failures->len > 0)
        return forget_gone(call, path, range, error);
    return call->locks->methods->forget(call->locks, path, range, error);
}
