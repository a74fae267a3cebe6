/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A collection as a page that needs no script, streamed in constant memory whatever its size.  One
 * of moderate size is sorted; a larger one follows in the store's order.  The page of a program
 * (WeftDavOptions.page) is linked from its head and takes over where scripts run.
 */
#include "webdav/methods/collection_page.h"

#include <string.h>
#include <weft/date.h>
#include <weft/fiber.h>
#include <weft/scan.h>

#include "webdav/page_file.h"
#include "webdav/rights.h"
#include "webdav/xml/writer.h"

#define FULL_BYTES (32 * 1024)

/* What is held back to be sorted; from there on the listing goes out as it comes. */
#define MAX_SORTED_ENTRIES 2000

/* Nothing from elsewhere, nothing inline: a name that slipped through escaping could still do
 * nothing. */
static const char page_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "media-src 'self'; frame-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'";

typedef struct {
    char *name;
    size_t name_len;
    WeftDavInfo info;
} Row;

typedef struct {
    WeftDavCall *call;
    WeftDavListing *listing;
    gboolean shows_all; /* no member is hidden from the user */
    GArray *rows;       /* of Row: held back to be sorted; NULL when there were too many */
    WeftBuffer buffer;
} Page;

static gboolean
is_shown(const Page *page, const WeftDavEntry *entry)
{
    return page->shows_all || weft_dav_may_see_member(page->call, page->call->path, entry);
}

/* ---- the parts of the page ---- */

static void
append(Page *page, const char *markup)
{
    weft_buffer_append_string(&page->buffer, markup);
}

static void
append_text(Page *page, const char *text, size_t length)
{
    weft_dav_xml_append_text(&page->buffer, text, length);
}

static size_t
count_segments(const char *path)
{
    size_t n = 0;

    for (; *path != '\0'; path++)
        n += path[0] == '/' && path[1] != '\0';
    return n;
}

/* The call's path below the root of the share. */
static const char *
below_root(const WeftDavCall *call)
{
    const char *prefix = call->options->prefix;

    return prefix != NULL && g_str_has_prefix(call->path, prefix) ? call->path + strlen(prefix)
                                                                  : call->path;
}

/* The way to the root: relative, so that it holds behind a proxy that shows us under a prefix. */
static void
append_way_up(Page *page, size_t n_levels)
{
    append(page, "./");
    for (size_t i = 0; i < n_levels; i++)
        append(page, "../");
}

static void
append_reference(Page *page, const char *before, const char *name, const char *behind)
{
    append(page, before);
    append_way_up(page, count_segments(below_root(page->call)));
    append(page, &WEFT_DAV_PAGE_FOLDER[1]);
    append(page, page->call->options->page->version);
    append(page, "/");
    append(page, name);
    append(page, behind);
}

static void
append_head(Page *page)
{
    const WeftDavPage *program_page = page->call->options->page;
    const char *name = weft_dav_path_name(page->call->path);

    append(page, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                 "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    append_text(page, *name != '\0' ? name : "Home", *name != '\0' ? strlen(name) : 4);
    append(page, "</title>\n");
    if (program_page != NULL) {
        append_reference(page, "<link rel=\"stylesheet\" href=\"", program_page->style_sheet,
                         "\">\n");
        append_reference(page, "<link rel=\"icon\" href=\"", program_page->icon, "\">\n");
        append_reference(page, "<script type=\"module\" src=\"", program_page->script,
                         "\"></script>\n");
    }
    append(page, "</head>\n");
}

/* What the script cannot ask for by WebDAV. */
static void
append_body_tag(Page *page)
{
    const char *user = weft_http_request_user(page->call->request);

    append(page, "<body data-root=\"");
    append_way_up(page, count_segments(below_root(page->call)));
    if (user != NULL) {
        append(page, "\" data-user=\"");
        weft_dav_xml_append_attribute(&page->buffer, user, strlen(user));
    }
    append(page, page->call->options->read_only ? "\" data-read-only>\n" : "\">\n");
}

static void
append_breadcrumb(Page *page)
{
    const char *at = below_root(page->call);
    size_t n_above = count_segments(at);

    append(page, "<header><nav aria-label=\"Breadcrumb\"><ol>\n");
    append(page, n_above == 0 ? "<li aria-current=\"page\">Home</li>\n" : "<li><a href=\"");
    if (n_above > 0) {
        append_way_up(page, n_above);
        append(page, "\">Home</a></li>\n");
    }
    while (n_above-- > 0) {
        const char *segment = at + 1;
        const size_t length = strcspn(segment, "/");

        append(page, n_above == 0 ? "<li aria-current=\"page\">" : "<li><a href=\"");
        if (n_above > 0) {
            append_way_up(page, n_above);
            append(page, "\">");
        }
        append_text(page, segment, length);
        append(page, n_above == 0 ? "</li>\n" : "</a></li>\n");
        at = segment + length;
    }
    append(page, "</ol></nav>");
}

static void
append_top(Page *page)
{
    const char *name = weft_dav_path_name(page->call->path);
    const char *user = weft_http_request_user(page->call->request);

    append_head(page);
    append_body_tag(page);
    append_breadcrumb(page);
    if (user != NULL) {
        append(page, "<p class=\"user\">Signed in as ");
        append_text(page, user, strlen(user));
        append(page, "</p>");
    }
    append(page, "</header>\n<main>\n<h1>");
    append_text(page, *name != '\0' ? name : "Home", *name != '\0' ? strlen(name) : 4);
    append(page,
           "</h1>\n<table>\n<thead><tr><th scope=\"col\">Name</th>"
           "<th scope=\"col\">Size</th><th scope=\"col\">Changed</th></tr></thead>\n<tbody>\n");
    if (count_segments(below_root(page->call)) > 0)
        append(page, "<tr><td class=\"up\"><a href=\"../\">../</a></td><td></td><td></td></tr>\n");
}

/* Powers of 1000, as people read them: "1.5 MB". */
static void
append_size(Page *page, uint64_t size_bytes)
{
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    uint64_t unit = 1000;
    size_t i = 0;
    char text[64];

    if (size_bytes < unit) {
        g_snprintf(text, sizeof text, "%u B", (unsigned)size_bytes);
    } else {
        while (size_bytes / unit >= 1000 && i + 1 < G_N_ELEMENTS(units)) {
            unit *= 1000;
            i++;
        }
        g_snprintf(text, sizeof text, "%u.%u %s", (unsigned)(size_bytes / unit),
                   (unsigned)(size_bytes % unit / (unit / 10)), units[i]);
    }
    append(page, text);
}

static void
append_time(Page *page, int64_t modified_us)
{
    char iso[WEFT_DATE_ISO_BYTES];

    weft_date_format_iso(weft_date_second_of_us(modified_us), iso);
    append(page, "<time datetime=\"");
    weft_buffer_append(&page->buffer, iso, sizeof iso);
    append(page, "\">");
    weft_buffer_append(&page->buffer, iso, strlen("1994-11-06"));
    append(page, " ");
    weft_buffer_append(&page->buffer, iso + strlen("1994-11-06T"), strlen("08:49"));
    append(page, " UTC</time>");
}

static void
append_row(Page *page, const char *name, size_t name_len, const WeftDavInfo *info)
{
    const char *slash = info->is_collection ? "/" : "";

    /* "./" keeps a name with a colon from being taken for a scheme. */
    append(page, info->is_collection ? "<tr><td class=\"folder\"><a href=\"./"
                                     : "<tr><td class=\"file\"><a href=\"./");
    weft_dav_xml_append_href(&page->buffer, name, name_len);
    append(page, slash);
    append(page, "\">");
    append_text(page, name, name_len);
    append(page, slash);
    append(page, "</a></td><td>");
    if (!info->is_collection)
        append_size(page, info->size_bytes);
    append(page, "</td><td>");
    append_time(page, info->modified_us);
    append(page, "</td></tr>\n");
}

static void
append_bottom(Page *page)
{
    append(page, "</tbody></table>\n</main></body></html>\n");
}

/* ---- what is held back to be sorted ---- */

static void
clear_row(gpointer data)
{
    g_free(((Row *)data)->name);
}

static int
compare_rows(gconstpointer left_row, gconstpointer right_row)
{
    const Row *left = left_row;
    const Row *right = right_row;

    if (left->info.is_collection != right->info.is_collection)
        return left->info.is_collection ? -1 : 1;

    const int order = g_ascii_strcasecmp(left->name, right->name);
    return order != 0 ? order : strcmp(left->name, right->name);
}

static gboolean
flush_if(Page *page, size_t from_bytes, GError **error)
{
    const size_t size = weft_buffer_length(&page->buffer);

    if (size < from_bytes)
        return TRUE;
    if (!weft_http_response_write(page->call->response, weft_buffer_bytes(&page->buffer), size,
                                  error))
        return FALSE;
    weft_buffer_consume(&page->buffer, size);
    return TRUE;
}

/* What comes after this goes out as it comes. */
static gboolean
write_sorted(Page *page, GError **error)
{
    g_autoptr(GArray) rows = g_steal_pointer(&page->rows);

    g_array_sort(rows, compare_rows);
    for (guint i = 0; i < rows->len; i++) {
        const Row *row = &g_array_index(rows, Row, i);

        append_row(page, row->name, row->name_len, &row->info);
        if (!flush_if(page, FULL_BYTES, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
add_entry(Page *page, const WeftDavEntry *entry, GError **error)
{
    if (page->rows != NULL && page->rows->len == MAX_SORTED_ENTRIES && !write_sorted(page, error))
        return FALSE;
    if (page->rows != NULL) {
        const Row row = {g_strndup(entry->name, entry->name_len), entry->name_len, entry->info};

        g_array_append_val(page->rows, row);
        return TRUE;
    }
    append_row(page, entry->name, entry->name_len, &entry->info);
    return flush_if(page, FULL_BYTES, error);
}

static gboolean
write_page(Page *page, GError **error)
{
    const WeftDavEntry *entries = NULL;
    ssize_t n = 0;

    append_top(page);
    while ((n = page->call->store->methods->list_next(page->listing, &entries, error)) > 0) {
        for (ssize_t i = 0; i < n; i++)
            if (is_shown(page, &entries[i]) && !add_entry(page, &entries[i], error))
                return FALSE;
        if (!weft_fiber_yield(error))
            return FALSE;
    }
    if (n < 0 || (page->rows != NULL && !write_sorted(page, error)))
        return FALSE;
    append_bottom(page);
    return flush_if(page, 0, error);
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
    weft_http_response_set_header(call->response, "Content-Security-Policy", page_policy);
    weft_http_response_set_header(call->response, "X-Content-Type-Options", "nosniff");
    weft_http_response_set_header(call->response, "Referrer-Policy", "no-referrer");
    weft_http_response_set_header(call->response, "Cache-Control", "no-cache");
    weft_buffer_init(&page.buffer, FULL_BYTES);
    page.rows = g_array_new(FALSE, FALSE, sizeof(Row));
    g_array_set_clear_func(page.rows, clear_row);

    gboolean ok = write_page(&page, error);
    g_clear_pointer(&page.rows, g_array_unref);
    weft_buffer_clear(&page.buffer);
    store->list_free(page.listing);
    return ok;
}
