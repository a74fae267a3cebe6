/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of servers that may be anything: nothing here trusts a number before it was compared with
 * what has come.
 */
#include "webdav/weftdav/doctor/answer.h"

#include <string.h>
#include <weft/scan.h>

#define STATUS_LINE_BYTES strlen("HTTP/1.1 200")

static gboolean
refuse(GError **error, const char *reason)
{
    g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_INVALID, reason);
    return FALSE;
}

/* Returns: (nullable): behind the first @needle in the text */
static const char *
behind(const char *text, const char *end, const char *needle)
{
    const char *at = memmem(text, (size_t)(end - text), needle, strlen(needle));

    return at != NULL ? at + strlen(needle) : NULL;
}

static gboolean
parse_status(const char *text, const char *end, unsigned *ret_status, GError **error)
{
    uint64_t status = 0;

    if ((size_t)(end - text) < STATUS_LINE_BYTES || strncmp(text, "HTTP/1.", 7) != 0 ||
        weft_scan_decimal(text + 9, 3, &status) != 3 || status < 100)
        return refuse(error, "the answer is not HTTP/1");
    *ret_status = (unsigned)status;
    return TRUE;
}

/* RFC 9112 7.1, into @out, which has room for all of it. */
static gboolean
dechunk(const char *text, const char *end, GString *out, GError **error)
{
    for (;;) {
        uint64_t size = 0;
        const size_t n_digits = weft_scan_hex(text, (size_t)(end - text), &size);
        const char *data = behind(text, end, "\r\n");

        if (n_digits == 0 || data == NULL || size > (size_t)(end - data))
            return refuse(error, "the answer breaks off");
        if (size == 0)
            return TRUE;
        g_string_append_len(out, data, (gssize)size);
        text = data + size;
        if (end - text < 2)
            return refuse(error, "the answer breaks off");
        text += 2;
    }
}

static gboolean
parse_body(WeftDavAnswer *answer, const char *text, const char *end, GError **error)
{
    g_autofree char *coding = weft_dav_answer_field(answer, "Transfer-Encoding");
    g_autofree char *length = weft_dav_answer_field(answer, "Content-Length");
    g_autoptr(GString) body = g_string_new(NULL);
    uint64_t n = 0;

    if (coding != NULL && g_ascii_strcasecmp(coding, "chunked") == 0) {
        if (!dechunk(text, end, body, error))
            return FALSE;
    } else if (length != NULL && weft_scan_decimal(length, strlen(length), &n) > 0) {
        if (n > (size_t)(end - text))
            return refuse(error, "the answer breaks off");
        g_string_append_len(body, text, (gssize)n);
    } else {
        g_string_append_len(body, text, end - text);
    }
    answer->body_length = body->len;
    answer->body = g_string_free(g_steal_pointer(&body), FALSE);
    return TRUE;
}

gboolean
weft_dav_answer_parse(WeftDavAnswer *answer, const char *bytes, size_t size, gboolean has_body,
                      GError **error)
{
    const char *text = bytes;
    const char *end = bytes + size;
    g_auto(WeftDavAnswer) parsed = {.status = 0};

    do {
        const char *body = behind(text, end, "\r\n\r\n");

        if (body == NULL)
            return refuse(error, text == end ? "no answer came" : "the answer breaks off");
        if (!parse_status(text, end, &parsed.status, error))
            return FALSE;
        g_free(parsed.head);
        parsed.head = g_strndup(text, (size_t)(body - text) - 2);
        text = body;
    } while (parsed.status < 200);

    if (!has_body)
        parsed.body = g_strdup("");
    else if (!parse_body(&parsed, text, end, error))
        return FALSE;
    *answer = parsed;
    parsed = (WeftDavAnswer){.status = 0};
    return TRUE;
}

void
weft_dav_answer_clear(WeftDavAnswer *answer)
{
    g_clear_pointer(&answer->head, g_free);
    g_clear_pointer(&answer->body, g_free);
}

char *
weft_dav_answer_field(const WeftDavAnswer *answer, const char *name)
{
    const size_t name_length = strlen(name);

    for (const char *line = strstr(answer->head, "\r\n"); line != NULL;
         line = strstr(line, "\r\n")) {
        line += 2;
        if (g_ascii_strncasecmp(line, name, name_length) == 0 && line[name_length] == ':') {
            const char *value = line + name_length + 1;
            size_t length = strcspn(value, "\r");

            weft_scan_trim(&value, &length);
            return g_strndup(value, length);
        }
    }
    return NULL;
}
