/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of users, line by line, and the hashes in them by crypt(3).
 */
#include "webdav/weftdav/user_file.h"

#include <crypt.h>
#include <errno.h>
#include <string.h>
#include <weft/error.h>
#include <weft/scan.h>

#define N_ALGORITHMS 2

struct WeftDavPasswords {
    int n_refs;         /* atomic */
    GHashTable *hashes; /* char * -> char * */
    char *nobodys;      /* what who is unknown is tried against */
};

struct WeftDavDigests {
    int n_refs; /* atomic */
    /* char * -> char *, by algorithm */
    GHashTable *hashes[N_ALGORITHMS];
    gboolean have_all[N_ALGORITHMS];
};

static gboolean
refuse(GError **error, const char *name, size_t line, const char *reason)
{
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID, "%s, line %zu: %s", name, line, reason);
    return FALSE;
}

/* The text before the next colon, which is left behind; NULL without one. */
static char *
take_field(char **rest)
{
    char *field = *rest;
    char *colon = strchr(field, ':');

    if (colon == NULL)
        return NULL;
    *colon = '\0';
    *rest = colon + 1;
    return field;
}

static gboolean
is_name(const char *user)
{
    return *user != '\0' && strlen(user) <= WEFT_HTTP_MAX_USER_BYTES &&
           g_utf8_validate(user, -1, NULL);
}

typedef gboolean (*TakeLine)(gpointer file, char *line, const char **ret_reason);

/* @take: for each line that has something to say */
static gboolean
take_lines(const char *text, const char *name, TakeLine take, gpointer file, GError **error)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (size_t i = 0; lines[i] != NULL; i++) {
        const char *reason = NULL;
        char *line = g_strchomp(lines[i]);

        if (*line != '\0' && *line != '#' && !take(file, line, &reason))
            return refuse(error, name, i + 1, reason);
    }
    return TRUE;
}

/* ---- passwords ---- */

/* MD5 and older ones are tried too quickly to keep anybody out. */
static gboolean
is_strong(const char *hash)
{
    static const char *const strong[] = {"$y$", "$gy$", "$7$", "$2", "$6$", "$5$"};
    gboolean is_one = FALSE;

    for (size_t i = 0; i < G_N_ELEMENTS(strong); i++)
        is_one = is_one || g_str_has_prefix(hash, strong[i]);
    const int judgement = is_one ? crypt_checksalt(hash) : CRYPT_SALT_INVALID;
    return judgement != CRYPT_SALT_INVALID && judgement != CRYPT_SALT_METHOD_DISABLED;
}

static gboolean
take_password_line(gpointer file, char *line, const char **ret_reason)
{
    WeftDavPasswords *passwords = file;
    char *hash = line;
    const char *user = take_field(&hash);

    *ret_reason = "expected \"user:hash\"";
    if (user == NULL || !is_name(user))
        return FALSE;
    hash[strcspn(hash, ":")] = '\0';
    *ret_reason = "the password is hashed in a way that is too weak, or unknown: make it anew with "
                  "\"weftdav passwd\" or \"htpasswd -B\"";
    if (!is_strong(hash))
        return FALSE;
    if (passwords->nobodys == NULL)
        passwords->nobodys = g_strdup(hash);
    g_hash_table_insert(passwords->hashes, g_strdup(user), g_strdup(hash));
    return TRUE;
}

WeftDavPasswords *
weft_dav_passwords_parse(const char *text, const char *name, GError **error)
{
    g_autoptr(WeftDavPasswords) passwords = g_new0(WeftDavPasswords, 1);

    passwords->n_refs = 1;
    passwords->hashes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    if (!take_lines(text, name, take_password_line, passwords, error))
        return NULL;
    /* Nobody is as slow to try as the first user. */
    if (passwords->nobodys == NULL)
        passwords->nobodys = weft_dav_password_hash("", error);
    return passwords->nobodys != NULL ? g_steal_pointer(&passwords) : NULL;
}

WeftDavPasswords *
weft_dav_passwords_ref(WeftDavPasswords *passwords)
{
    g_atomic_int_inc(&passwords->n_refs);
    return passwords;
}

void
weft_dav_passwords_unref(WeftDavPasswords *passwords)
{
    if (passwords == NULL || !g_atomic_int_dec_and_test(&passwords->n_refs))
        return;
    g_hash_table_unref(passwords->hashes);
    g_free(passwords->nobodys);
    g_free(passwords);
}

const char *
weft_dav_passwords_hash(const WeftDavPasswords *passwords, const char *user, gboolean *ret_is_known)
{
    const char *hash = g_hash_table_lookup(passwords->hashes, user);

    *ret_is_known = hash != NULL;
    return hash != NULL ? hash : passwords->nobodys;
}

/* It is 32 KiB, and holds the password: not on a stack. */
static void
crypt_data_free(struct crypt_data *data)
{
    explicit_bzero(data, sizeof *data);
    g_free(data);
}

gboolean
weft_dav_password_matches(const char *password, const char *hash)
{
    struct crypt_data *data = g_new0(struct crypt_data, 1);
    const char *made = crypt_r(password, hash, data);
    const size_t length = strlen(hash);
    unsigned differs = made == NULL || made[0] == '*' || strlen(made) != length;

    for (size_t i = 0; !differs && i < length; i++)
        differs |= (unsigned)(made[i] ^ hash[i]);
    crypt_data_free(data);
    return differs == 0;
}

char *
weft_dav_password_hash(const char *password, GError **error)
{
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];

    if (crypt_gensalt_rn(NULL, 0, NULL, 0, setting, sizeof setting) == NULL) {
        weft_error_set_errno(error, errno, "cannot make a salt");
        return NULL;
    }
    struct crypt_data *data = g_new0(struct crypt_data, 1);
    const char *made = crypt_r(password, setting, data);
    char *hash = made != NULL && made[0] != '*' ? g_strdup(made) : NULL;
    if (hash == NULL)
        weft_error_set_errno(error, errno, "cannot hash the password");
    crypt_data_free(data);
    return hash;
}

/* ---- digests ---- */

typedef struct {
    WeftDavDigests *digests;
    const char *realm;
    GHashTable *users; /* the set of all */
} DigestFile;

static gboolean
take_digest_line(gpointer file, char *line, const char **ret_reason)
{
    DigestFile *digest_file = file;
    char *hash = line;
    const char *user = take_field(&hash);
    const char *realm = user != NULL ? take_field(&hash) : NULL;

    *ret_reason = "expected \"user:realm:hash\" with 32 or 64 hexadecimal digits";
    if (realm == NULL || !is_name(user))
        return FALSE;
    const size_t length = weft_scan_while(hash, strlen(hash), WEFT_BYTE_HEX);
    if (hash[length] != '\0' || (length != 32 && length != 64))
        return FALSE;
    if (strcmp(realm, digest_file->realm) != 0)
        return TRUE;

    const WeftHttpDigestAlgorithm algorithm =
        length == 64 ? WEFT_HTTP_DIGEST_SHA256 : WEFT_HTTP_DIGEST_MD5;
    g_hash_table_insert(digest_file->digests->hashes[algorithm], g_strdup(user),
                        g_ascii_strdown(hash, -1));
    g_hash_table_add(digest_file->users, g_strdup(user));
    return TRUE;
}

WeftDavDigests *
weft_dav_digests_parse(const char *text, const char *name, const char *realm, GError **error)
{
    g_autoptr(WeftDavDigests) digests = g_new0(WeftDavDigests, 1);
    g_autoptr(GHashTable) users = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    DigestFile file = {digests, realm, users};

    digests->n_refs = 1;
    for (size_t i = 0; i < N_ALGORITHMS; i++)
        digests->hashes[i] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    if (!take_lines(text, name, take_digest_line, &file, error))
        return NULL;
    for (size_t i = 0; i < N_ALGORITHMS; i++)
        digests->have_all[i] = g_hash_table_size(digests->hashes[i]) == g_hash_table_size(users);
    return g_steal_pointer(&digests);
}

WeftDavDigests *
weft_dav_digests_ref(WeftDavDigests *digests)
{
    g_atomic_int_inc(&digests->n_refs);
    return digests;
}

void
weft_dav_digests_unref(WeftDavDigests *digests)
{
    if (digests == NULL || !g_atomic_int_dec_and_test(&digests->n_refs))
        return;
    for (size_t i = 0; i < N_ALGORITHMS; i++)
        g_clear_pointer(&digests->hashes[i], g_hash_table_unref);
    g_free(digests);
}

const char *
weft_dav_digests_find(const WeftDavDigests *digests, const char *user,
                      WeftHttpDigestAlgorithm algorithm)
{
    return g_hash_table_lookup(digests->hashes[algorithm], user);
}

/* A client that picks one of which its user has none would be refused; an empty file has to offer
 * something, so that people are asked at all. */
gboolean
weft_dav_digests_have(const WeftDavDigests *digests, WeftHttpDigestAlgorithm algorithm)
{
    return digests->have_all[algorithm] || (!digests->have_all[WEFT_HTTP_DIGEST_SHA256] &&
                                            !digests->have_all[WEFT_HTTP_DIGEST_MD5]);
}
