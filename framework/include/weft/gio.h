/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>
#include <weft/group.h>

G_BEGIN_DECLS

/**
 * GLib's main loop beside fibers on one thread, and GIO's asynchronous calls in straight lines.
 * For programs that link weft::gio.
 */

/**
 * Dispatch the sources of @context on this thread from now on, until the fiber that does it is
 * cancelled: timeouts, idle functions, GIO's and D-Bus's I/O, what other threads invoke on it.
 * Callbacks run in that fiber: one that parks holds up the other callbacks, and no other fiber.
 * @context: (nullable): NULL: the default one.  It becomes the thread's default, so that calls
 * begun by any fiber here come back to it.  One a thread; nobody else may run it meanwhile.
 * Returns: (transfer none): the fiber; NULL with @error if @context is run by another thread
 */
WeftFiber *weft_gio_serve(WeftGroup *group, GMainContext *context, GError **error);

/**
 * One asynchronous call:
 *
 *     g_autoptr(WeftGioCall) call = weft_gio_call_new();
 *     g_file_load_contents_async(file, weft_gio_call_cancellable(call), weft_gio_call_done, call);
 *     GAsyncResult *result = weft_gio_call_wait(call, error);
 *     if (result == NULL || !g_file_load_contents_finish(file, result, &text, &size, NULL, error))
 *         return FALSE;
 */
typedef struct WeftGioCall WeftGioCall;

/** For one call of the running fiber. */
WeftGioCall *weft_gio_call_new(void);

/** NULL is fine; a call that was begun must have been waited for. */
void weft_gio_call_free(WeftGioCall *call);

/** Returns: (transfer none): to be given to the call that is begun */
GCancellable *weft_gio_call_cancellable(WeftGioCall *call);

/** The GAsyncReadyCallback to give with it; @call: its user data.  Not called by you. */
void weft_gio_call_done(GObject *source, GAsyncResult *result, gpointer call);

/**
 * Park until the call is done.  When the fiber is cancelled or late the GIO call is cancelled, and
 * waited for none the less: what it was given (buffers, say) is free to go when this returns.
 * Returns: (transfer none): for the call's finish function, valid until weft_gio_call_free(); NULL
 * with @error if the fiber was cancelled or late before the call was done
 */
WEFT_PARKS GAsyncResult *weft_gio_call_wait(WeftGioCall *call, GError **error);

/**
 * The other way: while the C scope lasts, cancelling @cancellable, on whatever thread, cancels the
 * running fiber.
 *
 *     g_auto(WeftGioCancelScope) link = weft_gio_cancel_scope(cancellable);
 */
typedef struct {
    GCancellable *cancellable;
    gulong handler;
    struct WeftGioCancelLink *link;
} WeftGioCancelScope;

/** Begin it; it ends with the C scope that the result is in. */
WeftGioCancelScope weft_gio_cancel_scope(GCancellable *cancellable);
void weft_gio_cancel_scope_end(WeftGioCancelScope *scope);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftGioCall, weft_gio_call_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WeftGioCancelScope, weft_gio_cancel_scope_end)

G_END_DECLS
