/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statuses: reason phrases, status lines, and the one place where errors become statuses.
 */

#include "http/status.h"

#include <string.h>

GQuark
weft_http_error_quark(void)
{
    return g_quark_from_static_string("weft-http-error");
}

static unsigned
status_of_weft_error(int code)
{
    switch ((WeftError)code) {
    case WEFT_ERROR_CANCELLED: /* the server stops */
    case WEFT_ERROR_TIMED_OUT: /* the handler's time; a slow client gets its 408 from the body
                                  reader */
        return 503;
    case WEFT_ERROR_LIMIT:
        return 413;
    case WEFT_ERROR_CLOSED: /* the client has gone amid its request: nobody reads this, the log does
                             */
    case WEFT_ERROR_INVALID:
        return 400;
    case WEFT_ERROR_IO:
        return 500;
    }
    return 500;
}

unsigned
weft_http_status_of(const GError *error)
{
    if (error == NULL)
        return 500;
    if (error->domain == WEFT_HTTP_ERROR)
        return error->code >= 400 && error->code <= 599 ? (unsigned)error->code : 500;
    if (error->domain == WEFT_ERROR)
        return status_of_weft_error(error->code);
    return 500;
}

const char *
weft_http_reason(unsigned status)
{
    switch (status) {
#define STATUS(code, reason)                                                                       \
    case code:                                                                                     \
        return reason;
#include "http/status.def"
#undef STATUS
    }
    return "";
}

size_t
weft_http_status_line(unsigned status, char *out)
{
    static const struct {
        const char *text;
        size_t length;
    } lines[] = {
#define STATUS(code, reason)                                                                       \
    [code] = {"HTTP/1.1 " #code " " reason "\r\n", sizeof "HTTP/1.1 " #code " " reason "\r\n" - 1},
#include "http/status.def"
#undef STATUS
    };

    if (status < G_N_ELEMENTS(lines) && lines[status].text != NULL) {
        memcpy(out, lines[status].text, lines[status].length);
        return lines[status].length;
    }
    /* RFC 9112 4: the space stays where the reason is empty. */
    g_snprintf(out, WEFT_HTTP_MAX_STATUS_LINE_BYTES, "HTTP/1.1 %03u \r\n", status % 1000);
    return strlen(out);
}

gboolean
weft_http_status_has_body(unsigned status)
{
    return status >= 200 && status != 204 && status != 304;
}
