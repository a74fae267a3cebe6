/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which bucket a value falls into, and back.  Upper bounds belong to their bucket, as Prometheus'
 * "le" wants it: so what is looked at is the value less one.
 */

#include "base/histogram.h"

static const uint64_t powers[] = {
    UINT64_C(1),         UINT64_C(10),         UINT64_C(100),         UINT64_C(1000),
    UINT64_C(10000),     UINT64_C(100000),     UINT64_C(1000000),     UINT64_C(10000000),
    UINT64_C(100000000), UINT64_C(1000000000), UINT64_C(10000000000),
};

/* What the last two digits of a decade's values are cut to: 100 to 999 in steps of 10. */
static size_t
index_in_decade(uint64_t less_one, size_t n_digits)
{
    return (size_t)(less_one / powers[n_digits - 2]) - 10;
}

size_t
weft_histogram_bucket(int64_t value)
{
    if (value <= 0)
        return 0;
    const uint64_t less_one = (uint64_t)value - 1;
    if (less_one < 100)
        return (size_t)value;
    if (less_one >= powers[WEFT_HISTOGRAM_N_DECADES + 2])
        return WEFT_HISTOGRAM_N_BUCKETS - 1;

    /* log 2 / log 10 is 1233 / 4096; one too small just above a power of ten. */
    const size_t n_bits = (size_t)(64 - __builtin_clzll(less_one));
    const size_t guess = n_bits * 1233 >> 12;
    const size_t n_digits = guess + (less_one >= powers[guess] ? 1 : 0);

    return WEFT_HISTOGRAM_N_EXACT + (n_digits - 3) * WEFT_HISTOGRAM_BUCKETS_PER_DECADE +
           index_in_decade(less_one, n_digits);
}

static uint64_t
width(size_t bucket)
{
    return powers[(bucket - WEFT_HISTOGRAM_N_EXACT) / WEFT_HISTOGRAM_BUCKETS_PER_DECADE + 1];
}

int64_t
weft_histogram_upper_bound(size_t bucket)
{
    if (bucket < WEFT_HISTOGRAM_N_EXACT)
        return (int64_t)bucket;
    if (bucket >= WEFT_HISTOGRAM_N_BUCKETS - 1)
        return INT64_MAX;
    const size_t in_decade = (bucket - WEFT_HISTOGRAM_N_EXACT) % WEFT_HISTOGRAM_BUCKETS_PER_DECADE;

    return (int64_t)((in_decade + 11) * width(bucket));
}

int64_t
weft_histogram_middle(size_t bucket)
{
    if (bucket < WEFT_HISTOGRAM_N_EXACT)
        return (int64_t)bucket;
    if (bucket >= WEFT_HISTOGRAM_N_BUCKETS - 1)
        return (int64_t)powers[WEFT_HISTOGRAM_N_DECADES + 2];
    return weft_histogram_upper_bound(bucket) - (int64_t)(width(bucket) / 2);
}

int64_t
weft_histogram_quantile(const WeftHistogramCopy *copy, unsigned permille)
{
    const int64_t rank = MAX((copy->n_values * permille + 999) / 1000, 1);
    int64_t n_so_far = 0;

    for (size_t i = 0; i < WEFT_HISTOGRAM_N_BUCKETS; i++) {
        n_so_far += copy->n_in_bucket[i];
        if (n_so_far >= rank)
            return weft_histogram_middle(i);
    }
    return 0;
}

int64_t
weft_histogram_count_up_to(const WeftHistogramCopy *copy, int64_t bound)
{
    int64_t n_values = 0;

    for (size_t i = 0; i < WEFT_HISTOGRAM_N_BUCKETS && weft_histogram_upper_bound(i) <= bound; i++)
        n_values += copy->n_in_bucket[i];
    return n_values;
}

void
weft_histogram_summarize(const WeftHistogramCopy *copy, WeftStatisticSummary *ret_summary)
{
    *ret_summary = (WeftStatisticSummary){
        .n_values = copy->n_values,
        .sum = copy->sum,
        .min = weft_histogram_quantile(copy, 0),
        .max = weft_histogram_quantile(copy, 1000),
        .median = weft_histogram_quantile(copy, 500),
        .p90 = weft_histogram_quantile(copy, 900),
        .p99 = weft_histogram_quantile(copy, 990),
        .p999 = weft_histogram_quantile(copy, 999),
    };
}
