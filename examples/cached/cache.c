/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libmemcached, in the same way as the database: a pool of handles, each for one fiber at a time.
 */
#include "cache.h"

#include <libmemcached/memcached.h>
#include <stdlib.h>
#include <string.h>
#include <weft/pool.h>

enum { MAX_CONNECTIONS = 20 };

struct Cache {
    char *options;         /* of libmemcached */
    WeftPool *connections; /* of memcached_st */
};

static gpointer
open_connection(gpointer data, GError **error)
{
    const Cache *cache = data;
    memcached_st *connection = memcached(cache->options, strlen(cache->options));

    if (connection == NULL)
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID, "bad options \"%s\"", cache->options);
    return connection;
}

static void
close_connection(gpointer connection)
{
    memcached_free(connection);
}

Cache *
cache_new(const char *address)
{
    Cache *cache = g_new(Cache, 1);
    const WeftPoolOptions options = {.name = "memcached",
                                     .open = open_connection,
                                     .close = close_connection,
                                     .data = cache,
                                     .max_open = MAX_CONNECTIONS};

    cache->options = g_strdup_printf("--SERVER=%s", address);
    cache->connections = weft_pool_new(&options);
    return cache;
}

void
cache_free(Cache *cache)
{
    if (cache == NULL)
        return;
    weft_pool_free(cache->connections);
    g_free(cache->options);
    g_free(cache);
}

/* What was asked for not being there is an answer, too. */
static gboolean
judge(WeftLease *lease, memcached_return_t status, GError **error)
{
    memcached_st *connection = weft_lease_resource(lease);

    if (status == MEMCACHED_SUCCESS || status == MEMCACHED_NOTFOUND) {
        weft_lease_set_healthy(lease);
        return TRUE;
    }
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_IO, "memcached: %s",
                memcached_last_error_message(connection));
    return FALSE;
}

gboolean
cache_find(Cache *cache, const char *key, char **ret_value, GError **error)
{
    g_autoptr(WeftLease) lease = weft_pool_take(cache->connections, error);
    memcached_return_t status;
    uint32_t flags;
    size_t length;

    if (lease == NULL)
        return FALSE;
    char *value =
        memcached_get(weft_lease_resource(lease), key, strlen(key), &length, &flags, &status);
    if (judge(lease, status, error)) {
        *ret_value = value != NULL ? g_strndup(value, length) : NULL;
        free(value);
        return TRUE;
    }
    free(value);
    return FALSE;
}

gboolean
cache_put(Cache *cache, const char *key, const char *value, unsigned ttl_s, GError **error)
{
    g_autoptr(WeftLease) lease = weft_pool_take(cache->connections, error);

    return lease != NULL && judge(lease,
                                  memcached_set(weft_lease_resource(lease), key, strlen(key), value,
                                                strlen(value), ttl_s, 0),
                                  error);
}

gboolean
cache_remove(Cache *cache, const char *key, GError **error)
{
    g_autoptr(WeftLease) lease = weft_pool_take(cache->connections, error);

    return lease != NULL &&
           judge(lease, memcached_delete(weft_lease_resource(lease), key, strlen(key), 0), error);
}
