/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request while it is handled: what a handler may ask of its head.
 */

#include "http/request.h"

#include "http/condition.h"

#include <weft/clock.h>
#include <weft/scan.h>

#include <string.h>

/* A path that was once longer than this gives its memory back. */
#define MAX_KEPT_PATH_BYTES 4096

void
weft_http_request_init(WeftHttpRequest *request)
{
    request->path = g_string_sized_new(256);
    request->authority = g_string_sized_new(64);
    request->user = g_string_sized_new(64);
    request->parameters = g_string_sized_new(64);
    request->joined = NULL;
    weft_http_body_init(&request->body);
}

void
weft_http_request_clear(WeftHttpRequest *request)
{
    g_string_free(request->path, TRUE);
    g_string_free(request->authority, TRUE);
    g_string_free(request->user, TRUE);
    g_string_free(request->parameters, TRUE);
    g_clear_pointer(&request->joined, g_ptr_array_unref);
    weft_http_body_clear(&request->body);
}

void
weft_http_request_begin(WeftHttpRequest *request, const WeftHttpServiceData *service,
                        WeftConnection *connection)
{
    request->service = service;
    request->connection = connection;
    request->text = NULL;
    request->is_head = FALSE;
    request->is_get = FALSE;
    weft_http_transfer_init(&request->transfer, weft_connection_stream(connection),
                            &service->limits);
    weft_http_head_init(&request->head);
    g_clear_pointer(&request->joined, g_ptr_array_unref);
    if (request->path->allocated_len > MAX_KEPT_PATH_BYTES) {
        g_string_free(request->path, TRUE);
        request->path = g_string_sized_new(256);
    }
    weft_http_string_empty(request->path);
    weft_http_string_empty(request->authority);
    weft_http_string_empty(request->user);
    weft_http_string_empty(request->parameters);
    request->router = NULL;
    weft_http_body_begin(&request->body);
}

/* ---- from the head to a request ---- */

/* The bytes of a part of the head, with a NUL: behind each part stands a byte that is done with. */
static const char *
part_of(WeftHttpRequest *request, WeftHttpSpan span)
{
    request->text[span.at + span.length] = '\0';
    return request->text + span.at;
}

static gboolean
refuse(GError **error, unsigned status, const char *why)
{
    g_set_error_literal(error, WEFT_HTTP_ERROR, (int)status, why);
    return FALSE;
}

static gboolean
accept_target(WeftHttpRequest *request, GError **error)
{
    const WeftHttpHead *head = &request->head;
    const WeftHttpField *host = weft_http_head_field(head, WEFT_HTTP_FIELD_HOST);
    WeftHttpTarget *target = &request->target;

    if (!weft_http_target_parse(request->text + head->method.at, head->method.length,
                                request->text + head->target.at, head->target.length, target))
        return refuse(error, 400, "bad request target");
    if (host != NULL &&
        !weft_http_authority_is_valid(request->text + host->value.at, host->value.length))
        return refuse(error, 400, "bad Host field");
    if (target->form == WEFT_HTTP_TARGET_AUTHORITY)
        return refuse(error, 501, "no tunnels here");

    g_string_append_len(request->authority, target->authority, (gssize)target->authority_length);
    if (target->form == WEFT_HTTP_TARGET_ASTERISK) {
        g_string_append_c(request->path, '*');
        return TRUE;
    }

    g_string_set_size(request->path, target->path_length);
    ssize_t length =
        weft_http_path_normalise(target->path, target->path_length, request->path->str);
    if (length < 0)
        return refuse(error, 400, "bad path in the request target");
    request->path->len = (size_t)length;
    return TRUE;
}

static gboolean
is_method(const WeftHttpRequest *request, const char *method)
{
    return request->head.method.length == strlen(method) &&
           memcmp(request->text + request->head.method.at, method, strlen(method)) == 0;
}

void
weft_http_request_take_head(WeftHttpRequest *request)
{
    if (request->head.target.length == 0)
        return;
    request->text = (char *)weft_buffer_bytes(weft_connection_input(request->connection));
    request->is_head = is_method(request, "HEAD");
    request->is_get = request->is_head || is_method(request, "GET");
}

gboolean
weft_http_request_accept_head(WeftHttpRequest *request, GError **error)
{
    const WeftHttpHead *head = &request->head;
    const WeftBuffer *input = weft_connection_input(request->connection);
    int64_t max_body_bytes = request->service->limits.max_body_bytes;

    weft_http_body_announce(&request->body, head, weft_buffer_length(input));
    if (!accept_target(request, error))
        return FALSE;
    if (max_body_bytes >= 0 && head->content_length > max_body_bytes)
        return refuse(error, 413, "content too large");
    return TRUE;
}

/* ---- fields ---- */

static const char *
keep_joined(WeftHttpRequest *request, GString *value)
{
    if (request->joined == NULL)
        request->joined = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(request->joined, value->str);
    return g_string_free(value, FALSE);
}

static void
append_value(const WeftHttpRequest *request, GString *joined, const WeftHttpField *field)
{
    if (joined->len > 0)
        g_string_append(joined, ", ");
    g_string_append_len(joined, request->text + field->value.at, field->value.length);
}

const char *
weft_http_request_field(WeftHttpRequest *request, WeftHttpFieldId id)
{
    const WeftHttpField *field = weft_http_head_field(&request->head, id);

    if (field == NULL)
        return NULL;
    if (field->next == 0)
        return part_of(request, field->value);

    GString *joined = g_string_new(NULL);
    for (unsigned i = request->head.first[id]; i != 0; i = request->head.fields[i - 1].next)
        append_value(request, joined, &request->head.fields[i - 1]);
    return keep_joined(request, joined);
}

static gboolean
has_name(const WeftHttpRequest *request, const WeftHttpField *field, const char *name)
{
    return weft_scan_equal_ignoring_case(request->text + field->name.at, field->name.length, name);
}

/* A field that has no number. */
static const char *
find_other_field(WeftHttpRequest *request, const char *name)
{
    const WeftHttpField *found = NULL;
    GString *joined = NULL;

    for (unsigned i = 0; i < request->head.n_fields; i++) {
        const WeftHttpField *field = &request->head.fields[i];

        if (field->id != WEFT_HTTP_FIELD_OTHER || !has_name(request, field, name))
            continue;
        if (found != NULL && joined == NULL) {
            joined = g_string_new(NULL);
            append_value(request, joined, found);
        }
        if (found != NULL)
            append_value(request, joined, field);
        else
            found = field;
    }
    if (joined != NULL)
        return keep_joined(request, joined);
    return found != NULL ? part_of(request, found->value) : NULL;
}

/* ---- what handlers see ---- */

const char *
weft_http_request_method(const WeftHttpRequest *request)
{
    return part_of((WeftHttpRequest *)request, request->head.method);
}

const char *
weft_http_request_target(const WeftHttpRequest *request)
{
    return part_of((WeftHttpRequest *)request, request->head.target);
}

const char *
weft_http_request_path(const WeftHttpRequest *request)
{
    return request->path->str;
}

const char *
weft_http_request_query(const WeftHttpRequest *request)
{
    if (request->target.query == NULL)
        return NULL;
    weft_http_request_target(request); /* its NUL is the query's */
    return request->target.query;
}

const char *
weft_http_request_authority(const WeftHttpRequest *request)
{
    if (request->authority->len > 0)
        return request->authority->str;

    const char *host = weft_http_request_field((WeftHttpRequest *)request, WEFT_HTTP_FIELD_HOST);
    return host != NULL ? host : "";
}

const char *
weft_http_request_header(WeftHttpRequest *request, const char *name)
{
    const size_t length = strlen(name);

    if (length == 0 || (request->head.name_bits & weft_http_name_bit(name, length)) == 0)
        return NULL;

    const WeftHttpFieldId id = weft_http_field_id(name, length);
    return id != WEFT_HTTP_FIELD_OTHER ? weft_http_request_field(request, id)
                                       : find_other_field(request, name);
}

const char *
weft_http_request_peer(const WeftHttpRequest *request)
{
    return weft_stream_peer(request->transfer.stream);
}

const char *
weft_http_request_user(const WeftHttpRequest *request)
{
    return request->user->len > 0 ? request->user->str : NULL;
}

void
weft_http_request_set_user(WeftHttpRequest *request, const char *user)
{
    g_string_assign(request->user, user != NULL ? user : "");
}

gboolean
weft_http_request_is_secure(const WeftHttpRequest *request)
{
    return weft_connection_is_secure(request->connection);
}

unsigned
weft_http_request_check_conditions(WeftHttpRequest *request,
                                   const WeftHttpRepresentation *representation)
{
    const WeftHttpConditions conditions = {
        .if_match = weft_http_request_field(request, WEFT_HTTP_FIELD_IF_MATCH),
        .if_unmodified_since =
            weft_http_request_field(request, WEFT_HTTP_FIELD_IF_UNMODIFIED_SINCE),
        .if_none_match = weft_http_request_field(request, WEFT_HTTP_FIELD_IF_NONE_MATCH),
        .if_modified_since = weft_http_request_field(request, WEFT_HTTP_FIELD_IF_MODIFIED_SINCE),
    };

    if (conditions.if_match == NULL && conditions.if_unmodified_since == NULL &&
        conditions.if_none_match == NULL && conditions.if_modified_since == NULL)
        return 0;
    return weft_http_conditions_judge(&conditions, request->is_get, representation,
                                      weft_clock_wall_us() / G_USEC_PER_SEC);
}
