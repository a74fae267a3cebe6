/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 207 Multi-Status, streamed: one buffer, filled by whoever knows the resources, sent when it is
 * full.  An answer that never filled it goes out with its head, in one piece.
 */
#include "webdav/xml/multistatus.h"

#include <weft/scan.h>

#include "webdav/xml/writer.h"

#define FIRST_BYTES 4096
#define FULL_BYTES (64 * 1024)

/* Prefix D: throughout, declared once: some clients know no other way. */
static const char head[] = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                           "<D:multistatus xmlns:D=\"DAV:\">";
static const char tail[] = "</D:multistatus>\n";

void
weft_dav_multistatus_init(WeftDavMultistatus *multistatus, WeftHttpResponse *response)
{
    weft_buffer_init(&multistatus->buffer, FIRST_BYTES);
    multistatus->response = response;
    multistatus->is_partly_sent = FALSE;
    weft_buffer_append_string(&multistatus->buffer, head);
}

void
weft_dav_multistatus_clear(WeftDavMultistatus *multistatus)
{
    weft_buffer_clear(&multistatus->buffer);
}

void
weft_dav_multistatus_append_status(WeftBuffer *buffer, unsigned status)
{
    char digits[20];

    weft_buffer_append_string(buffer, "<D:status>HTTP/1.1 ");
    weft_buffer_append(buffer, digits, weft_format_decimal(status, digits));
    weft_buffer_append_string(buffer, " ");
    weft_buffer_append_string(buffer, weft_http_reason(status));
    weft_buffer_append_string(buffer, "</D:status>");
}

void
weft_dav_multistatus_append_error(WeftBuffer *buffer, const char *condition)
{
    weft_buffer_append_string(buffer, "<D:error><D:");
    weft_buffer_append_string(buffer, condition);
    weft_buffer_append_string(buffer, "/></D:error>");
}

void
weft_dav_multistatus_append_name(WeftBuffer *buffer, const char *ns, const char *name)
{
    gboolean is_dav = strcmp(ns, "DAV:") == 0;
    gboolean is_foreign = !is_dav && ns[0] != '\0';

    weft_buffer_append_string(buffer, is_dav ? "<D:" : is_foreign ? "<X:" : "<");
    weft_buffer_append_string(buffer, name);
    if (is_foreign) {
        weft_buffer_append_string(buffer, " xmlns:X=\"");
        weft_dav_xml_append_attribute(buffer, ns, strlen(ns));
        weft_buffer_append_string(buffer, "\"");
    }
    weft_buffer_append_string(buffer, "/>");
}

void
weft_dav_multistatus_add_status(WeftDavMultistatus *multistatus, const char *path, unsigned status,
                                const char *condition)
{
    WeftBuffer *buffer = &multistatus->buffer;

    weft_buffer_append_string(buffer, "<D:response><D:href>");
    weft_dav_xml_append_href(buffer, path, strlen(path));
    weft_buffer_append_string(buffer, "</D:href>");
    weft_dav_multistatus_append_status(buffer, status);
    if (condition != NULL)
        weft_dav_multistatus_append_error(buffer, condition);
    weft_buffer_append_string(buffer, "</D:response>");
}

static void
set_head(WeftDavMultistatus *multistatus)
{
    weft_http_response_set_status(multistatus->response, 207);
    weft_http_response_set_header(multistatus->response, "Content-Type",
                                  "application/xml; charset=\"utf-8\"");
}

gboolean
weft_dav_multistatus_flush(WeftDavMultistatus *multistatus, GError **error)
{
    WeftBuffer *buffer = &multistatus->buffer;
    size_t size = weft_buffer_length(buffer);

    if (multistatus->response == NULL || size < FULL_BYTES)
        return TRUE;
    if (!multistatus->is_partly_sent)
        set_head(multistatus);
    multistatus->is_partly_sent = TRUE;
    if (!weft_http_response_write(multistatus->response, weft_buffer_bytes(buffer), size, error))
        return FALSE;
    weft_buffer_consume(buffer, size);
    return TRUE;
}

gboolean
weft_dav_multistatus_end(WeftDavMultistatus *multistatus, GError **error)
{
    WeftBuffer *buffer = &multistatus->buffer;

    weft_buffer_append_string(buffer, tail);
    if (multistatus->response == NULL)
        return TRUE;

    const void *bytes = weft_buffer_bytes(buffer);
    size_t size = weft_buffer_length(buffer);
    if (multistatus->is_partly_sent)
        return weft_http_response_write(multistatus->response, bytes, size, error);
    set_head(multistatus);
    return weft_http_response_send(multistatus->response, bytes, size, error);
}
