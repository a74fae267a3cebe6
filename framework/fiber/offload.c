/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The offload pool: for each lane a queue and a bounded number of threads, made when needed, that
 * end when idle.  One mutex is enough for all: it is held for a few instructions.
 * pthread's own locks, so that ThreadSanitizer sees them.
 */

#include <weft/offload.h>

#include "fiber/completion.h"
#include "fiber/fiber.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#define DEFAULT_MAX_THREADS 8
#define IDLE_S 10

typedef struct Job Job;
struct Job {
    Job *next;
    WeftOffloadFunc func;
    gpointer data;
    GDestroyNotify abandoned_free;
    WeftCompletion *completion;
};

typedef struct {
    pthread_cond_t has_job;
    Job *oldest;
    Job *newest;
    unsigned n_queued;
    unsigned n_threads;
    unsigned n_idle;
} Lane;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned max_threads = DEFAULT_MAX_THREADS;
static Lane lanes[] = {
    [WEFT_OFFLOAD_DISK] = {.has_job = PTHREAD_COND_INITIALIZER},
    [WEFT_OFFLOAD_NETWORK] = {.has_job = PTHREAD_COND_INITIALIZER},
};

static void
push_locked(Lane *lane, Job *job)
{
    job->next = NULL;
    if (lane->oldest == NULL)
        lane->oldest = job;
    else
        lane->newest->next = job;
    lane->newest = job;
    lane->n_queued++;
    pthread_cond_signal(&lane->has_job);
}

/* Wait for a job.  Returns: (nullable): NULL after IDLE_S without one */
static Job *
next_job_locked(Lane *lane)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += IDLE_S;
    lane->n_idle++;
    while (lane->oldest == NULL)
        if (pthread_cond_timedwait(&lane->has_job, &mutex, &until) == ETIMEDOUT)
            break;
    lane->n_idle--;

    Job *job = lane->oldest;
    if (job == NULL)
        return NULL;
    lane->oldest = job->next;
    lane->n_queued--;
    return job;
}

static void
run_job(Job *job)
{
    gboolean is_wanted = !weft_completion_is_abandoned(job->completion);

    if (is_wanted) {
        job->func(job->data);
        is_wanted = weft_completion_try_post(job->completion);
    }
    if (!is_wanted && job->abandoned_free != NULL)
        job->abandoned_free(job->data);
    weft_completion_unref(job->completion);
    g_free(job);
}

static void *
work(void *data)
{
    Lane *lane = data;
    Job *job;

    pthread_mutex_lock(&mutex);
    while ((job = next_job_locked(lane)) != NULL) {
        pthread_mutex_unlock(&mutex);
        run_job(job);
        pthread_mutex_lock(&mutex);
    }
    lane->n_threads--;
    pthread_mutex_unlock(&mutex);
    return NULL;
}

/* Signals are for the threads that run schedulers. */
static gboolean
start_thread(Lane *lane)
{
    sigset_t all;
    sigset_t before;
    pthread_t thread;
    pthread_attr_t attributes;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    const int failure = pthread_create(&thread, &attributes, work, lane);
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failure == 0;
}

/* FALSE: there is no thread to be had at all. */
static gboolean
submit(Lane *lane, Job *job)
{
    pthread_mutex_lock(&mutex);
    if (lane->n_queued >= lane->n_idle && lane->n_threads < max_threads && start_thread(lane))
        lane->n_threads++;
    const gboolean has_thread = lane->n_threads > 0;
    if (has_thread)
        push_locked(lane, job);
    pthread_mutex_unlock(&mutex);
    return has_thread;
}

gboolean
weft_offload(WeftOffloadLane lane, WeftOffloadFunc func, gpointer data,
             GDestroyNotify abandoned_free, GError **error)
{
    if (weft_fiber_current() == NULL) {
        func(data);
        return TRUE;
    }

    g_autoptr(WeftCompletion) completion = weft_completion_new();
    Job *job = g_new(Job, 1);
    *job = (Job){.func = func,
                 .data = data,
                 .abandoned_free = abandoned_free,
                 .completion = weft_completion_ref(completion)};
    if (!submit(&lanes[lane], job))
        run_job(job); /* holds the thread up, but gets done */
    return weft_completion_wait(completion, "offload", error);
}

void
weft_offload_wait(WeftOffloadLane lane, WeftOffloadFunc func, gpointer data)
{
    if (weft_fiber_current() == NULL) {
        func(data);
        return;
    }

    g_auto(WeftShieldScope) shield = weft_shield_scope();
    if (!weft_offload(lane, func, data, NULL, NULL))
        g_assert_not_reached(); /* shielded */
}

WeftOffloadLoad
weft_offload_load(WeftOffloadLane lane)
{
    pthread_mutex_lock(&mutex);
    const WeftOffloadLoad load = {.n_queued = lanes[lane].n_queued,
                                  .n_running = lanes[lane].n_threads - lanes[lane].n_idle};
    pthread_mutex_unlock(&mutex);
    return load;
}

void
weft_offload_set_max_threads(unsigned n_threads)
{
    pthread_mutex_lock(&mutex);
    max_threads = MAX(n_threads, 1);
    pthread_mutex_unlock(&mutex);
}
