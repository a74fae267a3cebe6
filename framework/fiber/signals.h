/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Signals as bytes in a pipe: SIGTERM, SIGINT, SIGUSR1 and, where wanted, SIGHUP, one byte each,
 * the signal's number.
 */

#include <weft/error.h>

/*
 * Catch the signals, SIGHUP only @with_hangup.  Returns: the pipe's reading end, non-blocking,
 * (transfer full); -1 without
 * @error set if somebody in this process catches them already, with @error set on failure
 */
int weft_signals_begin(gboolean with_hangup, GError **error);

/* Let the next SIGTERM or SIGINT end the process as if nobody had caught it. */
void weft_signals_let_go(void);

/* Back to what was before weft_signals_begin(). */
void weft_signals_end(void);
