/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/dav_store.h>

G_BEGIN_DECLS

/**
 * Where the locks of LOCK (RFC 4918 6) live.  A lock store is a small struct of methods;
 * weft_dav_memory_locks_new() and weft_dav_stored_locks_new() make two kinds, and one that several
 * servers share is a struct that begins with WeftDavLockStore.
 *
 * Paths are as stores of resources take them (weft/dav_store.h).  All methods may park, and may be
 * called from several schedulers at once.  Each is one step: others see all of it or nothing.  A
 * lock whose time is over is nowhere to be seen, though nobody released it.
 */
typedef struct WeftDavLockStore WeftDavLockStore;

/* Beyond these a lock is refused, or given less than was asked for. */
#define WEFT_DAV_LOCK_MAX_LOCKS 100000      /* in a store: NO_SPACE */
#define WEFT_DAV_LOCK_MAX_SHARED 100        /* on one path: NO_SPACE */
#define WEFT_DAV_LOCK_MAX_OWNER_BYTES 8192  /* of XML: TOO_LARGE */
#define WEFT_DAV_LOCK_MAX_TIMEOUT_S 604800  /* a week; longer ones become this one */
#define WEFT_DAV_LOCK_MAX_CONFLICTS_TOLD 32 /* there may be more */

/** "urn:uuid:" and 36 characters, without NUL. */
#define WEFT_DAV_LOCK_TOKEN_BYTES 45

/**
 * A lock as it was when it was looked up; it does not change.  Reference counted: what points into
 * it lives as long as the reference, from whatever thread.
 */
typedef struct {
    const char *token;     /* urn:uuid:..., which nobody can guess */
    const char *root;      /* the path that was locked */
    gboolean is_infinite;  /* the depth: all below root, too; otherwise root alone */
    gboolean is_shared;    /* others may lock shared, too; otherwise exclusive */
    const char *owner_xml; /* (nullable): DAV:owner as XML that stands alone */
    const char *user;      /* (nullable): who took it */
    int64_t timeout_s;     /* that was granted when it was taken or refreshed */
    int64_t expires_us;    /* wall clock */
} WeftDavLock;

WeftDavLock *weft_dav_lock_ref(const WeftDavLock *lock);
/** NULL is fine. */
void weft_dav_lock_unref(WeftDavLock *lock);

/** Seconds until it expires, rounded up; for DAV:timeout. */
int64_t weft_dav_lock_left_s(const WeftDavLock *lock);

/** TRUE if it holds @path: its root, or below one of depth infinity. */
gboolean weft_dav_lock_covers(const WeftDavLock *lock, const char *path);

/** Returns: (transfer full): an empty array of WeftDavLock that unrefs them */
GPtrArray *weft_dav_locks_new(void);

/** What LOCK asks for.  The strings are copied. */
typedef struct {
    const char *root;
    gboolean is_infinite;
    gboolean is_shared;
    const char *owner_xml; /* (nullable) */
    const char *user;      /* (nullable) */
    int64_t timeout_s;     /* at least 1 */
} WeftDavLockRequest;

/** Which locks on a tree of resources are meant, by their roots. */
typedef enum {
    WEFT_DAV_LOCKS_AT_AND_BELOW,
    WEFT_DAV_LOCKS_BELOW, /* those on the path itself excepted */
} WeftDavLocksRange;

typedef struct {
    /**
     * Take a new lock; it holds, and is stored, on return.
     * @conflicts: (nullable): locks that stand against it are added: on the path, on what it is in,
     * and below it for depth infinity; at most WEFT_DAV_LOCK_MAX_CONFLICTS_TOLD
     * Returns: (transfer full): NULL with LOCKED where there are conflicts, NO_SPACE, TOO_LARGE
     */
    WeftDavLock *(*take)(WeftDavLockStore *store, const WeftDavLockRequest *request,
                         GPtrArray *conflicts, GError **error);

    /**
     * Let a lock begin its time anew.
     * @timeout_s: at least 1
     * Returns: (transfer full): as it is now; NULL with NOT_FOUND where there is no such lock
     */
    WeftDavLock *(*refresh)(WeftDavLockStore *store, const char *token, int64_t timeout_s,
                            GError **error);

    /** End a lock.  NOT_FOUND: there is no such lock (any more). */
    gboolean (*release)(WeftDavLockStore *store, const char *token, GError **error);

    /** Add to @locks those that hold @path: on it, or of depth infinity on what it is in; from the
     * root downwards. */
    gboolean (*find_covering)(WeftDavLockStore *store, const char *path, GPtrArray *locks,
                              GError **error);

    /** Add to @locks those whose root is in @range of @path, whatever their depth; at most @n_max,
     * in no order. */
    gboolean (*find_in)(WeftDavLockStore *store, const char *path, WeftDavLocksRange range,
                        size_t n_max, GPtrArray *locks, GError **error);

    /** End all locks whose root is in @range of @path: what they held is gone. */
    gboolean (*forget)(WeftDavLockStore *store, const char *path, WeftDavLocksRange range,
                       GError **error);

    void (*free)(WeftDavLockStore *store);
} WeftDavLockStoreMethods;

struct WeftDavLockStore {
    const WeftDavLockStoreMethods *methods; /* first member of your own struct */
    int n_locks; /* atomic, kept by the store; 0 only if there is surely none */
};

/** TRUE if there is no lock at all: then nothing need be looked up.  Does not park. */
static inline gboolean
weft_dav_lock_store_is_empty(const WeftDavLockStore *store)
{
    return g_atomic_int_get(&store->n_locks) == 0;
}

/** NULL is fine.  Blocks until what was changed is stored.  Nobody may use it any more. */
void weft_dav_lock_store_free(WeftDavLockStore *store);

/** Locks in memory, none at first; they end with the process. */
WeftDavLockStore *weft_dav_memory_locks_new(void);

/**
 * Locks in memory and in the file "locks.sqlite" of a folder; with those that are there and have
 * not expired.  A method returns once its change would survive what @durability says.
 * @state_path: the folder; it must exist, and belong to this process alone
 * Returns: NULL with a message for the person who started the program
 */
WeftDavLockStore *weft_dav_stored_locks_new(const char *state_path, WeftDavDurability durability,
                                            GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavLock, weft_dav_lock_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavLockStore, weft_dav_lock_store_free)

G_END_DECLS
