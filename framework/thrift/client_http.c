/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heads of HTTP for the client (RFC 9112).  Field lines are those of the server's parser; only the
 * status line is read here.
 */

#include "thrift/client_http.h"

#include "http/field.h"

#include <string.h>
#include <weft/scan.h>
#include <weft/thrift_error.h>

/* RFC 9112 4: "HTTP/1.1 200 " */
#define STATUS_AT 9
#define STATUS_LINE_BYTES 13

static gboolean
set_malformed(GError **error, const char *what)
{
    g_set_error(error, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_PROTOCOL, "answer by HTTP: %s", what);
    return FALSE;
}

/* ---- out ---- */

/* Fields that are ours: metadata of the same name would say something else about the message. */
static gboolean
is_ours(WeftString name)
{
    static const char *const names[] = {"host",           "content-type",      "accept",
                                        "content-length", "transfer-encoding", "connection"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (weft_scan_equal_ignoring_case(name.data, name.length, names[i]))
            return TRUE;
    }
    return FALSE;
}

static gboolean
check_pair(const WeftThriftHeaderPair *pair, GError **error)
{
    const WeftString name = pair->name;
    const WeftString value = pair->value;

    if (name.length > 0 &&
        weft_scan_while(name.data, name.length, WEFT_BYTE_TOKEN) == name.length &&
        weft_scan_field_value(value.data, value.length) == value.length && !is_ours(name))
        return TRUE;
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID,
                "metadata \"%.*s\" cannot be a field of HTTP", (int)MIN(name.length, 100),
                name.data != NULL ? name.data : "");
    return FALSE;
}

static char *
append(char *at, const void *bytes, size_t size)
{
    if (size > 0)
        memcpy(at, bytes, size);
    return at + size;
}

const char *
weft_thrift_http_request_head(const WeftThriftHttpPost *post, WeftArena *arena, size_t *ret_length,
                              GError **error)
{
    const char *fixed = weft_arena_printf(
        arena,
        "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-thrift\r\n"
        "Accept: application/x-thrift\r\nUser-Agent: weft\r\nContent-Length: %zu\r\n",
        post->url->path, post->url->hosts[post->host].address, post->size_bytes);
    const size_t n_fixed = strlen(fixed);
    size_t length = n_fixed + 2;

    for (uint32_t i = 0; i < post->n_pairs; i++) {
        if (!check_pair(&post->pairs[i], error))
            return NULL;
        length += post->pairs[i].name.length + 2 + post->pairs[i].value.length + 2;
    }

    char *head = weft_arena_alloc(arena, length);
    char *at = append(head, fixed, n_fixed);
    for (uint32_t i = 0; i < post->n_pairs; i++) {
        at = append(at, post->pairs[i].name.data, post->pairs[i].name.length);
        at = append(at, ": ", 2);
        at = append(at, post->pairs[i].value.data, post->pairs[i].value.length);
        at = append(at, "\r\n", 2);
    }
    append(at, "\r\n", 2);
    *ret_length = length;
    return head;
}

/* ---- in ---- */

/* Returns: bytes of the status line; 0: malformed */
static size_t
parse_status_line(WeftThriftHttpAnswer *answer, const char *text, size_t length)
{
    uint64_t status;

    if (length < STATUS_LINE_BYTES + 1 || memcmp(text, "HTTP/1.", 7) != 0 ||
        !weft_byte_is(text[7], WEFT_BYTE_DIGIT) || text[8] != ' ' ||
        weft_scan_decimal(text + STATUS_AT, 3, &status) != 3 || status < 100)
        return 0;
    answer->status = (unsigned)status;
    answer->keeps_alive = text[7] != '0';

    /* The blank before an empty reason is forgotten by some. */
    size_t at = STATUS_AT + 3;
    if (text[at] == ' ')
        at++;
    answer->reason = text + at;
    answer->reason_length = weft_scan_field_value(text + at, length - at);
    at += answer->reason_length;
    if (length - at < 2 || text[at] != '\r' || text[at + 1] != '\n')
        return 0;
    return at + 2;
}

static gboolean
take_content_length(WeftThriftHttpAnswer *answer, const char *value, size_t length, GError **error)
{
    uint64_t number;

    if (length == 0 || weft_scan_decimal(value, length, &number) != length || number > INT64_MAX)
        return set_malformed(error, "bad Content-Length");
    if (answer->content_length >= 0 && answer->content_length != (int64_t)number)
        return set_malformed(error, "two different lengths");
    answer->content_length = (int64_t)number;
    return TRUE;
}

static void
take_connection(WeftThriftHttpAnswer *answer, const char *value, size_t length)
{
    const char *option;
    size_t option_length;

    while (weft_scan_list_next(&value, &length, &option, &option_length)) {
        if (weft_scan_equal_ignoring_case(option, option_length, "close"))
            answer->keeps_alive = FALSE;
        else if (weft_scan_equal_ignoring_case(option, option_length, "keep-alive"))
            answer->keeps_alive = TRUE;
    }
}

static gboolean
take_field(WeftThriftHttpAnswer *answer, WeftString name, WeftString value, GError **error)
{
    switch (weft_http_field_id(name.data, name.length)) {
    case WEFT_HTTP_FIELD_CONTENT_LENGTH:
        return take_content_length(answer, value.data, value.length, error);
    case WEFT_HTTP_FIELD_TRANSFER_ENCODING:
        if (answer->is_chunked ||
            !weft_scan_equal_ignoring_case(value.data, value.length, "chunked"))
            return set_malformed(error, "unknown Transfer-Encoding");
        answer->is_chunked = TRUE;
        return TRUE;
    case WEFT_HTTP_FIELD_CONNECTION:
        take_connection(answer, value.data, value.length);
        return TRUE;
    default:
        return TRUE;
    }
}

/* As many fields as there can be. */
static size_t
count_lines(const char *text, size_t length)
{
    const char *end = text + length;
    size_t n_lines = 0;

    while (n_lines < WEFT_THRIFT_HTTP_MAX_FIELDS && text < end &&
           (text = memchr(text, '\n', (size_t)(end - text))) != NULL) {
        text++;
        n_lines++;
    }
    return n_lines;
}

static gboolean
keep_field(WeftThriftHttpAnswer *answer, WeftThriftHeaderPair *pairs, WeftString name,
           WeftString value, WeftArena *arena)
{
    char *name_copy = weft_arena_try_alloc(arena, name.length + value.length + (size_t)2);

    if (name_copy == NULL)
        return FALSE;
    char *value_copy = name_copy + name.length + 1;
    *append(name_copy, name.data, name.length) = '\0';
    *append(value_copy, value.data, value.length) = '\0';
    pairs[answer->n_pairs++] =
        (WeftThriftHeaderPair){{name_copy, name.length}, {value_copy, value.length}, false};
    return TRUE;
}

/* RFC 9110 8.6, RFC 9112 6.3: these have no body, whatever their fields say. */
static void
settle_body(WeftThriftHttpAnswer *answer)
{
    if (answer->status < 200 || answer->status == 204 || answer->status == 304) {
        answer->content_length = 0;
        answer->is_chunked = FALSE;
    } else if (answer->is_chunked) {
        answer->content_length = -1;
    }
}

gboolean
weft_thrift_http_answer_parse(WeftThriftHttpAnswer *ret_answer, const char *text, size_t length,
                              WeftArena *arena, GError **error)
{
    WeftThriftHttpAnswer answer = {.content_length = -1};
    size_t at = parse_status_line(&answer, text, length);
    WeftThriftHeaderPair *pairs = NULL;

    if (at == 0)
        return set_malformed(error, "it does not begin with a status line");
    if (arena != NULL) {
        pairs = weft_arena_try_alloc(arena, count_lines(text + at, length - at) * sizeof *pairs);
        if (pairs == NULL)
            return set_malformed(error, "no memory for its fields");
    }
    for (unsigned n_fields = 0; length - at < 2 || memcmp(text + at, "\r\n", 2) != 0; n_fields++) {
        WeftHttpSpan name_at;
        WeftHttpSpan value_at;
        ssize_t used = weft_http_field_line_parse(text + at, length - at, &name_at, &value_at);

        if (used <= 0 || n_fields == WEFT_THRIFT_HTTP_MAX_FIELDS)
            return set_malformed(error, used <= 0 ? "malformed field line" : "too many fields");
        const WeftString name = {text + at + name_at.at, name_at.length};
        const WeftString value = {text + at + value_at.at, value_at.length};
        if (!take_field(&answer, name, value, error))
            return FALSE;
        if (pairs != NULL && !keep_field(&answer, pairs, name, value, arena))
            return set_malformed(error, "no memory for its fields");
        at += (size_t)used;
    }
    settle_body(&answer);
    answer.pairs = pairs;
    *ret_answer = answer;
    return TRUE;
}
