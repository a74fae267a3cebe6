/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/** What the service does, whatever protocol asks for it: values, from a cache if it has them. */
typedef struct Store Store;

#define STORE_ERROR (store_error_quark())
typedef enum {
    STORE_ERROR_NOT_FOUND,   /* nothing is stored under that key */
    STORE_ERROR_UNAVAILABLE, /* the database cannot be asked now */
    STORE_ERROR_BAD_KEY,     /* not 1 to 200 visible characters of ASCII */
} StoreError;
GQuark store_error_quark(void);

/** "HOST:PORT" each.  From a fiber. */
Store *store_new(const char *database_address, const char *cache_address);

/** NULL is fine. */
void store_free(Store *store);

/** Returns: (transfer full): the value; NULL with a STORE_ERROR, or the fiber's own */
WEFT_PARKS char *store_get(Store *store, const char *key, GError **error);
WEFT_PARKS gboolean store_put(Store *store, const char *key, const char *value, GError **error);

typedef struct {
    uint64_t n_hits;
    uint64_t n_misses;
    uint64_t n_cache_failures;
} StoreCounts;
StoreCounts store_counts(const Store *store);

G_END_DECLS
