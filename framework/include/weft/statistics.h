/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/**
 * What a program counts: a tree of the process, read as a whole as JSON or as Prometheus' text.
 *
 *     WeftStatistic *sent = weft_statistic_counter("chat.sent{kind=private}", "Messages.");
 *
 *     weft_statistic_add(sent, 1);
 *
 * A name is its path from the root, of words (a-z, 0-9, _) with dots between; the last word may
 * have labels behind it, {key=value,key=value}, whose values are any text without "," "{" "}".  The
 * word carries the unit: "_us" for durations, "_bytes" for sizes.  A name is a statistic or a
 * folder of others, never both; asking for one that is there gives that one, which must be of the
 * same kind.
 *
 * All functions are for any thread, and none parks.  The hot ones touch memory of the calling
 * thread alone: adding takes some 3 ns, recording some 10 ns; reading adds up all threads, those
 * that have ended, too.
 */
typedef struct WeftStatistic WeftStatistic;

typedef enum {
    WEFT_STATISTIC_COUNTER,   /* only grows: what has happened so often */
    WEFT_STATISTIC_GAUGE,     /* what is so now */
    WEFT_STATISTIC_HISTOGRAM, /* how values, as a rule durations, are spread */
} WeftStatisticKind;

/**
 * Find or make a statistic.  It lives until it is removed: keep the pointer where you count.
 * @help: a sentence for who reads it; copied
 * Returns: (transfer none)
 */
WeftStatistic *weft_statistic_counter(const char *name, const char *help);
WeftStatistic *weft_statistic_gauge(const char *name, const char *help);
WeftStatistic *weft_statistic_histogram(const char *name, const char *help);

/** Called when the statistic is read, by whoever reads it: must neither park nor call what is
 * declared in this header. */
typedef int64_t (*WeftStatisticFunc)(gpointer data);

/**
 * A counter or gauge that is not counted but asked for: make it, or give an existing one another
 * function.
 * @kind: not WEFT_STATISTIC_HISTOGRAM
 * @data: must live until weft_statistics_remove() has returned, which waits for a reader
 */
WeftStatistic *weft_statistic_function(const char *name, const char *help, WeftStatisticKind kind,
                                       WeftStatisticFunc func, gpointer data);

/** Add @n to a counter, or to a gauge (negative: take away). */
void weft_statistic_add(WeftStatistic *statistic, int64_t n);

/** Let a gauge show @value; a gauge is either set or added to. */
void weft_statistic_set(WeftStatistic *gauge, int64_t value);

/** Record a value in a histogram; what is below 0 counts as 0. */
void weft_statistic_record(WeftStatistic *histogram, int64_t value);

/** The value of a counter or gauge; of a histogram, how many values it has. */
int64_t weft_statistic_value(WeftStatistic *statistic);

/** Events a second of a counter or histogram, smoothed over some 10 s of being read. */
double weft_statistic_rate(WeftStatistic *statistic);

/** What a histogram holds.  Values up to 100 are exact; above, min, max and quantiles lie within 5
 * % of a value that was recorded, up to 10^10.  Count and sum are exact. */
typedef struct {
    int64_t n_values;
    int64_t sum;
    int64_t min; /* 0 without values, as the others */
    int64_t max;
    int64_t median;
    int64_t p90;
    int64_t p99;
    int64_t p999;
} WeftStatisticSummary;

/** All at one moment. */
void weft_statistic_summarize(WeftStatistic *histogram, WeftStatisticSummary *ret_summary);

/** The value that @permille of 1000 do not exceed; 0 without values. */
int64_t weft_statistic_quantile(WeftStatistic *histogram, unsigned permille);

/** How many values are at most @bound: exact for bounds of one or two significant digits. */
int64_t weft_statistic_count_up_to(WeftStatistic *histogram, int64_t bound);

/** Returns: (nullable): the statistic of that name */
WeftStatistic *weft_statistics_find(const char *name);

/** Begin anew at 0: the counters and histograms at @path and below.  @path: (nullable): NULL: all
 */
void weft_statistics_reset(const char *path);

/** Take those at @path and below out of the tree and free them; nobody uses them any more. */
void weft_statistics_remove(const char *path);

/**
 * The tree at @path and below as one JSON object: folders are objects, gauges numbers, counters
 * {"count", "rate"}, histograms {"count", "rate", "sum", "avg", "min", "max", "p50", "p90", "p99",
 * "p999"}.
 * @path: (nullable): NULL: all
 * Returns: (transfer full)
 */
char *weft_statistics_to_json(const char *path);

/**
 * The same in the text format of Prometheus, version 0.0.4.  Dots become "_", counters end in
 * "_total", and what ends in "_us" becomes "_seconds".
 * @prefix: put before each name, with "_" between; (nullable)
 * Returns: (transfer full)
 */
char *weft_statistics_to_prometheus(const char *path, const char *prefix);

/** Prometheus' name for that format, for a Content-Type field. */
#define WEFT_STATISTICS_PROMETHEUS_TYPE "text/plain; version=0.0.4; charset=utf-8"

G_END_DECLS
