/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table with one place for each key, guarded by a lock a stripe.
 */

#include "http/auth_cache.h"

#include <weft/clock.h>

#include <pthread.h>
#include <string.h>

#define N_STRIPES 16

typedef struct {
    WeftHttpAuthKey key;
    int64_t expires_us; /* 0: empty */
    unsigned generation;
    char user[WEFT_HTTP_MAX_USER_BYTES + 1];
} Entry;

struct WeftHttpAuthCache {
    WeftHttpMacKey *key;
    pthread_mutex_t stripes[N_STRIPES];
    Entry entries[WEFT_HTTP_MAX_CACHED_CREDENTIALS];
};

WeftHttpAuthCache *
weft_http_auth_cache_new(void)
{
    WeftHttpAuthCache *cache = g_new0(WeftHttpAuthCache, 1);

    cache->key = weft_http_mac_key_new();
    for (size_t i = 0; i < N_STRIPES; i++)
        pthread_mutex_init(&cache->stripes[i], NULL);
    return cache;
}

void
weft_http_auth_cache_free(WeftHttpAuthCache *cache)
{
    if (cache == NULL)
        return;
    weft_http_mac_key_free(cache->key);
    for (size_t i = 0; i < N_STRIPES; i++)
        pthread_mutex_destroy(&cache->stripes[i]);
    g_free(cache);
}

void
weft_http_auth_cache_key(const WeftHttpAuthCache *cache, WeftHttpSlice credentials,
                         WeftHttpAuthKey *ret_key)
{
    weft_http_mac(cache->key, credentials.text, credentials.length, ret_key->mac);
}

static size_t
place_of(const WeftHttpAuthKey *key)
{
    uint32_t bits;

    memcpy(&bits, key->mac, sizeof bits);
    return bits % WEFT_HTTP_MAX_CACHED_CREDENTIALS;
}

gboolean
weft_http_auth_cache_find(WeftHttpAuthCache *cache, const WeftHttpAuthKey *key, unsigned generation,
                          char ret_user[WEFT_HTTP_MAX_USER_BYTES + 1])
{
    const size_t place = place_of(key);
    const Entry *entry = &cache->entries[place];
    const int64_t now_us = weft_clock_now_us();

    pthread_mutex_lock(&cache->stripes[place % N_STRIPES]);
    const gboolean is_found = entry->expires_us > now_us && entry->generation == generation &&
                              weft_http_is_same_secretly(&entry->key, key, sizeof *key);
    if (is_found)
        memcpy(ret_user, entry->user, strlen(entry->user) + 1);
    pthread_mutex_unlock(&cache->stripes[place % N_STRIPES]);
    return is_found;
}

void
weft_http_auth_cache_add(WeftHttpAuthCache *cache, const WeftHttpAuthKey *key, unsigned generation,
                         const char *user)
{
    const size_t place = place_of(key);
    Entry *entry = &cache->entries[place];

    pthread_mutex_lock(&cache->stripes[place % N_STRIPES]);
    entry->key = *key;
    entry->generation = generation;
    entry->expires_us = weft_clock_now_us() + WEFT_HTTP_AUTH_CACHE_LIFE_S * G_USEC_PER_SEC;
    g_strlcpy(entry->user, user, sizeof entry->user);
    pthread_mutex_unlock(&cache->stripes[place % N_STRIPES]);
}
