/* SPDX-License-Identifier: Apache-2.0 */
/*
 * X-Update-Range, as sabre/dav brought it up and others have taken it over.
 */
#include "webdav/methods/update_range.h"

#include <string.h>
#include <weft/http.h>
#include <weft/scan.h>

static gboolean
refuse(GError **error, const char *value)
{
    g_autofree char *shown = g_strescape(value, NULL);

    g_set_error(error, WEFT_HTTP_ERROR, 400, "bad X-Update-Range \"%s\"", shown);
    return FALSE;
}

/* "A-B", "A-", "-N"; all of it. */
static gboolean
parse_bytes(const char *text, size_t length, WeftDavUpdateRange *ret_range)
{
    uint64_t first = 0;
    uint64_t last = 0;
    const size_t n_first = weft_scan_decimal(text, length, &first);

    if (n_first == length || text[n_first] != '-')
        return FALSE;

    const size_t n_last = weft_scan_decimal(text + n_first + 1, length - n_first - 1, &last);
    if (n_first + 1 + n_last != length || (n_first == 0 && n_last == 0) || first > INT64_MAX - 1 ||
        last > INT64_MAX - 1)
        return FALSE;
    if (n_first == 0) {
        *ret_range = (WeftDavUpdateRange){WEFT_DAV_UPDATE_LAST, (int64_t)last, -1};
        return TRUE;
    }
    if (n_last > 0 && last < first)
        return FALSE;
    *ret_range = (WeftDavUpdateRange){WEFT_DAV_UPDATE_FROM, (int64_t)first,
                                      n_last > 0 ? (int64_t)(last - first) + 1 : -1};
    return TRUE;
}

gboolean
weft_dav_update_range_parse(const char *value, WeftDavUpdateRange *ret_range, GError **error)
{
    static const char prefix[] = "bytes=";

    if (value == NULL) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 400, "PATCH without X-Update-Range");
        return FALSE;
    }
    if (weft_scan_equal_ignoring_case(value, strlen(value), "append")) {
        *ret_range = (WeftDavUpdateRange){WEFT_DAV_UPDATE_APPEND, 0, -1};
        return TRUE;
    }
    if (!g_str_has_prefix(value, prefix) ||
        !parse_bytes(value + strlen(prefix), strlen(value) - strlen(prefix), ret_range))
        return refuse(error, value);
    return TRUE;
}

int64_t
weft_dav_update_range_offset(const WeftDavUpdateRange *range, uint64_t size_bytes)
{
    const int64_t size = (int64_t)size_bytes;

    switch (range->kind) {
    case WEFT_DAV_UPDATE_APPEND:
        return size;
    case WEFT_DAV_UPDATE_FROM:
        return range->bytes <= size ? range->bytes : -1;
    case WEFT_DAV_UPDATE_LAST:
        return range->bytes <= size ? size - range->bytes : -1;
    }
    g_assert_not_reached();
}
