/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may sign in: what was read from the files is shared by all threads, and another one takes its
 * place as a whole.  Slow hashes are the offload pool's.
 */
#include "webdav/weftdav/users.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <weft/clock.h>
#include <weft/error.h>
#include <weft/log.h>
#include <weft/offload.h>

#include "webdav/weftdav/pam.h"
#include "webdav/weftdav/user_file.h"

/* By what a file is known to be the same. */
typedef struct {
    int64_t modified_ns;
    uint64_t inode;
    int64_t size_bytes;
} FileState;

struct WeftDavUsers {
    char *password_path; /* (nullable) */
    char *digest_path;   /* (nullable) */
    char *pam_service;   /* (nullable) */
    char *realm;

    pthread_mutex_t reading; /* one reads at a time; the states are its */
    FileState password_state;
    FileState digest_state;

    pthread_mutex_t mutex; /* of the two below */
    WeftDavPasswords *passwords;
    WeftDavDigests *digests;

    unsigned generation;  /* atomic */
    int64_t next_look_us; /* atomic */
};

/* ---- reading ---- */

static gboolean
look(const char *path, FileState *ret_state, GError **error)
{
    struct stat info;

    *ret_state = (FileState){0, 0, 0};
    if (path == NULL)
        return TRUE;
    if (stat(path, &info) != 0)
        return weft_error_set_errno(error, errno, "cannot read %s", path);
    ret_state->modified_ns = info.st_mtim.tv_sec * INT64_C(1000000000) + info.st_mtim.tv_nsec;
    ret_state->inode = info.st_ino;
    ret_state->size_bytes = info.st_size;
    return TRUE;
}

static gboolean
is_same_state(const FileState *left, const FileState *right)
{
    return left->modified_ns == right->modified_ns && left->inode == right->inode &&
           left->size_bytes == right->size_bytes;
}

static gboolean
load(const char *path, const FileState *state, char **ret_text, GError **error)
{
    if (state->size_bytes > WEFT_DAV_MAX_USERS_FILE_BYTES) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_LIMIT, "%s is too large", path);
        return FALSE;
    }
    return g_file_get_contents(path, ret_text, NULL, error);
}

static WeftDavPasswords *
load_passwords(const WeftDavUsers *users, const FileState *state, GError **error)
{
    g_autofree char *text = NULL;

    return load(users->password_path, state, &text, error)
               ? weft_dav_passwords_parse(text, users->password_path, error)
               : NULL;
}

static WeftDavDigests *
load_digests(const WeftDavUsers *users, const FileState *state, GError **error)
{
    g_autofree char *text = NULL;

    return load(users->digest_path, state, &text, error)
               ? weft_dav_digests_parse(text, users->digest_path, users->realm, error)
               : NULL;
}

static void
put_in_place(WeftDavUsers *users, WeftDavPasswords *passwords, WeftDavDigests *digests)
{
    pthread_mutex_lock(&users->mutex);
    WeftDavPasswords *former_passwords = users->passwords;
    WeftDavDigests *former_digests = users->digests;
    users->passwords = passwords;
    users->digests = digests;
    pthread_mutex_unlock(&users->mutex);
    g_atomic_int_inc(&users->generation);
    weft_dav_passwords_unref(former_passwords);
    weft_dav_digests_unref(former_digests);
}

static gboolean
read_files_locked(WeftDavUsers *users, const FileState *passwords_now, const FileState *digests_now,
                  GError **error)
{
    g_autoptr(WeftDavPasswords) passwords = NULL;
    g_autoptr(WeftDavDigests) digests = NULL;

    if (users->password_path != NULL) {
        passwords = load_passwords(users, passwords_now, error);
        if (passwords == NULL)
            return FALSE;
    }
    if (users->digest_path != NULL) {
        digests = load_digests(users, digests_now, error);
        if (digests == NULL)
            return FALSE;
    }
    put_in_place(users, g_steal_pointer(&passwords), g_steal_pointer(&digests));
    return TRUE;
}

/* States are noted even of what cannot be read, so that it is logged once. */
static gboolean
read_files(WeftDavUsers *users, gboolean only_if_changed, GError **error)
{
    FileState passwords_now;
    FileState digests_now;
    gboolean ok = TRUE;

    pthread_mutex_lock(&users->reading);
    ok = look(users->password_path, &passwords_now, error) &&
         look(users->digest_path, &digests_now, error);
    if (ok && only_if_changed && is_same_state(&passwords_now, &users->password_state) &&
        is_same_state(&digests_now, &users->digest_state))
        goto out;
    if (ok) {
        users->password_state = passwords_now;
        users->digest_state = digests_now;
        ok = read_files_locked(users, &passwords_now, &digests_now, error);
    }
out:
    pthread_mutex_unlock(&users->reading);
    return ok;
}

static void
look_again(gpointer data)
{
    WeftDavUsers *users = data;
    g_autoptr(GError) error = NULL;

    if (!read_files(users, TRUE, &error))
        weft_log(WEFT_LOG_ERROR, "users stay as they were: %s", error->message);
}

WeftDavUsers *
weft_dav_users_new(const WeftDavUserSources *sources, GError **error)
{
    g_autoptr(WeftDavUsers) users = g_new0(WeftDavUsers, 1);

    users->password_path = g_strdup(sources->passwords);
    users->digest_path = g_strdup(sources->digests);
    users->pam_service = g_strdup(sources->pam_service);
    users->realm = g_strdup(sources->realm);
    pthread_mutex_init(&users->reading, NULL);
    pthread_mutex_init(&users->mutex, NULL);
    return read_files(users, FALSE, error) ? g_steal_pointer(&users) : NULL;
}

void
weft_dav_users_free(WeftDavUsers *users)
{
    if (users == NULL)
        return;
    weft_dav_passwords_unref(users->passwords);
    weft_dav_digests_unref(users->digests);
    pthread_mutex_destroy(&users->reading);
    pthread_mutex_destroy(&users->mutex);
    g_free(users->password_path);
    g_free(users->digest_path);
    g_free(users->pam_service);
    g_free(users->realm);
    g_free(users);
}

gboolean
weft_dav_users_reload(WeftDavUsers *users, GError **error)
{
    return read_files(users, FALSE, error);
}

/* ---- asking ---- */

static WeftDavPasswords *
current_passwords(WeftDavUsers *users)
{
    pthread_mutex_lock(&users->mutex);
    WeftDavPasswords *passwords =
        users->passwords != NULL ? weft_dav_passwords_ref(users->passwords) : NULL;
    pthread_mutex_unlock(&users->mutex);
    return passwords;
}

static WeftDavDigests *
current_digests(WeftDavUsers *users)
{
    pthread_mutex_lock(&users->mutex);
    WeftDavDigests *digests = weft_dav_digests_ref(users->digests);
    pthread_mutex_unlock(&users->mutex);
    return digests;
}

/* One request in some seconds looks whether the files have changed, and waits for the disk. */
static unsigned
generation(gpointer data)
{
    WeftDavUsers *users = data;
    const int64_t now_us = weft_clock_now_us();
    int64_t due_us = __atomic_load_n(&users->next_look_us, __ATOMIC_RELAXED);

    if (now_us >= due_us &&
        __atomic_compare_exchange_n(&users->next_look_us, &due_us,
                                    now_us + WEFT_DAV_USERS_LOOK_EVERY_S * G_USEC_PER_SEC, FALSE,
                                    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        weft_offload_wait(WEFT_OFFLOAD_DISK, look_again, users);
    return (unsigned)g_atomic_int_get(&users->generation);
}

typedef struct {
    char *password;
    char *hash;    /* (nullable): otherwise PAM is asked */
    char *service; /* of PAM */
    char *user;
    gboolean matches;
} Check;

static void
check_free(gpointer data)
{
    Check *check = data;

    explicit_bzero(check->password, strlen(check->password));
    g_free(check->password);
    g_free(check->hash);
    g_free(check->service);
    g_free(check->user);
    g_free(check);
}

static void
run_check(gpointer data)
{
    Check *check = data;

    check->matches = check->hash != NULL
                         ? weft_dav_password_matches(check->password, check->hash)
                         : weft_dav_pam_check(check->service, NULL, check->user, check->password);
}

/* By the file where he is in it, or where there is nothing else. */
static gboolean
check_password(gpointer data, const char *user, const char *password, gboolean *ret_is_right,
               GError **error)
{
    WeftDavUsers *users = data;
    g_autoptr(WeftDavPasswords) passwords = current_passwords(users);
    gboolean is_known = FALSE;
    const char *hash =
        passwords != NULL ? weft_dav_passwords_hash(passwords, user, &is_known) : NULL;
    const gboolean asks_pam = users->pam_service != NULL && !is_known;
    Check *check = g_new0(Check, 1);

    check->password = g_strdup(password);
    check->user = g_strdup(user);
    check->service = g_strdup(users->pam_service);
    check->hash = asks_pam ? NULL : g_strdup(hash);
    if (!weft_offload(asks_pam ? WEFT_OFFLOAD_NETWORK : WEFT_OFFLOAD_DISK, run_check, check,
                      check_free, error))
        return FALSE;
    *ret_is_right = (is_known || asks_pam) && check->matches;
    check_free(check);
    return TRUE;
}

static gboolean
find_digest(gpointer data, const char *user, WeftHttpDigestAlgorithm algorithm,
            char ret_hex[WEFT_HTTP_DIGEST_HEX_BYTES])
{
    g_autoptr(WeftDavDigests) digests = current_digests(data);
    const char *hash = weft_dav_digests_find(digests, user, algorithm);

    if (hash != NULL)
        g_strlcpy(ret_hex, hash, WEFT_HTTP_DIGEST_HEX_BYTES);
    return hash != NULL;
}

static gboolean
has_digests(gpointer data, WeftHttpDigestAlgorithm algorithm)
{
    g_autoptr(WeftDavDigests) digests = current_digests(data);

    return weft_dav_digests_have(digests, algorithm);
}

WeftHttpAuthUsers
weft_dav_users_for_auth(WeftDavUsers *users)
{
    WeftHttpAuthUsers asked = {.generation = generation, .data = users};

    if (users->password_path != NULL || users->pam_service != NULL)
        asked.check_password = check_password;
    if (users->digest_path != NULL) {
        asked.find_digest = find_digest;
        asked.has_digests = has_digests;
    }
    return asked;
}
