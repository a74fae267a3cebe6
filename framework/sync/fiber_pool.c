/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A group whose fibers never fail, a count, and a queue of those who want to spawn.  A place that
 * gets free is handed to who waits longest.
 */

#include <weft/fiber_pool.h>

#include "fiber/wait.h"
#include <weft/deadline.h>
#include <weft/group.h>

struct WeftFiberPool {
    const char *name;
    size_t max_fibers;
    size_t n_fibers; /* that have a place, begun or not; max_fibers while anybody waits */
    size_t n_failed;
    gboolean is_closed;
    GError *failure; /* the first since the last join */
    WeftGroup *group;
    WeftWaitQueue spawners;
    WeftWaitQueue joiners; /* for n_fibers == 0 */
};

typedef struct {
    WeftFiberPool *pool;
    WeftFiberFunc func;
    gpointer data;
    GDestroyNotify data_free;
    int64_t deadline_us;
    gboolean has_begun;
} Job;

WeftFiberPool *
weft_fiber_pool_new(const char *name, size_t max_fibers)
{
    g_return_val_if_fail(max_fibers > 0, NULL);

    WeftFiberPool *pool = g_new0(WeftFiberPool, 1);
    pool->name = name;
    pool->max_fibers = max_fibers;
    pool->group = weft_group_new();
    return pool;
}

void
weft_fiber_pool_free(WeftFiberPool *pool)
{
    if (pool == NULL)
        return;
    pool->is_closed = TRUE;
    g_clear_pointer(&pool->group, weft_group_free);
    g_assert(pool->n_fibers == 0);
    g_assert(weft_wait_queue_is_empty(&pool->spawners));
    g_assert(weft_wait_queue_is_empty(&pool->joiners));
    g_clear_error(&pool->failure);
    g_free(pool);
}

static void
note_failure(WeftFiberPool *pool, GError *failure)
{
    pool->n_failed++;
    if (pool->failure == NULL)
        pool->failure = failure;
    else
        g_error_free(failure);
}

/* Always TRUE: a failed fiber would end its group. */
static gboolean
run_job(gpointer data, G_GNUC_UNUSED GError **error)
{
    Job *job = data;
    GError *failure = NULL;
    g_auto(WeftDeadlineScope) spawners = weft_deadline_scope_at_us(job->deadline_us);

    job->has_begun = TRUE;
    if (!weft_fiber_check(&failure) || !job->func(job->data, &failure))
        note_failure(job->pool, failure);
    return TRUE;
}

static void
drop_data(gpointer data, GDestroyNotify data_free)
{
    if (data_free != NULL)
        data_free(data);
}

/* A place gets free. */
static void
leave(WeftFiberPool *pool)
{
    if (weft_wait_queue_wake_oldest(&pool->spawners) != NULL)
        return;
    if (--pool->n_fibers == 0)
        weft_wait_queue_wake_all(&pool->joiners);
}

static void
job_free(gpointer data)
{
    Job *job = data;

    if (!job->has_begun)
        note_failure(job->pool, g_error_new_literal(WEFT_ERROR, WEFT_ERROR_CANCELLED,
                                                    "cancelled before it began"));
    drop_data(job->data, job->data_free);
    leave(job->pool);
    g_free(job);
}

/* The caller has a place for it. */
static void
start(WeftFiberPool *pool, WeftFiberFunc func, gpointer data, GDestroyNotify data_free)
{
    Job *job = g_new(Job, 1);
    *job = (Job){pool, func, data, data_free, weft_deadline_us(), FALSE};

    /* The deadline is the job's, not the fiber's: one that is late before it first ran would fail,
     * and with it the group. */
    g_auto(WeftShieldScope) shield = weft_shield_scope();
    weft_group_spawn(pool->group, pool->name, run_job, job, job_free);
}

static gboolean
take_place(WeftFiberPool *pool)
{
    if (pool->is_closed || pool->n_fibers == pool->max_fibers)
        return FALSE;
    pool->n_fibers++;
    return TRUE;
}

static void
set_closed(const WeftFiberPool *pool, GError **error)
{
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_CLOSED, "fiber pool \"%s\": closed", pool->name);
}

/* FALSE: the caller has no place, and the pool may be gone. */
static gboolean
wait_for_place(WeftFiberPool *pool, GError **error)
{
    if (!weft_fiber_check(error))
        return FALSE;
    if (take_place(pool))
        return TRUE;
    if (pool->is_closed) {
        set_closed(pool, error);
        return FALSE;
    }
    if (!weft_wait(&pool->spawners, "room in a fiber pool", error))
        return FALSE;
    if (!pool->is_closed)
        return TRUE;
    set_closed(pool, error);
    leave(pool);
    return FALSE;
}

gboolean
weft_fiber_pool_spawn(WeftFiberPool *pool, WeftFiberFunc func, gpointer data,
                      GDestroyNotify data_free, GError **error)
{
    if (!wait_for_place(pool, error)) {
        drop_data(data, data_free);
        return FALSE;
    }
    start(pool, func, data, data_free);
    return TRUE;
}

gboolean
weft_fiber_pool_try_spawn(WeftFiberPool *pool, WeftFiberFunc func, gpointer data,
                          GDestroyNotify data_free)
{
    if (!take_place(pool)) {
        drop_data(data, data_free);
        return FALSE;
    }
    start(pool, func, data, data_free);
    return TRUE;
}

gboolean
weft_fiber_pool_join(WeftFiberPool *pool, GError **error)
{
    if (!weft_fiber_check(error))
        return FALSE;
    if (pool->n_fibers > 0 && !weft_wait(&pool->joiners, "jobs of a fiber pool", error))
        return FALSE;
    if (pool->failure == NULL)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&pool->failure));
    return FALSE;
}

void
weft_fiber_pool_close(WeftFiberPool *pool)
{
    pool->is_closed = TRUE;
    weft_wait_queue_close(&pool->spawners);
}

void
weft_fiber_pool_cancel(WeftFiberPool *pool, const char *reason)
{
    weft_fiber_pool_close(pool);
    weft_group_cancel(pool->group, reason);
}

size_t
weft_fiber_pool_n_fibers(const WeftFiberPool *pool)
{
    return pool->n_fibers;
}

size_t
weft_fiber_pool_n_failed(const WeftFiberPool *pool)
{
    return pool->n_failed;
}
