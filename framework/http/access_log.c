/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line for each request.  What the client sent is escaped: it forges no lines, closes no quotes
 * and talks to no terminal.
 */

#include "http/access_log.h"

#include <weft/clock.h>

#include <string.h>
#include <time.h>

/* "[22/Nov/2026:20:44:17 +0000]"; in UTC, so that no time zone's change makes time run back. */
static void
append_common_time(GString *line, int64_t wall_us)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)(wall_us / G_USEC_PER_SEC);
    struct tm utc;

    gmtime_r(&seconds, &utc);
    g_string_append_printf(line, "[%02d/%s/%04d:%02d:%02d:%02d +0000]", utc.tm_mday,
                           months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                           utc.tm_sec);
}

/* "2026-11-22T20:44:17.123Z" */
static void
append_iso_time(GString *line, int64_t wall_us)
{
    time_t seconds = (time_t)(wall_us / G_USEC_PER_SEC);
    struct tm utc;

    gmtime_r(&seconds, &utc);
    g_string_append_printf(line, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900,
                           utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                           (int)(wall_us % G_USEC_PER_SEC / 1000));
}

static gboolean
is_plain(char byte)
{
    return (uint8_t)byte >= 0x20 && (uint8_t)byte < 0x7f && byte != '"' && byte != '\\';
}

/* In quotes, other bytes than plain ones as \xNN; "-" for none. */
static void
append_quoted(GString *line, const char *text)
{
    g_string_append_c(line, '"');
    for (const char *at = text != NULL ? text : "-"; *at != '\0'; at++) {
        if (is_plain(*at))
            g_string_append_c(line, *at);
        else
            g_string_append_printf(line, "\\x%02x", (uint8_t)*at);
    }
    g_string_append_c(line, '"');
}

/* A JSON string; text that is not UTF-8 is taken for Latin-1, so that the line is valid whatever
 * was sent. */
static void
append_json(GString *line, const char *name, const char *text)
{
    const char *at = text != NULL ? text : "";
    const gboolean is_utf8 = g_utf8_validate(at, -1, NULL);

    g_string_append_printf(line, ",\"%s\":\"", name);
    for (; *at != '\0'; at++) {
        if (is_plain(*at) || (is_utf8 && (uint8_t)*at >= 0x80))
            g_string_append_c(line, *at);
        else
            g_string_append_printf(line, "\\u%04x", (uint8_t)*at);
    }
    g_string_append_c(line, '"');
}

/* "192.0.2.1" of "192.0.2.1:4711", "2001:db8::1" of "[2001:db8::1]:80" */
static void
append_host(GString *line, const char *peer)
{
    const char *colon = strrchr(peer, ':');
    size_t length = colon != NULL ? (size_t)(colon - peer) : strlen(peer);

    if (length > 2 && peer[0] == '[' && peer[length - 1] == ']')
        g_string_append_len(line, peer + 1, (gssize)length - 2);
    else
        g_string_append_len(line, peer, (gssize)length);
}

/* As one word: blanks would shift the fields behind it. */
static void
append_user(GString *line, const char *user)
{
    for (const char *at = user != NULL ? user : "-"; *at != '\0'; at++) {
        if (is_plain(*at) && *at != ' ')
            g_string_append_c(line, *at);
        else
            g_string_append_printf(line, "\\x%02x", (uint8_t)*at);
    }
}

static const char *
field_of(WeftHttpRequest *request, WeftHttpFieldId id)
{
    return weft_http_request_has_line(request) ? weft_http_request_field(request, id) : NULL;
}

static int64_t
n_sent_bytes(const WeftHttpResponse *response)
{
    return response->framing == WEFT_HTTP_BODY_NONE ? 0 : response->n_body_bytes;
}

static void
format_combined(GString *line, WeftHttpRequest *request, const WeftHttpResponse *response)
{
    append_host(line, weft_http_request_peer(request));
    g_string_append(line, " - ");
    append_user(line, weft_http_request_user(request));
    g_string_append_c(line, ' ');
    append_common_time(line, weft_clock_wall_us());
    g_string_append_c(line, ' ');
    if (weft_http_request_has_line(request)) {
        g_autofree char *request_line =
            g_strdup_printf("%s %s HTTP/1.%d", weft_http_request_method(request),
                            weft_http_request_target(request), request->head.minor_version);
        append_quoted(line, request_line);
    } else {
        append_quoted(line, NULL);
    }
    g_string_append_printf(line, " %u %" G_GINT64_FORMAT " ", response->status,
                           n_sent_bytes(response));
    append_quoted(line, field_of(request, WEFT_HTTP_FIELD_REFERER));
    g_string_append_c(line, ' ');
    append_quoted(line, field_of(request, WEFT_HTTP_FIELD_USER_AGENT));
    g_string_append_c(line, '\n');
}

static void
format_json(GString *line, WeftHttpRequest *request, const WeftHttpResponse *response,
            int64_t duration_us)
{
    g_string_append(line, "{\"time\":\"");
    append_iso_time(line, weft_clock_wall_us());
    g_string_append_c(line, '"');
    append_json(line, "peer", weft_http_request_peer(request));
    append_json(line, "user", weft_http_request_user(request));
    append_json(line, "method",
                weft_http_request_has_line(request) ? weft_http_request_method(request) : NULL);
    append_json(line, "target",
                weft_http_request_has_line(request) ? weft_http_request_target(request) : NULL);
    g_string_append_printf(
        line, ",\"status\":%u,\"bytes\":%" G_GINT64_FORMAT ",\"duration_us\":%" G_GINT64_FORMAT,
        response->status, n_sent_bytes(response), duration_us);
    append_json(line, "referer", field_of(request, WEFT_HTTP_FIELD_REFERER));
    append_json(line, "user_agent", field_of(request, WEFT_HTTP_FIELD_USER_AGENT));
    g_string_append(line, "}\n");
}

GString *
weft_http_access_log_format(WeftHttpExchange *exchange, WeftHttpLogFormat format,
                            int64_t duration_us)
{
    GString *line = g_string_sized_new(256);

    switch (format) {
    case WEFT_HTTP_LOG_NONE:
        break;
    case WEFT_HTTP_LOG_COMBINED:
        format_combined(line, &exchange->request, &exchange->response);
        break;
    case WEFT_HTTP_LOG_JSON:
        format_json(line, &exchange->request, &exchange->response, duration_us);
        break;
    }
    return line;
}

void
weft_http_access_log_write(WeftHttpExchange *exchange)
{
    const WeftHttpServiceData *service = exchange->request.service;

    if (service->log_format == WEFT_HTTP_LOG_NONE)
        return;

    GString *line = weft_http_access_log_format(exchange, service->log_format,
                                                weft_clock_now_us() - exchange->begun_us);
    weft_http_log_writer_put(service->log_writer, line->str, line->len);
    g_string_free(line, TRUE);
}
