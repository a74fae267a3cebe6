/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/task.h>

G_BEGIN_DECLS

/**
 * Work that begins later, or again and again.  Each is a task in the root group (weft/task.h), with
 * the deadline in force here, and ends when it is cancelled: weft_task_cancel().
 * @name, @data, @data_free: as for weft_spawn()
 * Returns: (transfer full), all of them
 */

/** Run @func once, @delay_ms milliseconds from now; its result is the task's. */
WeftTask *weft_later_ms(int64_t delay_ms, const char *name, WeftTaskFunc func, gpointer data,
                        GDestroyNotify data_free);

typedef enum {
    WEFT_INTERVAL_WAITS_FIRST, /* the first run is one interval from now */
    WEFT_INTERVAL_AT_ONCE,     /* the first run is now, that is when the caller next parks */
} WeftIntervalStart;

/**
 * Run @func again and again with @interval_ms milliseconds of rest between the end of one run and
 * the beginning of the next.  Ends when @func fails; its error is then the task's.
 */
WeftTask *weft_interval_ms(int64_t interval_ms, WeftIntervalStart start, const char *name,
                           WeftFiberFunc func, gpointer data, GDestroyNotify data_free);

/** What weft_rate() does not make up for: runs that were due longer ago are left out. */
#define WEFT_RATE_MAX_BEHIND 8

/**
 * Run @func @times_per_second times a second, by a timetable: run N is due N periods from now,
 * however long the runs took, so that N periods have seen N runs.  One that is late is followed by
 * the next at once (others run in between), but never by more than WEFT_RATE_MAX_BEHIND: a fiber
 * that was held up longer goes on from where the timetable is then.
 * Ends when @func fails; its error is then the task's.
 * @times_per_second: 1 to 1 000 000
 */
WeftTask *weft_rate(unsigned times_per_second, const char *name, WeftFiberFunc func, gpointer data,
                    GDestroyNotify data_free);

/**
 * Run @func again and again.  When it fails, write its error to the log (weft/log.h) as a warning,
 * rest for @pause_ms milliseconds, and go on.  For what serves as long as the program: reconnecting
 * clients, consumers.
 */
WeftTask *weft_loop(int64_t pause_ms, const char *name, WeftFiberFunc func, gpointer data,
                    GDestroyNotify data_free);

G_END_DECLS
