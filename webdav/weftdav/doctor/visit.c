/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plain HTTP client: one connection a request, closed behind it, so that nothing of one step can
 * disturb the next.
 */
#include "webdav/weftdav/doctor/visit.h"

#include <string.h>
#include <weft/deadline.h>
#include <weft/tls.h>

#define TIMEOUT_MS (30 * 1000)
#define MAX_ANSWER_BYTES ((size_t)4 * 1024 * 1024)
#define PIECE_BYTES 16384

struct WeftDavVisit {
    GUri *uri;
    char *password; /* (nullable) */
    char *origin;
    char *path;
    char *authority;     /* for Host */
    char *address;       /* to connect to */
    WeftTlsContext *tls; /* (nullable): NULL for plain HTTP */
};

static gboolean
refuse(GError **error, const char *url)
{
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID, "\"%s\" is not the address of a web server",
                url);
    return FALSE;
}

static gboolean
set_place(WeftDavVisit *visit, gboolean is_tls)
{
    const char *host = g_uri_get_host(visit->uri);
    const gboolean is_v6 = strchr(host, ':') != NULL;
    const int port = g_uri_get_port(visit->uri);
    g_autofree char *name = is_v6 ? g_strdup_printf("[%s]", host) : g_strdup(host);

    visit->authority = port > 0 ? g_strdup_printf("%s:%d", name, port) : g_strdup(name);
    visit->address = g_strdup_printf("%s:%d", name, port > 0 ? port : is_tls ? 443 : 80);
    visit->origin = g_strdup_printf("%s://%s", g_uri_get_scheme(visit->uri), visit->authority);
    visit->path = g_strdup(g_uri_get_path(visit->uri));
    if (g_str_has_suffix(visit->path, "/"))
        visit->path[strlen(visit->path) - 1] = '\0';
    return TRUE;
}

WeftDavVisit *
weft_dav_visit_new(const char *url, const char *authorities_path, GError **error)
{
    g_autoptr(WeftDavVisit) visit = g_new0(WeftDavVisit, 1);

    visit->uri = g_uri_parse(url, G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED_PATH, NULL);
    if (visit->uri == NULL || g_uri_get_host(visit->uri) == NULL ||
        *g_uri_get_host(visit->uri) == '\0') {
        refuse(error, url);
        return NULL;
    }

    const gboolean is_tls = strcmp(g_uri_get_scheme(visit->uri), "https") == 0;
    if (!is_tls && strcmp(g_uri_get_scheme(visit->uri), "http") != 0) {
        refuse(error, url);
        return NULL;
    }
    set_place(visit, is_tls);
    visit->password = g_strdup(g_uri_get_password(visit->uri));
    if (is_tls) {
        visit->tls = weft_tls_context_new_client(authorities_path, error);
        if (visit->tls == NULL)
            return NULL;
    }
    return g_steal_pointer(&visit);
}

void
weft_dav_visit_free(WeftDavVisit *visit)
{
    if (visit == NULL)
        return;
    g_clear_pointer(&visit->uri, g_uri_unref);
    weft_tls_context_unref(visit->tls);
    g_free(visit->password);
    g_free(visit->origin);
    g_free(visit->path);
    g_free(visit->authority);
    g_free(visit->address);
    g_free(visit);
}

gboolean
weft_dav_visit_needs_password(const WeftDavVisit *visit)
{
    return g_uri_get_user(visit->uri) != NULL && visit->password == NULL;
}

void
weft_dav_visit_set_password(WeftDavVisit *visit, const char *password)
{
    g_free(visit->password);
    visit->password = g_strdup(password);
}

const char *
weft_dav_visit_origin(const WeftDavVisit *visit)
{
    return visit->origin;
}

const char *
weft_dav_visit_path(const WeftDavVisit *visit)
{
    return visit->path;
}

/* ---- one request ---- */

static void
append_credentials(const WeftDavVisit *visit, GString *head)
{
    const char *user = g_uri_get_user(visit->uri);

    if (user == NULL || visit->password == NULL)
        return;
    g_autofree char *both = g_strdup_printf("%s:%s", user, visit->password);
    g_autofree char *encoded = g_base64_encode((const uint8_t *)both, strlen(both));
    g_string_append_printf(head, "Authorization: Basic %s\r\n", encoded);
}

static GString *
make_request(const WeftDavVisit *visit, const WeftDavVisitRequest *request)
{
    GString *text = g_string_new(NULL);
    const size_t length = request->body != NULL ? strlen(request->body) : 0;

    g_string_append_printf(text, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s",
                           request->method, request->path, visit->authority, request->fields);
    if ((request->kind & WEFT_DAV_VISIT_UNKNOWN) == 0)
        append_credentials(visit, text);
    if ((request->kind & WEFT_DAV_VISIT_CHUNKED) != 0) {
        g_string_append(text, "Transfer-Encoding: chunked\r\n\r\n");
        if (length > 0)
            g_string_append_printf(text, "%zx\r\n%s\r\n", length, request->body);
        g_string_append(text, "0\r\n\r\n");
        return text;
    }
    if (request->body != NULL)
        g_string_append_printf(text, "Content-Length: %zu\r\n", length);
    g_string_append(text, "\r\n");
    g_string_append_len(
        text, request->body != NULL ? request->body : "",
        (gssize)((request->kind & WEFT_DAV_VISIT_CUT_OFF) != 0 ? length / 2 : length));
    return text;
}

/* Returns: (transfer full) (nullable) */
static WeftStream *
connect_to(WeftDavVisit *visit, GError **error)
{
    WeftStream *stream = weft_stream_connect(visit->address, error);

    if (stream == NULL || visit->tls == NULL)
        return stream;
    return weft_tls_attach_client(visit->tls, stream, g_uri_get_host(visit->uri), "http/1.1");
}

/* What came before an end that was not in order may still be a whole answer. */
static gboolean
read_to_end(WeftStream *stream, GString *text, GError **error)
{
    g_autofree char *piece = g_malloc(PIECE_BYTES);
    g_autoptr(GError) problem = NULL;
    ssize_t n;

    while ((n = weft_stream_read(stream, piece, PIECE_BYTES, &problem)) > 0) {
        g_string_append_len(text, piece, n);
        if (text->len > MAX_ANSWER_BYTES) {
            g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_LIMIT, "the answer is too long");
            return FALSE;
        }
    }
    if (n == 0 || text->len > 0)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
}

gboolean
weft_dav_visit_send(WeftDavVisit *visit, const WeftDavVisitRequest *request, WeftDavAnswer *answer,
                    GError **error)
{
    g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(TIMEOUT_MS);
    g_autoptr(GString) sent = make_request(visit, request);
    g_autoptr(GString) received = g_string_new(NULL);
    g_autoptr(WeftStream) stream = connect_to(visit, error);

    if (stream == NULL || !weft_stream_write_all(stream, sent->str, sent->len, error))
        return FALSE;
    if ((request->kind & WEFT_DAV_VISIT_CUT_OFF) != 0) {
        *answer = (WeftDavAnswer){.head = g_strdup(""), .body = g_strdup("")};
        return TRUE;
    }
    return read_to_end(stream, received, error) &&
           weft_dav_answer_parse(answer, received->str, received->len,
                                 strcmp(request->method, "HEAD") != 0, error);
}
