/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A collection as a plain page, streamed in the store's order: constant memory, whatever its size.
 */
#include "webdav/methods/collection_page.h"

#include <string.h>
#include <weft/date.h>
#include <weft/fiber.h>
#include <weft/scan.h>

#include "webdav/rights.h"
#include "webdav/xml/writer.h"

#define FULL_BYTES (32 * 1024)

typedef struct {
    WeftDavCall *call;
    WeftDavListing *listing;
    WeftBuffer buffer;
    gboolean shows_all; /* no member is hidden from the user */
} Page;

static void
append_top(Page *page)
{
    const char *path = page->call->path;
    WeftBuffer *out = &page->buffer;

    weft_buffer_append_string(out, "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">"
                                   "<title>");
    weft_dav_xml_append_text(out, path, strlen(path));
    weft_buffer_append_string(out, "</title></head>\n<body><h1>");
    weft_dav_xml_append_text(out, path, strlen(path));
    weft_buffer_append_string(out, "</h1>\n<table>\n");
    if (strcmp(path, "/") != 0)
        weft_buffer_append_string(out, "<tr><td><a href=\"../\">../</a></td></tr>\n");
}

static gboolean
is_shown(const Page *page, const WeftDavEntry *entry)
{
    return page->shows_all || weft_dav_may_see_member(page->call, page->call->path, entry);
}

static void
append_entry(Page *page, const WeftDavEntry *entry)
{
    const char *slash = entry->info.is_collection ? "/" : "";
    WeftBuffer *out = &page->buffer;
    char digits[20];
    char date[WEFT_DATE_ISO_BYTES];

    /* "./" keeps a name with a colon from being taken for a scheme. */
    weft_buffer_append_string(out, "<tr><td><a href=\"./");
    weft_dav_xml_append_href(out, entry->name, entry->name_len);
    weft_buffer_append_string(out, slash);
    weft_buffer_append_string(out, "\">");
    weft_dav_xml_append_text(out, entry->name, entry->name_len);
    weft_buffer_append_string(out, slash);
    weft_buffer_append_string(out, "</a></td><td align=\"right\">");
    if (!entry->info.is_collection)
        weft_buffer_append(out, digits, weft_format_decimal(entry->info.size_bytes, digits));
    weft_buffer_append_string(out, "</td><td>");
    weft_date_format_iso(weft_date_second_of_us(entry->info.modified_us), date);
    weft_buffer_append(out, date, sizeof date);
    weft_buffer_append_string(out, "</td></tr>\n");
}

static gboolean
flush(Page *page, GError **error)
{
    size_t size = weft_buffer_length(&page->buffer);

    if (!weft_http_response_write(page->call->response, weft_buffer_bytes(&page->buffer), size,
                                  error))
        return FALSE;
    weft_buffer_consume(&page->buffer, size);
    return TRUE;
}

static gboolean
write_page(Page *page, GError **error)
{
    const WeftDavEntry *entries = NULL;
    ssize_t n = 0;

    append_top(page);
    while ((n = page->call->store->methods->list_next(page->listing, &entries, error)) > 0) {
        for (ssize_t i = 0; i < n; i++) {
            if (is_shown(page, &entries[i]))
                append_entry(page, &entries[i]);
            if (weft_buffer_length(&page->buffer) >= FULL_BYTES && !flush(page, error))
                return FALSE;
        }
        if (!weft_fiber_yield(error))
            return FALSE;
    }
    if (n < 0)
        return FALSE;
    weft_buffer_append_string(&page->buffer, "</table></body></html>\n");
    return flush(page, error);
}

gboolean
weft_dav_collection_page_answer(WeftDavCall *call, GError **error)
{
    const WeftDavStoreMethods *store = call->store->methods;
    Page page = {.call = call, .shows_all = weft_dav_sees_all_below(call, call->path)};

    page.listing = store->list(call->store, call->path, FALSE, error);
    if (page.listing == NULL)
        return FALSE;
    weft_http_response_set_header(call->response, "Content-Type", "text/html; charset=utf-8");
    weft_http_response_set_header(call->response, "Cache-Control", "no-cache");
    weft_buffer_init(&page.buffer, FULL_BYTES);

    gboolean ok = write_page(&page, error);
    weft_buffer_clear(&page.buffer);
    store->list_free(page.listing);
    return ok;
}
