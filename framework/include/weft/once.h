/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/fiber.h>

G_BEGIN_DECLS

/**
 * Something that is done at most once, by whoever needs it first, while the others of the thread
 * wait for it.
 */
typedef struct WeftOnce WeftOnce;

WeftOnce *weft_once_new(void);

/** Nobody may be in it.  NULL is fine. */
void weft_once_free(WeftOnce *once);

/**
 * Run @func(@data) in this fiber unless it has succeeded before; parks while it runs in another.
 * If it fails, its error is for who ran it, and the one that waits longest tries next with its own
 * @func and @data.  @func must not come back to @once.
 * Returns: TRUE once it has succeeded, here or elsewhere
 */
WEFT_PARKS gboolean weft_once_run(WeftOnce *once, WeftFiberFunc func, gpointer data,
                                  GError **error);

/** TRUE once it has succeeded. */
gboolean weft_once_is_done(const WeftOnce *once);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftOnce, weft_once_free)

G_END_DECLS
