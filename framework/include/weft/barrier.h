/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/**
 * A point that a fixed number of fibers of one thread pass together: each waits until all have
 * come.  Then it begins anew.
 */
typedef struct WeftBarrier WeftBarrier;

/** @n_parties: how many pass at a time; not 0 */
WeftBarrier *weft_barrier_new(size_t n_parties);

/** Nobody may wait at it.  NULL is fine. */
void weft_barrier_free(WeftBarrier *barrier);

/**
 * Come, and park until all have come.  Who gives up (cancelled, late) is no longer counted, and the
 * others go on waiting: a group that is cancelled as a whole ends as a whole.
 * @ret_is_last: (optional): TRUE for the one who came last, for what is to be done once a round
 */
WEFT_PARKS gboolean weft_barrier_wait(WeftBarrier *barrier, gboolean *ret_is_last, GError **error);

/** How many have come and wait. */
size_t weft_barrier_n_waiting(const WeftBarrier *barrier);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftBarrier, weft_barrier_free)

G_END_DECLS
