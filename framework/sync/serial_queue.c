/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of jobs, and a pump: the fiber that runs them, which begins with the first and ends with
 * the last.
 */

#include <weft/serial_queue.h>

#include "fiber/wait.h"
#include <weft/group.h>

typedef struct Job Job;
struct Job {
    WeftFiberFunc func;
    gpointer data;
    GDestroyNotify data_free;
    Job *newer;
};

struct WeftSerialQueue {
    const char *name;
    size_t max_jobs;
    size_t n_jobs; /* that wait or run */
    Job *oldest;   /* of those that wait */
    Job **end;     /* where the next one is linked in */
    gboolean has_pump;
    gboolean is_ending;
    GError *failure; /* the first since the last join */
    WeftGroup *group;
    WeftWaitQueue joiners; /* for n_jobs == 0 */
};

WeftSerialQueue *
weft_serial_queue_new(const char *name, size_t max_jobs)
{
    WeftSerialQueue *queue = g_new0(WeftSerialQueue, 1);

    queue->name = name;
    queue->max_jobs = max_jobs;
    queue->end = &queue->oldest;
    queue->group = weft_group_new();
    return queue;
}

static void
drop_data(gpointer data, GDestroyNotify data_free)
{
    if (data_free != NULL)
        data_free(data);
}

/* Returns: (transfer full) (nullable) */
static Job *
take_oldest(WeftSerialQueue *queue)
{
    Job *job = queue->oldest;

    if (job == NULL)
        return NULL;
    queue->oldest = job->newer;
    if (queue->oldest == NULL)
        queue->end = &queue->oldest;
    return job;
}

static void
end_job(WeftSerialQueue *queue, Job *job)
{
    drop_data(job->data, job->data_free);
    g_free(job);
    if (--queue->n_jobs == 0)
        weft_wait_queue_wake_all(&queue->joiners);
}

void
weft_serial_queue_free(WeftSerialQueue *queue)
{
    Job *job;

    if (queue == NULL)
        return;
    queue->is_ending = TRUE;
    g_clear_pointer(&queue->group, weft_group_free);
    while ((job = take_oldest(queue)) != NULL)
        end_job(queue, job);
    g_assert(queue->n_jobs == 0 && weft_wait_queue_is_empty(&queue->joiners));
    g_clear_error(&queue->failure);
    g_free(queue);
}

/* Always TRUE: the failure of a job is not the pump's. */
static gboolean
pump(gpointer data, G_GNUC_UNUSED GError **error)
{
    WeftSerialQueue *queue = data;
    Job *job;

    while (!queue->is_ending && (job = take_oldest(queue)) != NULL) {
        g_autoptr(GError) failure = NULL;

        if (!job->func(job->data, &failure) && queue->failure == NULL)
            queue->failure = g_steal_pointer(&failure);
        end_job(queue, job);
    }
    queue->has_pump = FALSE;
    return TRUE;
}

static void
start_pump(WeftSerialQueue *queue)
{
    /* A fiber begins with the deadline of who made it, whose time is not ours. */
    g_auto(WeftShieldScope) shield = weft_shield_scope();

    queue->has_pump = TRUE;
    weft_group_spawn(queue->group, queue->name, pump, queue, NULL);
}

static gboolean
accepts(const WeftSerialQueue *queue, GError **error)
{
    if (queue->is_ending) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_CLOSED, "\"%s\": it ends", queue->name);
        return FALSE;
    }
    if (queue->n_jobs >= queue->max_jobs) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_LIMIT, "\"%s\": %zu jobs wait already",
                    queue->name, queue->n_jobs);
        return FALSE;
    }
    return TRUE;
}

gboolean
weft_serial_queue_submit(WeftSerialQueue *queue, WeftFiberFunc func, gpointer data,
                         GDestroyNotify data_free, GError **error)
{
    if (!accepts(queue, error)) {
        drop_data(data, data_free);
        return FALSE;
    }

    Job *job = g_new(Job, 1);
    *job = (Job){func, data, data_free, NULL};
    *queue->end = job;
    queue->end = &job->newer;
    queue->n_jobs++;
    if (!queue->has_pump)
        start_pump(queue);
    return TRUE;
}

gboolean
weft_serial_queue_join(WeftSerialQueue *queue, GError **error)
{
    if (!weft_fiber_check(error))
        return FALSE;
    if (queue->n_jobs > 0 && !weft_wait(&queue->joiners, "jobs of a serial queue", error))
        return FALSE;
    if (queue->failure == NULL)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&queue->failure));
    return FALSE;
}

size_t
weft_serial_queue_n_jobs(const WeftSerialQueue *queue)
{
    return queue->n_jobs;
}
