/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/**
 * A count of things under way, and fibers of one thread that wait until it is zero.  For things
 * that are no fibers; for fibers there is weft/group.h.
 */
typedef struct WeftWaitGroup WeftWaitGroup;

WeftWaitGroup *weft_wait_group_new(void);

/** Nobody may wait on it; what is under way may be forgotten.  NULL is fine. */
void weft_wait_group_free(WeftWaitGroup *wait_group);

/** @n_things more are under way. */
void weft_wait_group_add(WeftWaitGroup *wait_group, size_t n_things);

/** One has ended; the last one wakes all that wait. */
void weft_wait_group_done(WeftWaitGroup *wait_group);

/** Park until nothing is under way; TRUE at once where nothing is. */
WEFT_PARKS gboolean weft_wait_group_wait(WeftWaitGroup *wait_group, GError **error);

/** Things under way. */
size_t weft_wait_group_n_things(const WeftWaitGroup *wait_group);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftWaitGroup, weft_wait_group_free)

G_END_DECLS
