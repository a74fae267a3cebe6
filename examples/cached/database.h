/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>
#include <weft/pool.h>

G_BEGIN_DECLS

/** A table of values in MariaDB, by libmariadb. */
typedef struct Database Database;

/** @address: "HOST:PORT"; connections are opened when needed, and kept.  From a fiber. */
Database *database_new(const char *address);

/** NULL is fine. */
void database_free(Database *database);

/** @ret_value: (transfer full) (nullable): NULL: there is none.  FALSE: it could not be asked. */
WEFT_PARKS gboolean database_find(Database *database, const char *key, char **ret_value,
                                  GError **error);

WEFT_PARKS gboolean database_put(Database *database, const char *key, const char *value,
                                 GError **error);

G_END_DECLS
