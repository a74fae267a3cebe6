/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Range field: parsed, cut to the representation's size, joined, bounded.
 */

#include "http/range.h"

#include <weft/scan.h>

#include <string.h>

/* RFC 9110 15.3.7.2: a gap smaller than what the head of another part costs is not worth that part.
 */
#define MAX_GAP_BYTES 80

typedef enum {
    SPEC_MALFORMED,
    SPEC_UNSATISFIABLE,
    SPEC_OK,
} SpecResult;

/* "first-", "first-last" or "-suffix" (RFC 9110 14.1.2). */
static SpecResult
parse_spec(const char *text, size_t length, uint64_t size_bytes, WeftHttpRange *range)
{
    uint64_t first = 0;
    uint64_t last = UINT64_MAX;
    size_t used = weft_scan_decimal(text, length, &first);
    gboolean is_suffix = used == 0;

    if (used == length || text[used] != '-')
        return SPEC_MALFORMED;
    used++;

    size_t last_digits = weft_scan_decimal(text + used, length - used, &last);
    if (used + last_digits != length || (is_suffix && last_digits == 0))
        return SPEC_MALFORMED;
    if (is_suffix) {
        first = size_bytes - MIN(last, size_bytes);
        last = last == 0 ? 0 : UINT64_MAX;
        if (last == 0)
            return SPEC_UNSATISFIABLE;
    }
    if (last < first)
        return SPEC_MALFORMED;
    if (first >= size_bytes)
        return SPEC_UNSATISFIABLE;

    *range = (WeftHttpRange){(int64_t)first, (int64_t)(MIN(last, size_bytes - 1) - first + 1)};
    return SPEC_OK;
}

static gboolean
may_join(const WeftHttpRange *left, const WeftHttpRange *right)
{
    const WeftHttpRange *lower = left->first_byte <= right->first_byte ? left : right;
    const WeftHttpRange *upper = lower == left ? right : left;

    return upper->first_byte - (lower->first_byte + lower->n_bytes) <= MAX_GAP_BYTES;
}

static void
join(WeftHttpRange *range, const WeftHttpRange *other)
{
    int64_t end = MAX(range->first_byte + range->n_bytes, other->first_byte + other->n_bytes);

    range->first_byte = MIN(range->first_byte, other->first_byte);
    range->n_bytes = end - range->first_byte;
}

/*
 * Put @range beside the others, which lie apart; joined with all that it meets it stands where the
 * first of them stood, as RFC 9110 15.3.7.2 asks for the order of the request.  FALSE: there are
 * too many.
 */
static gboolean
add_range(WeftHttpRange *ranges, size_t *n_ranges, WeftHttpRange range)
{
    size_t n_kept = 0;
    size_t place = *n_ranges;

    /* Each join may make it meet one that was passed: look again until nothing changes. */
    for (size_t i = 0; i < *n_ranges; i++) {
        if (may_join(&ranges[i], &range) &&
            (ranges[i].first_byte < range.first_byte ||
             ranges[i].first_byte + ranges[i].n_bytes > range.first_byte + range.n_bytes)) {
            join(&range, &ranges[i]);
            i = SIZE_MAX;
        }
    }
    for (size_t i = 0; i < *n_ranges; i++) {
        if (!may_join(&ranges[i], &range))
            ranges[n_kept++] = ranges[i];
        else if (place == *n_ranges)
            place = n_kept++;
    }
    if (place == *n_ranges) {
        if (n_kept == WEFT_HTTP_MAX_RANGES)
            return FALSE;
        place = n_kept++;
    }
    ranges[place] = range;
    *n_ranges = n_kept;
    return TRUE;
}

WeftHttpRangesResult
weft_http_ranges_parse(const char *field, size_t length, int64_t size_bytes,
                       WeftHttpRange ret_ranges[WEFT_HTTP_MAX_RANGES], size_t *ret_n_ranges)
{
    static const char unit[] = "bytes=";
    size_t n_ranges = 0;
    size_t n_unsatisfiable = 0;
    const char *spec;
    size_t spec_length;

    if (length < sizeof unit - 1 || !weft_scan_equal_ignoring_case(field, sizeof unit - 1, unit))
        return WEFT_HTTP_RANGES_NONE;
    field += sizeof unit - 1;
    length -= sizeof unit - 1;

    while (weft_scan_list_next(&field, &length, &spec, &spec_length)) {
        WeftHttpRange range;

        switch (parse_spec(spec, spec_length, (uint64_t)size_bytes, &range)) {
        case SPEC_MALFORMED:
            return WEFT_HTTP_RANGES_NONE;
        case SPEC_UNSATISFIABLE:
            n_unsatisfiable++;
            break;
        case SPEC_OK:
            if (!add_range(ret_ranges, &n_ranges, range))
                return WEFT_HTTP_RANGES_NONE;
            break;
        }
    }
    *ret_n_ranges = n_ranges;
    if (n_ranges > 0)
        return WEFT_HTTP_RANGES_SOME;
    return n_unsatisfiable > 0 ? WEFT_HTTP_RANGES_UNSATISFIABLE : WEFT_HTTP_RANGES_NONE;
}
