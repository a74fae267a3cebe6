/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lock functions of libc and GLib, under their own names: the executable's definition is the
 * one that everybody finds.  The real ones are looked up before main(), by functions that lock
 * nothing; who calls earlier looks them up himself.
 */

#include "debug_locks/held.h"

#include <dlfcn.h>
#include <pthread.h>
#include <time.h>

typedef int (*LockFunc)(void *lock);
typedef int (*TimedLockFunc)(void *lock, const struct timespec *until);
typedef void (*GLockFunc)(void *lock);
typedef gboolean (*GTryLockFunc)(void *lock);

typedef enum {
    MUTEX_LOCK,
    MUTEX_TRYLOCK,
    MUTEX_TIMEDLOCK,
    MUTEX_UNLOCK,
    RWLOCK_RDLOCK,
    RWLOCK_TRYRDLOCK,
    RWLOCK_WRLOCK,
    RWLOCK_TRYWRLOCK,
    RWLOCK_UNLOCK,
    G_LOCK,
    G_TRYLOCK,
    G_UNLOCK_,
    N_FUNCTIONS,
} Function;

static const char *const names[N_FUNCTIONS] = {
    [MUTEX_LOCK] = "pthread_mutex_lock",
    [MUTEX_TRYLOCK] = "pthread_mutex_trylock",
    [MUTEX_TIMEDLOCK] = "pthread_mutex_timedlock",
    [MUTEX_UNLOCK] = "pthread_mutex_unlock",
    [RWLOCK_RDLOCK] = "pthread_rwlock_rdlock",
    [RWLOCK_TRYRDLOCK] = "pthread_rwlock_tryrdlock",
    [RWLOCK_WRLOCK] = "pthread_rwlock_wrlock",
    [RWLOCK_TRYWRLOCK] = "pthread_rwlock_trywrlock",
    [RWLOCK_UNLOCK] = "pthread_rwlock_unlock",
    [G_LOCK] = "g_mutex_lock",
    [G_TRYLOCK] = "g_mutex_trylock",
    [G_UNLOCK_] = "g_mutex_unlock",
};

static void *real_functions[N_FUNCTIONS];

static void *
real(Function function)
{
    void *there = __atomic_load_n(&real_functions[function], __ATOMIC_RELAXED);

    if (G_LIKELY(there != NULL))
        return there;
    there = dlsym(RTLD_NEXT, names[function]);
    __atomic_store_n(&real_functions[function], there, __ATOMIC_RELAXED);
    return there;
}

__attribute__((constructor(101))) static void
find_all(void)
{
    for (int i = 0; i < N_FUNCTIONS; i++)
        real((Function)i);
}

/* @result: of a function that takes a lock if it returns 0 */
static int
took(int result, void *lock, const void *caller)
{
    if (result == 0)
        weft_held_add(lock, caller);
    return result;
}

static int
lock_with(Function function, void *lock, const void *caller)
{
    weft_held_check(lock, caller);
    return took(((LockFunc)real(function))(lock), lock, caller);
}

static int
try_with(Function function, void *lock, const void *caller)
{
    return took(((LockFunc)real(function))(lock), lock, caller);
}

static int
unlock_with(Function function, void *lock)
{
    weft_held_remove(lock);
    return ((LockFunc)real(function))(lock);
}

#define EXPORTED __attribute__((visibility("default")))

EXPORTED int
pthread_mutex_lock(pthread_mutex_t *mutex)
{
    return lock_with(MUTEX_LOCK, mutex, __builtin_return_address(0));
}

EXPORTED int
pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    return try_with(MUTEX_TRYLOCK, mutex, __builtin_return_address(0));
}

EXPORTED int
pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *until)
{
    const void *caller = __builtin_return_address(0);

    weft_held_check(mutex, caller);
    return took(((TimedLockFunc)real(MUTEX_TIMEDLOCK))(mutex, until), mutex, caller);
}

EXPORTED int
pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    return unlock_with(MUTEX_UNLOCK, mutex);
}

EXPORTED int
pthread_rwlock_rdlock(pthread_rwlock_t *rwlock)
{
    return lock_with(RWLOCK_RDLOCK, rwlock, __builtin_return_address(0));
}

EXPORTED int
pthread_rwlock_tryrdlock(pthread_rwlock_t *rwlock)
{
    return try_with(RWLOCK_TRYRDLOCK, rwlock, __builtin_return_address(0));
}

EXPORTED int
pthread_rwlock_wrlock(pthread_rwlock_t *rwlock)
{
    return lock_with(RWLOCK_WRLOCK, rwlock, __builtin_return_address(0));
}

EXPORTED int
pthread_rwlock_trywrlock(pthread_rwlock_t *rwlock)
{
    return try_with(RWLOCK_TRYWRLOCK, rwlock, __builtin_return_address(0));
}

EXPORTED int
pthread_rwlock_unlock(pthread_rwlock_t *rwlock)
{
    return unlock_with(RWLOCK_UNLOCK, rwlock);
}

EXPORTED void
g_mutex_lock(GMutex *mutex)
{
    const void *caller = __builtin_return_address(0);

    weft_held_check(mutex, caller);
    ((GLockFunc)real(G_LOCK))(mutex);
    weft_held_add(mutex, caller);
}

EXPORTED gboolean
g_mutex_trylock(GMutex *mutex)
{
    const gboolean is_taken = ((GTryLockFunc)real(G_TRYLOCK))(mutex);

    if (is_taken)
        weft_held_add(mutex, __builtin_return_address(0));
    return is_taken;
}

EXPORTED void
g_mutex_unlock(GMutex *mutex)
{
    weft_held_remove(mutex);
    ((GLockFunc)real(G_UNLOCK_))(mutex);
}
