/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/**
 * Who holds up a thread.  A fiber that computes for long, sleeps outside of weft or waits for a
 * disk stops all others of its thread; the watchdog says which one it is, and where.
 *
 * It is a thread that looks at all schedulers four times in @limit_ms, and costs them nothing.  One
 * that has not come from one fiber to another for @limit_ms gets SIGURG, whose handler takes the
 * backtrace; the report is written within twice @limit_ms, once for each blockage, and again after
 * twice, four times, ... as long.  Many fibers that run briefly hold nothing up.  A process that
 * was stopped (SIGSTOP, a debugger, a machine that slept) is given time anew.
 *
 * The signal may end the call that blocks: sleep() and poll() then return early, with EINTR.
 *
 * It counts in the tree of weft/statistics.h: runtime.watchdog.blockages and .longest_us.
 */

/**
 * Start watching; one watchdog a process, for schedulers of now and later.
 * @limit_ms: at least 4; 100 and more is of use in production
 * @fd: where reports are written; -1: to the log, as warnings
 * Returns: FALSE if there is one already, or no thread to be had
 */
gboolean weft_watchdog_start(int64_t limit_ms, int fd, GError **error);

/** End it; no-op if there is none.  Returns when nothing more will be written. */
void weft_watchdog_stop(void);

G_END_DECLS
