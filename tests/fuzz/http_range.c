/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: a Range field against several sizes; and the same text as a date and as entity tags.
 */

#include "http/condition.h"
#include "http/range.h"
#include <weft/date.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_ranges(const WeftHttpRange *ranges, size_t n_ranges, int64_t size_bytes)
{
    g_assert(n_ranges > 0 && n_ranges <= WEFT_HTTP_MAX_RANGES);
    for (size_t i = 0; i < n_ranges; i++) {
        g_assert(ranges[i].first_byte >= 0 && ranges[i].n_bytes > 0);
        g_assert(ranges[i].n_bytes <= size_bytes - ranges[i].first_byte);
        for (size_t k = 0; k < i; k++)
            g_assert(ranges[i].first_byte + ranges[i].n_bytes <= ranges[k].first_byte ||
                     ranges[k].first_byte + ranges[k].n_bytes <= ranges[i].first_byte);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t sizes[] = {0, 1, 1000, INT64_MAX};
    const char *text = (const char *)data;
    int64_t date_s;

    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        WeftHttpRange ranges[WEFT_HTTP_MAX_RANGES];
        size_t n_ranges = 0;

        if (weft_http_ranges_parse(text, size, sizes[i], ranges, &n_ranges) ==
            WEFT_HTTP_RANGES_SOME)
            check_ranges(ranges, n_ranges, sizes[i]);
    }
    weft_date_parse_http(text, size, 0, &date_s);

    g_autofree char *field = g_strndup(text, size);
    WeftHttpRepresentation representation = {.modified_us = 0, .etag = "\"a\""};
    WeftHttpConditions conditions = {field, field, field, field};
    weft_http_conditions_judge(&conditions, TRUE, &representation, 0);
    weft_http_if_range_holds(field, &representation, 0);
    return 0;
}
