/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/**
 * A number of permits that fibers of one thread take and put back: bounds how many do something at
 * once.  First come, first served; a try_take() never overtakes who waits.
 */
typedef struct WeftSemaphore WeftSemaphore;

WeftSemaphore *weft_semaphore_new(size_t n_permits);

/** Nobody may wait for it.  NULL is fine. */
void weft_semaphore_free(WeftSemaphore *semaphore);

/** Take one permit; FALSE: the caller has none. */
WEFT_PARKS gboolean weft_semaphore_take(WeftSemaphore *semaphore, GError **error);

/** TRUE if a permit was there, and is now the caller's. */
gboolean weft_semaphore_try_take(WeftSemaphore *semaphore);

/** Put one permit back, or add one; by any fiber. */
void weft_semaphore_put(WeftSemaphore *semaphore);

/** Permits that are there to take. */
size_t weft_semaphore_n_permits(const WeftSemaphore *semaphore);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftSemaphore, weft_semaphore_free)

G_END_DECLS
