/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The buckets of histograms: 0; each of 1 to 100; then 90 for each power of ten, all equally wide.
 * So a bucket is at most a tenth as wide as its values are large, and all bounds that people like
 * (250, 1000, 2500) are bounds of buckets.
 */

#include <weft/statistics.h>

G_BEGIN_DECLS

#define WEFT_HISTOGRAM_N_EXACT 101
#define WEFT_HISTOGRAM_BUCKETS_PER_DECADE 90
#define WEFT_HISTOGRAM_N_DECADES 8 /* up to 10^10; what is above falls into the last bucket */
#define WEFT_HISTOGRAM_N_BUCKETS                                                                   \
    (WEFT_HISTOGRAM_N_EXACT + WEFT_HISTOGRAM_BUCKETS_PER_DECADE * WEFT_HISTOGRAM_N_DECADES + 1)

/* The bucket that @value falls into. */
size_t weft_histogram_bucket(int64_t value);

/* The largest value that falls into @bucket. */
int64_t weft_histogram_upper_bound(size_t bucket);

/* What stands for all values of @bucket. */
int64_t weft_histogram_middle(size_t bucket);

/* All values of a histogram at one moment. */
typedef struct {
    int64_t n_values;
    int64_t sum;
    int64_t n_in_bucket[WEFT_HISTOGRAM_N_BUCKETS];
} WeftHistogramCopy;

/* The value that @permille of 1000 do not exceed; 0 without values. */
int64_t weft_histogram_quantile(const WeftHistogramCopy *copy, unsigned permille);

/* How many values are at most @bound, if that is a bound of a bucket. */
int64_t weft_histogram_count_up_to(const WeftHistogramCopy *copy, int64_t bound);

void weft_histogram_summarize(const WeftHistogramCopy *copy, WeftStatisticSummary *ret_summary);

G_END_DECLS
