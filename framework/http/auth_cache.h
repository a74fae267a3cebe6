/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Credentials that were found right, for some minutes, so that a request does not cost a slow hash.
 * Kept as keyed hashes in a table of fixed size.
 */
#pragma once

#include "http/auth_hash.h"

G_BEGIN_DECLS

#define WEFT_HTTP_AUTH_CACHE_LIFE_S 300
#define WEFT_HTTP_MAX_CACHED_CREDENTIALS 1024

typedef struct WeftHttpAuthCache WeftHttpAuthCache;
WeftHttpAuthCache *weft_http_auth_cache_new(void);
void weft_http_auth_cache_free(WeftHttpAuthCache *cache);

/** Credentials as a key of the cache. */
typedef struct {
    uint8_t mac[WEFT_HTTP_MAC_BYTES];
} WeftHttpAuthKey;
void weft_http_auth_cache_key(const WeftHttpAuthCache *cache, WeftHttpSlice credentials,
                              WeftHttpAuthKey *ret_key);

/**
 * From any thread; allocates nothing.
 * @generation: what was found right under another one does not count
 * @ret_user: whose they are
 */
gboolean weft_http_auth_cache_find(WeftHttpAuthCache *cache, const WeftHttpAuthKey *key,
                                   unsigned generation,
                                   char ret_user[WEFT_HTTP_MAX_USER_BYTES + 1]);

/** They were found right.  Another entry may have to go. */
void weft_http_auth_cache_add(WeftHttpAuthCache *cache, const WeftHttpAuthKey *key,
                              unsigned generation, const char *user);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftHttpAuthCache, weft_http_auth_cache_free)

G_END_DECLS
