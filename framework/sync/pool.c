/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots, of which there are max_open: each is empty, idle, or lent.  A lease is the slot itself,
 * and lives from open to close, so that to take and to put costs no memory.
 *
 * While anybody waits, nothing is idle and no slot is empty.  What gets free is handed to who waits
 * longest: the slot with its resource, or the right to open one.  The reaper is a fiber that sleeps
 * until the first idle resource is due; it is there while something is idle.
 */

#include <weft/pool.h>

#include "fiber/scheduler.h"
#include "sync/line.h"
#include <weft/deadline.h>
#include <weft/group.h>

/* What "never" and absurd settings come to: a hundred years. */
#define FOR_EVER_MS ((int64_t)100 * 365 * 24 * 3600 * 1000)

struct WeftLease {
    WeftPool *pool;
    gpointer resource;
    gboolean is_healthy;
    uint64_t n_uses;
    int64_t expires_us; /* by its age */
    int64_t idle_since_us;
    WeftLease *older; /* while idle */
    WeftLease *newer;
};

struct WeftPool {
    WeftPoolOptions options;
    WeftPoolStatistics statistics;
    gboolean is_closed;
    WeftLease *newest; /* idle ones */
    WeftLease *oldest;
    WeftLine takers;     /* place->item: a lease; NULL: the right to open one */
    WeftGroup *group;    /* of the reaper */
    gboolean has_reaper; /* then something is idle, or was when it last looked */
    int64_t reaper_due_us;
    WeftWaitQueue reaper; /* while it sleeps */
};

/* ---- what is idle ---- */

static void
push_idle(WeftPool *pool, WeftLease *lease)
{
    lease->newer = NULL;
    lease->older = pool->newest;
    if (pool->newest != NULL)
        pool->newest->newer = lease;
    else
        pool->oldest = lease;
    pool->newest = lease;
    pool->statistics.n_idle++;
}

static void
remove_idle(WeftPool *pool, WeftLease *lease)
{
    if (lease->newer != NULL)
        lease->newer->older = lease->older;
    else
        pool->newest = lease->older;
    if (lease->older != NULL)
        lease->older->newer = lease->newer;
    else
        pool->oldest = lease->newer;
    pool->statistics.n_idle--;
}

/* When @lease is closed if nobody takes it. */
static int64_t
due_us(const WeftPool *pool, const WeftLease *lease)
{
    return MIN(lease->expires_us, lease->idle_since_us + pool->options.max_idle_ms * 1000);
}

static gboolean
is_aged(const WeftLease *lease, int64_t now_us)
{
    return lease->expires_us <= now_us;
}

/* ---- slots ---- */

/* A slot is empty: whoever waits longest may open, or it stays so. */
static void
free_slot(WeftPool *pool)
{
    WeftPlace *taker = weft_line_oldest(&pool->takers);

    if (taker != NULL) {
        taker->item = NULL;
        weft_line_serve(&pool->takers, taker);
    } else {
        pool->statistics.n_open--;
    }
}

/* End the resource of a lease that nobody has; parks, so @lease is in no list.  The slot is the
 * caller's. */
static void
end_lease(WeftPool *pool, WeftLease *lease)
{
    pool->options.close(lease->resource);
    g_free(lease);
}

/* The same, and free the slot; not before the resource is gone: the other side may have a limit of
 * its own. */
static void
close_lease(WeftPool *pool, WeftLease *lease)
{
    end_lease(pool, lease);
    free_slot(pool);
}

static void
close_idle(WeftPool *pool, WeftLease *lease, uint64_t *count)
{
    remove_idle(pool, lease);
    (*count)++;
    close_lease(pool, lease);
}

static void
close_all_idle(WeftPool *pool)
{
    while (pool->oldest != NULL)
        close_idle(pool, pool->oldest, &pool->statistics.n_dropped_idle);
}

/* ---- the reaper ---- */

/* Close one that is due.  Returns: FALSE: none is */
static gboolean
reap_one(WeftPool *pool, int64_t now_us)
{
    for (WeftLease *lease = pool->oldest; lease != NULL; lease = lease->newer) {
        if (due_us(pool, lease) > now_us)
            continue;
        close_idle(pool, lease,
                   is_aged(lease, now_us) ? &pool->statistics.n_dropped_aged
                                          : &pool->statistics.n_dropped_idle);
        return TRUE;
    }
    return FALSE;
}

static int64_t
first_due_us(const WeftPool *pool)
{
    int64_t first_us = WEFT_DEADLINE_NEVER;

    for (const WeftLease *lease = pool->oldest; lease != NULL; lease = lease->newer)
        first_us = MIN(first_us, due_us(pool, lease));
    return first_us;
}

static gboolean
reap(gpointer data, G_GNUC_UNUSED GError **error)
{
    WeftPool *pool = data;

    while (pool->oldest != NULL && !weft_fiber_is_cancelled()) {
        if (reap_one(pool, weft_scheduler_now_us()))
            continue;
        pool->reaper_due_us = first_due_us(pool);
        g_auto(WeftDeadlineScope) until_due = weft_deadline_scope_at_us(pool->reaper_due_us);
        /* Woken, late or cancelled: it looks in any case. */
        gboolean is_woken = weft_wait(&pool->reaper, "idle resources of a pool", NULL);
        (void)is_woken;
    }
    pool->has_reaper = FALSE;
    return TRUE;
}

/* See to it that @lease, which got idle, ends when it is due. */
static void
watch_idle(WeftPool *pool, const WeftLease *lease)
{
    const int64_t lease_due_us = due_us(pool, lease);

    if (pool->has_reaper) {
        if (lease_due_us < pool->reaper_due_us)
            weft_wait_queue_wake_oldest(&pool->reaper);
    } else {
        /* A fiber begins with the deadline of who made it, whose time is not ours. */
        g_auto(WeftShieldScope) shield = weft_shield_scope();

        pool->has_reaper = TRUE;
        pool->reaper_due_us = WEFT_DEADLINE_NEVER;
        weft_group_spawn(pool->group, pool->options.name, reap, pool, NULL);
    }
}

/* ---- life ---- */

static int64_t
limit_ms(int64_t setting_ms)
{
    return setting_ms > 0 ? MIN(setting_ms, FOR_EVER_MS) : FOR_EVER_MS;
}

WeftPool *
weft_pool_new(const WeftPoolOptions *options)
{
    g_return_val_if_fail(options->name != NULL && options->open != NULL, NULL);
    g_return_val_if_fail(options->close != NULL && options->max_open > 0, NULL);

    WeftPool *pool = g_new0(WeftPool, 1);
    pool->options = *options;
    if (pool->options.max_idle == 0)
        pool->options.max_idle = SIZE_MAX;
    pool->options.max_idle_ms = limit_ms(options->max_idle_ms);
    pool->options.max_age_ms = limit_ms(options->max_age_ms);
    pool->options.check_after_ms = CLAMP(options->check_after_ms, 0, FOR_EVER_MS);
    pool->group = weft_group_new();
    return pool;
}

void
weft_pool_close(WeftPool *pool)
{
    if (pool->is_closed)
        return;
    pool->is_closed = TRUE;
    weft_line_close(&pool->takers);
    close_all_idle(pool);
}

void
weft_pool_free(WeftPool *pool)
{
    if (pool == NULL)
        return;
    weft_pool_close(pool);
    weft_group_free(pool->group);
    g_assert(pool->statistics.n_lent == 0 && pool->statistics.n_open == 0);
    g_assert(weft_line_is_empty(&pool->takers));
    g_free(pool);
}

/* ---- taking ---- */

static void
set_closed(const WeftPool *pool, GError **error)
{
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_CLOSED, "pool \"%s\": closed", pool->options.name);
}

static WeftLease *
open_lease(WeftPool *pool, GError **error)
{
    gpointer resource = pool->options.open(pool->options.data, error);

    if (resource == NULL) {
        g_prefix_error(error, "pool \"%s\": ", pool->options.name);
        pool->statistics.n_open_failures++;
        return NULL;
    }

    WeftLease *lease = g_new0(WeftLease, 1);
    lease->pool = pool;
    lease->resource = resource;
    lease->expires_us = weft_scheduler_now_us() + pool->options.max_age_ms * 1000;
    pool->statistics.n_opened++;
    return lease;
}

/* TRUE if the idle @lease, which is in no list, still serves; may park. */
static gboolean
still_serves(WeftPool *pool, const WeftLease *lease, int64_t now_us)
{
    uint64_t *count;

    if (G_UNLIKELY(is_aged(lease, now_us)))
        count = &pool->statistics.n_dropped_aged;
    else if (G_UNLIKELY(due_us(pool, lease) <= now_us))
        count = &pool->statistics.n_dropped_idle;
    else if (pool->options.is_healthy == NULL ||
             lease->idle_since_us + pool->options.check_after_ms * 1000 > now_us ||
             pool->options.is_healthy(lease->resource, pool->options.data))
        return TRUE;
    else
        count = &pool->statistics.n_dropped_unhealthy;
    (*count)++;
    return FALSE;
}

/* The idle lease that was used last and still serves; parks to find out.
 * @ret_has_slot: on NULL: TRUE if the caller has the slot of one that did not serve */
static WeftLease *
take_idle(WeftPool *pool, gboolean *ret_has_slot)
{
    gboolean has_slot = FALSE;
    WeftLease *lease;

    while ((lease = pool->newest) != NULL) {
        remove_idle(pool, lease);
        const gboolean serves = still_serves(pool, lease, weft_scheduler_now_us());
        if (has_slot)
            free_slot(pool);
        if (serves)
            return lease;
        end_lease(pool, lease);
        has_slot = TRUE;
        /* Who cannot ask any more must not judge the others. */
        if (!weft_fiber_check(NULL))
            break;
    }
    *ret_has_slot = has_slot;
    return NULL;
}

/* Take an empty slot; parks until there is one, or until a lease is handed over with its slot.
 * @ret_lease: (nullable): that lease
 * FALSE: the caller has neither, and the pool may be gone */
static gboolean
take_slot(WeftPool *pool, WeftLease **ret_lease, GError **error)
{
    WeftPlace place = {0};

    if (pool->statistics.n_open < pool->options.max_open) {
        pool->statistics.n_open++;
    } else {
        pool->statistics.n_waits++;
        if (!weft_line_wait(&pool->takers, &place, "pool", error))
            return FALSE;
    }
    *ret_lease = place.item;
    return TRUE;
}

/* Open one in the slot that the caller has. */
static WeftLease *
use_slot(WeftPool *pool, GError **error)
{
    WeftLease *lease = NULL;

    if (pool->is_closed)
        set_closed(pool, error);
    else if (weft_fiber_check(error))
        lease = open_lease(pool, error);
    if (lease == NULL)
        free_slot(pool);
    return lease;
}

static WeftLease *
take_any(WeftPool *pool, GError **error)
{
    gboolean has_slot = FALSE;
    WeftLease *lease = take_idle(pool, &has_slot);

    if (lease != NULL)
        return lease;
    if (!has_slot && pool->is_closed) {
        set_closed(pool, error);
        return NULL;
    }
    if (!has_slot && !take_slot(pool, &lease, error))
        return NULL;
    return lease != NULL ? lease : use_slot(pool, error);
}

WeftLease *
weft_pool_take(WeftPool *pool, GError **error)
{
    if (!weft_fiber_check(error))
        return NULL;

    WeftLease *lease = take_any(pool, error);
    if (lease == NULL)
        return NULL;
    lease->is_healthy = FALSE;
    pool->statistics.n_takes++;
    pool->statistics.n_lent++;
    return lease;
}

gpointer
weft_lease_resource(const WeftLease *lease)
{
    return lease->resource;
}

void
weft_lease_set_healthy(WeftLease *lease)
{
    lease->is_healthy = TRUE;
}

uint64_t
weft_lease_n_uses(const WeftLease *lease)
{
    return lease->n_uses;
}

/* ---- giving back ---- */

/* For who waits longest, or for nobody yet. */
static void
give(WeftPool *pool, WeftLease *lease)
{
    WeftPlace *taker = weft_line_oldest(&pool->takers);

    if (taker != NULL) {
        taker->item = lease;
        weft_line_serve(&pool->takers, taker);
        return;
    }
    push_idle(pool, lease);
    if (pool->statistics.n_idle > pool->options.max_idle)
        close_idle(pool, pool->oldest, &pool->statistics.n_dropped_idle);
    else
        watch_idle(pool, lease);
}

void
weft_pool_put(WeftLease *lease)
{
    if (lease == NULL)
        return;

    WeftPool *pool = lease->pool;
    pool->statistics.n_lent--;
    lease->idle_since_us = weft_scheduler_now_us();
    if (G_UNLIKELY(!lease->is_healthy)) {
        pool->statistics.n_dropped_unhealthy++;
        close_lease(pool, lease);
    } else if (G_UNLIKELY(pool->is_closed)) {
        pool->statistics.n_dropped_idle++;
        close_lease(pool, lease);
    } else if (G_UNLIKELY(is_aged(lease, lease->idle_since_us))) {
        pool->statistics.n_dropped_aged++;
        close_lease(pool, lease);
    } else {
        lease->n_uses++;
        give(pool, lease);
    }
}

void
weft_pool_get_statistics(const WeftPool *pool, WeftPoolStatistics *ret_statistics)
{
    *ret_statistics = pool->statistics;
    ret_statistics->n_waiting = 0;
    for (const WeftPlace *place = pool->takers.oldest; place != NULL; place = place->newer)
        ret_statistics->n_waiting += weft_wait_queue_is_empty(&place->parked) ? 0 : 1;
}
