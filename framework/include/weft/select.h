/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/channel.h>

G_BEGIN_DECLS

/**
 * Wait for several channels at once, and send to or receive from the one that can be served:
 *
 *     WeftSelectCase cases[] = {
 *         {.channel = orders, .direction = WEFT_SELECT_RECV},
 *         {.channel = meals, .direction = WEFT_SELECT_SEND, .item = meal},
 *     };
 *     switch (weft_select(cases, G_N_ELEMENTS(cases), WEFT_SELECT_FAIR, error)) {
 *     case 0:
 *         return cases[0].is_closed ? close_kitchen() : cook(cases[0].item);
 *     ...
 *
 * A channel may stand in several cases, to send and to receive, too: a select never meets itself.
 * A case on a closed channel is ready, and marked: to receive once the channel is drained, to send
 * at once.  To go on without it, set its channel to NULL.
 */
typedef enum {
    WEFT_SELECT_RECV,
    WEFT_SELECT_SEND,
} WeftSelectDirection;

typedef struct {
    WeftChannel *channel; /* (nullable): NULL is never ready */
    WeftSelectDirection direction;
    /* What to send: stays the caller's, unless this case is done; then it is NULL.
     * What was received: (out) (transfer full), if this case is done and not closed. */
    gpointer item;
    gboolean is_closed; /* (out): this case is done, and its channel is closed */
} WeftSelectCase;

typedef enum {
    WEFT_SELECT_FAIR = 0,          /* of several that are ready one by chance, each alike */
    WEFT_SELECT_IN_ORDER = 1 << 0, /* of several that are ready the first */
    WEFT_SELECT_NO_WAIT = 1 << 1,  /* do not park if none is ready */
} WeftSelectFlags;

/** Cases of one select at most. */
#define WEFT_SELECT_MAX_CASES 16

/**
 * Do one of @cases; park until one is ready.
 * Returns: the index of the one that is done.  -1 with @error is failure: the deadline,
 * cancellation, or an error that was sent (weft_channel_send_error()); nothing else was sent or
 * received then.  -1 without it: WEFT_SELECT_NO_WAIT, and none is ready.
 */
WEFT_PARKS int weft_select(WeftSelectCase *cases, size_t n_cases, WeftSelectFlags flags,
                           GError **error);

G_END_DECLS
