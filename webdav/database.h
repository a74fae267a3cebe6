/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <sqlite3.h>
#include <weft/dav_store.h>

G_BEGIN_DECLS

/**
 * A file of SQLite that belongs to this process alone: opened, judged, and prepared.  All of it
 * blocks; one thread at a time uses a database.
 */

/** What is in such a file. */
typedef struct {
    const char *what;   /* "locks", for messages */
    int application_id; /* tells it from all other SQLite files */
    int version;        /* of schema: the file says which one it has */
    const char *schema; /* SQL that makes of nothing what version stands for */
} WeftDavDatabaseFormat;

/**
 * Open the file @path, or make it.  What has been committed survives the end of the process in any
 * case; with WEFT_DAV_DURABILITY_POWER a power cut as well, as each commit waits for the disk.
 * Returns: NULL with WEFT_ERROR_INVALID: it is damaged, newer, or something else; the message is
 * for the person who started the program
 */
sqlite3 *weft_dav_database_open(const char *path, const WeftDavDatabaseFormat *format,
                                WeftDavDurability durability, GError **error);

/** NULL is fine.  Its statements are finalized before. */
void weft_dav_database_close(sqlite3 *database);

/** Run SQL that has no answer. */
gboolean weft_dav_database_run(sqlite3 *database, const char *sql, GError **error);

/** Returns: (transfer full): for sqlite3_finalize() */
sqlite3_stmt *weft_dav_database_prepare(sqlite3 *database, const char *sql, GError **error);

/** Run a statement that has no rows, with what is bound to it; it is ready to run again after. */
gboolean weft_dav_database_step(sqlite3_stmt *statement, GError **error);

/**
 * Set the WEFT_DAV_ERROR for what went wrong last: NO_SPACE or FAILED.  Returns FALSE, for
 * `return`.
 */
gboolean weft_dav_database_set_error(GError **error, sqlite3 *database);

G_END_DECLS
