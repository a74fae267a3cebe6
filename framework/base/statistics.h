/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What a statistic is, for those who write the tree as text.
 */

#include "base/histogram.h"

#include <weft/statistics.h>

/* A histogram's first cell has the sum, then follow its buckets. */
#define WEFT_STATISTIC_HISTOGRAM_CELLS (WEFT_HISTOGRAM_N_BUCKETS + 1)

struct WeftStatistic {
    char *name;
    char *help;
    WeftStatisticKind kind;
    WeftStatisticFunc func; /* NULL: it is counted here */
    gpointer data;
    size_t first_cell; /* its place in the cells of every thread */
    size_t n_cells;
    int64_t *base;     /* what the cells held at the last reset, n_cells long; NULL: nothing */
    int64_t set_value; /* of a gauge; atomic */

    int64_t rated_us; /* when the rate was last computed, and what was counted then */
    int64_t rated_count;
    double rate;
    gboolean is_rated;
};

typedef void (*WeftStatisticVisitor)(WeftStatistic *statistic, gpointer data);

/* Call @visit for all at @path and below, labelled ones of a name one after another; the tree is
 * locked meanwhile.  @path: (nullable) */
void weft_statistics_visit(const char *path, WeftStatisticVisitor visit, gpointer data);

/* The rest is for visitors. */

int64_t weft_statistic_value_locked(const WeftStatistic *statistic);
double weft_statistic_rate_locked(WeftStatistic *statistic);

/* Returns: (transfer full): by g_free() */
WeftHistogramCopy *weft_statistic_copy_locked(const WeftStatistic *histogram);
