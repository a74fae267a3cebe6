/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers made of a file: conditions, then ranges, then the bytes, by the way that is cheapest for
 * their number (RFC 9110 13 and 14).
 */

#include "http/condition.h"
#include "http/range.h"
#include "http/response.h"
#include <weft/date.h>

#include <weft/clock.h>
#include <weft/scan.h>

#include <stdatomic.h>
#include <string.h>

/* Up to this size head and content leave in one write, for the price of one copy. */
#define MAX_INLINE_BYTES ((int64_t)32 * 1024)

#define WOULD_PARK (-2)

#define MAX_BOUNDARY_BYTES 40

/* ---- fields ---- */

/* RFC 9110 15.4.5: what goes with 304, too. */
static void
set_validators(WeftHttpResponse *response, const WeftHttpRepresentation *representation)
{
    char date[WEFT_DATE_HTTP_BYTES + 1];

    if (representation->etag != NULL)
        weft_http_response_set_own_field(response, "ETag", representation->etag);
    if (representation->modified_us >= 0) {
        weft_date_format_http(representation->modified_us / G_USEC_PER_SEC, date);
        date[WEFT_DATE_HTTP_BYTES] = '\0';
        weft_http_response_set_own_field(response, "Last-Modified", date);
    }
}

/* "bytes 0-9/100" */
static void
format_content_range(const WeftHttpRange *range, int64_t size_bytes, char *out, size_t size)
{
    g_snprintf(out, size, "bytes %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT,
               range->first_byte, range->first_byte + range->n_bytes - 1, size_bytes);
}

/* ---- bytes ---- */

static gboolean
ended_early(GError **error)
{
    g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_IO, "the file is shorter than it was");
    return FALSE;
}

/* Fill the room behind the head with a small range; without parking where the page cache has it. */
static gboolean
read_behind_head(WeftBuffer *head, WeftFile *file, const WeftHttpRange *range, GError **error)
{
    int64_t n_done = 0;

    while (n_done < range->n_bytes) {
        uint8_t *to = head->data + head->end;
        size_t left = (size_t)(range->n_bytes - n_done);
        ssize_t n_read = weft_file_try_read_at(file, to, left, range->first_byte + n_done, error);

        if (n_read == WOULD_PARK)
            n_read = weft_file_read_at(file, to, left, range->first_byte + n_done, error);
        if (n_read < 0)
            return FALSE;
        if (n_read == 0)
            return ended_early(error);
        head->end += (size_t)n_read;
        n_done += n_read;
    }
    return TRUE;
}

/* Head and content in one write.  Nothing is sent of a file that cannot be read: that is a 500. */
static gboolean
send_inline(WeftHttpResponse *response, WeftFile *file, const WeftHttpRange *range, GError **error)
{
    WeftBuffer *head = &response->head;

    weft_http_response_make_head(response, range->n_bytes, (size_t)range->n_bytes);
    if (response->framing != WEFT_HTTP_BODY_NONE && !read_behind_head(head, file, range, error)) {
        weft_http_response_unmake_head(response);
        return FALSE;
    }
    struct iovec piece = {weft_buffer_bytes(head), weft_buffer_length(head)};
    response->has_failed =
        !weft_http_transfer_writev(&response->request->transfer, &piece, 1, FALSE, error);
    return !response->has_failed;
}

/* The head leaves by itself: held back to share a packet with the first pages (MSG_MORE) it shifts
 * them all against the 64 KiB that a socket sends at once, which costs half as much again. */
static gboolean
send_large(WeftHttpResponse *response, WeftFile *file, const WeftHttpRange *range, GError **error)
{
    WeftHttpTransfer *transfer = &response->request->transfer;

    weft_http_response_make_head(response, range->n_bytes, 0);
    gboolean has_body = response->framing != WEFT_HTTP_BODY_NONE;
    struct iovec piece = {weft_buffer_bytes(&response->head), weft_buffer_length(&response->head)};
    response->has_failed =
        !weft_http_transfer_writev(transfer, &piece, 1, FALSE, error) ||
        (has_body &&
         !weft_http_transfer_send_file(transfer, file, range->first_byte, range->n_bytes, error));
    return !response->has_failed;
}

static gboolean
send_one(WeftHttpResponse *response, WeftFile *file, const WeftHttpRange *range, GError **error)
{
    response->content_length = range->n_bytes;
    response->n_body_bytes = range->n_bytes;
    response->has_ended = TRUE;
    return range->n_bytes <= MAX_INLINE_BYTES ? send_inline(response, file, range, error)
                                              : send_large(response, file, range, error);
}

/* ---- multipart/byteranges (RFC 9110 14.6) ---- */

typedef struct {
    char boundary[MAX_BOUNDARY_BYTES];
    GString *heads; /* of all parts, and the end, one behind the other */
    size_t head_ends[WEFT_HTTP_MAX_RANGES + 1];
} Multipart;

static void
multipart_free(Multipart *multipart)
{
    g_string_free(multipart->heads, TRUE);
    g_free(multipart);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Multipart, multipart_free)

/* Nothing in a file can be known not to contain a boundary; that it contains this one is not
 * likely. */
static void
make_boundary(char *out)
{
    static atomic_uint_fast64_t last_number;
    uint64_t number = atomic_fetch_add_explicit(&last_number, 1, memory_order_relaxed);

    g_snprintf(out, MAX_BOUNDARY_BYTES, "%016" G_GINT64_MODIFIER "x%08x%08x",
               (uint64_t)weft_clock_wall_us() + number, g_random_int(), g_random_int());
}

static Multipart *
multipart_new(const WeftHttpRepresentation *representation, const WeftHttpRange *ranges,
              size_t n_ranges)
{
    Multipart *multipart = g_new0(Multipart, 1);
    char content_range[80];

    make_boundary(multipart->boundary);
    multipart->heads = g_string_sized_new(200 * (n_ranges + 1));
    for (size_t i = 0; i < n_ranges; i++) {
        format_content_range(&ranges[i], representation->size_bytes, content_range,
                             sizeof content_range);
        g_string_append_printf(multipart->heads, "\r\n--%s\r\n", multipart->boundary);
        if (representation->content_type != NULL)
            g_string_append_printf(multipart->heads, "Content-Type: %s\r\n",
                                   representation->content_type);
        g_string_append_printf(multipart->heads, "Content-Range: %s\r\n\r\n", content_range);
        multipart->head_ends[i] = multipart->heads->len;
    }
    g_string_append_printf(multipart->heads, "\r\n--%s--\r\n", multipart->boundary);
    multipart->head_ends[n_ranges] = multipart->heads->len;
    return multipart;
}

/* Part @index's head, or the end of all where there is no such part. */
static struct iovec
multipart_piece(const Multipart *multipart, size_t index)
{
    size_t begin = index > 0 ? multipart->head_ends[index - 1] : 0;

    return (struct iovec){multipart->heads->str + begin, multipart->head_ends[index] - begin};
}

static gboolean
send_parts(WeftHttpResponse *response, WeftFile *file, const Multipart *multipart,
           const WeftHttpRange *ranges, size_t n_ranges, GError **error)
{
    WeftHttpTransfer *transfer = &response->request->transfer;

    for (size_t i = 0; i < n_ranges; i++) {
        struct iovec part_head = multipart_piece(multipart, i);

        if (!weft_http_transfer_writev(transfer, &part_head, 1, TRUE, error) ||
            !weft_http_transfer_send_file(transfer, file, ranges[i].first_byte, ranges[i].n_bytes,
                                          error))
            return FALSE;
    }
    struct iovec end = multipart_piece(multipart, n_ranges);
    return weft_http_transfer_writev(transfer, &end, 1, FALSE, error);
}

static gboolean
send_several(WeftHttpResponse *response, WeftFile *file,
             const WeftHttpRepresentation *representation, const WeftHttpRange *ranges,
             size_t n_ranges, GError **error)
{
    g_autoptr(Multipart) multipart = multipart_new(representation, ranges, n_ranges);
    int64_t content_length = (int64_t)multipart->heads->len;
    char content_type[MAX_BOUNDARY_BYTES + 40];

    for (size_t i = 0; i < n_ranges; i++)
        content_length += ranges[i].n_bytes;
    g_snprintf(content_type, sizeof content_type, "multipart/byteranges; boundary=%s",
               multipart->boundary);
    weft_http_response_set_header(response, "Content-Type", content_type);
    response->content_length = content_length;
    response->n_body_bytes = content_length;
    response->has_ended = TRUE;
    weft_http_response_make_head(response, content_length, 0);

    struct iovec head = {weft_buffer_bytes(&response->head), weft_buffer_length(&response->head)};
    response->has_failed =
        !weft_http_transfer_writev(&response->request->transfer, &head, 1, TRUE, error) ||
        !send_parts(response, file, multipart, ranges, n_ranges, error);
    return !response->has_failed;
}

/* ---- which bytes ---- */

/* RFC 9110 14.2: ranges are for GET, and for an answer that would have been 200. */
static WeftHttpRangesResult
find_ranges(WeftHttpResponse *response, const WeftHttpRepresentation *representation,
            WeftHttpRange *ranges, size_t *n_ranges)
{
    WeftHttpRequest *request = response->request;
    const char *range = weft_http_request_field(request, WEFT_HTTP_FIELD_RANGE);
    if (range == NULL || request->is_head || !request->is_get || response->status != 200)
        return WEFT_HTTP_RANGES_NONE;

    const char *if_range = weft_http_request_field(request, WEFT_HTTP_FIELD_IF_RANGE);
    if (if_range != NULL &&
        !weft_http_if_range_holds(if_range, representation, weft_clock_wall_us() / G_USEC_PER_SEC))
        return WEFT_HTTP_RANGES_NONE;
    return weft_http_ranges_parse(range, strlen(range), representation->size_bytes, ranges,
                                  n_ranges);
}

static gboolean
send_unsatisfiable(WeftHttpResponse *response, int64_t size_bytes, GError **error)
{
    char content_range[40];

    g_snprintf(content_range, sizeof content_range, "bytes */%" G_GINT64_FORMAT, size_bytes);
    return weft_http_response_send_error_with(response, 416, "Content-Range", content_range, error);
}

static gboolean
send_not_modified(WeftHttpResponse *response, const WeftHttpRepresentation *representation,
                  GError **error)
{
    weft_http_response_set_status(response, 304);
    set_validators(response, representation);
    return weft_http_response_send(response, NULL, 0, error);
}

gboolean
weft_http_response_send_file(WeftHttpResponse *response, WeftFile *file,
                             const WeftHttpRepresentation *representation, GError **error)
{
    WeftHttpRange ranges[WEFT_HTTP_MAX_RANGES];
    WeftHttpRange whole = {0, representation->size_bytes};
    size_t n_ranges = 0;
    char content_range[80];

    g_return_val_if_fail(!weft_http_response_is_sent(response), FALSE);
    switch (weft_http_request_check_conditions(response->request, representation)) {
    case 304:
        return send_not_modified(response, representation, error);
    case 412:
        return weft_http_response_send_error(response, 412, NULL, error);
    }

    WeftHttpRangesResult result = find_ranges(response, representation, ranges, &n_ranges);
    if (result == WEFT_HTTP_RANGES_UNSATISFIABLE)
        return send_unsatisfiable(response, representation->size_bytes, error);

    set_validators(response, representation);
    weft_http_response_set_own_field(response, "Accept-Ranges", "bytes");
    if (representation->content_type != NULL)
        weft_http_response_set_own_field(response, "Content-Type", representation->content_type);
    if (result == WEFT_HTTP_RANGES_NONE)
        return send_one(response, file, &whole, error);

    weft_http_response_set_status(response, 206);
    if (n_ranges > 1)
        return send_several(response, file, representation, ranges, n_ranges, error);
    format_content_range(&ranges[0], representation->size_bytes, content_range,
                         sizeof content_range);
    weft_http_response_set_own_field(response, "Content-Range", content_range);
    return send_one(response, file, &ranges[0], error);
}
