/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A file descriptor on the event loop: registered once, edge-triggered, for both directions, until
 * it is closed.  Users try the system call first and wait when it says EAGAIN; nothing is ever
 * disarmed.  Belongs to the scheduler of the thread that made it.
 */

#include "fiber/wait.h"

typedef struct WeftDescriptor WeftDescriptor;

/* Called on the event loop, outside of fibers: it may wake and spawn, and must not park. */
typedef void (*WeftDescriptorNotify)(WeftDescriptor *descriptor, gpointer data);

struct WeftDescriptor {
    int fd;
    /* FALSE: the last call got EAGAIN, or less than it had room for; only an edge can change that.
     * Set by the event loop, cleared by users. */
    uint8_t is_readable;
    uint8_t is_writable;
    /* The peer will send no more: what is there, and then the end, can be read at once, and no
     * other edge will tell of it.  Set by the event loop. */
    uint8_t has_ended;
    /* Calls that succeeded at once since the fiber last parked here; see weft_descriptor_spend().
     */
    uint8_t n_spent;
    WeftWaitQueue readers;
    WeftWaitQueue writers;
    WeftDescriptorNotify notify; /* one-shot; NULL: none */
    gpointer notify_data;
};

/*
 * @fd: (transfer full): made non-blocking; closed on failure, too
 */
WeftDescriptor *weft_descriptor_new(int fd, GError **error);

/* Ends all waits on it with WEFT_ERROR_CLOSED, unregisters, closes.  NULL is fine. */
void weft_descriptor_free(WeftDescriptor *descriptor);

/* Park until there is something to read (or the end, or an error): at once if is_readable. */
WEFT_PARKS gboolean weft_descriptor_wait_readable(WeftDescriptor *descriptor, const char *what,
                                                  GError **error);
WEFT_PARKS gboolean weft_descriptor_wait_writable(WeftDescriptor *descriptor, const char *what,
                                                  GError **error);

/*
 * Instead of a fiber that waits: call @notify once, at the next readable edge.  NULL takes it back.
 * Only while is_readable is FALSE: otherwise there may be no further edge.
 */
void weft_descriptor_notify_readable(WeftDescriptor *descriptor, WeftDescriptorNotify notify,
                                     gpointer data);

/*
 * An operation succeeded without waiting.  Fairness: every IO_BUDGET-th of them in a row yields, so
 * that a peer that is always ready does not keep the thread.  FALSE with @error as
 * weft_fiber_yield().
 */
WEFT_PARKS gboolean weft_descriptor_spend(WeftDescriptor *descriptor, GError **error);
