/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Write-ahead logging: a commit appends to one file.  synchronous=FULL syncs that file at each
 * commit, NORMAL only before its content goes into the database, so that a power cut may take the
 * last commits away, but never a part of one.
 */
#include "webdav/database.h"

typedef struct {
    sqlite3 *database;
    const char *path;
    const WeftDavDatabaseFormat *format;
} Opening;

gboolean
weft_dav_database_set_error(GError **error, sqlite3 *database)
{
    const int primary = sqlite3_errcode(database) & 0xff;
    const gboolean is_full = primary == SQLITE_FULL || primary == SQLITE_TOOBIG;

    g_set_error(error, WEFT_DAV_ERROR, is_full ? WEFT_DAV_ERROR_NO_SPACE : WEFT_DAV_ERROR_FAILED,
                "%s: %s", sqlite3_db_filename(database, "main"), sqlite3_errmsg(database));
    return FALSE;
}

gboolean
weft_dav_database_run(sqlite3 *database, const char *sql, GError **error)
{
    return sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK ||
           weft_dav_database_set_error(error, database);
}

sqlite3_stmt *
weft_dav_database_prepare(sqlite3 *database, const char *sql, GError **error)
{
    sqlite3_stmt *statement;

    if (sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) ==
        SQLITE_OK)
        return statement;
    weft_dav_database_set_error(error, database);
    return NULL;
}

gboolean
weft_dav_database_step(sqlite3_stmt *statement, GError **error)
{
    const gboolean is_done = sqlite3_step(statement) == SQLITE_DONE ||
                             weft_dav_database_set_error(error, sqlite3_db_handle(statement));

    sqlite3_reset(statement);
    return is_done;
}

/* ---- opening ---- */

static gboolean
refuse(const Opening *opening, const char *reason, GError **error)
{
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID, "%s, the file of %s, %s", opening->path,
                opening->format->what, reason);
    return FALSE;
}

static gboolean
refuse_as_told(const Opening *opening, GError **error)
{
    const int primary = sqlite3_errcode(opening->database) & 0xff;
    g_autofree char *reason = NULL;

    if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB)
        return refuse(opening, "is damaged; move it away to begin with an empty one", error);
    if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED)
        return refuse(opening, "is in use by another program", error);
    reason = g_strdup_printf("cannot be used: %s", sqlite3_errmsg(opening->database));
    return refuse(opening, reason, error);
}

static gboolean
run(const Opening *opening, const char *sql, GError **error)
{
    return sqlite3_exec(opening->database, sql, NULL, NULL, NULL) == SQLITE_OK ||
           refuse_as_told(opening, error);
}

/* The number that @sql answers with. */
static gboolean
ask(const Opening *opening, const char *sql, int *ret_answer, GError **error)
{
    sqlite3_stmt *statement = NULL;
    const gboolean is_answered =
        sqlite3_prepare_v2(opening->database, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW;

    if (is_answered)
        *ret_answer = sqlite3_column_int(statement, 0);
    else
        refuse_as_told(opening, error);
    sqlite3_finalize(statement);
    return is_answered;
}

static gboolean
make(const Opening *opening, GError **error)
{
    const WeftDavDatabaseFormat *format = opening->format;
    g_autofree char *sql =
        g_strdup_printf("BEGIN; %s; PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT;",
                        format->schema, format->application_id, format->version);

    return run(opening, sql, error);
}

/* A power cut while it is made leaves nothing, or all of it. */
static gboolean
check_format(const Opening *opening, GError **error)
{
    const WeftDavDatabaseFormat *format = opening->format;
    int n_tables;
    int application_id;
    int version;

    if (!ask(opening, "SELECT count(*) FROM sqlite_schema", &n_tables, error) ||
        !ask(opening, "PRAGMA application_id", &application_id, error) ||
        !ask(opening, "PRAGMA user_version", &version, error))
        return FALSE;
    if (n_tables == 0 && application_id == 0 && version == 0)
        return make(opening, error);
    if (application_id != format->application_id)
        return refuse(opening, "is a database of another program", error);
    if (version > format->version)
        return refuse(opening, "was written by a newer weftdav", error);
    if (version < format->version)
        return refuse(opening, "has a version that this weftdav does not know", error);
    return TRUE;
}

/* All pages are read once, so that damage is told at the start and not in the middle of work. */
static gboolean
check_pages(const Opening *opening, GError **error)
{
    int is_sound = 0;

    if (!ask(opening, "SELECT quick_check = 'ok' FROM pragma_quick_check(1)", &is_sound, error))
        return FALSE;
    return is_sound ||
           refuse(opening, "is damaged; move it away to begin with an empty one", error);
}

static gboolean
prepare(const Opening *opening, WeftDavDurability durability, GError **error)
{
    /* Alone with the file, SQLite needs no memory shared with others, which network file systems
     * lack, and takes its lock once.  A confined process has no folder for temporary files. */
    return run(opening, "PRAGMA locking_mode=EXCLUSIVE", error) &&
           run(opening, "PRAGMA temp_store=MEMORY", error) &&
           run(opening, "PRAGMA journal_mode=WAL", error) &&
           run(opening,
               durability == WEFT_DAV_DURABILITY_POWER ? "PRAGMA synchronous=FULL"
                                                       : "PRAGMA synchronous=NORMAL",
               error) &&
           check_format(opening, error) && check_pages(opening, error);
}

sqlite3 *
weft_dav_database_open(const char *path, const WeftDavDatabaseFormat *format,
                       WeftDavDurability durability, GError **error)
{
    Opening opening = {.path = path, .format = format};
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                      SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;

    if (sqlite3_open_v2(path, &opening.database, flags, NULL) != SQLITE_OK) {
        refuse_as_told(&opening, error);
        sqlite3_close(opening.database);
        return NULL;
    }
    if (prepare(&opening, durability, error))
        return opening.database;
    sqlite3_close(opening.database);
    return NULL;
}

void
weft_dav_database_close(sqlite3 *database)
{
    const int result = sqlite3_close(database);

    g_assert(result == SQLITE_OK); /* otherwise a statement was left */
}
