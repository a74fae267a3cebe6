/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cache, then the database, then the cache: five lines in store_get(), and what may go wrong
 * with each of them.
 */
#include "store.h"

#include <string.h>
#include <weft/deadline.h>
#include <weft/log.h>
#include <weft/scan.h>

#include "cache.h"
#include "database.h"

enum { TTL_S = 300, MAX_KEY_BYTES = 200, CACHE_MS = 200, DATABASE_MS = 2000 };

struct Store {
    Cache *cache;
    Database *database;
    StoreCounts counts;
};

G_DEFINE_QUARK(store - error - quark, store_error)

Store *
store_new(const char *database_address, const char *cache_address)
{
    Store *store = g_new0(Store, 1);

    store->database = database_new(database_address);
    store->cache = cache_new(cache_address);
    return store;
}

void
store_free(Store *store)
{
    if (store == NULL)
        return;
    cache_free(store->cache);
    database_free(store->database);
    g_free(store);
}

StoreCounts
store_counts(const Store *store)
{
    return store->counts;
}

/* ---- the cache: a help, not a need ---- */

/* A cache that does not answer soon is of no use, and no reason to fail. */
static void
note_cache_failure(Store *store, const GError *failure)
{
    store->counts.n_cache_failures++;
    weft_log(WEFT_LOG_WARNING, "cache: %s", failure->message);
}

WEFT_PARKS static char *
ask_cache(Store *store, const char *key)
{
    g_auto(WeftDeadlineScope) patience = weft_deadline_scope_ms(CACHE_MS);
    g_autoptr(GError) failure = NULL;
    char *value = NULL;

    if (!cache_find(store->cache, key, &value, &failure))
        note_cache_failure(store, failure);
    return value;
}

static void
fill_cache(Store *store, const char *key, const char *value)
{
    g_auto(WeftDeadlineScope) patience = weft_deadline_scope_ms(CACHE_MS);
    g_autoptr(GError) failure = NULL;

    if (!cache_put(store->cache, key, value, TTL_S, &failure))
        note_cache_failure(store, failure);
}

static void
forget_in_cache(Store *store, const char *key)
{
    g_auto(WeftDeadlineScope) patience = weft_deadline_scope_ms(CACHE_MS);
    g_autoptr(GError) failure = NULL;

    if (!cache_remove(store->cache, key, &failure))
        note_cache_failure(store, failure);
}

/* ---- the database ---- */

/* Who asks need not know whose fault it was, only that it is not his. */
static void
call_it_unavailable(GError **error, GError *failure)
{
    weft_log(WEFT_LOG_WARNING, "database: %s", failure->message);
    g_set_error_literal(error, STORE_ERROR, STORE_ERROR_UNAVAILABLE,
                        "the database does not answer");
    g_error_free(failure);
}

WEFT_PARKS static char *
ask_database(Store *store, const char *key, GError **error)
{
    g_auto(WeftDeadlineScope) patience = weft_deadline_scope_ms(DATABASE_MS);
    GError *failure = NULL;
    char *value = NULL;

    if (!database_find(store->database, key, &value, &failure))
        call_it_unavailable(error, failure);
    else if (value == NULL)
        g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "there is no value \"%s\"", key);
    return value;
}

/* ---- both ---- */

/* memcached's protocol is made of lines and words. */
static gboolean
check_key(const char *key, GError **error)
{
    const size_t length = strlen(key);

    if (length > 0 && length <= MAX_KEY_BYTES &&
        weft_scan_while(key, length, WEFT_BYTE_VISIBLE) == length)
        return TRUE;
    g_set_error(error, STORE_ERROR, STORE_ERROR_BAD_KEY, "bad key \"%s\"", key);
    return FALSE;
}

char *
store_get(Store *store, const char *key, GError **error)
{
    if (!check_key(key, error))
        return NULL;

    char *value = ask_cache(store, key);
    if (value != NULL) {
        store->counts.n_hits++;
        return value;
    }
    store->counts.n_misses++;
    value = ask_database(store, key, error);
    if (value != NULL)
        fill_cache(store, key, value);
    return value;
}

/*
 * Forgotten, not replaced: of two that write at once, the cache could keep the value that the
 * database has not.  Who has just read the old one may still bring it into the cache behind us;
 * TTL_S says for how long it is believed there.
 */
gboolean
store_put(Store *store, const char *key, const char *value, GError **error)
{
    g_auto(WeftDeadlineScope) patience = weft_deadline_scope_ms(DATABASE_MS);
    GError *failure = NULL;

    if (!check_key(key, error))
        return FALSE;
    if (!database_put(store->database, key, value, &failure)) {
        call_it_unavailable(error, failure);
        return FALSE;
    }
    forget_in_cache(store, key);
    return TRUE;
}
