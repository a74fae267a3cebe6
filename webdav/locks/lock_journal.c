/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Group commit.  While one transaction is on its way to the disk, the changes of all fibers of all
 * threads gather for the next: the longer the disk takes, the more of them share a commit.  And the
 * writer is woken only when all fibers that are ready have noted what they have.
 */
#include "webdav/locks/lock_journal.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <weft/clock.h>
#include <weft/completion.h>
#include <weft/fiber.h>

#include "webdav/database.h"

#define FILE_NAME "locks.sqlite"
#define FIRST_CHANGES 64

static const WeftDavDatabaseFormat format = {
    .what = "locks",
    .application_id = 0x77646c6b, /* "wdlk" */
    .version = 1,
    .schema = "CREATE TABLE locks ("
              " token TEXT PRIMARY KEY NOT NULL,"
              " root TEXT NOT NULL,"
              " is_infinite INTEGER NOT NULL,"
              " is_shared INTEGER NOT NULL,"
              " owner_xml TEXT,"
              " user TEXT,"
              " timeout_s INTEGER NOT NULL,"
              " expires_us INTEGER NOT NULL" /* since 1970 */
              ") WITHOUT ROWID",
};

struct WeftDavLockReceipt {
    int n_refs;                  /* atomic */
    WeftDavLockJournal *journal; /* that has noted the change; NULL before */
    WeftCompletion *completion;
    GError *failure; /* written before the completion is posted */
};

typedef enum { PUT, DROP } Kind;

typedef struct {
    Kind kind;
    WeftDavLock *lock;
    WeftDavLockReceipt *receipt; /* (nullable) */
} Change;

struct WeftDavLockJournal {
    sqlite3 *database; /* this and its statements: the writer's, once it runs */
    sqlite3_stmt *begin;
    sqlite3_stmt *commit;
    sqlite3_stmt *rollback;
    sqlite3_stmt *put;
    sqlite3_stmt *drop;

    pthread_t writer;
    gboolean is_written;   /* there is a writer to be joined */
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t is_noted;
    GArray *noted;    /* of Change, in order */
    gboolean is_idle; /* the writer waits for is_noted, and nobody has woken it yet */
    gboolean is_ending;
};

/* ---- receipts ---- */

WeftDavLockReceipt *
weft_dav_lock_receipt_new(void)
{
    WeftDavLockReceipt *receipt = g_new0(WeftDavLockReceipt, 1);

    receipt->n_refs = 1;
    receipt->completion = weft_completion_new();
    return receipt;
}

static WeftDavLockReceipt *
receipt_ref(WeftDavLockReceipt *receipt)
{
    if (receipt != NULL)
        g_atomic_int_inc(&receipt->n_refs);
    return receipt;
}

void
weft_dav_lock_receipt_unref(WeftDavLockReceipt *receipt)
{
    if (receipt == NULL || !g_atomic_int_dec_and_test(&receipt->n_refs))
        return;
    weft_completion_unref(receipt->completion);
    g_clear_error(&receipt->failure);
    g_free(receipt);
}

/* ---- noting ---- */

static void
change_clear(gpointer data)
{
    Change *change = data;

    weft_dav_lock_unref(change->lock);
    weft_dav_lock_receipt_unref(change->receipt);
}

static GArray *
changes_new(void)
{
    GArray *changes = g_array_sized_new(FALSE, FALSE, sizeof(Change), FIRST_CHANGES);

    g_array_set_clear_func(changes, change_clear);
    return changes;
}

/* Not under the mutex: who is woken needs it. */
static void
wake_writer(WeftDavLockJournal *journal)
{
    pthread_mutex_lock(&journal->mutex);
    const gboolean must_wake = journal->is_idle && journal->noted->len > 0;
    if (must_wake)
        journal->is_idle = FALSE;
    pthread_mutex_unlock(&journal->mutex);
    if (must_wake)
        pthread_cond_signal(&journal->is_noted);
}

/* A change with a receipt is written when somebody waits for it, at the latest. */
static void
note(WeftDavLockJournal *journal, Kind kind, WeftDavLock *lock, WeftDavLockReceipt *receipt)
{
    const Change change = {kind, weft_dav_lock_ref(lock), receipt_ref(receipt)};

    pthread_mutex_lock(&journal->mutex);
    g_array_append_val(journal->noted, change);
    pthread_mutex_unlock(&journal->mutex);
    if (receipt != NULL)
        receipt->journal = journal;
    else
        wake_writer(journal);
}

void
weft_dav_lock_journal_put(WeftDavLockJournal *journal, WeftDavLock *lock,
                          WeftDavLockReceipt *receipt)
{
    note(journal, PUT, lock, receipt);
}

void
weft_dav_lock_journal_drop(WeftDavLockJournal *journal, WeftDavLock *lock,
                           WeftDavLockReceipt *receipt)
{
    note(journal, DROP, lock, receipt);
}

gboolean
weft_dav_lock_receipt_wait(WeftDavLockReceipt *receipt, GError **error)
{
    /* First those who are ready, too: what they note goes with the same commit. */
    const gboolean goes_on = weft_fiber_yield(error);

    wake_writer(receipt->journal);
    if (!goes_on || !weft_completion_wait(receipt->completion, "lock journal", error))
        return FALSE;
    if (receipt->failure == NULL)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&receipt->failure));
    return FALSE;
}

/* ---- writing ---- */

static void
bind_text(sqlite3_stmt *statement, int column, const char *text)
{
    sqlite3_bind_text(statement, column, text, -1, SQLITE_STATIC);
}

static gboolean
write_put(const WeftDavLockJournal *journal, const WeftDavLock *lock, GError **error)
{
    sqlite3_stmt *put = journal->put;

    bind_text(put, 1, lock->token);
    bind_text(put, 2, lock->root);
    sqlite3_bind_int(put, 3, lock->is_infinite);
    sqlite3_bind_int(put, 4, lock->is_shared);
    bind_text(put, 5, lock->owner_xml);
    bind_text(put, 6, lock->user);
    sqlite3_bind_int64(put, 7, lock->timeout_s);
    sqlite3_bind_int64(put, 8, lock->expires_us);
    return weft_dav_database_step(put, error);
}

static gboolean
write_drop(const WeftDavLockJournal *journal, const WeftDavLock *lock, GError **error)
{
    bind_text(journal->drop, 1, lock->token);
    return weft_dav_database_step(journal->drop, error);
}

static gboolean
write_all(const WeftDavLockJournal *journal, const GArray *changes, GError **error)
{
    for (guint i = 0; i < changes->len; i++) {
        const Change *change = &g_array_index(changes, Change, i);

        if (!(change->kind == PUT ? write_put : write_drop)(journal, change->lock, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
write_transaction(const WeftDavLockJournal *journal, const GArray *changes, GError **error)
{
    if (!weft_dav_database_step(journal->begin, error))
        return FALSE;
    if (write_all(journal, changes, error) && weft_dav_database_step(journal->commit, error))
        return TRUE;
    /* Some failures have rolled back already: then this one fails, and that is as well. */
    weft_dav_database_step(journal->rollback, NULL);
    return FALSE;
}

static void
write_down(WeftDavLockJournal *journal, const GArray *changes)
{
    g_autoptr(GError) failure = NULL;

    write_transaction(journal, changes, &failure);
    for (guint i = 0; i < changes->len; i++) {
        WeftDavLockReceipt *receipt = g_array_index(changes, Change, i).receipt;

        if (receipt == NULL)
            continue;
        receipt->failure = failure != NULL ? g_error_copy(failure) : NULL;
        weft_completion_post(receipt->completion);
    }
}

static void *
work(void *data)
{
    WeftDavLockJournal *journal = data;
    GArray *changes = changes_new();

    pthread_setname_np(pthread_self(), "weft-locks");
    pthread_mutex_lock(&journal->mutex);
    for (;;) {
        while (journal->noted->len == 0 && !journal->is_ending) {
            journal->is_idle = TRUE;
            pthread_cond_wait(&journal->is_noted, &journal->mutex);
        }
        journal->is_idle = FALSE;
        if (journal->noted->len == 0)
            break;

        GArray *noted = journal->noted;
        journal->noted = changes;
        pthread_mutex_unlock(&journal->mutex);
        write_down(journal, noted);
        g_array_set_size(noted, 0);
        changes = noted;
        pthread_mutex_lock(&journal->mutex);
    }
    pthread_mutex_unlock(&journal->mutex);
    g_array_unref(changes);
    return NULL;
}

/* ---- opening ---- */

static gboolean
refuse_row(GError **error)
{
    g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_INVALID,
                        FILE_NAME " is damaged: it has a lock that weftdav cannot have written; "
                                  "move it away to begin without locks");
    return FALSE;
}

static gboolean
is_sound(const WeftDavLockRequest *request, const char *token)
{
    return token != NULL && strlen(token) == WEFT_DAV_LOCK_TOKEN_BYTES && request->root != NULL &&
           request->root[0] == '/' && request->timeout_s > 0;
}

static gboolean
load_row(sqlite3_stmt *select, GPtrArray *locks, GError **error)
{
    const char *token = (const char *)sqlite3_column_text(select, 0);
    const WeftDavLockRequest request = {
        .root = (const char *)sqlite3_column_text(select, 1),
        .is_infinite = sqlite3_column_int(select, 2) != 0,
        .is_shared = sqlite3_column_int(select, 3) != 0,
        .owner_xml = (const char *)sqlite3_column_text(select, 4),
        .user = (const char *)sqlite3_column_text(select, 5),
        .timeout_s = sqlite3_column_int64(select, 6),
    };

    if (!is_sound(&request, token))
        return refuse_row(error);
    g_ptr_array_add(locks,
                    weft_dav_lock_new_stored(&request, token, sqlite3_column_int64(select, 7)));
    return TRUE;
}

static gboolean
load_rows(WeftDavLockJournal *journal, sqlite3_stmt *select, GPtrArray *locks, GError **error)
{
    int result;

    while ((result = sqlite3_step(select)) == SQLITE_ROW)
        if (!load_row(select, locks, error))
            return FALSE;
    return result == SQLITE_DONE || weft_dav_database_set_error(error, journal->database);
}

static gboolean
load(WeftDavLockJournal *journal, GPtrArray *locks, GError **error)
{
    g_autofree char *drop_expired = g_strdup_printf(
        "DELETE FROM locks WHERE expires_us <= %" G_GINT64_FORMAT, weft_clock_wall_us());

    if (!weft_dav_database_run(journal->database, drop_expired, error))
        return FALSE;

    sqlite3_stmt *select =
        weft_dav_database_prepare(journal->database,
                                  "SELECT token, root, is_infinite, is_shared, owner_xml, user,"
                                  " timeout_s, expires_us FROM locks",
                                  error);
    const gboolean is_loaded = select != NULL && load_rows(journal, select, locks, error);
    sqlite3_finalize(select);
    return is_loaded;
}

static gboolean
prepare(WeftDavLockJournal *journal, GError **error)
{
    const struct {
        sqlite3_stmt **statement;
        const char *sql;
    } statements[] = {
        {&journal->begin, "BEGIN"},
        {&journal->commit, "COMMIT"},
        {&journal->rollback, "ROLLBACK"},
        {&journal->put, "INSERT OR REPLACE INTO locks VALUES (?, ?, ?, ?, ?, ?, ?, ?)"},
        {&journal->drop, "DELETE FROM locks WHERE token = ?"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(statements); i++) {
        *statements[i].statement =
            weft_dav_database_prepare(journal->database, statements[i].sql, error);
        if (*statements[i].statement == NULL)
            return FALSE;
    }
    return TRUE;
}

/* Signals are for the program's own threads. */
static gboolean
start_writer(WeftDavLockJournal *journal, GError **error)
{
    sigset_t all;
    sigset_t before;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    const int failure = pthread_create(&journal->writer, NULL, work, journal);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    journal->is_written = failure == 0;
    return failure == 0 || weft_error_set_errno(error, failure, "start the thread for locks");
}

WeftDavLockJournal *
weft_dav_lock_journal_open(const char *state_path, WeftDavDurability durability, GPtrArray *locks,
                           GError **error)
{
    g_autofree char *path = g_build_filename(state_path, FILE_NAME, NULL);
    sqlite3 *database = weft_dav_database_open(path, &format, durability, error);

    if (database == NULL)
        return NULL;

    g_autoptr(WeftDavLockJournal) journal = g_new0(WeftDavLockJournal, 1);

    journal->database = database;
    journal->noted = changes_new();
    journal->mutex = (pthread_mutex_t)PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP;
    pthread_cond_init(&journal->is_noted, NULL);
    if (!load(journal, locks, error) || !prepare(journal, error) || !start_writer(journal, error))
        return NULL;
    return g_steal_pointer(&journal);
}

static void
end_writer(WeftDavLockJournal *journal)
{
    pthread_mutex_lock(&journal->mutex);
    journal->is_ending = TRUE;
    pthread_cond_signal(&journal->is_noted);
    pthread_mutex_unlock(&journal->mutex);
    pthread_join(journal->writer, NULL);
}

void
weft_dav_lock_journal_free(WeftDavLockJournal *journal)
{
    if (journal == NULL)
        return;
    if (journal->is_written)
        end_writer(journal);
    sqlite3_finalize(journal->begin);
    sqlite3_finalize(journal->commit);
    sqlite3_finalize(journal->rollback);
    sqlite3_finalize(journal->put);
    sqlite3_finalize(journal->drop);
    weft_dav_database_close(journal->database);
    g_array_unref(journal->noted);
    pthread_cond_destroy(&journal->is_noted);
    pthread_mutex_destroy(&journal->mutex);
    g_free(journal);
}
