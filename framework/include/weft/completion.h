/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/**
 * One thing that happens once, on whatever thread, and one fiber that waits for it.  The bridge
 * from other threads (and other schedulers' fibers) to a fiber: everything else in weft belongs to
 * one thread.  Reference counted: the waiting fiber holds one, who posts holds one.
 */
typedef struct WeftCompletion WeftCompletion;

/** A completion that a fiber of the calling scheduler will wait for; from a fiber. */
WeftCompletion *weft_completion_new(void);
WeftCompletion *weft_completion_ref(WeftCompletion *completion);
void weft_completion_unref(WeftCompletion *completion);

/** It has happened.  From any thread, once.  Wakes the waiting fiber, if it still waits. */
void weft_completion_post(WeftCompletion *completion);

/** TRUE if it was posted; from any thread. */
gboolean weft_completion_is_posted(const WeftCompletion *completion);

/** Park until it is posted; @what: a literal for dumps: what is waited for. */
WEFT_PARKS gboolean weft_completion_wait(WeftCompletion *completion, const char *what,
                                         GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftCompletion, weft_completion_unref)

G_END_DECLS
