/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of observers: only grows, so that it is read without a lock.
 */

#include "fiber/observer.h"
#include <pthread.h>

#define MAX_OBSERVERS 4

atomic_uint weft_n_observers;
static _Atomic(WeftObserver) observers[MAX_OBSERVERS];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static gboolean
is_listed_locked(WeftObserver observer, unsigned n_observers)
{
    for (unsigned i = 0; i < n_observers; i++)
        if (atomic_load(&observers[i]) == observer)
            return TRUE;
    return FALSE;
}

void
weft_observer_add(WeftObserver observer)
{
    pthread_mutex_lock(&mutex);
    const unsigned n_observers = atomic_load(&weft_n_observers);
    if (!is_listed_locked(observer, n_observers)) {
        g_assert(n_observers < MAX_OBSERVERS);
        atomic_store(&observers[n_observers], observer);
        atomic_store(&weft_n_observers, n_observers + 1);
    }
    pthread_mutex_unlock(&mutex);
}

void
weft_observers_call(WeftScheduler *scheduler)
{
    const unsigned n_observers = atomic_load(&weft_n_observers);

    for (unsigned i = 0; i < n_observers; i++)
        atomic_load (&observers[i])(scheduler);
}
