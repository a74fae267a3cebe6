/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libmariadb, called as its manual says: it believes that it blocks.  A connection is for one fiber
 * at a time, so each query borrows one from a pool, which opens so many and no more, and lets the
 * fibers wait in order.
 */
#include "database.h"

#include <mysql.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CONNECTIONS = 20, MAX_IDLE_MS = 60 * 1000, CHECK_AFTER_MS = 1000 };

struct Database {
    char *host;
    unsigned port;
    WeftPool *connections; /* of MYSQL */
};

/* The text is libmariadb's: "Can't connect to server on '127.0.0.1' (111)" */
static gboolean
fail(MYSQL *connection, GError **error)
{
    g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_IO, mysql_error(connection));
    return FALSE;
}

/* ---- the pool ---- */

static void
close_connection(gpointer connection)
{
    mysql_close(connection);
}

static gpointer
open_connection(gpointer data, GError **error)
{
    static const char create[] = "CREATE TABLE IF NOT EXISTS weft_values"
                                 " (name VARBINARY(200) PRIMARY KEY, value MEDIUMBLOB NOT NULL)";
    const Database *database = data;
    MYSQL *connection = mysql_init(NULL);

    mysql_options(connection, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (mysql_real_connect(connection, database->host, "weft", NULL, "weft", database->port, NULL,
                           0) != NULL &&
        mysql_query(connection, create) == 0)
        return connection;
    fail(connection, error);
    mysql_close(connection);
    return NULL;
}

/* The server may have closed it, or have gone, since it was last used. */
static gboolean
is_healthy(gpointer connection, gpointer data G_GNUC_UNUSED)
{
    return mysql_ping(connection) == 0;
}

Database *
database_new(const char *address)
{
    const char *colon = strrchr(address, ':');
    Database *database = g_new(Database, 1);
    const WeftPoolOptions options = {.name = "mariadb",
                                     .open = open_connection,
                                     .close = close_connection,
                                     .is_healthy = is_healthy,
                                     .data = database,
                                     .max_open = MAX_CONNECTIONS,
                                     .max_idle_ms = MAX_IDLE_MS,
                                     .check_after_ms = CHECK_AFTER_MS};

    g_return_val_if_fail(colon != NULL, NULL);
    database->host = g_strndup(address, colon - address);
    database->port = (unsigned)atoi(colon + 1);
    database->connections = weft_pool_new(&options);
    return database;
}

void
database_free(Database *database)
{
    if (database == NULL)
        return;
    weft_pool_free(database->connections);
    g_free(database->host);
    g_free(database);
}

/* ---- queries ---- */

/* Returns: (transfer full): @text between quotes, as @connection's server reads it */
static char *
quote(MYSQL *connection, const char *text)
{
    const size_t length = strlen(text);
    char *quoted = g_malloc(2 * length + 3);
    const size_t n_escaped = mysql_real_escape_string(connection, quoted + 1, text, length);

    quoted[0] = '\'';
    memcpy(quoted + 1 + n_escaped, "'", 2);
    return quoted;
}

WEFT_PARKS static gboolean
find(MYSQL *connection, const char *key, char **ret_value, GError **error)
{
    g_autofree char *name = quote(connection, key);
    g_autofree char *query = g_strconcat("SELECT value FROM weft_values WHERE name = ", name, NULL);
    MYSQL_RES *result;

    if (mysql_query(connection, query) != 0 || (result = mysql_store_result(connection)) == NULL)
        return fail(connection, error);
    MYSQL_ROW row = mysql_fetch_row(result);
    *ret_value = row != NULL ? g_strdup(row[0]) : NULL;
    mysql_free_result(result);
    return TRUE;
}

WEFT_PARKS static gboolean
put(MYSQL *connection, const char *key, const char *value, GError **error)
{
    g_autofree char *name = quote(connection, key);
    g_autofree char *text = quote(connection, value);
    g_autofree char *query =
        g_strconcat("REPLACE INTO weft_values VALUES (", name, ", ", text, ")", NULL);

    return mysql_query(connection, query) == 0 || fail(connection, error);
}

/*
 * A lease that ends without having been called healthy is closed: after a failure, and after a
 * deadline in the middle of an answer, whose rest the next one would take for his.
 */
gboolean
database_find(Database *database, const char *key, char **ret_value, GError **error)
{
    g_autoptr(WeftLease) lease = weft_pool_take(database->connections, error);

    if (lease == NULL || !find(weft_lease_resource(lease), key, ret_value, error))
        return FALSE;
    weft_lease_set_healthy(lease);
    return TRUE;
}

gboolean
database_put(Database *database, const char *key, const char *value, GError **error)
{
    g_autoptr(WeftLease) lease = weft_pool_take(database->connections, error);

    if (lease == NULL || !put(weft_lease_resource(lease), key, value, error))
        return FALSE;
    weft_lease_set_healthy(lease);
    return TRUE;
}
