/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The offload pool: a queue and a bounded number of threads, made when needed, that end when idle.
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

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t has_job;
    Job *oldest;
    Job **end;
    unsigned max_threads;
    unsigned n_threads;
    unsigned n_idle;
    unsigned n_queued;
} pool = {.mutex = PTHREAD_MUTEX_INITIALIZER,
          .has_job = PTHREAD_COND_INITIALIZER,
          .end = &pool.oldest,
          .max_threads = DEFAULT_MAX_THREADS};

/* Wait for a job.  Returns: (nullable): NULL after IDLE_S without one */
static Job *
next_job_locked(void)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += IDLE_S;
    pool.n_idle++;
    while (pool.oldest == NULL)
        if (pthread_cond_timedwait(&pool.has_job, &pool.mutex, &until) == ETIMEDOUT)
            break;
    pool.n_idle--;

    Job *job = pool.oldest;
    if (job == NULL)
        return NULL;
    pool.n_queued--;
    pool.oldest = job->next;
    if (pool.oldest == NULL)
        pool.end = &pool.oldest;
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
work(G_GNUC_UNUSED void *data)
{
    Job *job;

    pthread_mutex_lock(&pool.mutex);
    while ((job = next_job_locked()) != NULL) {
        pthread_mutex_unlock(&pool.mutex);
        run_job(job);
        pthread_mutex_lock(&pool.mutex);
    }
    pool.n_threads--;
    pthread_mutex_unlock(&pool.mutex);
    return NULL;
}

/* Signals are for the threads that run schedulers. */
static gboolean
start_thread(void)
{
    sigset_t all;
    sigset_t before;
    pthread_t thread;
    pthread_attr_t attributes;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    const int failure = pthread_create(&thread, &attributes, work, NULL);
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failure == 0;
}

static gboolean
submit(Job *job)
{
    pthread_mutex_lock(&pool.mutex);
    gboolean has_thread = pool.n_threads > 0;
    if (pool.n_queued >= pool.n_idle && pool.n_threads < pool.max_threads && start_thread()) {
        pool.n_threads++;
        has_thread = TRUE;
    }
    if (has_thread) {
        job->next = NULL;
        pool.n_queued++;
        *pool.end = job;
        pool.end = &job->next;
        pthread_cond_signal(&pool.has_job);
    }
    pthread_mutex_unlock(&pool.mutex);
    return has_thread;
}

gboolean
weft_offload(WeftOffloadFunc func, gpointer data, GDestroyNotify abandoned_free, GError **error)
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
    if (!submit(job)) {
        /* No thread to be had at all: late is better than never. */
        run_job(job);
    }
    return weft_completion_wait(completion, "offload", error);
}

void
weft_offload_wait(WeftOffloadFunc func, gpointer data)
{
    if (weft_fiber_current() == NULL) {
        func(data);
        return;
    }

    g_auto(WeftShieldScope) shield = weft_shield_scope();
    if (!weft_offload(func, data, NULL, NULL))
        g_assert_not_reached(); /* shielded */
}

void
weft_offload_set_max_threads(unsigned n_threads)
{
    pthread_mutex_lock(&pool.mutex);
    pool.max_threads = MAX(n_threads, 1);
    pthread_mutex_unlock(&pool.mutex);
}
