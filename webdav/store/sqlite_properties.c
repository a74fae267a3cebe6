/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row a file, found by the file's identity and not by its name: so rename(2) moves properties and
 * file in one step, and there is no moment in which a crash could part them.  What is copied gets
 * its row before it gets its name.  Why: ADR 9.
 */
#include "webdav/store/sqlite_properties.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "webdav/database.h"
#include "webdav/store/file_identity.h"
#include "webdav/store/system_error.h"

#define FILE_NAME "properties.sqlite"
#define MAX_BYTES ((size_t)64 << 10) /* of one file: as many as fit into an extended attribute */

static const WeftDavDatabaseFormat format = {
    .what = "dead properties",
    .application_id = 0x77647072, /* "wdpr" */
    .version = 1,
    .schema = "CREATE TABLE properties ("
              " file BLOB PRIMARY KEY NOT NULL,"
              " bytes BLOB NOT NULL)",
};

struct WeftDavPropertyDatabase {
    int n_refs;            /* atomic */
    int has_rows;          /* atomic: 0: surely none, so nothing need be looked up */
    pthread_mutex_t mutex; /* guards what follows */
    sqlite3 *database;
    sqlite3_stmt *load;
    sqlite3_stmt *save;
    sqlite3_stmt *remove;
    sqlite3_stmt *count;
};

typedef struct {
    WeftDavPropertyBackend base;
    WeftDavPropertyDatabase *database;
} SqliteProperties;

/* ---- rows ---- */

static void
bind_file(sqlite3_stmt *statement, const void *file, size_t size)
{
    sqlite3_bind_blob(statement, 1, file, (int)size, SQLITE_STATIC);
}

static gboolean
load_row_locked(const WeftDavPropertyDatabase *database, const WeftDavFileIdentity *identity,
                GBytes **ret_bytes, GError **error)
{
    sqlite3_stmt *load = database->load;

    bind_file(load, identity->bytes, identity->size);
    const int result = sqlite3_step(load);

    if (result == SQLITE_ROW)
        *ret_bytes =
            g_bytes_new(sqlite3_column_blob(load, 0), (size_t)sqlite3_column_bytes(load, 0));
    else if (result == SQLITE_DONE)
        *ret_bytes = NULL;
    else
        weft_dav_database_set_error(error, database->database);
    sqlite3_reset(load);
    return result == SQLITE_ROW || result == SQLITE_DONE;
}

static gboolean
load_row(WeftDavPropertyDatabase *database, const WeftDavFileIdentity *identity, GBytes **ret_bytes,
         GError **error)
{
    pthread_mutex_lock(&database->mutex);
    const gboolean is_loaded = load_row_locked(database, identity, ret_bytes, error);
    pthread_mutex_unlock(&database->mutex);
    return is_loaded;
}

static gboolean
save_row(WeftDavPropertyDatabase *database, const WeftDavFileIdentity *identity, GBytes *bytes,
         GError **error)
{
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);

    /* Before the row is there: who finds 0 after that finds a state before the change. */
    g_atomic_int_set(&database->has_rows, 1);
    pthread_mutex_lock(&database->mutex);
    bind_file(database->save, identity->bytes, identity->size);
    sqlite3_bind_blob(database->save, 2, data, (int)size, SQLITE_STATIC);
    const gboolean is_saved = weft_dav_database_step(database->save, error);
    pthread_mutex_unlock(&database->mutex);
    return is_saved;
}

static gboolean
remove_row(WeftDavPropertyDatabase *database, const void *file, size_t size, GError **error)
{
    pthread_mutex_lock(&database->mutex);
    bind_file(database->remove, file, size);
    const gboolean is_removed = weft_dav_database_step(database->remove, error);
    pthread_mutex_unlock(&database->mutex);
    return is_removed;
}

/* ---- the backend ---- */

static gboolean
has_rows(const SqliteProperties *properties)
{
    return g_atomic_int_get(&properties->database->has_rows) != 0;
}

static gboolean
load_identified(const SqliteProperties *properties, gboolean is_known,
                const WeftDavFileIdentity *identity, GBytes **ret_bytes, GError **error)
{
    if (is_known)
        return load_row(properties->database, identity, ret_bytes, error);
    /* A mount below the folder may be of another kind: there nothing has properties. */
    if (errno == EOPNOTSUPP) {
        *ret_bytes = NULL;
        return TRUE;
    }
    return weft_dav_set_system_error(error, errno, "find the properties of", "a file");
}

static gboolean
sqlite_load(WeftDavPropertyBackend *base, int fd, GBytes **ret_bytes, GError **error)
{
    const SqliteProperties *properties = (SqliteProperties *)base;
    WeftDavFileIdentity identity;

    *ret_bytes = NULL;
    if (!has_rows(properties))
        return TRUE;
    return load_identified(properties, weft_dav_file_identify(fd, &identity), &identity, ret_bytes,
                           error);
}

static gboolean
sqlite_load_member(WeftDavPropertyBackend *base, int dir_fd, const char *name, GBytes **ret_bytes,
                   GError **error)
{
    const SqliteProperties *properties = (SqliteProperties *)base;
    WeftDavFileIdentity identity;

    *ret_bytes = NULL;
    if (!has_rows(properties))
        return TRUE;
    return load_identified(properties, weft_dav_file_identify_member(dir_fd, name, &identity),
                           &identity, ret_bytes, error);
}

static gboolean
refuse_room(GError **error, const char *reason)
{
    g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_NO_SPACE, "no room for properties: %s",
                reason);
    return FALSE;
}

/* Listings tell by its time of change whether a file may have got properties since the last one:
 * an extended attribute would have set it. */
static void
touch_change_time(int fd)
{
    struct stat st;

    if (fstat(fd, &st) != 0 || fchmod(fd, st.st_mode & 07777) == 0)
        return;

    /* It is somebody else's; and if this may not be either, a listing learns of it a minute later.
     */
    const int result = fchown(fd, (uid_t)-1, (gid_t)-1);
    (void)result;
}

static gboolean
sqlite_save(WeftDavPropertyBackend *base, int fd, GBytes *bytes, GError **error)
{
    const SqliteProperties *properties = (SqliteProperties *)base;
    WeftDavFileIdentity identity;

    if (bytes == NULL && !has_rows(properties))
        return TRUE;
    if (bytes != NULL && g_bytes_get_size(bytes) > MAX_BYTES)
        return refuse_room(error, "too many on one file");
    if (!weft_dav_file_identify(fd, &identity)) {
        if (errno == EOPNOTSUPP)
            return refuse_room(error, "the file system gives files no lasting identity");
        return weft_dav_set_system_error(error, errno, "find the properties of", "a file");
    }
    if (bytes == NULL)
        return remove_row(properties->database, identity.bytes, identity.size, error);
    if (!save_row(properties->database, &identity, bytes, error))
        return FALSE;
    touch_change_time(fd);
    return TRUE;
}

/* A file with several names keeps its properties until it loses the last. */
static gboolean
is_last_name(int dir_fd, const char *name)
{
    struct stat st;

    return fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           (S_ISDIR(st.st_mode) || st.st_nlink == 1);
}

static GBytes *
sqlite_recall(WeftDavPropertyBackend *base, int dir_fd, const char *name)
{
    const SqliteProperties *properties = (SqliteProperties *)base;
    g_autoptr(GBytes) bytes = NULL;
    WeftDavFileIdentity identity;

    if (!has_rows(properties) || !weft_dav_file_identify_member(dir_fd, name, &identity) ||
        !load_row(properties->database, &identity, &bytes, NULL) || bytes == NULL ||
        !is_last_name(dir_fd, name))
        return NULL;
    return g_bytes_new(identity.bytes, identity.size);
}

static void
sqlite_forget(WeftDavPropertyBackend *base, GBytes *file)
{
    const SqliteProperties *properties = (SqliteProperties *)base;
    size_t size;
    const void *data = g_bytes_get_data(file, &size);

    /* If that fails a row is left that no file will ever claim. */
    remove_row(properties->database, data, size, NULL);
}

static void
sqlite_free(WeftDavPropertyBackend *base)
{
    SqliteProperties *properties = (SqliteProperties *)base;

    weft_dav_property_database_unref(properties->database);
    g_free(properties);
}

gboolean
weft_dav_sqlite_properties_work(int fd)
{
    WeftDavFileIdentity identity;

    return weft_dav_file_identify(fd, &identity);
}

WeftDavPropertyBackend *
weft_dav_sqlite_properties_new(WeftDavPropertyDatabase *database)
{
    SqliteProperties *properties = g_new0(SqliteProperties, 1);

    properties->base = (WeftDavPropertyBackend){
        .load = sqlite_load,
        .load_member = sqlite_load_member,
        .save = sqlite_save,
        .recall = sqlite_recall,
        .forget = sqlite_forget,
        .free = sqlite_free,
        .waits_for_disk = TRUE,
    };
    g_atomic_int_inc(&database->n_refs);
    properties->database = database;
    return &properties->base;
}

/* ---- the database ---- */

static gboolean
prepare(WeftDavPropertyDatabase *database, GError **error)
{
    const struct {
        sqlite3_stmt **statement;
        const char *sql;
    } statements[] = {
        {&database->load, "SELECT bytes FROM properties WHERE file = ?"},
        {&database->save, "INSERT OR REPLACE INTO properties VALUES (?, ?)"},
        {&database->remove, "DELETE FROM properties WHERE file = ?"},
        {&database->count, "SELECT count(*) FROM properties"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(statements); i++) {
        *statements[i].statement =
            weft_dav_database_prepare(database->database, statements[i].sql, error);
        if (*statements[i].statement == NULL)
            return FALSE;
    }
    return TRUE;
}

size_t
weft_dav_property_database_size(WeftDavPropertyDatabase *database)
{
    size_t size = 0;

    pthread_mutex_lock(&database->mutex);
    if (sqlite3_step(database->count) == SQLITE_ROW)
        size = (size_t)sqlite3_column_int64(database->count, 0);
    sqlite3_reset(database->count);
    pthread_mutex_unlock(&database->mutex);
    return size;
}

WeftDavPropertyDatabase *
weft_dav_property_database_open(const char *state_path, WeftDavDurability durability,
                                GError **error)
{
    g_autofree char *path = g_build_filename(state_path, FILE_NAME, NULL);
    sqlite3 *sqlite = weft_dav_database_open(path, &format, durability, error);

    if (sqlite == NULL)
        return NULL;

    g_autoptr(WeftDavPropertyDatabase) database = g_new0(WeftDavPropertyDatabase, 1);

    database->n_refs = 1;
    database->database = sqlite;
    pthread_mutex_init(&database->mutex, NULL);
    if (!prepare(database, error))
        return NULL;
    database->has_rows = weft_dav_property_database_size(database) > 0;
    return g_steal_pointer(&database);
}

void
weft_dav_property_database_unref(WeftDavPropertyDatabase *database)
{
    if (database == NULL || !g_atomic_int_dec_and_test(&database->n_refs))
        return;
    sqlite3_finalize(database->load);
    sqlite3_finalize(database->save);
    sqlite3_finalize(database->remove);
    sqlite3_finalize(database->count);
    weft_dav_database_close(database->database);
    pthread_mutex_destroy(&database->mutex);
    g_free(database);
}
