/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/**
 * A value, or an error, that is not there yet.  It is set once, from any thread; any number of
 * fibers wait for it, those of the thread that made it.  Reference counted: who sets holds a
 * reference, who waits holds one.
 *
 * (A fake clock does not stand still for another thread that is to set a future; for a
 * WeftCompletion and weft_offload() it does.)
 */
typedef struct WeftFuture WeftFuture;

/** From a fiber.  @value_free: (nullable): on the value, when the last reference goes */
WeftFuture *weft_future_new(GDestroyNotify value_free);

/** From any thread. */
WeftFuture *weft_future_ref(WeftFuture *future);

/** From any thread: the last one frees the value there.  NULL is fine. */
void weft_future_unref(WeftFuture *future);

/**
 * This is it; from any thread.  Wakes all that wait.
 * @value: (transfer full) (nullable): consumed, on FALSE freed
 * Returns: FALSE if it was set before: the first one stands
 */
gboolean weft_future_set(WeftFuture *future, gpointer value);

/** It has failed; otherwise as above.  @error: (transfer full) */
gboolean weft_future_set_error(WeftFuture *future, GError *error);

/** TRUE once it is set, to a value or an error; from any thread. */
gboolean weft_future_is_set(const WeftFuture *future);

/**
 * Park until it is set.
 * @ret_value: (transfer none) (optional): lives as long as the future
 * Returns: FALSE with a copy of the error it was set to, or with the waiter's own
 */
WEFT_PARKS gboolean weft_future_wait(WeftFuture *future, gpointer *ret_value, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftFuture, weft_future_unref)

G_END_DECLS
