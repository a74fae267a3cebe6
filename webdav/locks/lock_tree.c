/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Four ways to the same locks: by token, by path, by the order of paths - in which what lies below
 * a path stands right behind it - and by the time of expiry.
 */
#include "webdav/locks/lock_tree.h"

#include <string.h>
#include <weft/random.h>

#include "webdav/path.h"

#define MAX_BYTES ((size_t)256 << 20) /* of all locks; peers choose paths and owners */
#define LOCK_OVERHEAD_BYTES 512       /* of one lock beside its strings, about */

typedef struct Entry Entry;

/* A beginning of a path; the hash is that of these bytes. */
typedef struct {
    const char *text;
    size_t length;
    uint64_t hash;
} Prefix;

/* A path with at least one lock on it. */
typedef struct {
    Prefix key;
    Entry *entries;
    unsigned n_entries;
    char path[];
} Place;

/* A lock in the tree. */
struct Entry {
    WeftDavLock *lock;
    Place *place;
    Entry *next; /* on the same path */
};

struct WeftDavLockTree {
    GHashTable *by_token; /* of Entry, by the token in its lock */
    GHashTable *by_path;  /* of Place, by its key */
    GTree *in_order;      /* of Place, by path */
    GTree *by_expiry;     /* of Entry */
    size_t n_bytes;       /* of all locks */
    uint64_t seed;        /* so that nobody can choose paths that hash alike */
};

/* ---- paths ---- */

static inline uint64_t
hash_step(uint64_t hash, char byte)
{
    hash = (hash ^ (uint8_t)byte) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ (hash >> 29);
}

static guint
hash_prefix(gconstpointer data)
{
    const Prefix *prefix = data;

    return (guint)(prefix->hash >> 32) ^ (guint)prefix->hash;
}

static gboolean
equal_prefix(gconstpointer data, gconstpointer other_data)
{
    const Prefix *prefix = data;
    const Prefix *other = other_data;

    return prefix->hash == other->hash && prefix->length == other->length &&
           memcmp(prefix->text, other->text, prefix->length) == 0;
}

static Prefix
prefix_of(const WeftDavLockTree *tree, const char *path)
{
    Prefix prefix = {.text = path, .hash = tree->seed};

    for (; path[prefix.length] != '\0'; prefix.length++)
        prefix.hash = hash_step(prefix.hash, path[prefix.length]);
    return prefix;
}

/* A slash before all other bytes: "/a", "/a/b", "/a!". */
static inline int
rank(char byte)
{
    return byte == '\0' ? 0 : byte == '/' ? 1 : (uint8_t)byte + 2;
}

static gint
compare_paths(gconstpointer data, gconstpointer other_data, G_GNUC_UNUSED gpointer user_data)
{
    const char *path = data;
    const char *other = other_data;

    while (*path == *other && *path != '\0') {
        path++;
        other++;
    }
    return rank(*path) - rank(*other);
}

/* ---- time ---- */

static gint
compare_expiry(gconstpointer data, gconstpointer other_data, G_GNUC_UNUSED gpointer user_data)
{
    const WeftDavLock *lock = ((const Entry *)data)->lock;
    const WeftDavLock *other = ((const Entry *)other_data)->lock;

    if (lock->expires_us != other->expires_us)
        return lock->expires_us < other->expires_us ? -1 : 1;
    return strcmp(lock->token, other->token);
}

/* ---- making and freeing ---- */

WeftDavLockTree *
weft_dav_lock_tree_new(void)
{
    WeftDavLockTree *tree = g_new0(WeftDavLockTree, 1);

    tree->by_token = g_hash_table_new(g_str_hash, g_str_equal);
    tree->by_path = g_hash_table_new(hash_prefix, equal_prefix);
    tree->in_order = g_tree_new_full(compare_paths, NULL, NULL, NULL);
    tree->by_expiry = g_tree_new_full(compare_expiry, NULL, NULL, NULL);
    weft_random_fill(&tree->seed, sizeof tree->seed);
    return tree;
}

void
weft_dav_lock_tree_free(WeftDavLockTree *tree)
{
    WeftDavLock *lock;

    if (tree == NULL)
        return;
    while ((lock = weft_dav_lock_tree_sweep(tree, INT64_MAX)) != NULL)
        weft_dav_lock_unref(lock);
    g_tree_unref(tree->by_expiry);
    g_tree_unref(tree->in_order);
    g_hash_table_unref(tree->by_path);
    g_hash_table_unref(tree->by_token);
    g_free(tree);
}

size_t
weft_dav_lock_tree_size(const WeftDavLockTree *tree)
{
    return g_hash_table_size(tree->by_token);
}

/* ---- adding ---- */

static size_t
bytes_of(const WeftDavLock *lock)
{
    return LOCK_OVERHEAD_BYTES + strlen(lock->root) +
           (lock->owner_xml != NULL ? strlen(lock->owner_xml) : 0) +
           (lock->user != NULL ? strlen(lock->user) : 0);
}

static gboolean
refuse(GError **error, WeftDavError code, const char *reason)
{
    g_set_error_literal(error, WEFT_DAV_ERROR, (int)code, reason);
    return FALSE;
}

static gboolean
has_room(const WeftDavLockTree *tree, const Place *place, const WeftDavLock *lock, GError **error)
{
    if (lock->owner_xml != NULL && strlen(lock->owner_xml) > WEFT_DAV_LOCK_MAX_OWNER_BYTES)
        return refuse(error, WEFT_DAV_ERROR_TOO_LARGE, "the owner of the lock is too long");
    if (weft_dav_lock_tree_size(tree) >= WEFT_DAV_LOCK_MAX_LOCKS ||
        tree->n_bytes + bytes_of(lock) > MAX_BYTES)
        return refuse(error, WEFT_DAV_ERROR_NO_SPACE, "too many locks");
    if (place != NULL && place->n_entries >= WEFT_DAV_LOCK_MAX_SHARED)
        return refuse(error, WEFT_DAV_ERROR_NO_SPACE, "too many locks on this resource");
    return TRUE;
}

/* RFC 4918 6.1 and 7.4.  What the lock meets on its own path, above and below. */
static GPtrArray *
find_met(const WeftDavLockTree *tree, const WeftDavLock *lock)
{
    GPtrArray *met = weft_dav_locks_new();

    weft_dav_lock_tree_find_covering(tree, lock->root, met);
    if (lock->is_infinite)
        weft_dav_lock_tree_find_in(tree, lock->root, WEFT_DAV_LOCKS_BELOW, SIZE_MAX, met);
    return met;
}

static gboolean
is_free_for(const WeftDavLockTree *tree, const WeftDavLock *lock, GPtrArray *conflicts)
{
    g_autoptr(GPtrArray) met = find_met(tree, lock);
    unsigned n_conflicts = 0;

    for (guint i = 0; i < met->len && n_conflicts < WEFT_DAV_LOCK_MAX_CONFLICTS_TOLD; i++) {
        const WeftDavLock *other = g_ptr_array_index(met, i);

        if (lock->is_shared && other->is_shared)
            continue;
        n_conflicts++;
        if (conflicts != NULL)
            g_ptr_array_add(conflicts, weft_dav_lock_ref(other));
    }
    return n_conflicts == 0;
}

static Place *
add_place(WeftDavLockTree *tree, const Prefix *key)
{
    Place *place = g_malloc(sizeof *place + key->length + 1);

    memcpy(place->path, key->text, key->length + 1);
    place->key = *key;
    place->key.text = place->path;
    place->entries = NULL;
    place->n_entries = 0;
    g_hash_table_insert(tree->by_path, &place->key, place);
    g_tree_insert(tree->in_order, place->path, place);
    return place;
}

gboolean
weft_dav_lock_tree_add(WeftDavLockTree *tree, WeftDavLock *lock, GPtrArray *conflicts,
                       GError **error)
{
    const Prefix key = prefix_of(tree, lock->root);
    Place *place = g_hash_table_lookup(tree->by_path, &key);

    if (!is_free_for(tree, lock, conflicts))
        return refuse(error, WEFT_DAV_ERROR_LOCKED, "a lock stands against it");
    if (!has_room(tree, place, lock, error))
        return FALSE;

    Entry *entry = g_new(Entry, 1);

    if (place == NULL)
        place = add_place(tree, &key);
    *entry = (Entry){.lock = weft_dav_lock_ref(lock), .place = place, .next = place->entries};
    place->entries = entry;
    place->n_entries++;
    g_hash_table_insert(tree->by_token, (gpointer)lock->token, entry);
    g_tree_insert(tree->by_expiry, entry, entry);
    tree->n_bytes += bytes_of(lock);
    return TRUE;
}

/* ---- one lock ---- */

WeftDavLock *
weft_dav_lock_tree_find(const WeftDavLockTree *tree, const char *token)
{
    const Entry *entry = g_hash_table_lookup(tree->by_token, token);

    return entry == NULL ? NULL : entry->lock;
}

void
weft_dav_lock_tree_replace(WeftDavLockTree *tree, WeftDavLock *lock)
{
    Entry *entry = g_hash_table_lookup(tree->by_token, lock->token);
    WeftDavLock *old = entry->lock;

    /* The keys point into the lock: out with the old ones first. */
    g_hash_table_remove(tree->by_token, old->token);
    g_tree_remove(tree->by_expiry, entry);
    entry->lock = weft_dav_lock_ref(lock);
    g_hash_table_insert(tree->by_token, (gpointer)lock->token, entry);
    g_tree_insert(tree->by_expiry, entry, entry);
    weft_dav_lock_unref(old);
}

static void
leave_place(WeftDavLockTree *tree, Entry *entry)
{
    Place *place = entry->place;
    Entry **link = &place->entries;

    while (*link != entry)
        link = &(*link)->next;
    *link = entry->next;
    if (--place->n_entries > 0)
        return;
    g_hash_table_remove(tree->by_path, &place->key);
    g_tree_remove(tree->in_order, place->path);
    g_free(place);
}

/* Returns: (transfer full) */
static WeftDavLock *
remove_entry(WeftDavLockTree *tree, Entry *entry)
{
    WeftDavLock *lock = entry->lock;

    g_hash_table_remove(tree->by_token, lock->token);
    g_tree_remove(tree->by_expiry, entry);
    leave_place(tree, entry);
    tree->n_bytes -= bytes_of(lock);
    g_free(entry);
    return lock;
}

gboolean
weft_dav_lock_tree_remove(WeftDavLockTree *tree, const char *token)
{
    Entry *entry = g_hash_table_lookup(tree->by_token, token);

    if (entry == NULL)
        return FALSE;
    weft_dav_lock_unref(remove_entry(tree, entry));
    return TRUE;
}

WeftDavLock *
weft_dav_lock_tree_sweep(WeftDavLockTree *tree, int64_t now_us)
{
    GTreeNode *first = g_tree_node_first(tree->by_expiry);

    if (first == NULL)
        return NULL;

    Entry *entry = g_tree_node_value(first);
    return entry->lock->expires_us > now_us ? NULL : remove_entry(tree, entry);
}

/* ---- many ---- */

typedef enum { INFINITE_ONES, ALL } Which;

static void
add_locks_at(const WeftDavLockTree *tree, const Prefix *key, Which which, GPtrArray *locks)
{
    const Place *place = g_hash_table_lookup(tree->by_path, key);

    for (const Entry *entry = place != NULL ? place->entries : NULL; entry != NULL;
         entry = entry->next)
        if (which == ALL || entry->lock->is_infinite)
            g_ptr_array_add(locks, weft_dav_lock_ref(entry->lock));
}

void
weft_dav_lock_tree_find_covering(const WeftDavLockTree *tree, const char *path, GPtrArray *locks)
{
    Prefix prefix = {.text = path, .hash = tree->seed};

    /* "/", "/a", "/a/b": the root is its slash, the others have none at the end. */
    while (path[prefix.length] != '\0') {
        prefix.hash = hash_step(prefix.hash, path[prefix.length++]);

        const char next = path[prefix.length];
        if (next == '/' || (next != '\0' && prefix.length == 1))
            add_locks_at(tree, &prefix, INFINITE_ONES, locks);
    }
    add_locks_at(tree, &prefix, ALL, locks);
}

void
weft_dav_lock_tree_find_in(const WeftDavLockTree *tree, const char *path, WeftDavLocksRange range,
                           size_t n_max, GPtrArray *locks)
{
    GTreeNode *node = g_tree_lower_bound(tree->in_order, path);
    size_t n_left = n_max;

    for (; node != NULL; node = g_tree_node_next(node)) {
        const Place *place = g_tree_node_value(node);

        if (!weft_dav_path_is_at_or_below(place->path, path))
            return;
        if (range == WEFT_DAV_LOCKS_BELOW && strcmp(place->path, path) == 0)
            continue;
        for (const Entry *entry = place->entries; entry != NULL; entry = entry->next) {
            if (n_left-- == 0)
                return;
            g_ptr_array_add(locks, weft_dav_lock_ref(entry->lock));
        }
    }
}
