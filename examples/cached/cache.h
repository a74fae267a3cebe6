/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/** Values in memcached, by libmemcached. */
typedef struct Cache Cache;

/** @address: "HOST:PORT"; connections are opened when needed, and kept.  From a fiber. */
Cache *cache_new(const char *address);

/** NULL is fine. */
void cache_free(Cache *cache);

/** @ret_value: (transfer full) (nullable): NULL: there is none.  FALSE: it could not be asked. */
WEFT_PARKS gboolean cache_find(Cache *cache, const char *key, char **ret_value, GError **error);

/** For @ttl_s seconds at most. */
WEFT_PARKS gboolean cache_put(Cache *cache, const char *key, const char *value, unsigned ttl_s,
                              GError **error);

WEFT_PARKS gboolean cache_remove(Cache *cache, const char *key, GError **error);

G_END_DECLS
