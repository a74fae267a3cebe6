/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/**
 * Blocking C libraries that cooperate, unmodified.  A program that links weft::cooperative has the
 * libc calls in which libraries wait (poll, connect, recv, getaddrinfo, sleep and their like:
 * docs/cooperative.md has the list) replaced by ones that park the calling fiber instead of its
 * thread.  There is nothing to call: libcurl, libmariadb, libpq and the others are used from fibers
 * as their manuals say, one connection for one fiber at a time.
 *
 * Outside of fibers, and on threads without a scheduler, nothing changes.  Neither does it for
 * descriptors that are O_NONBLOCK: they answer EAGAIN as ever.
 *
 * The deadline and the cancellation of the fiber reach into such a call: it fails with ETIMEDOUT or
 * ECANCELED, also where it need not have waited, again and again, until the library gives up.
 *
 * WEFT_COOPERATIVE=off in the environment switches all of it off.
 */

/**
 * Look whether the calls of the program's libraries really come here; once, when a program starts.
 * FALSE with @error: they do not, why, and what to do about it.
 */
gboolean weft_cooperative_self_test(GError **error);

/** What it has done so far, in all threads. */
typedef struct {
    uint64_t n_calls;  /* by fibers, of functions that may wait */
    uint64_t n_parks;  /* times that one of them parked its fiber */
    uint64_t n_passed; /* of n_calls, went to libc unchanged: switched off */
} WeftCooperativeCounts;

/** A look from any thread. */
WeftCooperativeCounts weft_cooperative_counts(void);

/**
 * For the rest of the C scope, calls of the running fiber go to libc unchanged, and hold up the
 * thread if they wait.  For a library that cannot stand others running meanwhile.  Outside of
 * fibers it does nothing.
 *
 *     g_auto(WeftCooperativeOffScope) off = weft_cooperative_off_scope();
 */
typedef struct {
    struct WeftCooperativeOff *off; /* (nullable) */
} G_GNUC_UNUSED WeftCooperativeOffScope;

/** Begin it; it ends with the C scope that the result is in. */
WeftCooperativeOffScope weft_cooperative_off_scope(void);
void weft_cooperative_off_scope_end(WeftCooperativeOffScope *scope);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WeftCooperativeOffScope, weft_cooperative_off_scope_end)

G_END_DECLS
