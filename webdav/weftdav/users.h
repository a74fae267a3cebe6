/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/http_auth.h>

G_BEGIN_DECLS

/**
 * Users by files: passwords as `htpasswd -B` and `weftdav passwd` write them ("user:hash";
 * yescrypt, bcrypt, SHA-512 and SHA-256 of crypt(5)), and digests as htdigest writes them
 * ("user:realm:hash"; MD5, or SHA-256 in 64 digits), which Digest needs because it never sees a
 * password.
 *
 * A file that changes is read again at the next sign-in, at most once in
 * WEFT_DAV_USERS_LOOK_EVERY_S; one that has become bad is logged, and what was read before stays.
 */
typedef struct WeftDavUsers WeftDavUsers;

#define WEFT_DAV_USERS_LOOK_EVERY_S 5
#define WEFT_DAV_MAX_USERS_FILE_BYTES (16 * 1024 * 1024)

/** Where users come from; NULL: not from there. */
typedef struct {
    const char *passwords;   /* a file */
    const char *pam_service; /* asked for who is not in that file */
    const char *digests;     /* a file */
    const char *realm;       /* whose digests count; never NULL */
} WeftDavUserSources;

/** Read the files; blocks. */
WeftDavUsers *weft_dav_users_new(const WeftDavUserSources *sources, GError **error);
void weft_dav_users_free(WeftDavUsers *users);

/** Read the files again, now; blocks.  FALSE with @error: all stays as it was. */
gboolean weft_dav_users_reload(WeftDavUsers *users, GError **error);

/** How a WeftHttpAuth asks @users, which must outlive it. */
WeftHttpAuthUsers weft_dav_users_for_auth(WeftDavUsers *users);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavUsers, weft_dav_users_free)

G_END_DECLS
