/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of a WebDAV request: the method's row, read-only, what stands there, conditions, locks,
 * then the method's own file.  A method that writes is judged under the lock, where the answer
 * counts; and where its body is still to come also before, so that a client need not send it for
 * nothing, and a slow one holds no lock.
 */
#include "webdav/service.h"

#include <string.h>
#include <weft/log.h>

#include "webdav/address.h"
#include "webdav/if_check.h"
#include "webdav/if_header.h"
#include "webdav/lock_check.h"
#include "webdav/origin.h"
#include "webdav/page_file.h"
#include "webdav/path.h"
#include "webdav/path_lock.h"
#include "webdav/rights.h"
#include "webdav/status.h"
#include "webdav/xml/multistatus.h"

struct WeftDav {
    WeftDavStore *store;
    WeftDavOptions options;
    WeftDavLockStore *locks;
    WeftDavPathLockTable *path_locks;
    char *base_authority; /* (nullable): of the base URL; so the next */
    char *base_path;
};

typedef enum { READS, WRITES } Access;

/* Which paths are locked while a method runs. */
typedef enum { LOCKS_NOTHING, LOCKS_RESOURCE, LOCKS_SUBTREE, LOCKS_BOTH_ENDS } Locks;

struct WeftDavMethod {
    const char *name;
    WeftDavMethodFunc receive; /* (nullable) */
    WeftDavMethodFunc run;     /* NULL where it works on nothing */
    unsigned on;               /* WeftDavOn: where it works; 405 elsewhere */
    Access access;
    Locks locks;
    WeftDavNeeds needs;
    WeftDavChanges changes; /* what write locks may forbid */
};

#define NOTHING WEFT_DAV_ON_NOTHING
#define FILES WEFT_DAV_ON_FILE
#define COLLECTION WEFT_DAV_ON_COLLECTION
#define SOMETHING (FILES | COLLECTION)
#define ANYTHING (NOTHING | SOMETHING)
#define NOWHERE 0

#define TO_ASK WEFT_DAV_NEEDS_TO_ASK
#define TO_SEE WEFT_DAV_NEEDS_TO_SEE
#define TO_MAKE WEFT_DAV_NEEDS_TO_MAKE
#define TO_WRITE WEFT_DAV_NEEDS_TO_WRITE
#define TO_REMOVE WEFT_DAV_NEEDS_TO_REMOVE
#define TO_COPY WEFT_DAV_NEEDS_TO_COPY
#define TO_MOVE WEFT_DAV_NEEDS_TO_MOVE

#define NO_CHANGE WEFT_DAV_CHANGES_NOTHING
#define RESOURCE WEFT_DAV_CHANGES_RESOURCE
#define MEMBERSHIP WEFT_DAV_CHANGES_MEMBERSHIP
#define TREE WEFT_DAV_CHANGES_TREE
#define DESTINATION WEFT_DAV_CHANGES_DESTINATION
#define BOTH_TREES WEFT_DAV_CHANGES_BOTH_TREES

/* clang-format off */
static const WeftDavMethod methods[] = {
    {"OPTIONS",   NULL, weft_dav_options,   ANYTHING,  READS, LOCKS_NOTHING, TO_ASK, NO_CHANGE},
    {"GET",       NULL, weft_dav_get,       SOMETHING, READS, LOCKS_NOTHING, TO_SEE, NO_CHANGE},
    {"HEAD",      NULL, weft_dav_get,       SOMETHING, READS, LOCKS_NOTHING, TO_SEE, NO_CHANGE},
    {"PROPFIND",  NULL, weft_dav_propfind,  SOMETHING, READS, LOCKS_NOTHING, TO_SEE, NO_CHANGE},
    {"PUT",       weft_dav_put_receive,       weft_dav_put,       NOTHING | FILES, WRITES, LOCKS_RESOURCE, TO_MAKE, RESOURCE},
    {"MKCOL",     weft_dav_mkcol_receive,     weft_dav_mkcol,     NOTHING,         WRITES, LOCKS_RESOURCE, TO_MAKE, RESOURCE},
    {"PROPPATCH", weft_dav_proppatch_receive, weft_dav_proppatch, SOMETHING,       WRITES, LOCKS_RESOURCE, TO_WRITE, RESOURCE},
    {"DELETE",    NULL, weft_dav_delete,    SOMETHING, WRITES, LOCKS_SUBTREE, TO_REMOVE, TREE},
    {"COPY",      NULL, weft_dav_copy,      SOMETHING, WRITES, LOCKS_BOTH_ENDS, TO_COPY, DESTINATION},
    {"MOVE",      NULL, weft_dav_move,      SOMETHING, WRITES, LOCKS_BOTH_ENDS, TO_MOVE, BOTH_TREES},
    {"LOCK",      weft_dav_lock_receive, weft_dav_lock, ANYTHING, WRITES, LOCKS_SUBTREE, TO_WRITE, MEMBERSHIP},
    {"UNLOCK",    NULL, weft_dav_unlock,    ANYTHING,  WRITES, LOCKS_RESOURCE, TO_WRITE, NO_CHANGE},
    {"POST",      NULL, NULL,               NOWHERE,   WRITES, LOCKS_NOTHING, TO_WRITE, NO_CHANGE},
    {"PATCH",     weft_dav_patch_receive, weft_dav_patch, FILES, WRITES, LOCKS_RESOURCE, TO_WRITE, RESOURCE},
    {"TRACE",     NULL, NULL,               NOWHERE,   READS,  LOCKS_NOTHING, TO_SEE, NO_CHANGE},
};
/* clang-format on */

static const WeftDavMethod *
find_method(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++)
        if (strcmp(methods[i].name, name) == 0)
            return &methods[i];
    return NULL;
}

static gboolean
refuse(GError **error, WeftHttpStatus status, const char *reason)
{
    g_set_error_literal(error, WEFT_HTTP_ERROR, status, reason);
    return FALSE;
}

/* ---- what methods share ---- */

gboolean
weft_dav_call_look(WeftDavCall *call, GError **error)
{
    g_autoptr(GError) problem = NULL;

    if (call->store->methods->stat(call->store, call->path, &call->info, &problem)) {
        call->on = call->info.is_collection ? COLLECTION : FILES;
        return TRUE;
    }
    call->on = NOTHING;
    if (g_error_matches(problem, WEFT_DAV_ERROR, WEFT_DAV_ERROR_NOT_FOUND) ||
        g_error_matches(problem, WEFT_DAV_ERROR, WEFT_DAV_ERROR_NO_PARENT) ||
        g_error_matches(problem, WEFT_DAV_ERROR, WEFT_DAV_ERROR_NOT_COLLECTION))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
}

const char *
weft_dav_call_header(WeftDavCall *call, const char *name)
{
    return weft_http_request_header(call->request, name);
}

void
weft_dav_call_set_allow(WeftDavCall *call, WeftDavOn on)
{
    g_autoptr(GString) allow = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++) {
        const WeftDavMethod *method = &methods[i];

        if ((method->on & on) == 0 || (call->options->read_only && method->access == WRITES))
            continue;
        g_string_append_printf(allow, "%s%s", allow->len > 0 ? ", " : "", method->name);
    }
    weft_http_response_set_header(call->response, "Allow", allow->str);
}

void
weft_dav_call_unlock(WeftDavCall *call)
{
    weft_dav_path_lock_put(g_steal_pointer(&call->lock));
}

gboolean
weft_dav_call_answer(WeftDavCall *call, unsigned status, GError **error)
{
    weft_dav_call_unlock(call);
    weft_http_response_set_status(call->response, status);
    return weft_http_response_send(call->response, NULL, 0, error);
}

static gboolean
answer_xml(WeftDavCall *call, unsigned status, const void *xml, size_t size, GError **error)
{
    weft_dav_call_unlock(call);
    weft_http_response_set_status(call->response, status);
    weft_http_response_set_header(call->response, "Content-Type",
                                  "application/xml; charset=\"utf-8\"");
    return weft_http_response_send(call->response, xml, size, error);
}

gboolean
weft_dav_call_answer_xml(WeftDavCall *call, unsigned status, const WeftBuffer *xml, GError **error)
{
    return answer_xml(call, status, weft_buffer_bytes(xml), weft_buffer_length(xml), error);
}

gboolean
weft_dav_call_answer_condition(WeftDavCall *call, unsigned status, const char *condition,
                               GError **error)
{
    g_autofree char *body = g_strdup_printf("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                                            "<D:error xmlns:D=\"DAV:\"><D:%s/></D:error>\n",
                                            condition);

    return answer_xml(call, status, body, strlen(body), error);
}

static void
failure_clear(gpointer data)
{
    WeftDavFailure *failure = data;

    g_free(failure->path);
    g_clear_error(&failure->error);
}

GArray *
weft_dav_failures_new(void)
{
    GArray *failures = g_array_new(FALSE, FALSE, sizeof(WeftDavFailure));

    g_array_set_clear_func(failures, failure_clear);
    return failures;
}

gboolean
weft_dav_call_answer_failures(WeftDavCall *call, GArray *failures, unsigned status, GError **error)
{
    if (failures->len == 0)
        return weft_dav_call_answer(call, status, error);

    g_auto(WeftDavMultistatus) multistatus;
    weft_dav_call_unlock(call);
    weft_dav_multistatus_init(&multistatus, call->response);
    for (guint i = 0; i < failures->len; i++) {
        const WeftDavFailure *failure = &g_array_index(failures, WeftDavFailure, i);

        weft_dav_multistatus_add_status(&multistatus, failure->path,
                                        weft_dav_status_of(failure->error), NULL);
        if (!weft_dav_multistatus_flush(&multistatus, error))
            return FALSE;
    }
    return weft_dav_multistatus_end(&multistatus, error);
}

/* ---- before a method that writes ---- */

static gboolean
check_conditions(WeftDavCall *call, GError **error)
{
    char etag[WEFT_DAV_ETAG_BYTES];
    WeftHttpRepresentation found = {.modified_us = -1};

    if (!weft_dav_check_if(call, error))
        return FALSE;
    if (call->on == FILES) {
        weft_dav_info_etag(&call->info, etag);
        found.size_bytes = (int64_t)call->info.size_bytes;
        found.modified_us = call->info.modified_us;
        found.etag = etag;
    }
    if (weft_http_request_check_conditions(call->request, call->on == NOTHING ? NULL : &found) != 0)
        return refuse(error, 412, "a condition of the request does not hold");
    return TRUE;
}

static gboolean
has_condition(const WeftDavCall *call)
{
    static const char *const fields[] = {"If", "If-Match", "If-None-Match", "If-Modified-Since",
                                         "If-Unmodified-Since"};

    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
        if (weft_http_request_header(call->request, fields[i]) != NULL)
            return TRUE;
    return FALSE;
}

/* A PUT that is all here looks when it takes its place, and may take any file's. */
static gboolean
learns_by_doing(const WeftDavCall *call)
{
    return call->method->run == weft_dav_put && call->on == 0 &&
           weft_http_request_body_is_here(call->request) &&
           weft_dav_lock_store_is_empty(call->locks) && weft_dav_may_replace(call, call->path) &&
           !g_str_has_suffix(weft_http_request_path(call->request), "/");
}

/* UNLOCK is about locks alone, whatever stands there: only a condition makes it look. */
static gboolean
is_blind(const WeftDavCall *call)
{
    const gboolean is_about_locks =
        call->method->on == ANYTHING && call->method->changes == NO_CHANGE;

    return (is_about_locks || learns_by_doing(call)) && !has_condition(call);
}

/* Looks, then judges: 404 and 405 come before conditions (RFC 9110 13.2.1), and what the client
 * itself has made a condition of before locks (RFC 4918 10.4.1): 423 is for tokens it has not. */
static gboolean
look_and_check(WeftDavCall *call, GError **error)
{
    if (is_blind(call))
        return TRUE;
    if (!weft_dav_call_look(call, error))
        return FALSE;
    if (call->method->needs == TO_MAKE && call->on != NOTHING &&
        !weft_dav_check_replace(call, call->path, error))
        return FALSE;
    if ((call->method->on & call->on) == 0) {
        if (call->on == NOTHING)
            return refuse(error, 404, "no such resource");
        return refuse(error, 405, "the method does not work on this resource");
    }
    return check_conditions(call, error) &&
           weft_dav_check_locks(call, call->method->changes, error);
}

/* RFC 4918 9.8.5 and 9.9.4: onto itself is 403; and onto what holds the source would destroy it.
 * Stores tell both again by what the names stand for. */
static gboolean
find_destination(WeftDavCall *call, GError **error)
{
    const char *value = weft_dav_call_header(call, "Destination");

    if (value == NULL)
        return refuse(error, 400, "no Destination field");
    call->destination = weft_dav_call_destination(call, value, error);
    if (call->destination == NULL)
        return FALSE;
    if (weft_dav_path_is_at_or_below(call->path, call->destination))
        return refuse(error, 403, "the destination is the source, or holds it");
    return weft_dav_check_destination(call, error);
}

static WeftDavPathLock *
take_locks(WeftDav *dav, WeftDavCall *call, GError **error)
{
    switch (call->method->locks) {
    case LOCKS_NOTHING:
        break;
    case LOCKS_RESOURCE:
        return weft_dav_path_lock_take(dav->path_locks, call->path, WEFT_DAV_PATH_LOCK_RESOURCE,
                                       error);
    case LOCKS_SUBTREE:
        return weft_dav_path_lock_take(dav->path_locks, call->path, WEFT_DAV_PATH_LOCK_SUBTREE,
                                       error);
    case LOCKS_BOTH_ENDS:
        return weft_dav_path_lock_take_two(dav->path_locks, call->path, WEFT_DAV_PATH_LOCK_SUBTREE,
                                           call->destination, WEFT_DAV_PATH_LOCK_SUBTREE, error);
    }
    g_assert_not_reached();
}

static gboolean
change(WeftDav *dav, WeftDavCall *call, GError **error)
{
    if (call->method->locks == LOCKS_BOTH_ENDS && !find_destination(call, error))
        return FALSE;

    const gboolean is_to_come =
        call->method->receive != NULL && !weft_http_request_body_is_here(call->request);
    if (is_to_come && (!look_and_check(call, error) || !call->method->receive(call, error)))
        return FALSE;

    call->lock = take_locks(dav, call, error);
    if (call->lock == NULL || !look_and_check(call, error))
        return FALSE;
    if (call->method->receive != NULL && !is_to_come && !call->method->receive(call, error))
        return FALSE;
    return call->method->run(call, error);
}

/* ---- one way in ---- */

static void
call_clear(WeftDavCall *call)
{
    weft_dav_call_unlock(call);
    call->store->methods->upload_free(call->upload);
    weft_dav_xml_free(call->xml);
    weft_dav_if_free(call->if_field);
    g_clear_pointer(&call->against, g_ptr_array_unref);
    g_free(call->path);
    g_free(call->destination);
}

/* The method looks for itself; what is not there has no conditions either, but a 404; and a
 * stranger learns nothing of what is. */
static gboolean
just_read(WeftDavCall *call, GError **error)
{
    if (call->if_field != NULL && !weft_dav_is_stranger(call)) {
        if (!weft_dav_call_look(call, error))
            return FALSE;
        if ((call->method->on & call->on) != 0 && !weft_dav_check_if(call, error))
            return FALSE;
    }
    return call->method->run(call, error);
}

static gboolean
handle_path(WeftDav *dav, WeftDavCall *call, const char *path, GError **error)
{
    call->path = weft_dav_call_path_of_target(call, path, error);
    if (call->path == NULL)
        return FALSE;

    const WeftDavPageFile *page_file =
        call->method->run == weft_dav_get ? weft_dav_page_file_find(call) : NULL;
    if (page_file != NULL)
        return weft_dav_page_file_answer(call, page_file, error);
    if (!weft_dav_check_rights(call, call->method->needs, error))
        return FALSE;
    return call->method->access == WRITES ? change(dav, call, error) : just_read(call, error);
}

static gboolean
handle(WeftDav *dav, WeftDavCall *call, GError **error)
{
    const char *path = weft_http_request_path(call->request);

    call->method = find_method(weft_http_request_method(call->request));
    if (call->method == NULL)
        return refuse(error, 501, "unknown method");
    if (call->method->on == NOWHERE)
        return refuse(error, 405, "the method works on no resource here");
    if (dav->options.read_only && call->method->access == WRITES)
        return refuse(error, 403, "served read-only");
    if (call->method->access == WRITES && !weft_dav_check_origin(call, error))
        return FALSE;
    if (!weft_dav_read_if(call, error))
        return FALSE;
    /* OPTIONS * asks for the server as a whole; the root can tell. */
    return handle_path(dav, call, strcmp(path, "*") == 0 ? "/" : path, error);
}

/* What the store said, in the words of HTTP, so that the layer below need not know WebDAV. */
static void
translate_error(GError **error)
{
    if ((*error)->domain != WEFT_DAV_ERROR)
        return;

    GError *translated =
        g_error_new(WEFT_HTTP_ERROR, (int)weft_dav_status_of(*error), "%s", (*error)->message);
    g_clear_error(error);
    *error = translated;
}

static gboolean
answer_condition(WeftDavCall *call, const GError *failure, GError **error)
{
    if (call->against != NULL)
        return weft_dav_answer_locked(call, error);
    return weft_dav_call_answer_condition(call, weft_dav_status_of(failure), call->condition,
                                          error);
}

/* RFC 9110 15.5.6: a 405 says what would work. */
static gboolean
answer_failure(WeftDavCall *call, GError *failure, GError **error)
{
    if (g_error_matches(failure, WEFT_DAV_XML_ERROR, WEFT_DAV_XML_ERROR_DOCTYPE))
        call->condition = "no-external-entities";
    if (call->condition != NULL) {
        gboolean ok = answer_condition(call, failure, error);

        g_error_free(failure);
        return ok;
    }
    /* Where nobody looked before, the store did. */
    if (call->on == 0 && g_error_matches(failure, WEFT_DAV_ERROR, WEFT_DAV_ERROR_IS_COLLECTION))
        call->on = COLLECTION;
    translate_error(&failure);
    if (!g_error_matches(failure, WEFT_HTTP_ERROR, 405)) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    g_error_free(failure);
    weft_dav_call_set_allow(call, call->on != 0 ? call->on : ANYTHING);
    return weft_dav_call_answer(call, 405, error);
}

gboolean
weft_dav_handle(WeftHttpRequest *request, WeftHttpResponse *response, gpointer data, GError **error)
{
    WeftDav *dav = data;
    WeftDavCall call = {
        .store = dav->store,
        .locks = dav->locks,
        .options = &dav->options,
        .base_authority = dav->base_authority,
        .base_path = dav->base_path,
        .request = request,
        .response = response,
    };
    GError *failure = NULL;
    gboolean ok = handle(dav, &call, &failure);

    if (!ok)
        ok = answer_failure(&call, failure, error);
    call_clear(&call);
    return ok;
}

/* ---- making one ---- */

WeftDavOptions
weft_dav_options_default(void)
{
    return (WeftDavOptions){
        .read_only = FALSE,
        .allow_depth_infinity = TRUE,
        .max_upload_bytes = -1,
    };
}

WeftDav *
weft_dav_new(WeftDavStore *store, const WeftDavOptions *options)
{
    g_return_val_if_fail(store != NULL, NULL);

    WeftDav *dav = g_new0(WeftDav, 1);
    dav->store = store;
    dav->options = options != NULL ? *options : weft_dav_options_default();
    dav->locks = g_steal_pointer(&dav->options.locks);
    if (dav->locks == NULL)
        dav->locks = weft_dav_memory_locks_new();
    dav->path_locks = weft_dav_path_lock_table_new();
    dav->options.prefix = g_strdup(dav->options.prefix);
    if (dav->options.base_url != NULL &&
        !weft_dav_base_url_parse(dav->options.base_url, &dav->base_authority, &dav->base_path))
        weft_log(WEFT_LOG_WARNING, "no base URL: \"%s\"", dav->options.base_url);
    dav->options.base_url = NULL;
    return dav;
}

void
weft_dav_free(WeftDav *dav)
{
    if (dav == NULL)
        return;
    weft_dav_path_lock_table_free(dav->path_locks);
    weft_dav_lock_store_free(dav->locks);
    weft_dav_store_free(dav->store);
    g_free((char *)dav->options.prefix);
    g_free(dav->base_authority);
    g_free(dav->base_path);
    g_free(dav);
}

static void
free_dav(gpointer data)
{
    weft_dav_free(data);
}

WeftService *
weft_dav_service_new(WeftDavStore *store, const WeftDavOptions *options)
{
    g_return_val_if_fail(store != NULL, NULL);

    WeftDav *dav = weft_dav_new(store, options);
    WeftService *service = weft_http_service_new(weft_dav_handle, dav, free_dav);
    WeftHttpLimits limits = weft_http_limits_default();

    /* Uploads have their own limit, not one for all bodies; and a COPY takes as long as its
     * tree is large. */
    limits.max_body_bytes = -1;
    limits.handler_timeout_ms = 0;
    weft_http_service_set_limits(service, &limits);
    return service;
}
