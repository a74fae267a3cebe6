/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The locks of one server: a tree that all its threads share, and where they are to outlive the
 * process, a journal.  The tree is what counts; the journal follows it.
 *
 * A new lock stands in the tree while it is being stored, so that nobody takes another beside it,
 * and goes again if it cannot be stored.  One that ends stays until its end is stored: whatever
 * fails, the tree and the disk agree.
 */
#include "webdav/locks/lock_store.h"

#include <pthread.h>
#include <weft/clock.h>

#include "webdav/locks/lock_journal.h"
#include "webdav/locks/lock_tree.h"

typedef struct {
    WeftDavLockStore base;
    WeftDavLockJournal *journal; /* (nullable) */
    pthread_mutex_t mutex;       /* guards what follows; never held across a park */
    WeftDavLockTree *tree;
    GHashTable *ending; /* the tokens whose end is being stored; of WeftDavLock */
} LocalLocks;

/* ---- under the mutex ---- */

/* All that has expired goes before anything is looked up, so nobody meets it. */
static void
begin(LocalLocks *locks)
{
    const int64_t now_us = weft_clock_wall_us();
    WeftDavLock *expired;

    pthread_mutex_lock(&locks->mutex);
    while ((expired = weft_dav_lock_tree_sweep(locks->tree, now_us)) != NULL) {
        if (locks->journal != NULL)
            weft_dav_lock_journal_drop(locks->journal, expired, NULL);
        weft_dav_lock_unref(expired);
    }
}

static void
end(LocalLocks *locks)
{
    g_atomic_int_set(&locks->base.n_locks, (int)weft_dav_lock_tree_size(locks->tree));
    pthread_mutex_unlock(&locks->mutex);
}

static gboolean
is_held_locked(const LocalLocks *locks, const char *token)
{
    return weft_dav_lock_tree_find(locks->tree, token) != NULL &&
           !g_hash_table_contains(locks->ending, token);
}

static gboolean
refuse_token(GError **error)
{
    g_set_error_literal(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_NOT_FOUND,
                        "there is no lock with this token");
    return FALSE;
}

/* ---- take and refresh ---- */

/* It is in the tree, but nobody will know of it. */
static void
take_back(LocalLocks *locks, WeftDavLock *lock)
{
    begin(locks);
    if (weft_dav_lock_tree_remove(locks->tree, lock->token))
        weft_dav_lock_journal_drop(locks->journal, lock, NULL);
    end(locks);
}

static WeftDavLock *
local_take(WeftDavLockStore *base, const WeftDavLockRequest *request, GPtrArray *conflicts,
           GError **error)
{
    LocalLocks *locks = (LocalLocks *)base;
    g_autoptr(WeftDavLock) lock = weft_dav_lock_new(request);
    g_autoptr(WeftDavLockReceipt) receipt =
        locks->journal != NULL ? weft_dav_lock_receipt_new() : NULL;

    begin(locks);
    const gboolean is_taken = weft_dav_lock_tree_add(locks->tree, lock, conflicts, error);
    if (is_taken && receipt != NULL)
        weft_dav_lock_journal_put(locks->journal, lock, receipt);
    end(locks);

    if (!is_taken)
        return NULL;
    if (receipt != NULL && !weft_dav_lock_receipt_wait(receipt, error)) {
        take_back(locks, lock);
        return NULL;
    }
    return g_steal_pointer(&lock);
}

static WeftDavLock *
refresh_locked(LocalLocks *locks, const char *token, int64_t timeout_s, WeftDavLockReceipt *receipt)
{
    if (!is_held_locked(locks, token))
        return NULL;

    WeftDavLock *lock =
        weft_dav_lock_new_refreshed(weft_dav_lock_tree_find(locks->tree, token), timeout_s);

    weft_dav_lock_tree_replace(locks->tree, lock);
    if (receipt != NULL)
        weft_dav_lock_journal_put(locks->journal, lock, receipt);
    return lock;
}

/* If it cannot be stored the lock lives longer than was promised: that harms nobody. */
static WeftDavLock *
local_refresh(WeftDavLockStore *base, const char *token, int64_t timeout_s, GError **error)
{
    LocalLocks *locks = (LocalLocks *)base;
    g_autoptr(WeftDavLockReceipt) receipt =
        locks->journal != NULL ? weft_dav_lock_receipt_new() : NULL;

    begin(locks);
    g_autoptr(WeftDavLock) lock = refresh_locked(locks, token, timeout_s, receipt);
    end(locks);

    if (lock == NULL) {
        refuse_token(error);
        return NULL;
    }
    if (receipt != NULL && !weft_dav_lock_receipt_wait(receipt, error))
        return NULL;
    return g_steal_pointer(&lock);
}

/* ---- release and forget ---- */

static void
note_end_locked(LocalLocks *locks, const GPtrArray *leaving, WeftDavLockReceipt *receipt)
{
    for (guint i = 0; i < leaving->len; i++) {
        WeftDavLock *lock = g_ptr_array_index(leaving, i);

        g_hash_table_replace(locks->ending, (gpointer)lock->token, weft_dav_lock_ref(lock));
        weft_dav_lock_journal_drop(locks->journal, lock, i + 1 < leaving->len ? NULL : receipt);
    }
}

static void
end_locks(LocalLocks *locks, const GPtrArray *leaving, gboolean is_stored)
{
    begin(locks);
    for (guint i = 0; i < leaving->len; i++) {
        const WeftDavLock *lock = g_ptr_array_index(leaving, i);

        if (is_stored)
            weft_dav_lock_tree_remove(locks->tree, lock->token);
        g_hash_table_remove(locks->ending, lock->token);
    }
    end(locks);
}

/* Their end is noted, and is stored, or not. */
static WEFT_PARKS gboolean
see_end_through(LocalLocks *locks, const GPtrArray *leaving, WeftDavLockReceipt *receipt,
                GError **error)
{
    g_autoptr(GError) failure = NULL;
    const gboolean is_stored = weft_dav_lock_receipt_wait(receipt, &failure);

    /* A fiber that gave up does not know: the end is noted, so it counts. */
    end_locks(locks, leaving, is_stored || failure->domain != WEFT_DAV_ERROR);
    if (!is_stored)
        g_propagate_error(error, g_steal_pointer(&failure));
    return is_stored;
}

/* What is leaving is in the tree; without a journal it goes at once. */
static void
begin_end_locked(LocalLocks *locks, const GPtrArray *leaving, WeftDavLockReceipt *receipt)
{
    if (receipt != NULL) {
        note_end_locked(locks, leaving, receipt);
        return;
    }
    for (guint i = 0; i < leaving->len; i++)
        weft_dav_lock_tree_remove(locks->tree,
                                  ((WeftDavLock *)g_ptr_array_index(leaving, i))->token);
}

static gboolean
local_release(WeftDavLockStore *base, const char *token, GError **error)
{
    LocalLocks *locks = (LocalLocks *)base;
    g_autoptr(GPtrArray) leaving = weft_dav_locks_new();
    g_autoptr(WeftDavLockReceipt) receipt =
        locks->journal != NULL ? weft_dav_lock_receipt_new() : NULL;

    begin(locks);
    if (is_held_locked(locks, token))
        g_ptr_array_add(leaving, weft_dav_lock_ref(weft_dav_lock_tree_find(locks->tree, token)));
    begin_end_locked(locks, leaving, receipt);
    end(locks);

    if (leaving->len == 0)
        return refuse_token(error);
    return receipt == NULL || see_end_through(locks, leaving, receipt, error);
}

static gboolean
local_forget(WeftDavLockStore *base, const char *path, WeftDavLocksRange range, GError **error)
{
    LocalLocks *locks = (LocalLocks *)base;
    g_autoptr(GPtrArray) leaving = weft_dav_locks_new();
    g_autoptr(WeftDavLockReceipt) receipt =
        locks->journal != NULL ? weft_dav_lock_receipt_new() : NULL;

    begin(locks);
    weft_dav_lock_tree_find_in(locks->tree, path, range, SIZE_MAX, leaving);
    begin_end_locked(locks, leaving, receipt);
    end(locks);

    return leaving->len == 0 || receipt == NULL || see_end_through(locks, leaving, receipt, error);
}

/* ---- looking ---- */

static gboolean
local_find_covering(WeftDavLockStore *base, const char *path, GPtrArray *found,
                    G_GNUC_UNUSED GError **error)
{
    LocalLocks *locks = (LocalLocks *)base;

    begin(locks);
    weft_dav_lock_tree_find_covering(locks->tree, path, found);
    end(locks);
    return TRUE;
}

static gboolean
local_find_in(WeftDavLockStore *base, const char *path, WeftDavLocksRange range, size_t n_max,
              GPtrArray *found, G_GNUC_UNUSED GError **error)
{
    LocalLocks *locks = (LocalLocks *)base;

    begin(locks);
    weft_dav_lock_tree_find_in(locks->tree, path, range, n_max, found);
    end(locks);
    return TRUE;
}

/* ---- the store ---- */

static void
local_free(WeftDavLockStore *base)
{
    LocalLocks *locks = (LocalLocks *)base;

    weft_dav_lock_journal_free(locks->journal);
    weft_dav_lock_tree_free(locks->tree);
    g_hash_table_unref(locks->ending);
    pthread_mutex_destroy(&locks->mutex);
    g_free(locks);
}

static const WeftDavLockStoreMethods local_methods = {
    .take = local_take,
    .refresh = local_refresh,
    .release = local_release,
    .find_covering = local_find_covering,
    .find_in = local_find_in,
    .forget = local_forget,
    .free = local_free,
};

static void
free_lock(gpointer data)
{
    weft_dav_lock_unref(data);
}

static LocalLocks *
local_locks_new(void)
{
    LocalLocks *locks = g_new0(LocalLocks, 1);

    locks->base.methods = &local_methods;
    locks->tree = weft_dav_lock_tree_new();
    locks->ending = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_lock);
    /* Spins a little before it sleeps: it is held for less time than that takes. */
    locks->mutex = (pthread_mutex_t)PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP;
    return locks;
}

WeftDavLockStore *
weft_dav_memory_locks_new(void)
{
    return &local_locks_new()->base;
}

static gboolean
add_stored(LocalLocks *locks, const GPtrArray *stored, GError **error)
{
    for (guint i = 0; i < stored->len; i++) {
        if (!weft_dav_lock_tree_add(locks->tree, g_ptr_array_index(stored, i), NULL, error)) {
            g_prefix_error(error, "locks that were stored contradict each other: ");
            return FALSE;
        }
    }
    locks->base.n_locks = (int)stored->len;
    return TRUE;
}

WeftDavLockStore *
weft_dav_stored_locks_new(const char *state_path, WeftDavDurability durability, GError **error)
{
    g_autoptr(GPtrArray) stored = weft_dav_locks_new();
    WeftDavLockJournal *journal = weft_dav_lock_journal_open(state_path, durability, stored, error);

    if (journal == NULL)
        return NULL;

    LocalLocks *locks = local_locks_new();

    locks->journal = journal;
    if (add_stored(locks, stored, error))
        return &locks->base;
    local_free(&locks->base);
    return NULL;
}

void
weft_dav_lock_store_free(WeftDavLockStore *store)
{
    if (store != NULL)
        store->methods->free(store);
}
