/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/scheduler.h>

G_BEGIN_DECLS

/**
 * A whole program of fibers: all there is in main().
 *
 *     int
 *     main(int argc, char **argv)
 *     {
 *         return weft_dispatch(serve, argv);
 *     }
 *
 * Runs @main as the first fiber of this thread (weft_run()), named "main".  SIGINT or SIGTERM
 * cancels it and everything in the root group, with the signal's name as the reason; a second one
 * ends the process at once.  SIGUSR1 writes all fibers to stderr (weft_dump_fibers()).
 *
 * Returns: what main() returns:
 * - the code of weft_quit(), if that was called;
 * - 0 if @main succeeded;
 * - 128 + the signal's number (130, 143), as in a shell, if @main gave up because of that signal;
 * - 1 if @main failed otherwise.  Its error is written to stderr: `program: message`.
 */
int weft_dispatch(WeftFiberFunc main, gpointer data);

/**
 * End the program that weft_dispatch() runs: cancel @main and the root group; its exit code is
 * @code, whatever @main returns then.  The first call counts.  From any fiber of its thread;
 * returns, and the caller's next WEFT_PARKS call fails.
 */
void weft_quit(int code);

G_END_DECLS
