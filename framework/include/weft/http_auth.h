/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/http.h>

G_BEGIN_DECLS

/**
 * Asking who it is: Basic (RFC 7617) and Digest (RFC 7616) around a WeftHttpHandler.  Who has
 * signed in is the request's user from there on.  A handler that fails with 401 makes it ask; one
 * that answers others, too, lets them in.  OPTIONS for "/" and "*" is answered to everybody,
 * because clients look there first, and take a 401 for "no WebDAV here".
 *
 * Passwords in clear (Basic) are taken over TLS and from this machine only, unless told otherwise.
 * "DOMAIN\user" is user: Windows sends a domain that the server does not know.
 *
 * A right password is remembered for some minutes, as a keyed hash, so that a request costs none of
 * the slow hashes; a wrong one slows down the address that it came from, and is logged as a
 * warning: `auth: 192.0.2.1 is refused as "ann"`.
 */
typedef struct WeftHttpAuth WeftHttpAuth;

#define WEFT_HTTP_MAX_USER_BYTES 255
#define WEFT_HTTP_MAX_PASSWORD_BYTES 255

/** Passwords that are checked at a time, on each scheduler: others wait. */
#define WEFT_HTTP_MAX_PASSWORD_CHECKS 2

typedef enum { WEFT_HTTP_DIGEST_SHA256, WEFT_HTTP_DIGEST_MD5 } WeftHttpDigestAlgorithm;

/** Bytes of a hash in hexadecimal digits, with NUL. */
#define WEFT_HTTP_DIGEST_HEX_BYTES 65

/** Who may sign in.  Called from all schedulers. */
typedef struct {
    /** (nullable): without it Basic is not offered.  May park.  FALSE with @error: it could not be
     * found out.  Takes as long for who is unknown as for a wrong password. */
    gboolean (*check_password)(gpointer data, const char *user, const char *password,
                               gboolean *ret_is_right, GError **error);
    /** A number that is another one once passwords have changed.  May park, now and then.
     * (nullable) */
    unsigned (*generation)(gpointer data);

    /** (nullable): without it Digest is not offered.  The hash of "user:realm:password" in
     * lower-case digits; FALSE for who is unknown.  Does not park. */
    gboolean (*find_digest)(gpointer data, const char *user, WeftHttpDigestAlgorithm algorithm,
                            char ret_hex[WEFT_HTTP_DIGEST_HEX_BYTES]);
    /** TRUE if users have digests of this kind: whether to offer it.  With find_digest. */
    gboolean (*has_digests)(gpointer data, WeftHttpDigestAlgorithm algorithm);

    gpointer data; /* (transfer none): outlives the WeftHttpAuth */
} WeftHttpAuthUsers;

/**
 * @realm: what clients show when they ask for a password; plain text without quote and backslash
 * @users: copied
 * @data: (transfer full): of @handler
 */
WeftHttpAuth *weft_http_auth_new(const char *realm, const WeftHttpAuthUsers *users,
                                 WeftHttpHandler handler, gpointer data, GDestroyNotify data_free);
void weft_http_auth_free(WeftHttpAuth *auth);

/** Take passwords in clear over plain HTTP, too.  Default: only from this machine. */
void weft_http_auth_set_allows_clear(WeftHttpAuth *auth, gboolean allows_clear);

/** Believe X-Forwarded-For (its last address) where the peer is this machine: a proxy in front. */
void weft_http_auth_set_has_proxy(WeftHttpAuth *auth, gboolean has_proxy);

/** A WeftHttpHandler: what to put into a service. */
gboolean weft_http_auth_handle(WeftHttpRequest *request, WeftHttpResponse *response, gpointer auth,
                               GError **error);

/** The hash that find_digest answers with, in lower-case digits; for who makes such files. */
void weft_http_digest_of_password(WeftHttpDigestAlgorithm algorithm, const char *user,
                                  const char *realm, const char *password,
                                  char ret_hex[WEFT_HTTP_DIGEST_HEX_BYTES]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftHttpAuth, weft_http_auth_free)

G_END_DECLS
