/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/http_auth.h>

G_BEGIN_DECLS

/**
 * What is in the files of users: parsed, never changed afterwards, and shared between threads.
 */

/** "user:hash" lines (htpasswd). */
typedef struct WeftDavPasswords WeftDavPasswords;

/** @name: of the file, for messages: which say file and line */
WeftDavPasswords *weft_dav_passwords_parse(const char *text, const char *name, GError **error);
WeftDavPasswords *weft_dav_passwords_ref(WeftDavPasswords *passwords);
void weft_dav_passwords_unref(WeftDavPasswords *passwords);

/** The hash of @user; for who is unknown another one, so that trying a password takes as long.
 * Returns: (transfer none) */
const char *weft_dav_passwords_hash(const WeftDavPasswords *passwords, const char *user,
                                    gboolean *ret_is_known);

/** TRUE if @password is the one of @hash.  Slow, and meant to be: not on a thread of fibers. */
gboolean weft_dav_password_matches(const char *password, const char *hash);

/** A hash of @password, by the best method there is.  Slow. */
char *weft_dav_password_hash(const char *password, GError **error);

/** "user:realm:hash" lines (htdigest). */
typedef struct WeftDavDigests WeftDavDigests;

/** @realm: lines of others are passed over */
WeftDavDigests *weft_dav_digests_parse(const char *text, const char *name, const char *realm,
                                       GError **error);
WeftDavDigests *weft_dav_digests_ref(WeftDavDigests *digests);
void weft_dav_digests_unref(WeftDavDigests *digests);

/** (nullable) (transfer none): lower-case digits */
const char *weft_dav_digests_find(const WeftDavDigests *digests, const char *user,
                                  WeftHttpDigestAlgorithm algorithm);

/** TRUE if every user has one of this kind. */
gboolean weft_dav_digests_have(const WeftDavDigests *digests, WeftHttpDigestAlgorithm algorithm);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavPasswords, weft_dav_passwords_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavDigests, weft_dav_digests_unref)

G_END_DECLS
