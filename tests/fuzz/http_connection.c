/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: all that a client says on one connection, to a handler that sends bodies back.  What
 * it is answered must not depend on the pieces in which it was said.  The first byte of the input
 * is their size.
 */

#include <weft/clock.h>
#include <weft/http.h>
#include <weft/scheduler.h>

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_BODY_BYTES 65536

typedef struct {
    const uint8_t *data;
    size_t size;
    size_t step;
    GString *answers;
    WeftService *service;
    WeftStream *theirs;
} Session;

static gboolean
echo(WeftHttpRequest *request, WeftHttpResponse *response, gpointer data G_GNUC_UNUSED,
     GError **error)
{
    g_autoptr(GBytes) body = weft_http_request_read_all(request, MAX_BODY_BYTES, error);

    g_assert(weft_http_request_path(request)[0] == '/' ||
             strcmp(weft_http_request_path(request), "*") == 0);
    return body != NULL && weft_http_response_send(response, g_bytes_get_data(body, NULL),
                                                   g_bytes_get_size(body), error);
}

static gboolean
serve(gpointer data, GError **error G_GNUC_UNUSED)
{
    Session *session = data;

    gboolean served G_GNUC_UNUSED =
        weft_service_serve_stream(session->service, g_steal_pointer(&session->theirs), NULL);
    return TRUE;
}

static gboolean
listen_to_answers(WeftStream *stream, GString *answers)
{
    char bytes[1024];
    ssize_t n_read;

    while ((n_read = weft_stream_read(stream, bytes, sizeof bytes, NULL)) > 0)
        g_string_append_len(answers, bytes, n_read);
    return n_read == 0;
}

static gboolean
talk(gpointer data, GError **error)
{
    Session *session = data;
    g_autoptr(WeftStream) ours = NULL;
    g_autoptr(WeftGroup) group = weft_group_new();

    weft_stream_pair(MAX_BODY_BYTES * 2, &ours, &session->theirs);
    weft_group_spawn(group, "served", serve, session, NULL);
    for (size_t at = 0; at < session->size; at += session->step) {
        size_t n = MIN(session->step, session->size - at);

        /* The other side may have refused and closed. */
        if (!weft_stream_write_all(ours, session->data + at, n, NULL))
            break;
        if (!weft_fiber_yield(error))
            return FALSE;
    }
    gboolean finished G_GNUC_UNUSED = weft_stream_finish(ours, NULL);
    gboolean heard G_GNUC_UNUSED = listen_to_answers(ours, session->answers);
    return weft_group_wait(group, error);
}

/* Who has the body already is not told to send it. */
static void
drop_continues(GString *answers)
{
    static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";
    char *found;

    while ((found = strstr(answers->str, interim)) != NULL)
        g_string_erase(answers, found - answers->str, sizeof interim - 1);
}

static GString *
answers_to(const uint8_t *data, size_t size, size_t step)
{
    Session session = {
        data, size, step, g_string_new(NULL), weft_http_service_new(echo, NULL, NULL), NULL};
    gboolean ran = weft_run("fuzz", talk, &session, NULL);

    g_assert(ran);
    weft_service_free(session.service);
    drop_continues(session.answers);
    return session.answers;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > MAX_BODY_BYTES)
        return 0;

    weft_clock_fake_begin(INT64_C(1700000000) * G_USEC_PER_SEC);
    GString *whole = answers_to(data + 1, size - 1, size);
    GString *pieces = answers_to(data + 1, size - 1, data[0] % 32 + 1);
    g_assert(g_string_equal(whole, pieces));
    g_string_free(whole, TRUE);
    g_string_free(pieces, TRUE);
    weft_clock_fake_end();
    return 0;
}
