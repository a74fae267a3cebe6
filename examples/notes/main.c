/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A web application: notes [ADDRESS [TEMPLATES]] has pages for people and an interface for
 * programs:
 *
 *     curl -T list.txt -H "Authorization: Bearer $NOTES_TOKEN" http://127.0.0.1:8080/api/notes/list
 *     curl http://127.0.0.1:8080/notes/list
 *     curl -H "Timeout-Ms: 60000" http://127.0.0.1:8080/api/notes/list/next   # once it has changed
 *
 * Handlers do the work and fail with an error where they cannot; what concerns all of them - who
 * may write, how long a request may take, how an error is told - stands around them in filters.
 */
#include <string.h>
#include <weft/condition.h>
#include <weft/deadline.h>
#include <weft/http.h>
#include <weft/scan.h>
#include <weft/server.h>

#include "template.h"

enum { MAX_NOTE_BYTES = 64 * 1024, MAX_NOTES = 1000 };

typedef struct {
    char *text;
    unsigned version; /* of all notes, when this one was written */
} Note;

typedef struct {
    Templates *templates;
    const char *token_hash; /* of what who writes has to know; (nullable): nobody writes */
    GHashTable *notes;      /* name -> Note */
    unsigned version;       /* counts changes */
    WeftCondition *changed;
} Application;

static void
note_free(gpointer data)
{
    Note *note = data;

    g_free(note->text);
    g_free(note);
}

/* ---- filters ---- */

/* Append @text as a string of JSON (RFC 8259 7). */
static void
append_json(GString *json, const char *text)
{
    g_string_append_c(json, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            g_string_append_printf(json, "\\%c", *text);
        else if ((unsigned char)*text < ' ')
            g_string_append_printf(json, "\\u%04x", *text);
        else
            g_string_append_c(json, *text);
    }
    g_string_append_c(json, '"');
}

/* Programs get errors as JSON: {"status": 404, "error": "Not Found"} */
static gboolean
tell_errors_as_json(WeftHttpRequest *request, WeftHttpResponse *response,
                    gpointer data G_GNUC_UNUSED, GError **error)
{
    g_autoptr(GError) failure = NULL;

    if (weft_http_request_proceed(request, response, &failure))
        return TRUE;
    if (weft_http_response_is_sent(response)) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }

    const unsigned status = weft_http_status_of(failure);
    g_autoptr(GString) json = g_string_new(NULL);
    g_string_printf(json, "{\"status\": %u, \"error\": ", status);
    append_json(json, failure->message);
    g_string_append(json, "}\n");
    weft_http_response_set_status(response, status);
    weft_http_response_set_header(response, "Content-Type", "application/json");
    return weft_http_response_send(response, json->str, json->len, error);
}

/*
 * A client that says how long it is going to wait is not served any longer.  The scope ends with
 * this function: every call below it that parks is under the deadline, and the filter around this
 * one, which tells the client, is not.
 */
static gboolean
keep_time(WeftHttpRequest *request, WeftHttpResponse *response, gpointer data G_GNUC_UNUSED,
          GError **error)
{
    const char *text = weft_http_request_header(request, "Timeout-Ms");
    uint64_t timeout_ms;

    if (text == NULL)
        return weft_http_request_proceed(request, response, error);
    if (weft_scan_decimal(text, strlen(text), &timeout_ms) != strlen(text) ||
        timeout_ms > INT32_MAX) {
        g_set_error(error, WEFT_HTTP_ERROR, 400, "bad Timeout-Ms field \"%s\"", text);
        return FALSE;
    }
    g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms((int64_t)timeout_ms);
    return weft_http_request_proceed(request, response, error);
}

static gboolean
knows_token(WeftHttpRequest *request, const Application *application)
{
    const char *credentials = weft_http_request_header(request, "Authorization");

    if (application->token_hash == NULL || credentials == NULL ||
        !g_str_has_prefix(credentials, "Bearer "))
        return FALSE;
    /* How long a comparison of hashes takes says nothing about the token. */
    g_autofree char *hash =
        g_compute_checksum_for_string(G_CHECKSUM_SHA256, credentials + strlen("Bearer "), -1);
    return strcmp(hash, application->token_hash) == 0;
}

/* Everybody may read. */
static gboolean
ask_who_writes(WeftHttpRequest *request, WeftHttpResponse *response, gpointer data, GError **error)
{
    const char *method = weft_http_request_method(request);

    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0 && !knows_token(request, data)) {
        weft_http_response_set_header(response, "WWW-Authenticate", "Bearer");
        g_set_error(error, WEFT_HTTP_ERROR, 401, "%s is for who knows the token", method);
        return FALSE;
    }
    return weft_http_request_proceed(request, response, error);
}

/* ---- pages ---- */

WEFT_PARKS static gboolean
send_page(WeftHttpResponse *response, const Application *application, const char *title,
          const char *content, GError **error)
{
    g_autofree char *page =
        templates_fill(application->templates, "page", "title", title, "content", content, NULL);

    weft_http_response_set_header(response, "Content-Type", "text/html; charset=utf-8");
    return weft_http_response_send(response, page, strlen(page), error);
}

static gboolean
show_list(WeftHttpRequest *request G_GNUC_UNUSED, WeftHttpResponse *response, gpointer data,
          GError **error)
{
    const Application *application = data;
    g_autoptr(GString) rows = g_string_new(NULL);
    GList *names = g_list_sort(g_hash_table_get_keys(application->notes), (GCompareFunc)strcmp);

    for (GList *name = names; name != NULL; name = name->next) {
        g_autofree char *link = g_uri_escape_string(name->data, NULL, FALSE);
        g_autofree char *row =
            templates_fill(application->templates, "row", "name", name->data, "link", link, NULL);
        g_string_append(rows, row);
    }
    g_list_free(names);
    g_autofree char *count = g_strdup_printf("%u", g_hash_table_size(application->notes));
    g_autofree char *content =
        templates_fill(application->templates, "list", "count", count, "rows", rows->str, NULL);
    return send_page(response, application, "Notes", content, error);
}

/* The note that the path names; NULL with @error: there is none. */
static const Note *
find_note(WeftHttpRequest *request, const Application *application, GError **error)
{
    const char *name = weft_http_request_parameter(request, "name");
    const Note *note = g_hash_table_lookup(application->notes, name);

    if (note == NULL)
        g_set_error(error, WEFT_HTTP_ERROR, 404, "there is no note \"%s\"", name);
    return note;
}

static gboolean
show_note(WeftHttpRequest *request, WeftHttpResponse *response, gpointer data, GError **error)
{
    const Application *application = data;
    const Note *note = find_note(request, application, error);

    if (note == NULL)
        return FALSE;
    g_autofree char *content =
        templates_fill(application->templates, "note", "text", note->text, NULL);
    return send_page(response, application, weft_http_request_parameter(request, "name"), content,
                     error);
}

/* ---- for programs ---- */

/* The text is copied: while it is sent, which parks, the note may be exchanged. */
WEFT_PARKS static gboolean
send_text(WeftHttpResponse *response, const char *text, GError **error)
{
    g_autofree char *copy = g_strdup(text);

    weft_http_response_set_header(response, "Content-Type", "text/plain; charset=utf-8");
    return weft_http_response_send(response, copy, strlen(copy), error);
}

static gboolean
get_note(WeftHttpRequest *request, WeftHttpResponse *response, gpointer data, GError **error)
{
    const Note *note = find_note(request, data, error);

    return note != NULL && send_text(response, note->text, error);
}

/* Long polling is a loop that waits: the fiber that does costs some kilobytes. */
static gboolean
get_next(WeftHttpRequest *request, WeftHttpResponse *response, gpointer data, GError **error)
{
    Application *application = data;
    const unsigned version = application->version;
    const Note *note = find_note(request, application, error);

    while (note != NULL && note->version <= version) {
        if (!weft_condition_wait(application->changed, NULL, error))
            return FALSE;
        note = find_note(request, application, error); /* the other one is gone, perhaps */
    }
    return note != NULL && send_text(response, note->text, error);
}

static gboolean
put_note(WeftHttpRequest *request, WeftHttpResponse *response, gpointer data, GError **error)
{
    Application *application = data;
    g_autoptr(GBytes) body = weft_http_request_read_all(request, MAX_NOTE_BYTES, error);
    size_t size;

    if (body == NULL)
        return FALSE;
    const char *bytes = g_bytes_get_data(body, &size);
    if (!g_utf8_validate_len(bytes, size, NULL)) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 415, "a note is text in UTF-8");
        return FALSE;
    }
    const char *name = weft_http_request_parameter(request, "name");
    gboolean is_new = !g_hash_table_contains(application->notes, name);
    if (is_new && g_hash_table_size(application->notes) >= MAX_NOTES) {
        g_set_error(error, WEFT_HTTP_ERROR, 507, "%d notes are enough", MAX_NOTES);
        return FALSE;
    }

    Note *note = g_new(Note, 1);
    *note = (Note){.text = g_strndup(bytes, size), .version = ++application->version};
    g_hash_table_replace(application->notes, g_strdup(name), note);
    weft_condition_broadcast(application->changed);
    weft_http_response_set_status(response, is_new ? 201 : 204);
    return weft_http_response_send(response, NULL, 0, error);
}

static gboolean
delete_note(WeftHttpRequest *request, WeftHttpResponse *response, gpointer data, GError **error)
{
    Application *application = data;

    if (find_note(request, application, error) == NULL)
        return FALSE;
    g_hash_table_remove(application->notes, weft_http_request_parameter(request, "name"));
    weft_condition_broadcast(application->changed);
    weft_http_response_set_status(response, 204);
    return weft_http_response_send(response, NULL, 0, error);
}

/* ---- the application ---- */

static WeftHttpRouter *
make_router(Application *application)
{
    WeftHttpRouter *router = weft_http_router_new();

    weft_http_router_add(router, "GET", "/{$}", show_list, application);
    weft_http_router_add(router, "GET", "/notes/{name}", show_note, application);
    weft_http_router_add(router, "GET", "/api/notes/{name}", get_note, application);
    weft_http_router_add(router, "PUT", "/api/notes/{name}", put_note, application);
    weft_http_router_add(router, "DELETE", "/api/notes/{name}", delete_note, application);
    weft_http_router_add(router, "GET", "/api/notes/{name}/next", get_next, application);

    /* In this order, from the outside to the inside. */
    weft_http_router_add_filter(router, "/api/", tell_errors_as_json, NULL);
    weft_http_router_add_filter(router, "/", keep_time, NULL);
    weft_http_router_add_filter(router, "/api/", ask_who_writes, application);
    return router;
}

static int
serve(const char *address, Templates *templates, const char *token)
{
    g_autofree char *token_hash =
        token != NULL ? g_compute_checksum_for_string(G_CHECKSUM_SHA256, token, -1) : NULL;
    g_autoptr(GHashTable) notes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, note_free);
    g_autoptr(WeftCondition) changed = weft_condition_new();
    Application application = {
        .templates = templates, .token_hash = token_hash, .notes = notes, .changed = changed};
    g_autoptr(WeftHttpRouter) router = make_router(&application);

    return weft_serve(address, weft_http_service_new(weft_http_router_handle, router, NULL));
}

int
main(int argc, char **argv)
{
    const char *token = g_getenv("NOTES_TOKEN");
    g_autoptr(GError) error = NULL;
    Templates *templates = templates_load(argc > 2 ? argv[2] : "templates", &error);

    if (templates == NULL) {
        g_printerr("notes: %s\n", error->message);
        return 1;
    }
    if (token == NULL)
        g_printerr("notes: NOTES_TOKEN is not set: nobody can write\n");
    int status = serve(argc > 1 ? argv[1] : "127.0.0.1:8080", templates, token);
    templates_free(templates);
    return status;
}
