/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One queue of all locks, held and awaited, in the order in which they were asked for.  A lock is
 * held when no lock before it in the queue overlaps it; each counts those that do, and whoever
 * leaves the queue takes itself off the counts behind it.
 */
#include "webdav/path_lock.h"

#include <pthread.h>
#include <string.h>
#include <weft/completion.h>

#define MAX_TARGETS 2

typedef struct {
    const char *path;
    size_t len; /* 0 for the root, so that its subtree holds every path */
    guint hash; /* of the path: most pairs differ here */
    WeftDavPathLockScope scope;
} Target;

struct WeftDavPathLockTable {
    pthread_mutex_t mutex; /* guards all below, and all locks; never held across a park */
    GQueue queue;          /* of WeftDavPathLock, by their links */
    size_t n_waiting;
};

struct WeftDavPathLock {
    WeftDavPathLockTable *table;
    GList link;
    Target targets[MAX_TARGETS];
    unsigned n_targets;
    size_t n_blockers;          /* overlapping locks before this one in the queue; 0: held */
    WeftCompletion *completion; /* posted when n_blockers becomes 0; NULL if nobody waits */
};

WeftDavPathLockTable *
weft_dav_path_lock_table_new(void)
{
    WeftDavPathLockTable *table = g_new0(WeftDavPathLockTable, 1);

    /* Spins a little before it sleeps: it is held for less time than that takes. */
    table->mutex = (pthread_mutex_t)PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP;
    g_queue_init(&table->queue);
    return table;
}

void
weft_dav_path_lock_table_free(WeftDavPathLockTable *table)
{
    if (table == NULL)
        return;
    g_assert(g_queue_is_empty(&table->queue));
    pthread_mutex_destroy(&table->mutex);
    g_free(table);
}

static Target
target_of(const char *path, WeftDavPathLockScope scope)
{
    return (Target){
        .path = path,
        .len = path[1] == '\0' ? 0 : strlen(path),
        .hash = g_str_hash(path),
        .scope = scope,
    };
}

/* Whether @target covers a subtree and @other lies below its top. */
static inline gboolean
reaches_down_to(const Target *target, const Target *other)
{
    return target->scope == WEFT_DAV_PATH_LOCK_SUBTREE && target->len < other->len &&
           other->path[target->len] == '/' && memcmp(target->path, other->path, target->len) == 0;
}

static inline gboolean
targets_overlap(const Target *target, const Target *other)
{
    if (target->hash == other->hash && target->len == other->len &&
        memcmp(target->path, other->path, target->len) == 0)
        return TRUE;
    return reaches_down_to(target, other) || reaches_down_to(other, target);
}

static gboolean
locks_overlap(const WeftDavPathLock *lock, const WeftDavPathLock *other)
{
    for (unsigned i = 0; i < lock->n_targets; i++) {
        for (unsigned j = 0; j < other->n_targets; j++) {
            if (targets_overlap(&lock->targets[i], &other->targets[j]))
                return TRUE;
        }
    }
    return FALSE;
}

static void
join_queue_locked(WeftDavPathLock *lock)
{
    WeftDavPathLockTable *table = lock->table;

    for (const GList *link = table->queue.head; link != NULL; link = link->next) {
        if (locks_overlap(lock, link->data))
            lock->n_blockers++;
    }
    g_queue_push_tail_link(&table->queue, &lock->link);
}

static void
grant_locked(WeftDavPathLock *lock)
{
    g_autoptr(WeftCompletion) completion = g_steal_pointer(&lock->completion);

    lock->table->n_waiting--;
    weft_completion_post(completion);
}

static void
leave_queue_locked(WeftDavPathLock *lock)
{
    WeftDavPathLockTable *table = lock->table;
    const GList *behind = lock->link.next;

    g_queue_unlink(&table->queue, &lock->link);
    if (table->n_waiting == 0)
        return;
    for (; behind != NULL; behind = behind->next) {
        WeftDavPathLock *other = behind->data;

        if (other->n_blockers > 0 && locks_overlap(lock, other) && --other->n_blockers == 0)
            grant_locked(other);
    }
}

/* FALSE: the fiber gave up; the lock has left the queue. */
static WEFT_PARKS gboolean
wait_for_turn(WeftDavPathLock *lock, WeftCompletion *completion, GError **error)
{
    WeftDavPathLockTable *table = lock->table;

    if (weft_completion_wait(completion, "path lock", error))
        return TRUE;

    /* It may have been granted since: then the lock is held, and those behind it count on us. */
    pthread_mutex_lock(&table->mutex);
    if (lock->completion != NULL) {
        table->n_waiting--;
        g_clear_pointer(&lock->completion, weft_completion_unref);
    }
    leave_queue_locked(lock);
    pthread_mutex_unlock(&table->mutex);
    return FALSE;
}

/* @lock: (transfer full) */
static WEFT_PARKS WeftDavPathLock *
take(WeftDavPathLock *lock, GError **error)
{
    WeftDavPathLockTable *table = lock->table;
    g_autoptr(WeftCompletion) completion = NULL;

    pthread_mutex_lock(&table->mutex);
    join_queue_locked(lock);
    if (lock->n_blockers > 0) {
        completion = weft_completion_new();
        lock->completion = weft_completion_ref(completion);
        table->n_waiting++;
    }
    pthread_mutex_unlock(&table->mutex);

    if (completion != NULL && !wait_for_turn(lock, completion, error)) {
        g_free(lock);
        return NULL;
    }
    return lock;
}

static WeftDavPathLock *
lock_new(WeftDavPathLockTable *table)
{
    WeftDavPathLock *lock = g_new0(WeftDavPathLock, 1);

    lock->table = table;
    lock->link.data = lock;
    return lock;
}

WeftDavPathLock *
weft_dav_path_lock_take(WeftDavPathLockTable *table, const char *path, WeftDavPathLockScope scope,
                        GError **error)
{
    g_return_val_if_fail(path[0] == '/', NULL);

    WeftDavPathLock *lock = lock_new(table);

    lock->targets[lock->n_targets++] = target_of(path, scope);
    return take(lock, error);
}

WeftDavPathLock *
weft_dav_path_lock_take_two(WeftDavPathLockTable *table, const char *path,
                            WeftDavPathLockScope scope, const char *other_path,
                            WeftDavPathLockScope other_scope, GError **error)
{
    g_return_val_if_fail(path[0] == '/' && other_path[0] == '/', NULL);

    WeftDavPathLock *lock = lock_new(table);

    lock->targets[lock->n_targets++] = target_of(path, scope);
    lock->targets[lock->n_targets++] = target_of(other_path, other_scope);
    return take(lock, error);
}

void
weft_dav_path_lock_put(WeftDavPathLock *lock)
{
    if (lock == NULL)
        return;

    WeftDavPathLockTable *table = lock->table;

    pthread_mutex_lock(&table->mutex);
    g_assert(lock->n_blockers == 0);
    leave_queue_locked(lock);
    pthread_mutex_unlock(&table->mutex);
    g_free(lock);
}
