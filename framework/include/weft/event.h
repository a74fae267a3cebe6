/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/**
 * A gate that fibers of one thread wait at: closed until it is set, open until it is cleared.
 */
typedef struct WeftEvent WeftEvent;

/** Cleared. */
WeftEvent *weft_event_new(void);

/** Nobody may wait for it.  NULL is fine. */
void weft_event_free(WeftEvent *event);

/** Wake all that wait, and let through who comes.  Who waited is through, even if it is cleared
 * before he runs.  Twice is harmless. */
void weft_event_set(WeftEvent *event);

/** Who comes from now on waits for the next set. */
void weft_event_clear(WeftEvent *event);

/** TRUE between set and clear. */
gboolean weft_event_is_set(const WeftEvent *event);

/** Park until it is set; TRUE at once if it is. */
WEFT_PARKS gboolean weft_event_wait(WeftEvent *event, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftEvent, weft_event_free)

G_END_DECLS
