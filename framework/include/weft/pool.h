/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/**
 * Things that are costly to open and serve one fiber at a time: connections to a database, as a
 * rule.  A fiber takes one, uses it, and puts it back for the next.
 *
 *     g_autoptr(WeftLease) lease = weft_pool_take(pool, error);
 *     if (lease == NULL || !ask(weft_lease_resource(lease), question, error))
 *         return FALSE;
 *     weft_lease_set_healthy(lease);
 *     return TRUE;
 *
 * A lease that ends without having been called healthy is closed, not kept: so an early return, a
 * deadline in the middle of an answer, and a cancellation never leave a half-used connection to the
 * next one.
 *
 * Who waits longest is served first.  The fibers of one thread only; each thread has a pool.
 */
typedef struct WeftPool WeftPool;

/** A resource lent to one fiber. */
typedef struct WeftLease WeftLease;

/** How a pool is made; what is 0 or NULL has the meaning given. */
typedef struct {
    const char *name; /* in errors and dumps: a literal; required */

    /* Make one; may park, and honours the deadline of the fiber that takes.  NULL is failure, with
     * the error set.  Required. */
    gpointer (*open)(gpointer data, GError **error);

    /* End one: unhealthy, too old, too long idle, or too many.  May park; not more of the pool's
     * business, so no error.  Required. */
    void (*close)(gpointer resource);

    /* Whether one that was idle still serves; may park.  NULL: it is believed. */
    gboolean (*is_healthy)(gpointer resource, gpointer data);

    gpointer data;          /* for open and is_healthy; outlives the pool */
    size_t max_open;        /* at the same time; required */
    size_t max_idle;        /* kept of those; 0: all */
    int64_t max_idle_ms;    /* closed after so long without use; 0: never */
    int64_t max_age_ms;     /* closed so long after it was opened, when it is not lent; 0: never */
    int64_t check_after_ms; /* ask is_healthy only if it was idle for so long; 0: always */
} WeftPoolOptions;

/** What a pool has and did; counts since it was made, unless said otherwise. */
typedef struct {
    size_t n_open;    /* now: idle, lent, and being opened or closed */
    size_t n_idle;    /* now */
    size_t n_lent;    /* now */
    size_t n_waiting; /* now: fibers that wait in take */
    uint64_t n_takes; /* that succeeded */
    uint64_t n_waits; /* takes that had to wait, whether they succeeded or not */
    uint64_t n_opened;
    uint64_t n_open_failures;
    uint64_t n_dropped_unhealthy; /* put back without a word, or refused by is_healthy */
    uint64_t n_dropped_aged;      /* max_age_ms */
    uint64_t n_dropped_idle;      /* max_idle_ms, max_idle, and the end of the pool */
} WeftPoolStatistics;

/** From a fiber.  @options: copied; the name and data are not */
WeftPool *weft_pool_new(const WeftPoolOptions *options);

/** Close what is idle, free.  Nothing may be lent, and nobody may wait.  May park in the options'
 * close.  NULL is fine. */
void weft_pool_free(WeftPool *pool);

/**
 * Lend one: the idle one that was used last, or a new one where the pool may open more; otherwise
 * park until one comes back.
 * Returns: (transfer full): to be put back.  NULL is failure: of open, prefixed with the pool's
 * name; of waiting; WEFT_ERROR_CLOSED.  A failure of open lets the next who waits try.
 */
WEFT_PARKS WeftLease *weft_pool_take(WeftPool *pool, GError **error);

/**
 * The end of a lease, which g_autoptr(WeftLease) comes to: its resource goes to the fiber that
 * waits longest or becomes idle, if it was called healthy; else it is closed, which may park, and
 * cannot fail.  NULL is fine.
 */
void weft_pool_put(WeftLease *lease);

/** Returns: (transfer none): what open made; until the lease ends */
gpointer weft_lease_resource(const WeftLease *lease);

/** The resource is in a state in which the next one can use it. */
void weft_lease_set_healthy(WeftLease *lease);

/** How often it was put back healthy before: 0 means that it was opened for this lease. */
uint64_t weft_lease_n_uses(const WeftLease *lease);

/**
 * Lend no more: who waits or comes fails with WEFT_ERROR_CLOSED, what is idle is closed (which may
 * park), what is lent is closed when it is put back.  Twice is harmless.
 */
void weft_pool_close(WeftPool *pool);

/** A look at it. */
void weft_pool_get_statistics(const WeftPool *pool, WeftPoolStatistics *ret_statistics);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftPool, weft_pool_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftLease, weft_pool_put)

G_END_DECLS
