/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/**
 * A number of permits that fibers of one thread take and put back: bounds how many do something at
 * once, or how much.  First come, first served: neither a try_take() nor who wants fewer overtakes
 * who waits.
 */
typedef struct WeftSemaphore WeftSemaphore;

WeftSemaphore *weft_semaphore_new(size_t n_permits);

/** Nobody may wait for it.  NULL is fine. */
void weft_semaphore_free(WeftSemaphore *semaphore);

/** Take one permit; FALSE: the caller has none. */
WEFT_PARKS gboolean weft_semaphore_take(WeftSemaphore *semaphore, GError **error);

/** Take @n_permits, all at once; FALSE: the caller has none. */
WEFT_PARKS gboolean weft_semaphore_take_n(WeftSemaphore *semaphore, size_t n_permits,
                                          GError **error);

/** TRUE if a permit was there for who comes now, and is the caller's. */
gboolean weft_semaphore_try_take(WeftSemaphore *semaphore);

/** TRUE if so many were there for who comes now, and are the caller's. */
gboolean weft_semaphore_try_take_n(WeftSemaphore *semaphore, size_t n_permits);

/** Put one permit back, or add one; by any fiber. */
void weft_semaphore_put(WeftSemaphore *semaphore);

/** Put @n_permits back, or add them; by any fiber. */
void weft_semaphore_put_n(WeftSemaphore *semaphore, size_t n_permits);

/** Permits that nobody has; they may be waited for by somebody who wants more. */
size_t weft_semaphore_n_permits(const WeftSemaphore *semaphore);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftSemaphore, weft_semaphore_free)

G_END_DECLS
