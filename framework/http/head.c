/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head of a request.  Lines are parsed as they come, so that a fault is answered at once and
 * not when the head ends; a line that is not complete is parsed again with more of it.
 */

#include "http/head.h"

#include <weft/scan.h>

#include <string.h>

#define VERSION_BYTES 8 /* "HTTP/1.1" */

static gboolean
refuse(WeftHttpHead *head, unsigned status, const char *why)
{
    head->refusal_status = status;
    head->refusal = why;
    return FALSE;
}

static gboolean
is_refused(const WeftHttpHead *head)
{
    return head->refusal_status != 0;
}

/* "HTTP/1.1" CRLF.  TRUE: complete; FALSE: refused, or more is needed. */
static gboolean
parse_version(WeftHttpHead *head, const char *text, size_t length)
{
    static const char pattern[] = "HTTP/d.d\r\n";

    for (size_t i = 0; i < MIN(length, sizeof pattern - 1); i++) {
        gboolean fits =
            pattern[i] == 'd' ? weft_byte_is(text[i], WEFT_BYTE_DIGIT) : text[i] == pattern[i];
        if (!fits)
            return refuse(head, 400, "malformed request line");
    }
    if (length < sizeof pattern - 1)
        return FALSE;
    if (text[5] != '1')
        return refuse(head, 505, "only HTTP/1.0 and HTTP/1.1 are spoken here");

    /* RFC 9110 2.5: a higher minor version is the highest one known. */
    head->minor_version = text[7] == '0' ? 0 : 1;
    return TRUE;
}

/* TRUE: complete; FALSE: refused, or more is needed. */
static gboolean
parse_request_line(WeftHttpHead *head, const WeftHttpLimits *limits, const char *text,
                   size_t length)
{
    const char *line = text + head->position;
    size_t left = length - head->position;
    size_t method_length = weft_scan_while(line, left, WEFT_BYTE_TOKEN);

    if (method_length > WEFT_HTTP_MAX_METHOD_BYTES)
        return refuse(head, 501, "method unknown");
    if (method_length == left)
        return FALSE;
    if (method_length == 0 || line[method_length] != ' ')
        return refuse(head, 400, "malformed request line");

    size_t target_at = method_length + 1;
    size_t target_length = weft_scan_while(line + target_at, left - target_at, WEFT_BYTE_VISIBLE);
    size_t version_at = target_at + target_length + 1;
    if (version_at + VERSION_BYTES > limits->max_request_line_bytes)
        return refuse(head, 414, "request line too long");
    if (version_at > left)
        return FALSE;
    if (target_length == 0 || line[version_at - 1] != ' ')
        return refuse(head, 400, "malformed request line");
    if (!parse_version(head, line + version_at, left - version_at))
        return FALSE;

    head->method = (WeftHttpSpan){head->position, (uint32_t)method_length};
    head->target = (WeftHttpSpan){head->position + (uint32_t)target_at, (uint32_t)target_length};
    head->position += (uint32_t)version_at + VERSION_BYTES + 2;
    return TRUE;
}

/* RFC 9112 2.2: empty lines before a request line are passed over.  FALSE: refused, or more is
 * needed. */
static gboolean
skip_empty_lines(WeftHttpHead *head, const char *text, size_t length)
{
    while (head->position < length && text[head->position] == '\r') {
        if (head->position + 1 == length)
            return FALSE;
        if (text[head->position + 1] != '\n')
            return refuse(head, 400, "malformed request line");
        head->position += 2;
    }
    return head->position < length;
}

static gboolean
add_field(WeftHttpHead *head, const WeftHttpLimits *limits, const char *line, WeftHttpSpan name,
          WeftHttpSpan value)
{
    if (head->n_fields >= MIN(limits->max_fields, WEFT_HTTP_MAX_FIELDS))
        return refuse(head, 431, "too many fields");

    WeftHttpFieldId id = weft_http_field_id(line, name.length);
    WeftHttpField *field = &head->fields[head->n_fields++];
    name.at += head->position;
    value.at += head->position;
    *field = (WeftHttpField){name, value, (uint8_t)id, 0};
    head->name_bits |= weft_http_name_bit(line, name.length);

    if (id == WEFT_HTTP_FIELD_OTHER)
        return TRUE;
    if (head->first[id] == 0)
        head->first[id] = (uint8_t)head->n_fields;
    else
        head->fields[head->last[id] - 1].next = (uint8_t)head->n_fields;
    head->last[id] = (uint8_t)head->n_fields;
    return TRUE;
}

/* TRUE: the empty line behind the fields was reached; FALSE: refused, or more is needed. */
static gboolean
parse_fields(WeftHttpHead *head, const WeftHttpLimits *limits, const char *text, size_t length)
{
    while (head->position < length) {
        const char *line = text + head->position;
        size_t left = length - head->position;
        WeftHttpSpan name;
        WeftHttpSpan value;

        if (line[0] == '\r') {
            if (left == 1)
                return FALSE;
            if (line[1] != '\n')
                return refuse(head, 400, "malformed field line");
            head->position += 2;
            return TRUE;
        }

        ssize_t used = weft_http_field_line_parse(line, left, &name, &value);
        if (used < 0)
            return refuse(head, 400, "malformed field line");
        if (used == 0 || !add_field(head, limits, line, name, value))
            return FALSE;
        head->position += (uint32_t)used;
    }
    return FALSE;
}

static gboolean
check_host(WeftHttpHead *head)
{
    const WeftHttpField *host = weft_http_head_field(head, WEFT_HTTP_FIELD_HOST);

    /* RFC 9112 3.2: none in HTTP/1.1, or several, is 400.  Its value is judged with the target. */
    if (host == NULL && head->minor_version > 0)
        return refuse(head, 400, "no Host field");
    if (host != NULL && host->next != 0)
        return refuse(head, 400, "several Host fields");
    return TRUE;
}

static gboolean
check_content_length(WeftHttpHead *head, const char *text)
{
    const WeftHttpField *field = weft_http_head_field(head, WEFT_HTTP_FIELD_CONTENT_LENGTH);
    uint64_t value;

    if (field == NULL)
        return TRUE;
    if (field->next != 0)
        return refuse(head, 400, "several Content-Length fields");
    if (field->value.length == 0 || weft_scan_decimal(text + field->value.at, field->value.length,
                                                      &value) != field->value.length)
        return refuse(head, 400, "bad Content-Length field");
    if (value > INT64_MAX)
        return refuse(head, 413, "content too large");
    head->content_length = (int64_t)value;
    return TRUE;
}

/* RFC 9112 6.1 and 6.3: chunked is the last coding and stands once; we undo no other coding. */
static gboolean
check_transfer_encoding(WeftHttpHead *head, const char *text)
{
    unsigned n_codings = 0;
    unsigned n_chunked = 0;
    gboolean chunked_is_last = FALSE;
    const char *coding;
    size_t coding_length;

    if (head->first[WEFT_HTTP_FIELD_TRANSFER_ENCODING] == 0)
        return TRUE;
    if (head->minor_version == 0)
        return refuse(head, 400, "Transfer-Encoding in HTTP/1.0");
    if (head->first[WEFT_HTTP_FIELD_CONTENT_LENGTH] != 0)
        return refuse(head, 400, "Transfer-Encoding beside Content-Length");

    for (unsigned i = head->first[WEFT_HTTP_FIELD_TRANSFER_ENCODING]; i != 0;
         i = head->fields[i - 1].next) {
        const char *list = text + head->fields[i - 1].value.at;
        size_t list_length = head->fields[i - 1].value.length;

        while (weft_scan_list_next(&list, &list_length, &coding, &coding_length)) {
            chunked_is_last = weft_scan_equal_ignoring_case(coding, coding_length, "chunked");
            n_chunked += chunked_is_last ? 1 : 0;
            n_codings++;
        }
    }
    if (!chunked_is_last || n_chunked != 1)
        return refuse(head, 400, "bad Transfer-Encoding field");
    if (n_codings > 1)
        return refuse(head, 501, "transfer coding unknown");
    head->is_chunked = TRUE;
    head->content_length = -1;
    return TRUE;
}

static void
read_connection(WeftHttpHead *head, const char *text)
{
    gboolean says_close = FALSE;
    gboolean says_keep_alive = FALSE;
    const char *option;
    size_t option_length;

    for (unsigned i = head->first[WEFT_HTTP_FIELD_CONNECTION]; i != 0;
         i = head->fields[i - 1].next) {
        const char *list = text + head->fields[i - 1].value.at;
        size_t list_length = head->fields[i - 1].value.length;

        while (weft_scan_list_next(&list, &list_length, &option, &option_length)) {
            says_close |= weft_scan_equal_ignoring_case(option, option_length, "close");
            says_keep_alive |= weft_scan_equal_ignoring_case(option, option_length, "keep-alive");
        }
    }
    /* RFC 9112 9.3 */
    head->keep_alive = !says_close && (head->minor_version > 0 || says_keep_alive);
}

static gboolean
check_expect(WeftHttpHead *head, const char *text)
{
    const char *expectation;
    size_t expectation_length;

    /* RFC 9110 10.1.1: HTTP/1.0 clients expect nothing that they could be answered. */
    if (head->minor_version == 0)
        return TRUE;
    for (unsigned i = head->first[WEFT_HTTP_FIELD_EXPECT]; i != 0; i = head->fields[i - 1].next) {
        const char *list = text + head->fields[i - 1].value.at;
        size_t list_length = head->fields[i - 1].value.length;

        while (weft_scan_list_next(&list, &list_length, &expectation, &expectation_length)) {
            if (!weft_scan_equal_ignoring_case(expectation, expectation_length, "100-continue"))
                return refuse(head, 417, "expectation unknown");
            head->expects_continue = TRUE;
        }
    }
    return TRUE;
}

static WeftHttpHeadState
finish(WeftHttpHead *head, const char *text)
{
    read_connection(head, text);
    gboolean sound = check_host(head) && check_content_length(head, text) &&
                     check_transfer_encoding(head, text) && check_expect(head, text);
    return sound ? WEFT_HTTP_HEAD_DONE : WEFT_HTTP_HEAD_REFUSED;
}

void
weft_http_head_init(WeftHttpHead *head)
{
    memset(head, 0, offsetof(WeftHttpHead, last));
}

WeftHttpHeadState
weft_http_head_parse(WeftHttpHead *head, const WeftHttpLimits *limits, const char *text,
                     size_t length)
{
    size_t visible = MIN(length, limits->max_head_bytes);
    gboolean have_line = head->target.length > 0;
    gboolean have_all = FALSE;

    if (!have_line)
        have_line = skip_empty_lines(head, text, visible) &&
                    parse_request_line(head, limits, text, visible);
    if (have_line)
        have_all = parse_fields(head, limits, text, visible);

    if (have_all)
        return finish(head, text);
    if (is_refused(head))
        return WEFT_HTTP_HEAD_REFUSED;
    if (visible < limits->max_head_bytes)
        return WEFT_HTTP_HEAD_MORE;
    refuse(head, 431, "head too large");
    return WEFT_HTTP_HEAD_REFUSED;
}
